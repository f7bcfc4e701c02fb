"""Random functions of JAX's steps: arrays read through views, written in parts, carried by loops and branches."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

SHAPES = [(), (1,), (4,), (3, 4), (4, 3), (2, 3, 4), (17,), (5, 9)]


class Maker:
    """Makes one function; each call of :meth:`step` adds a value to those that later steps read."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def choice(self, items):
        return items[self.random.integers(len(items))]

    def inputs(self) -> list[np.ndarray]:
        count = self.random.integers(1, 4)
        found = []
        for _ in range(count):
            shape = self.choice(SHAPES)
            if self.random.random() < 0.25:
                found.append(self.random.integers(-5, 6, shape))
            else:
                found.append(self.random.normal(size=shape).round(3))
        return [np.asarray(x) for x in found]

    def block(self, values: list, steps: int, depth: int) -> list:
        """More values, computed from `values`."""
        values = list(values)
        for _ in range(steps):
            values.append(self.step(values, depth))
        return values

    def step(self, values, depth):
        name = self.choice(
            ["unary", "binary", "binary", "binary", "window", "shifted", "turned", "write", "write", "write", "reduce",
             "running", "where", "stack", "take", "put", "product", "repeat", "flat", "loop", "loop", "branch",
             "position"]
        )  # fmt: skip
        if name in ("loop", "branch") and depth >= 2:
            name = "binary"
        return getattr(self, name)(values, *((depth,) if name in ("loop", "branch") else ()))

    def float(self, values):
        return jnp.asarray(self.choice(values)).astype(float)

    def like(self, values, shape):
        """A value made to have a shape."""
        x = self.float(values)
        if x.shape == shape:
            return x
        if self.random.random() < 0.5:
            return jnp.full(shape, x.sum() / max(x.size, 1))
        return jnp.resize(x, shape) if x.size else jnp.zeros(shape)

    def index(self, values, n):
        """A place along an axis: known, or only at run time."""
        if self.random.random() < 0.5:
            return int(self.random.integers(n))
        x = self.float(values).sum()
        return jnp.abs(jnp.where(jnp.isfinite(x), x, 0) * 7).astype(int) % n

    def unary(self, values):
        x = self.float(values)
        return self.choice(
            [jnp.sin, jnp.tanh, lambda x: jnp.exp(-jnp.abs(x)), jnp.abs, lambda x: -x, jnp.floor, lambda x: x * x,
             lambda x: jnp.log1p(jnp.abs(x)), jnp.sign, lambda x: jnp.sqrt(jnp.abs(x))]
        )(x)  # fmt: skip

    def binary(self, values):
        x = self.float(values)
        y = self.like(values, x.shape)
        return self.choice([jnp.add, jnp.subtract, jnp.multiply, jnp.maximum, lambda x, y: x / (1 + jnp.abs(y))])(x, y)

    def window(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        return x[tuple(slice(int(self.random.integers(n)), None, int(self.random.integers(1, 3))) for n in x.shape)]

    def shifted(self, values):
        x = self.float(values)
        if not x.ndim or x.shape[0] < 2:
            return x
        return x[1:] - 2 * x[:-1]

    def turned(self, values):
        x = self.float(values)
        return self.choice([lambda x: x.T, lambda x: jnp.flip(x, -1) if x.ndim else x, lambda x: x[None]])(x)

    def write(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        sizes = tuple(int(self.random.integers(1, n + 1)) for n in x.shape)
        starts = [self.index(values, n - m + 1) for n, m in zip(x.shape, sizes, strict=True)]
        if self.random.random() < 0.4:  # of itself, from elsewhere
            others = [self.index(values, n - m + 1) for n, m in zip(x.shape, sizes, strict=True)]
            new = lax.dynamic_slice(x, others, sizes) * 0.5
        else:
            new = self.like(values, sizes)
        return lax.dynamic_update_slice(x, new, starts)

    def reduce(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        axis = self.choice([None, *range(x.ndim)])
        return self.choice([jnp.sum, jnp.max, jnp.min, jnp.mean])(x, axis=axis)

    def position(self, values):
        x = self.float(values)
        return jnp.argmax(x, axis=-1) if x.ndim and 0 not in x.shape else x

    def running(self, values):
        x = self.float(values)
        return jnp.cumsum(x, axis=int(self.random.integers(x.ndim))) if x.ndim else x

    def where(self, values):
        x = self.float(values)
        y = self.like(values, x.shape)
        return jnp.where(x > y, self.like(values, x.shape), y)

    def stack(self, values):
        x = self.float(values)
        y = self.like(values, x.shape)
        return jnp.concatenate([x, y], 0) if x.ndim else jnp.stack([x, y])

    def take(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        return x[self.random.integers(-x.shape[0], x.shape[0], 3)]

    def put(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        at = self.random.integers(0, x.shape[0] + 1, 3)
        new = self.like(values, (3, *x.shape[1:]))
        return x.at[at].add(new) if self.random.random() < 0.5 else x.at[at[:1]].set(new[:1])

    def product(self, values):
        x = self.float(values)
        if not x.ndim or 0 in x.shape:
            return x
        return (
            x @ self.like(values, (x.shape[-1], 3))
            if self.random.random() < 0.5
            else x @ self.like(values, x.shape[-1:])
        )

    def repeat(self, values):
        x = self.float(values)
        return jnp.broadcast_to(x, (2, *x.shape)) * 1.5 if x.ndim < 3 and x.size < 60 else x

    def flat(self, values):
        return self.float(values).reshape(-1)

    def loop(self, values, depth):
        """Carries some values; they are exchanged now and then."""
        carried = [self.float(values) for _ in range(self.random.integers(1, 4))]
        turns = int(self.random.integers(0, 4))
        steps = int(self.random.integers(1, 4))
        state = self.random.bit_generator.state

        def body(i, carry):
            self.random.bit_generator.state = state  # traced more than once, and the same each time
            inner = self.block([*values, *carry, i * 0.5], steps, depth + 1)[len(values) :]
            new = [self.fitting(inner, x) for x in carry]
            if self.random.random() < 0.3:
                same = [k for k, x in enumerate(carry) if x.shape == carry[0].shape]
                for k, j in zip(same, same[1:] + same[:1], strict=True):
                    new[k] = carry[j] if self.random.random() < 0.5 else new[k]
            return tuple(0.5 * n if self.random.random() < 0.3 else n for n in new)

        if self.random.random() < 0.3:  # known only at run time
            turns = self.index(values, 4)
        found = lax.fori_loop(0, turns, body, tuple(carried))
        return found[self.random.integers(len(found))] if self.random.random() < 0.7 else sum(x.sum() for x in found)

    def fitting(self, inner, x):
        same = [v for v in inner if getattr(v, "shape", None) == x.shape and v.dtype == x.dtype]
        return same[-1] if same and self.random.random() < 0.8 else self.like(inner, x.shape)

    def branch(self, values, depth):
        x = self.float(values)
        condition = self.float(values).sum() > 0
        steps = int(self.random.integers(1, 4))
        bodies = []
        for _ in range(2):
            state = self.random.bit_generator.state

            def body(x, state=state):
                self.random.bit_generator.state = state
                if self.random.random() < 0.3:
                    return x
                return self.fitting(self.block([*values, x], steps, depth + 1), x)

            bodies.append(body)
        return lax.cond(condition, *bodies, x)


def function(seed: int):
    """``(function, inputs)`` of a seed."""
    inputs = Maker(seed).inputs()

    def run(*arrays):
        maker = Maker(seed + 1_000_003)
        values = maker.block(list(arrays), int(maker.random.integers(3, 12)), 0)
        picked = [values[k] for k in maker.random.integers(0, len(values), 3)]
        return [*picked, values[-1]]

    return run, inputs


def traced(seed: int):
    """The jaxpr of the function of a seed, and inputs."""
    run, inputs = function(seed)
    return jax.make_jaxpr(run)(*inputs), inputs
