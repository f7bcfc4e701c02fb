"""What the face's functions make: our arrays of numbers, NumPy's own objects otherwise."""

import pickle

import numpy as np
import pytest

import npbridge
from npbridge._src.array.core import JaxArray
from npbridge._src.face import face, face_of
from npbridge._src.storage.buffer import canonical

from ..oracle import arrays_in

ournp = face()

MAKES = [
    "np.array([1, 2, 3])",
    "np.array([[1.5, 2], [3, 4]], dtype=np.float32)",
    "np.array(5.0)",
    "np.array([True, False])",
    "np.array((1j, 2), ndmin=2)",
    "np.asarray([1, 2], float)",
    "np.asanyarray(range(3))",
    "np.ascontiguousarray([[1, 2], [3, 4]])",
    "np.asfortranarray([[1, 2], [3, 4]])",
    "np.zeros((2, 3))",
    "np.ones(3, dtype=int)",
    "np.full((2,), 7.5)",
    "np.zeros_like([1.0, 2.0])",
    "np.full_like([[1, 2]], 3)",
    "np.arange(2, 10, 3)",
    "np.linspace(0, 1, 5)",
    "np.linspace(0, 1, 5, retstep=True)",
    "np.logspace(0, 2, 3)",
    "np.geomspace(1, 8, 4)",
    "np.eye(3, k=1)",
    "np.identity(2)",
    "np.tri(3)",
    "np.indices((2, 3))",
    "np.indices((2, 2), sparse=True)",
    "np.mgrid[0:2, 0:3]",
    "np.mgrid[0:1:5j]",
    "np.ogrid[0:2, 0:3]",
    "np.meshgrid([1, 2], [3, 4, 5])",
    "np.ix_([0, 1], [2, 3])",
    "np.fromfunction(lambda i, j: i * 10 + j, (2, 3))",
    "np.fromiter((i * i for i in range(4)), float)",
    "np.fromstring('1 2 3', sep=' ')",
    "np.loadtxt(['1 2', '3 4'])",
    "np.genfromtxt(['1,2', '3,4'], delimiter=',')",
    "np.tril_indices(3)",
    "np.triu_indices(3, 1)",
    "np.diag_indices(2)",
    "np.mask_indices(3, np.triu)",
    "np.hanning(5)",
    "np.kaiser(4, 14.0)",
    "np.fft.fftfreq(6, 0.1)",
    "np.fft.rfftfreq(6)",
    "np.fft.fft([1.0, 2.0, 3.0])",
    "np.vander([1, 2, 3], 2)",
    "np.r_[1:4, 0, [7, 8]]",
    "np.c_[[1, 2], [3, 4]]",
    "np.nonzero([0, 1, 2])",
    "np.diag([1, 2])",
    "np.concatenate([[1, 2], [3]])",
    "np.stack([[1, 2], [3, 4]])",
    "np.tile([1, 2], 3)",
    "np.copy([1.0, 2.0])",
    "np.sort([3, 1, 2])",
    "np.linalg.solve([[1.0, 2.0], [3.0, 5.0]], [1.0, 2.0])",
    "np.linalg.qr([[1.0, 2.0], [3.0, 5.0]])",
    "np.vectorize(lambda a, b: a + b)([1, 2], [3, 4])",
    "np.ndarray((2, 0))",
    "np.random.default_rng(3).normal(size=4)",
    "np.random.default_rng(3).integers(0, 9, (2, 2))",
    "np.random.default_rng(3).permutation(5)",
    "np.random.RandomState(3).rand(2)",
    "np.unique([3, 1, 3], return_counts=True)",
]


@pytest.mark.parametrize("program", MAKES)
def test_what_is_made_is_ours(ours, program):
    expected, got = (eval(program, {"np": np}), eval(program, {"np": ournp}))
    expected, got = ([x] if isinstance(x, np.ndarray) or type(x) is JaxArray else list(x) for x in (expected, got))
    assert len(expected) == len(got)
    for e, g in zip(expected, got, strict=True):
        if not isinstance(e, np.ndarray):
            assert g == e
            continue
        assert type(g) is JaxArray
        assert g.dtype == (canonical(e.dtype) if ours.narrows else e.dtype)
        np.testing.assert_allclose(np.asarray(g), e, rtol=1e-5 if ours.narrows else 1e-13)


@pytest.mark.parametrize(
    "program",
    [
        "np.array(['a', 'b'])",
        "np.array([{}, None])",
        "np.zeros(2, dtype=[('x', int)])",
        "np.array(['2024-01-01'], dtype='M8[D]')",
        "np.array([1.0], dtype=np.longdouble)",
        "np.array([1, 2], dtype='>i4')",
        "np.float64(3)",
        "np.sum([1, 2])",
        "np.random.default_rng(0).normal()",
        "np.random.default_rng(0).choice(['a', 'b'], 2)",
    ],
)
def test_what_we_do_not_store_is_numpys(program):
    expected, got = eval(program, {"np": np}), eval(program, {"np": ournp})
    assert type(got) is type(expected)
    assert np.all(got == expected)


