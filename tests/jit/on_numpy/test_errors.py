"""Errors of compiled programs: the class is NumPy's, and every array is as before the call."""

# ruff: noqa: E701, E702, E741, F841

import math

import numpy as np
import pytest

import npbridge

from .compare import compile_function, verdict_of


def w_index(x, i):
    x[0] = 9.0
    x[i] = 1.0


def r_index(x, i):
    x[0] = 9.0
    return x[i]


def neg(x, i):
    x[0] = 9.0
    x[-i] = 1.0


def loop(x, n):
    for i in range(n):
        x[i] += 1


def loop2(x, i):
    for k in range(len(x)):
        x[k] += x[k + 1]


def fancy(x, i):
    x[0] = 5.0
    return x[i]


def fancyset(x, i):
    x[0] = 5.0
    x[i] = 0.0


def mismatch(x, y):
    x[0] = 7.0
    return x + y


def assign_mismatch(x, y):
    x[0] = 7.0
    x[:] = y


def assign_mismatch2(x, y):
    x[0] = 7.0
    x[:3] = y


def mask_set_count(x, y):
    x[0] = 7.0
    x[x > 1] = y


def intdiv(x, n):
    x[0] = 1.0
    return 5 // n


def truediv(x, n):
    x[0] = 1.0
    return 5 / n


def mod(x, n):
    x[0] = 1.0
    return 5 % n


def fdiv(x, n):
    x[0] = 1.0
    return 2.5 / n


def msqrt(x, n):
    x[0] = 1.0
    return math.sqrt(-1.0 * (n + 1))


def mlog(x, n):
    x[0] = 1.0
    return math.log(n * 1.0)


def singular(x, n):
    x[0] = 1.0
    return np.linalg.inv(np.zeros((2, 2)))


def solve_s(x, n):
    x[0] = 1.0
    return np.linalg.solve(np.ones((2, 2)), np.ones(2))


def reshape_bad(x, n):
    x[0] = 1.0
    return x.reshape(2, 2)


def raises(x, n):
    x[0] = 4.0
    if x[1] < 5:
        raise ValueError(f"bad {n} {x[1]:.2f}")


def asserts(x, n):
    x[0] = 4.0
    assert x[1] > 5, "too small"


class Mine(RuntimeError):
    pass


def own(x, n):
    x[0] = 4.0
    raise Mine("mine", n)


def empty_max(x, n):
    x[0] = 2.0
    return x[:n].max()


def unpack(x, n):
    a, b = x
    return a


def stack(x, n):
    x[0] = 1.0
    return np.stack((x, x[:2]))


def dot(x, n):
    x[0] = 1.0
    return x @ x[:2]


def dot2(x, n):
    x[0] = 1.0
    return np.dot(np.ones((2, 3)), x)


def list_index(x, n):
    l = [1, 2, 3]
    x[0] = 1.0
    return l[n + 5]


def pop_empty(x, n):
    l = [1]
    l.pop()
    x[0] = 1.0
    return l.pop()


def neg_shape(x, n):
    x[0] = 1.0
    return np.zeros(-1 - n)


def two_d(x, n):
    y = x.reshape(5, 1)
    y[0, 0] = 3.0
    return y[0, n + 2]


def chol(x, n):
    x[0] = 1.0
    return np.linalg.cholesky(-np.eye(2))


def whiles(x, n):
    i = 0
    while x[i] >= 0:
        x[i] += 1
        i += 1
    return i


SECOND = {
    "w_index": 5, "r_index": 5, "neg": 6, "loop": 6, "fancy": np.array([0, 3, 9]), "fancyset": np.array([0, 3, 9]),
    "mismatch": np.ones(3), "assign_mismatch": np.ones(3), "assign_mismatch2": np.ones(4), "mask_set_count": np.ones(2),
}  # fmt: skip
QUICK = {"w_index", "loop", "fancyset", "assign_mismatch", "intdiv", "msqrt", "raises", "own", "solve_s", "whiles"}
PROGRAMS = [
    w_index, r_index, neg, loop, loop2, fancy, fancyset, mismatch, assign_mismatch, assign_mismatch2,
    mask_set_count, intdiv, truediv, mod, fdiv, msqrt, mlog, singular, solve_s, reshape_bad, raises, asserts, own,
    empty_max, unpack, stack, dot, dot2, list_index, pop_empty, neg_shape, two_d, chol, whiles,
]  # fmt: skip


