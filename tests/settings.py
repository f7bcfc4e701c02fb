"""How many examples hypothesis tries: few by default, very many in ``tox -e long``."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("NPBRIDGE_TEST_EXAMPLES", "60"))

# No deadline: the first example of a kind compiles.  Derandomised, so that a run
# says the same twice; the long run is where new examples are looked for.
quick = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 100,
    suppress_health_check=list(HealthCheck),
)