@pytest.mark.parametrize("name", ["float64", "pi", "int32", "sum", "add", "newaxis", "errstate", "dtype", "ma", "s_"])
def test_other_names_are_numpys_own(name):
    assert getattr(ournp, name) is getattr(np, name)


def test_module_is_like_numpy():
    assert ournp.__name__ == "numpy"
    assert ournp.__version__ == np.__version__
    assert set(dir(ournp)) == set(dir(np))
    assert ournp.linalg is face_of(np.linalg)
    assert ournp.zeros.__name__ == "zeros"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ournp.nothing
    names = {}
    exec("from numpy import *", {"__builtins__": {"__import__": lambda *args: ournp}}, names)
    assert names["zeros"] is ournp.zeros


def test_an_array_that_somebody_holds_stays_his():
    theirs = np.arange(4.0)
    assert ournp.asarray(theirs) is theirs
    view = ournp.asarray(theirs, dtype=float)[1:]
    view[0] = 9
    assert theirs[1] == 9
    assert type(ournp.array(theirs)) is JaxArray
    assert type(ournp.reshape(theirs, (2, 2))) is np.ndarray
    kept = []

    def fill(i):
        kept.append(np.zeros(2))
        return kept[0]

    assert ournp.fromfunction(fill, (2,)) is kept[0]


def test_arrays_from_our_arrays(ours):
    x = npbridge.array([1.0, 2.0, 3.0])
    assert ournp.asarray(x) is x
    assert ournp.asarray(x, copy=False) is x
    copied = ournp.array(x)
    copied[0] = 9
    assert x[0] == 1
    assert ournp.array(x, ndmin=2).shape == (1, 3)
    assert ournp.array(object=x).shape == (3,)
    assert ournp.array([x[0], x[1]]).tolist() == [1, 2]
    assert ournp.array([[x[0], x[1]], [x[1], 7]]).tolist() == [[1, 2], [2, 7]]
    assert ournp.array([x, x]).shape == (2, 3)
    assert ournp.array(x, dtype=object).dtype == object
    assert ournp.asfortranarray(npbridge.ones((2, 3))).flags.f_contiguous
    assert ournp.zeros(x[1:].astype(int)).shape == (2, 3)
    assert ournp.arange(x.astype(int)[2]).tolist() == [0, 1, 2]
    assert type(ournp.asarray(x.sum())) is JaxArray
    assert ournp.r_[x, 4.0].tolist() == [1, 2, 3, 4]
    assert type(ournp.r_[x, x]) is JaxArray
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        ournp.array(x, dtype=np.float16, copy=False)


def test_files(tmp_path, ours):
    x = ournp.arange(6.0).reshape(2, 3)
    ournp.save(tmp_path / "x.npy", x)
    ournp.savez(tmp_path / "x.npz", x=x, names=np.array(["a"]))
    assert type(ournp.load(tmp_path / "x.npy")) is JaxArray
    with ournp.load(tmp_path / "x.npz") as archive:
        assert sorted(archive) == ["names", "x"]
        assert type(archive["x"]) is JaxArray
        assert type(archive["names"]) is np.ndarray
    assert type(ournp.load(tmp_path / "x.npy", mmap_mode="r")) is np.memmap


def test_windows_share_memory(ours):
    x = ournp.arange(5.0)
    windows = ournp.lib.stride_tricks.as_strided(x, (4, 2), (x.itemsize, x.itemsize))
    x[1] = 9
    assert windows[0, 1] == windows[1, 0] == 9
    for value in ournp.nditer(x, op_flags=["readwrite"]):
        value[...] = 2 * value
    assert x.tolist() == [0, 18, 4, 6, 8]
    assert (x + 0).tolist() == [0, 18, 4, 6, 8]


def test_pickles_come_back_as_they_were():
    for thing in (ournp.zeros, ournp.ndarray, ournp.mgrid, ournp.random.normal, ournp):
        assert pickle.loads(pickle.dumps(thing)) is thing


def test_functions_on_values(ours):
    x = ournp.linspace(0, 1, 5)
    ournp.testing.assert_allclose(x, [0, 0.25, 0.5, 0.75, 1])
    value = ournp.polynomial.polynomial.polyval(x, [1, 2])
    np.testing.assert_allclose(np.asarray(value), 1 + 2 * np.asarray(x))
    assert type(value) is JaxArray
    assert arrays_in(value) == [value]
    assert type(x[0]) is x.dtype.type


def test_objects_that_give_an_array_of_ours(ours):
    """A class with ``__array__``, in a program whose arrays are ours."""
    x = ournp.arange(4.0)

    class Holder:
        def __array__(self, dtype=None, copy=None):
            return x

    assert ournp.asarray(Holder()) is x
    assert ournp.asanyarray(Holder(), dtype=np.int32).dtype == np.int32
    copied = ournp.array(Holder())
    copied[0] = 7
    assert type(copied) is JaxArray and x[0] == 0
    with pytest.raises(ValueError, match="inhomogeneous"):
        ournp.array([[1], [2, 3]])
