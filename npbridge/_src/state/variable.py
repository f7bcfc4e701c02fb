"""``Variable``: an array that is state, and keeps its shape and dtype."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np

from ..array import core, interop, pickling
from ..ground.errors import UnsupportedError, VariableError
from ..storage import buffer as buffers

JaxArray: Any = core.JaxArray  # its methods are attached from tables
_NUMBERS = {bool: "biufc", int: "iufc", float: "fc", complex: "c"}


def _flatten(variable: Variable):
    return (variable.value,), variable._dynamic


def _register(cls: type[Variable]) -> None:
    """Variables are as fast as arrays; and nodes of pytrees, in which they stay what they are."""
    core.ARRAYS.add(cls)
    plain = interop._unflatten(JaxArray)

    def unflatten(dynamic, children):
        array = plain(None, children)
        variable = core._new(cls)
        variable._buffer, variable._layout = array._buffer, array._layout
        variable._base = variable._cached = None
        variable._dynamic, variable._held = dynamic, False
        return variable

    jax.tree_util.register_pytree_node(cls, _flatten, unflatten)


class Variable(JaxArray):
    """An array that belongs to a model and changes while it runs.

    It is used as any array is; what is computed from it is a ``JaxArray``.  Code
    that writes it, compiled or not, writes into this object: ``v[...] = x``,
    ``v += x``, ``v.value = x``, and ``model.v = x`` where the model is a
    :class:`Base`.

    Parameters
    ----------
    value : array_like
        The first values; they are copied.
    dtype : dtype, optional
        As in ``npbridge.asarray``.
    dynamic : bool, optional
        Whether an assignment may bring another shape or dtype.

    Raises
    ------
    VariableError
        A ``ValueError`` and a ``TypeError``: a whole new value has another shape, or a
        dtype that this one does not hold (``numpy.can_cast``, ``"same_kind"``).

    Examples
    --------
    >>> import npbridge
    >>> v = npbridge.Variable(npbridge.zeros(3))
    >>> v[1:] += 2
    >>> v
    Variable([0., 2., 2.], dtype=float32)
    >>> v * 2
    JaxArray([0., 4., 4.], dtype=float32)
    >>> v.value = [1, 2]
    Traceback (most recent call last):
    npbridge.errors.VariableError: a Variable of shape (3,) cannot become one of shape (2,)...
    """

    __slots__ = ("_dynamic", "_held")

    # _dynamic  whether shape and dtype may change
    # _held     whether it is part of a model, from which it is then copied

    __npbridge_variable__ = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(cls)

    def __new__(cls, value, dtype=None, *, dynamic=False):
        self = core._new(cls)
        _take(self, value, dtype)
        self._base = None
        self._dynamic = bool(dynamic)
        self._held = False
        return self

    @property
    def dynamic(self) -> bool:
        """Whether shape and dtype may change."""
        return self._dynamic

    @property
    def value(self):
        """The values as a ``jax.Array`` (an ``ndarray`` on ``'numpy'``)."""
        return JaxArray.value.fget(self)

    @value.setter
    def value(self, new) -> None:
        assign(self, new)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return JaxArray.shape.fget(self)

    @shape.setter
    def shape(self, new) -> None:
        if not self._dynamic:
            raise VariableError(f"the shape of a {type(self).__name__} stays {self.shape}.{WHAT_INSTEAD}")
        assign(self, np.reshape(self, new).copy())

    @property
    def dtype(self) -> np.dtype:
        """The type of the elements."""
        return JaxArray.dtype.fget(self)

    @dtype.setter
    def dtype(self, new) -> None:
        if not self._dynamic:
            raise VariableError(f"the dtype of a {type(self).__name__} stays {self.dtype}.{WHAT_INSTEAD}")
        assign(self, self.view(new).copy())

    def resize(self, *new_shape, refcheck=True):
        """As ``numpy.ndarray.resize``, where the shape may change."""
        if not self._dynamic:
            raise VariableError(f"the shape of a {type(self).__name__} stays {self.shape}.{WHAT_INSTEAD}")
        assign(self, np.resize(self, *new_shape))

    def __npbridge_again__(self):
        """How a variable that was made in compiled code is made of its values at each call."""
        return functools.partial(_of_device, type(self), self._dynamic)

    def __copy__(self):
        return type(self)(self, dynamic=self._dynamic)

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        return _rebuild, (type(self), *pickling.pickled(self), self._dynamic)


_register(Variable)


class TrainVar(Variable):
    """A variable that is trained: ``model.train_vars()`` finds it.

    Its parameters and errors are those of :class:`Variable`.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.TrainVar([0.5, 1.5])
    TrainVar([0.5, 1.5], dtype=float32)
    """

    __slots__ = ()


WHAT_INSTEAD = (
    " Write an array of this shape and kind, make it Variable(..., dynamic=True), or put a new Variable in its place."
)


def assign(variable: Variable, new: Any, name: str = "") -> None:
    """Give `variable` a whole new value; `name` is what messages call it."""
    if new is variable:
        return
    if type(new) is JaxArray and new.shape == variable.shape and new.dtype == variable.dtype:
        variable[...] = new  # as below, and most assignments are of this kind
        return
    reason = _misfit(variable, new, name)
    if not reason:
        variable[...] = new
    elif not variable._dynamic:
        raise VariableError(reason + WHAT_INSTEAD)
    elif buffers.recorder_here() is not None or variable._buffer.traced:
        raise UnsupportedError(
            f"{reason} inside compiled code, also where it is dynamic: the code is compiled for one shape. "
            "Return the new value and assign it outside, or keep the largest shape and a count."
        )
    else:
        _take(variable, new, None)


def _misfit(variable: Variable, new: Any, name: str) -> str:
    """Why `new` does not fit; empty where it does."""
    kind = type(new)
    what = f"a {type(variable).__name__}" if not name else f"{name}, a {type(variable).__name__}"
    if kind in core.OURS or isinstance(new, (np.ndarray, np.generic, jax.Array)):
        shape, dtype = tuple(new.shape), getattr(new, "weak", None) or new.dtype
    elif kind in _NUMBERS:
        shape, dtype = (), kind
    else:
        found = np.asarray(core.host_values(new))
        shape, dtype = found.shape, found.dtype
    if shape != variable.shape:
        return f"{what} of shape {variable.shape} cannot become one of shape {shape}."
    target = variable.dtype
    fits = target.kind in _NUMBERS[dtype] if dtype in _NUMBERS else np.can_cast(dtype, target, "same_kind")
    return "" if fits else f"{what} of dtype {target} does not hold values of type {getattr(dtype, '__name__', dtype)}."


def _take(variable: Variable, value: Any, dtype: Any) -> None:
    """Let `variable` be a window on a new buffer with these values."""
    made: Any = core.from_object(value, dtype, copy=True)
    if not made._whole:  # in Fortran order, say
        made = core.of_fresh(np.array(made._read(), order="C"))
    variable._buffer = made._buffer
    variable._layout = None
    variable._cached = None


def _of_device(cls: type[Variable], dynamic: bool, value: Any) -> Variable:
    return cls(core.array_of_device(value), dynamic=dynamic)


def _rebuild(cls: type[Variable], values: np.ndarray, sent: pickling.Settings, dynamic: bool) -> Variable:
    return cls(pickling.unpickled(values, sent), dynamic=dynamic)
