"""Compiled on numpy: the bits of ``numpy.random``, and the global state where the plain run leaves it."""

import linecache

import numpy as np
import pytest

import npbridge as nb

DRAWS = [
    "random((2, 3))",
    "normal(1.0, 2.0, 3)",
    "normal(size=3)",
    "normal(np.zeros(3), np.ones(3))",
    "randint(2, 10)",
    "choice(5, 3, False)",
    "choice(5, 3, p=[0.1, 0.2, 0.3, 0.2, 0.2])",
    "gamma(0.5, 3.0, 4)",
    "gamma(2.0)",
    "beta(0.5, 0.7, 4)",
    "beta(np.array([0.5, 2.0]), 3.0)",
    "standard_t(3.0, 4)",
    "f(2.0, 3.0)",
    "chisquare(3.0, 2)",
    "negative_binomial(5, 0.3)",
    "triangular(1.0, 2.0, 4.0, 3)",
    "vonmises(0.5, 1.0, 3)",
    "dirichlet(np.array([1.0, 2.0]), 2)",
    "multivariate_normal(np.zeros(2), np.eye(2), 3)",
]


def program(draw, name):
    """A function of that source, as if it lay in a file."""
    text = f"def draws(np):\n    a = np.random.{draw}\n    return a, np.random.random()\n".replace("(np)", "()", 1)
    file = f"{name}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = {"np": np, "__name__": name}
    exec(compile(text, file, "exec"), names)
    return names["draws"]


@pytest.mark.parametrize("i", range(len(DRAWS)), ids=DRAWS)
def test_bits(i):
    plain = program(DRAWS[i], f"drawing_{i}")
    compiled = nb.jit(plain, backend="numpy", strict=True)
    np.random.seed(5)
    expected = [plain() for _ in range(2)]
    last = np.random.random()
    np.random.seed(5)
    for a, b in expected:
        x, y = compiled()
        np.testing.assert_array_equal(np.asarray(x), a)
        assert float(y) == b
    assert np.random.random() == last


def refused(shape):
    return np.random.gamma(shape, 1.0, 2)


def test_a_failure_gives_the_state_back():
    compiled = nb.jit(refused, backend="numpy")
    before = np.random.get_state()
    with pytest.raises(ValueError, match="shape < 0"):
        compiled(-1.0)
    after = np.random.get_state()
    assert before[2] == after[2] and (before[1] == after[1]).all()


class Model:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def step(self, x):
        y = self.rng.random(2)
        if x < 0:
            raise ValueError("negative")
        return y


def test_a_failure_gives_a_generator_its_state_back():
    model = Model()
    step = nb.jit(model.step, backend="numpy")
    step(1.0)
    before = model.rng.bit_generator.state
    with pytest.raises(ValueError, match="negative"):
        step(-1.0)
    assert model.rng.bit_generator.state == before
