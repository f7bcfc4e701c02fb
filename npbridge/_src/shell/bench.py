"""``python -m npbridge bench``: the benchmark that lies beside the package in its sources."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from ..ground.version import __version__

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = f"""\
python -m npbridge bench: the benchmark is not part of the installed package, because it needs nothing but its own
folder and nobody else does. Get the sources of npbridge {__version__} and run the same command there:

    cd npbridge && python -m npbridge bench --quick
"""


def bench(arguments: list[str]) -> int:
    """Measure programs on npbridge beside Numba and JAX by hand, or say where that can be done.

    Parameters
    ----------
    arguments : list of str
        As of ``python -m benchmarks``.

    Returns
    -------
    int
        An exit status.
    """
    if not (ROOT / "benchmarks" / "peers.py").is_file():
        sys.stderr.write(ELSEWHERE)
        return 2
    sys.path.insert(0, str(ROOT))
    status: int = importlib.import_module("benchmarks.__main__").main(["--peers", *arguments])
    return status
