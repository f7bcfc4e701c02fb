"""Methods and attributes: each of ndarray's is there, or is listed as absent with a reason."""

from __future__ import annotations

import inspect
import io
import pickle

import numpy as np
import pytest

import npbridge
from npbridge import JaxArray
from npbridge._src.array import methods

A1 = np.array([3.0, -1.0, 2.0, 2.0, 0.0])
A2 = np.arange(12.0).reshape(3, 4) - 5
I2 = np.arange(12).reshape(3, 4) % 5
C1 = np.array([1 + 2j, 3 - 1j, 0j])
B2 = I2 > 2

OBJECT = set(dir(object))


@pytest.mark.parametrize("name", sorted(set(dir(np.ndarray)) - OBJECT))
def test_present_or_absent_with_a_reason(name):
    present = hasattr(npbridge.JaxArray, name)
    absent = name in methods.ABSENT
    assert present != absent, f"{name}: present {present}, listed as absent {absent}"
    if absent:
        assert len(methods.ABSENT[name]) > 10


def test_absent_list_is_not_stale():
    assert set(methods.ABSENT) <= set(dir(np.ndarray)) | {"__buffer__"}


# name -> calls of it: (array, args, kwargs)
CALLS = {
    "all": [(B2, (), {}), (B2, (0,), {}), (B2, (), {"axis": (0, 1), "keepdims": True}), (A2, (), {"where": B2})],
    "any": [(B2, (), {}), (B2, (1,), {}), (A2, (), {"axis": 0, "keepdims": True})],
    "argmax": [(A2, (), {}), (A2, (0,), {}), (A2, (), {"axis": 1, "keepdims": True}), (np.array([]), (), {})],
    "argmin": [(A2, (), {}), (A2, (-1,), {}), (A2, (5,), {})],
    "argpartition": [(A1, (2,), {}), (A2, (1,), {"axis": 0})],
    "argsort": [(A1, (), {"stable": True}), (A2, (0,), {"stable": True}), (A2, (None,), {"kind": "stable"})],
    "astype": [
        (np.array([1.0, 2.0]), (np.int8,), {"casting": "same_value"}),
        (np.array([1.0, 2.5]), (np.int8,), {"casting": "same_value"}),
        (np.array([1, 300]), (np.int8,), {"casting": "same_value"}),
        (A2, (np.int32,), {}),
        (A2, ("complex64",), {}),
        (I2, (bool,), {}),
        (A2, (np.int8,), {"casting": "safe"}),
        (I2, (float,), {"order": "F"}),
    ],
    "byteswap": [(I2.astype(np.int16), (), {})],
    "choose": [(I2 % 2, ([A2, -A2],), {}), (I2, ([0, 1, 2],), {"mode": "clip"}), (I2, ([0, 1],), {})],
    "clip": [
        (A2, (-1, 2), {}),
        (A2, (0,), {}),
        (A2, (), {"max": 1}),
        (A2, (None, 1), {}),
        (I2, (1.5, 3), {}),
        (A2, (), {"min": 0, "max": 2}),
        (A2, (np.zeros(4), np.ones((3, 1))), {}),
    ],
    "compress": [(A2, ([True, False, True],), {"axis": 0}), (A2, ([0, 1, 1],), {})],
    "conj": [(C1, (), {}), (A2, (), {})],
    "conjugate": [(C1, (), {})],
    "copy": [(A2, (), {}), (A2, ("F",), {}), (A2.T, (), {"order": "K"})],
    "cumprod": [(A1, (), {}), (A2, (1,), {}), (I2, (), {"dtype": float})],
    "cumsum": [(A1, (), {}), (A2, (0,), {}), (B2, (), {}), (I2.astype(np.int8), (1,), {})],
    "diagonal": [(A2, (), {}), (A2, (1,), {}), (A2, (), {"offset": -1, "axis1": 1, "axis2": 0})],
    "dot": [(A2, (np.arange(4.0),), {}), (A2, (A2.T,), {}), (A2, (2.0,), {}), (A2, (A2,), {})],
    "flatten": [(A2, (), {}), (A2, ("F",), {}), (A2.T, ("A",), {})],
    "item": [
        (A2, (3,), {}),
        (A2, (1, 2), {}),
        (A2[:1, :1], (), {}),
        (A2, (), {}),
        (A2, ((1, 1),), {}),
        (A2, (99,), {}),
    ],
    "max": [
        (A2, (), {}),
        (A2, (0,), {}),
        (A2, (), {"axis": (0, 1)}),
        (A2, (), {"initial": 100}),
        (np.array([]), (), {}),
    ],
    "mean": [(A2, (), {}), (I2, (0,), {}), (A2, (), {"dtype": np.float32}), (A2, (), {"where": B2}), (B2, (1,), {})],
    "min": [(A2, (), {}), (I2, (), {"axis": 1, "keepdims": True}), (A2, (), {"where": B2, "initial": 5})],
    "nonzero": [(A2, (), {}), (B2, (), {}), (np.array(1.0), (), {})],
    "prod": [(A1 + 1, (), {}), (I2, (0,), {}), (A2, (), {"initial": 2.0, "where": B2})],
    "ravel": [(A2, (), {}), (A2, ("F",), {})],
    "repeat": [(A1, (2,), {}), (A2, ([1, 2, 0],), {"axis": 0}), (A2, (2,), {})],
    "reshape": [
        (A2, (2, 6), {}),
        (A2, ((6, 2),), {"order": "F"}),
        (A2, (-1,), {}),
        (A2, (7, 2), {}),
        (A2, (-1, -1), {}),
    ],
    "round": [(A2 / 3, (), {}), (A2 / 3, (2,), {}), (I2 * 17, (-1,), {}), (A2 / 3, (), {"decimals": 1})],
    "searchsorted": [
        (np.sort(A1), (2.0,), {}),
        (np.sort(A1), ([1, 2], "right"), {}),
        (A1, (1,), {"sorter": A1.argsort()}),
    ],
    "squeeze": [(A2[None], (), {}), (A2[None], (0,), {}), (A2, (0,), {})],
    "std": [(A2, (), {}), (A2, (0,), {"ddof": 1}), (I2, (), {"where": B2})],
    "sum": [
        (A2, (), {}),
        (A2, (1,), {}),
        (I2.astype(np.int8), (), {}),
        (B2, (), {}),
        (A2, (), {"axis": (0, 1), "keepdims": True}),
        (A2, (), {"where": B2, "initial": 3}),
        (A2, (), {"dtype": np.complex64}),
        (A2, (2,), {}),
    ],
    "swapaxes": [(A2, (0, 1), {})],
    "take": [(A2, ([1, 0],), {}), (A2, (1,), {"axis": 1}), (A1, ([7, -9],), {"mode": "wrap"}), (A1, ([7],), {})],
    "tobytes": [(I2.astype(np.int16), (), {}), (I2.astype(np.int16), ("F",), {})],
    "tolist": [(I2, (), {}), (A2, (), {}), (np.array(5), (), {}), (B2, (), {})],
    "trace": [(A2, (), {}), (A2, (1,), {}), (I2, (), {"dtype": float})],
    "transpose": [(A2, (), {}), (A2, (1, 0), {}), (A2, ((1, 0),), {})],
    "var": [(A2, (), {}), (A2, (1,), {"ddof": 1}), (A2, (), {"mean": A2.mean()}), (C1, (), {})],
    "view": [(I2.astype(np.int16), ("uint16",), {}), (A2, (), {})],
}
ULPS = {
    "mean": 4,
    "std": 16,
    "var": 16,
    "sum": 4,
    "prod": 8,
    "cumprod": 8,
    "cumsum": 4,
    "dot": 8,
    "trace": 4,
    "round": 2,
}


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, calls in CALLS.items() for i in range(len(calls))])
def test_method(same, name, number):
    array, args, kwargs = CALLS[name][number]
    same(lambda a: getattr(a, name)(*args, **kwargs), array, ulps=ULPS.get(name, 0))


