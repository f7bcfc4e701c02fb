"""Arguments that are ndarrays: arrays of ours with copies of their values.

What the function writes is copied back after the call.  Arguments that are views of
one ndarray become views of one array of ours; what shows the memory of an array of ours
(``np.asarray`` gave it away) becomes a view of that array.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..array import core
from ..storage import view
from ..storage.buffer import Buffer, canonical


def copies(given: list[np.ndarray], buffers: list[Buffer]) -> Iterator[core.JaxArray]:
    """An array of ours for each; `buffers` are those of the other arrays that the call takes."""
    if len(given) == 1:
        lent = _lent(given[0], buffers)
        yield _copy(given[0]) if lent is None else lent
        return
    owners = [view.owner_of(x) for x in given]
    seen: list[int] = [id(owner) for owner in owners]
    whole: dict[int, core.JaxArray] = {}
    for x, owner in zip(given, owners, strict=True):
        lent = _lent(x, buffers)
        if lent is not None:
            yield lent
            continue
        if seen.count(id(owner)) == 1 or not _plain(owner, x.dtype):
            yield _copy(x)
            continue
        array = whole.get(id(owner))
        if array is None:
            array = whole[id(owner)] = _copy(owner)
        yield core.of_view(array._buffer, _window(x, owner, array), array)


def borrowed(given: list[np.ndarray], buffers: list[Buffer]) -> Iterator[core.JaxArray]:
    """An array of ours for each, in the ndarray's own memory where that can be: nothing is copied to and fro."""
    whole: dict[int, core.JaxArray] = {}
    return iter([_in_place(x, buffers, whole) for x in given])


def _in_place(x: np.ndarray, buffers: list[Buffer], whole: dict[int, core.JaxArray]) -> core.JaxArray:
    lent = _lent(x, buffers)
    if lent is not None:
        return lent
    owner = view.owner_of(x)
    if (
        type(owner) is not np.ndarray
        or owner.dtype != x.dtype
        or core.c_ordered(owner) is None
        or owner.base is not None
        or canonical(x.dtype) != x.dtype
        or not x.flags.writeable  # what is written is an error when it is put back
    ):
        order = "C" if core.c_ordered(x) is None else "K"  # NumPy reads some in the order of memory
        return core.of_memory(x.astype(canonical(x.dtype), order=order))
    array = whole.get(id(owner))
    if array is None:
        array = whole[id(owner)] = core.of_memory(owner, shared=True)
    return array if x is owner else core.of_view(array._buffer, x, None)


def meet(stand_ins: list[tuple[np.ndarray, core.JaxArray]], buffers: list[Buffer]) -> bool:
    """Whether memories of ndarrays meet that are not parts of one array of ours."""
    found = [(*byte_bounds(x), id(ours._buffer)) for x, ours in stand_ins if x.size]
    found += [(*byte_bounds(b.host), id(b)) for b in buffers if b.shared is True and b.host is not None and b.nbytes]
    return any_meet(found)


def any_meet(memories: list[tuple[int, int, int]]) -> bool:
    """Whether two of the memories, ``(low, high, whose)``, that are not of one owner have an address in common."""
    memories.sort()
    for k, (_, high, whose) in enumerate(memories):
        for low, _, other in itertools.islice(memories, k + 1, None):
            if low >= high:
                break
            if other != whose:
                return True
    return False


def is_borrowed(original: np.ndarray, ours: core.JaxArray) -> bool:
    """Whether an array of ours lies in the memory of the ndarray that it stands for."""
    return ours._buffer.owner is view.owner_of(original)


def _lent(x: np.ndarray, buffers: list[Buffer]) -> core.JaxArray | None:
    """The array of ours whose memory an ndarray shows, also where it came by a bare address (DLPack, ctypes)."""
    found = core.lent(x)
    if found is not None or not x.size:
        return found
    low, high = byte_bounds(x)
    for buffer in buffers:
        host = buffer.host
        if buffer.shared and host is not None and x.dtype.isnative and x.dtype.char in core.STORED_KINDS:
            start = view.address(host)
            if start <= low and high <= start + host.nbytes:
                return core.of_view(buffer, view.same_window(x, host, host), None)
    return None


def _copy(x: np.ndarray) -> core.JaxArray:
    return core.of_fresh(x.astype(canonical(x.dtype), order="C"))


def _plain(owner, dtype) -> bool:
    return type(owner) is np.ndarray and owner.flags.c_contiguous and owner.dtype == dtype


def _window(x: np.ndarray, owner: np.ndarray, array: core.JaxArray) -> np.ndarray:
    """The window on the array that `x` is on its owner; the elements may be narrower."""
    dtype, size = array.dtype, owner.dtype.itemsize
    offset = (view.address(x) - view.address(owner)) // size if x.size else 0
    strides = [s // size * dtype.itemsize for s in x.strides]
    window = np.ndarray(x.shape, dtype, array._buffer.stand_in(), offset * dtype.itemsize, strides)
    window.flags.writeable = x.flags.writeable
    return window
