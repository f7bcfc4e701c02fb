"""What compiled code took for constant is compared by value before each later call."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import types

import numpy as np
import pytest

import npbridge

from .against_numpy import ours, plain, same

pytestmark = pytest.mark.usefixtures("in_64_bits")


X = np.array([0.5, 1.5, 2.5, 3.5])


@dataclasses.dataclass
class Options:
    scale: float = 1.0
    names: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Frozen:
    parts: tuple


class Way(enum.Enum):
    UP = 1.0
    DOWN = -1.0


Pair = collections.namedtuple("Pair", "low high")


class Holder:
    def __init__(self, value):
        self.value = value

    def scaled(self, x):
        return x * self.value


# what it does with a value, and the values that are there one after the other
VALUES = {
    "slice": (lambda x, v: x[v].sum(), [slice(1, 3), slice(1, 4), slice(None, None, 2), slice(1, 3)]),
    "slices": (lambda x, v: x[v[0]] * len(v), [(slice(0, 1), 1), (slice(0, 2), 1), (slice(0, 2),), (slice(0, 1), 1)]),
    "range": (lambda x, v: sum(x**p for p in v), [range(1, 3), range(1, 4), range(2), range(1, 3)]),
    "set": (lambda x, v: -x if "neg" in v else x * len(v), [{"neg"}, {"other"}, {"neg", "other"}, {"a", "b"}]),
    "frozenset": (lambda x, v: x * sum(v), [frozenset({1}), frozenset({1.5}), frozenset({1, 2}), frozenset({True})]),
    "kinds": (lambda x, v: x * (2 if isinstance(v, float) else 3) + v, [1, 1.0, True, np.float64(1), 0.0, -0.0]),
    "zero": (lambda x, v: np.copysign(x, v), [0.0, -0.0, 1.0, float("nan"), -0.0]),
    "decimal": (lambda x, v: x * float(v), [decimal.Decimal("1.5"), decimal.Decimal("2.5"), decimal.Decimal(0)]),
    "fraction": (lambda x, v: x * float(v), [fractions.Fraction(1, n) for n in (2, 3, 2)]),
    "date": (lambda x, v: x * v.day, [datetime.date(2020, 1, 1), datetime.date(2020, 1, 5), datetime.date(2021, 2, 1)]),
    "span": (lambda x, v: x * v.total_seconds(), [datetime.timedelta(seconds=n) for n in (1, 2, 3, 1)]),
    "keys": (lambda x, v: x * len(v), [{"a": 1}.keys(), {"a": 1, "b": 2}.keys(), {}.keys()]),
    "values": (lambda x, v: x * sum(v), [{"a": 1}.values(), {"a": 2}.values(), {"b": 2, "c": 3}.values()]),
    "proxy": (lambda x, v: x * sum(v.values()), [types.MappingProxyType({"a": n}) for n in (1, 2, 1.5)]),
    "order": (lambda x, v: x * float("".join(str(k) for k in v)), [{1: 0, 2: 0}, {2: 0, 1: 0}, {1: 0, 3: 0}]),
    "dataclass": (lambda x, v: x * v.scale + len(v.names), [Options(), Options(2.0), Options(2.0, ["a"]), Options(1)]),
    "frozen": (lambda x, v: x * sum(v.parts), [Frozen((1, 2)), Frozen((1, 3)), Frozen((1.5,))]),
    "enum": (lambda x, v: x * v.value, [Way.UP, Way.DOWN, Way.UP]),
    "named": (lambda x, v: x[v.low : v.high], [Pair(0, 2), Pair(1, 2), Pair(1, 4)]),
    "nested": (lambda x, v: x * v["a"][0]["b"], [{"a": [{"b": n}]} for n in (1, 2, 2.5, 1)]),
    "partial": (lambda x, v: v(x), [functools.partial(np.multiply, n) for n in (2, 3, 2.5)]),
    "method": (lambda x, v: v(x), [Holder(n).scaled for n in (2, 3, 2.5)]),
    "deque": (lambda x, v: x * sum(v), [collections.deque([1, n]) for n in (2, 3, 2.5)]),
    "counter": (lambda x, v: x * v["a"], [collections.Counter(text) for text in ("aab", "aaa", "")]),
    "text": (lambda x, v: x * len(v), ["a", "bc", b"abc", ""]),
    "polynomial": (lambda x, v: x * v.coef[0], [np.poly1d([1, 2]), np.poly1d([3, 2]), np.poly1d([1.5, 2])]),
    "dtype": (lambda x, v: x.astype(v), [np.dtype("f4"), np.dtype("i8"), np.dtype("f8")]),
    "long": (lambda x, v: x * v[70], [[n] * 80 for n in (1, 1.5, True, 2)]),
    "ufunc": (lambda x, v: v(x, 2), [np.add, np.multiply, np.add]),
    "none": (lambda x, v: x if v is None else x * v, [None, 2, None, 3.0]),
}  # fmt: skip


def as_attribute(function, values, A, jit):
    holder, x = types.SimpleNamespace(value=values[0]), A(X)
    compiled = jit(lambda x: function(x, holder.value))
    for value in values:
        holder.value = value
        yield compiled(x)
        yield compiled(x)


def as_argument(function, values, A, jit):
    compiled, x = jit(function), A(X)
    for value in values:
        yield compiled(x, value)
        yield compiled(x, value)


def in_a_tuple(function, values, A, jit):
    captured, x = (values[0], "and more"), A(X)
    compiled = jit(lambda x: function(x, captured[0]))
    for value in values:
        captured = (value, "and more")
        yield compiled(x)
        yield compiled(x)


def in_a_dictionary(function, values, A, jit):
    captured, x = {"value": [values[0]]}, A(X)
    compiled = jit(lambda x: function(x, captured["value"][0]))
    for value in values:
        captured["value"][0] = value
        yield compiled(x)
        yield compiled(x)


@pytest.mark.parametrize("way", [as_attribute, as_argument, in_a_tuple, in_a_dictionary], ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", VALUES)
def test_values_that_change(name, way):
    function, values = VALUES[name]
    if name == "polynomial" and way is in_a_tuple:
        values = values[:1]
    expected = list(way(function, values, np.array, lambda f: f))
    got = list(way(function, values, ours_of, npbridge.jit))
    same(plain(expected), plain(got), name)


def ours_of(x):
    return ours(np.array(x))


def changes_in_place(A, jit):
    """Containers, objects and sets, captured and given, that somebody changes between calls."""
    flags, options, table = {"double"}, Options(2.0), {"a": [1, 2], "b": {3: 4}}
    proxy, views = types.MappingProxyType(table), table.keys()
    long = [0.5] * 60

    def function(x, given):
        y = x * 2 if "double" in flags else x
        y = y * options.scale + len(options.names) + len(views) + sum(proxy["a"]) + sum(long)
        return y + sum(table["b"].values()) + (10 if "abs" in given else 0)

    compiled, x, given = jit(function), A(X), {"abs"}

    def changes():
        flags.clear()
        yield
        options.names.append("a")
        yield
        given.remove("abs")
        yield
        table["c"] = [5]
        yield
        table["a"][1] = 7
        yield
        table["b"][3] = 0.5
        yield
        long[50] = 3
        yield
        flags.add("double")
        yield

    told = [compiled(x, given)]
    for _ in changes():
        told += [compiled(x, given), compiled(x, given)]
    return told


def test_values_that_change_in_place():
    same(plain(changes_in_place(np.array, lambda f: f)), plain(changes_in_place(ours_of, npbridge.jit)), "in place")


def test_what_is_equal_is_compiled_once():
    compiled = npbridge.jit(lambda x, part, names: x[part] * len(names))
    for _ in range(5):
        compiled(npbridge.array(X), slice(1, 3), {"a", "b"})
    assert compiled.cache_info()["compiles"] == 1
    holder = types.SimpleNamespace(part=slice(1, 3), powers=range(3), rate=decimal.Decimal("1.5"))
    compiled = npbridge.jit(lambda x: x[holder.part] * len(holder.powers) * float(holder.rate))
    for _ in range(5):
        compiled(npbridge.array(X))
        holder.part, holder.powers, holder.rate = slice(1, 3), range(3), decimal.Decimal("1.5")
    assert compiled.cache_info()["compiles"] == 1
