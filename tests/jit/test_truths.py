"""Truths that are known only at run time: Python's count as 0 and 1, NumPy's do not; each stays what it is."""

import copy
import math
import warnings

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, ours

warnings.filterwarnings("ignore", "Bitwise inversion", DeprecationWarning)
programs = Programs()
NUMBERS = [(n,) for n in (3, 2, 1, 0)]
BOTH = [(n, np.arange(4.0)) for n in (3, 2, 1, 0)]


@programs(*NUMBERS)
def comparisons(n):
    return n > 2, not n > 2, not n, not not n, 1 < n <= 2, 0 < n < 5, n > 1 and n < 3, n > 2 or n < 1, n or n > 2


@programs(*NUMBERS)
def arithmetic(n):
    a, b = n > 1, n > 2
    return (
        a + b,
        a - b,
        a * b,
        True + True,
        True + a,
        a + True,
        2 * a,
        a * 0.5,
        a / 2,
        a // 1,
        a % 2,
        a**2,
        2**a,
        a << 2,
    )


@programs(*NUMBERS)
def signs(n):
    return -(n > 1), +(n > 1), ~(n > 1), abs(n > 1), divmod(n > 1, 2), round(n > 1), round(n > 1, 1)


@programs(*NUMBERS)
def logic(n):
    a, b = n > 1, n > 2
    return a & b, a | b, a ^ b, a & True, True ^ a, a & 3, 2 | a


@programs(*NUMBERS)
def compared(n):
    a, b = n > 1, n > 2
    return a == b, a != b, a < b, a >= True, a == 1, a != 2, a == None, a != "a", a is None, a is not None  # noqa: E711


@programs(*NUMBERS)
def contained(n):
    return n in (1, 2), n not in [3], n in range(2), n in {1: 2}, n in {2, 3}, (n in (1, 2)) + (n in (2, 3))


@programs(*NUMBERS)
def built_in(n):
    many = [n > 0, n > 1, n > 2]
    return sum(many), max(many), min(n > 1, n > 2), any(many), all(many), sum(i < n for i in range(3)), any(many) + 1


@programs(*NUMBERS)
def converted(n):
    a = n > 1
    return int(a), float(a), complex(a), bool(a), bool(n), str(a), f"{a}", isinstance(a, bool), isinstance(a, int)


@programs(*NUMBERS)
def kinds(n):
    return (
        type(n > 1) is bool,
        type((n > 1) + 1) is int,
        type(n / 2) is float,
        type(n) is int,
        type(np.bool_(n > 1)) is bool,
    )


@programs(*NUMBERS)
def of_math(n):
    return math.isnan(n) + 1, math.isclose(n, 1.0) + 1, math.isinf(n / 2), math.floor(n > 1), math.sqrt(n > 1)


@programs(*NUMBERS)
def indices(n):
    return [10, 20][n > 1], (1.5, 2.5)[n > 2], {True: 5, False: 6}[n > 1]


@programs(*NUMBERS)
def found_in_a_branch(n):
    found = False
    for i in range(n):
        if i >= 1:
            found = True
    return found, found + found


@programs(*NUMBERS)
def bound_in_a_loop(n):
    found = False
    for i in range(n):
        found = i == 1
    return found, found + found


@programs(*NUMBERS)
def carried(n):
    found, ok = False, True
    for i in range(n):
        found = found or i == 1
        ok = ok and i < 2
    return found, ok, found + ok


@programs(*NUMBERS)
def condition_of_a_while(n):
    ok = True
    while n > 0 and ok:
        n -= 1
        ok = n != 1
    return ok, -ok, ~ok, n


@programs(*BOTH)
def places(n, x):
    return x[int(n > 1)], x[(n > 1) + 1], x[: (n > 1) + 1].sum(), x[(n > 1) : 3].sum(), x[(n > 1) :].sum()


@programs(*BOTH)
def mask_of_no_dimension(n, x):
    x[n > 1] = 5
    return x


@programs(*BOTH)
def met_with_arrays(n, x):
    a = n > 1
    return a * x, a & (x > 1), a + np.float32(1), a + np.int8(1), a + (x > 1), np.where(a, x, -x), np.add(a, n > 2)


@programs(*BOTH)
def stored(n, x):
    x[0] = n > 1
    y = np.zeros(3, bool)
    y[1] = n > 1
    return x, y, np.array([n > 1, n > 2]), np.array([n > 1, 2]), np.asarray(n > 1), np.full(2, n > 1)


@programs(*BOTH)
def items_of_arrays(n, x):
    m = x > n
    return m.tolist(), m.item(2), m.item(2) + m.item(3), m[2] + m[3], n in x, (n in x) + (1.0 in x), x[1] in [1.0, 2.0]


@programs(*BOTH)
def one_or_the_other(n, x):
    a = (n > 1) if x[1] > 0 else False
    b = True if n > 2 else False  # noqa: SIM210
    return a, b, 1 if n > 2 else True, 1.5 if n > 2 else True, a + b, b + b


@programs(*BOTH)
def pythons_or_numpys(n, x):
    a, b = n > 1 and x[2] > 1, n > 2 or x[0] > 1
    return a, b, x[0] > 1 or n > 2, x[1] > 0 and n > 1, a + b, any(x > n), all(v >= n for v in x)


@programs(*BOTH)
def pythons_or_numpys_in_a_loop(n, x):
    found, ok, counted = False, True, False
    for i in range(4):
        found = found or x[i] > n
        if x[i] > n:
            counted = True
    for i in range(n):
        ok = ok and x[i] >= 0
        if not ok:
            break
    return found, counted + counted, ok


@programs(*BOTH)
def condition_of_both(n, x):
    k = 0
    while n > 1 and x[k] < 3:
        k += 1
    return k


@programs(*BOTH)
def added_in_place(n, x):
    ok = True
    for i in range(n):
        ok &= x[i] >= 0
    return ok


@programs(*BOTH)
def counted_by(n, x):
    total = 0
    for _ in range(n > 1):
        total += 1
    return total


@programs(*BOTH)
def returned(n, x):
    for i in range(4):
        if x[i] == n:
            return True
    return False


@programs(*BOTH)
def in_containers(n, x):
    d = {"a": n > 1}
    d["b"] = d["a"] and n > 2
    return d, [n > 1], (n > 2, n)


# where Numba knows one kind of truth, a result may be NumPy's; what is computed with it is right
@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("function, several", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_python_has_it(function, several, backend):
    npbridge.enable_x64(True)
    try:
        with npbridge.backend(backend), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = npbridge.jit(function)
            for given in several:
                expected = function(*copy.deepcopy(given))
                same(expected, compiled(*ours(given)), backend == "jax")
    finally:
        npbridge.enable_x64(False)


def same(expected, got, kinds):
    if isinstance(expected, (list, tuple, dict)):
        assert type(got) is type(expected) and len(got) == len(expected)
        pairs = expected.items() if isinstance(expected, dict) else enumerate(expected)
        for key, value in pairs:
            same(value, got[key], kinds)
    elif isinstance(expected, np.ndarray):
        assert np.asarray(got).dtype == expected.dtype
        assert np.asarray(got).tolist() == expected.tolist()
    else:
        assert type(got) is type(expected) or not kinds, (expected, got)
        assert got == expected
        assert isinstance(got, (bool, np.bool_)) is isinstance(expected, (bool, np.bool_))
