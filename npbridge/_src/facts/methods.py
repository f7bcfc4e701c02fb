"""Methods of ``numpy.ndarray``: those that write their array, those whose results share its memory, and the others."""

from __future__ import annotations

from numpy import ndarray

from .fact import rows

ROWS = [
    *rows(
        "view",
        ndarray.diagonal, ndarray.getfield, ndarray.ravel, ndarray.reshape, ndarray.squeeze, ndarray.swapaxes,
        ndarray.to_device, ndarray.transpose, ndarray.view,
    ),
    *rows(
        "write",
        ndarray.fill, ndarray.partition, ndarray.put, ndarray.resize, ndarray.setfield, ndarray.setflags, ndarray.sort,
        writes=("self",),
    ),
    *rows("move", ndarray.astype, shares=("self",), shares_if=("copy", False, None)),
    *rows("compute", ndarray.byteswap, writes_if=("self", "inplace", True), shares=("self",)),
    # of real numbers it is the array itself
    *rows("compute", ndarray.conj, ndarray.conjugate, shares=("self",)),
    *rows(
        "move",
        ndarray.argpartition, ndarray.argsort, ndarray.choose, ndarray.compress, ndarray.copy, ndarray.flatten,
        ndarray.item, ndarray.nonzero, ndarray.repeat, ndarray.searchsorted, ndarray.take, ndarray.tobytes,
        ndarray.tolist,
    ),
    *rows(
        "compute",
        ndarray.all, ndarray.any, ndarray.argmax, ndarray.argmin, ndarray.clip, ndarray.cumprod, ndarray.cumsum,
        ndarray.dot, ndarray.max, ndarray.mean, ndarray.min, ndarray.prod, ndarray.round, ndarray.std, ndarray.sum,
        ndarray.trace, ndarray.var,
    ),
    *rows("describe", ndarray.dump, ndarray.dumps, ndarray.tofile),
]  # fmt: skip
