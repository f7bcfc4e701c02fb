"""Functions of the namespace called with no array of ours among the arguments."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

from .against_numpy import same_namespaces

EXACT = {
    "add numbers": lambda xp: xp.add(2, 3),
    "add mixed": lambda xp: xp.add(2, [1, 2]),
    "add weak": lambda xp: xp.add(2, np.array([1, 2], np.int8)),
    "add weak behind": lambda xp: xp.add(np.array([1.5], np.float32), 2.0),
    "add bools": lambda xp: xp.add(True, True),
    "add scalars": lambda xp: xp.add(np.float32(2), 3),
    "add where": lambda xp: xp.add([1, 2], [3, 4], where=[True, True]),
    "add out": lambda xp: xp.add([1, 2], [3, 4], out=np.zeros(2, np.int32)).tolist(),
    "add dtype": lambda xp: xp.add([1, 2], 1, dtype=xp.float32),
    "add too many": lambda xp: xp.add(1, 2, 3, 4),
    "add too few": lambda xp: xp.add(1),
    "add text": lambda xp: xp.add([1], "a"),
    "add.reduce": lambda xp: xp.add.reduce([[1, 2], [3, 4]], axis=1),
    "add.accumulate": lambda xp: xp.add.accumulate([1, 2, 3]),
    "add.reduceat": lambda xp: xp.add.reduceat([1, 2, 3, 4], [0, 2]),
    "add.outer": lambda xp: xp.add.outer([1, 2], [3, 4]),
    "divmod": lambda xp: xp.divmod([7, -7], 2),
    "frexp": lambda xp: xp.frexp([8.0, 0.5]),
    "modf": lambda xp: xp.modf([1.5]),
    "matmul": lambda xp: xp.matmul([[1, 2]], [[3], [4]]),
    "vecdot": lambda xp: xp.vecdot([1, 2], [3, 4]),
    "isnan": lambda xp: xp.isnan([1.0, np.nan]),
    "isnat": lambda xp: xp.isnat(np.array(["NaT", "2020"], "M8[Y]")),
    "sum": lambda xp: xp.sum([[1, 2], [3, 4]], axis=0),
    "sum keyword": lambda xp: xp.sum(a=[1, 2]),
    "max": lambda xp: xp.max([[1, 2]]),
    "mean": lambda xp: xp.mean([1, 2]),
    "argmax": lambda xp: xp.argmax([1, 3, 2]),
    "any": lambda xp: xp.any([False, True]),
    "count_nonzero": lambda xp: xp.count_nonzero([0, 1]),
    "cumsum": lambda xp: xp.cumsum([1, 2]),
    "reshape": lambda xp: xp.reshape([1, 2, 3, 4], (2, 2)),
    "transpose": lambda xp: xp.transpose([[1, 2]]),
    "concatenate": lambda xp: xp.concatenate([[1], [2.5]]),
    "concat": lambda xp: xp.concat(([1], [2])),
    "stack": lambda xp: xp.stack([[1, 2], [3, 4]], axis=1),
    "vstack": lambda xp: xp.vstack([[1, 2], [3, 4]]),
    "hstack mixed": lambda xp: xp.hstack([xp.arange(2), [5]]),
    "column_stack": lambda xp: xp.column_stack([[1, 2], [3, 4]]),
    "block": lambda xp: xp.block([[xp.eye(2), [[1], [2]]], [[[1, 2, 3]]]]),
    "broadcast_arrays": lambda xp: [x + 0 for x in xp.broadcast_arrays([1, 2], [[3], [4]])],
    "broadcast_to": lambda xp: xp.broadcast_to([1, 2], (2, 2)),
    "where": lambda xp: xp.where([True, False], 1, 2),
    "where one": lambda xp: xp.where([0, 1]),
    "nonzero": lambda xp: xp.nonzero([0, 1]),
    "einsum": lambda xp: xp.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1]),
    "einsum operands": lambda xp: xp.einsum([[1, 2], [3, 4]], [0, 1], [1]),
    "tensordot": lambda xp: xp.tensordot([[1, 2]], [[3], [4]], axes=1),
    "unique": lambda xp: xp.unique([1, 1, 2], return_counts=True),
    "unique_all": lambda xp: tuple(xp.unique_all([1, 1, 2])),
    "sort": lambda xp: xp.sort([3, 1, 2]),
    "argsort": lambda xp: xp.argsort([3, 1, 2]),
    "argsort flat": lambda xp: xp.argsort([[3, 1], [2, 0]], axis=None),
    "lexsort": lambda xp: xp.lexsort(([1, 0], [2, 2])),
    "searchsorted": lambda xp: xp.searchsorted([1, 2, 3], 2),
    "select": lambda xp: xp.select([[True, False]], [[1, 2]], 7),
    "choose": lambda xp: xp.choose([0, 1], [[1, 2], [3, 4]]),
    "piecewise": lambda xp: xp.piecewise([1.0, 2.0], [[True, False]], [5, 6]),
    "take": lambda xp: xp.take([4, 5, 6], [0, 2]),
    "pad": lambda xp: xp.pad([1, 2], 1),
    "roll": lambda xp: xp.roll([1, 2, 3], 1),
    "insert": lambda xp: xp.insert([1, 2], 1, 5),
    "histogram": lambda xp: xp.histogram([1, 2, 3], 2),
    "histogramdd of vectors": lambda xp: xp.histogramdd(([1, 2, 4], [3, 4, 4]), 2),
    "apply_along_axis": lambda xp: xp.apply_along_axis(lambda row: row[::-1], 1, [[1, 2], [3, 4]]),
    "apply_along_axis keyword": lambda xp: xp.apply_along_axis(lambda row: row.sum(), axis=0, arr=[[1, 2], [3, 4]]),
    "apply_over_axes": lambda xp: xp.apply_over_axes(xp.sum, xp.arange(6).reshape(2, 3), [0]),
    "vectorize": lambda xp: xp.vectorize(lambda a, b: a + b)([1, 2], 3),
    "ravel_multi_index": lambda xp: xp.ravel_multi_index(([1, 0], [1, 1]), (2, 2)),
    "unravel_index": lambda xp: xp.unravel_index([3, 1], (2, 2)),
    "interp": lambda xp: xp.interp(1.5, [1, 2], [3, 4]),
    "clip": lambda xp: xp.clip([1, 5, 9], 2, 6),
    "clip names": lambda xp: [xp.clip([1, 5], a_min=2, a_max=None), xp.clip([1, 5], min=2), xp.clip([1, 5], max=2)],
    "clip twice": lambda xp: xp.clip([1], a_min=0, a_max=2, min=1),
    "nan_to_num": lambda xp: xp.nan_to_num([np.nan, 1]),
    "trapezoid": lambda xp: xp.trapezoid([1, 2, 3]),
    "gradient": lambda xp: xp.gradient([1, 2, 4]),
    "convolve": lambda xp: xp.convolve([1, 2], [1, 1]),
    "cross": lambda xp: xp.cross([1, 0, 0], [0, 1, 0]),
    "packbits": lambda xp: xp.packbits([1, 0, 1]),
    "busday_count": lambda xp: xp.busday_count("2020-01-01", "2020-01-08"),
    "multi_dot": lambda xp: xp.linalg.multi_dot([[[1, 2], [3, 4]], [[1, 0], [0, 1]], [[1], [1]]]),
    "linalg.outer": lambda xp: xp.linalg.outer([1, 2], [3, 4]),
    "linalg.diagonal": lambda xp: xp.linalg.diagonal([[1, 2], [3, 4]]),
    "shape": lambda xp: xp.shape([[1, 2]]),
    "array_equal": lambda xp: xp.array_equal([1], [1]),
    "promotion": lambda xp: [xp.promote_types(xp.int8, xp.uint8), xp.can_cast(xp.int8, xp.int16)],
    "of poly1d": lambda xp: bool(xp.polyval(xp.poly1d([1, 2]), 3) == 5),
}

CLOSE = {
    "sin": lambda xp: xp.sin([1, 2]),
    "sin of a number": lambda xp: xp.sin(0.5),
    "exp of an ndarray": lambda xp: xp.exp(np.linspace(0, 1, 5)),
    "std": lambda xp: xp.std([1, 2, 4]),
    "inv": lambda xp: xp.linalg.inv([[1.0, 2], [3, 4]]),
    "norm": lambda xp: xp.linalg.norm([3, 4]),
    "fft": lambda xp: xp.fft.fft([1, 2, 3, 4]),
    "emath.sqrt": lambda xp: xp.emath.sqrt([-1, 4]),
    "emath.log": lambda xp: xp.lib.scimath.log(-1),
    "cov": lambda xp: xp.cov([[1, 2, 4], [2, 1, 7]]),
    "percentile": lambda xp: xp.percentile([1, 2, 4], 30),
    "poly": lambda xp: xp.poly([1, 2]),
    "sinc": lambda xp: xp.sinc(0.5),
    "angle": lambda xp: xp.angle(1j),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact(variant, name):
    same_namespaces(variant, EXACT[name], ulps=2 if variant.narrows else 0)


@pytest.mark.parametrize("name", CLOSE)
def test_close(variant, name):
    same_namespaces(variant, CLOSE[name], ulps=16)


class Foreign:
    """An array of a library that handles NumPy's functions itself."""

    __array_ufunc__ = None

    def __array_function__(self, function, types, args, kwargs):
        return function.__name__, len(args)


