"""In-place operators: the same bits wherever the values lie, and no needless moves."""

from __future__ import annotations

import operator

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.array import core
from npbridge._src.storage import buffer

# no subnormal numbers: XLA's kernels take them for zero
SPECIAL = [0.0, -0.0, 1.5, -2.5, np.inf, -np.inf, np.nan, 1e-30, 3e38, 7.0]
OPERATORS = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv, operator.imod]
BITS = [operator.iand, operator.ior, operator.ixor, operator.ilshift, operator.irshift]


@pytest.fixture(autouse=True)
def jax_backend():
    with npbridge.backend("jax"), np.errstate(all="ignore"):
        yield


def on_host(values):
    return npbridge.array(values)


def on_device(values):
    return core.array_of_device(jax.numpy.asarray(values))


@pytest.mark.parametrize("place", [on_host, on_device])
@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32, np.uint8])
def test_results_do_not_depend_on_where_the_values_are(op, dtype, place):
    values = np.array(SPECIAL).astype(dtype) if np.dtype(dtype).kind == "f" else np.arange(10, dtype=dtype)
    if op is operator.itruediv and np.dtype(dtype).kind != "f":
        with pytest.raises(TypeError):
            op(place(values), 2)
        return
    for other in (3, values[::-1].copy()):
        expected = op(values.copy(), other)
        x = place(values)
        y = other if isinstance(other, int) else place(other)
        assert op(x, y) is x
        np.testing.assert_array_equal(np.asarray(x), expected)
        view = place(values)
        view[1:-1] = op(view[1:-1], 3)
        part = values.copy()
        part[1:-1] = op(part[1:-1], 3)
        np.testing.assert_array_equal(np.asarray(view), part)


@pytest.mark.parametrize("place", [on_host, on_device])
@pytest.mark.parametrize("op", BITS)
def test_bits(op, place):
    values = np.arange(10, dtype=np.int32)
    x = place(values)
    assert op(x, 3) is x
    np.testing.assert_array_equal(np.asarray(x), op(values, 3))


def transfers(action):
    seen = []
    with npbridge.listen(seen.append):
        action()
    return [event.name for event in seen if event.kind == "transfer"]


def test_a_part_of_an_array_on_the_host_stays_there():
    x = on_host(np.zeros(1_000_000, np.float32))

    def program():
        for i in range(3):
            x[i : i + 2] += 1.0
            x[i] = x[i + 1]

    assert transfers(program) == []


def test_windows_of_one_shape_share_a_kernel(monkeypatch):
    monkeypatch.setattr(buffer, "BYTES_PER_COMPILATION", 0)
    monkeypatch.setattr(buffer, "BYTES_PER_UPDATE", 0)
    x = on_device(np.zeros(100_000, np.float32))
    values = np.zeros(100_000, np.float32)

    def program():
        for i in range(4):
            x[10 * i : 10 * i + 5] = i
            values[10 * i : 10 * i + 5] = i

    compiled = core.view.write_compiled._cache_size() + core.view.write_donated._cache_size()
    assert transfers(program) == []
    assert core.view.write_compiled._cache_size() + core.view.write_donated._cache_size() <= compiled + 2
    np.testing.assert_array_equal(np.asarray(x), values)


def test_moving_is_counted_towards_compiling(monkeypatch):
    monkeypatch.setattr(buffer, "_moved", {})
    monkeypatch.setattr(buffer, "BYTES_PER_COMPILATION", 1_000_000)
    places = []
    for _ in range(4):
        x = on_device(np.zeros(100_000, np.float32))
        x[3] = 1.0
        places.append("host" if x._buffer.current else "device")
    assert places == ["host", "host", "host", "device"]


@pytest.mark.parametrize("shapes", [((3, 3), (3, 1)), ((3, 3, 3), (1, 3, 1)), ((1, 3, 3), (2, 3, 3))])
def test_matmul_is_not_broadcast_into_its_left_side(shapes):
    a, b = (on_host(np.ones(shape, np.float32)) for shape in shapes)
    with pytest.raises(ValueError):
        a @= b
    assert a.tolist() == np.ones(shapes[0]).tolist()
