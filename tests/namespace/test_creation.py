"""Functions that make arrays from data, from shapes and from files."""

from __future__ import annotations

import io

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge.errors import UnsupportedDtypeError

from .against_numpy import same_namespaces

# What is made of no array: values, dtypes, shapes and errors are NumPy's.
MADE = {
    "array": lambda xp: xp.array([[1, 2], [3, 4]]),
    "array float": lambda xp: xp.array([1, 2.5]),
    "array complex": lambda xp: xp.array([1j, 2]),
    "array bool": lambda xp: xp.array([True, False]),
    "array dtype": lambda xp: xp.array([1, 2], dtype=xp.int8),
    "array ndmin": lambda xp: xp.array([1, 2], ndmin=3),
    "array order": lambda xp: xp.array([[1, 2], [3, 4]], order="F").flags.f_contiguous,
    "array number": lambda xp: xp.array(3.5),
    "array empty": lambda xp: xp.array([]),
    "array ragged": lambda xp: xp.array([[1], [2, 3]]),
    "array out of bounds": lambda xp: xp.array([300], dtype=xp.uint8),
    "array copy=False": lambda xp: xp.array([1, 2], copy=False),
    "array range": lambda xp: xp.array(range(4)),
    "array memoryview": lambda xp: xp.array(memoryview(b"ab")),
    "asarray": lambda xp: xp.asarray([1, 2], dtype=float),
    "asarray order": lambda xp: xp.asarray([[1, 2], [3, 4]], order="F").flags.f_contiguous,
    "asarray device": lambda xp: xp.asarray([1, 2], device="cpu"),
    "asarray wrong device": lambda xp: xp.asarray([1, 2], device="abacus"),
    "asanyarray": lambda xp: xp.asanyarray([1, 2]),
    "ascontiguousarray number": lambda xp: xp.ascontiguousarray(3),
    "asfortranarray": lambda xp: xp.asfortranarray([[1, 2], [3, 4]]).flags.f_contiguous,
    "asarray_chkfinite": lambda xp: xp.asarray_chkfinite([1.0, 2.0]),
    "asarray_chkfinite nan": lambda xp: xp.asarray_chkfinite([1.0, np.nan]),
    "require": lambda xp: xp.require([1, 2], requirements=["C", "W"]),
    "require F": lambda xp: xp.require([[1, 2], [3, 4]], xp.float32, "F").flags.f_contiguous,
    "require C and F": lambda xp: xp.require([1], requirements=["C", "F"]),
    "require unknown": lambda xp: xp.require([1], requirements="Z"),
    "zeros": lambda xp: xp.zeros((2, 3)),
    "zeros int": lambda xp: xp.zeros(3, int),
    "zeros order": lambda xp: xp.zeros((2, 3), order="F").flags.f_contiguous,
    "zeros negative": lambda xp: xp.zeros(-1),
    "ones": lambda xp: xp.ones((2,), dtype="complex64"),
    "empty": lambda xp: xp.empty((0, 3)),
    "full": lambda xp: xp.full((2,), 7),
    "full bool": lambda xp: xp.full(2, True),
    "full array": lambda xp: xp.full((2, 2), [1.5, 2.5]),
    "full overflow": lambda xp: xp.full(2, 300, dtype=xp.uint8),
    "full dtype": lambda xp: xp.full(2, 2.7, dtype=int),
    "full scalar": lambda xp: xp.full((2,), xp.arange(3)[1]),
    "zeros of sizes": lambda xp: xp.zeros((xp.arange(3)[2], 2)),
    "arange": lambda xp: xp.arange(5),
    "arange float": lambda xp: xp.arange(0, 1, 0.25),
    "arange dtype": lambda xp: xp.arange(3, dtype=float),
    "arange of scalars": lambda xp: xp.arange(xp.arange(4.0)[3]),
    "linspace": lambda xp: xp.linspace(0, 1, 5),
    "linspace int": lambda xp: xp.linspace(0, 10, 3, dtype=int),
    "linspace step": lambda xp: xp.linspace(0, 1, 5, endpoint=False, retstep=True),
    "linspace lists": lambda xp: xp.linspace([0, 1], [2, 3], 3, axis=1),
    "linspace arrays": lambda xp: xp.linspace(xp.arange(2.0), 3, 3),
    "linspace device": lambda xp: xp.linspace(0, 1, 3, device="cpu"),
    "logspace": lambda xp: xp.logspace(0, 2, 3),
    "geomspace": lambda xp: xp.geomspace(1, 8, 4),
    "eye": lambda xp: xp.eye(2, 3, k=1, dtype=int),
    "identity": lambda xp: xp.identity(2),
    "tri": lambda xp: xp.tri(3, k=-1),
    "indices": lambda xp: xp.indices((2, 3)),
    "indices sparse": lambda xp: xp.indices((2, 3), sparse=True),
    "fromfunction": lambda xp: xp.fromfunction(lambda i, j: i * 10 + j, (2, 3)),
    "fromfunction int": lambda xp: xp.fromfunction(lambda i: xp.sum(i), (4,), dtype=int),
    "fromiter": lambda xp: xp.fromiter((i * i for i in range(4)), float),
    "frombuffer": lambda xp: xp.array(xp.frombuffer(b"\1\0\2\0", xp.int16)),
    "fromstring": lambda xp: xp.fromstring("1 2 3", sep=" "),
    "diag": lambda xp: xp.diag([1, 2]),
    "diagflat": lambda xp: xp.diagflat([[1, 2]], 1),
    "vander": lambda xp: xp.vander([1, 2, 3], 3),
    "meshgrid": lambda xp: list(xp.meshgrid([1, 2], [3, 4, 5])),
    "meshgrid ij sparse": lambda xp: list(xp.meshgrid([1, 2], [3, 4, 5], indexing="ij", sparse=True)),
    "mgrid": lambda xp: xp.mgrid[0:3, 0:1:4j],
    "ogrid": lambda xp: xp.ogrid[:2, :3],
    "r_": lambda xp: xp.r_[1:4, 0, xp.arange(2)],
    "r_ axis": lambda xp: xp.r_["0,2", [1, 2], [3, 4]],
    "c_": lambda xp: xp.c_[[1, 2], xp.arange(2)],
    "s_": lambda xp: [xp.s_[1:2], xp.index_exp[1:2]],
    "ix_": lambda xp: xp.ix_([0, 2], [True, False, True]),
    "ix_ empty": lambda xp: xp.ix_([], [1]),
    "tril_indices": lambda xp: xp.tril_indices(3, -1),
    "triu_indices": lambda xp: xp.triu_indices(3),
    "diag_indices": lambda xp: xp.diag_indices(2),
    "mask_indices": lambda xp: xp.mask_indices(3, xp.triu),
    "ndarray": lambda xp: xp.ndarray((2,), xp.int8, b"\1\2") + 0,
    "zeros_like": lambda xp: xp.zeros_like([1, 2]),
    "ones_like": lambda xp: xp.ones_like([1.5], dtype=int, shape=(2, 2)),
    "full_like": lambda xp: xp.full_like([1, 2], 2.7),
    "empty_like": lambda xp: xp.empty_like([[1.0, 2.0]]).shape,
    "copy": lambda xp: xp.copy([1, 2]),
    "astype": lambda xp: xp.astype(xp.arange(3), xp.float32),
    "bartlett": lambda xp: xp.bartlett(5),
    "blackman": lambda xp: xp.blackman(5),
    "hamming": lambda xp: xp.hamming(5),
    "hanning": lambda xp: xp.hanning(5),
    "kaiser": lambda xp: xp.kaiser(5, 2.0),
    "fftfreq": lambda xp: xp.fft.fftfreq(5, 0.1),
    "fftfreq device": lambda xp: xp.fft.fftfreq(5, device="cpu"),
    "rfftfreq": lambda xp: xp.fft.rfftfreq(6),
    "genfromtxt": lambda xp: xp.genfromtxt(io.StringIO("1,2\n3,\n"), delimiter=","),
    "loadtxt": lambda xp: xp.loadtxt(["1 2", "3 4"], dtype=int, unpack=True),
    "sliding_window_view": lambda xp: xp.lib.stride_tricks.sliding_window_view([1, 2, 3], 2) + 0,
    "as_strided": lambda xp: xp.lib.stride_tricks.as_strided(xp.arange(4, dtype=xp.int32), (2, 2), (4, 4)) + 0,
}


