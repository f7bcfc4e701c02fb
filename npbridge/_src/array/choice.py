"""An array that is one of two arrays of the same shape and dtype, which of them being known only at run time.

It is read by selecting, and written through to the one that it is: each of the two is
written under its condition.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.errors import ControlFlowError
from ..storage import recording
from ..storage.buffer import Buffer
from . import core

_MOST = 1024
_TOO_MANY = (
    f"a name stands for one of more than {_MOST} arrays, depending on conditions that are known only at run time. "
    "Copy the values into one array instead, or run the function on the 'numpy' backend."
)


class Choice(Buffer):
    """The storage of such an array: ``first`` where the condition holds, else ``second``.

    What a loop leaves in a name that was bound before stands for the array from before
    where nothing ran; as a result it is a new array all the same where nobody has that one.
    """

    __slots__ = ("_seen", "_value", "condition", "count", "first", "leaves_as_values", "second")

    def __init__(self, condition, first, second, value) -> None:
        self.count = _count(first) + _count(second)
        if self.count > _MOST:
            raise ControlFlowError(_TOO_MANY)
        self.condition, self.first, self.second, self._value = condition, first, second, value
        self._seen = None
        self.leaves_as_values = False  # a result need not wait for the condition
        super().__init__(None, None, first.shape, first.dtype)

    @property
    def version(self):
        return self.first._buffer.version + self.second._buffer.version

    @version.setter
    def version(self, value) -> None:
        return

    def settle(self) -> None:
        """The value that was given is that of the two arrays as they are now."""
        self._seen = self.version

    @property
    def device(self):
        if self._seen != self.version:
            # not kept: it may be asked for while a part of the program is traced by itself
            return jnp.where(self.condition, self.first._value(), self.second._value())
        return self._value

    @device.setter
    def device(self, value) -> None:
        return

    @property
    def traced(self) -> bool:
        return True

    def replace(self, device) -> None:
        self.first[...] = core.array_of_device(jnp.where(self.condition, device, self.first._value()))
        # read now: the two may share memory
        self.second[...] = core.array_of_device(jnp.where(self.condition, self.second._value(), device))

    def host_for_writing(self):
        return np.asarray(self.device)  # raises: the values are known at run time only


def _count(array) -> int:
    """How many arrays, as they are named, it is one of."""
    return array._buffer.count if is_one_of_two(array) else 1


def conditions_of(array) -> list:
    """On what it depends which of several an array is, in the order in which :class:`Choice` names them."""
    if not is_one_of_two(array):
        return []
    buffer = array._buffer
    return [buffer.condition, *conditions_of(buffer.first), *conditions_of(buffer.second)]


def array_of(condition, first, second, value):
    """The array that is `first` or `second`; None stands for one that nobody else has.

    A `value` that is not known yet is read when it is asked for.
    """
    alone = None if value is None else core.array_of_device(value)
    first, second = (alone if x is None else x for x in (first, second))
    array = core._new(core.JaxArray)
    array._buffer = Choice(condition, first, second, value)
    array._layout = array._base = array._cached = None
    return array


def is_one_of_two(x) -> bool:
    return type(x) is core.JaxArray and type(x._buffer) is Choice and x._layout is None


def each(array, function):
    """``function(array)``, which NumPy answers with views: that of each of the two, by its strides, chosen again.

    What is a copy of both is one.
    """
    buffer = array._buffer
    return _chosen(array, function(buffer.first), function(buffer.second))


def _chosen(array, x, y):
    if isinstance(x, (tuple, list)):
        parts = [_chosen(array, a, b) for a, b in zip(x, y, strict=True)]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    buffer = array._buffer
    if x is buffer.first and y is buffer.second:
        return array
    if x._base is None and y._base is None and x is not buffer.first and y is not buffer.second:
        return core.of_device(jnp.where(buffer.condition, x._value(), y._value()))
    made = array_of(buffer.condition, x, y, None)
    made._buffer.leaves_as_values = buffer.leaves_as_values
    made._base = array if array._base is None else array._base
    if buffer in recording.frozen:
        recording.frozen[made._buffer] = recording.frozen[buffer]
    return made
