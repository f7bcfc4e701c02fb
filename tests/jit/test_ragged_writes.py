"""Arrays of a length known only at run time: written in place, through parts of them, and in branches and loops."""

import numpy as np
import pytest

import npbridge
from npbridge.errors import ControlFlowError

from .against_numpy import Programs, agrees

programs = Programs()
FLOATS = np.array([3.0, -1, 4, 1, -5, 9, 2, -6])
EACH = [(x,) for x in (FLOATS, -FLOATS, FLOATS.astype(int), np.zeros(8))]
ROWS = [(x.reshape(4, 2),) for (x,) in EACH]


# --- in place


@programs(*EACH)
def parts_of_itself(a):
    x = a[a > 0]
    y = x
    x[1:] += x[:-1]
    y[:1] = 7
    return x, y


@programs(*EACH)
def steps_and_backwards(a):
    x = a[a > 0]
    x[::2] *= 2
    x[-2:] = 5
    x[::-1] += x
    return x, x[1:], x[::-1], x[-2:0:-1], x[1:-1:2]


@programs(*EACH)
def view_of_a_copy(a):
    x = np.unique(a)
    y = x[1:]
    y += 1
    y[:2] = 100
    return x, y, x.sum()


@programs(*EACH)
def positions(a):
    x = np.nonzero(a > -6)[0]
    x *= 2
    x[[0, -1]] = 1
    total = 0
    for k in x:
        total += k
    return x, total, x[[0, -1]], a[x[1:3] % 8]


@programs(*EACH)
def under_a_mask(a):
    x = a[a > 0]
    x[x > 2] = 0
    x[x == 0] += 4
    return x


@programs(*EACH)
def chosen_again(a):
    x = a[a > 0]
    y = x[x > 2]
    x[:] = 0
    y[:1] += 1
    return x, y


@programs(*EACH)
def dtype_stays(a):
    x = a[a > 0]
    x += 1.5
    return x


@programs(*EACH)
def number_that_does_not_fit(a):
    x = a.astype(np.int8)[a > 0]
    x[:] = 300
    return x


@programs(*ROWS)
def rows(a):
    x = a[a[:, 0] > 0]
    x[1:, 1] = 7
    x[:, 0] *= 2
    x[:1] -= 1
    return x, x.sum(0), x[:, 1]


@programs(*EACH)
def item(a):
    x = a[a > 0]
    x[1] = 8
    x[-1] += 1
    return x


@programs(*EACH)
def given_as_out(a):
    x = a[a >= 0]
    np.multiply(x, 2, out=x)
    np.add(x, 1, out=x, where=x > 4)
    np.add.at(x, [0, 0], 1)
    return x


# --- beside what has a fixed length


@programs(*EACH)
def meets_a_fixed_length(a):
    x = a[a > 0]
    return x + np.arange(5), x @ np.arange(5.0), np.arange(5) @ x, x * np.ones((2, 5))


@programs(*EACH)
def one_item_is_repeated(a):
    x = a[a == 9]
    return x + np.arange(3.0), np.where(x > 3, 1, np.zeros(4))


@programs(*EACH)
def takes_a_fixed_length(a):
    x = a[a > 0]
    x[:] = np.arange(5)
    b = a.copy()
    b[:5] += x
    b[b > 3] = x[:3]
    return x, b


# --- what is written out for each length


@programs(*EACH)
def the_same_in_another_shape(a):
    x = a[a > 0]
    y = x.reshape(-1)
    y[:1] = 5
    z, w = np.ravel(x), x.flatten()
    z[-1:] = 6
    w[:] = 0
    column = x.reshape(-1, 1)
    column[:2] += 3
    return x, y, z, w, column


@programs(*EACH)
def moved(a):
    x = a[a > 0]
    return np.tile(x, 2), np.roll(x, 2), np.diag(x).sum(), np.append(x, 3), np.concatenate([x, x]), np.stack([x, x])


@programs(*EACH)
def changed_in_place(a):
    x = a[a > 0]
    np.putmask(x, x > 3, 7)
    np.copyto(x[1:], 4)
    x.sort()
    y = np.unique(x)
    x.fill(3)
    return x, y, np.maximum.accumulate(y), np.nonzero(y > 2)[0], np.isin(x, [3, 7])


