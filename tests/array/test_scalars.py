"""What NumPy gives as a scalar: immutable, hashable, usable wherever a number is."""

from __future__ import annotations

import cmath
import copy
import fractions
import math
import numbers
import operator
import pickle

import numpy as np
import pytest

F = np.array([1.5, -2.25, 7.0])
I = np.array([3, -4, 12])  # noqa: E741
C = np.array([1 + 2j, -3j])
B = np.array([True, False])


def _assign(scalar):
    scalar[()] = 5


PROGRAMS = {
    "sum": lambda a: a.sum(),
    "element": lambda a: a[1],
    "reduction": lambda a: np.add.reduce(a),
    "max": lambda a: a.max(),
    "ufunc of one": lambda a: np.sin(a[0]),
    "arithmetic": lambda a: (
        a[0] + a[1],
        a[0] * 2,
        2 - a[0],
        a[0] ** 2,
        -a[0],
        abs(a[1]),
        a[0] / 4,
        a[2] // 2,
        a[2] % 5,
    ),
    "with an array": lambda a: (a[0] + a, a - a[0]),
    "mixed with numpy": lambda a: (np.float64(2) * a[0], a[0] * np.float32(2), np.int8(3) + a[0]),
    "numpy scalar times array": lambda a: (np.float64(2) * a, np.float32(2) * a, np.int64(2) + a),
    "comparison": lambda a: (a[0] > 1, a[0] == a[0], a[0] != 5, a[0] <= a[1], bool(a[0] > 1)),
    "chain": lambda a: -100 < a[0] < 100,
    "if": lambda a: 1 if a[0] > a[1] else 2,
    "float": lambda a: (float(a[0]), float(a.sum())),
    "int": lambda a: (int(a[0]), int(a[2])),
    "complex": lambda a: complex(a[0]),
    "bool": lambda a: bool(a[0]),
    "format": lambda a: (f"{a[0]:.3f}", f"{a[1]}", f"{a.sum():10.2e}", format(a[0]), f"{a[0]:g}"),
    "percent": lambda a: ("%.2f" % a[0], "%d" % a[2], "%5.1f|" % a[0]),
    "str": lambda a: str(a[0]),
    "math": lambda a: (
        math.sqrt(abs(a[0])),
        math.floor(a[1]),
        math.ceil(a[1]),
        math.isclose(a[0], a[0]),
        math.trunc(a[1]),
    ),
    "round": lambda a: (round(a[1], 1), round(a[1])),
    "divmod": lambda a: divmod(a[2], 5),
    "hash": lambda a: (hash(a[0]), {a[0]: 1}[a[0]], a[0] in {a[0]}),
    "min max of python": lambda a: (min(a), max(a), sum(a)),
    "sorted": lambda a: sorted(a),
    "item": lambda a: (a[0].item(), a.sum().tolist()),
    "attributes": lambda a: (a[0].shape, a[0].ndim, a[0].size, a[0].dtype, a[0].real, a[0].imag, a[0].T),
    "methods": lambda a: (
        a[0].astype(np.float32),
        a[0].round(),
        a[0].reshape(1),
        a[0].sum(),
        a[0].copy(),
        a[0].ravel(),
    ),
    "more methods": lambda a: (a[0].max(), a[0].clip(0, 1), a[0].squeeze(), a[0].flatten(), a[0].conj(), a[0].any()),
    "index": lambda a: (a[0][()], a[0][...], a[0][None]),
    "index fails": lambda a: a[0][0],
    "assignment fails": lambda a: _assign(a[0]),
    "len fails": lambda a: len(a[0]),
    "iteration fails": lambda a: list(a[0]),
    "np functions": lambda a: (np.isscalar(a[0]), np.ndim(a[0]), np.shape(a[0]), np.size(a[0])),
    "array of scalars": lambda a: (np.asarray(float(a[0])) * a[0], np.stack([a[0], a[1]]), np.where(a[0] > 0, a[0], 0)),
    "or": lambda a: (a[0] > 0) | (a[1] > 0),
    "not": lambda a: (not a[0], ~(a[0] > 0)),
    "divide by zero": lambda a: (a[0] / 0, a[0] / (a[0] - a[0])),
    "from 0-d": lambda a: np.mean(a) * a,
}


# What makes arrays of scalars alone makes NumPy's.
OF_SCALARS = {"methods", "more methods", "index", "array of scalars"}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("array", [F, I, F.astype(np.float32), I.astype(np.int16)], ids=["f8", "i8", "f4", "i2"])
def test_program(same, name, array):
    same(PROGRAMS[name], array, ulps=4, of_scalars=name in OF_SCALARS)


