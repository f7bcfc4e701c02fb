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