def outcome(function, *args):
    with np.errstate(all="ignore"):
        try:
            return type(function(*args))
        except Exception as error:
            return type(error)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "program", [pytest.param(p, id=p.__name__, marks=() if p.__name__ in QUICK else pytest.mark.long) for p in PROGRAMS]
)
def test_error(program):
    second = SECOND.get(program.__name__, 0)
    expected = outcome(program, np.arange(5.0), second)
    assert issubclass(expected, Exception)
    x = npbridge.asarray(np.arange(5.0))
    compiled = compile_function(program)
    for _ in range(2):  # the second call is the short way's
        assert outcome(compiled, x, npbridge.asarray(second) if isinstance(second, np.ndarray) else second) is expected
        np.testing.assert_array_equal(x, np.arange(5.0))


def test_a_call_that_went_well_does_not_vouch_for_values():
    def program(x, i):
        x[0] = 9.0
        x[i[0]] = 1.0

    compiled = compile_function(program)
    x, i = npbridge.zeros(3), npbridge.array([2])
    compiled(x, i)
    compiled(x, i)
    i[0] = 7
    x[:] = 0
    with pytest.raises(IndexError):
        compiled(x, i)
    np.testing.assert_array_equal(x, np.zeros(3))


def test_shapes_are_vouched_for_one_by_one():
    def program(x, y):
        x[0] += 1
        x[:] += y

    compiled = compile_function(program)
    x = npbridge.zeros(3)
    compiled(x, npbridge.ones(3))
    compiled(x, npbridge.ones(3))
    with pytest.raises(ValueError, match="shape"):
        compiled(x, npbridge.ones(2))
    np.testing.assert_array_equal(x, [4, 2, 2])


def _take_along(x, i):
    return np.take_along_axis(x, i, 0)


def _flat(x, i):
    return x.reshape(2, 2).flat[i[1]]


def _rows(x, i):
    return x.reshape(2, 2)[i, i]


def _select(x, i):
    return x[i > 0]


def _add_at(x, i):
    x += 1
    np.add.at(x, i, 1)


def _add_at_twice(x, i):
    x += 1
    np.add.at(x.reshape(2, 2), (i, i), 1)


def _assign(x, i):
    x += 1
    x[i] = 0


def _mask(x, i):
    x += 1
    x[i > 0] = 2


def _mask_of_values(x, i):
    x += 1
    x[x > 1] = i


INDICES = [_take_along, _flat, _rows, _select, _add_at, _add_at_twice, _assign, _mask, _mask_of_values]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", [*INDICES, lambda x, i: np.delete(x, i), lambda x, i: np.take(x, i)])
def test_indices_out_of_bounds_change_nothing(function, dtype):
    """Numba writes and reads beyond the end where it is not told to look."""
    x, beyond = npbridge.asarray(np.ones(4, dtype)), np.array([0, 2_000_000, 1])
    with pytest.raises((IndexError, ValueError)) as theirs:
        function(np.ones(4, dtype), beyond)
    with npbridge.backend("numpy"), pytest.raises(theirs.type):
        npbridge.jit(function, strict=True)(x, npbridge.asarray(beyond))
    np.testing.assert_array_equal(x, np.ones(4))


def past_the_end(x):
    rows = [row for row in x]
    y = np.eye(2)
    z = y[99]


def written_past_the_end(x):
    total = sum(row for row in x)
    y = np.eye(2)
    y[99] = 1.0


def divided_by_nothing(x):
    rows = [row for row in x]
    z = 1 // (len(x) - 5)


def names_of_a_comprehension(x):
    row = 2
    rows = [[row * k for row in x] for k in range(row)]
    return rows, row


@pytest.mark.parametrize(
    "program", [past_the_end, written_past_the_end, divided_by_nothing, names_of_a_comprehension],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_beside_a_comprehension_what_nobody_uses_raises_too(program):
    assert verdict_of(program, [np.arange(5.0)]) == "right"