TESTED_ELSEWHERE = {
    *("dump", "dumps", "tofile", "fill", "partition", "put", "resize", "setflags", "sort", "to_device"),
    *("T", "mT", "base", "data", "device", "dtype", "flags", "flat", "imag", "itemsize", "nbytes", "ndim", "real"),
    *("shape", "size", "strides", "ctypes", "getfield", "setfield"),
}


def test_every_method_has_a_case():
    public = {n for n in dir(np.ndarray) if not n.startswith("_")} - set(methods.ABSENT)
    assert public == set(CALLS) | TESTED_ELSEWHERE


@pytest.mark.parametrize(
    "name", ["sum", "mean", "max", "cumsum", "round", "clip", "take", "dot", "compress", "argmax", "std"]
)
def test_out_of_methods(same, name):
    args = {
        "clip": (0, 1),
        "take": ([0, 1],),
        "dot": (np.eye(4, dtype=np.float32),),
        "compress": ([0, 1, 1, 1],),
        "round": (),
    }.get(name, ())
    if name in ("take", "compress"):
        kwargs = {"axis": 1}
    else:
        kwargs = {"axis": 0} if name not in ("round", "clip", "dot") else {}
    model = np.asarray(getattr(A2, name)(*args, **kwargs))

    def program(a, out):
        result = getattr(a, name)(*args, **kwargs, out=out)
        return result is out, result

    same(program, A2, np.zeros_like(model), ulps=16)
    same(lambda a, out: getattr(a, name)(*args, **kwargs, out=out), A2, np.zeros((7, 7), model.dtype), ulps=16)


