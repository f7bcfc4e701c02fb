"""What the methods of an array say of themselves: what those of ``numpy.ndarray`` say.

Libraries ask for it: the name of a method decides whether a result has a unit, its
signature what may be passed on.
"""

from __future__ import annotations

import types

import numpy as np

from .core import JaxArray


def _own_function(method: types.FunctionType) -> types.FunctionType:
    """The same code as a function of its own, which may have a name of its own."""
    own = types.FunctionType(
        method.__code__, method.__globals__, method.__name__, method.__defaults__, method.__closure__
    )
    own.__kwdefaults__ = method.__kwdefaults__
    return own


def present_methods() -> None:
    """Give each method the name, the documentation and the signature that NumPy's has."""
    presented: set[types.FunctionType] = set()
    for name, method in list(vars(JaxArray).items()):
        numpys = getattr(np.ndarray, name, None)
        if type(method) is not types.FunctionType or not callable(numpys) or name == "__new__":
            continue
        if method in presented:  # it has two names, as conj and conjugate
            method = _own_function(method)
            setattr(JaxArray, name, method)
        presented.add(method)
        method.__name__, method.__qualname__, method.__module__ = name, f"ndarray.{name}", "npbridge"
        method.__doc__ = numpys.__doc__
        vars(method)["__wrapped__"] = numpys  # where inspect.signature looks
