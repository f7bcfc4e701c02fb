"""Compiled functions: what a call costs, and against the same written by hand."""

from __future__ import annotations

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import npbridge

from . import cases, timing

ROUNDS = 15
COMPILES = 5
LENGTH = 10_000
WIDE = 100_000
ROWS, COLUMNS = 1000, 64


def plus_one(x):
    return x + 1


def set_one(x, v):
    x[3] = v


def set_at(x, i, v):
    x[i] = v


class Model:
    """Three arrays and a number."""

    def __init__(self) -> None:
        self.a, self.b, self.c = (npbridge.zeros(10) for _ in range(3))
        self.gain = 2.0

    def step(self, x):
        self.a += x
        self.b += self.a * self.gain
        self.c[:] = self.b


class VariableModel(npbridge.Base):
    """The same with Variables."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (npbridge.Variable(npbridge.zeros(10)) for _ in range(3))
        self.gain = 2.0

    step = Model.step


class Ordinary(Model):
    """The same with what is ordinary in the state and the results."""

    def __init__(self) -> None:
        super().__init__()
        self.also = self.a
        self.host = np.ones(10)
        self.time = 0.0

    def plain(self, x):
        self.a += x * self.b

    def result(self, x):
        self.a += x * self.b
        return self.b + 1

    def two(self, x):
        self.a += x * self.b
        return self.b + 1, self.b - 1

    def clock(self, x):
        self.a += x * self.b
        self.time += 0.1

    def bind(self, x):
        self.c = self.a + x * self.b

    def ndarray(self, x):
        self.a += x * self.host

    def alias(self, x):
        self.also += x * self.b

    def first(self, pair):
        self.a += pair[0] * self.b

    def draw(self, x):
        self.a += x * np.random.rand(10)


def ordinary() -> list[tuple[str, Callable[[], object], Callable[[], object] | None, float]]:
    """Calls of a method in relation to the plainest one."""
    x, host, scalar = npbridge.ones(10), np.ones(10), np.float64(0.5)
    steps = {
        name: npbridge.jit(getattr(Ordinary(), name))
        for name in ("plain", "result", "two", "clock", "bind", "ndarray", "alias", "first", "draw")
    }

    def plainest():
        return steps["plain"](x)

    calls = {
        "number": lambda: steps["plain"](0.5),
        "np.float64": lambda: steps["plain"](scalar),
        "ndarray": lambda: steps["plain"](host),
        "keyword": lambda: steps["plain"](x=x),
        "tuple of arrays": lambda: steps["first"]((x, x)),
        "result": lambda: steps["result"](x),
        "two results": lambda: steps["two"](x),
        "number that moves": lambda: steps["clock"](x),
        "attribute bound": lambda: steps["bind"](x),
        "ndarray attribute": lambda: steps["ndarray"](x),
        "alias": lambda: steps["alias"](x),
        "np.random": lambda: steps["draw"](x),
    }
    return [(f"method, {name}", call, plainest, 2.5) for name, call in calls.items()]


def overhead(backend: str) -> list[tuple[str, Callable[[], object], Callable[[], object] | None, float]]:
    """``(what, call, in relation to, at most)``; None stands for the trivial compiled call."""
    one, at = npbridge.jit(plus_one), npbridge.jit(set_at)
    x, small, large = (npbridge.zeros(n) for n in (10, 10, cases.LARGE))
    fixed = npbridge.jit(set_one)
    plain, variables = npbridge.jit(Model().step), npbridge.jit(VariableModel().step)
    method = 3.0 if backend == "jax" else 0.3
    return [
        ("f(x), one in and out", lambda: one(x), None, 2.0),
        ("x[3] = v, 4,000,000", lambda: fixed(large, 1.5), lambda: fixed(small, 1.5), 1.2),
        ("x[i] = v, 4,000,000", lambda: at(large, 3, 1.5), lambda: at(small, 3, 1.5), 1.2),
        ("method, 3 arrays", lambda: plain(1.5), None, method),
        ("method, 3 Variables", lambda: variables(1.5), None, method),
        *ordinary(),
    ]


# -- against hand-written loops


def prefix(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1] * 0.5
    return x


def prefix_by_hand(x):
    return lax.fori_loop(1, len(x), lambda i, x: x.at[i].add(x[i - 1] * 0.5), x)


def heat(u):
    for _ in range(500):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def heat_by_hand(u):
    def body(_, u):
        return u.at[1:-1].set(u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]))

    return lax.fori_loop(0, 500, body, u)


LOOPS = ((prefix, prefix_by_hand), (heat, heat_by_hand))


def first_call(function: Callable, *args: object) -> float:
    start = time.perf_counter()
    jax.block_until_ready(values(function(*args)))
    return time.perf_counter() - start


def values(result):
    return result._value() if isinstance(result, npbridge.JaxArray) else result


def compile_ratio(ours: Callable, by_hand: Callable, numbers: np.ndarray) -> float:
    """How much longer the first call takes than that of the hand-written function."""
    measured = []
    for _ in range(COMPILES):
        theirs = first_call(jax.jit(lambda x: by_hand(x)), jnp.asarray(numbers))
        measured.append(first_call(npbridge.jit(ours), npbridge.array(numbers)) / theirs)
    return sorted(measured)[COMPILES // 2]


def run_ratio(ours: Callable, by_hand: Callable, *args: np.ndarray) -> float:
    mine = [npbridge.array(a) for a in args]
    theirs = [jnp.asarray(a) for a in args]
    functions = [
        lambda: jax.block_until_ready(values(ours(*mine))),
        lambda: jax.block_until_ready(by_hand(*theirs)),
    ]
    return timing.median_ratio(*timing.interleaved(functions, ROUNDS))


# -- the functions of the tutorials


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gelu_by_hand(x):
    return 0.5 * x * (1 + jnp.tanh(jnp.sqrt(2 / jnp.pi) * (x + 0.044715 * x**3)))


class LogisticRegression(npbridge.Base):
    """Gradient steps of a linear classifier."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.w = npbridge.Variable(2.0 * npbridge.ones(dimension) - 1.3)

    def __call__(self, X, Y):
        u = np.dot(((1.0 / (1.0 + np.exp(-Y * np.dot(X, self.w))) - 1.0) * Y), X)
        self.w[...] = self.w - u


