"""Reading and writing by every kind of index."""

from __future__ import annotations

import numpy as np
import pytest

A1 = np.arange(10)
A2 = np.arange(12.0).reshape(3, 4)
A3 = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
B1 = np.array([True, False, True])
I1 = np.array([2, 0, 1])
I2 = np.array([[0, 2], [1, 1]])
Z0 = np.array(7)

KEYS_1 = {
    "int": 3,
    "int back": -3,
    "numpy int": np.int64(2),
    "numpy uint8": np.uint8(2),
    "bool True": True,
    "bool False": False,
    "numpy bool": np.bool_(True),
    "slice": slice(2, 7),
    "slice step": slice(1, None, 3),
    "slice back": slice(None, None, -2),
    "slice far": slice(-100, 100),
    "slice numpy": slice(np.int64(1), np.int64(5)),
    "ellipsis": ...,
    "none": None,
    "empty tuple": (),
    "tuple int": (4,),
    "none int": (None, 4),
    "int ellipsis": (4, ...),
    "list": [1, 5, 1],
    "list back": [-1, -10],
    "list empty": [],
    "list of bool": [True, False] * 5,
    "array": I1,
    "array 2d": I2,
    "array empty": np.array([], int),
    "array 0d": np.array(3),
    "array uint": np.array([1, 2], np.uint8),
    "nested list": [[1, 2], [3, 4]],
    "mask": np.arange(10) % 3 == 0,
    "mask none": np.zeros(10, bool),
    "mask 0d": np.array(True),
    "mask and none": (None, np.arange(10) > 5),
    "range": range(2, 5),
    "out of range": 10,
    "out of range back": -11,
    "out of range list": [0, 10],
    "out of range array": np.array([-11]),
    "mask too short": [True, False],
    "mask too long": np.ones(11, bool),
    "float": 1.0,
    "float array": np.array([1.0]),
    "text": "a",
    "too many": (1, 2),
    "two ellipses": (..., ...),
    "zero step": slice(None, None, 0),
    "float slice": slice(0, 2.0),
}
KEYS_2 = {
    "ints": (1, 2),
    "ints back": (-1, -1),
    "int slice": (1, slice(None)),
    "slice int": (slice(None), 2),
    "slices": (slice(1, None), slice(None, None, 2)),
    "slices back": (slice(None, None, -1), slice(None, None, -1)),
    "ellipsis int": (..., 1),
    "none between": (slice(None), None, slice(1, 3)),
    "none int none": (None, 1, None),
    "array slice": (I1, slice(1, 3)),
    "slice array": (slice(None), I2),
    "array array": (I1, I1),
    "array int": (I1, 2),
    "list list": ([0, 2], [1, 3]),
    "broadcast arrays": (I1[:, None], np.array([0, 3])),
    "ix_": np.ix_([0, 2], [1, 3]),
    "ix_ mask": np.ix_(B1, [1, 3]),
    "mask": A2 > 5,
    "partial mask": B1,
    "mask int": (B1, 1),
    "mask slice": (B1, slice(None, 2)),
    "mask array": (B1, np.array([1, 2])),
    "slice mask": (slice(None), np.array([True, False, False, True])),
    "0d mask slice": (True, slice(1)),
    "array none slice": (I1, None, slice(1)),
    "array ellipsis": (..., I1),
    "nonzero": (A2 > 5).nonzero(),
    "out of range": (3, 0),
    "out of range second": (0, 4),
    "out of range array": (I1, np.array([0, 1, 4])),
    "mask of wrong shape": np.ones((3, 3), bool),
    "shapes mismatch": (np.array([0, 1]), np.array([0, 1, 2])),
    "too many": (0, 0, 0),
}
KEYS_3 = {
    "int": 1,
    "array apart": (I1[:2] % 2, slice(None), I1[:2]),
    "array together": (slice(None), I1, I1),
    "int and array apart": (0, slice(None), I1),
    "int and array": (0, I1),
    "mask 2d first": np.arange(6).reshape(2, 3) % 2 == 0,
    "mask 2d last": (slice(None), np.arange(12).reshape(3, 4) % 2 == 0),
    "mask between": (..., B1, slice(None)),
    "ellipsis between": (0, ..., 1),
    "newaxes": (None, ..., None),
    "slice back array": (slice(None, None, -1), I1),
    "ix_": np.ix_([1, 0], [2], [0, 3]),
}
TABLE = [(A1, KEYS_1), (A2, KEYS_2), (A3, KEYS_3), (A3, {f"3d {k}": v for k, v in KEYS_2.items()})]
CASES = {f"{a.ndim}d-{name}": (a, key) for a, keys in TABLE for name, key in keys.items()}


@pytest.mark.parametrize("case", CASES)
def test_read(same, case):
    array, key = CASES[case]
    same(lambda a: a[key], array)


@pytest.mark.parametrize("case", CASES)
def test_read_with_our_key(same, case):
    array, key = CASES[case]
    keys = key if isinstance(key, tuple) else (key,)
    if not any(isinstance(k, (np.ndarray, np.generic)) for k in keys):
        pytest.skip("no array in this key")
    same(lambda a, k: a[k], array, key)


