"""Each distribution on jax against SciPy's: few samples, fixed seeds."""

import numpy as np
import pytest
from scipy import stats

import npbridge as nb

pytestmark = pytest.mark.usefixtures("compiled_fast")
N = 3000
CONTINUOUS = {
    "random()": stats.uniform(),
    "uniform(-1.0, 3.0)": stats.uniform(-1, 4),
    "standard_normal()": stats.norm(),
    "normal(1.0, 2.0)": stats.norm(1, 2),
    "lognormal(0.5, 0.7)": stats.lognorm(0.7, scale=np.exp(0.5)),
    "exponential(2.0)": stats.expon(scale=2),
    "standard_gamma(0.3)": stats.gamma(0.3),
    "gamma(2.5, 3.0)": stats.gamma(2.5, scale=3),
    "beta(0.5, 2.0)": stats.beta(0.5, 2),
    "chisquare(3.0)": stats.chi2(3),
    "f(3.0, 7.0)": stats.f(3, 7),
    "standard_t(2.5)": stats.t(2.5),
    "standard_cauchy()": stats.cauchy(),
    "noncentral_chisquare(3.0, 2.0)": stats.ncx2(3, 2),
    "noncentral_chisquare(0.6, 5.0)": stats.ncx2(0.6, 5),
    "noncentral_f(4.0, 6.0, 2.0)": stats.ncf(4, 6, 2),
    "laplace(1.0, 2.0)": stats.laplace(1, 2),
    "logistic(1.0, 2.0)": stats.logistic(1, 2),
    "gumbel(1.0, 2.0)": stats.gumbel_r(1, 2),
    "rayleigh(2.0)": stats.rayleigh(scale=2),
    "weibull(1.7)": stats.weibull_min(1.7),
    "power(1.7)": stats.powerlaw(1.7),
    "pareto(1.7)": stats.lomax(1.7),
    "triangular(-1.0, 0.0, 4.0)": stats.triang(0.2, -1, 5),
    "vonmises(0.0, 0.01)": stats.vonmises(0.01),
    "vonmises(0.0, 4.0)": stats.vonmises(4),
    "vonmises(0.7, 100000.0)": stats.norm(0.7, 1e5**-0.5),
    "wald(3.0, 2.0)": stats.invgauss(1.5, scale=2),
}
DISCRETE = {
    "poisson(0.4)": stats.poisson(0.4),
    "poisson(200.0)": stats.poisson(200),
    "poisson(30000000.0)": stats.poisson(3e7),
    "binomial(5, 0.9)": stats.binom(5, 0.9),
    "binomial(1000, 0.02)": stats.binom(1000, 0.02),
    "binomial(2000000000, 0.5)": stats.binom(2 * 10**9, 0.5),
    "hypergeometric(5, 6, 7)": stats.hypergeom(11, 5, 7),
    "hypergeometric(100000, 1000000, 100000)": stats.hypergeom(1100000, 100000, 100000),
    "negative_binomial(3.5, 0.3)": stats.nbinom(3.5, 0.3),
    "geometric(0.3)": stats.geom(0.3),
    "logseries(0.99)": stats.logser(0.99),
    "zipf(2.5)": stats.zipf(2.5),
    "randint(-3, 6)": stats.randint(-3, 6),
}


def drawn(call, seed=11):
    rng = nb.random.RandomState(seed)
    call = call.replace(")", f", size={N})" if "(" in call and not call.endswith("()") else f"size={N})")
    return np.asarray(eval(f"rng.{call}", {"rng": rng}), np.float64)


@pytest.mark.parametrize("call", CONTINUOUS)
def test_continuous(call):
    assert stats.kstest(drawn(call), CONTINUOUS[call].cdf).pvalue > 1e-3


@pytest.mark.parametrize("call", DISCRETE)
def test_discrete(call):
    assert goodness(drawn(call), DISCRETE[call]) > 1e-3


def goodness(sample, distribution):
    """The p-value of a chi-square test on cells in which at least ten are expected."""
    quantiles = np.unique(distribution.ppf(np.linspace(0, 1, 21)[1:-1]))
    expected = np.diff(np.r_[0, distribution.cdf(quantiles), 1]) * len(sample)
    observed = np.bincount(np.searchsorted(quantiles, sample, "left"), minlength=len(expected))
    keep = expected >= 10
    expected = np.r_[expected[keep], expected[~keep].sum()]
    observed = np.r_[observed[keep], observed[~keep].sum()]
    if expected[-1] < 10:
        expected, observed = np.r_[expected[:-2], expected[-2:].sum()], np.r_[observed[:-2], observed[-2:].sum()]
    return stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue


@pytest.mark.parametrize("kind", ["RandomState", "Generator"])
def test_several_numbers_at_once(kind):
    rng = nb.random.RandomState(3) if kind == "RandomState" else nb.random.default_rng(3)
    counts = np.asarray(rng.multinomial(20, [0.2, 0.3, 0.5], N))
    assert (counts.sum(1) == 20).all()
    for k, p in enumerate((0.2, 0.3, 0.5)):
        assert goodness(counts[:, k], stats.binom(20, p)) > 1e-3
    shares = np.asarray(rng.dirichlet([0.5, 1.0, 2.5], N))
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)
    assert stats.kstest(shares[:, 0], stats.beta(0.5, 3.5).cdf).pvalue > 1e-3
    points = np.asarray(rng.multivariate_normal([1.0, -1.0], [[2.0, 1.0], [1.0, 1.0]], N))
    np.testing.assert_allclose(points.mean(0), [1, -1], atol=0.15)
    np.testing.assert_allclose(np.cov(points.T), [[2, 1], [1, 1]], atol=0.25)


@pytest.mark.parametrize("low, high, dtype", [(0, 2, "int32"), (-(2**31), 2**31, "int32"), (0, 256, "uint8")])
def test_integers_are_uniform(low, high, dtype):
    sample = np.asarray(nb.random.default_rng(5).integers(low, high, N, dtype=dtype))
    assert sample.dtype == dtype
    spread = (sample.astype(np.float64) - low + np.random.default_rng(0).random(N)) / (float(high) - low)
    assert stats.kstest(spread, "uniform").pvalue > 1e-3


def test_choices_have_their_probabilities():
    rng = nb.random.default_rng(8)
    p = [0.1, 0.0, 0.6, 0.3]
    counts = np.bincount(np.asarray(rng.choice(4, N, p=p)), minlength=4)
    assert counts[1] == 0
    assert stats.chisquare(counts[[0, 2, 3]], np.array([0.1, 0.6, 0.3]) * N).pvalue > 1e-3
    without = np.asarray(rng.choice(4, 3, replace=False, p=p))
    assert sorted(without) == [0, 2, 3]
    orders = np.asarray(rng.permuted(np.broadcast_to(np.arange(3), (N, 3)), axis=1))
    assert (np.sort(orders, axis=1) == np.arange(3)).all()
    codes = np.bincount(orders @ [9, 3, 1], minlength=27)
    assert stats.chisquare(codes[codes > 0]).pvalue > 1e-3


def test_double_precision():
    with nb.backend("jax"):
        nb.enable_x64()
        try:
            sample = nb.random.default_rng(2).normal(size=N)
            assert sample.dtype == np.float64
            assert stats.kstest(np.asarray(sample), "norm").pvalue > 1e-3
            assert nb.random.default_rng(2).integers(2**40, 2**41, 3).dtype == np.int64
            assert nb.random.default_rng(2).random(3, dtype=np.float32).dtype == np.float32
        finally:
            nb.enable_x64(False)
