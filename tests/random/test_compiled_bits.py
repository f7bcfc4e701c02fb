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
    "noncentral_chisquare(2.0, 1.0, 4)",
    "noncentral_chisquare(0.5, 3.0, 4)",
    "pareto(2.0, 200)",
    "rayleigh(1.0, 200)",
    "weibull(0.0)",
    "weibull(0.4, 9)",
    "binomial(3, 0.0, 2)",
    "binomial(np.array([0, 3, 1000]), 0.4)",
    "hypergeometric(50, 60, 70, 20)",
    "randint(np.array([3, 5]))",
]
# Of generators: what Numba lacks, has other bits for, or takes fewer arguments for.
METHODS = """
choice(5, 3); choice(np.eye(4), 2, axis=1); choice(4, p=[0.1, 0.2, 0.3, 0.4]); gumbel(1.0, 2.0, 3); wald(1.0, 2.0, 9)
permuted(np.arange(6)); hypergeometric(5, 6, 7, 3); multinomial(5, [0.2, 0.8], 2); dirichlet([1.0, 2.0])
vonmises(0.0, 1.0, 3); multivariate_normal(np.zeros(2), np.eye(2)); multivariate_hypergeometric([3, 4], 5); integers(10)
integers(3, size=4); integers(np.array([3, 5])); normal(np.zeros(3), np.ones(3)); poisson(np.array([1.0, 20.0]))
random(out=np.zeros(3))
"""
METHODS = [m.strip() for line in METHODS.strip().splitlines() for m in line.split(";")]


def program(body, name):
    """A function of that source, as if it lay in a file."""
    text = f"def draws({body}"
    file = f"{name}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = {"np": np, "__name__": name}
    exec(compile(text, file, "exec"), names)
    return names["draws"]


@pytest.mark.parametrize("i", range(len(DRAWS)), ids=DRAWS)
def test_bits(i):
    plain = program(f"):\n    a = np.random.{DRAWS[i]}\n    return a, np.random.random()\n", f"drawing_{i}")
    compiled = nb.jit(plain, backend="numpy", strict=True)
    np.random.seed(5)
    expected = [plain() for _ in range(2)]
    last = str(np.random.get_state(legacy=False))
    np.random.seed(5)
    for a, b in expected:
        x, y = compiled()
        np.testing.assert_array_equal(np.asarray(x), a)
        assert float(y) == b
    assert str(np.random.get_state(legacy=False)) == last


@pytest.mark.parametrize("i", range(len(METHODS)), ids=METHODS)
def test_bits_of_generators(i):
    plain = program(f"rng):\n    return rng.{METHODS[i]}, rng.random()\n", f"method_{i}")
    compiled = nb.jit(plain, backend="numpy", strict=True)
    rng, other = np.random.default_rng(5), (np.random if i % 2 else nb.random).default_rng(5)
    for _ in range(2):
        for x, y in zip(compiled(other), plain(rng), strict=True):
            np.testing.assert_array_equal(np.asarray(x), y)
    assert other.bit_generator.state.get("state") == rng.bit_generator.state["state"]


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


class Drawing:
    def __init__(self, rng):
        self.rng = rng

    def step(self):
        return self.rng.random(2), self.rng.choice(5, 2), self.rng.randn(2), self.rng.random(), self.rng.rand(2)


def test_a_random_state_of_ours_draws_numpys_bits():
    drawing, plain = Drawing(nb.random.RandomState(3)), Drawing(np.random.RandomState(3))
    step = nb.jit(drawing.step, backend="numpy", strict=True)
    for _ in range(2):
        for x, y in zip(step(), plain.step(), strict=True):
            np.testing.assert_array_equal(np.asarray(x), y)


def drawn_then_refused(rng, x):
    y = rng.random(2)
    if x < 0:
        raise ValueError("negative")
    return y


@pytest.mark.parametrize("make", [np.random.default_rng, nb.random.default_rng])
def test_a_failure_gives_a_generator_that_is_an_argument_its_state_back(make):
    rng, step = make(0), nb.jit(drawn_then_refused, backend="numpy")
    step(rng, 1.0)
    before = rng.bit_generator.state["state"]
    with pytest.raises(ValueError, match="negative"):
        step(rng, -1.0)
    assert rng.bit_generator.state["state"] == before


def test_a_failure_gives_a_generator_its_state_back():
    model = Model()
    step = nb.jit(model.step, backend="numpy")
    step(1.0)
    before = model.rng.bit_generator.state
    with pytest.raises(ValueError, match="negative"):
        step(-1.0)
    assert model.rng.bit_generator.state == before


def made_from_a_number(x):
    rng = np.random.default_rng(5)
    y = rng.normal(size=3)
    for i in range(3):
        y[i] += rng.uniform() * x
    return y


def made_from_an_argument(seed):
    return np.random.default_rng(seed).random(3)


def made_from_numbers(x):
    rng, other = np.random.default_rng([1, 2]), nb.random.default_rng(seed=(1, 2))
    return rng.random(2) - x, other.choice(5, 3), rng.integers(10)


@pytest.mark.parametrize("plain", [made_from_a_number, made_from_an_argument, made_from_numbers])
def test_generators_that_are_made_in_each_call(plain):
    compiled = nb.jit(plain, backend="numpy", strict=True)
    with nb.backend("numpy"):
        for x in (3, 3, 4):
            got, expected = compiled(x), plain(x)
            for a, b in zip(got, expected, strict=True):
                np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def made_in_a_loop():
    total = 0.0
    for i in range(3):
        total += np.random.default_rng(i).random()
    return total


def made_in_a_branch(x):
    rng = np.random.default_rng(1) if x > 0 else np.random.default_rng(2)
    return rng.random()


def made_from_what_is_computed(seed):
    seed = seed + 1
    return np.random.default_rng(seed).random()


def made_where_it_is_called():
    return made_from_an_argument(3)[0] + made_from_an_argument(3)[0]


@pytest.mark.parametrize(
    "plain, args",
    [(made_in_a_loop, ()), (made_in_a_branch, (1,)), (made_from_what_is_computed, (1,)), (made_where_it_is_called, ())],
)
def test_generators_that_are_made_elsewhere(plain, args):
    assert float(nb.jit(plain, backend="numpy", strict=True)(*args)) == plain(*args)


def test_a_generator_made_without_a_seed_is_another_each_time():
    compiled = nb.jit(lambda: np.random.default_rng().random(), backend="numpy", strict=True)
    assert float(compiled()) != float(compiled())
