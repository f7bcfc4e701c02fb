"""Small programs as people write them, who think of no compiler; each with what it gives in NumPy."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import npbridge


def rows_of_a_transposed_array(a):
    for i, row in enumerate(a.T):
        row[0] = i
    column = a.T[1]
    column += 1
    return a * 2


def parts_of_complex_numbers(a):
    z = a + 1j * a[::-1]
    re = z.real
    z *= 2
    z.imag[1] = 5
    z.real += 1
    part = z.T.imag
    part[::2] = 9
    return re, z, np.real(z), z.imag[0]


def bits_of_floats(a):
    i = a.view(np.int64)
    guess = (0x5FE6EB50C7B537A9 - (i >> 1)).view(np.float64)
    return guess * (1.5 - a * 0.5 * guess * guess)


def positions_in_pairs(a):
    i, j = np.where(a > 0.5)
    total = 0.0
    for p, q in zip(i, j):  # noqa: B905
        total += a[p, q] * (p + 1) - q
    return total, len(i)


def element_functions(a):
    step = np.vectorize(lambda x, y: x + y if x > y else x - y)
    both = np.vectorize(lambda x: (x * 2, x > 0.5))
    return step(a, 0.5), both(a)[1], np.apply_along_axis(lambda r: r.max() - r.min(), 1, a)


def stacked_lists(a):
    rows, sums = [], []
    for _ in range(3):
        a = a * 1.5
        rows.append(a[0].copy())
        sums.append(3)
    columns = np.stack(rows, axis=1), np.column_stack(rows), np.dstack(rows)
    return columns, np.stack(rows, axis=-1), np.vstack(rows), np.hstack(rows), np.array(sums), np.hstack(sums)


def indexed_by_a_range(a):
    b = a.copy()
    b[range(len(b)), [1, 0, 2]] -= 1
    return b


def counted(a):
    k = (a * 4).astype(int).ravel()
    return np.bincount(k, minlength=5), np.bincount(k, weights=a.ravel(), minlength=6), np.searchsorted(a[0], 0.5)


def flat_elements(a):
    total = np.zeros(4, dtype=int)
    for x in a.flat:
        total[int(x * 4)] += 1
    a.flat[2] = 7
    return total, a.flat[1]


def fitted(a):
    line = np.polyfit(np.arange(4), a[0], 1)
    return line, np.linalg.lstsq(a.T, a[0], rcond=None)[0], np.linalg.norm(a, "fro"), np.linalg.norm(a, ord="fro")


def best_by_key(a):
    sums = [row.sum() for row in a]
    return max(range(len(sums)), key=lambda i: sums[i]), min(sums, key=lambda s: -s)


PROGRAMS = [
    rows_of_a_transposed_array, parts_of_complex_numbers, bits_of_floats, positions_in_pairs, element_functions,
    stacked_lists, indexed_by_a_range, counted, flat_elements, fitted, best_by_key,
]  # fmt: skip


def leaves(x):
    return [y for part in x for y in leaves(part)] if isinstance(x, tuple) else [x]


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_program(program, backend):
    values = np.random.default_rng(3).random((3, 4))
    if program in (parts_of_complex_numbers, bits_of_floats):
        values = values[0].copy()
    plain = values.copy()
    expected = program(plain)
    with npbridge.backend(backend), jax.enable_x64(True):
        ours = npbridge.array(values)
        found = npbridge.jit(program)(ours)
        for e, f in zip(leaves(expected), leaves(found), strict=True):
            assert np.shape(e) == np.shape(f) and np.asarray(e).dtype == np.asarray(f).dtype
            np.testing.assert_allclose(np.asarray(f), e, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(np.asarray(ours), plain, rtol=1e-9)


def test_numbers_in_lists_of_arguments():
    def table(rows, k):
        return [[row[j] * k for row in rows] for j in range(len(rows[0]))]

    with npbridge.backend("jax"):
        compiled = npbridge.jit(table)
        for k in (2, 3):
            assert [list(map(int, r)) for r in compiled([[1, 2], [3, 4]], k)] == [[k, 3 * k], [2 * k, 4 * k]]


def test_lengths_from_arguments():
    def folded(n, m, a):
        return np.reshape(np.reshape(a, (n, m)) * 2, (m, n)), np.split(a, n)[0]

    with npbridge.backend("jax"):
        first, part = npbridge.jit(folded)(2, 3, npbridge.arange(6))
    assert first.shape == (3, 2) and part.shape == (3,)


def test_counts_that_do_not_suffice():
    with npbridge.backend("jax"):
        count = npbridge.jit(lambda k: np.bincount(k, minlength=3))
        assert count(npbridge.array([0, 2, 2])).tolist() == [1, 0, 2]
        with pytest.warns(npbridge.errors.FallbackWarning, match="minlength"):
            assert count(npbridge.array([0, 5, 1])).tolist() == [1, 1, 0, 0, 0, 1]


def test_flags_known_only_at_run_time():
    with npbridge.backend("numpy"):
        a = npbridge.ones((2, 3))
        assert npbridge.jit(lambda a, keep: a.sum(axis=0, keepdims=keep))(a, True).shape == (1, 3)


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_powers_of_whole_numbers():
    with npbridge.backend("numpy"):
        power = npbridge.jit(lambda a, b: (a**b, a**-b))
        assert power(2, 3) == (8, 0.125)
        assert npbridge.jit(lambda a, b: a**b)(2, -1) == 0.5