IN_PLACE = {
    "sort": [(A1, (), {}), (A2[::-1], (0,), {}), (-A2, (), {"axis": -1, "kind": "stable"}), (A2, (5,), {})],
    "fill": [(A2, (3,), {}), (I2, (2.7,), {}), (B2, (1,), {}), (A2, ([1, 2],), {})],
    "put": [(A1, ([0, 2], [9, 8]), {}), (A1, ([99], 1), {}), (A1, ([99], 1), {"mode": "wrap"})],
}


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, calls in IN_PLACE.items() for i in range(len(calls))])
def test_in_place_method(same, name, number):
    array, args, kwargs = IN_PLACE[name][number]
    same(lambda a: getattr(a, name)(*args, **kwargs), array)


ATTRIBUTES = ("T", "mT", "dtype", "imag", "itemsize", "nbytes", "ndim", "real", "shape", "size", "strides")


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attribute(same, name):
    for array in (A2.astype(np.float32), I2.astype(np.int16), C1.astype(np.complex64), B2, np.array(2.0, np.float32)):
        same(lambda a: getattr(a, name), array)


def test_attributes_assigned(same):
    def shape(a):
        a.shape = (2, 6)
        a[0, 5] = 50
        return a.shape, a.strides, a

    same(shape, A2.astype(np.float32))
    same(lambda a: setattr(a, "shape", (5, 5)), A2)

    def bits(a):
        a.dtype = np.uint32
        return a.copy(), a.dtype

    same(bits, A2.astype(np.float32))
    same(lambda a: setattr(a, "real", 5), A2)
    same(lambda a: setattr(a, "imag", 5), A2)
    same(lambda a: setattr(a, "T", 5), A2)


def test_flat(same):
    def program(a):
        f = a.flat
        first = next(f)
        where = f.index, f.coords
        rest = [float(x) for x in f]
        return (
            first,
            where,
            rest,
            len(f),
            f[3],
            f[2:4],
            f[[0, -1]],
            f[a.reshape(-1) > 3],
            f.copy(),
            np.asarray(a.flat) + 0,
        )

    same(lambda a: program(a)[:-1], A2)
    same(lambda a: (a.flat == a.flat, a.flat < 2), A2)
    same(lambda a: a.T.flat[1], A2)
    same(lambda a: np.asarray(a.flat).shape, A2)


def test_files(ours, tmp_path):
    a = ours.give(A2)
    a.tofile(tmp_path / "raw")
    np.testing.assert_array_equal(np.fromfile(tmp_path / "raw", a.dtype), A2.ravel())
    np.save(tmp_path / "a.npy", a)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), A2)
    np.savez(tmp_path / "b.npz", x=a, y=a[0])
    np.testing.assert_array_equal(np.load(tmp_path / "b.npz")["y"], A2[0])
    np.savetxt(tmp_path / "c.txt", a)
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "c.txt"), A2)
    stream = io.BytesIO()
    a.dump(stream) if False else stream.write(a.dumps())
    assert stream.getvalue()


def test_dump_loads_as_the_same_values(ours, tmp_path):
    a = ours.give(A2)
    a.dump(str(tmp_path / "d"))
    loaded = np.load(tmp_path / "d", allow_pickle=True)
    np.testing.assert_array_equal(np.asarray(loaded), A2)


def test_device_attributes(ours):
    a = ours.give(A2)
    assert a.to_device(a.device).device == a.device
    assert a.block_until_ready() is a
    assert not memoryview(a.data).readonly
    assert a.ctypes.data == np.asarray(a).ctypes.data
    with pytest.raises(ValueError, match="device"):
        a.to_device("nowhere")


def test_attribute_that_does_not_exist(same):
    same(lambda a: a.nothing, A2)
    same(lambda a: a.sum().nothing, A2)


def test_new_attributes_are_refused(ours):
    with pytest.raises(AttributeError):
        ours.give(A2).anything = 1


# -- what methods say of themselves


@pytest.mark.parametrize("name", [n for n in dir(np.ndarray) if hasattr(JaxArray, n) and not n.startswith("__")])
def test_methods_present_themselves_as_numpys(name):
    numpys, ours = getattr(np.ndarray, name), getattr(JaxArray, name)
    if not callable(numpys):
        return
    for attribute in ("__name__", "__qualname__", "__doc__"):
        assert getattr(ours, attribute) == getattr(numpys, attribute)
        assert getattr(getattr(npbridge.ones(2), name), attribute) == getattr(getattr(np.ones(2), name), attribute)
    assert inspect.signature(ours) == inspect.signature(numpys)
    assert inspect.signature(getattr(npbridge.ones(2), name)) == inspect.signature(getattr(np.ones(2), name))
    assert pickle.loads(pickle.dumps(ours)) is ours


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "std", "var", "any", "all"])
def test_no_mask(ours, name):
    """``where=None`` is no mask, as JAX's libraries write it; NumPy takes it for False."""
    x = npbridge.asarray([[1.0, 3.0], [2.0, 5.0]])
    found = getattr(x, name)(axis=0, where=None)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(getattr(x, name)(axis=0)))
