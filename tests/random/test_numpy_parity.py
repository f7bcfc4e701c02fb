"""Names, bits and errors: NumPy is the oracle."""

import warnings

import numpy as np
import pytest

import npbridge as nb
from npbridge._src.random import functions, methods

pytestmark = pytest.mark.usefixtures("compiled_fast")
DRAWS = """
random(3) normal(1, 2, 3) standard_normal((2, 2)) uniform(1, 2, 3) exponential(2, 3) gamma(2, 3, 3) beta(2, 3, 3)
binomial(10, 0.3, 3) poisson(3, 3) geometric(0.3, 3) choice(5, 3) permutation(5) chisquare(2, 3) dirichlet([1, 2])
multinomial(5, [0.5, 0.5]) hypergeometric(5, 6, 7, 3) vonmises(0, 1, 3) wald(1, 2, 3) zipf(2, 3) f(2, 3) logseries(0.5)
""".replace("\n", " ")
DRAWS = [d + ")" for d in DRAWS.split(") ") if d.strip()]
DRAWS = [d.strip() for d in DRAWS]


def test_every_name_is_there_or_refused():
    for name in dir(np.random):
        if name.startswith("_"):
            continue
        if hasattr(nb.random, name):
            assert name not in functions.ABSENT
        else:
            with pytest.raises(AttributeError, match=functions.ABSENT[name][:20]):
                getattr(nb.random, name)


@pytest.mark.parametrize("real", [np.random.RandomState, np.random.Generator])
def test_every_method_that_draws_has_a_form_on_jax(real):
    ours = {np.random.RandomState: nb.random.RandomState, np.random.Generator: nb.random.Generator}[real]
    other = {"seed", "get_state", "set_state", "spawn", "bit_generator"}
    for name in dir(real):
        if not name.startswith("_") and name not in other:
            assert name in methods.jax_methods(real)
            assert name in vars(ours)


@pytest.mark.parametrize("draw", DRAWS)
def test_bits_on_numpy(draw):
    with nb.backend("numpy"):
        nb.random.seed(5)
        got = eval(f"nb.random.{draw}", {"nb": nb})
        np.random.seed(5)
        expected = eval(f"np.random.{draw}", {"np": np})
        np.testing.assert_array_equal(np.asarray(got), expected)
        assert type(got) is (nb.JaxArray if isinstance(expected, np.ndarray) else type(expected))
        for make in ("RandomState", "default_rng"):
            got = eval(f"nb.random.{make}(3).{draw}", {"nb": nb})
            np.testing.assert_array_equal(np.asarray(got), eval(f"np.random.{make}(3).{draw}", {"np": np}))


def test_the_global_state_is_shared_with_numpy():
    with nb.backend("numpy"):
        nb.random.seed(5)
        got = [float(nb.random.normal()), float(np.random.normal())]
    np.random.seed(5)
    assert got == np.random.normal(size=2).tolist()


CALLS = """
R.normal(0, -1)
R.normal([1, 2], 1, 3)
R.normal(size=-1)
R.normal("a")
R.normal(1, 2, 3, 4)
R.normal(foo=1)
R.normal(size=2.5)
R.normal(size=True)
R.normal(size=[2, 3])
R.normal([1.0, 2.0], [[1.0], [2.0]])
R.beta()
R.binomial(10.5, 0.5)
R.binomial(-1, 0.5)
R.binomial(5, 1.5)
R.binomial(np.nan, 0.5)
R.poisson(-1)
R.poisson([1.0] * 100 + [float("nan")])
R.exponential(-0.0)
R.exponential([1.0] * 100 + [-1.0])
R.randint(5, 2)
R.randint(0)
R.randint(2.7)
R.randint(0, 300, dtype="uint8")
R.randint(0, 3, dtype=float)
R.randint(0, 2, 4, dtype=bool)
R.randint([1, 2], [3, 2])
G.integers(0, 5, endpoint=True, size=3)
G.integers([1, 2, 3], [[5], [6]])
G.uniform(5, 1)
R.uniform(5, 1)
R.uniform(0, np.inf)
R.triangular(3, 2, 1)
R.triangular(1, 1, 1)
R.choice(5, 10, False)
R.choice(0)
R.choice([[1, 2]])
R.choice("abc")
R.choice(5, p=[0.5, 0.5])
R.choice(2, p=[0.5, 0.6])
R.choice(3, 2, False, [1, 0, 0])
R.choice(["a", "b"], 3)
G.choice([[1, 2], [3, 4]], 3, axis=1)
R.multinomial(5, [0.5, 0.7, 0.1])
R.multinomial(-1, [0.5, 0.5])
G.multinomial([5, 3], [0.5, 0.5], (4, 2))
R.dirichlet([1, -1])
R.dirichlet([1, 2, 3], (2,))
R.hypergeometric(5, 5, 11)
G.random(3, dtype=int)
G.random(4, out=np.zeros(3, "f4"), dtype="f4")
G.random(3, out=np.zeros(3, "i4"))
G.random(out=[0.0, 0.0])
G.standard_gamma([1, 2.0], dtype="f4")
R.shuffle((1, 2))
R.shuffle(3)
R.shuffle([1, 2, 3])
G.shuffle(np.eye(3), axis=1)
G.shuffle(np.eye(3), axis=2)
R.permutation(3.5)
R.permutation("abc")
R.permutation(-2)
G.permuted(5)
G.permuted(np.eye(3), axis=1)
R.seed(-1)
R.seed(2**32)
R.seed(1.5)
R.rand(2, 3)
R.rand(-1)
R.randn()
R.tomaxint(2)
R.random_integers(3, 5, 4)
R.bytes(3)
R.zipf(1.0)
R.logseries(1.0)
R.geometric(0)
R.vonmises(0, -1)
R.standard_gamma(-1)
R.noncentral_chisquare(1, -1)
R.multivariate_normal([0, 0], [[1, 2], [2, 1]], check_valid="raise")
R.multivariate_normal([0, 0], np.eye(3))
R.multivariate_normal([0, 0], np.eye(2), (3, 2))
G.multivariate_hypergeometric([3, 4], 8)
G.multivariate_hypergeometric([3, 4], 5, (2,))
R.random((0, 3))
R.random(())
""".strip().split("\n")


def outcome(call, legacy, generator):
    try:
        result = eval(call, {"R": legacy, "G": generator, "np": np})
    except Exception as error:
        return type(error), str(error)[:12]
    return len(result) if isinstance(result, bytes) else np.shape(result)


@pytest.mark.parametrize("call", CALLS)
def test_shapes_and_errors_on_jax_are_numpys(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        expected = outcome(call, np.random.RandomState(0), np.random.default_rng(0))
        assert outcome(call, nb.random.RandomState(0), nb.random.default_rng(0)) == expected


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="enable_x64"):
        nb.random.binomial(3_000_000_000, 0.5)
    with pytest.raises(ValueError, match="enable_x64"):
        nb.random.randint(0, 2**40)
