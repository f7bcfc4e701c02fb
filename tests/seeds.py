"""The seed of what changes with each run: `SEED` is fresh where ``CI`` is set, and 0 elsewhere.

``NPBRIDGE_TEST_SEED=123`` repeats a run.  The header of pytest's output says which it was.
"""

from __future__ import annotations

import os
import secrets

NAME = "NPBRIDGE_TEST_SEED"

if NAME not in os.environ:  # the processes of pytest-xdist inherit it
    os.environ[NAME] = str(secrets.randbelow(10**6) if os.environ.get("CI") else 0)
SEED = int(os.environ[NAME])
