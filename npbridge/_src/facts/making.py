"""Functions that make arrays, and functions that tell of them."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    # with like=: the reference array only says that the result is ours
    *rows(
        "make",
        np.arange, np.empty, np.eye, np.fromfile, np.fromiter, np.fromstring, np.full, np.genfromtxt, np.identity,
        np.loadtxt, np.ones, np.tri, np.zeros,
    ),
    *rows(
        "make",
        np.asanyarray, np.asarray, np.asarray_chkfinite, np.ascontiguousarray, np.asfortranarray, np.require,
        shares=("a",),
    ),
    *rows("make", np.array, shares=("object",), shares_if=("copy", None, False)),
    *rows("make", np.frombuffer, shares=("buffer",)),
    *rows("make", np.from_dlpack, np.lib.stride_tricks.as_strided, shares=("x",)),
    *rows(
        "make",
        np.bartlett, np.blackman, np.diag_indices, np.fft.fftfreq, np.fft.rfftfreq, np.fromregex, np.hamming,
        np.hanning, np.indices, np.kaiser, np.load, np.mask_indices, np.tril_indices, np.triu_indices,
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
