"""When values move between the replicas, and what nobody else may see change."""

from __future__ import annotations

import ctypes
import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge._src.array import classes, core
from npbridge._src.storage import buffer as storage

LARGE = 1_000_000


@pytest.fixture(autouse=True)
def on_jax():
    npbridge.use_backend("jax")
    yield
    npbridge.use_backend("jax")


def transfers(program):
    seen = []
    with npbridge.listen(seen.append):
        program()
    return [e.name for e in seen if e.kind == "transfer"]


def device_array(n=LARGE):
    return core.array_of_device(jnp.zeros(n, jnp.float32))


def test_host_memory_is_not_given_to_jax():
    x = npbridge.zeros(LARGE, np.float32)
    x[0] = 1
    given = x.value
    x[0] = 2
    x[5:] = 3
    assert float(given[0]) == 1
    assert not np.asarray(given)[5:].any()


def test_a_small_array_is_not_uploaded_at_once():
    x = npbridge.array(np.arange(10.0, dtype=np.float32))
    assert isinstance(x._value(), np.ndarray)
    for _ in range(storage.PASSES):
        x._value()
    assert isinstance(x._value(), jax.Array)
    assert isinstance(x._value(), jax.Array)


def test_the_private_copy_is_private():
    x = npbridge.array(np.arange(10.0, dtype=np.float32))
    passed = x._value()
    x[0] = 99
    assert passed[0] == 0


def test_reading_elements_of_a_device_array_downloads_once():
    x = device_array()

    def program():
        for i in range(20):
            float(x[i])
        np.asarray(x)

    assert transfers(program) == ["to_host"]


def test_reading_does_not_upload():
    x = npbridge.zeros(LARGE, np.float32)
    x[0] = 1
    assert transfers(lambda: (float(x[0]), np.asarray(x), x[1:5], x.reshape(-1), x.T)) == []


def test_kernels_upload_once():
    x = npbridge.zeros(LARGE, np.float32)
    x[0] = 1
    assert transfers(lambda: (np.sin(x), np.sum(x), x + x)) == ["to_device"]


def test_many_element_writes_move_to_the_host_once():
    x = device_array()

    def program():
        for i in range(300):
            x[i] = i

    assert transfers(program).count("to_host") <= 1
    assert "to_device" not in transfers(program)
    assert float(x[299]) == 299


def test_writing_everything_moves_nothing():
    x = device_array()
    y = device_array()
    assert transfers(lambda: x.__setitem__(Ellipsis, y)) == []
    assert float(x[0]) == 0


class TestSharedMemory:
    """``np.asarray(x)`` is the array's own memory, wherever that lies on the host."""

    def test_writes_are_seen_on_both_sides(self):
        made = npbridge.array(np.arange(10.0))
        for x in (made, np.sin(made), npbridge.jit(np.cos)(made)):
            a, b = np.asarray(x), np.asarray(x)
            assert np.shares_memory(a, b)
            x[0] = 5
            assert a[0] == 5
            b[1] = 6
            assert x[1] == 6

    def test_each_dtype_and_shape_is_given_away_as_it_is(self):
        npbridge.use_backend("numpy")
        for char in core.STORED_KINDS:
            for shape in ((), (3,), (0,), (2, 0, 3), (2, 3)):
                x = npbridge.zeros(shape, char)
                a = np.asarray(x)
                assert (a.dtype.char, a.shape, a.flags.writeable) == (char, shape, True)
                assert not a.size or np.shares_memory(a, np.asarray(x))

    def test_views_of_what_was_given_away_count(self):
        x = npbridge.array(np.arange(10.0))
        held = np.asarray(x)[2:4].reshape(2, 1).T
        gc.collect()
        assert x._buffer.is_shared()
        npbridge.jit(lambda x: x.fill(7))(x)
        assert held.tolist() == [[7, 7]]
        del held
        gc.collect()
        assert not x._buffer.is_shared()

    def test_the_memory_stays_where_it_is(self):
        x = npbridge.array(np.arange(10.0))
        held = np.asarray(x)
        for change in (lambda x: x.__iadd__(1), npbridge.jit(lambda x: x.__imul__(2)), lambda x: x.sort()):
            change(x)
            assert np.shares_memory(held, np.asarray(x))
            assert held.tolist() == x.tolist()

    def test_it_outlives_the_array(self):
        x = npbridge.array(np.arange(10.0))
        held = np.asarray(x)[3:]
        del x
        gc.collect()
        assert held.tolist() == [3, 4, 5, 6, 7, 8, 9]

    def test_kernels_see_what_was_written_through_it(self):
        x = npbridge.zeros(LARGE, np.float32)
        view = x[1:]
        value, held = x.value, np.asarray(x)
        for n in (1, 2, 3):
            held[1] = n
            assert float(np.max(x + 0)) == float(np.max(view + 0)) == float(x.value[1]) == n
        assert not np.asarray(value).any()

    def test_an_ndarray_and_the_array_that_it_shows_may_be_given_together(self):
        def both(x, a):
            x[0] += 1
            a[1] = x[0]
            return a[0] + x[1]

        for f in (both, npbridge.jit(both)):
            x = npbridge.zeros(3)
            a = np.asarray(x)
            assert f(x, a) == 2
            assert a.tolist() == x.tolist() == [1, 1, 0]

    def test_read_only_arrays_give_read_only_ndarrays(self):
        x = npbridge.zeros(3)
        for y in (np.broadcast_to(x, (2, 3)), x[:2]):
            y.flags.writeable = False
            assert not np.asarray(y).flags.writeable
        x[0] = 4
        assert np.asarray(y)[0] == 4

    def test_a_copy_shares_nothing(self):
        x = npbridge.zeros(3)
        for a in (np.array(x), np.asarray(x, np.float64)):
            a[0] = 1
            assert x[0] == 0
            assert not x._buffer.is_shared()

    def test_from_an_accelerator_it_is_read_only(self, monkeypatch):
        monkeypatch.setattr(classes, "lies_on_host", lambda buffer: buffer.device is None)
        x = core.array_of_device(jax.numpy.ones(4))
        seen = np.asarray(x)
        assert not seen.flags.writeable
        assert not np.asarray(x[1:]).flags.writeable
        x += 1
        assert seen[0] != x[0]

    def test_libraries_that_write_find_memory(self):
        x = npbridge.zeros(4)
        np.asarray(x.data).fill(1)
        x.ctypes.data_as(ctypes.POINTER(ctypes.c_float))[2] = 5
        assert x.tolist() == [1, 1, 5, 1]


