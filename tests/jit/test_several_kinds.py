"""Values that are one thing or another, as operands, conditions and objects with attributes; what is not bound."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

programs = Programs()
A, ROW, TWO = np.ones((2, 3)), np.array([True, False, True]), np.array([2])
EACH = [(A, ROW, n) for n in (TWO, TWO - 2)]


@programs(*EACH)
def in_place(a, c, n):
    b = a
    if n[0] > 1:
        c = c <= a
    a += c
    return b


@programs(*EACH)
def in_place_of_something_new(a, c, n):
    b = np.zeros((2, 3))
    d = b
    if n[0] > 1:
        c = c <= a
    b -= c
    return d


@programs(*EACH)
def in_place_too_large(a, c, n):
    b = np.zeros(3)
    if n[0] > 1:
        c = a
    b += c
    return b


@programs(*[(A[0] * s, ROW, TWO) for s in (1, -1)])
def numbers_of_python_have_no_methods_of_arrays(a, c, n):
    b = a
    for i in range(3):
        if a[0] + i > 1:
            b = i * 0.5
    return b.sum()


@programs(*EACH)
def condition_of_a_loop(a, c, n):
    k = 0
    if n[0] > 1:
        while k < 2 and a[0] > 0:
            k += 1
    return k


@programs(*EACH)
def read_before_it_is_bound(a, c, n):
    if n[0] > 1:
        k = 0
    elif a.max() > 0 and k > 0:
        return a
    return a * k


@programs(*[(A, ROW, k) for k in (1, 0, 2)])
def error_of_a_second_iteration(a, c, n):
    x, y = a[0, :2], a[0]
    for _ in range(n, 0, -1):
        y, x = x, y
        z = x @ y[:1] if len(x) == 1 else x @ a[0]
    return z


@programs(*[(np.array([[1.5, -2.0]]), np.array([[3, 4]]), n) for n in (1, 2, 0)])
def dtypes_that_change_places(a, b, n):
    for i in range(n):
        b, a = a, b
        for _ in np.arange(2):
            a = b == b
    return i


@programs((np.array([4.0, 2.0]),))
def parts_of_no_dimensions(a):
    x = (a**2)[..., 0]
    b = np.real(x)
    b[b > 1] = 3
    return b, x, np.imag(x)


@programs((np.array([4.0, 2.0]),))
def filled_scalar(a):
    x = a[0]
    x.fill(3)
    return x


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)
