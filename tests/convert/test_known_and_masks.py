"""What follows from known numbers stays known; masks and positions beside integers; parts of ragged arrays."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

X = np.arange(24.0).reshape(6, 4) * 1.5 - 7


@pytest.fixture(autouse=True)
def wide():
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    with npbridge.backend("jax"):
        yield
    jax.config.update("jax_enable_x64", before)


def mask_and_integer(x):
    m = x[:, 0] > 0
    x[m, 1] = -x[m, 1]
    x[m, 2] *= -0.5
    x[m, 2:] += 1
    return x[m, 1].sum()


def positions_and_integer(x):
    i = np.where(x[:, 0] > 0)[0]
    x[i, 2] += i
    x[i, 0] = -1
    return x


def as_many_as_there_are(x):
    v = x[:, 0]
    v[v > 0] = np.arange(1.0, 5.0)
    return x


def columns_of_chosen_rows(x):
    r = x[x[:, 1] > 0]
    return r[:, [1, 0]].sum(0) + r[:, None].sum() + r.var(axis=0)[0]


def ends_of_what_was_chosen(x):
    r = x[x[:, 1] > 0, 1]
    return r[0] + 2 * r[-1] + r[1] + r[1:].sum() + r[:-1].prod()


def chosen_twice(x):
    s = x[x[:, 0] > 0, 1]
    s = s[s > 5]
    return s.sum() + len(s)


def parts_of_a_growing_slice(x):
    n = 0
    while x[n, 0] < 0:
        n += 1
    r = x[:n, 1]
    x[n:, 2] = x[n:, 1][::-1]
    return r[1:].sum() + r[:-1].prod() + r[-1]


def mask_of_known_numbers(x):
    rows, columns = np.meshgrid(np.arange(6), np.arange(4), indexing="ij")
    inside = (rows - 2.5) ** 2 + columns**2 < 6
    return x[inside]


def unsigned_index(x):
    table, small = np.arange(256.0), np.abs(x).astype(np.uint8)
    return table[small], table[np.uint8(200) ^ small[0]]


def numpy_scalar_of_a_counter(x):
    total = np.uint32(0)
    for n in range(20):
        total ^= np.uint32(n) << np.uint32(2)
    return total + x[0, 0].astype(np.uint32) * np.uint32(0)


def short_loops_in_short_loops(x):
    for i in range(4):
        for j in range(4):
            for k in range(4):
                if x[i, k] + x[k, j] < x[i, j]:
                    x[i, j] = x[i, k] + x[k, j]
    return x


def list_of_numbers(x, cells):
    return np.array(cells) * x[0, 0]


PROGRAMS = [
    mask_and_integer, positions_and_integer, as_many_as_there_are, columns_of_chosen_rows, ends_of_what_was_chosen,
    chosen_twice, parts_of_a_growing_slice, mask_of_known_numbers, unsigned_index, numpy_scalar_of_a_counter,
    short_loops_in_short_loops,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_program(program):
    theirs, ours = X.copy(), npbridge.array(X)
    expected, got = program(theirs), npbridge.jit(program)(ours)
    if not isinstance(expected, tuple):
        expected, got = (expected,), (got,)
    for e, g in zip(expected, got, strict=True):
        np.testing.assert_allclose(np.asarray(g), e, rtol=1e-12)
        assert np.asarray(g).dtype == np.asarray(e).dtype
    np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-12)


def test_a_nested_list_of_numbers_is_an_argument():
    got = npbridge.jit(list_of_numbers)(npbridge.array(X), [[1, 2], [3, 4]])
    np.testing.assert_allclose(np.asarray(got), np.array([[1, 2], [3, 4]]) * X[0, 0])


def test_loops_with_loops_inside_are_not_written_out():
    function = npbridge.jit(short_loops_in_short_loops)
    function(npbridge.array(X))
    assert "loop" in function.explain()


def test_histogram_counts_are_integers():
    counts, _ = npbridge.jit(lambda x: np.histogram(x, 5, (-10, 40)))(npbridge.array(X))
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(np.asarray(counts), np.histogram(X, 5, (-10, 40))[0])
