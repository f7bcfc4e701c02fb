"""Parts of an array at a place that is known only at run time.

What is a view of such a part NumPy says, by the strides that it has wherever it lies:
``x[:, i : i + 2].reshape(-1)`` is a copy, ``x[i : i + 2].reshape(-1)`` a view.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..storage import recording, view
from ..storage.buffer import Buffer, recorder_here
from ..storage.composed import through
from ..storage.view import address, owner_of
from . import core


class Window(Buffer):
    """The storage of a window: part of an array, at a place known at run time."""

    __slots__ = ("_reader", "_seen", "_value", "array", "key", "spec", "starts")

    def __init__(self, array, key, spec, starts) -> None:
        self.array, self.key, self.spec, self.starts = array, key, spec, starts
        self._seen = self._value = self._reader = None
        super().__init__(None, None, spec.shape, array.dtype)

    @property
    def device(self):
        version = self.array._buffer.version
        if self._value is None or self._seen != version or not self._is_known_here():
            self._value = view.read_spec(jnp.asarray(self.array._value()), self.spec, self.starts)
            self._seen, self._reader = version, recorder_here()
        return self._value

    def _is_known_here(self) -> bool:
        """Whether the value was read in this part of the program, or in one around it: another has its own."""
        return self._reader is None or bool(self._reader.thread)

    @device.setter
    def device(self, value) -> None:
        return

    @property
    def version(self):
        return self.array._buffer.version

    @version.setter
    def version(self, value) -> None:
        return

    @property
    def traced(self) -> bool:
        return True

    def replace(self, device) -> None:
        new = view.write_traced(jnp.asarray(self.array._value()), device, self.spec, self.starts)
        self.array[...] = core.array_of_device(new)
        self._value = None

    def host_for_writing(self):
        return np.asarray(self.device)  # raises: the values are known at run time only


def layout_of(array) -> np.ndarray:
    """An ndarray of the shape and the strides that an array has, on memory that nobody reads."""
    buffer = array._buffer
    if type(buffer) is not Window:
        return array._window()
    whole, host = _cut(layout_of(buffer.array), buffer.spec), buffer.stand_in()
    if array._whole:
        return whole
    window = array._window()
    offset = address(window) - address(host) if window.size else 0
    found = through(window.shape, window.strides, offset, window.dtype, whole, owner_of(whole))
    return window if found is None else found


def _cut(whole: np.ndarray, spec) -> np.ndarray:
    """What `spec` cuts out of an array, at whatever place."""
    spans = [abs(step) * (size - 1) + 1 if size else 0 for size, step in spec.cuts]
    part = whole[tuple([slice(span) for span in spans])]
    part = part[tuple([slice(None, None, cut[1]) if j in spec.used else 0 for j, cut in enumerate(spec.cuts)])]
    return part[tuple([slice(None) if i in spec.kept else None for i in range(len(spec.shape))])]


def is_of_window(array) -> bool:
    return type(array._buffer) is Window


def is_view(array, cut) -> bool:
    """Whether NumPy's answer to `cut` is a view of an array that lies in a window."""
    real = layout_of(array)
    return _lies_in(cut(real), owner_of(real))


def _lies_in(result, owner) -> bool:
    if isinstance(result, (tuple, list)):
        return all(_lies_in(part, owner) for part in result)
    return type(result) is np.ndarray and owner_of(result) is owner


def see_that_a_copy_is_one(array, copy, cut):
    """`copy`; where NumPy's answer is a view of the array, neither of the two can be written."""
    if is_of_window(array) and is_view(array, cut):
        recording.freeze_copy(copy, "an array")
        recording.freeze_copy(array, "an array")
    return copy