@pytest.mark.parametrize("name", MADE)
def test_made_as_numpy_makes_it(variant, name):
    # what NumPy computes in 64 bits and JAX stores in 32 is off by half a unit
    same_namespaces(variant, MADE[name], ulps=1 if variant.narrows else 0)


REFUSED = {
    "objects": lambda: npbridge.array([object()]),
    "None": lambda: npbridge.asarray([None]),
    "text": lambda: npbridge.array(["a", "b"]),
    "bytes": lambda: npbridge.asarray(b"ab"),
    "dates": lambda: npbridge.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": lambda: npbridge.zeros(2, dtype=[("x", int)]),
    "extended precision": lambda: npbridge.ones(2, np.longdouble),
    "zeros of objects": lambda: npbridge.zeros(2, object),
    "arange of objects": lambda: npbridge.arange(2, dtype=object),
    "eye of objects": lambda: npbridge.eye(2, dtype=object),
    "an ndarray of text": lambda: npbridge.asarray(np.array(["a"])),
    "a function of objects": lambda: npbridge.sin(np.array([1, None])),
    "ndarray of text": lambda: npbridge.ndarray((2,), "U1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_data_that_is_not_stored_is_refused(ours, name):
    with pytest.raises(UnsupportedDtypeError, match=r"npbridge stores numbers and booleans"):
        REFUSED[name]()


def test_our_arrays_come_back_as_they_are(ours):
    x = npbridge.arange(6.0).reshape(2, 3)
    assert npbridge.asarray(x) is x
    assert npbridge.asarray(x, order="C") is x
    assert npbridge.asanyarray(x, dtype=x.dtype, copy=False) is x
    assert npbridge.ascontiguousarray(x) is x
    assert npbridge.asfortranarray(x.T).base is x.base
    assert npbridge.require(x, requirements="C") is x
    assert npbridge.asfortranarray(x) is not x
    copied = npbridge.array(x)
    copied[0, 0] = 9
    assert x[0, 0] == 0


def test_scalars_become_arrays_of_no_dimensions(ours):
    scalar = npbridge.arange(3)[1]
    array = npbridge.asarray(scalar)
    array[...] = 7
    assert (type(array), array.shape, int(scalar)) == (npbridge.JaxArray, (), 1)


def test_copy_false_raises_where_a_copy_is_needed(ours):
    x = npbridge.arange(3)
    for make in (
        lambda: npbridge.asarray([1, 2], copy=False),
        lambda: npbridge.asarray(x, dtype=npbridge.float32, copy=False),
        lambda: npbridge.asarray(npbridge.ones((2, 3)), order="F", copy=False),
    ):
        with pytest.raises(ValueError, match="Unable to avoid copy"):
            make()


def test_an_ndarray_is_shared_on_numpy_and_copied_on_jax(ours):
    memory = np.zeros(3, np.float32)
    x = npbridge.asarray(memory)
    x[0] = 5
    shared = ours.backend == "numpy"
    assert (memory[0] == 5) == shared
    y = npbridge.array(memory)
    y[1] = 5
    assert memory[1] == 0
    if not shared:
        with pytest.raises(ValueError, match="cannot be shared on the 'jax' backend"):
            npbridge.asarray(memory, copy=False)


def test_jax_arrays_are_taken_without_a_copy(ours):
    device = jnp.arange(4)
    x = npbridge.asarray(device, copy=False)
    assert x._buffer.device is device
    x[0] = 9
    assert device[0] == 0


def test_python_integers_must_fit(ours):
    if ours.narrows:
        with pytest.raises(OverflowError, match=r"1099511627776 out of bounds for int32.*enable_x64"):
            npbridge.array([1, 2**40])
    else:
        assert npbridge.array([1, 2**40]).tolist() == [1, 2**40]


def test_sequences_of_traced_numbers(ours):
    if ours.backend != "jax":
        pytest.skip("only JAX traces")

    def program(value):
        x = npbridge.asarray(value)
        pairs = npbridge.array([[x[0], 1.0], [x.sum(), x[1]]])
        return npbridge.stack([pairs, npbridge.full((2, 2), x[0])]).value

    got = jax.jit(program)(np.array([2.0, 3.0], np.float32))
    assert np.array_equal(got, [[[2, 1], [5, 3]], [[2, 2], [2, 2]]])


def test_save_and_load(ours, tmp_path):
    x = npbridge.arange(3)
    npbridge.save(tmp_path / "x.npy", x)
    npbridge.savez(tmp_path / "x.npz", a=x, b=[1.5])
    loaded = npbridge.load(tmp_path / "x.npy")
    assert type(loaded) is npbridge.JaxArray and loaded.tolist() == [0, 1, 2]
    with npbridge.load(tmp_path / "x.npz") as archive:
        assert sorted(archive) == ["a", "b"]
        assert type(archive["a"]) is npbridge.JaxArray and archive["b"].tolist() == [1.5]
    assert type(npbridge.load(tmp_path / "x.npy", mmap_mode="r")) is np.memmap


def test_text_and_records_in_files_stay_numpys(ours):
    assert type(npbridge.loadtxt(["a b"], dtype=str)) is np.ndarray
    records = npbridge.genfromtxt(["1 a"], dtype=None, encoding="utf-8")
    assert type(records) is np.ndarray
    assert type(npbridge.fromregex(io.StringIO("1 2"), r"(\d+)", [("n", int)])) is np.ndarray
