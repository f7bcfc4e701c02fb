"""Functions that show, move or change values and compute none."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    *rows(
        "view",
        np.array_split, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays, np.broadcast_to, np.diag,
        np.diagonal, np.dsplit, np.expand_dims, np.flip, np.fliplr, np.flipud, np.hsplit, np.imag,
        np.linalg.diagonal, np.linalg.matrix_transpose, np.matrix_transpose, np.moveaxis, np.ravel, np.real,
        np.reshape, np.rollaxis, np.rot90, np.split, np.squeeze, np.swapaxes, np.transpose, np.unstack, np.vsplit,
        np.lib.stride_tricks.sliding_window_view,
    ),
    *rows(
        "move",
        np.argpartition, np.argsort, np.argwhere,
        np.compress, np.copy, np.delete, np.diag_indices_from,
        np.diagflat, np.digitize, np.empty_like, np.extract, np.fft.fftshift, np.fft.ifftshift,
        np.flatnonzero, np.full_like, np.isin, np.lexsort, np.nonzero,
        np.ones_like, np.packbits, np.partition, np.ravel_multi_index, np.repeat, np.resize, np.roll, np.searchsorted,
        np.sort, np.sort_complex, np.take, np.take_along_axis, np.tile, np.tril,
        np.tril_indices_from, np.triu, np.triu_indices_from, np.unique, np.unpackbits, np.unravel_index, np.vander,
        np.zeros_like,
    ),
    *rows("move", np.array_equal, np.array_equiv, gives="bool"),
    *rows("move", np.block, np.concatenate, np.stack, joined=("arrays",)),
    *rows("move", np.column_stack, np.dstack, np.hstack, np.vstack, joined=("tup",)),
    *rows("move", np.append, np.insert, joined=("arr", "values")),
    *rows("move", np.choose, joined=("choices",)),
    *rows("move", np.select, joined=("choicelist", "default")),
    *rows("move", np.where, joined=("x", "y")),
    *rows(
        "move", np.intersect1d, np.setdiff1d, np.setxor1d, np.union1d, by_values=True, in_python=True
    ),
    *rows("move", np.trim_zeros, by_values=True, in_python=True, shares=("filt",)),
    *rows("move", np.astype, shares=("x",), shares_if=("copy", False)),
    *rows("move", np.ix_, shares=("args",)),
    *rows("move", np.meshgrid, shares=("xi",), shares_if=("copy", False)),
    *rows("move", np.unique_all, np.unique_counts, np.unique_inverse, np.unique_values, in_python=True),
    *rows("write", np.copyto, writes=("dst",)),
    *rows("write", np.place, np.put_along_axis, writes=("arr",)),
    *rows("write", np.fill_diagonal, np.put, np.putmask, writes=("a",)),
]  # fmt: skip
