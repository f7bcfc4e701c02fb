"""What the Array API standard adds to NumPy's names."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge


def test_info(ours):
    info = npbridge.__array_namespace_info__()
    wide = not ours.narrows
    assert info.default_dtypes() == {
        "real floating": np.dtype("f8" if wide else "f4"),
        "complex floating": np.dtype("c16" if wide else "c8"),
        "integral": np.dtype("i8" if wide else "i4"),
        "indexing": np.dtype("i8" if wide else "i4"),
    }
    assert ("float64" in info.dtypes()) == wide
    assert list(info.dtypes(kind="bool")) == ["bool"]
    assert set(info.dtypes(kind=("real floating", "bool"))) >= {"float32", "bool"}
    assert info.capabilities()["boolean indexing"]
    assert info.default_device() in info.devices()
    assert npbridge.zeros(2).device == info.default_device()
    for device in info.devices():
        assert npbridge.ones(2, device=device).device == device
    with pytest.raises(ValueError, match=r"unsupported kind: 'text'\. The kinds are 'bool'"):
        info.dtypes(kind="text")


def test_defaults_are_what_creation_uses(ours):
    defaults = npbridge.__array_namespace_info__().default_dtypes()
    assert npbridge.zeros(2).dtype == defaults["real floating"]
    assert npbridge.arange(2).dtype == defaults["integral"]
    assert npbridge.argmax(npbridge.ones(2)).dtype == defaults["indexing"]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16"])
def test_finfo(dtype):
    info, numpys = npbridge.finfo(dtype), np.finfo(dtype)
    for name in ("eps", "max", "min", "smallest_normal", "smallest_subnormal", "tiny", "resolution"):
        value = getattr(info, name)
        assert value == getattr(numpys, name)
        assert value.dtype == numpys.dtype and isinstance(value, float)
        assert isinstance(value, type(getattr(numpys, name)))
    assert (info.bits, info.dtype, repr(info)) == (numpys.bits, numpys.dtype, repr(numpys))
    assert info == npbridge.finfo(np.dtype(dtype)) and hash(info) == hash(npbridge.finfo(np.dtype(dtype)))
    assert info != npbridge.finfo("f8") or numpys.dtype == np.float64
    assert npbridge.finfo(np.zeros(2, dtype)) == info


def test_limits_of_arrays(ours):
    x = npbridge.ones(2, dtype=npbridge.float32)
    assert npbridge.finfo(x).bits == npbridge.finfo(x[0]).bits == 32
    assert npbridge.iinfo(npbridge.ones(2, npbridge.uint8)).max == 255
    assert npbridge.iinfo(int).max == np.iinfo(int).max
    assert (x * npbridge.finfo(x).eps).dtype == npbridge.float32
    with pytest.raises(ValueError, match="not inexact"):
        npbridge.finfo(npbridge.arange(2))


def test_sorting_downwards_keeps_the_order_of_equals(ours):
    x = npbridge.asarray([[2, 1, 2, 3], [0, 0, 1, 0]])
    assert npbridge.sort(x, descending=True).tolist() == [[3, 2, 2, 1], [1, 0, 0, 0]]
    assert npbridge.argsort(x, descending=True).tolist() == [[3, 0, 2, 1], [2, 0, 1, 3]]
    assert npbridge.argsort(x, descending=True, axis=0).tolist() == [[0, 0, 0, 0], [1, 1, 1, 1]]
    assert npbridge.argsort([2, 2, 1], axis=None, descending=True).tolist() == [0, 1, 2]
    assert npbridge.sort(x, axis=None, descending=True).tolist() == [3, 2, 2, 1, 1, 0, 0, 0]


def test_lists_where_the_standard_wants_lists(ours):
    x = npbridge.arange(2)
    assert type(npbridge.meshgrid(x, x)) is list and type(npbridge.broadcast_arrays(x, 1)) is list
    assert type(np.meshgrid(x, x)) is tuple


def test_fftfreq_dtype(ours):
    got = npbridge.fft.fftfreq(4, dtype=npbridge.float32)
    assert got.dtype == npbridge.float32 and got.tolist() == [0, 0.25, -0.5, -0.25]
    spacing = npbridge.asarray([0.5])[0]
    assert npbridge.fft.rfftfreq(4, spacing).tolist() == [0, 0.5, 1.0]
    assert npbridge.fft.rfftfreq(n=4, d=2.0).tolist() == [0, 0.125, 0.25]


def test_devices_on_functions_that_dispatch(ours):
    x = npbridge.ones(2)
    for made in (
        npbridge.zeros_like(x, device="cpu"),
        npbridge.astype(x, npbridge.int32, device="cpu"),
        npbridge.arange(3, device="cpu"),
        npbridge.asarray(x, device=x.device),
    ):
        assert made.device == "cpu"
    with pytest.raises(ValueError, match="abacus"):
        npbridge.eye(2, device="abacus")


@pytest.mark.parametrize(
    "values", [np.array([5, 0, 1, 9, 5]), np.array([True, False, True]), np.array([[3.0, np.nan], [np.nan, -1.0]])]
)
def test_unique_elements_are_sorted(ours, values):
    x = npbridge.array(values)
    expected = np.unique(values, equal_nan=False)
    found = [
        npbridge.unique_values(x),
        npbridge.unique_counts(x)[0],
        npbridge.unique_all(x)[0],
        npbridge.unique_inverse(x)[0],
    ]
    for result in found:
        np.testing.assert_array_equal(np.asarray(result), expected)
    assert (
        npbridge.unique_values(values.tolist()).tolist() == npbridge.unique_values(x).tolist() or np.isnan(values).any()
    )
