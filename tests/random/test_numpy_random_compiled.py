"""``numpy.random`` in functions compiled for jax: NumPy's numbers, drawn at each call."""

import numpy as np
import pytest

import npbridge as nb
from npbridge.errors import UnsupportedError


def simple():
    return np.random.normal(0.0, 1.0, 3)


def numbers(x):
    return x * np.random.normal() + np.random.randint(0, 10)


def several(x):
    return np.concatenate([np.random.random(3), np.random.choice(5, 2), np.random.permutation(4)]) + x


def loop(x, n):
    for i in range(n):
        x[i] = np.random.normal()
        if x[i] > 0:
            x[i] += np.random.random()
    x[0] += np.random.uniform(2, 3)
    return x


def parameters(x):
    return np.random.normal(x, np.abs(x) + 1) + np.random.poisson(np.abs(x) * 3)


def orders(x):
    y = np.random.permutation(x)
    return np.stack([y, np.random.choice(y, 5)])


def seeded():
    np.random.seed(7)
    return np.random.random(3)


def local():
    rng, legacy = np.random.default_rng(5), np.random.RandomState(3)
    bits = np.random.Generator(np.random.PCG64(1))
    return rng.normal(size=3) + legacy.random(3) + bits.random() + rng.random()


PROGRAMS = {
    simple: lambda: (),
    numbers: lambda: (nb.ones(2),),
    several: lambda: (1.0,),
    loop: lambda: (nb.zeros(5), 5),
    parameters: lambda: (nb.array([1.0, -2.0, 3.0]),),
    orders: lambda: (nb.arange(5.0),),
    seeded: lambda: (),
    local: lambda: (),
}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_the_numbers_are_those_of_the_plain_run(program):
    np.random.seed(3)
    plain = [np.asarray(program(*PROGRAMS[program]())) for _ in range(3)]
    last = np.random.random()
    np.random.seed(3)
    compiled = nb.jit(program)
    got = [np.asarray(compiled(*PROGRAMS[program]())) for _ in range(3)]
    for a, b in zip(plain, got, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5)
    assert np.random.random() == last
    assert compiled.cache_info()["compiles"] == 1


class Model:
    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.legacy = np.random.RandomState(1)

    def step(self):
        place = np.zeros(2)
        self.rng.random(out=place)
        return place + self.legacy.normal(size=2) + self.rng.permuted(np.arange(2.0)) + self.rng.integers(3)


def test_generators_in_attributes():
    model = Model()
    plain = [np.asarray(model.step()) for _ in range(3)]
    step = nb.jit(Model().step)
    np.testing.assert_allclose([np.asarray(step()) for _ in range(3)], plain, rtol=1e-5)


def test_explain_says_where_it_is_drawn():
    compiled = nb.jit(simple)
    compiled()
    assert "normal draws before each run" in compiled.explain()
    compiled = nb.jit(loop)
    compiled(nb.zeros(5), 5)
    assert "by a call back to NumPy" in compiled.explain()


@nb.jit
def asserts(x):
    y = np.random.normal(size=2)
    assert x[0] > 0
    return y


@nb.jit
def refused(x):
    x += 1
    return np.random.normal(0.0, x)


@pytest.mark.parametrize("function, error", [(asserts, AssertionError), (refused, ValueError)])
def test_a_failure_changes_nothing(function, error):
    x = nb.array([-5.0, 1.0])
    before = np.random.get_state()
    with pytest.raises(error):
        function(x)
    after = np.random.get_state()
    assert before[2] == after[2] and (before[1] == after[1]).all()
    assert x.tolist() == [-5.0, 1.0]


def test_strict_forbids_it():
    with pytest.raises(UnsupportedError, match=r"npbridge\.random"):
        nb.jit(simple, strict=True)()


def test_lanes_would_share_the_numbers():
    with pytest.raises(UnsupportedError, match="vmap"):
        nb.vmap(lambda x: x + np.random.normal())(nb.arange(3.0))


def test_a_fresh_generator_has_fresh_numbers():
    compiled = nb.jit(lambda: np.random.default_rng().random(2))
    assert compiled().tolist() != compiled().tolist()


def test_a_library_that_draws_while_compiling_is_announced():
    names = {"np": np}
    exec(compile("def draw(): return np.random.random()", np.__file__, "exec"), names)
    draw = names["draw"]
    with pytest.warns(RuntimeWarning, match="constants"):
        nb.jit(lambda x: x + draw())(nb.zeros(2))


@pytest.mark.parametrize("count", [0, 3])
def test_numbers_that_do_not_fit_are_refused(count):
    rng = np.random.default_rng(0)

    def total(x):
        s = x.sum() + (rng.integers(2**40, 2**41) if not count else 0)
        for _ in range(count):
            s += rng.integers(2**40, 2**41)
        return s

    state = rng.bit_generator.state
    with pytest.raises(OverflowError, match="enable_x64"):
        nb.jit(total)(nb.zeros(2))
    assert rng.bit_generator.state == state
