"""What compiled code cannot do, found at run time: the call is made again by Python, and changes nothing twice."""

import numpy as np
import pytest

import npbridge
from npbridge._src.dispatch import fallback
from npbridge.errors import FallbackWarning, UnsupportedError

from .against_numpy import Programs, agrees

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
LINE = np.arange(6.0)


@programs(*[(LINE, i) for i in (2, 5, 2, 7, -2)])
def a_window_over_the_end(x, i):
    x += 1
    x[i : i + 2] = 7
    return x[i : i + 3].sum()


@programs(*[(np.array(k), np.zeros(3)) for k in ([0, 1, 2], [0, 5, 2], [0, 1, 1])])
def counts(k, x):
    x += 1
    return np.bincount(k, minlength=3)


@programs((2, 3), (2, -1), (3, 2))
def powers(a, n):
    return a**n


@programs((LINE, 2), (LINE, -2), (LINE, 0))
def steps(x, step):
    return x[::step] * 1


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_values_and_state(function, calls):
    agrees(function, *calls)


def test_state_and_random_numbers_move_once():
    class Model:
        def __init__(self):
            self.x, self.n = npbridge.zeros(4), 0

        def step(self, i):
            self.n += 1
            self.x[i : i + 2] += np.random.random(2)[: len(self.x[i : i + 2])]
            return self.n

    model, plain = Model(), Model()
    plain.x = np.zeros(4)
    step = npbridge.jit(model.step)
    npbridge.config.fallback = "silent"
    try:
        for i in (0, 3, 1, 3):
            np.random.seed(i)
            got = step(i)
            np.random.seed(i)
            assert got == plain.step(i) == model.n
    finally:
        npbridge.config.fallback = "warn"
    np.testing.assert_array_equal(np.asarray(model.x), plain.x)


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_it_runs_on_its_own_backend():
    compiled = npbridge.jit(lambda x, i: (1 / x[i : i + 2], npbridge.get_backend_name()), backend="jax")
    with npbridge.backend("numpy"):
        x = npbridge.array(LINE)
        assert [compiled(x, i)[1] for i in (1, 5, 1)] == ["jax"] * 3
        with np.errstate(divide="call", call=lambda *what: None):
            assert compiled(x, 0)[1] == "jax"


def test_it_is_told_and_can_be_forbidden():
    x = npbridge.array(LINE)
    fallback.reset()  # it is said once
    with pytest.warns(FallbackWarning, match="a_window_over_the_end runs as plain Python, where compiled code cannot"):
        npbridge.jit(a_window_over_the_end)(x, 5)
    with pytest.raises(UnsupportedError, match="not below `minlength`"):
        npbridge.jit(counts, strict=True)(npbridge.array([0, 5]), x)
    assert x.tolist() == [1, 2, 3, 4, 5, 7]
