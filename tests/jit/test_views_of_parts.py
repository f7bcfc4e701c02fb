"""Views of an array that is one of several, or a part at a place of the run time: NumPy's, by the strides it has."""

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()


@programs()
def transposed_by_a_loop(x, n):
    y = x
    for i in range(n):
        y = x.T
    return y[1], y.reshape(-1), y[:, 0], y


@programs()
def two_parts(x, n):
    y = x[:, ::2] if n > 1 else x[:, 1::2]
    return y[1], y.ravel(), np.transpose(y), y[::-1, 0]


@programs()
def written_after_it_was_laid_flat(x, n):
    y = x.T if n > 1 else x
    y.reshape(-1)[1] = 50
    np.ravel(y)[2] = 60
    return x, y


@programs()
def written_in_a_row(x, n):
    y = x.T if n > 1 else x
    for row in y:
        row[1:] += row[:-1]
    return y[1:, 1:]


@programs()
def a_part_of_a_part(x, n):
    w = x[n : n + 2]
    return w[0], w.T, w.reshape(-1), w[:, 1:3]


@programs()
def a_part_of_columns(x, n):
    w = x[:, n : n + 2]
    flat = w.reshape(-1)
    flat[0] = 70
    w.T[0] = 80
    np.reshape(w, 8)[1] = 90
    return flat, w[1], w.ravel()


@programs()
def a_part_of_one_of_two(x, n):
    y = x.T if n > 1 else x
    w = y[n : n + 2]
    w[0] += 1
    w.reshape(-1)[3] = 30
    return w[1], w, y


@programs()
def a_row_of_columns(x, n):
    v = x.T[n].reshape(2, 2)
    v[0] = 70
    return v, v.T


@programs()
def parts_of_complex_numbers(x, n):
    y = (x * 2j).T
    z = y if n > 1 else y[::-1]
    return z.imag[1], z[n].imag, z.real


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("program", [function for function, _ in programs], ids=lambda f: f.__name__)
def test_view(program, n):
    """What a write to each result, one after the other, shows in the others and in the argument."""
    theirs = np.arange(16.0).reshape(4, 4)
    ours = npbridge.array(theirs)
    want = program(theirs, n)
    got = npbridge.jit(program, backend="jax")(ours, npbridge.array([n])[0])
    for k in range(len(want) + 1):
        np.testing.assert_array_equal(np.asarray(ours), theirs)
        for a, b in zip(want, got, strict=True):
            np.testing.assert_array_equal(np.asarray(b), a)
        if k < len(want) and want[k].flags.writeable:
            want[k][...] = got[k][...] = 100 + k
