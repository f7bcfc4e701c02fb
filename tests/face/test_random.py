"""``numpy.random`` of the face: NumPy's numbers, in our arrays, for user code."""

import pickle

import numpy as np
import pytest

import npbridge
from npbridge._src.array.core import JaxArray
from npbridge._src.face import face, generators

ournp = face()

DRAWS = [
    "normal(0, 2, 3)",
    "uniform(size=(2, 2))",
    "choice(5, 3)",
    "permutation(6)",
    "poisson([1.0, 9.0])",
    "multivariate_normal([0, 0], [[2, 1], [1, 2]], 2)",
]


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("source", ["np.random.default_rng(12)", "np.random.RandomState(12)", "np.random"])
def test_the_numbers_are_numpys(source, draw):
    with npbridge.backend("numpy"):
        ournp.random.seed(3)
        expected = eval(f"{source}.{draw}", {"np": np})
        ournp.random.seed(3)
        got = eval(f"{source}.{draw}", {"np": ournp})
    assert type(got) is JaxArray
    np.testing.assert_array_equal(np.asarray(got), expected)


def test_ours_as_arguments(ours):
    x = npbridge.arange(6)
    rng, real = ournp.random.default_rng(5), np.random.default_rng(5)
    numbers = np.arange(6)
    assert rng.choice(x, 3).tolist() == real.choice(numbers, 3).tolist()
    assert rng.permutation(x).tolist() == real.permutation(numbers).tolist()
    rng.shuffle(x)
    real.shuffle(numbers)
    assert x.tolist() == numbers.tolist()
    assert (x + 0).tolist() == numbers.tolist()
    part = x[1:4]
    rng.shuffle(part)
    real.shuffle(numbers[1:4])
    assert x.tolist() == numbers.tolist()
    ournp.random.seed(1)
    ournp.random.shuffle(x)
    np.random.seed(1)
    np.random.shuffle(numbers)
    assert x.tolist() == numbers.tolist()


def test_out_is_written():
    with npbridge.backend("numpy"):
        out = npbridge.zeros(3)
        assert ournp.random.default_rng(4).random(out=out) is out
        np.testing.assert_array_equal(np.asarray(out), np.random.default_rng(4).random(3))


def test_generators_are_numpys_kind():
    rng = ournp.random.default_rng(1)
    assert isinstance(rng, np.random.Generator)
    assert isinstance(rng, ournp.random.Generator)
    assert ournp.random.default_rng(rng) is rng
    assert all(type(child) is type(rng) for child in rng.spawn(2))
    again = pickle.loads(pickle.dumps(rng))
    assert again.random(2).tolist() == rng.random(2).tolist()
    state = ournp.random.RandomState(1)
    again = pickle.loads(pickle.dumps(state))
    assert isinstance(state, np.random.RandomState)
    assert again.rand(2).tolist() == state.rand(2).tolist()


def test_libraries_get_numpys_arrays():
    rng = ournp.random.default_rng(1)
    source = "def draw(rng): return rng.normal(size=2)"
    names = {}
    exec(compile(source, np.__file__, "exec"), names)
    assert generators.in_library(np.__file__)
    assert type(names["draw"](rng)) is np.ndarray
    assert type(rng.normal(size=2)) is JaxArray
