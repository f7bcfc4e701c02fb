"""Variables: arrays that stay what they are."""

from __future__ import annotations

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray, TrainVar, Variable
from npbridge._src.face import face
from npbridge.errors import UnsupportedError, VariableError


def made(variant, values, kind=Variable, **options):
    values = np.asarray(values)
    return kind(variant.give(values) if values.ndim else values, **options)


class Weights(TrainVar):
    """A kind that a user adds."""

    __slots__ = ()


@pytest.mark.parametrize("kind", [Variable, TrainVar, Weights])
def test_what_is_computed_from_it_is_an_array(ours, kind):
    v = made(ours, [[1.0, 2.0], [3.0, 4.0]], kind)
    results = [v + 1, 1 - v, np.exp(v), v @ v, v[0], v[:, 1], v.T, v.reshape(4), v.copy(), np.concatenate([v, v])]
    results += [v.astype(np.float32), npbridge.asarray(v), v > 1, v[v > 1], np.add.outer(v, v), np.where(v > 1, v, 0)]
    for result in results:
        assert type(result) is JaxArray
    assert type(v.sum()) is v.dtype.type
    assert isinstance(v, (JaxArray, npbridge.ndarray))
    assert isinstance(v, face().ndarray), "as user code under `python -m npbridge` asks"
    assert isinstance(np.asarray(v), np.ndarray)
    assert v.__array_namespace__() is npbridge


def test_it_does_what_arrays_do(same):
    def program(x, y):
        x = x.copy() if type(x) is np.ndarray else Variable(x)
        known = x
        x += y
        x *= 2
        x[1:] -= 1
        x[[0, 2]] = y[[0, 2]]
        x[x > 3] = 0
        x.sort()
        x.fill(2)
        x[...] = y
        part = x[::2]
        part += 1
        assert x is known
        return x.copy(), np.cumsum(x), x.mean(), x @ y, x.tolist()

    same(program, np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, 0.25, 4.0, 1.0]))


def test_in_place_operators_keep_the_object(ours):
    v = made(ours, [1, 2, 3])
    known = v
    v += 1
    v -= 1
    v *= 2
    v //= 1
    v %= 5
    v **= 2.0
    v <<= 1
    v >>= 1
    v &= 255
    v |= 1
    v ^= 2
    assert v is known
    k = np.array([2, 4, 1])
    assert v.tolist() == ((k**2 | 1) ^ 2).tolist()


def test_its_values_are_its_own(ours):
    source = ours.give(np.array([1.0, 2.0]))
    v = Variable(source)
    source += 1
    w = Variable(v)
    v[0] = 7
    assert (source.tolist(), v.tolist(), w.tolist()) == ([2, 3], [7, 2], [1, 2])
    plain = np.ones(2)
    v = Variable(plain)
    plain[0] = 5
    assert v.tolist() == [1, 1]
    turned = Variable(ours.give(np.arange(6.0).reshape(2, 3)).T)
    assert turned.tolist() == np.arange(6.0).reshape(2, 3).T.tolist()
    assert turned.flags.c_contiguous


@pytest.mark.parametrize("new", [[5.0, 6.0], np.array([5.0, 6.0]), np.array([5, 6]), (5, 6)], ids=repr)
def test_assigning_a_value(ours, new):
    v = made(ours, [1.0, 2.0])
    dtype = v.dtype
    v.value = new
    assert v.tolist() == [5, 6]
    v.value = ours.give(np.array([7.0, 8.0]))
    assert v.tolist() == [7, 8]
    v.value = jnp.array([1.0, 2.0])
    v.value += 1
    assert v.tolist() == [2, 3]
    assert v.dtype == dtype
    assert type(v) is Variable


def test_the_value_is_what_the_backend_has(ours):
    value = made(ours, [1.0, 2.0]).value
    assert isinstance(value, np.ndarray if ours.backend == "numpy" else jax.Array)


@pytest.mark.parametrize(
    ("values", "new", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], r"shape \(2,\) cannot become one of shape \(3,\)"),
        ([1.0, 2.0], 0.0, r"shape \(2,\) cannot become one of shape \(\)"),
        (1.0, [0.0], r"shape \(\) cannot become one of shape \(1,\)"),
        ([1, 2], [1.5, 2.5], r"dtype int.. does not hold values of type float"),
        (1, 2.0, r"does not hold values of type float"),
        ([1.0], np.array([1j]), r"does not hold values of type complex"),
        ([True], np.array([1]), r"does not hold values of type int"),
    ],
)
def test_another_shape_or_dtype_is_an_error(ours, values, new, message):
    v = made(ours, values)
    before = v.tolist()
    with pytest.raises(VariableError, match=message) as caught:
        v.value = new
    assert "dynamic=True" in str(caught.value)
    assert isinstance(caught.value, (ValueError, TypeError))
    assert v.tolist() == before


