"""Lowering of windows to the device, against NumPy's strided views."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from npbridge._src.storage import view

from ..settings import quick


@st.composite
def windows(draw):
    """A C-ordered array and a window on it, made by NumPy in some steps."""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    host = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    window = host
    for _ in range(draw(st.integers(0, 4))):
        window = draw(st.sampled_from(STEPS))(draw, window)
    return host, window


def _slice(draw, a):
    key = tuple(draw(st.slices(n)) for n in a.shape)
    return a[key]


def _transpose(draw, a):
    return a.transpose(draw(st.permutations(range(a.ndim))))


def _pick(draw, a):
    if a.ndim < 2 or 0 in a.shape:
        return a
    axis = draw(st.integers(0, a.ndim - 1))
    index = draw(st.integers(0, a.shape[axis] - 1))
    return a[(slice(None),) * axis + (index,)]


def _newaxis(draw, a):
    return np.expand_dims(a, draw(st.integers(0, a.ndim))) if a.ndim < 5 else a


def _repeat(draw, a):
    return np.broadcast_to(a, (draw(st.integers(1, 3)), *a.shape)) if a.ndim < 5 else a


def _diagonal(draw, a):
    return a.diagonal() if a.ndim >= 2 else a


def _windows(draw, a):
    return sliding_window_view(a, 2, axis=0) if a.ndim and a.shape[0] >= 2 and a.ndim < 5 else a


def _flatten(draw, a):
    try:
        return a.reshape(-1, copy=False)
    except ValueError:
        return a


STEPS = [_slice, _transpose, _pick, _newaxis, _repeat, _diagonal, _windows, _flatten]


@quick
@given(windows())
def test_reading_a_window(pair):
    host, window = pair
    spec, starts = view.spec_of(window, host)
    got = view.read_spec(jnp.asarray(host), spec, np.array(starts, np.int32))
    assert got.shape == window.shape
    np.testing.assert_array_equal(np.asarray(got), window)


@quick
@given(windows(), st.data())
def test_writing_a_window(pair, data):
    host, window = pair
    if len(set(_elements(host, window).ravel().tolist())) != window.size:
        return  # elements that lie on top of each other: the order of writing would matter
    values = data.draw(
        st.sampled_from([np.float32(-1), -np.arange(window.size, dtype=np.float32).reshape(window.shape)])
    )
    spec, starts = view.spec_of(window, host)
    got = view.write_spec(jnp.asarray(host), values, spec, np.array(starts, np.int32))
    expected = host.copy()
    target = view.same_window(window, host, expected)
    target.flags.writeable = True  # a diagonal is not, but the kernel can
    target[...] = values
    np.testing.assert_array_equal(np.asarray(got), expected)


def _elements(host, window):
    """For each element of the window, which element of the host it is."""
    return view.same_window(window, host, np.arange(host.size, dtype=np.float32).reshape(host.shape))


@pytest.mark.parametrize(
    "cut",
    [
        lambda a: a,
        lambda a: a[1],
        lambda a: a[1:3, ::2],
        lambda a: a[::-1, ::-2],
        lambda a: a.T[1:, 2],
        lambda a: a.reshape(2, 2, 6)[:, 1, ::3],
        lambda a: a[None, 1:, None],
        lambda a: np.broadcast_to(a, (2, 4, 6)),
    ],
)
def test_slices_and_transposes_need_no_gather(cut):
    host = np.arange(24.0).reshape(4, 6)
    spec, _ = view.spec_of(cut(host), host)
    assert spec.strides is None


def test_one_kernel_for_all_places():
    host = np.arange(24.0).reshape(4, 6)
    specs = {view.spec_of(host[i : i + 2, j], host)[0] for i in range(3) for j in range(6)}
    assert len(specs) == 1


def test_same_window_keeps_the_flag():
    a, b = np.arange(6.0), np.arange(6.0) * 10
    window = a[1:4]
    window.flags.writeable = False
    moved = view.same_window(window, a, b)
    np.testing.assert_array_equal(moved, [10, 20, 30])
    assert not moved.flags.writeable
    assert view.owner_of(moved) is b
