"""Every numeric ufunc on every dtype, with every keyword, and the ufunc methods."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from npbridge._src.accuracy import UFUNC_METHODS, of_ufunc

from ..oracle import VARIANTS, same_as_numpy, set_up
from .surface import numeric_ufuncs

UFUNCS = {u.__name__: u for u in numeric_ufuncs()}
ONE = {n: u for n, u in UFUNCS.items() if u.nin == 1 and u.signature is None}
TWO = {n: u for n, u in UFUNCS.items() if u.nin == 2 and u.signature is None}
CORE = {n: u for n, u in UFUNCS.items() if u.signature is not None}

DATA = {
    "f8": np.array([0.0, -0.0, 0.5, -1.5, 2.0, np.inf, -np.inf, np.nan, 0.9]),
    "f4": np.array([0.0, 0.5, -1.5, 2.0, np.inf, np.nan, 0.9], np.float32),
    "f2": np.array([0.0, 0.5, -1.5, 2.0, 0.9], np.float16),
    "i8": np.array([0, 1, -3, 7, 100]),
    "i1": np.array([0, 1, -3, 7, 127, -128], np.int8),
    "u1": np.array([0, 1, 3, 255], np.uint8),
    "b1": np.array([True, False]),
    "c16": np.array([0j, 1 + 2j, -1.5 + 0j, 0.5 - 0.25j]),
}
OTHER = {
    "f8": np.array([1.0, -2.0, 0.0, 3.0, 2.0, 1.0, np.inf, 1.0, np.nan]),
    "f4": np.array([1.0, -2.0, 0.0, 2.0, 1.0, 3.0, 0.5], np.float32),
    "f2": np.array([1.0, -2.0, 2.0, 0.5, 0.9], np.float16),
    "i8": np.array([1, 2, 0, 3, 7]),
    "i1": np.array([1, 2, 0, 3, 2, 1], np.int8),
    "u1": np.array([2, 1, 0, 255], np.uint8),
    "b1": np.array([True, True]),
    "c16": np.array([1j, 2 + 0j, -1.5 + 1j, 0.5 - 0.25j]),
}

NARROW = next(v for v in VARIANTS if v.name == "jax-32")
# dtypes for which NumPy computes in float64
WIDENED = {"i8", "b1"}


def ulps_of(name, *dtypes):
    return of_ufunc(getattr(np, name), *dtypes)


def rounding(name):
    """The tolerance of the methods of a ufunc."""
    return UFUNC_METHODS.get(UFUNCS[name], 0)


@pytest.mark.parametrize("dtype", DATA)
@pytest.mark.parametrize("name", ONE)
def test_one(same_wide, name, dtype):
    data = DATA[dtype]
    if name == "reciprocal" and data.dtype.kind in "iub":
        data = data[data != 0]  # in C, 1.0 / 0 as an integer is whatever it is
    same_wide(ONE[name], data, ulps=ulps_of(name, dtype))


@pytest.mark.parametrize("dtype", ["f8", "i8", "c16"])
@pytest.mark.parametrize("name", [n for n in UFUNCS if n in ONE or n in TWO])
def test_narrowed(name, dtype):
    """x64 off: 64-bit operands become 32-bit ones, and so do results."""
    if name in ("spacing", "nextafter") and dtype in WIDENED:
        return  # the next float32 number is not the next float64 number
    data = DATA[dtype]
    if name == "reciprocal" and dtype == "i8":
        data = data[data != 0]
    operands = (data, OTHER[dtype])[: UFUNCS[name].nin]
    with set_up(NARROW) as variant:
        same_as_numpy(variant, UFUNCS[name], *operands, ulps=ulps_of(name, dtype))


@pytest.mark.parametrize("dtype", DATA)
@pytest.mark.parametrize("name", TWO)
def test_two(same_wide, name, dtype):
    same_wide(TWO[name], DATA[dtype], OTHER[dtype], ulps=ulps_of(name, dtype))


MIXED = [("i8", "f4"), ("u1", "i1"), ("b1", "i1"), ("f2", "i1"), ("f4", "c16"), ("i8", "u1")]


@pytest.mark.parametrize("pair", MIXED, ids="-".join)
@pytest.mark.parametrize("name", TWO)
def test_mixed_dtypes(same_wide, name, pair):
    a, b = DATA[pair[0]], OTHER[pair[1]]
    n = min(a.size, b.size)
    same_wide(TWO[name], a[:n], b[:n], ulps=ulps_of(name, *pair))


@pytest.mark.parametrize("number", [3, 2.5, True, -1, 1j, 300], ids=str)
@pytest.mark.parametrize("dtype", ["f4", "i1", "u1", "b1"])
@pytest.mark.parametrize(
    "name", ["add", "multiply", "true_divide", "power", "maximum", "less", "equal", "arctan2", "left_shift"]
)
def test_python_numbers_are_weak(same_wide, name, dtype, number):
    same_wide(
        lambda a: UFUNCS[name](a, number), DATA[dtype], ulps=ulps_of(name, dtype, "c16" if number == 1j else dtype)
    )
    same_wide(
        lambda a: UFUNCS[name](number, a), DATA[dtype], ulps=ulps_of(name, dtype, "c16" if number == 1j else dtype)
    )


X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
Y = np.array([[0.5, -2.0, 1.0], [2.0, 3.0, -1.0]])
K = np.array([[True, False, True], [False, True, True]])
I = np.array([[1, 2, 3], [4, 5, 6]])  # noqa: E741

KEYWORDS = {
    "out": lambda x, y, o: np.add(x, y, out=o),
    "out tuple": lambda x, y, o: np.add(x, y, out=(o,)),
    "out position": lambda x, y, o: np.add(x, y, o),
    "out None": lambda x, y, o: np.add(x, y, out=None),
    "out same": lambda x, y, o: np.add(x, y, out=o) is o,
    "where": lambda x, y, o: np.add(x, y, out=o, where=x > 2),
    "where broadcast": lambda x, y, o: np.add(x, y, out=o, where=[True, False, True]),
    "where false": lambda x, y, o: np.add(x, y, out=o, where=False),
    "where not bool": lambda x, y, o: np.add(x, y, out=o, where=x),
    "dtype": lambda x, y, o: np.add(x, y, dtype=np.float32),
    "dtype and out": lambda x, y, o: np.add(x, y, dtype=np.float32, out=o),
    "dtype complex": lambda x, y, o: np.multiply(x, y, dtype=complex),
    "dtype refused": lambda x, y, o: np.add(x, y, dtype=int),
    "dtype unsafe": lambda x, y, o: np.add(x, y, dtype=int, casting="unsafe"),
    "casting": lambda x, y, o: np.add(x, y, casting="no"),
    "casting wrong": lambda x, y, o: np.add(x, y, casting="wrong"),
    "signature": lambda x, y, o: np.add(x, y, signature="ff->f", casting="same_kind"),
    "signature tuple": lambda x, y, o: np.add(x, y, signature=(np.float32, np.float32, None), casting="same_kind"),
    "order F": lambda x, y, o: np.add(x, y, order="F").flags.f_contiguous,
    "order C": lambda x, y, o: np.add(x.T, y.T, order="C").flags.c_contiguous,
    "order K": lambda x, y, o: np.add(x.T, y.T).flags.f_contiguous,
    "subok": lambda x, y, o: np.add(x, y, subok=False),
    "unknown keyword": lambda x, y, o: np.add(x, y, nothing=1),
    "too many": lambda x, y, o: np.add(x, y, o, 1),
    "too few": lambda x, y, o: np.add(x),
    "two outs": lambda x, y, o: np.divmod(x, y, out=(o, None)),
    "two outs position": lambda x, y, o: np.modf(x, o, np.empty_like(o)),
    "out wrong shape": lambda x, y, o: np.add(x, y, out=o[0]),
    "out larger": lambda x, y, o: np.add(x[0], y[0], out=o),
    "out wrong dtype": lambda x, y, o: np.add(x, y, out=np.zeros_like(o, dtype=np.int8)),
    "out casting unsafe": lambda x, y, o: np.add(x, y, out=np.zeros_like(o, dtype=np.int16), casting="unsafe"),
    "out is input": lambda x, y, o: np.subtract(x, y, out=x),
    "out is both": lambda x, y, o: np.subtract(x, x, out=x),
    "out not an array": lambda x, y, o: np.add(x, y, out=[0]),
    "out is T": lambda x, y, o: np.add(x, y, out=np.zeros_like(o.T).T),
    "list operand": lambda x, y, o: np.add(x, [[1, 2, 3]]),
    "nested list of ours": lambda x, y, o: np.add([x[0], y[0]], 1),
    "scalar operand": lambda x, y, o: np.add(x, np.float32(2)),
    "scalars only": lambda x, y, o: np.add(x[0, 0], y[0, 0]),
}


@pytest.mark.parametrize("case", KEYWORDS)
def test_keywords(same, case):
    if case == "nested list of ours":
        return  # NumPy does not look into lists for ufuncs: plain ndarrays come back
    same(KEYWORDS[case], X, Y, np.full((2, 3), 9.0))


def test_where_without_out_leaves_the_rest_unspecified(variant):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # NumPy 2.4 says that the rest is not initialised
        result = np.add(variant.give(X), 1, where=variant.give(K))
    np.testing.assert_array_equal(np.asarray(result)[K], (X + 1)[K])


def test_out_in_plain_ndarray(ours):
    plain = np.zeros((2, 3))
    result = np.add(ours.give(X), ours.give(Y), out=plain)
    assert result is plain
    np.testing.assert_array_equal(plain, X + Y)
    partial = np.zeros((2, 3))
    np.multiply(ours.give(X), 2, out=partial, where=K)
    np.testing.assert_array_equal(partial, np.where(K, X * 2, 0))


def test_ours_as_out_of_plain_operands(ours):
    target = ours.give(np.zeros((2, 3)))
    result = np.add(X, Y, out=target, casting="same_kind")
    assert result is target
    np.testing.assert_array_equal(np.asarray(target), X + Y)


# -- reduce, accumulate, reduceat, outer, at

METHODS = ("add", "multiply", "maximum", "minimum", "logical_and", "logical_or", "logical_xor", "subtract", "divide")
METHODS += (
    "hypot",
    "arctan2",
    "logaddexp",
    "power",
    "fmax",
    "bitwise_or",
    "bitwise_and",
    "bitwise_xor",
    "floor_divide",
)
# NumPy's vectorised loops of these forget what they have: where the processor has
# AVX-512, np.power.reduce([1.5, 2.5, 3.5]) is 1.5**3.5
NUMPY_FOLDS_WRONGLY = ("power", "arctan2")
REDUCE = {
    "default": {},
    "none": {"axis": None},
    "last": {"axis": -1},
    "tuple": {"axis": (0, 1)},
    "empty tuple": {"axis": ()},
    "keepdims": {"axis": 1, "keepdims": True},
    "dtype": {"dtype": np.float32},
    "initial": {"axis": 1, "initial": 2},
    "initial none": {"axis": 1, "initial": None},
    "where": {"axis": 1, "where": K, "initial": 1},
    "where without initial": {"axis": 1, "where": K},
    "bad axis": {"axis": 2},
    "twice": {"axis": (0, 0)},
}


@pytest.mark.parametrize("case", REDUCE)
@pytest.mark.parametrize("name", [n for n in METHODS if n not in NUMPY_FOLDS_WRONGLY])
def test_reduce(same_wide, name, case):
    kwargs = REDUCE[case]
    array = I if name.startswith("bitwise") else X + 0.5
    same_wide(lambda a, kwargs: UFUNCS[name].reduce(a, **kwargs), array, kwargs, ulps=rounding(name))


def test_reduce_more(same):
    same(lambda a: np.add.reduce(a), np.zeros((0, 3)))
    same(lambda a: np.maximum.reduce(a), np.zeros((0, 3)))
    same(lambda a: np.maximum.reduce(a, axis=1), np.zeros((0, 3)))
    same(lambda a: np.add.reduce(a), np.array(3.0))
    same(lambda a, o: np.add.reduce(a, out=o), X, np.zeros(3))
    same(lambda a, o: np.add.reduce(a, 0, None, o), X, np.zeros(3))
    same(lambda a, o: np.add.reduce(a, out=o), X, np.zeros(2))
    same(lambda a: np.sin.reduce(a), X)
    same(lambda a: np.divmod.reduce(a), X)
    same(lambda a: np.add.reduce(a), I.astype(np.int8))
    same(lambda a: np.add.reduce(a), K)
    same(lambda a: np.multiply.reduce(a), I.astype(np.uint8))
    same(lambda a: np.minimum.reduce(a, axis=1), DATA["f8"].reshape(3, 3))


@pytest.mark.parametrize("name", METHODS)
def test_accumulate(same_wide, name):
    array = I if name.startswith("bitwise") else X + 0.5
    ulps = rounding(name)
    same_wide(lambda a: UFUNCS[name].accumulate(a), array, ulps=ulps)
    same_wide(lambda a: UFUNCS[name].accumulate(a, axis=1), array, ulps=ulps)
    same_wide(lambda a: UFUNCS[name].accumulate(a, axis=3), array)


@pytest.mark.parametrize("name", [n for n in METHODS if n not in NUMPY_FOLDS_WRONGLY])
def test_reduceat(same_wide, name):
    array = (I if name.startswith("bitwise") else X + 0.5).ravel()
    ulps = rounding(name)
    same_wide(lambda a: UFUNCS[name].reduceat(a, [0, 3, 1, 4]), array, ulps=ulps)
    same_wide(lambda a, i: UFUNCS[name].reduceat(a, i), array, np.array([5, 0]), ulps=ulps)
    same_wide(lambda a: UFUNCS[name].reduceat(a, [0, 9]), array)


@pytest.mark.parametrize("name", METHODS)
def test_outer(same_wide, name):
    a, b = (I[0], I[1]) if name.startswith("bitwise") else (X[0], Y[1])
    same_wide(lambda a, b: UFUNCS[name].outer(a, b), a, b, ulps=rounding(name))
    same_wide(lambda a: UFUNCS[name].outer(a, a.reshape(1, 3)), a, ulps=rounding(name))


@pytest.mark.parametrize("name", METHODS)
def test_at(same_wide, name):
    array = I if name.startswith("bitwise") else X + 0.5

    def program(a, v):
        UFUNCS[name].at(a, [0, 1, 0], v)
        UFUNCS[name].at(a[1], [2, 2], v[:2])

    same_wide(program, array, array[0], ulps=rounding(name) * 4)


def test_at_more(same):
    same(lambda a: np.negative.at(a, [0, 0]), X)
    same(lambda a: np.add.at(a, (slice(None), [0, 0]), 1), X)
    same(lambda a, k: np.add.at(a, k, 1), X, K)
    same(lambda a: np.add.at(a, [9], 1), X)
    same(lambda a: np.add.at(a, [0], 0.5), I)
    same(lambda a: np.add.at(a, [0, 1, 1], [1, 2, 3]), I.ravel())


# -- core signatures

V3 = np.array([1.0, -2.0, 3.0])
STACK = np.arange(24.0).reshape(4, 2, 3)
PRODUCTS = {
    "matmul": [(X, Y.T), (V3, V3), (X, V3), (V3, Y.T), (STACK, Y.T), (X, STACK[:, 0, :, None]), (X, Y), (X, 2.0)],
    "vecdot": [(X, Y), (V3, V3), (X, V3), (STACK, X), (X * 1j, Y), (X, V3[:2])],
    "matvec": [(X, V3), (STACK, V3), (X, V3[:2])],
    "vecmat": [(V3, Y.T), (X[:, :2].copy(), STACK[0]), (V3, Y)],
}


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, c in PRODUCTS.items() for i in range(len(c))])
def test_products(same, name, number):
    same(getattr(np, name), *PRODUCTS[name][number], ulps=16)


def test_product_keywords(same):
    same(lambda a, b: np.matmul(a, b, axes=[(0, 1), (1, 0), (0, 1)]), X, Y, ulps=16)
    same(lambda a, b: np.vecdot(a, b, axis=0), X, Y, ulps=16)
    same(lambda a, b: np.vecdot(a, b, keepdims=True), X, Y, ulps=16)
    same(lambda a, b, o: np.matmul(a, b, out=o), X, Y.T, np.zeros((2, 2)), ulps=16)
    same(lambda a, b, o: np.matmul(a, b, out=o), X, Y.T, np.zeros((3, 2)), ulps=16)
    same(lambda a, b: np.matmul(a, b, dtype=np.float32), X, Y.T, ulps=16)
    same(lambda a: a @ a, I[:, :2], ulps=16)
    same(lambda a: a @ a, K[:, :2])


@pytest.mark.parametrize("name", ["add", "sin", "less"])
def test_broadcasting(variant, name):
    shapes = [((3,), (2, 3)), ((2, 1), (3,)), ((1,), (0,)), ((2, 3), ()), ((4, 1, 3), (2, 1)), ((2,), (3,))]
    for a, b in shapes:
        x, y = np.arange(float(np.prod(a))).reshape(a), np.arange(float(np.prod(b))).reshape(b)
        if name == "sin":
            same_as_numpy(variant, np.sin, x, ulps=4)
        else:
            same_as_numpy(variant, UFUNCS[name], x, y)