@programs(*EACH)
def shapes(a):
    x = a[a > 0]
    return x.reshape(-1, 1), x.reshape(5, 1)


@programs(*EACH)
def one_number(a):
    return a[a > 8].item()


@programs(*EACH)
def counted(a):
    x = abs(a.astype(int))
    return np.bincount(x % 5), np.bincount(x)[1:] * 2, np.bincount(x, weights=a)


@programs(*EACH)
def no_such_name(a):
    return a[a > 0].nope


# --- in branches and loops


@programs(*EACH)
def one_or_another(a):
    x, y = a[a > 0], a[a < 0]
    z = x if a[0] > 1 else y
    z[:1] = 100
    return x, y, z


@programs(*EACH)
def made_in_a_branch(a):
    if a.sum() > 0:
        x = y = a[a > 0]
    else:
        x = a[a < 0]
        y = x[1:]
    y[:1] = 7
    return x, y


@programs(*EACH)
def or_of_fixed_length(a):
    z = a[a > 0] if a[0] > 1 else a * 2
    return z.sum(), z


@programs(*EACH)
def shrinks_in_a_loop(a):
    x = a[a > 0]
    y = x
    for i in range(20):
        x = x[x != i]
    return x, x.sum(), y


@programs(*EACH)
def shrinks_until(a):
    x, k = a[a > 0], 0
    y = x
    while x.size > 3:
        x, k = x[1:].copy(), k + 1
    return x, k, y


@programs(*EACH)
def bound_in_a_loop(a):
    for i in range(12):
        x = np.nonzero(a > i - 3)[0]
    x[0:] = 2
    return x


@programs(*ROWS)
def bound_in_loops_in_a_loop(a):
    b = a
    for i in range(2):
        a = np.sign(b) * b
        for i in range(3):
            a[-1] += 1
        k = 0
        while k < 3 and i > 1:
            k += 1
            x = b[a > 3]
            y = x.ravel()
    return x, y.sum()


@programs(*EACH)
def more_axes_than_there_are(a):
    x = np.unique(a)
    x[...] = np.expand_dims(x * 2, 0)
    return x


@programs(*ROWS, *EACH)
def laid_flat(a):
    x = a[a[..., None].sum(axis=-1) > 0] if a.ndim == 1 else a[a[:, 0] > 0]
    places = np.argwhere(x > 2)
    flat = x.ravel()
    flat[-1] += 9
    copy = places.flatten()
    copy += 1
    return x, flat, np.cumsum(x), np.cumprod(places), places.reshape(-1), copy


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)


def test_views_that_are_copies_cannot_be_written():
    def halves(a):
        x = a[a > 0]
        y = np.split(x, [1])[1]
        y[0] = 100
        return x

    def whole(a):
        x = a[a > 0]
        y = np.split(x, [1])[1]
        x[0] = 100
        return y

    def on_one_path(a):
        x = a[a > 0]
        y = np.split(x, [1])[1] if a[0] > 0 else x * 2
        y[0] = 100
        return x

    for function in (halves, whole, on_one_path):
        with pytest.raises(ControlFlowError, match="here it is a copy"):
            npbridge.jit(function, backend="jax", strict=True)(npbridge.array(FLOATS))


def test_views_that_are_read_only_are_so():
    def diagonals(a):
        places = np.argwhere(a > 0)
        return np.diag(places), np.diag(places * 1.5), np.tile(places, 2)

    for (values,) in EACH:
        want, got = diagonals(values), npbridge.jit(diagonals, backend="jax")(npbridge.array(values))
        assert [x.flags.writeable for x in got] == [x.flags.writeable for x in want] == [False, False, True]


def test_an_item_named_by_an_ellipsis_is_an_array():
    def last(a):
        x = np.unique(a)
        return x[..., -1], x[-1]

    def written(a):
        x = np.unique(a)
        y = x[..., -1]
        y += 1
        return x

    array, number = npbridge.jit(last, backend="jax")(npbridge.array(FLOATS))
    assert type(array) is npbridge.JaxArray and array.shape == () and array == number == 9
    with pytest.raises(npbridge.errors.NpbridgeError, match="a view"):
        npbridge.jit(written, backend="jax", strict=True)(npbridge.array(FLOATS))
