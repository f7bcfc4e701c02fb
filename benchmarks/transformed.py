"""What ``grad`` and ``vmap`` of a method cost besides the work, which is measured by hand."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp

import npbridge

from . import timing

ROUNDS = 31
SIZE, LANES = 10, 8


class Model(npbridge.Base):
    """Two parameters, and a count of the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.b = npbridge.TrainVar(npbridge.ones(SIZE)), npbridge.TrainVar(npbridge.zeros(SIZE))
        self.calls = npbridge.Variable(npbridge.zeros(()))

    def predict(self, x):
        return x * self.w + self.b

    def loss(self, x):
        self.calls += 1
        return (self.predict(x) ** 2).sum()


def _loss(w, b, calls, x):
    return ((x * w + b) ** 2).sum(), calls + 1


def rows(trivial: Callable[[], object], wanted: str) -> Iterator[tuple[str, float, float]]:
    """``(what, at most, measured)`` in trivial calls, the work by hand taken off but for one call."""
    model = Model()
    x, xs = npbridge.ones(SIZE), npbridge.ones((LANES, SIZE))
    raw, raws = jnp.ones(SIZE), jnp.ones((LANES, SIZE))
    by_hand = jax.jit(jax.grad(_loss, argnums=(0, 1), has_aux=True))
    lanes_by_hand = jax.jit(jax.vmap(lambda w, b, x: x * w + b, in_axes=(None, None, 0)))
    grad = npbridge.grad(model.loss, grad_vars=model.train_vars())
    compiled, lanes = npbridge.jit(grad), npbridge.jit(npbridge.vmap(model.predict))
    calls, w = jnp.zeros(()), jnp.ones(SIZE)
    cases: list[tuple[str, Callable, Callable]] = [
        ("grad of a method", lambda: compiled(x), lambda: by_hand(w, w, calls, raw)),
        ("grad, not in a jit", lambda: grad(x), lambda: by_hand(w, w, calls, raw)),
        ("vmap of a method", lambda: lanes(xs), lambda: lanes_by_hand(w, w, raws)),
    ]
    for what, ours, theirs in cases:
        if wanted in what:
            samples = timing.interleaved([ours, theirs, trivial], ROUNDS)
            yield what, 3.0, statistics.median(1 + (a - b) / t for a, b, t in zip(*samples, strict=True))
