"""One draw from a generator of NumPy's, of which some arguments may be known only at run time; and states."""

from __future__ import annotations

import functools
import random
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core
from ..dispatch import backend as backends
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer, canonical
from . import late_texts

OURS = core.OURS
GLOBAL: Any = np.random.normal.__self__  # type: ignore[attr-defined]


class Task:
    """``method(*args, **kwargs)`` of a generator; traced arguments are filled in at run time."""

    def __init__(self, generator, method, args, kwargs) -> None:
        leaves, self.tree = jax.tree.flatten((args, kwargs), is_leaf=lambda x: x is None or type(x) in OURS)
        self.generator, self.method = generator, method
        self.weak = [getattr(x, "weak", None) if type(x) in OURS else None for x in leaves]
        self.traced = [i for i, x in enumerate(leaves) if is_traced(x)]
        self.values = [_value(x) for i, x in enumerate(leaves) if i in self.traced]
        self.leaves = [None if i in self.traced else core.host_values(x) for i, x in enumerate(leaves)]

    def __call__(self, generator, values):
        leaves = list(self.leaves)
        for i, x in zip(self.traced, values, strict=True):
            weak = self.weak[i]
            leaves[i] = weak(x) if weak is not None else x[()] if x.ndim == 0 else x
        args, kwargs = jax.tree.unflatten(self.tree, leaves)
        if generator is None:
            args = [late_texts.settled(x) for x in args]
            return self.method(*args, **{k: late_texts.settled(x) for k, x in kwargs.items()})
        if callable(self.method):
            return self.method(generator, *args, **kwargs)
        method = getattr(plain(generator), self.method)
        if not hasattr(generator, "_stream"):
            return method(generator, *args, **kwargs)
        with backends.backend("numpy"):  # NumPy's code calls methods of a generator of ours, too
            return method(generator, *args, **kwargs)

    def ready(self):
        """The draw as a call without arguments that runs no Python; None where there is none such."""
        plainly = {int, float, bool, str, type(None)}
        if self.traced or self.generator is None or callable(self.method) or hasattr(self.generator, "_stream"):
            return None
        if isinstance(self.generator, random.Random) or not plainly.issuperset(map(type, self.leaves)):
            return None
        args, kwargs = jax.tree.unflatten(self.tree, self.leaves)
        return functools.partial(getattr(plain(self.generator), self.method), self.generator, *args, **kwargs)

    def result(self, parameters):
        """The kind, shape and dtype of what is drawn: a generator that nobody sees draws once."""
        trials = _trials([(x.shape, np.dtype(x.dtype)) for x in parameters]) if parameters else [[]]
        error: Exception | None = None
        for values in trials:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    drawn = self(_scratch(self.generator), values)
                return _described(drawn)
            except UnsupportedError:
                raise
            except Exception as problem:
                error = error or problem
        assert error is not None
        raise error


class Call(Task):
    """``function(*args, **kwargs)`` of Python's library, which gives a number of a `kind`, or nothing."""

    def __init__(self, function, args, kwargs, kind) -> None:
        super().__init__(None, function, args, kwargs)
        self.kind = kind

    def result(self, parameters):
        return (None, (), None) if self.kind is None else (self.kind, (), canonical(np.dtype(self.kind)))


def _described(drawn):
    if drawn is None:
        return None, (), None
    values = np.asarray(drawn)
    if values.dtype.char not in core.STORED_KINDS:
        raise UnsupportedError("what was drawn from numpy.random is no number: that has no form in compiled code")
    kind = np.ndarray if type(drawn) is np.ndarray else type(drawn)
    return kind, values.shape, canonical(values.dtype)


def _trials(forms):
    """Values for parameters that are not known yet: some of them are valid for any distribution."""
    for fill in (0.5, 2, None):
        yield [np.full(s, k + 1 if fill is None else fill).astype(d) for k, (s, d) in enumerate(forms)]
    yield [np.full(s, 1 / max(s[-1] if s else 1, 1)).astype(d) for s, d in forms]
    yield [np.eye(s[-1], dtype=d) if len(s) == 2 else np.ones(s, d) for s, d in forms]


def is_traced(x) -> bool:
    return isinstance(x, Tracer) or type(x) in OURS and x._buffer.traced


def _value(x):
    return jnp.asarray(x._value() if type(x) in OURS else x)


# -- generators


def plain(generator):
    if isinstance(generator, random.Random):
        return random.Random
    return np.random.Generator if isinstance(generator, np.random.Generator) else np.random.RandomState


def _scratch(generator):
    if isinstance(generator, random.Random):
        return random.Random(0)
    return _scratch_state if isinstance(generator, np.random.RandomState) else np.random.Generator(np.random.PCG64(0))


_scratch_state = np.random.RandomState(0)


def state_of(generator):
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return np.random.RandomState.get_state(generator, False)
    return getattr(generator, "bit_generator", generator).state


def set_state(generator, state) -> None:
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.RandomState):
        np.random.RandomState.set_state(generator, state)
    else:
        getattr(generator, "bit_generator", generator).state = state


def global_state():
    state = state_of(GLOBAL)
    bits = state["state"]
    return state["bit_generator"], str(bits) if "key" not in bits else (bits["key"].tobytes(), bits["pos"])