@pytest.mark.parametrize("case", CASES)
def test_write_number(same, case):
    array, key = CASES[case]
    same(lambda a: a.__setitem__(key, 99), array)


@pytest.mark.parametrize("case", CASES)
def test_write_array(same, case):
    """The value has the shape that reading gives, another dtype, and is ours."""
    array, key = CASES[case]
    try:
        value = np.asarray(array[key]).astype(np.int16) + 50
    except (IndexError, TypeError, ValueError):
        value = np.array([50], np.int16)
    same(lambda a, v: a.__setitem__(key, v), array, value)


@pytest.mark.parametrize("case", CASES)
def test_in_place(same, case):
    array, key = CASES[case]

    def program(a):
        a[key] += 1

    same(program, array)


VALUES = {
    "scalar broadcast": (A2, slice(None), 3),
    "row broadcast": (A2, slice(None), np.arange(4)),
    "column broadcast": (A2, slice(None), np.arange(3)[:, None]),
    "list": (A2, 0, [1, 2, 3, 4]),
    "nested list": (A2, slice(0, 2), [[1, 2, 3, 4], [5, 6, 7, 8]]),
    "leading ones": (A2, 0, np.ones((1, 1, 4))),
    "float into int": (A1, 3, 2.9),
    "float array into int": (A1, slice(0, 2), np.array([2.9, -2.9])),
    "nan into float": (A2, (0, 0), np.nan),
    "bool into int": (A1, 1, True),
    "int into bool": (B1, 1, 5),
    "complex into float": (A2, 0, np.array([1 + 2j] * 4)),
    "complex number into float": (A2, (0, 0), 1 + 2j),
    "float into complex": (A2.astype(complex), 0, 2.5),
    "too large": (A1.astype(np.int8), 0, 300),
    "negative into unsigned": (A1.astype(np.uint8), 0, -1),
    "negative array into unsigned": (A1.astype(np.uint8), slice(0, 2), np.array([-1, -2])),
    "wide into narrow": (A1.astype(np.int8), slice(0, 2), np.array([300, 200])),
    "wrong shape": (A2, 0, [1, 2, 3]),
    "wrong shape mask": (A1, A1 > 5, [1, 2, 3]),
    "mask right shape": (A1, A1 > 5, [1, 2, 3, 4]),
    "sequence into element": (A1, 0, [1, 2]),
    "one-element list into element": (A1, 0, [5]),
    "text": (A1, 0, "x"),
    "number text": (A1, 0, "12"),
    "none": (A1, 0, None),
    "none into float": (A2, (0, 0), None),
    "object": (A1, 0, {}),
    "empty": (A1, slice(0, 0), []),
    "repeated index": (A1, [1, 1, 1], [5, 6, 7]),
    "0d": (Z0, (), 3),
    "0d ellipsis": (Z0, ..., 3),
    "0d mask": (Z0, True, 3),
    "0d int": (Z0, 0, 3),
    "numpy scalar": (A1, 2, np.float32(3.7)),
    "self": (A2, 0, A2[1]),
}


@pytest.mark.parametrize("case", VALUES)
def test_write_value(same, case):
    array, key, value = VALUES[case]
    same(lambda a, v: a.__setitem__(key, v), array, value)


@pytest.mark.parametrize("case", ["row broadcast", "list", "float array into int", "mask right shape", "wrong shape"])
def test_write_plain_value(same, case):
    """The value is an ndarray or a list, also on our side."""
    array, key, value = VALUES[case]
    same(lambda a: a.__setitem__(key, value), array)


def test_read_gives_a_copy_for_array_keys(same):
    def program(a):
        b = a[[0, 1]]
        b[0] = 100
        c = a[a > 5]
        c[...] = 0
        return b, c

    same(program, A1)


def test_np_index_helpers(same):
    same(lambda a: a[np.where(a > 4)], A2)
    same(lambda a: a[np.nonzero(a > 4)], A2)
    same(lambda a: a[np.argsort(-a)], A1)
    same(lambda a: np.take_along_axis(a, np.argsort(-a, axis=1), axis=1), A2)
    same(lambda a: a[np.unravel_index(5, a.shape)], A2)
    same(lambda a: a[tuple(np.indices(a.shape))], A2)
    same(lambda a: a[np.s_[1:, ::2]], A2)
    same(lambda a: a[slice(None), 1], A2)


def test_our_scalars_as_index(same):
    def program(a):
        i = a.argmax()
        j = a[2]
        return a[i], a[j], a[i - 1 : i], a[: a[3]], [10, 20, 30, 40][j], list(range(a[4]))

    same(program, A1)


def test_elements_written_in_a_loop(same):
    def program(a):
        for i in range(1, len(a)):
            a[i] = a[i - 1] + a[i]
        return a

    same(program, A1)


def test_large_arrays(same):
    """Large enough that the device keeps them."""

    def program(a):
        a[5] = -1
        a[100:200] += 3
        a[::7] = a[::7] * 2
        a[1:] += a[:-1]
        b = a.reshape(100, -1)
        b[3:5, ::3] = 0
        b.T[0] -= 1
        return a[4:8], b[:, 1], a[[3, -1]], a[a < -1]

    same(program, np.arange(40_000.0))
