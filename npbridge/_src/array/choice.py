"""An array that is one of two arrays of the same shape and dtype, which of them being known only at run time.

It is read by selecting, and written through to the one that it is: each of the two is
written under its condition.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..storage.buffer import Buffer
from . import core


class Choice(Buffer):
    """The storage of such an array: ``first`` where the condition holds, else ``second``.

    What a loop leaves in a name that was bound before stands for the array from before
    where nothing ran; as a result it is a new array all the same where nobody has that one.
    """

    __slots__ = ("_seen", "_value", "condition", "first", "leaves_as_values", "second")

    def __init__(self, condition, first, second, value) -> None:
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


def conditions_of(array) -> list:
    """On what it depends which of several an array is, in the order in which :class:`Choice` names them."""
    if type(array) is not core.JaxArray or type(array._buffer) is not Choice or array._layout is not None:
        return []
    buffer = array._buffer
    return [buffer.condition, *conditions_of(buffer.first), *conditions_of(buffer.second)]


def array_of(condition, first, second, value):
    """The array that is `first` or `second`; None stands for one that nobody else has."""
    alone = core.array_of_device(value)
    first, second = (alone if x is None else x for x in (first, second))
    array = core._new(core.JaxArray)
    array._buffer = Choice(condition, first, second, value)
    array._layout = array._base = array._cached = None
    return array
