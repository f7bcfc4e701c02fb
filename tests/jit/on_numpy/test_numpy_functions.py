"""NumPy's functions and operators in code compiled for 'numpy', where Numba's own are something else."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

import npbridge

LOW = {k: np.iinfo(k).min for k in ("int8", "int16", "int32", "int64")}


def outcome(function, args):
    args = copy.deepcopy(args)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*args)
    except Exception as error:
        return type(error), args
    return result, args


def described(value):
    if isinstance(value, (tuple, list)):
        return [described(v) for v in value]
    if isinstance(value, type) or value is None:
        return value
    array = np.asarray(value)
    return array.dtype.str, array.shape, repr(array.tolist())  # repr: the sign of zero, NaN


def same(function, *args):
    """The function gives, raises and writes compiled what it does on NumPy."""
    want, wrote = outcome(function, args)
    compiled = npbridge.jit(function, backend="numpy", strict=True)
    for _ in range(2):
        got, written = outcome(compiled, args)
        if isinstance(want, type):
            assert isinstance(got, type), (got, want)
            assert issubclass(got, want) or issubclass(want, got), (got, want)
        else:
            assert described(got) == described(want)
            assert described(written) == described(wrote)


def divided(a, b):
    return a // b, a % b, np.fmod(a, b), np.remainder(a, b), a[0] // b[0], a[0] % b[0]


def divided_in_place(a, b):
    c = a.copy()
    c %= b
    a //= b
    return a, c


@pytest.mark.parametrize("dtype", list(LOW))
@pytest.mark.parametrize("by", [-1, 0])
@pytest.mark.parametrize("function", [divided, divided_in_place])
def test_the_smallest_integer_is_divided(function, by, dtype):
    same(function, np.array([LOW[dtype], 9, -7], dtype), np.array([by, -2, 2], dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_are_divided(dtype):
    a = np.array([1.0, -0.0, 5, -7.5, np.inf, 3, np.nan, -1, 0.5], dtype)
    same(divided, a, np.array([0.0, 3, -2, 2, 2, -np.inf, 1, np.inf, 0.1], dtype))


def test_divmod():
    same(lambda a, b: (np.divmod(a, b), divmod(a, b)), np.array([LOW["int64"], 9]), np.array([-1, 2]))
    same(lambda a, b: divmod(a, b), -7, 2)


def test_shifts_past_the_width():
    same(lambda u, i: (u << 9, i >> 70, i << -1, u >> 1), np.array([3, 200], "uint8"), np.array([-9, 5]))


def test_small_integers_meet_numbers_that_they_do_not_hold():
    u, i = np.array([3, 200], "uint8"), np.array([-9], "int8")
    same(lambda u, i: (u[0] > -1, u <= 300, i[0] > -200, u == 259, u + 7), u, i)
    same(lambda u: u + 300, u)
    same(lambda u, n: u * n, u, 300)
    same(lambda u, n: u * n + 1, u, -1)
    same(lambda x: x * 2**71, np.array([1, 2]))
    same(lambda x: x * 2**71, np.array([1.0, 2]))


def test_integers_to_negative_powers():
    same(lambda x: x**-1, np.array([2, 5]))
    same(lambda x, n: x**n, np.array([2, 5]), np.array([-1, 2]))
    same(lambda x, n: x**n, np.array([2.0, 5]), np.array([-1, 2]))
    same(lambda x, n: x**n, np.array([3, 5], "int8"), np.array([40, 25], "int8"))


def test_truths_have_no_minus():
    same(lambda x: x - x, np.array([True, False]))
    same(lambda x: -x, np.array([True, False]))


def test_functions_of_small_integers():
    same(lambda u, i: (np.sqrt(u), np.cos(i)), np.array([4, 9], "uint16"), np.array([1, 0], "int16"))


def test_half_precision_is_pythons():
    h = np.array([1.5, 2.5], "float16")
    function = npbridge.jit(lambda u, h: (np.sqrt(u), h * 2, h.sum()), backend="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        found = function(np.array([4, 9], "uint8"), h)
    assert [np.asarray(x).dtype for x in found] == [np.float16] * 3


@pytest.mark.parametrize(
    "function",
    [lambda a: np.tensordot(a, a, axes=([0, 1], [0, 1])), lambda a: np.tensordot(a, a, [[-1, -2], [1, 0]]),
     lambda a: np.tensordot(a, a, 2)],
    ids=["lists", "in a list", "number"],
)  # fmt: skip
def test_axes_in_lists_are_constants_also_for_what_numpy_computes(function):
    same(function, np.arange(9.0).reshape(3, 3))


def test_signs_of_zero():
    x, a, b = np.array([-0.0, 3]), np.array([0.0, -6]), np.array([-4.0, -3])
    same(lambda x, a, b: (np.sign(x), np.remainder(a, b), np.rint(x), np.maximum(x, a), np.minimum(a, x)), x, a, b)


def length(a, b, c):
    np.hypot(a, b, c)


@pytest.mark.parametrize("shape", [2, 3, 1, (2, 2), 0])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_out_by_position(shape, dtype):
    same(length, np.array([3.0, 4]), np.array([4.0, 3]), np.zeros(shape, dtype))


def test_out_that_is_read_only_or_overlaps():
    c = np.zeros(2)
    c.flags.writeable = False
    with pytest.raises(ValueError):
        npbridge.jit(length, backend="numpy", strict=True)(np.array([3.0, 4]), np.array([4.0, 3]), c)
    assert not c.any()

    def shifted(a):
        np.add(a[:-1], 1, out=a[1:])

    same(shifted, np.arange(6.0))
    same(shifted, np.arange(6))


def test_reductions_write_into_out():
    x = np.array([[4.5, 2.0], [3.0, 6.0]])
    same(lambda x, o: np.min(x, 0, o), x, np.zeros(2))

    def anywhere(x, o):
        np.any(x, 0, o)

    same(anywhere, x, np.zeros(2, bool))
    same(lambda x, o: np.sum(x, 0, out=o), x, np.zeros(3))


def test_item():
    x, m = np.array([4, 5, 6]), np.array([[1.5, 2], [3, 4]])
    for k in (0, 2, -1, -3, 3, -4, 10**10):
        same(lambda x, k: x.item(k), x, k)
    same(lambda m, i, j: (m.item(i, j), m.item((0, 1)), m.item(3)), m, 1, -1)
    same(lambda m, i, j: m.item(i, j), m, 1, 2)
    same(lambda x: x.item(), x)
    same(lambda x: x[:1].item(), x)


def test_conversions_of_numbers():
    y = np.array([2.5, np.nan, np.inf])
    same(lambda y: (int(y[0]), float(y[1]), complex(y[0]), int(y[0] > 1)), y)
    same(lambda y: int(y[1]), y)
    same(lambda y: int(y[2]), y)
    same(lambda y: float(y[:1]), y)


def test_negative_scales():
    same(lambda s: np.random.normal(0.0, s[0]), np.array([-2.0]))
    same(lambda s: np.random.normal(0.0, s), np.array([1.0, -0.0]))
    same(lambda s: np.random.default_rng(1).exponential(s[0]), np.array([-2.0]))


X = np.array([[4.5, 2.0], [3.0, 6.0]])
CALLS = [
    (lambda x: (np.round(x, -1), x.round(-2), np.around(x)), np.array([14, -26, 35])),
    (lambda x: (np.round(x, 2), x.round(), x.round(-1)), np.array([1.25, -2.567])),
    (lambda x: np.clip(x, -4, 400), np.array([2, 9], "uint8")),
    (lambda x: (np.clip(x, 3, 5), x.clip(min=3.0), x.clip(None, 4)), X),
    (lambda x: np.clip(x, 5.5, 6), np.array([4, 5, 6])),
    (lambda x: np.linalg.norm(x, np.inf), np.array([1.0, np.nan, 3])),
    (lambda x: np.histogram(x, 4), np.array([4, 4, 4])),
    (lambda x: np.histogram(x, 4), np.array([np.nan, 1])),
    (lambda x: (np.var(x, ddof=4), np.std(x, ddof=2), x.std(ddof=1)), np.array([1.0, 5])),
    (lambda x: np.sum(x, dtype=bool), np.array([-2, 2])),
    (lambda x: np.unique(x, return_inverse=True), np.array([[6, 2], [6, 4]])),
    (lambda m: np.linalg.qr(m, mode="r"), X),
    (lambda m: np.linalg.svd(m, compute_uv=False), X),
    (lambda x: np.concatenate((x, x), dtype="int8", casting="safe"), np.array([1, 300])),
    (lambda z: np.var(z), np.array([2 + 1j, 5 - 3j])),
    (lambda x: np.std(x, dtype="float32"), np.array([1, 2, 6])),
    (lambda x: np.polyval(x, x), np.array([3, 1, 2])),
    (lambda x: np.select([x > 1, x < 0], [x, -x], default=0.75), np.array([0.5, -1.5, 3], "float32")),
    (lambda x: x.take([0, 9]), np.array([0.0, 1, 2])),
    (lambda x: np.put(x, [0, 4], 9), np.array([1, 2, 3, 4])),
    (lambda m: np.linalg.inv(m), np.ones((2, 2))),
    (lambda x: np.bincount(x), np.array([-1, 1])),
    (lambda x: np.percentile(x, 120.0), np.array([1.0, 2])),
    (lambda x: np.average(x, axis=0, weights=x[0]), X),
    (lambda x: np.fft.fft2(x, s=(2, 4), axes=(0, 1)), X),
    (lambda x: (np.argsort(x, kind="stable"), np.sort(x, kind="mergesort")), np.array([2, 1, 2, 0])),
    (lambda x: (np.reshape(x.T, (4,), order="A"), np.ravel(x, order="F")), X),
    (lambda x: x.max(), np.array([])),
    (lambda b: (np.diff(b), b.sum(), b.max(), np.cumsum(b)), np.array([True, False])),
    (lambda z: np.sort(z), np.array([complex(2, np.nan), 1 + 1j, 3])),
    (lambda x: np.unravel_index(x[1], (3, 5)), np.array([1, 40])),
    (lambda x: np.count_nonzero(x, axis=0, keepdims=True), X),
    (lambda x: (np.expand_dims(x, 0), np.expand_dims(x, -1), np.expand_dims(x, axis=(0, 2))), X),
    (lambda x: np.expand_dims(x, 4), X),
    (lambda x: np.gradient(x), np.array([2.0])),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_calls(number):
    same(*CALLS[number])


def test_windows_of_results():
    def diagonal(m):
        np.einsum("ii->i", m)[:] = -2.0

    def copies(x):
        y = x.copy()
        z, w = np.around(y), np.asarray(y, copy=True)
        y[0] = 50
        return z, w

    same(diagonal, X)
    same(copies, np.array([4, 5]))


def stored_among_unsigned(a, b):
    b[1:] = a[:-1]
    b[0] = a[1]
    b[a > 5] = a[1]
    b[[1, 2]] = a[1:3]
    b[2:] = a[:2] * 2 - 1
    return b


def cast_to_unsigned(a, b):
    c = b.copy()
    c.fill(a[1])
    return a.astype(b.dtype), c, np.full_like(b, a[1]), np.asarray(a, np.uint32), np.array([a[1], a[2]], np.uint64)


def scalars_as_unsigned(a, b):
    return np.uint32(a[1]), np.uint64(a[2]), a.astype(np.uint8), a.astype(np.uint16)


def as_narrow_integers(a, b):
    wide = np.concatenate((a, a * 100, a * 30000)).reshape(3, 4)
    return (
        *(np.uint8(a[1]), np.uint16(a[3]), np.int8(a[2]), np.int16(a[1] * 30000)),
        *(wide.astype(np.int8), wide.T.astype(np.int16), wide[::2, 1:].astype(np.uint16), wide.astype(np.uint8)),
    )


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, -3.0])
def test_one_float_that_a_signed_integer_cannot_hold_is_an_error(dtype, value):
    def one(a, b):
        b[1] = a[0]

    def each(a, b):
        for i in range(len(a)):
            b[i] = a[i]

    def filled(a, b):
        b[1:] = a[1]
        b.fill(a[0])

    for program in (one, each, filled):
        same(program, np.full(3, value), np.arange(3).astype(dtype))


def reduced_as_integers(a, b):
    b.flat[1] = a[1]
    b.put(0, a[2])
    return np.sum(a, dtype=np.int64), np.prod(a, dtype=np.int16), np.cumsum(a, dtype=np.uint16), a.sum(dtype=b.dtype)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "uint32", "uint64"])
@pytest.mark.parametrize(
    "program", [stored_among_unsigned, cast_to_unsigned, scalars_as_unsigned, as_narrow_integers, reduced_as_integers]
)
def test_negative_floats_among_unsigned_integers_wrap(program, dtype):
    for values in ([0.75, -3.0, -0.25, -2.75], [-1.75, -3.0, -9.5, 2e10]):
        same(program, np.array(values), np.array([0, 1, 2, 3], dtype))
