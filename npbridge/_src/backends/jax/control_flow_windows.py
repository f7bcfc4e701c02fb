"""Which part of which storage an array is, in words that outlive the trace in which it was found."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...array import core, traced_index


class Window(NamedTuple):
    """An array that does not move with what is known only at run time, in words that outlive the trace."""

    buffer: Any
    shape: tuple
    strides: tuple
    offset: int
    dtype: Any
    writeable: bool

    def array(self, base=None):
        window = np.ndarray(self.shape, self.dtype, self.buffer.stand_in(), self.offset, self.strides)
        window.flags.writeable = self.writeable
        return core.of_view(self.buffer, window, base)


def window_of(x):
    """The window of an array, or of those in a list or tuple; None for anything else."""
    if type(x) in (list, tuple):
        parts = [window_of(item) for item in x]
        return None if None in parts or not parts else type(x)(parts)
    if type(x) is not core.JaxArray or traced_index.root(x._buffer) is not x._buffer:
        return None
    return window_in_buffer(x)


def window_in_buffer(x) -> Window:
    """The window of an array on its own buffer, which may be one that moves."""
    window, buffer = x._window(), x._buffer
    offset = core.view.address(window) - core.view.address(buffer.stand_in())
    return Window(buffer, window.shape, window.strides, offset, window.dtype, window.flags.writeable)


def buffers_of(window) -> list:
    return [window.buffer] if type(window) is Window else [b for x in window for b in buffers_of(x)]


def rebuilt(window):
    """What a window, or the lists and tuples of them, stand for."""
    return window.array() if type(window) is Window else type(window)(map(rebuilt, window))


def same_object(a, b) -> bool:
    """Whether two values are one object, or two windows on the same memory."""
    if a is b:
        return True
    if type(a) not in core.OURS or type(a) is not type(b) or isinstance(a, core.JaxScalar) or type(a) is core.JaxScalar:
        return False
    if a._buffer is not b._buffer:
        return False
    if a._whole and b._whole:
        return True
    x, y = a._window(), b._window()
    return (
        x.shape == y.shape and x.strides == y.strides and x.dtype == y.dtype
        and core.view.address(x) == core.view.address(y)
    )  # fmt: skip
