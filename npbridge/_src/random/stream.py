"""A stream of random numbers on ``'jax'``: a key in a buffer, and drawing from it.

The key is an array like any other: compiled code that draws finds it, takes it as an
input and writes the key that follows back; a failure gives the old one back; and
loops carry it.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core
from ..convert.context import current
from ..dispatch import forked
from ..ground.errors import UnsupportedError
from ..storage import buffer as buffers
from ..storage import compiling
from ..storage.buffer import Tracer
from . import keys


class Stream:
    """A key that moves on with each draw.

    Attributes
    ----------
    key : JaxArray
        Two words; the buffer stays the same for life.
    lock : threading.RLock
        Held while a draw reads the key and writes the next.
    """

    def __init__(self, key) -> None:
        traced = isinstance(key, Tracer)
        made: Any = core.array_of_device(key) if traced else core.of_fresh(np.array(key, np.uint32))
        self.key = made
        self.buffer = made._buffer
        self.lock = self.buffer.lock  # which compiled code that draws holds, too
        keys.key_buffers.add(self.buffer)

    def draw(self, sampler, statics: tuple, *parameters):
        """``sampler(key, *statics, *parameters)`` with a new key, as a value of JAX."""
        context = current()
        if context is not None and context.for_numpy:
            raise UnsupportedError("keys of npbridge.random have no compiled form on the 'numpy' backend.")
        if not any(isinstance(x, Tracer) for x in parameters):
            return self.again(drawing(sampler, statics), parameters)
        # what is known of the parameters later must not reach the key
        with self.lock:
            following, now = _next(self.key._value())
            self._go_on(following)
        return _sampled(sampler, statics)(now, *parameters)

    def again(self, kernel, parameters):
        """What `kernel`, made by :func:`drawing`, gives for a new key and known parameters."""
        with self.lock:
            following, value = kernel(self.key._value(), *parameters)
            self._go_on(following)
        return value

    def _go_on(self, following) -> None:
        buffer = self.buffer
        if isinstance(following, Tracer) and not buffer.traced and buffers.recorder_here() is None:
            raise UnsupportedError(
                "random numbers were asked for while jax itself was tracing, as in jax.jit or jax.lax: each call "
                "would give the same ones. Use npbridge.jit and its kin, or hand a key to jax.random."
            )
        with buffer.lock:
            buffer.replace(following)

    def get(self):
        """The present key, as an array of its own."""
        return core.array_of_device(jnp.asarray(self.key._value())) if self.buffer.traced else self.key.copy()

    def set(self, key) -> None:
        with self.lock:
            self.key[...] = key


@jax.jit
def _next(key):
    following, now = keys.split(key, 2)
    return following, now


@functools.lru_cache(4096)
def _sampled(sampler, statics):
    return compiling.kernel(lambda key, *parameters: sampler(key, *statics, *parameters))


@functools.lru_cache(4096)
def drawing(sampler, statics):
    """``kernel(key, *parameters)``: the key that follows, and a sample."""

    def run(key, *parameters):
        following, now = _next(key)
        return following, _sampled(sampler, statics)(now, *parameters)

    return compiling.kernel(run)


def _draw_in_a_child(self, *args):
    forked.refuse("JAX draws these random numbers")


def _in_a_child() -> None:
    if forked.in_child:
        for name in ("draw", "again"):
            setattr(Stream, name, _draw_in_a_child)


forked.in_a_child(_in_a_child)
