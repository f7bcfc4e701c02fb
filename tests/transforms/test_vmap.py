"""``vmap``: axes, state that is shared or one per lane, random numbers, nesting."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

import npbridge
from npbridge.errors import TransformError


def equal(found, expected):
    assert type(found) is npbridge.JaxArray
    np.testing.assert_allclose(np.asarray(found), expected)


class Cells:
    def __init__(self, n):
        self.v = npbridge.zeros(n)
        self.gain = npbridge.array([1.0, 2.0])
        self.count = npbridge.zeros(())

    def update(self, current):
        if current > 1:
            self.v += current * self.gain.sum()
        return self.v

    def counts(self, current):
        self.count += 1
        return current

    def remembers(self, current):
        self.last = current
        return current


def test_axes(wide):
    m = npbridge.arange(6.0).reshape(2, 3)
    equal(npbridge.vmap(lambda row: row.sum())(m), [3, 12])
    equal(npbridge.vmap(lambda row: row.sum(), in_axes=1)(m), [3, 5, 7])
    equal(npbridge.vmap(lambda row: row, out_axes=1)(m), np.arange(6.0).reshape(2, 3).T)
    equal(npbridge.vmap(lambda a, b: npbridge.dot(a, b), in_axes=(None, 0))(m[0], m), [5, 14])
    found = npbridge.vmap(lambda d, x: d["a"] * x, in_axes=({"b": None, "a": 0}, None))({"a": m[0], "b": m}, 2.0)
    equal(found, [0, 2, 4])
    equal(npbridge.vmap(lambda x, y: x + y)(m[0], y=m[1]), [3, 5, 7])
    equal(npbridge.vmap(lambda: npbridge.ones(2), axis_size=3)(), np.ones((3, 2)))


def test_results(wide):
    first, (second, nothing), shared = npbridge.vmap(lambda x: (x, ({"k": 2}, None), x * 0 + 1), out_axes=(0, 0, 0))(
        npbridge.arange(3.0)
    )
    equal(second["k"], [2, 2, 2])
    assert nothing is None
    shared = npbridge.vmap(lambda x: npbridge.ones(2), out_axes=None)(npbridge.arange(3.0))
    equal(shared, [1, 1])
    assert isinstance(npbridge.vmap(lambda x: x * 2)(jnp.arange(3.0)), jax.Array)


def test_loops_branches_and_writes(wide):
    def clip(row, top):
        for i in range(3):
            if row[i] > top:
                row[i] = top
        return row.sum()

    rows = npbridge.array([[1.0, 5.0, 2.0], [9.0, 0.0, 9.0]])
    equal(npbridge.vmap(clip, in_axes=(0, None))(rows, 3.0), [6, 6])
    equal(rows, [[1, 3, 2], [3, 0, 3]])
    ndarray = np.array([[1.0, 5.0, 2.0]])
    npbridge.vmap(clip, in_axes=(0, None))(ndarray, 3.0)
    assert ndarray.tolist() == [[1, 3, 2]]


def test_state_for_each_lane(wide):
    cells = Cells(4)
    update = npbridge.vmap(cells.update, per_lane=cells.v)
    equal(update(npbridge.arange(4.0)), [0, 0, 6, 9])
    equal(update(npbridge.arange(4.0)), [0, 0, 12, 18])
    equal(cells.v, [0, 0, 12, 18])
    step = npbridge.jit(lambda x: npbridge.vmap(cells.update, per_lane=[cells.v])(x).sum())
    assert float(step(npbridge.arange(4.0))) == 45
    assert cells.v.shape == (4,)


def test_an_attribute_of_each_lane_is_assigned(wide):
    class Leaky:
        def __init__(self):
            self.v = npbridge.zeros(3)

        def step(self, current):
            self.v = self.v * 0.5 + current
            return self.v > 1

    cells = Leaky()
    v = cells.v
    step = npbridge.vmap(cells.step, per_lane=cells.v)
    equal(step(npbridge.array([0.5, 1.0, 2.0])), [False, False, True])
    equal(step(npbridge.array([0.5, 1.0, 2.0])), [False, True, True])
    equal(cells.v, [0.75, 1.5, 3])
    assert cells.v is v


def test_state_that_is_shared(wide):
    cells = Cells(4)
    with pytest.raises(TransformError, match=r"counts\.count.*per_lane"):
        npbridge.vmap(cells.counts)(npbridge.arange(4.0))
    assert float(cells.count) == 0
    with pytest.raises(TransformError, match="last"):
        npbridge.vmap(cells.remembers)(npbridge.arange(4.0))
    assert not hasattr(cells, "last")
    array = npbridge.zeros(3)
    with pytest.raises(TransformError, match="all lanes share it"):
        npbridge.vmap(lambda x, y: y.fill(x), in_axes=(0, None))(npbridge.arange(4.0), array)


def test_a_check_in_one_lane(wide):
    def positive(x):
        assert x > 0, "not positive"
        return x

    check = npbridge.vmap(positive)
    equal(check(npbridge.array([1.0, 2.0])), [1, 2])
    with pytest.raises(AssertionError, match="not positive"):
        check(npbridge.array([1.0, -2.0]))


def test_random_numbers_differ(wide):
    npbridge.random.seed(3)
    draw = npbridge.vmap(lambda x: x + npbridge.random.random(2))
    first = np.asarray(draw(npbridge.zeros(4)))
    assert len(np.unique(first)) == 8
    assert not np.allclose(first, draw(npbridge.zeros(4)))
    npbridge.random.seed(3)
    equal(draw(npbridge.zeros(4)), first)
    assert not np.isin(npbridge.random.random(8), first).any()


def test_nesting(wide):
    a, b = npbridge.arange(3.0), npbridge.arange(2.0)
    outer = npbridge.vmap(npbridge.vmap(lambda x, y: x * y, (None, 0)), (0, None))
    equal(outer(a, b), np.outer([0, 1, 2], [0, 1]))
    equal(npbridge.jit(outer)(a, b), np.outer([0, 1, 2], [0, 1]))
    equal(npbridge.vmap(npbridge.jit(lambda x: x**2))(a), [0, 1, 4])
    equal(npbridge.vmap(lambda x: npbridge.for_loop(lambda t: t * x, b).sum())(a), [0, 1, 2])


def test_errors(wide):
    with pytest.raises(ValueError, match="not equally many: 3 by axis 0"):
        npbridge.vmap(lambda x, y: x)(npbridge.ones(3), npbridge.ones(4))
    with pytest.raises(ValueError, match="names axis 0 of an argument of shape"):
        npbridge.vmap(lambda x: x)(2.0)
    with pytest.raises(ValueError, match="in_axes has 1 entries"):
        npbridge.vmap(lambda x, y: x, in_axes=(0,))(npbridge.ones(3), npbridge.ones(3))
    with pytest.raises(ValueError, match="no argument has lanes"):
        npbridge.vmap(lambda x: x, in_axes=None)(npbridge.ones(3))


def test_devices(wide):
    equal(npbridge.pmap(lambda x: x * 2)(npbridge.ones((1, 3))), [[2, 2, 2]])
    mesh = jax.make_mesh((1,), ("rows",), axis_types=(AxisType.Auto,))
    rows = PartitionSpec("rows")
    double = npbridge.shard_map(lambda x: np.add(x, x), mesh=mesh, in_specs=rows, out_specs=rows)
    equal(npbridge.jit(lambda x: double(x) + 1)(npbridge.ones(3)), [3, 3, 3])
