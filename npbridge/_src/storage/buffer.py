"""The storage of an array: a device replica and a host replica that agree.

A :class:`Buffer` is one C-ordered block of values.  It has up to two replicas:

``device``
    a ``jax.Array`` (or a tracer while JAX traces).  It is immutable, so it may be
    shared between buffers and with the user.
``host``
    an ``ndarray`` whose memory is ours.  ``current`` says whether it holds the
    present values; when it does not it is only a *stand-in* that describes the
    layout, and large ones cost address space but no memory.

At least one replica is current.  Four rules keep the replicas honest:

* host memory is never handed to JAX: uploads copy;
* while somebody else may write the host memory (it is *shared*: lent by ``np.asarray``,
  see lending.py, or borrowed from an ndarray) the host is the only truth.  Kernels get
  copies that last one call, what they write is copied back before the call returns, and
  nothing that was made of the values is kept;
* memory that is shared never moves;
* a device replica is donated only when its reference count says that nobody
  else holds it.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from _thread import get_ident
from typing import Any

import jax
import numpy as np

from ..ground import events
from ..ground.compat import platform_of, x64

Tracer = jax.core.Tracer

# Below this many bytes an upload or a download costs less than a compiled
# update of one element (about 8 us on one CPU core).
SMALL = 1 << 16
# Above this many bytes, to hand old contents over to a computation that writes them
# costs less than memory for the new ones.
DONATED = 1 << 11
# jax.device_put costs as much as passing a small ndarray along this many times.
PASSES = 8
# Host bandwidth over the price of one compiled update: after that many bytes'
# worth of updates, copying the whole array once would have been as cheap.
BYTES_PER_UPDATE = 1 << 17
# Host bandwidth over the price of compiling an update (about 30 ms): after that
# many bytes moved for want of a kernel, compiling it would have been as cheap.
BYTES_PER_COMPILATION = 1 << 28

# What of that each kernel has been charged so far.
_moved: dict = {}

_getrefcount = sys.getrefcount

# All that is traced anywhere: empty most of the time, which is quickly seen.
recorders: list = []
recording: contextvars.ContextVar[Any] = contextvars.ContextVar("npbridge_recording", default=None)


def recorder_here() -> Any:
    """Who is told of reads, of new buffers and, before it happens, of writes: the innermost trace of this context."""
    recorder = recording.get()
    # a context may be copied: to another thread, or to a task that outlives the trace
    return recorder if recorder is not None and recorder.thread == get_ident() else None


def canonical(dtype: np.dtype) -> np.dtype:
    """The dtype in which JAX stores `dtype` under its present settings, in the machine's byte order."""
    if not dtype.isnative:
        dtype = dtype.newbyteorder("=")
    if dtype.itemsize < 8:
        return dtype
    if x64.value:
        return _PLAIN.get(dtype.char, dtype)
    return _NARROW.get(dtype.char, dtype)


_NARROW = {
    np.dtype(wide).char: np.dtype(narrow)
    for wide, narrow in (
        (np.float64, np.float32),
        (np.int64, np.int32),
        (np.uint64, np.uint32),
        (np.complex128, np.complex64),
        ("q", np.int32),
        ("Q", np.uint32),
    )
}
# NumPy has two types for each 64-bit integer; JAX takes one of them
_PLAIN = {"q": np.dtype(np.int64), "Q": np.dtype(np.uint64)}