@jax.jit
def regression_by_hand(w, X, Y):
    return w - jnp.dot(((1.0 / (1.0 + jnp.exp(-Y * jnp.dot(X, w))) - 1.0) * Y), X)


def tutorials_on_jax():
    """``(what, ratio)``."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(WIDE).astype(np.float32)
    yield "gelu, 100,000", run_ratio(npbridge.jit(gelu), jax.jit(gelu_by_hand), x)
    X, Y = (
        rng.standard_normal((ROWS, COLUMNS)).astype(np.float32),
        np.sign(rng.standard_normal(ROWS)).astype(np.float32),
    )
    model = LogisticRegression(COLUMNS)
    step = npbridge.jit(model)
    mine, theirs = [npbridge.array(a) for a in (X, Y)], [jnp.asarray(a) for a in (X, Y)]
    held = [jnp.asarray(2.0 * np.ones(COLUMNS, np.float32) - 1.3)]

    def ours():
        step(*mine)
        jax.block_until_ready(model.w._value())

    def by_hand():
        held[0] = jax.block_until_ready(regression_by_hand(held[0], *theirs))

    yield "LogisticRegression", timing.median_ratio(*timing.interleaved([ours, by_hand], ROUNDS))


def tutorials_on_numpy():
    """``(what, ratio)``; the hand-written side is plain Numba."""
    import numba

    rng = np.random.default_rng(0)
    x = rng.standard_normal(WIDE)
    ours, plain = npbridge.jit(gelu), numba.njit(gelu)
    mine = npbridge.array(x)
    yield "gelu, 100,000", timing.median_ratio(*timing.interleaved([lambda: ours(mine), lambda: plain(x)], ROUNDS))
    X, Y = rng.standard_normal((ROWS, COLUMNS)), np.sign(rng.standard_normal(ROWS))
    model = LogisticRegression(COLUMNS)
    step = npbridge.jit(model)

    @numba.njit
    def by_hand(w, X, Y):
        w[...] = w - np.dot(((1.0 / (1.0 + np.exp(-Y * np.dot(X, w))) - 1.0) * Y), X)

    w, given = 2.0 * np.ones(COLUMNS) - 1.3, [npbridge.array(a) for a in (X, Y)]
    functions = [lambda: step(*given), lambda: by_hand(w, X, Y)]
    yield "LogisticRegression", timing.median_ratio(*timing.interleaved(functions, ROUNDS))


def rows(backend: str, trivial: Callable[[], object], wanted: str):
    """``(what, at most, measured)`` of every row whose name contains `wanted`."""
    npbridge.use_backend(backend)
    for what, call, other, limit in overhead(backend):
        if wanted in what:
            ours, base = timing.interleaved([call, other or trivial], ROUNDS)
            yield what, limit, timing.median_ratio(ours, base)
    if backend == "jax":
        numbers = np.ones(LENGTH, np.float32)
        for ours, by_hand in LOOPS:
            if wanted in ours.__name__:
                yield f"{ours.__name__}: compiling", 2.0, compile_ratio(ours, by_hand, numbers)
                yield f"{ours.__name__}: running", 1.1, run_ratio(npbridge.jit(ours), jax.jit(by_hand), numbers)
    for what, measured in tutorials_on_jax() if backend == "jax" else tutorials_on_numpy():
        if wanted in what:
            yield what, 1.05, measured
