"""Values as keys: equal only where no code can tell them apart."""

import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import pathlib
import re
import threading
import types
import uuid

import numpy as np
import pytest

import npbridge
from npbridge._src.array.frozen_values import NotComparable, comparable, frozen, same

UTC, CET = datetime.UTC, datetime.timezone(datetime.timedelta(hours=1))
Pair = collections.namedtuple("Pair", "a b")


@dataclasses.dataclass
class Options:
    width: int
    names: list


@dataclasses.dataclass(frozen=True, slots=True)
class Factor:
    value: float


class Colour(enum.Flag):
    RED = 1
    BLUE = 2


class Length(float):
    pass


def length(value, unit):
    made = Length(value)
    made.unit = unit
    return made


DIFFERENT = [
    (1, True), (1, 1.0), (0.0, -0.0), (complex(0.0, -0.0), 0j), (np.float32(1), np.float64(1)), ("a", b"a"),
    (slice(1, 3), slice(1, 4)), (slice(0, 2), slice(False, 2)), (range(0), range(1, 1)), ({1}, {True}),
    (frozenset("ab"), frozenset("ac")), ((1, 2), Pair(1, 2)), ((slice(1), 2), (slice(2), 2)), ([1, [2.0]], [1, [2]]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": 1}.keys(), {"b": 1}.keys()), ({"a": 1}.values(), {"a": 2}.values()),
    ({"a": 1}.items(), {"a": 2}.items()), (types.MappingProxyType({"a": 1}), types.MappingProxyType({"a": 2})),
    (collections.deque([1], 3), collections.deque([1], 4)), (collections.Counter("ab"), collections.Counter("aab")),
    (collections.defaultdict(int), collections.defaultdict(float)), (bytearray(b"a"), bytearray(b"b")),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")), (fractions.Fraction(1, 2), fractions.Fraction(1, 3)),
    (datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)), (datetime.timedelta(1), datetime.timedelta(2)),
    (datetime.datetime(2020, 1, 1, 0, tzinfo=UTC), datetime.datetime(2020, 1, 1, 1, tzinfo=CET)),
    (uuid.UUID(int=1), uuid.UUID(int=2)), (pathlib.Path("a"), pathlib.Path("b")), (re.compile("a"), re.compile("b")),
    (np.dtype("f4"), np.dtype("f8")), (np.arange(3), np.arange(3.0)), (np.zeros((2, 3)), np.zeros((3, 2))),
    (np.array([1, "a"], object), np.array([1, "b"], object)),
    (np.datetime64("2020-01-01"), np.datetime64("2021-01-01")),
    (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 1])), (np.poly1d([1, 2]), np.poly1d([1, 3])),
    (Options(1, ["a"]), Options(1, ["b"])), (Factor(0.0), Factor(-0.0)), (Colour.RED, Colour.RED | Colour.BLUE),
    (functools.partial(max, 1), functools.partial(max, 2)), ([].append, [].append),
    (length(1.0, "m"), length(1.0, "s")),
    (types.SimpleNamespace(a=1), types.SimpleNamespace(a=2)), (object(), object()), (len, max),
    (np.random.PCG64(1).state, np.random.PCG64(2).state), (np.random.default_rng(1), np.random.default_rng(1)),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=lambda x: type(x).__name__)
def test_what_differs(a, b):
    assert frozen(a) != frozen(b) and not same(a, b)
    assert hash(frozen(a)) == hash(frozen(a)) and same(a, a)


@pytest.mark.parametrize("value", [a for a, _ in DIFFERENT[:-6]] + [float("nan")], ids=lambda x: type(x).__name__)
def test_a_copy_is_the_same(value):
    try:
        copied = copy.deepcopy(value)
    except TypeError:  # views of dictionaries, mapping proxies
        return
    assert same(value, copied)


def test_what_changes_in_place():
    value = {"a": [1, {2}], "b": Options(1, ["x"])}
    before = frozen(value)
    value["a"][1].add(3)
    middle = frozen(value)
    value["b"].names.append("y")
    assert len({before, middle, frozen(value)}) == 3


@pytest.mark.parametrize(
    "value",
    [iter([1]), (i for i in ()), itertools.count(), io.StringIO(), threading.Lock(), npbridge.zeros(2), [iter([1])]],
    ids=lambda x: type(x).__name__,
)
def test_what_has_no_value(value):
    assert not comparable(value) and not same(value, value)
    with pytest.raises(NotComparable):
        frozen(value)


def test_what_is_in_itself():
    value = [1]
    value.append(value)
    assert frozen(value) == frozen(value) != frozen([1, [1]])
    for _ in range(5000):
        value = [value]
    assert not comparable(value)


def test_parts_that_are_known():
    x = npbridge.zeros(2)
    assert frozen([1, x], lambda v: "array" if v is x else None)
