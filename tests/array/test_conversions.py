"""Into other libraries and back: ndarray, Python, pickle, DLPack, JAX, text."""

from __future__ import annotations

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray, JaxScalar

A1 = np.arange(5.0)
A2 = np.arange(12.0).reshape(3, 4)
I1 = np.arange(5)


def narrow(ours, values):
    """`values` in the dtype in which this variant stores them."""
    return ours.give(values).dtype


# -- to ndarray


def test_asarray_is_the_memory_of_the_array(ours):
    x = ours.give(A2)
    plain = np.asarray(x)
    assert type(plain) is np.ndarray
    assert plain.dtype == x.dtype
    np.testing.assert_array_equal(plain, A2)
    plain[0] = 99
    assert x[0, 0] == 99
    assert np.shares_memory(plain, x.to_numpy())
    assert not np.shares_memory(plain, x.to_numpy(copy=True))


def test_array_is_a_writable_copy(ours):
    x = ours.give(A2)
    plain = np.array(x)
    plain[0] = 99
    assert x[0, 0] == 0
    assert np.array(x, copy=True).flags.writeable


def test_objects_that_give_an_array_of_ours(ours):
    """A class with ``__array__``, as users write it."""
    x = ours.give(A2)

    class Holder:
        def __array__(self, dtype=None, copy=None):
            return x

    assert npbridge.asarray(Holder()) is x
    assert npbridge.asarray(Holder(), dtype=np.int32).dtype == np.int32
    copied = npbridge.array(Holder())
    copied[0] = 99
    assert x[0, 0] == 0 and copied.shape == x.shape


def test_asarray_with_dtype_and_copy(ours):
    x = ours.give(A1)
    assert np.asarray(x, dtype=np.int16).dtype == np.int16
    assert np.asarray(x, copy=False).dtype == x.dtype
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype=np.int16, copy=False)


def test_what_asarray_gave_sees_what_is_written(ours):
    x = ours.give(np.zeros(40_000))
    whole = np.asarray(x)
    part = np.asarray(x[10:20])
    x[15] = 1
    assert whole[15] == part[5] == 1
    x += 1
    assert whole[0] == part[0] == 1
    x[:] = 7
    np.multiply(x, 2, out=x)
    assert (whole == 14).all()
    assert (part == 14).all()
    part[0] = 3
    assert x[10] == 3


def test_lists_of_ours(ours):
    x = ours.give(A1)
    np.testing.assert_array_equal(np.array([x, x]), [A1, A1])
    np.testing.assert_array_equal(np.array([x[0], x[1]]), A1[:2])
    np.testing.assert_array_equal(np.asarray([[x[0]], [2.0]]), [[0.0], [2.0]])


# -- jax


def test_value_never_changes(ours):
    if ours.backend != "jax":
        pytest.skip("on 'numpy' the value is the array itself")
    x = ours.give(A1)
    kept = x.value
    assert isinstance(kept, jax.Array)
    x[0] = 100
    x += 1
    np.testing.assert_array_equal(np.asarray(kept), A1.astype(kept.dtype))
    large = ours.give(np.zeros(40_000))
    kept = large.value
    large[5] = 1
    large[:] = 2
    assert not np.asarray(kept).any()


def test_given_jax_array_never_changes(ours):
    given = jnp.zeros(40_000)
    x = npbridge.asarray(given)
    x[5] = 1
    x += 3
    assert not np.asarray(given).any()


def test_given_ndarray_never_changes(ours):
    given = np.zeros(40_000)
    x = npbridge.array(given)
    x += 1
    assert not given.any()
    given[:] = 5
    assert float(x[0]) == 1


def test_jnp_functions_take_ours(ours):
    if ours.backend != "jax":
        pytest.skip("jax.numpy belongs to 'jax'")
    x = ours.give(A1)
    np.testing.assert_allclose(jnp.sin(x), np.sin(A1), rtol=1e-6)
    assert isinstance(jnp.asarray(x), jax.Array)
    assert isinstance(jax.jit(lambda v: v)(x), JaxArray)
    assert isinstance(jnp.ones(5, x.dtype) + x, jax.Array)
    assert type(x + jnp.ones(5, x.dtype)) is JaxArray


def test_pytree(ours):
    x = ours.give(A1)
    leaves, tree = jax.tree.flatten({"x": x})
    assert len(leaves) == 1
    again = jax.tree.unflatten(tree, leaves)["x"]
    assert type(again) is JaxArray
    np.testing.assert_array_equal(np.asarray(again), A1)
    doubled = jax.tree.map(lambda v: v * 2, {"x": x})["x"]
    np.testing.assert_array_equal(np.asarray(doubled), A1 * 2)


def test_jit_of_numpy_code(ours):
    if ours.backend != "jax":
        pytest.skip("jax.jit belongs to 'jax'")

    @jax.jit
    def f(x):
        y = np.sin(x) * 2
        y[1:3] += 1
        return y.reshape(-1)[::2], y.sum()

    part, total = f(ours.give(A1))
    y = np.sin(A1) * 2
    y[1:3] += 1
    np.testing.assert_allclose(np.asarray(part), y[::2], rtol=1e-6)
    np.testing.assert_allclose(float(total), y.sum(), rtol=1e-6)


# -- from objects


def test_asarray_keeps_ours(ours):
    x = ours.give(A1)
    assert npbridge.asarray(x) is x
    assert npbridge.array(x) is not x


