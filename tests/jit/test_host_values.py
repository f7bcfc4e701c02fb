"""What comes from outside of the program: clocks, Python's random numbers, text, what is printed and logged."""

import datetime
import io
import itertools
import logging
import operator
import os
import random
import sys
import time
import types
import uuid

import numpy as np
import pytest

import npbridge
from npbridge.errors import NpbridgeError, UnsupportedError

from .against_numpy import ours, plain, same

pytestmark = pytest.mark.usefixtures("in_64_bits")


X = np.array([1.5, 2.5, -0.25])


def in_a_loop(x):
    total = 0.0
    for i in range(30):
        total += random.gauss(0.0, 1.0) * i
    return x * total


def shuffled(x):
    items = [1, 2, 3, 4, 5]
    random.shuffle(items)
    return x * items[0] - items[-1]


def seeded(x):
    random.seed(5)
    return x + random.random()


def in_a_branch(x):
    if x[0] > 1:
        return x * random.random()
    return x * random.uniform(2.0, x[1])


DRAWS = {
    "random": lambda x: x + random.random() - random.random(),
    "integers": lambda x: x * random.randint(1, 6) + random.randrange(10),
    "uniform": lambda x: random.uniform(x[0], x[1]),
    "choice": lambda x: x * random.choice([1, 2, 3]) + random.choice(x),
    "choices": lambda x: x * sum(random.choices((1.0, 2.0, 3.0), k=4, weights=[1, 2, 3])),
    "sample": lambda x: x * random.sample(range(100), 3)[1],
    "gauss": lambda x: x * random.gauss(1.0, 2.0) + random.betavariate(2.0, 3.0),
    "loop": in_a_loop,
    "branch": in_a_branch,
    "shuffle": shuffled,
    "seed": seeded,
}


@pytest.mark.parametrize("name", DRAWS)
def test_pythons_random_numbers(name):
    function = DRAWS[name]
    random.seed(11)
    expected = [function(X) for _ in range(4)], random.random()
    compiled = npbridge.jit(function)
    random.seed(11)
    got = [compiled(ours(X)) for _ in range(4)], random.random()
    same(plain(expected), plain(got), name)


def test_a_generator_of_ones_own():
    mine = random.Random(3)

    def draw(x):
        return x * mine.random()

    expected = [draw(X) for _ in range(4)]
    mine.seed(3)
    compiled = npbridge.jit(draw)
    same(plain(expected), plain([compiled(ours(X)) for _ in range(4)]), "a generator")


def test_draws_are_taken_back_after_an_error():
    def draw(x, i):
        value = random.random()
        return x[i] * value

    compiled, x = npbridge.jit(draw), ours(X)
    compiled(x, np.int64(1))
    for _ in range(3):
        before = random.getstate()
        with pytest.raises(IndexError):
            compiled(x, np.int64(9))
        assert random.getstate() == before
        assert float(compiled(x, np.int64(0))) == X[0] * (random.setstate(before) or random.random())


SIZES = {
    "generator": lambda rng, n: (rng.normal(size=n), rng.random((n, 2)), rng.integers(0, n, n)),
    "positional": lambda rng, n: rng.standard_normal((n, 2)).sum() + rng.random(n).max(),
    "orders": lambda rng, n: (rng.permutation(n), rng.choice(n, n), rng.choice([1.0, 2.0], size=(n, n))),
    "computed": lambda rng, n: rng.uniform(0.0, n, 2 * n + 1),
    "vectors": lambda rng, n: rng.multivariate_normal(np.zeros(2), np.eye(2), n),
}


@pytest.mark.parametrize("name", SIZES)
def test_lengths_of_draws(name):
    function = SIZES[name]
    lengths = [4, 2, 2, 5, 4]
    rng = np.random.default_rng(3)
    expected = [function(rng, n) for n in lengths]
    rng = np.random.default_rng(3)
    compiled = npbridge.jit(function)
    same(plain(expected), plain([compiled(rng, n) for n in lengths]), name)
    rng = np.random.default_rng(3)
    holder = types.SimpleNamespace(n=0)
    compiled, got = npbridge.jit(lambda: function(rng, holder.n)), []
    for n in lengths:
        holder.n = n
        got.append(compiled())
    same(plain(expected), plain(got), name)


def test_lengths_of_the_old_generator():
    def draw(n):
        return np.random.rand(n, 2), np.random.randn(n), np.random.randint(0, n, n), np.random.normal(0.0, n, n)

    np.random.seed(8)
    expected = [draw(n) for n in (3, 1, 3, 2)]
    np.random.seed(8)
    compiled = npbridge.jit(draw)
    same(plain(expected), plain([compiled(n) for n in (3, 1, 3, 2)]), "the old generator")


def test_clocks():
    def times(x):
        return x + time.time(), time.perf_counter_ns()

    compiled = npbridge.jit(times)
    told = [compiled(npbridge.array(0.0)) for _ in range(4)]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(told))
    assert abs(float(told[-1][0]) - time.time()) < 60


