"""Calls of NumPy's functions in code compiled for `'jax'`: NumPy's dtypes, errors and containers, whatever the form."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.array import core
from npbridge._src.dispatch import fallback

V = np.array([4.0, -1.0, 2.5, 9.0])
M = np.array([[4.0, 1.0], [1.0, 3.0]])
K = np.array([3, 1, 2, 1])
F4, I4 = np.array([0.5, 2.0], np.float32), np.array([16777217, 3], np.int32)
Z = np.array([2 + 1j, 5 - 3j, complex(1, np.nan), 1 + 0j])


@pytest.fixture(autouse=True)
def wide():
    npbridge.enable_x64()
    with npbridge.backend("jax"):
        yield
    npbridge.enable_x64(False)


def outcome(function, args):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return function(*args)
        except Exception as error:
            return error


def same(want, got, where="result"):
    if isinstance(want, Exception):
        kind = np.linalg.LinAlgError if isinstance(want, np.linalg.LinAlgError) else type(want)
        assert isinstance(got, kind), f"{where}: {want!r} is NumPy's, {got!r} ours"
        return
    if isinstance(want, (tuple, list)):
        assert type(want).__name__ == type(got).__name__ and len(want) == len(got), where
        for i, (w, g) in enumerate(zip(want, got, strict=True)):
            same(w, g, f"{where}[{i}]")
        return
    if want is None:
        assert got is None, where
        return
    assert getattr(got, "dtype", None) == np.asarray(want).dtype, f"{where}: {want!r}, {got!r}"
    assert isinstance(want, np.ndarray) is (type(got) is core.JaxArray), f"{where}: scalar or array"
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-12, atol=1e-12, err_msg=where)


def compare(function, *args):
    """The same function on NumPy and compiled, twice; arguments are compared too."""
    compiled = npbridge.jit(function)
    for _ in range(2):
        plain = copy.deepcopy(args)
        given = [npbridge.array(x) if isinstance(x, np.ndarray) else x for x in copy.deepcopy(args)]
        want, got = outcome(function, plain), outcome(compiled, given)
        same(want, got)
        after = args if isinstance(want, Exception) else plain  # a compiled call that fails changes nothing
        for w, g in zip(after, given, strict=True):
            np.testing.assert_allclose(np.asarray(g), w, rtol=1e-15)


FORMS = {
    "orders": lambda v, k: (np.sort(k, kind="heapsort"), np.argsort(k, kind="stable"), np.partition(v, 2)[2]),
    "a list of places": lambda v, k: np.sort(np.partition(v, [0, -1]))[::-1],
    "joined to lists": lambda v, k: (np.concatenate((k, [7, 8])), np.vstack((v, [1, 2, 3, 4])), np.append(k, [1.5])),
    "parts by lists": lambda v, k: (np.delete(v, [-1, 0]), np.repeat(v, [2, 0, 1, 1]), np.compress([1, 0, 0, 1], v)),
    "methods of percentiles": lambda v, k: [np.percentile(v, 40, method=m) for m in ("hazen", "weibull", "lower")],
    "quantile with weights": lambda v, k: np.quantile(v, 0.3, weights=k, method="inverted_cdf"),
    "polynomials of integers": lambda v, k: (np.polyder(k), np.polymul(k, k), np.polyadd(k, v), np.polyval(k, [2, 3])),
    "histograms": lambda v, k: (np.histogram(v, 3), np.histogram2d(v, v, bins=2)[0], np.histogram(k, weights=v)),
    "gradient": lambda v, k: np.gradient(v, 0.5, edge_order=2),
    "grids of scalars": lambda v, k: np.meshgrid(v[0], k, 3.0),
    "padding by a function of NumPy's": lambda v, k: (np.pad(v, 2, "mean"), np.pad(v, (1, 2), "linear_ramp")),
    "positions": lambda v, k: (np.unravel_index(k, (3, 5)), np.ravel_multi_index((k, k), (4, 5)), np.take(v, k)),
    "choices": lambda v, k: (np.choose(k - 1, [v, -v, 2 * v]), np.choose(k, [v, v], mode="wrap")),
    "averages": lambda v, k: (np.average(v, weights=k), np.average(v, weights=k, returned=True)),
    "packed": lambda v, k: np.packbits(v > 0, bitorder="little"),
    "named results": lambda v, k: (np.linalg.slogdet(np.outer(v, v) + 9 * np.eye(4)), np.frexp(v), np.modf(v)),
    "ufunc keywords": lambda v, k: (np.add(v, 1, dtype="f4"), np.multiply(k, k, dtype="f8"), np.add.reduceat(v, k[1:])),
    "sets": lambda v, k: (np.unique(k, return_counts=True), np.union1d(k, [9]), np.setdiff1d(k, [1]), np.unique(k)),
    "what a mask finds": lambda v, k: (v[v > 2], np.flatnonzero(v > 2), np.nonzero(k == 1), np.where(v < 0)),
    "counts": lambda v, k: (np.bincount(k), np.bincount(k, v), np.bincount(k, minlength=6)),
    "trimmed": lambda v, k: (np.trim_zeros(k - 3), np.extract(k > 1, v), np.argwhere(v > 2)),
    "histograms with edges": lambda v, k: (np.histogram(v, [-2, 0, 3]), np.histogramdd(v, bins=3, range=[(-1, 9)])),
    "histograms of equal numbers": lambda v, k: (np.histogram(v * 0), np.histogram(k * 0, 3, density=True)),
    "products with a number": lambda v, k: (np.dot(k.astype("u1"), 200), np.inner(k.astype("i1"), 100), np.dot(v, 2)),
    "bins that fall": lambda v, k: (np.digitize(v, k[:1]), np.digitize(v, [5, 2, 0]), np.digitize(k, [1, 2], True)),
    "given means": lambda v, k: (np.std(v, mean=v[0]), np.var(k.astype("u1"), mean=k.astype("u1")[:1], axis=0)),
    "casts of not a number": lambda v, k: (np.astype(v * np.nan, "i4"), (v / 0).astype("i8"), (v * 1e9).astype("u1")),
    "polynomial division": lambda v, k: np.polydiv(v, [1.0, 2.0]),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("name", FORMS)
def test_forms(name):
    compare(FORMS[name], V, K)


DTYPES = {
    "float32 beside int32": lambda a, b: (np.concatenate([a, b]), np.hstack((a, b)), np.where(a > 1, a, b)),
    "more of them": lambda a, b: (np.append(a, b), np.select([a > 1], [a], b), np.stack([a, b]), np.insert(a, 1, b[0])),
    "lists are not weak": lambda a, b: (np.array([2, a[0]]), np.array([[1, 2.5], [b[0], 0]]), np.array([True, b[1]])),
    "small integers": lambda a, b: (np.sum(b.astype("i1")), np.mean(b), np.std(b, dtype="f4"), np.cumsum(b > 3)),
}


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes(name):
    compare(DTYPES[name], F4, I4)


NUMBERS = {
    "axes": lambda v, m, a, b: (m.sum(axis=(a, b)), np.median(m, axis=(a, b)), np.trace(m, axis1=a, axis2=b)),
    "orders of norms": lambda v, m, a, b: (np.linalg.norm(m, b), np.linalg.norm(v, a), np.linalg.cond(m, b)),
    "the order of a condition": lambda v, m, a, b: np.linalg.cond(m, b),
    "the axis of a length": lambda v, m, a, b: np.arange(np.size(m[:1], b)),
    "subscripts": lambda v, m, a, b: np.einsum(np.outer(v, m[0]), [a, b], [b, a]),
    "as arrays of NumPy's own code": lambda v, m, a, b: np.geomspace(v, b, 3),
    "shapes": lambda v, m, a, b: (
        np.reshape(v, (b + 1, 2)),
        np.tile(v, b),
        np.unravel_index(v.astype(int), (b + 9, 7)),
    ),
    "places": lambda v, m, a, b: (np.partition(v, b)[b], np.insert(v, b, 9.0), np.delete(v, a), np.take(v, b)),
    "values": lambda v, m, a, b: (np.diff(v, prepend=b), np.roll(v, b), np.clip(v, a, b), np.full_like(v, b)),
    "places past the end": lambda v, m, a, b: np.partition(v, b + 8),
    "limits": lambda v, m, a, b: np.clip(v.astype("u1"), a - 4, b + 400),
    "compared to small ones": lambda v, m, a, b: (v.astype("u1") < b + 300, v.astype("i1") >= a - 200),
    "too large for small ones": lambda v, m, a, b: v.astype("u1") + (b + 300),
    "negative beside unsigned": lambda v, m, a, b: v.astype("u1") * (a - 1),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_are_arguments(name):
    compare(NUMBERS[name], np.abs(V), M, 0, 1)


def test_complex_numbers():
    compare(lambda z: (np.sort(z), np.argsort(z), np.sort(z.real)), Z)
    compare(
        lambda z: (np.var(z[:2], dtype="f4"), np.std(z[:2]), np.mean(z[:2], dtype="f4"), np.var(z[:2], dtype="c8")), Z
    )


ERRORS = {
    "take": (lambda v, i: v.take(i), V, np.array([0, 9])),
    "take, negative": (lambda v, i: np.take(v, i), V, np.array([-5])),
    "take, two dimensions": (lambda m, i: np.take(m, i, axis=1), M, np.array([1, 2])),
    "take_along_axis": (lambda m, i: np.take_along_axis(m, i, 1), M, np.array([[0], [7]])),
    "put": (lambda v, i: np.put(v, i, 9), V, np.array([0, 4])),
    "put_along_axis": (lambda m, i: np.put_along_axis(m, i, 1.0, 0), M, np.array([[2, 0]])),
    "choose": (lambda i, v: np.choose(i, [v, v]), np.array([0, 1, 2, 0]), V),
    "unravel_index": (lambda i: np.unravel_index(i[0], (3, 5)), np.array([15])),
    "ravel_multi_index": (lambda i: np.ravel_multi_index((i, i), (3, 5)), np.array([4])),
    "inverse": (lambda m: np.linalg.inv(m - m), M),
    "solve": (lambda m, v: np.linalg.solve(m * 0, v[:2]), M, V),
    "cholesky": (lambda m: np.linalg.cholesky(-m), M),
    "eigenvalues": (lambda m: np.linalg.eigvals(m * np.nan), M),
    "svd": (lambda m: np.linalg.svd(m * np.nan), M),
    "power": (lambda k, n: k**n, K, np.array([1, -1, 0, 2])),
    "percentile": (lambda v, q: np.percentile(v, q[0]), V, np.array([120.0])),
    "quantiles": (lambda v, q: np.quantile(v, q), V, np.array([0.5, -0.1])),
    "histogram": (lambda v: np.histogram(v * np.nan, 3), V),
    "weights": (lambda v: np.average(v, weights=v * 0), V),
    "nanargmax": (lambda v: np.nanargmax(v * np.nan), V),
    "geomspace": (lambda v: np.geomspace(v[0] * 0, 10, 4), V),
    "geomspace of a number": (lambda v, n: np.geomspace(v, n, 4), V, 0),
    "bins in no order": (lambda v, b: np.digitize(v, b), V, np.array([1.0, 3.0, 2.0])),
    "a fit of zeros": (lambda v: np.polyfit(v * 0, v, 2), V),
    "edges in no order": (lambda v, b: np.histogram(v, b), V, np.array([1.0, 3.0, 2.0])),
    "negative counts": (lambda k: np.bincount(k - 2, minlength=5), K),
    "booleans": (lambda v: (v > 1) - (v > 2), V),
    "axis": (lambda v: np.concatenate([v, v], axis=1), V),
    "casting": (lambda k: np.concatenate((k, k), dtype="i1", casting="safe"), K),
    "not square": (lambda m: np.linalg.inv(m[:1]), M),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_numpys(name):
    compare(*ERRORS[name])


@pytest.mark.parametrize("name", ["take", "put", "inverse", "power", "percentile", "weights"])
def test_a_call_that_fails_changes_nothing(name):
    function, *args = ERRORS[name]

    def writing(first, *rest):
        first += 1
        return function(first - 1, *rest)

    compare(writing, *args)


def test_the_error_is_at_the_users_line():
    def sure(v, i):
        v = v * 2
        return np.take(v, i)  # this line

    with pytest.raises(IndexError) as caught:
        npbridge.jit(sure)(npbridge.array(V), npbridge.array([7]))
    line = caught.traceback[-1].frame.code.path.read_text().splitlines()[caught.traceback[-1].lineno]
    assert line.endswith("# this line")


def test_what_numpy_raises_on_the_host():
    compare(lambda v, m: np.place(v, m > 0, []), V, V)


def test_strict_and_explain_tell_of_the_host():
    def hosted(v):
        return np.polydiv(v, [1.0, 2.0])

    with pytest.raises(npbridge.errors.UnsupportedError, match=r"polydiv.*host"):
        npbridge.jit(hosted, strict=True)(npbridge.array(V))
    compiled = npbridge.jit(hosted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled(npbridge.array(V))
    assert "numpy.polydiv is called on the host" in compiled.explain()


def test_no_derivative_goes_through_the_host():
    with warnings.catch_warnings(), pytest.raises(npbridge.errors.UnsupportedError, match="no derivative"):
        warnings.simplefilter("ignore")
        npbridge.grad(lambda v: np.polydiv(v, [1.0, 2.0])[0].sum())(npbridge.array(V))
    inverse = npbridge.grad(lambda m: np.linalg.inv(m).sum())(npbridge.array(M))
    inv = np.linalg.inv(M)
    np.testing.assert_allclose(np.asarray(inverse), -inv.T @ np.ones((2, 2)) @ inv.T)


def test_a_dtype_that_depends_on_values():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in (V, np.abs(V)):
            compare(lambda v: (np.emath.sqrt(v), np.emath.log(v), np.emath.arccos(v)), x)
            compare(lambda v: np.emath.sqrt(v[0]), x)
            compare(lambda v: np.real_if_close(v + 0j), x)
            compare(lambda v: np.abs(np.emath.sqrt(v) + 1) * 2, x)
            compare(lambda v: np.roots(v[:3]), x)


@pytest.mark.parametrize("size", [5, 4096, 5000])
def test_extremes_keep_nan(size):
    x = np.linspace(0.0, 1.0, size)
    x[3] = np.nan
    compare(lambda x: (x.max(), np.min(x), np.ptp(x), np.maximum.reduce(x), np.linalg.norm(x, np.inf)), x)
    compare(lambda x: (x.max(axis=0), np.min(x, axis=1), np.max(x, axis=(0, 1))), np.outer(x, np.ones(3)))
    for function in (np.max, np.min):  # eagerly too
        assert np.isnan(function(npbridge.array(x)))


def test_out_by_position():
    compare(lambda m, c: np.min(m, 0, c), M, np.zeros(2))
    compare(lambda v, c: np.clip(v, 0, 2, c), V, np.zeros(4))
    compare(lambda a, b, c: np.hypot(a, b, c), V, V, np.zeros(4))
    compare(lambda a, b, c: np.concatenate([a, b], 0, c), V, V, np.zeros(8))
    compare(lambda v, i, c: np.take(v, i, None, c), V, K, np.zeros(4))
    compare(lambda v, c: np.hypot(v, v, c), V, np.zeros(3))  # of another shape
    compare(lambda v, c: np.add(v, 0.5, c), V, np.zeros(4, int))  # of another kind


def test_views_by_einsum():
    def diagonal(m):
        np.einsum("ii->i", m)[:] = -2.0
        np.einsum("ij->ji", m)[0, 1] = 7.0

    compare(diagonal, M)


def test_functions_of_the_users_are_called_on_what_numpy_hands_them():
    compare(lambda v: np.piecewise(v, [v < 2, v >= 2], [lambda x: x - x.mean(), -1.0]), V)
    compare(lambda v: np.piecewise(v, [v > 0], [lambda x: x * 2, lambda x: x + x.max()]), V)
    drawn = []
    npbridge.jit(lambda v: np.pad(v, 1, lambda *given: drawn.append(given[2])))(npbridge.array(V))
    assert drawn == [0]  # not on arrays that stand for others


def test_what_a_form_wrote_before_it_failed_is_undone():
    def replaced(v):
        np.nan_to_num(v, copy=False, nan=3.0)
        part = v[1:]
        np.clip(part, 0, 2, out=part)
        return v

    compare(replaced, np.array([np.nan, 5.0, -1.0, np.inf]))
    compare(lambda v: np.median(v, overwrite_input=False), V)


def test_a_method_of_a_ufunc_is_named_with_it():
    fallback.reset()
    with pytest.warns(npbridge.errors.FallbackWarning, match=r"add\.reduceat"):
        npbridge.jit(lambda v, i: np.add.reduceat(v, i))(npbridge.array(V), npbridge.array([0, 2]))
