"""Python's own generator of random numbers in code compiled for ``'jax'``: drawn at each run, as NumPy's are.

What is drawn from a sequence is its places; the items are taken in compiled code.
"""

from __future__ import annotations

import random
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..array import core, traced_number
from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from .host_tasks import Task, is_traced
from .traced_draws import host_in

OURS = core.OURS
_NUMBERS = (int, float, complex)


class Drawing:
    """A method of a ``random.Random``, in compiled code."""

    def __init__(self, generator, name: str) -> None:
        self.generator, self.name = generator, name

    def __call__(self, *args, **kwargs):
        context: Any = contexts.current()
        what = f"random.{self.name}"
        host = host_in(context, what)
        if self.name in _NO_NUMBERS:
            raise UnsupportedError(
                f"{what} cannot be compiled for 'jax': its result is no number. Call it outside of the function."
            )
        if context.refuses_host:
            raise UnsupportedError(f"{what} draws on the host, which strict=True forbids. Draw from npbridge.random.")
        special = _SPECIAL.get(self.name)
        if special is not None:
            result = special(self, *args, **kwargs)
        else:
            result = self.draw(self.name, args, kwargs)
        how = "in compiled code by a call back" if host.calls_back else "before each run"
        context.note_here(f"{what} draws {how}")
        return result

    def draw(self, method, args, kwargs):
        task = Task(self.generator, method, args, kwargs)
        return host_in(contexts.current(), f"random.{self.name}").draw(task, task.values)

    def places(self, method, n: int, *args, **kwargs):
        """The places that are drawn of a sequence of `n`."""
        return self.draw(lambda g: np.array(method(g, range(n), *args, **kwargs)), (), {})._value()


_NO_NUMBERS = {"getstate", "setstate", "randbytes"}


def _seed(self, a=None, version=2):
    given = int(a) if is_traced(a) else core.host_values(a)
    self.draw(lambda g: random.Random.seed(g, given, version), (), {})


def _items(sequence, what: str):
    """A sequence as an array, and how its items are made again."""
    if type(sequence) in OURS:
        return jnp.asarray(sequence._value()), lambda x: core.of_device(x)
    items = list(sequence)
    kinds = {type(x) if type(x) in _NUMBERS else getattr(x, "weak", None) for x in items}
    if len(kinds) != 1 or None in kinds or not isinstance(sequence, (list, tuple, range)):
        raise UnsupportedError(
            f"random.{what} of a {type(sequence).__name__} of things that are not numbers of one kind: which one it "
            "is is known only when the compiled function runs. Draw a place with random.randrange, or draw outside."
        )
    (kind,) = kinds
    values = [x._value() if type(x) in OURS else x for x in items]
    return jnp.asarray(values), lambda x: traced_number.of_value(x, kind)


def _choice(self, seq):
    if len(seq) == 0:
        raise IndexError("Cannot choose from an empty sequence")
    values, item = _items(seq, "choice")
    place = self.places(lambda g, n: g.choice(n), len(seq))
    return item(jnp.take(values, place, axis=0))


def _several(name):
    method = getattr(random.Random, name)

    def draw(self, population, *args, **kwargs):
        values, item = _items(population, name)
        places = self.places(method, len(population), *map(core.host_values, args), **kwargs)
        return [item(jnp.take(values, places[i], axis=0)) for i in range(places.shape[0])]

    return draw


def _shuffle(self, x):
    values, item = _items(x, "shuffle")

    def order(g, places):
        found = list(places)
        g.shuffle(found)
        return found

    places = self.places(order, len(x))
    if type(x) in OURS:
        if x.ndim > 1:
            raise UnsupportedError("random.shuffle of rows: Python swaps views, and loses rows. Use numpy.random's.")
        x[...] = core.array_of_device(jnp.take(values, places, axis=0))
    else:
        x[:] = [item(values[places[i]]) for i in range(len(x))]


_SPECIAL = {
    "seed": _seed, "choice": _choice, "choices": _several("choices"), "sample": _several("sample"), "shuffle": _shuffle,
}  # fmt: skip