def aligned_empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An uninitialised C-ordered array at an address that JAX can alias."""
    nbytes = dtype.itemsize
    for n in shape:
        nbytes *= n
    raw = np.empty(nbytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + nbytes].view(dtype).reshape(shape)


def put(values: np.ndarray):
    """A device array with a private copy of `values`, in canonical dtype."""
    dtype = canonical(values.dtype)
    if events.listeners:
        events.emit("transfer", "to_device", nbytes=values.nbytes)
    if values.nbytes <= SMALL:
        return jax.device_put(values.astype(dtype, order="C"))
    fresh = aligned_empty(values.shape, dtype)
    np.copyto(fresh, values, casting="unsafe")
    return jax.device_put(fresh)


class Buffer:
    """One block of values with a device and a host replica."""

    __slots__ = (
        "__weakref__",
        "current",
        "device",
        "dtype",
        "host",
        "lock",
        "owner",
        "reads",
        "shape",
        "shared",
        "snapshot",
        "updates",
        "version",
    )

    def __init__(self, device, host, shape, dtype) -> None:
        self.device = device
        self.host = host
        self.owner = host
        self.current = host is not None
        self.shape = shape
        self.dtype = dtype
        self.snapshot: Any = None
        self.shared: Any = False  # True: for ever; a weak reference: while a loan lives
        self.reads = 0
        self.updates = 0
        self.version = 0
        self.lock = threading.RLock()  # a call that holds it reads its arrays as any other does
        if recorders and (recorder := recorder_here()) is not None:
            recorder.born(self)

    @property
    def traced(self) -> bool:
        return isinstance(self.device, Tracer)

    @property
    def nbytes(self) -> int:
        n = self.dtype.itemsize
        for d in self.shape:
            n *= d
        return n

    def is_shared(self) -> bool:
        """Whether somebody else may write the host memory.  What is decided by it is done under the lock."""
        shared = self.shared
        if not shared or shared is True:
            return shared
        if shared() is not None:
            return True
        with self.lock:
            if self.shared is shared:
                self.shared = False
        return bool(self.shared)

    # -- layout

    def stand_in(self) -> np.ndarray:
        """The host array, allocated if need be; its values may not be current."""
        host = self.host
        if host is None:
            with self.lock:
                host = self.host
                if host is None:
                    host = self.owner = self.host = np.empty(self.shape, self.dtype)
        return host

    # -- reading

    def read(self) -> np.ndarray:
        """The present values as an ndarray that the caller must not write."""
        host = self.host  # before it is asked whether it is current
        return host if self.current else self.read_snapshot()

    def read_snapshot(self) -> np.ndarray:
        """The present values as :meth:`read` gives them; where they are on the device, they never change."""
        snapshot = self.snapshot
        if snapshot is not None:
            return snapshot
        with self.lock:
            return self.host if self.current else self.device_snapshot()

    def device_snapshot(self) -> np.ndarray:
        """What the device replica holds, as a read-only ndarray.  The caller holds the lock."""
        snapshot = self.snapshot
        if snapshot is None:
            if events.listeners and not self._is_looked_at():
                events.emit("transfer", "to_host", nbytes=self.nbytes)
            snapshot = self.snapshot = np.asarray(self.device)
        return snapshot

    def _is_looked_at(self) -> bool:
        """Whether the host reads the device's memory as it is, which is its own."""
        return platform_of(self.device) == "cpu"

    def to_device(self):
        """The present values for a compiled kernel.

        A ``jax.Array``, or a private ``ndarray`` the first few times that a small
        array is read after it was written: uploading it costs more than passing
        it along.
        """
        device = self.device
        if device is not None:
            return device
        with self.lock:
            if self.device is not None:
                return self.device
            if self.nbytes <= SMALL and (self.is_shared() or canonical(self.dtype) != self.dtype):
                return self.host.astype(canonical(self.dtype))
            self.reads += 1
            if self.reads <= PASSES and self.host.nbytes <= SMALL:
                return self.host.copy()
            return self.uploaded()

    def uploaded(self):
        """The present values as a ``jax.Array``; large ones lie there from now on, and not in two places.

        Who has looked at the host memory goes on with it, as nobody writes there any more: it is replaced,
        not freed, and after `current` has said so.
        """
        with self.lock:
            if self.device is not None:
                return self.device
            self.updates = 0
            device = put(self.host)
            # under a trace it belongs to the trace
            if not isinstance(device, Tracer) and device.dtype == self.dtype and not self.is_shared():
                self.device = device
                if self.nbytes > SMALL:
                    self.snapshot, self.current = None, False
                    self.host = self.owner = np.empty(self.shape, self.dtype)
            return device

    # -- writing; the caller holds the lock

    def host_for_writing(self) -> np.ndarray:
        """The host replica, current, alone, and free to be written."""
        if recorders and (recorder := recorder_here()) is not None:
            recorder.before_write(self)
        if not self.current:
            self._download()
        self.device = self.snapshot = None
        self.reads = 0
        self.version += 1
        return self.host

    def _download(self) -> None:
        if self.host is None:
            self.owner = self.host = np.empty(self.shape, self.dtype)
        if events.listeners and self._is_looked_at():
            events.emit("transfer", "to_host", nbytes=self.nbytes)
        np.copyto(self.host, self.device_snapshot())
        self.snapshot = None
        self.current = True

    def replace(self, device) -> None:
        """Take `device` as the new contents."""
        if recorders and (recorder := recorder_here()) is not None:
            recorder.before_write(self)
        if self.is_shared() and not isinstance(device, Tracer):
            # somebody else reads this memory: the values must be there, now
            np.copyto(self.host, np.asarray(device))
            self.device = None
            self.version += 1
            return
        self.device = device
        self.current = False
        self.snapshot = None
        self.reads = 0
        self.version += 1

    def write_host(self, values: np.ndarray) -> None:
        """Take `values` as the new contents, into the memory of the host."""
        with self.lock:
            if recorders and (recorder := recorder_here()) is not None:
                recorder.before_write(self)
            np.copyto(self.stand_in(), values, casting="unsafe")
            self.device = self.snapshot = None
            self.current = True
            self.reads = 0
            self.version += 1

    def promote(self) -> None:
        """Take the values to the device, where one known only at run time will be written."""
        if recorders and (recorder := recorder_here()) is not None:
            recorder.before_write(self)
        values = self.host if self.current else self.device  # not by read(): the caller holds the lock
        self.device, self.current = jax.numpy.asarray(values), False

    def prefers_device_update(self, kind) -> bool:
        """Whether one more compiled update of this kind beats moving to the host.

        Renting against buying, twice.  A kernel is compiled when moving for want
        of it has cost as much as compiling.  Compiled updates cost a fixed price
        each, moving costs one copy of the array.  Changing over when the rents
        paid reach the price of buying is never worse than twice the best choice.
        """
        if self.current or self.device is None:
            return False
        if self.traced:
            return True
        nbytes = self.nbytes
        if nbytes <= SMALL:
            return False
        kind = (self.shape, self.dtype, kind)
        moved = _moved.get(kind, 0)
        if moved < BYTES_PER_COMPILATION:
            if len(_moved) >= 4096:
                _moved.clear()
            _moved[kind] = moved + nbytes
            return False
        self.updates += 1
        return self.updates * BYTES_PER_UPDATE <= nbytes

    def donatable(self) -> bool:
        """Whether nobody but this buffer holds the device replica."""
        if self.snapshot is not None:
            if _getrefcount(self.snapshot) > 2:
                return False
            self.snapshot = None
        return not self.traced and _getrefcount(self.device) <= 2

    def taken(self):
        """The device replica, for a kernel that takes its memory over; None where somebody else holds it.

        The caller holds the lock, and puts new contents in its place.  It is taken out
        before its references are counted: a thread that comes for it later waits for the lock.
        """
        if not self.donatable():
            return None
        device, self.device = self.device, None
        if _getrefcount(device) > 2:
            self.device = device
            return None
        return device


def of_device(device) -> Buffer:
    return Buffer(device, None, device.shape, device.dtype)


def of_host(values: np.ndarray) -> Buffer:
    """A buffer over C-ordered `values`, whose memory becomes ours."""
    return Buffer(None, values, values.shape, values.dtype)