@pytest.mark.parametrize("name", ["arithmetic", "comparison", "hash", "str", "attributes", "complex", "float", "int"])
def test_program_complex(same, name):
    if name != "comparison":
        same(PROGRAMS[name], np.append(C, 2 + 2j), ulps=4)


INTEGER = {
    "range": lambda a: list(range(a[0])),
    "list index": lambda a: ["a", "b", "c", "d"][a[0]],
    "slice": lambda a: "abcdefgh"[a[0] :],
    "operator.index": lambda a: operator.index(a[0]),
    "bits": lambda a: (a[0] << 2, a[0] & 1, a[0] | 8, a[0] ^ 5, ~a[0], 1 << a[0]),
    "repeat": lambda a: ([0] * a[0], a[0] * [0], (1,) * a[0], "ab" * a[0]),
    "shape": lambda a: np.zeros((a[0], 2)).shape,
    "int power": lambda a: 2 ** a[0],
    "hex": lambda a: hex(a[0]),
    "format": lambda a: f"{a[0]:d} {a[0]:05d} {a[0]:x}",
    "math": lambda a: (math.gcd(a[0], a[2]), math.comb(a[2], a[0]), math.factorial(a[0])),
    "reshape": lambda a: a.reshape(a[0], 1),
    "enumerate": lambda a: [(i, x) for i, x in enumerate(a)],
    "bit_count": lambda a: a[0].bit_count(),
}


@pytest.mark.parametrize("name", INTEGER)
def test_integer(same, name):
    same(INTEGER[name], I)


def test_float_is_no_index(same):
    same(lambda a: [0] * a[0], F)
    same(lambda a: range(a[0]), F)
    same(lambda a: [1, 2][a[0]], F)
    same(lambda a: operator.index(a[0]), F)


def test_float_methods(same):
    same(lambda a: (a[0].is_integer(), a[2].is_integer(), a[0].as_integer_ratio()), F)
    same(lambda a: (a[0].hex(), a[0].real, a[0].imag), F)
    same(lambda a: cmath.phase(a[0]), C)
    same(lambda a: a[0].conjugate(), C)


def test_bool(same):
    same(lambda a: (a[0] and 1, a[1] or 2, not a[1], a.all(), int(a[0]), a[0] + 1, f"{a[0]}"), B)
    same(lambda a: [10, 20][a[0]], B)


def test_immutable(variant):
    a = variant.give(F)
    t = a.sum()
    s = t
    t += 1
    assert float(s) == F.sum()
    assert float(t) == F.sum() + 1
    e = a[0]
    a[0] = 100
    assert float(e) == 1.5
    e *= 2
    assert float(a[0]) == 100


def test_0_d_arrays_are_mutable(variant):
    z = variant.give(np.array(3.0))
    alias = z
    z += 1
    assert alias is z
    assert float(z) == 4
    z[...] = 7
    z[()] += 1
    assert float(alias) == 8


@pytest.mark.parametrize(
    ("array", "kinds"),
    [
        (F, (np.floating, np.number, np.generic, numbers.Real, numbers.Number)),
        (I, (np.integer, np.signedinteger, numbers.Integral, numbers.Number)),
        (C, (np.complexfloating, numbers.Complex)),
        (B, (np.bool_,)),
    ],
    ids=["float", "int", "complex", "bool"],
)
def test_isinstance(variant, array, kinds):
    scalar = variant.give(array)[0]
    assert all(isinstance(scalar, kind) for kind in kinds)
    assert np.isscalar(scalar)


@pytest.mark.parametrize("array", [F, I, C, B], ids=["float", "int", "complex", "bool"])
def test_copies_and_pickles(ours, array):
    scalar = ours.give(array)[0]
    for again in (copy.copy(scalar), copy.deepcopy(scalar), pickle.loads(pickle.dumps(scalar))):
        assert again == scalar
        assert again.dtype == scalar.dtype
        assert hash(again) == hash(scalar)


def test_python_numbers_meet(same):
    same(lambda a: (a[0] + True, a[0] + 1j), F)
    same(lambda a: fractions.Fraction(1, 2) < float(a[0]), F)
    same(lambda a: a[0] == "x", F)
    same(lambda a: a[0] == None, F)  # noqa: E711
    same(lambda a: a[0] + "x", F)


def test_repr(ours):
    scalar = ours.give(F).sum()
    assert repr(scalar) == f"np.{scalar.dtype}(6.25)"
    assert str(scalar) == "6.25"
