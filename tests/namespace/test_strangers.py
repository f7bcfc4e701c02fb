"""Arrays of other libraries, and the way out to them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import npbridge


class Exchanged:
    """Another library's array that is known by DLPack alone."""

    def __init__(self, values, device=1):
        self.values = values
        self.device = device

    def __dlpack__(self, **kwargs):
        if kwargs.get("dl_device") is None and self.device != 1:
            raise BufferError("not reachable")
        kwargs.pop("stream", None)
        return self.values.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return (self.device, 0)


class Converted(Exchanged):
    """One that DLPack cannot describe, but that converts itself."""

    def __dlpack__(self, **kwargs):
        raise BufferError("conjugated")

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


class Remote(Exchanged):
    """One on a device that only its own library reaches."""

    def to_device(self, device, /, *, stream=None):
        assert device == "cpu"
        return self.values

    def __array_namespace__(self, *, api_version=None):
        return np


@pytest.mark.parametrize("kind", [Exchanged, Converted])
def test_taken_over(ours, kind):
    values = np.arange(4, dtype=np.float32)
    x = npbridge.asarray(kind(values))
    assert type(x) is npbridge.JaxArray and x.tolist() == [0, 1, 2, 3]
    assert npbridge.sum(kind(values)) == 6
    assert npbridge.add(kind(values), 1).tolist() == [1, 2, 3, 4]
    assert npbridge.array(kind(values), dtype=npbridge.int32).dtype == npbridge.int32


def test_taken_over_from_a_device_that_is_not_here(ours):
    x = npbridge.asarray(Remote(np.arange(3), device=8))
    assert x.tolist() == [0, 1, 2]


def test_objects_that_convert(ours):
    class Convertible:
        def __array__(self, dtype=None, copy=None):
            return np.array([1, 2], dtype=dtype)

    assert npbridge.sum(Convertible()) == 3
    assert npbridge.asarray(Convertible()).tolist() == [1, 2]


def test_from_dlpack(ours):
    values = np.arange(3, dtype=np.int32)
    x = npbridge.from_dlpack(values)
    assert type(x) is npbridge.JaxArray and x.tolist() == [0, 1, 2]
    assert npbridge.from_dlpack(jnp.arange(3)).tolist() == [0, 1, 2]
    assert npbridge.from_dlpack(Exchanged(values), copy=True).tolist() == [0, 1, 2]
    y = npbridge.from_dlpack(x)
    y[0] = 9
    assert x[0] == 9
    if ours.backend == "jax":
        with pytest.raises(BufferError, match="Unable to avoid copy"):
            npbridge.from_dlpack(Exchanged(values), copy=False)
    with pytest.raises(AttributeError, match="__dlpack__"):
        npbridge.from_dlpack([1, 2])


def test_to_dlpack(ours):
    x = npbridge.arange(3)
    view = np.from_dlpack(x)
    assert view.tolist() == [0, 1, 2]

    class Old:
        def __dlpack__(self, **kwargs):
            return x.__dlpack__(copy=False)

        def __dlpack_device__(self):
            return x.__dlpack_device__()

    shared = np.from_dlpack(Old())
    x[1] = 7
    assert shared.tolist() == view.tolist() == [0, 7, 2]
    npbridge.add(x, 1, out=x)
    assert shared.tolist() == [1, 8, 3]


def test_xarray():
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    with npbridge.backend("numpy"):
        data = xarray.DataArray(npbridge.arange(6.0), dims="x")
        assert type(data.rolling(x=2).construct("w").data) is npbridge.JaxArray
        assert type(np.exp(data).data) is npbridge.JaxArray


# -- ndarrays of classes with rules of their own


class Own(np.ndarray):
    pass


MATRIX = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
CLASSES = {
    "matrix": MATRIX.view(np.matrix),
    "masked": np.ma.array(MATRIX, mask=MATRIX > 2),
    "own": MATRIX.view(Own),
}
CALLS = {
    "dot": np.dot,
    "dot the other way": lambda x, y: np.dot(y, x),
    "method": lambda x, y: x.dot(y),
    "product": lambda x, y: x * y,
    "product the other way": lambda x, y: y * x,
    "matmul": lambda x, y: x @ y,
    "row": lambda x, y: x[0] * y.T,
    "solve": np.linalg.solve,
    "inner": np.inner,
    "kron": np.kron,
    "average": lambda x, y: np.average(x, weights=y),
    "lstsq": lambda x, y: np.linalg.lstsq(x, y)[0],
    "concatenate": lambda x, y: np.concatenate([x, y]),
    "where": lambda x, y: np.where(x > 1, x, y),
    "maximum": np.maximum,
    "several": lambda x, y: np.linalg.multi_dot([x, y, x]),
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("name", CALLS)
def test_results_are_of_the_classes_that_numpy_gives(name, kind, backend):
    call, other = CALLS[name], CLASSES[kind]
    expected = call(MATRIX, other)
    with npbridge.backend(backend):
        found = call(npbridge.array(MATRIX), other)
    if type(expected) is np.ndarray:
        found = np.asarray(found)
    assert type(found) is type(expected) and found.shape == expected.shape
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-5, atol=1e-5)
    if kind == "masked" and isinstance(expected, np.ma.MaskedArray):
        np.testing.assert_array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(expected))


class Holder:
    """A class of a user's that gives an array of ours by ``__array__``."""

    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return self.x


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize(
    "call",
    [
        lambda x, y: x + y,
        lambda x, y: x @ y,
        np.hypot,
        np.dot,
        lambda x, y: np.stack([x, y]),
        lambda x, y: np.concatenate((x, y)),
        np.allclose,
        lambda x, y: np.where(x > 1, x, y),
        lambda x, y: npbridge.asarray(y),
    ],
)
def test_objects_that_give_arrays_of_ours_beside_ours(call, backend):
    values = np.arange(3.0)
    with npbridge.backend(backend):
        x = npbridge.array(values)
        found = call(x, Holder(x))
    np.testing.assert_allclose(np.asarray(found), call(values, Holder(values)), rtol=1e-6)


def test_errors_of_values_stay():
    with pytest.raises(ValueError, match="broadcast"):
        npbridge.ones(3) + npbridge.ones(2)
    with pytest.raises(ValueError, match="dimensions"):
        np.concatenate([npbridge.ones(3), npbridge.ones((2, 2))])