def test_views_follow_the_buffer_to_new_memory():
    x = npbridge.array(np.arange(10.0))
    view = x[2:5]
    x._buffer.owner = x._buffer.host = x._buffer.host.copy()
    x[2] = 50
    view[1] = 60
    assert view.tolist() == [50, 60, 4]
    assert x.tolist()[2:5] == [50, 60, 4]


class TestDonation:
    """A compiled update takes over the device memory that nobody else holds."""

    @pytest.fixture(autouse=True)
    def always_on_the_device(self, monkeypatch):
        for name in ("BYTES_PER_UPDATE", "BYTES_PER_COMPILATION"):
            monkeypatch.setattr(storage, name, 0)

    def test_in_place(self):
        x = device_array()
        x._buffer.device.block_until_ready()
        pointer = x._buffer.device.unsafe_buffer_pointer()
        x[5:100] = 1
        x[7:9] += 1
        assert x._buffer.device.unsafe_buffer_pointer() == pointer
        assert float(x[8]) == 2

    def test_not_what_the_user_holds(self):
        given = jnp.zeros(LARGE, jnp.float32)
        x = npbridge.asarray(given)
        x[5:100] = 1
        assert not given.is_deleted()
        assert float(given[6]) == 0
        assert float(x[6]) == 1

    def test_not_what_was_given_away(self):
        x = device_array()
        kept = x.value
        x[5:100] = 1
        assert not kept.is_deleted()
        assert float(kept[6]) == 0

    def test_not_what_an_ndarray_looks_at(self):
        x = device_array()
        seen = np.asarray(x.value)
        x[5:100] = 1
        assert not seen.any()
        assert float(x[6]) == 1

    def test_not_what_another_array_shares(self):
        x = device_array()
        y = x.copy()
        x[5:100] = 1
        assert float(y[6]) == 0


def test_an_upload_needs_an_aligned_private_copy():
    for shape in ((), (3,), (2, 5), (0, 4), (1000,)):
        a = storage.aligned_empty(shape, np.dtype(np.float64))
        assert a.shape == shape
        assert a.flags.c_contiguous
        assert a.size == 0 or a.ctypes.data % 64 == 0


def test_canonical_dtypes():
    try:
        npbridge.enable_x64(False)
        assert storage.canonical(np.dtype(np.float64)) == np.float32
        assert storage.canonical(np.dtype(np.longlong)) == np.int32
        assert storage.canonical(np.dtype(np.int8)) == np.int8
        npbridge.enable_x64(True)
        assert storage.canonical(np.dtype(np.complex128)) == np.complex128
    finally:
        npbridge.enable_x64(False)


def test_borrowed_memory_is_written_through():
    """On 'numpy', ``asarray`` of an ndarray is the ndarray's memory, as NumPy's is."""
    npbridge.use_backend("numpy")
    try:
        given = np.zeros(5)
        x = npbridge.asarray(given)
        x[1] = 7
        assert given[1] == 7
        given[2] = 8
        assert float(x[2]) == 8
        np.add(x, 1, out=x)
        assert given[1] == 8
    finally:
        npbridge.use_backend("jax")
    x[3] = 5
    assert given[3] == 5
