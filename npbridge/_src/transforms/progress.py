"""A progress bar that moves from inside a compiled loop."""

from __future__ import annotations

import importlib
from typing import Any

import jax
import jax.custom_batching
import jax.numpy as jnp
from jax import lax

STEPS = 100  # how often the bar moves, at most


def tqdm():
    """The class ``tqdm.auto.tqdm``, which is optional."""
    try:
        return importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        raise ModuleNotFoundError(
            "progress=True shows a bar of tqdm, which is not installed. Install it (pip install tqdm), or leave "
            "progress out."
        ) from None


class Bar:
    """The bar of one loop; a new one for each time that the loop runs.

    Its moves may come in another order than the iterations: it is complete when all have
    come, and what comes for the second time is of the next run.
    """

    def __init__(self, total: int, description: str, reverse: bool) -> None:
        self.make = tqdm()
        self.reverse = reverse
        self.total, self.description = total, description
        self.every = max(1, total // STEPS)
        self.bar: Any = None
        self.moves = len({1, *range(self.every, total + 1, self.every), total})
        self.seen: set[int] = set()

    def trace(self, index) -> None:
        """Have the bar moved when the iteration over this item runs."""
        index = self.total - 1 - index if self.reverse else index
        due = ((index + 1) % self.every == 0) | (index + 1 == self.total) | (index == 0)
        lax.cond(due, lambda i: jax.debug.callback(self.move, i), lambda i: None, jnp.asarray(index))

    def move(self, index) -> None:
        """Show that iterations up to this one are done."""
        done = int(index) + 1
        if self.bar is None or done in self.seen:
            self.close()
            self.bar = self.make(total=self.total, desc=self.description)
        self.seen.add(done)
        self.bar.update(max(done - self.bar.n, 0))
        if len(self.seen) == self.moves:
            self.close()

    def close(self) -> None:
        self.seen.clear()
        if self.bar is not None:
            self.bar.close()
            self.bar = None


@jax.custom_batching.custom_vmap
def _slowest(done):
    """The iterations that are done; of several lanes, those of the last one."""
    return done


@_slowest.def_vmap
def _slowest_of_lanes(size, batched, done):
    return jnp.max(done), False


class Count:
    """The bar of a loop that ends nobody knows when: it counts."""

    def __init__(self, description: str) -> None:
        self.make = tqdm()
        self.description = description
        self.bar: Any = None

    def trace(self, done) -> None:
        """Have the bar moved when so many iterations are done; ever more rarely, the more there are."""
        done = _slowest(jnp.asarray(done))
        every = jnp.where(done < 100, 1, jnp.where(done < 1000, 10, jnp.where(done < 10_000, 100, 1000)))
        lax.cond(done % every == 0, lambda n: jax.debug.callback(self.move, n), lambda n: None, done)

    def trace_end(self, done) -> None:
        """Have the bar finished after `done` iterations."""
        jax.debug.callback(self.finish, _slowest(jnp.asarray(done)))

    def move(self, done) -> None:
        """Show that so many iterations are done."""
        if self.bar is None or int(done) < self.bar.n:
            self.close()
            self.bar = self.make(desc=self.description)
        self.bar.update(int(done) - self.bar.n)

    def finish(self, done) -> None:
        """Show the last count."""
        self.move(done)
        self.close()

    def close(self) -> None:
        """End the line of the bar."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
