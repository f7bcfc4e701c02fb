"""NumPy's own compositions run over our arrays.

Most of NumPy is Python: ``np.cov`` is a page of array operations.  Bound to a
copy of its module's globals in which arrays are made by the face, the same code
computes with our arrays from beginning to end, so that its argument handling,
errors and corner cases are NumPy's by construction.
"""

from __future__ import annotations

import sys
import types
import warnings

import numpy as np

from ..array import core
from ..ground.compat import ARRAY_CONVERTER, trace_state_clean
from . import converter, makers, modules

OVER_OURS = "__npbridge_over_ours__"  # in the globals of functions made here
_globals: dict[str, dict] = {}
_Dispatcher = type(np.sum)


def rebind(function: types.FunctionType) -> types.FunctionType:
    """The same function, over the face.

    Parameters
    ----------
    function : function
        A function of NumPy written in Python, such as ``np.cov.__wrapped__``.

    Returns
    -------
    function
        With the same code, defaults and closure.  In its globals, and in those of
        the private functions that it calls, creation functions and NumPy's modules
        are the face's; public functions are NumPy's dispatchers.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> from npbridge._src.face.rebind import rebind
    >>> rebind(np.vander.__wrapped__)(npbridge.asarray([1.0, 2.0]), 2)
    JaxArray([[1., 1.],
              [2., 1.]], dtype=float32)
    """
    return _over(function, globals_of(function.__globals__))


def _over(function, names):
    new = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    new.__kwdefaults__ = function.__kwdefaults__
    new.__qualname__ = function.__qualname__
    new.__module__ = function.__module__
    new.__doc__ = function.__doc__
    return new


def globals_of(names: dict) -> dict:
    """The rebound copy of a module's globals, made once per module."""
    module = names["__name__"]
    found = _globals.get(module)
    if found is None:
        # known before it is filled: modules of NumPy import one another
        found = _globals[module] = {**names, OVER_OURS: True}
        for name, value in names.items():
            if not name.startswith("__"):
                found[name] = _rebound(value, name)
    return found


class Quiet:
    """``warnings`` as NumPy's own code sees it: while JAX traces it is not known yet what there is to warn of."""

    def __getattr__(self, name):
        return getattr(warnings, name)

    def warn(self, message, category=None, stacklevel=1, **more):
        if trace_state_clean():
            warnings.warn(message, category, stacklevel=stacklevel + 1, **more)


def _rebound(value, name):
    if value is warnings:
        return Quiet()
    if isinstance(value, types.ModuleType):
        return face_inside(value) if value.__name__.partition(".")[0] == "numpy" else value
    if isinstance(value, types.FunctionType):
        return _helper(value)
    if type(value) is _Dispatcher:
        made = modules.faced_function(value)
        return value if type(made) is makers.Overridable else made
    if id(value) in modules.functions():
        return modules.functions()[id(value)]
    if isinstance(value, np.ufunc):
        return ArrayUfunc(value)
    return _object(value)


class ArrayUfunc:
    """A ufunc that knows ``out=...``: the result as an array, never as a scalar.

    NumPy drops that argument before it asks an operand's ``__array_ufunc__``.
    """

    __slots__ = ("_ufunc",)

    def __init__(self, ufunc) -> None:
        self._ufunc = ufunc

    def __call__(self, *args, **kwargs):
        if kwargs.get("out") is not Ellipsis:
            return self._ufunc(*args, **kwargs)
        result = self._ufunc(*args, **kwargs)
        if type(result) is tuple:
            return tuple(map(core.array_if_scalar, result))
        return core.array_if_scalar(result)

    def __getattr__(self, name):
        return getattr(self._ufunc, name)


def _helper(function):
    """A private function, over the rebound globals of its own module."""
    if id(function) in modules.functions():
        return modules.functions()[id(function)]
    home = sys.modules.get(function.__module__)
    if not function.__module__.startswith("numpy") or function.__globals__ is not getattr(home, "__dict__", None):
        return function
    return _over(function, globals_of(function.__globals__))


def _object(value):
    if value is np.ndarray:
        from .ndarray import ndarray

        return ndarray
    if value is ARRAY_CONVERTER and value is not None:
        return converter.ArrayConverter
    return value


class Inside(types.ModuleType):
    """A module of NumPy as its rebound functions see it."""

    def __init__(self, module) -> None:
        super().__init__(module.__name__)
        self.__dict__["_module"] = module

    def __getattr__(self, name):
        value = self.__dict__[name] = _rebound(getattr(self._module, name), name)
        return value


_inside: dict[str, Inside] = {}


def face_inside(module):
    name = module.__name__
    if name not in _inside:
        _inside[name] = Inside(module)
    return _inside[name]