class Taking(Foreign):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return ufunc.__name__, method


def test_other_libraries_handle_their_own_arrays(ours):
    assert npbridge.sum(Taking()) == ("sum", 1)
    assert npbridge.sin(Taking()) == ("sin", "__call__")
    assert npbridge.add([1, 2], Taking()) == ("add", "__call__")
    assert npbridge.concatenate([Taking()]) == ("concatenate", 1)
    assert npbridge.zeros(3, like=Taking())[0] == "zeros"
    assert npbridge.arange(3, like=Taking())[0] == "arange"
    with pytest.raises(TypeError, match="like"):
        npbridge.ones(3, like=[1])


def test_masks_are_not_lost(ours):
    masked = np.ma.array([1, 2, 4], mask=[0, 0, 1])
    assert npbridge.sum(masked) == 3
    assert npbridge.add(masked, 1).mask.tolist() == [False, False, True]


def test_functions_that_write_write_what_they_are_given(ours):
    target = np.zeros(3)
    npbridge.put(target, [0], [5])
    npbridge.copyto(target[1:], npbridge.ones(2))
    npbridge.add.at(target, [0, 0], 1)
    assert target.tolist() == [7, 1, 1]
    x = npbridge.zeros(3)
    npbridge.fill_diagonal(x.reshape(1, 3), 4)
    npbridge.add.at(x, [1], 2)
    assert x.tolist() == [4, 2, 0]


def test_nditer_writes_our_arrays(ours):
    x = npbridge.arange(4)
    with npbridge.nditer(x, op_flags=["readwrite"]) as iterator:
        for item in iterator:
            item[...] = 2 * item
    assert x.tolist() == [0, 2, 4, 6]


def test_a_list_of_our_arrays_is_an_array(ours):
    x = npbridge.arange(3)
    assert npbridge.max([x, x + 1]) == 3
    assert npbridge.sum([x[0], x[2]]).tolist() == 2