@pytest.mark.parametrize(
    "given",
    [[1, 2, 3], [[1.5, 2], [3, 4]], (1, 2), 5, 2.5, True, 1j, range(3), [], [[]], np.float32(2), A2, A2.T, A2[::2]],
    ids=repr,
)
def test_from_object(ours, given):
    x = npbridge.array(given)
    expected = np.array(given)
    assert type(x) is JaxArray
    assert x.shape == expected.shape
    dtype = expected.dtype if not ours.narrows else ours.give(expected).dtype
    assert x.dtype == dtype
    np.testing.assert_array_equal(np.asarray(x), expected)


@pytest.mark.parametrize(
    "given",
    [
        ["a"],
        [None],
        [object()],
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(2, "i4,f4"),
        [[1], [2, 3]],
        np.zeros(2, "m8[s]"),
    ],
    ids=["text", "none", "object", "dates", "records", "ragged", "spans"],
)
def test_unsupported_data_is_refused(ours, given):
    with pytest.raises((npbridge.errors.UnsupportedDtypeError, ValueError), match=r"npbridge stores|inhomogeneous"):
        npbridge.asarray(given)


def test_unsupported_dtype_is_refused(ours):
    with pytest.raises(TypeError, match="objects"):
        npbridge.asarray([1], dtype=object)


# -- python


def test_python_numbers(same):
    same(lambda a: (float(a), int(a), complex(a), bool(a)), np.array([2.5]).reshape(()))
    same(lambda a: float(a[:1].reshape(())), A1)
    same(lambda a: float(a), A1)
    same(lambda a: int(a), A1)
    same(lambda a: [0, 1, 2].__getitem__(a), np.array(2))
    same(lambda a: [0, 1, 2].__getitem__(a), I1)


def test_containers(same):
    same(lambda a: (len(a), 3 in a, 99 in a, list(a), a.tolist()), A1)
    same(lambda a: (len(a), [row.sum() for row in a], [[x for x in row] for row in a]), A2)
    same(lambda a: list(zip(a, a[::-1], strict=True)), A1)
    same(lambda a: dict(enumerate(a)), A1)
    same(lambda a: [*a], I1)
    same(lambda a: list(reversed(a)), A1)
    same(lambda a: (lambda x, *rest: (x, rest))(*a), A1)
    same(lambda a: a in [a], np.array([1.0]))
    same(lambda a: len(a), np.array(1.0))
    same(lambda a: list(a), np.array(1.0))


def test_iteration_gives_views(same):
    def program(a):
        for row in a:
            row[0] = -1
        return [row for row in a]

    same(program, A2)


def test_iteration_sees_writes(same):
    def program(a):
        seen = []
        for x in a:
            seen.append(float(x))
            a[-1] = 50
        return seen

    same(program, A1)


# -- copies and pickles


@pytest.mark.parametrize("array", [A2, A2.T, A2[:, ::2], np.array(3.0), np.zeros((0, 2)), A2 > 3, A2 * 1j], ids=str)
def test_copy_deepcopy_pickle(ours, array):
    x = ours.give(array)
    for again in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(again) is JaxArray
        assert again.dtype == x.dtype
        np.testing.assert_array_equal(np.asarray(again), np.asarray(x))
        if again.size:
            again[...] = 1
            np.testing.assert_array_equal(np.asarray(x), array)


def test_deepcopy_keeps_sharing(ours):
    x = ours.give(A1)
    a, b = copy.deepcopy([x, x])
    assert a is b


# -- dlpack


def test_dlpack_out(ours):
    x = ours.give(A2)
    again = np.from_dlpack(x)
    np.testing.assert_array_equal(again, A2)
    again[0] = 7
    assert x[0, 0] == 7
    np.testing.assert_array_equal(np.asarray(jnp.from_dlpack(x)), x)


def test_dlpack_in(ours):
    x = npbridge.from_dlpack(A2)
    assert type(x) is JaxArray
    np.testing.assert_array_equal(np.asarray(x), A2)
    y = npbridge.from_dlpack(jnp.arange(3.0))
    np.testing.assert_array_equal(np.asarray(y), [0, 1, 2])


def test_torch(ours):
    torch = pytest.importorskip("torch")
    x = npbridge.asarray(torch.arange(4.0))
    assert type(x) is JaxArray
    np.testing.assert_array_equal(np.asarray(torch.from_dlpack(npbridge.array(A1))), A1)


# -- printing


@pytest.mark.parametrize("array", [A1, A2, np.arange(2000), A2 > 3, A2 * 1j, np.zeros((0, 3)), np.array(2.5), A2 / 3])
def test_str_is_numpys(same, array):
    same(lambda a: str(a), array)
    same(lambda a: np.array2string(a, precision=2), array)


def test_repr_is_numpys_with_our_name(ours):
    for array in (A1, A2 / 3, A2 > 3, np.arange(2000), np.array(2.5)):
        x = ours.give(array)
        plain = repr(np.asarray(x))
        assert repr(x).replace("JaxArray(", "").split() == plain.replace("array(", "").split()
        assert repr(x).startswith("JaxArray(")


def test_print_options(ours):
    x = ours.give(A2 / 3)
    with np.printoptions(precision=2, suppress=True):
        assert str(x) == str(np.asarray(x))
        assert "0.33" in repr(x)
        assert "0.333" not in repr(x)
    with np.printoptions(threshold=4, edgeitems=1):
        assert "..." in repr(x)


def test_types(ours):
    x = ours.give(A1)
    assert x.__array_namespace__() is npbridge
    with pytest.raises(ValueError, match="2019"):
        x.__array_namespace__(api_version="2019.01")
    assert str(JaxArray[int]).startswith("npbridge")
    assert issubclass(JaxScalar, JaxArray)
