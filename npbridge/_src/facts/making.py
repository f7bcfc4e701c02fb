"""Functions that make arrays, and functions that tell of them."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    # with like=: the reference array only says that the result is ours
    *rows(
        "make",
        np.arange, np.array, np.asanyarray, np.asarray, np.ascontiguousarray, np.asfortranarray, np.empty, np.eye,
        np.frombuffer, np.fromfile, np.fromiter, np.fromstring, np.full, np.genfromtxt, np.identity, np.loadtxt,
        np.ones, np.require, np.tri, np.zeros,
    ),
    *rows("make", np.fromfunction, calls=("function",)),
    *rows("compose", np.linspace, np.logspace),
    *rows("compose", np.geomspace, raises=True),
    *rows(
        "describe",
        np.common_type, np.einsum_path, np.result_type, np.shape,
        layout=True,
    ),
    *rows(
        "describe",
        np.can_cast, np.iscomplexobj, np.isrealobj, np.may_share_memory, np.shares_memory,
        layout=True, gives="bool",
    ),
    *rows("describe", np.ndim, np.size, layout=True, gives="int"),
    *rows(
        "describe",
        np.array2string, np.array_repr, np.array_str, np.min_scalar_type, np.save, np.savetxt, np.savez,
        np.savez_compressed,
    ),
]  # fmt: skip
