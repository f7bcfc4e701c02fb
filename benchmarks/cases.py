"""What is measured, as data: each case with the ratio it may reach.

A case is a statement on ``x``, an array of `size` float64 numbers (stored as
JAX is set), ``y`` like it, and ``v``, a Python number.  ``per`` divides the time,
for statements that touch many elements.
"""

from __future__ import annotations

from typing import NamedTuple

SMALL = 10
LARGE = 4_000_000


class Case(NamedTuple):
    """One statement, on arrays of one size, with its limits.

    Attributes
    ----------
    statement : str
    size : int
    limit : float or None
        On ``jax``: at most so many calls of a trivial compiled function.
    per : int
        The time is divided by this.
    """

    statement: str
    size: int
    limit: float | None
    per: int = 1


CASES = (
    Case("np.add(x, y)", SMALL, 2.0),
    Case("x + y", SMALL, 2.0),
    Case("np.sum(x)", SMALL, 2.0),
    Case("np.sin(x)", SMALL, 2.0),
    Case("x[3]", SMALL, 0.5),
    Case("float(x[3])", SMALL, 0.5),
    Case("for e in x: pass", SMALL, 0.5, per=SMALL),
    Case("x[1:-1]", SMALL, 1.5),
    Case("x[3] = v", SMALL, 1.0),
    Case("x[3] = v", LARGE, 1.0),
    Case("x[1:-1] = v", SMALL, 3.0),
    Case("x[1:-1] += v", SMALL, 3.0),
    Case("x[1:3] = v", LARGE, 3.0),
    Case("x[1:3] += v", LARGE, 3.0),
    Case("np.asarray(x)", SMALL, 0.3),
    Case("np.asarray(x)", LARGE, 0.3),
)

# On `numpy`, a small array may cost this many compiled calls more than NumPy.
NUMPY_OVERHEAD = 0.4
# On `numpy`, work on a large array may take this many times what NumPy takes.  NumPy
# against itself was measured between 0.89 and 1.12 where other work shared the memory.
NUMPY_LARGE = 1.12

LARGE_WORK = (
    Case("np.add(x, y)", LARGE, None),
    Case("x + y", LARGE, None),
    Case("np.sum(x)", LARGE, None),
    Case("np.sin(x)", LARGE, None),
    Case("np.exp(x)", LARGE, None),
    Case("np.tanh(x)", LARGE, None),
    Case("np.power(x, y)", LARGE, None),
    Case("x.max()", LARGE, None),
    Case("x.mean()", LARGE, None),
    Case("x[1:-1] = v", LARGE, None),
    Case("x[1:-1] += v", LARGE, None),
)
