"""What is a view of what, and what writing through it does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

A1 = np.arange(12.0)
A2 = np.arange(12.0).reshape(3, 4)
A3 = np.arange(24).reshape(2, 3, 4)
C2 = (np.arange(6) + 1j * np.arange(6, 12)).reshape(2, 3)
E0 = np.zeros((0, 3))
Z0 = np.array(5.0)

# Each program returns what it made.  The oracle checks the values, whether the
# result shares memory with the input, whether it may be written, and then writes
# into it and looks at the input again.
MAKERS = {
    "slice": lambda a: a[1:-1],
    "slice step": lambda a: a[::2],
    "slice back": lambda a: a[::-1],
    "slice back step": lambda a: a[-2:0:-2],
    "slice empty": lambda a: a[3:3],
    "slice beyond": lambda a: a[1:100],
    "ellipsis": lambda a: a[...],
    "ellipsis last": lambda a: a[..., 1:],
    "newaxis": lambda a: a[None],
    "newaxis last": lambda a: a[..., np.newaxis],
    "integer": lambda a: a[1],
    "integer back": lambda a: a[-1],
    "T": lambda a: a.T,
    "T twice": lambda a: a.T.T,
    "transpose": lambda a: a.transpose(),
    "transpose tuple": lambda a: a.transpose(tuple(range(a.ndim))[::-1]),
    "np.transpose": lambda a: np.transpose(a),
    "np.permute_dims": lambda a: np.permute_dims(a, tuple(range(a.ndim))[::-1]),
    "swapaxes": lambda a: a.swapaxes(0, -1),
    "np.swapaxes": lambda a: np.swapaxes(a, 0, -1),
    "np.moveaxis": lambda a: np.moveaxis(a, 0, -1),
    "np.rollaxis": lambda a: np.rollaxis(a, -1),
    "reshape": lambda a: a.reshape(-1),
    "reshape tuple": lambda a: a.reshape((2, -1)),
    "reshape F": lambda a: a.reshape(-1, order="F"),
    "reshape of T": lambda a: a.T.reshape(-1),
    "reshape of slice": lambda a: a[::2].reshape(-1),
    "np.reshape": lambda a: np.reshape(a, (-1, 2)),
    "ravel": lambda a: a.ravel(),
    "ravel F": lambda a: a.ravel(order="F"),
    "ravel K": lambda a: a.T.ravel(order="K"),
    "np.ravel": lambda a: np.ravel(a),
    "flatten": lambda a: a.flatten(),
    "flatten F": lambda a: a.flatten("F"),
    "copy": lambda a: a.copy(),
    "np.copy": lambda a: np.copy(a),
    "view": lambda a: a.view(),
    "squeeze": lambda a: a[None].squeeze(),
    "np.squeeze": lambda a: np.squeeze(a[None], axis=0),
    "np.expand_dims": lambda a: np.expand_dims(a, 0),
    "np.expand_dims many": lambda a: np.expand_dims(a, (0, 2)),
    "atleast_1d": lambda a: np.atleast_1d(a),
    "atleast_2d": lambda a: np.atleast_2d(a),
    "atleast_3d": lambda a: np.atleast_3d(a),
    "real": lambda a: a.real,
    "np.real": lambda a: np.real(a),
    "flip": lambda a: np.flip(a),
    "flip axis": lambda a: np.flip(a, 0),
    "flipud": lambda a: np.flipud(a),
    "broadcast_to": lambda a: np.broadcast_to(a, (2, *a.shape)),
    "split": lambda a: np.split(a, [1, 2]),
    "array_split": lambda a: np.array_split(a, 2),
    "unstack": lambda a: np.unstack(a),
    "view of view": lambda a: a[1:][::-1][:1],
    "view of transposed": lambda a: a.T[1:],
    "view of reshaped": lambda a: a.reshape(-1)[2:7],
    "roll": lambda a: np.roll(a, 1),
    "take": lambda a: a.take([0, 1]),
    "repeat": lambda a: a.repeat(2),
    "array indexed": lambda a: a[[0, 1]],
    "mask indexed": lambda a: a[a > 2],
    "iterated": lambda a: list(a)[:2],
    "nan_to_num": lambda a: np.nan_to_num(a),
    "conj": lambda a: a.conj(),
    "sort": lambda a: np.sort(a),
}
ARRAYS = {"1d": A1, "2d": A2, "3d": A3, "complex": C2}


@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize("maker", MAKERS)
def test_made(same, maker, array):
    if maker == "reshape tuple" or array != "complex" or "flip" not in maker:
        same(MAKERS[maker], ARRAYS[array])


SPECIAL = {
    "imag": (lambda a: a.imag, C2),
    "np.imag": (lambda a: np.imag(a), C2),
    "imag of real": (lambda a: a.imag, A2),
    "mT": (lambda a: a.mT, A3),
    "matrix_transpose": (lambda a: np.matrix_transpose(a), A3),
    "linalg.matrix_transpose": (lambda a: np.linalg.matrix_transpose(a), A3),
    "mT of 1d": (lambda a: a.mT, A1),
    "diagonal": (lambda a: a.diagonal(), A2),
    "np.diagonal": (lambda a: np.diagonal(a, 1), A2),
    "linalg.diagonal": (lambda a: np.linalg.diagonal(a, offset=-1), A3),
    "diagonal axes": (lambda a: np.diagonal(a, 0, 2, 0), A3),
    "diag": (lambda a: np.diag(a), A2),
    "diag made": (lambda a: np.diag(a), A1),
    "fliplr": (lambda a: np.fliplr(a), A2),
    "rot90": (lambda a: np.rot90(a), A2),
    "rot90 twice": (lambda a: np.rot90(a, 2), A2),
    "hsplit": (lambda a: np.hsplit(a, 2), A2),
    "vsplit": (lambda a: np.vsplit(a, 3), A2),
    "dsplit": (lambda a: np.dsplit(a, 2), A3),
    "split columns": (lambda a: np.split(a, 2, axis=1), A2),
    "sliding_window_view": (lambda a: sliding_window_view(a, 3), A1),
    "sliding_window_view 2d": (lambda a: sliding_window_view(a, (2, 2)), A2),
    "sliding_window_view axis": (lambda a: sliding_window_view(a, 2, axis=0), A3),
    "sliding_window_view writeable": (lambda a: sliding_window_view(a, 3, writeable=True)[0], A1),
    "broadcast_arrays": (lambda a, b: np.broadcast_arrays(a, b), A2, A2[0]),
    "meshgrid": (lambda a: np.meshgrid(a, a), A1[:3]),
    "meshgrid uncopied": (lambda a: np.meshgrid(a, a, copy=False), A1[:3]),
    "0-d ellipsis": (lambda a: a[...], Z0),
    "0-d element": (lambda a: a[()], Z0),
    "0-d reshape": (lambda a: a.reshape(1, 1), Z0),
    "0-d newaxis": (lambda a: a[None], Z0),
    "element by ellipsis": (lambda a: a[1, 2, ...], A2),
    "row by ellipsis": (lambda a: a[..., 1], A2),
    "empty": (lambda a: a[:, 1:], E0),
    "empty T": (lambda a: a.T, E0),
    "empty reshape": (lambda a: a.reshape(3, 0), E0),
    "view dtype": (lambda a: a.view(np.int16), np.arange(4, dtype=np.int32)),
    "view wider": (lambda a: a.view(np.int32), np.arange(4, dtype=np.int16)),
    "view same size": (lambda a: a.view(np.uint32), np.arange(4, dtype=np.float32)),
    "reshape copy": (lambda a: a.reshape(-1, copy=True), A2),
    "reshape no copy": (lambda a: a.reshape(-1, copy=False), A2),
    "reshape no copy fails": (lambda a: a.T.reshape(-1, copy=False), A2),
    "transpose int args": (lambda a: a.transpose(1, 0, 2), A3),
    "transpose None": (lambda a: a.transpose(None), A3),
    "transpose bad": (lambda a: a.transpose(0, 0, 1), A3),
    "transpose short": (lambda a: a.transpose(0, 1), A3),
    "swapaxes bad": (lambda a: a.swapaxes(0, 5), A2),
    "squeeze bad": (lambda a: a.squeeze(0), A2),
    "reshape bad": (lambda a: a.reshape(5, 5), A2),
    "broadcast_to bad": (lambda a: np.broadcast_to(a, (2, 2)), A2),
    "split uneven": (lambda a: np.split(a, 5), A1),
}


@pytest.mark.parametrize("case", SPECIAL)
def test_special(same, case):
    program, *arrays = SPECIAL[case]
    same(program, *arrays)


def written(write):
    def program(*arrays):
        write(*arrays)
        return

    return program


def _chain(a):
    b = a[1:]
    c = b.T
    d = c[::2]
    d += 100
    b[0] = -1
    c[1, 1] = 7


def _both_ways(a):
    b = a[2:]
    a[3] = 50
    first = b.copy()
    b[0] = 60
    return first, a.copy(), b


def _view_outlives(a):
    b = a[::2]
    a += 1
    del a
    b *= 2
    return b


def _reshape_then_write(a):
    r = a.reshape(-1)
    r[::3] = 0
    a[0] = 9
    return r


def _swap_rows(a):
    a[0], a[1] = a[1].copy(), a[0].copy()


def _swap_without_copy(a):
    a[0], a[1] = a[1], a[0]


def _loop_rows(a):
    for i, row in enumerate(a):
        row += i
        row[0] = -i


def _nested_window(a):
    w = a[1:, 1:][:, ::-1]
    w[...] = w.T[: w.shape[0], : w.shape[1]] if w.shape[0] == w.shape[1] else -w


def _shape_assigned(a):
    b = a[:]
    b.shape = (4, 3)
    b[3, 2] = 77
    return b, a.shape


def _real_imag(a):
    a.real[0] = 5
    a.imag[...] = 2
    a.real *= 3


def _setter(a):
    a.real = 1
    a.imag = a.real + 2


WRITES = {
    "slice": (written(lambda a: a[1:3].__setitem__(Ellipsis, 9)), A1),
    "slice augmented": (written(lambda a: a[1:3].__iadd__(9)), A1),
    "T": (written(lambda a: a.T.__setitem__(0, 9)), A2),
    "chain": (_chain, A2),
    "both ways": (_both_ways, A1),
    "view outlives": (_view_outlives, A1),
    "reshape": (_reshape_then_write, A2),
    "swap rows": (_swap_rows, A2),
    "swap without copy": (_swap_without_copy, A2),
    "rows of a loop": (_loop_rows, A2),
    "nested window": (_nested_window, A2),
    "shape assigned": (_shape_assigned, A2),
    "real and imag": (_real_imag, C2),
    "real and imag set": (_setter, C2),
    "overlap forward": (lambda a: a.__setitem__(slice(1, None), a[:-1]), A1),
    "overlap backward": (lambda a: a.__setitem__(slice(None, -1), a[1:]), A1),
    "overlap reversed": (lambda a: a.__setitem__(slice(None), a[::-1]), A1),
    "overlap transposed": (lambda a: a.__setitem__(slice(None), a.T), A2[:, :3].copy()),
    "overlap add": (lambda a: a[1:].__iadd__(a[:-1]), A1),
    "overlap add back": (lambda a: a[:-1].__iadd__(a[1:]), A1),
    "overlap add reversed": (lambda a: a.__iadd__(a[::-1]), A1),
    "overlap add T": (lambda a: a.__iadd__(a.T), A2[:, :3].copy()),
    "overlap row": (lambda a: a.__isub__(a[0]), A2),
    "overlap element": (lambda a: a.__itruediv__(a[3]), A1 + 1),
    "overlap 0-d view": (lambda a: a.__itruediv__(a[3, ...]), A1 + 1),
    "out is a view": (lambda a, b: np.add(b, 1, out=a[1:4]), A1, A1[:3]),
    "out is a strided view": (lambda a, b: np.multiply(b, 2, out=a[::4]), A1, A1[:3]),
    "out is a T": (lambda a, b: np.add(b, 1, out=a.T), A2, A2.T.copy()),
    "out overlaps": (lambda a: np.add(a[:-1], a[1:], out=a[1:]), A1),
    "out is the input": (lambda a: np.negative(a, out=a), A1),
    "out of sum": (lambda a: np.sum(a, axis=0, out=a[2]), A2),
    "out of cumsum": (lambda a: np.cumsum(a, out=a), A1),
    "out of cumsum view": (lambda a: np.cumsum(a[::-1], out=a[:]), A1),
    "out of dot": (lambda a, b: np.dot(a, b, out=b), np.eye(3), np.arange(9.0).reshape(3, 3)),
    "copyto a view": (lambda a: np.copyto(a[::2], 5), A1),
    "copyto where": (lambda a: np.copyto(a, -a, where=a > 3), A1),
    "copyto overlap": (lambda a: np.copyto(a[1:], a[:-1]), A1),
    "fill": (lambda a: a[1:].fill(4), A2),
    "sort in place": (lambda a: a[::-1].sort(), A1[::-1].copy()),
    "sort columns": (lambda a: a.sort(axis=0), -A2),
    "partition": (lambda a: (a.partition(3), a[3])[1], A1[::-1].copy()),
    "put": (lambda a: a.put([0, 5], [1, 2]), A2),
    "np.put": (lambda a: np.put(a, [0, -1], -44), A2),
    "np.put clip": (lambda a: np.put(a, 22, -5, mode="clip"), A2),
    "np.place": (lambda a: np.place(a, a > 2, [44, 55]), A2),
    "np.putmask": (lambda a: np.putmask(a, a > 2, a**2), A2),
    "np.put_along_axis": (lambda a: np.put_along_axis(a, np.array([[0], [1], [2]]), 99, axis=1), A2),
    "np.fill_diagonal": (lambda a: np.fill_diagonal(a, 5), A2),
    "np.fill_diagonal wrap": (lambda a: np.fill_diagonal(a, 5, wrap=True), np.zeros((5, 2))),
    "np.fill_diagonal view": (lambda a: np.fill_diagonal(a[1:, 1:], -5), A2),
    "add.at": (lambda a: np.add.at(a, [0, 0, 1], 2), A1),
    "add.at view": (lambda a: np.add.at(a[::3], [0, 0, 1], 2), A1),
    "negative.at": (lambda a: np.negative.at(a, [0, 1, 1]), A1),
    "flat": (lambda a: a.flat.__setitem__(slice(2, 5), -1), A2),
    "flat list": (lambda a: a.flat.__setitem__([1, 4], 1), A2),
    "flat assigned": (lambda a: setattr(a, "flat", [1, 2]), A2),
    "flat of T": (lambda a: a.T.flat.__setitem__(1, -1), A2),
    "resize": (lambda a: a.resize((2, 2), refcheck=False), A1),
    "resize larger": (lambda a: a.resize((4, 4), refcheck=False), A1),
    "readonly diagonal": (lambda a: a.diagonal().__setitem__(0, 1), A2),
    "readonly broadcast": (lambda a: np.broadcast_to(a, (2, 12)).__setitem__(0, 1), A1),
    "readonly windows": (lambda a: sliding_window_view(a, 3).__iadd__(1), A1),
    "readonly out": (lambda a: np.add(a[0], 1, out=np.broadcast_to(a[0], (3, 4))), A2),
}


@pytest.mark.parametrize("case", WRITES)
def test_written(same, case):
    program, *arrays = WRITES[case]
    same(program, *arrays)


def test_write_flag(same):
    def program(a):
        b = a[:]
        b.flags.writeable = False
        a[0] = 5
        return b, b.flags.writeable, a.flags.writeable

    same(program, A1)

    def refused(a):
        a.setflags(write=False)
        a[0] = 1

    same(refused, A1)

    def refused_in_place(a):
        a.flags["WRITEABLE"] = False
        a += 1

    same(refused_in_place, A1)


FLAGS = ("c_contiguous", "f_contiguous", "contiguous", "forc", "fnc", "writeable", "aligned", "owndata")


@pytest.mark.parametrize("maker", ["slice step", "T", "reshape", "ravel", "newaxis", "integer", "broadcast_to", "copy"])
def test_layout(same, maker):
    def program(a):
        b = MAKERS[maker](a)
        return [getattr(b.flags, f) for f in FLAGS], b.strides, b.nbytes, b.itemsize, b.size, b.ndim, b.shape

    same(program, A2.astype(np.float32))
    same(program, A3.astype(np.int16))


def test_base(variant):
    a = variant.give(A2)
    b = a[1:]
    c = b.T
    assert a.base is None
    assert b.base is a
    assert c.base is a
    assert a.copy().base is None


def test_shares_memory(same):
    def program(a):
        return [
            np.shares_memory(a, a[1:]),
            np.shares_memory(a[::2], a[1::2]),
            np.may_share_memory(a[::2], a[1::2]),
            np.may_share_memory(a[:2], a[5:]),
            np.shares_memory(a, a.copy()),
            np.shares_memory(a, a + 0),
            np.shares_memory(a.reshape(3, 4).T, a),
        ]

    same(program, A1)


def test_ndarray_made_from_ours_is_its_memory(ours):
    a = ours.give(A1)
    plain = np.asarray(a)
    assert type(plain) is np.ndarray
    plain[0] = 1
    assert a[0] == 1
    assert type(a.view(np.matrix)) is np.matrix
    a.view(np.ndarray)[1] = 8
    assert plain[1] == 8
    free = np.array(a)
    free[0] = 99
    assert a[0] == 1


def test_identity_of_no_ops(variant):
    a = variant.give(A1)
    assert a.conj() is a
    assert a.astype(a.dtype, copy=False) is a
    assert np.atleast_1d(a) is a
    assert a.real is a


def test_views_many_deep(same):
    def program(a):
        views = [a]
        for i in range(30):
            views.append(views[-1][1:] if i % 2 else views[-1].reshape(-1))
        views[-1] += 1
        a[-1] = 3
        return views[-1], views[7]

    same(program, np.arange(40.0))