def test_shape_and_dtype_cannot_be_set(ours):
    v = made(ours, [1.0, 2.0])
    for name, new in (("shape", (2, 1)), ("dtype", np.int32)):
        with pytest.raises(VariableError, match=f"the {name} of a Variable stays"):
            setattr(v, name, new)
    with pytest.raises(VariableError, match="stays"):
        v.resize(3)
    with pytest.raises(ValueError, match="broadcast"):
        v[...] = [1, 2, 3]


def test_dynamic(ours):
    v = made(ours, [1, 2], dynamic=True)
    part = v[:1]
    v.value = [1.5, 2.5, 3.5]
    assert v.tolist() == [1.5, 2.5, 3.5]
    assert v.dtype.kind == "f"
    assert part.tolist() == [1]
    v.shape = (3, 1)
    assert v.shape == (3, 1)
    v.resize(2)
    assert v.tolist() == [1.5, 2.5]
    assert v.dynamic and copy.copy(v).dynamic and pickle.loads(pickle.dumps(v)).dynamic
    assert not Variable(1.0).dynamic


@pytest.mark.parametrize("kind", [Variable, TrainVar, Weights])
def test_copies_and_pickles_are_of_its_kind(ours, kind):
    v = made(ours, [1.0, 2.0], kind)
    for other in (copy.copy(v), copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert type(other) is kind
        assert other.dtype == v.dtype
        other += 1
        assert other.tolist() == [2, 3]
    assert v.tolist() == [1, 2]
    assert copy.deepcopy([v, v])[0] is not v
    first, second = copy.deepcopy([v, v])
    assert first is second


def test_it_is_a_node_of_pytrees(ours):
    tree = {"a": made(ours, [1.0, 2.0], TrainVar), "b": made(ours, 3.0, dynamic=True)}
    doubled = jax.tree.map(lambda x: x * 2, tree)
    assert type(doubled["a"]) is TrainVar and type(doubled["b"]) is Variable
    assert doubled["b"].dynamic and not doubled["a"].dynamic
    assert doubled["a"].tolist() == [2, 4]
    assert tree["a"].tolist() == [1, 2]
    assert jax.tree.structure(doubled) == jax.tree.structure(tree)
    if ours.backend == "jax":
        assert jax.jit(lambda t: t["a"].sum().value + t["b"].value)(tree) == 6


def test_repr(ours):
    suffix = ", dtype=float32)" if ours.narrows else ")"
    assert repr(Variable(2.0)) == "Variable(2." + suffix
    assert repr(TrainVar([0.5, 1.5])) == "TrainVar([0.5, 1.5]" + suffix
    assert str(Variable([1.0, 2.0])) == "[1. 2.]"


def test_numba_takes_it(ours):
    import numba

    from npbridge._src.backends.numba import extension

    extension.init()
    v = made(ours, [1.0, 2.0])

    @numba.njit
    def program(x):
        x[0] = 5.0
        return x.sum()

    assert program(v) == 7
    assert v.tolist() == [5, 2]


def test_other_libraries_of_jax_take_it(ours):
    v = made(ours, [0.0, 0.0])
    assert jnp.cos(v).tolist() == [1, 1]


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_arguments_of_compiled_functions(backend):
    with npbridge.backend(backend):
        v = Variable([1.0, 2.0])

        @npbridge.jit
        def program(x):
            x[0] += 1
            x.value = x * 2
            return x, x + 1

        for expected in ([4, 4], [10, 8]):
            same, more = program(v)
            assert same is v
            assert v.tolist() == expected
            assert type(more) is JaxArray


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_a_dynamic_one_changes_its_shape_outside_compiled_code(backend):
    with npbridge.backend(backend):
        v = Variable([1.0, 2.0], dynamic=True)

        @npbridge.jit
        def total():
            return v.sum() * 2

        assert total() == total() == 6
        v.value = [1.0, 2.0, 3.0]
        assert total() == total() == 12
        v.value = [1.0, 2.0]
        assert total() == 6

        def grow():
            v.value = np.ones(4)

        with pytest.raises((UnsupportedError, ValueError)):
            npbridge.jit(grow)()
        assert v.tolist() == [1, 2]
