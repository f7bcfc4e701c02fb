"""Products and ``numpy.linalg``."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    *rows(
        "compute",
        np.dot, np.inner, np.vdot,
    ),
    *rows("compute", np.einsum, shaping=("operands",), shares=("operands",)),
    *rows(
        "compute",
        np.linalg.cholesky, np.linalg.det, np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh,
        np.linalg.inv, np.linalg.qr, np.linalg.slogdet, np.linalg.solve, np.linalg.svd,
        regular=True,
    ),
    *rows("compute", np.linalg.lstsq, regular=True),
    *rows(
        "compose",
        np.cross, np.kron, np.outer, np.tensordot,
        np.linalg.cross, np.linalg.matmul, np.linalg.multi_dot, np.linalg.outer, np.linalg.tensordot, np.linalg.trace,
        np.linalg.vecdot, np.linalg.vector_norm,
    ),
    *rows(
        "compose",
        np.linalg.matrix_norm, np.linalg.matrix_rank, np.linalg.norm,
        np.linalg.pinv, np.linalg.svdvals, np.linalg.tensorinv, np.linalg.tensorsolve,
        regular=True,
    ),
    *rows("compose", np.linalg.matrix_power, regular=True, shares=("a",), shares_if=("n", 1)),
    *rows("compose", np.linalg.cond, regular=True, shaping=("p",)),
]  # fmt: skip
