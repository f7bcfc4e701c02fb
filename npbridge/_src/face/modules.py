"""Faces of NumPy's modules: what user code gets when it imports ``numpy``."""

from __future__ import annotations

import sys
import types

import numpy as np

from . import tables
from .makers import Converter, Creator, Overridable

_Dispatcher = type(np.sum)
_faces: dict[str, types.ModuleType] = {}


class Face(types.ModuleType):
    """A module that answers with the face's objects where there are any.

    Names are looked up once, when first used; what NumPy says of missing and
    removed names is said here too.
    """

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(module.__name__, module.__doc__)
        own = self.__dict__
        own["_module"] = module
        for name in ("__file__", "__path__", "__package__", "__spec__", "__loader__", "__version__", "__all__"):
            if hasattr(module, name):
                own[name] = getattr(module, name)

    def __getattr__(self, name):
        value = self.__dict__[name] = faced(self._module.__name__, name, getattr(self._module, name))
        return value

    def __dir__(self):
        return dir(self._module)

    def __repr__(self):
        return repr(self._module)

    def __reduce__(self):
        return face_named, (self.__name__,)


def face() -> types.ModuleType:
    """NumPy as user code sees it: what it makes are our arrays.

    Returns
    -------
    module
        Creation functions, ``random`` and ``ndarray`` are the face's; every other
        object is NumPy's own.

    Examples
    --------
    >>> from npbridge._src.face import face
    >>> np = face()
    >>> type(np.zeros(3)).__name__
    'JaxArray'
    >>> isinstance(np.zeros(3), np.ndarray)
    True
    >>> np.array(["a", "b"])
    array(['a', 'b'], dtype='<U1')
    """
    return face_of(np)


def face_of(module: types.ModuleType) -> types.ModuleType:
    """The face of a NumPy module; the module itself where it has none."""
    name = module.__name__
    found = _faces.get(name)
    if found is None:
        if name not in tables.FACED:
            return module
        found = _faces[name] = Face(module)
    return found


def face_named(name: str) -> types.ModuleType:
    __import__(name)
    return face_of(sys.modules[name])


def faced(module: str, name: str, value):
    """The face's form of `value`, which is called `name` in `module`."""
    if isinstance(value, types.ModuleType):
        return face_of(value)
    special = specials().get(id(value))
    if special is not None:
        return special
    if module == "numpy.random":
        return _random(name, value)
    if module in tables.HOSTED and isinstance(value, types.FunctionType):
        return Creator(value)
    if name in tables.CREATE_IN.get(module, ()):
        return Creator(value)
    return faced_function(value)


def faced_function(value):
    """The face's form of a function of NumPy, wherever it was found."""
    made = functions().get(id(value))
    if made is None and type(value) is _Dispatcher and value.__name__ not in tables.KEPT:
        made = functions()[id(value)] = Overridable(value)
    return value if made is None else made


def _random(name, value):
    if name in tables.RANDOM_KEPT or isinstance(value, type) or not callable(value):
        return value
    from .generators import sampler

    return sampler(name, value)


_made: dict[int, object] = {}


def functions() -> dict[int, object]:
    if not _made:
        for name, defaults in tables.CONVERT.items():
            _made[id(getattr(np, name))] = Converter(getattr(np, name), *defaults)
        for name in tables.CREATE:
            _made[id(getattr(np, name))] = Creator(getattr(np, name))
    return _made


_objects: dict[int, object] = {}


def specials() -> dict[int, object]:
    """The objects that are no functions, by the identity of NumPy's."""
    if not _objects:
        from . import generators, ndarray, objects

        _objects[id(np.ndarray)] = ndarray.ndarray
        _objects.update((id(old), new) for old, new in objects.pairs())
        _objects.update((id(old), new) for old, new in generators.pairs())
    return _objects