@pytest.mark.parametrize(
    "function",
    [
        lambda x: uuid.uuid4().int * x, lambda x: x * datetime.datetime.now().second, lambda x: x + len(os.urandom(4)),
        lambda x: x * len(input()), lambda x: x + time.localtime().tm_sec,
        lambda x: x * len(open("nowhere").read()),  # noqa: SIM115
        lambda x: x * datetime.date.today().day, lambda x: x + random.SystemRandom().random(),
        lambda x: x * len(random.randbytes(2)), lambda x: random.choice(["a", "b"]),
    ],
    ids=["uuid", "now", "urandom", "input", "localtime", "open", "today", "system", "bytes", "choice"],
)  # fmt: skip
def test_what_has_no_form_is_refused(function):
    with pytest.raises(UnsupportedError, match=r"outside|no number|not numbers"):
        npbridge.jit(function)(ours(X))


def wide(x):
    return f"{x.sum():10.3f}|{x[0]!s:>8}|{x[1]:{'.2f'}}"


def in_containers(x):
    return {"a": str(x), "b": [f"{v:.1f}" for v in x]}, ("n = " + str(x.size),)


TEXTS = {
    "str": lambda x: "total " + str(x.sum()),
    "f-string": lambda x: f"{x.sum():.2f} of {x}",
    "formats": wide,
    "format": lambda x: "a {0} b {y:.1f} {0:.3f}".format(x.sum(), y=x[1]),
    "percent": lambda x: "%s and %.2f" % (x.sum(), x[0]) + "%d%%" % 5,  # noqa: UP031
    "join": lambda x: ", ".join(str(v) for v in x) + ".",
    "builtin": lambda x: format(x.sum(), ".3e") + "".join(["a", f"{x[0]}"]),
    "known": lambda x: f"{x.shape} {x.dtype!r} {3:>4}" + str([1, 2]) + repr("a"),
    "containers": in_containers,
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name):
    function = TEXTS[name]
    compiled = npbridge.jit(function)
    for k in range(4):
        assert compiled(ours(X + k)) == function(X + k)


def test_text_in_an_attribute_and_of_a_number():
    state = types.SimpleNamespace(label=None, t=0.5)

    def step(x, n):
        state.t += n
        state.label = f"{state.t} {x.sum():.1f} {n}"

    compiled = npbridge.jit(step)
    for n in range(1, 5):
        compiled(ours(X), n)
        assert state.label == f"{state.t} {X.sum():.1f} {n}" and type(state.label) is str


@pytest.mark.parametrize(
    "function",
    [
        lambda x: len(str(x.sum())), lambda x: {str(x.sum()): 1}, lambda x: x if str(x[0]) == "1.5" else -x,
        lambda x: f"{x[0]}".upper(), lambda x: operator.mod("%s", x[0]), lambda x: float(f"{x[0]}"),
    ],
)  # fmt: skip
def test_texts_that_are_looked_into_are_refused(function):
    with pytest.raises((NpbridgeError, TypeError)):
        npbridge.jit(function)(ours(X))


def test_what_is_printed(capsys):
    def step(x, n):
        print("start", end=" ")  # noqa: T201
        for i in range(n):
            print(f"{i}: {x[0]:.1f}", x.sum(), sep="; ")  # noqa: T201
        sys.stdout.write("end\n")
        return x * 2

    expected = [step(X * k, 3) for k in range(4)]
    text = capsys.readouterr().out
    compiled = npbridge.jit(step)
    same(plain(expected), plain([compiled(ours(X * k), 3) for k in range(4)]), "printed")
    assert capsys.readouterr().out == text


def test_what_is_logged_and_written():
    told = io.StringIO()
    logger = logging.getLogger("of a test")
    logger.addHandler(logging.StreamHandler(told))
    logger.propagate = False

    def step(x):
        logger.warning("sum %.1f", x.sum())
        told.write("written\n")
        return x

    compiled = npbridge.jit(step)
    for k in range(3):
        compiled(ours(X * k))
    assert told.getvalue() == "".join(f"sum {3.75 * k:.1f}\nwritten\n" for k in range(3))


def test_printing_in_what_is_differentiated(capsys):
    def loss(x):
        print("loss", x.sum())  # noqa: T201
        return (x * x).sum()

    for _ in range(2):
        assert npbridge.grad(loss)(ours(X)).tolist() == (2 * X).tolist()
    assert capsys.readouterr().out == "loss 3.75\n" * 2


def test_texts_of_errors():
    def check(x):
        if x[0] < 0:
            raise ValueError(f"negative: {x[0]}")
        return x

    compiled = npbridge.jit(check)
    compiled(ours(X))
    with pytest.raises(ValueError, match="negative: ") as caught:
        compiled(ours(-X))
    assert "Tracer" not in str(caught.value)
