"""``numpy.random`` as user code sees it: NumPy's own numbers in our arrays.

Generators travel: user code hands them to libraries, whose compiled parts want
NumPy's own arrays.  So each method looks who calls, and gives our arrays to user
code only.
"""

from __future__ import annotations

import functools

import numpy as np

from ..backends import host
from ..convert import context as contexts
from ..ground.compat import frame_above
from ..ground.users import in_library
from . import tables
from .adopt import OURS, adopt, given
from .makers import Maker


def _writes(function, args, kwargs):
    """The call, where an argument of ours is written."""
    if contexts.current() is not None:
        return _compiled(function, args, kwargs)
    written = [x for x in (*args[:1], kwargs.get("x"), kwargs.get("out")) if type(x) in OURS]
    return host.call_writing(function, args, kwargs, written)


def _compiled(function, args, kwargs):
    """The call in a function that is being compiled."""
    from . import traced_draws

    return traced_draws.drawing(function)(*args, **kwargs)


def draw(function, args, kwargs):
    """A sample as our array; what is no array as NumPy gives it."""
    if contexts.current() is not None:
        return _compiled(function, args, kwargs)
    if "out" in kwargs and type(kwargs["out"]) in OURS:
        return _writes(function, args, kwargs)
    args = [given(x) for x in args]
    if kwargs:
        kwargs = {k: given(x) for k, x in kwargs.items()}
    return adopt(function(*args, **kwargs))


class Sampler(Maker):
    """A function of ``numpy.random``."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return draw(self.__wrapped__, args, kwargs)

    def __reduce__(self):
        from .makers import named

        return named, ("numpy.random", self.__wrapped__.__name__)


class Shuffler(Sampler):
    """A function of ``numpy.random`` that writes its first argument."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return _writes(self.__wrapped__, args, kwargs)


def sampler(name, function):
    if name == "default_rng":
        return default_rng
    return Shuffler(function) if name in tables.RANDOM_WRITES else Sampler(function)


def _method(name, real):
    shuffles = name in tables.RANDOM_WRITES

    def method(self, *args, **kwargs):
        function = functools.partial(real, self)
        if shuffles:
            return _writes(function, args, kwargs)
        if contexts.current() is None and in_library(frame_above(1).f_code.co_filename):
            return real(self, *args, **kwargs)
        return draw(function, args, kwargs)

    return functools.update_wrapper(method, real)


def _methods(real):
    names = [n for n in dir(real) if n[0] != "_" and n not in tables.RANDOM_KEPT | {"bit_generator", "spawn"}]
    return {n: _method(n, getattr(real, n)) for n in names}


def _generator(bit_generator):
    return Generator(bit_generator)


def _state(state):
    new = RandomState()
    new.set_state(state)
    return new


def _generator_reduce(self):
    return _generator, (self.bit_generator,)


def _state_reduce(self):
    return _state, (self.get_state(legacy=False),)


def _generator_new(real, name, extra):
    return type(name, (real,), {"__module__": "numpy.random", "__doc__": real.__doc__, **_methods(real), **extra})


Generator = _generator_new(np.random.Generator, "Generator", {"__reduce__": _generator_reduce})
RandomState = _generator_new(np.random.RandomState, "RandomState", {"__reduce__": _state_reduce})


@functools.wraps(np.random.default_rng)
def default_rng(seed=None):
    if contexts.current() is not None:
        from . import traced_draws

        return traced_draws.Making(np.random.default_rng)(seed)
    real = np.random.default_rng(given(seed))
    return real if isinstance(real, Generator) else Generator(real.bit_generator)


def pairs():
    """The classes and the face's forms of them."""
    return ((np.random.Generator, Generator), (np.random.RandomState, RandomState))
