"""Operators and functions with objects of other libraries: they are asked first, then offered an ndarray."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

OPERATORS = ["add", "sub", "mul", "truediv", "matmul", "pow", "mod", "floordiv"]
COMPARISONS = {"lt": "gt", "le": "ge", "eq": "eq", "ne": "ne", "gt": "lt", "ge": "le"}
X = np.array([1.0, 2.0, 3.0])


class Seen:
    """What a library made of a call."""

    def __init__(self, how, operand):
        self.how, self.operand = how, operand


def operators(decide):
    """Methods for every operator, which say what they were given."""
    names = [f"__{p}{name}__" for name in OPERATORS for p in ("", "r")] + [f"__{name}__" for name in COMPARISONS]
    return {name: (lambda name: lambda self, other: decide(self, name, other))(name) for name in names}


def only_ndarrays(self, name, other):
    return Seen(name, other) if type(other) is np.ndarray else NotImplemented


def raising(self, name, other):
    if type(other) is not np.ndarray:
        raise TypeError("unknown type")
    return Seen(name, other)


def everything(self, name, other):
    return Seen(name, other)


def stranger(decide, **members):
    return type("Stranger", (), operators(decide) | members)()


PROTOCOLS = {
    "priority": {"__array_priority__": 10.1},
    "opted out": {"__array_ufunc__": None},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", [*OPERATORS, *COMPARISONS])
@pytest.mark.parametrize("decide", [only_ndarrays, raising, everything])
def test_operators_are_handed_over(ours, protocol, name, decide):
    import operator

    function = getattr(operator, name)
    x, s = ours.give(X), stranger(decide, **PROTOCOLS[protocol])
    for arguments, expected in ((x, s), (X, s)), ((s, x), (s, X)):
        if arguments[0] is s and decide is raising:
            continue  # an error that is raised before we are asked
        seen, numpys = function(*arguments), function(*expected)
        assert type(seen) is Seen and seen.how == numpys.how
        assert type(seen.operand) is (npbridge.JaxArray if decide is everything else np.ndarray)
        np.testing.assert_array_equal(np.asarray(seen.operand), X)


class Quantity:
    """An array with a protocol of its own that knows ndarrays alone."""

    def __init__(self, values):
        self.values = values

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        inputs = [x.values if type(x) is Quantity else x for x in inputs]
        if any(type(x) is not np.ndarray and not isinstance(x, (int, float)) for x in inputs):
            return NotImplemented
        if out is None:
            return Quantity(getattr(ufunc, method)(*inputs, **kwargs))
        if type(out[0]) is not np.ndarray:
            return NotImplemented
        return getattr(ufunc, method)(*inputs, out=out, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if not set(types) <= {Quantity, np.ndarray}:
            return NotImplemented
        return "function", function.__name__


def test_ufuncs_are_offered_an_ndarray(ours):
    x, q = ours.give(X), Quantity(X.copy())
    for result in (np.add(x, q), np.add(q, x), x + q, np.maximum(x, q), np.add.outer(x, q)):
        assert type(result) is Quantity
    np.testing.assert_array_equal((x + q).values, X + X)
    np.testing.assert_array_equal(np.add.outer(q, x).values, np.add.outer(X, X))


def test_in_place_it_is_our_memory(ours):
    x, q = ours.give(X), Quantity(X.copy())
    same, part = x, x[1:]
    x += q
    part *= q.values[1:]
    assert x is same
    np.testing.assert_array_equal(np.asarray(x), [2, 8, 18])
    np.add(x, q, out=x)
    np.testing.assert_array_equal(np.asarray(x), [3, 10, 21])


def test_functions_are_offered_an_ndarray(ours):
    x, q = ours.give(X), Quantity(X)
    assert np.concatenate([x, q]) == ("function", "concatenate")
    assert np.where(x > 1, q, x) == ("function", "where")
    assert np.dot(q, x) == ("function", "dot")


class Refusing:
    """A stranger that knows nobody."""

    def __repr__(self):
        return "Refusing()"

    def __array_ufunc__(self, *args, **kwargs):
        return NotImplemented

    def __array_function__(self, *args):
        return NotImplemented


def test_what_nobody_takes_is_numpys_error(ours):
    x = ours.give(X)
    for call in (lambda a: np.add(a, Refusing()), lambda a: np.dot(a, Refusing()), lambda a: a + Refusing()):
        with pytest.raises(TypeError) as expected:
            call(np.asarray(x))
        with pytest.raises(TypeError) as found:
            call(x)
        assert str(found.value) == str(expected.value)


def test_our_array_stays_where_the_other_takes_it(ours):
    class Keeping:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return [type(x) for x in inputs]

    x = ours.give(X)
    assert np.add(x, Keeping()) == [npbridge.JaxArray, Keeping]


def test_jax_arrays_are_no_strangers(ours):
    jnp = pytest.importorskip("jax.numpy")
    x = ours.give(X.astype("f4"))
    assert type(x + jnp.ones(3, x.dtype)) is npbridge.JaxArray
    x += jnp.ones(3, x.dtype)
    assert type(x) is npbridge.JaxArray
