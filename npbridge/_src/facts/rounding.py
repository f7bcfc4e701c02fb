"""Which functions have compiled forms that compute as NumPy does, step by step, and so give its last digits.

Ufuncs are not among them: what each does is in the plans of the backend.
"""

from __future__ import annotations

import numpy as np

from .fact import Fact

_MOVING = ("view", "move", "make", "write", "describe")
AS_NUMPY = frozenset({
    np.sum, np.prod, np.max, np.min, np.amax, np.amin, np.all, np.any, np.mean, np.var, np.std, np.ptp,
    np.cumsum, np.cumprod, np.argmax, np.argmin, np.count_nonzero, np.dot, np.linalg.matmul, np.diff, np.clip,
    np.searchsorted, np.digitize, np.sort, np.lexsort, np.round, np.around, np.outer,
    np.nan_to_num, np.isclose, np.allclose, np.array_equal, np.real, np.imag, np.nanmax, np.nanmin, np.nonzero,
})  # fmt: skip
# whose order of summation is that of memory
BY_MEMORY = frozenset({np.sum, np.prod, np.mean, np.var, np.std})
# which give new arrays in C order, whatever they are given
IN_C_ORDER = frozenset({
    np.linalg.inv, np.linalg.cholesky, np.linalg.solve, np.linalg.eigh, np.linalg.svd, np.linalg.qr, np.linalg.lstsq,
    np.linalg.matrix_power, np.cov, np.corrcoef,
})  # fmt: skip
# which of equal ones comes first is NumPy's affair
BY_CHANCE = frozenset({np.argsort, np.argpartition, np.partition})


def is_numpys(fact: Fact) -> bool:
    """Whether all that a form of a function computes is computed as NumPy computes it."""
    return fact.kind in _MOVING or fact.function in AS_NUMPY
