"""``try`` and ``with`` around what fails only at run time: Python's handlers have it, on both backends."""

import contextlib
import copy
import warnings

import numpy as np
import pytest

import npbridge
from npbridge import errors

from .against_numpy import Programs, ours, plain, same

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
X = np.arange(3.0)
SINGULAR = np.array([[1.0, 3.0], [3.0, 1.0]])


@programs((X, 1), (X, 5), (X, -1), (X, -7))
def index(x, k):
    try:
        return x[k]
    except IndexError:
        return -1.0


@programs((np.eye(2),), (SINGULAR,), (np.ones((2, 2)),))
def linear(m):
    try:
        first = np.linalg.cholesky(m)
    except np.linalg.LinAlgError:
        first = np.linalg.cholesky(m + 5 * np.eye(2))
    try:
        return first, np.linalg.inv(m), np.linalg.solve(m, m[0])
    except np.linalg.LinAlgError:
        return first


@programs((X,), (X + 9,))
def raised(x):
    try:
        if x[0] > 5:
            raise ValueError("large")
        y = 1.0
    except ValueError:
        y = 2.0
    return y


@programs((X, 0), (X, 1), (X, 5))
def in_a_loop(x, k):
    s = 0.0
    for i in range(3):
        try:
            s += x[i + k]
        except IndexError:
            s -= 100
        else:
            s += 0.5
        finally:
            s *= 2
    return s


@programs((X, 1), (X, 9))
def by_any_exception(x, k):
    try:
        x[0] = 7
        return x[k]
    except Exception as error:
        return len(type(error).__name__)


@programs((X, 1), (X, 9))
def suppressed(x, k):
    with contextlib.suppress(IndexError):
        x[0] = x[k]
        x[1] = 99
    return x


class Swallows:
    def __enter__(self):
        self.entered = 1
        return self

    def __exit__(self, kind, error, trace):
        self.left = 1 if kind else 2
        return kind is not None


@programs((X, 1), (X, 9))
def swallowed(x, k):
    manager = Swallows()
    with manager as m:
        x[0] = x[k]
    return x, manager.left, m.entered


@programs((X, 1), (X * np.nan, 1), (X + np.inf, 1))
def conversion(x, k):
    try:
        return int(x[k])
    except (ValueError, OverflowError):
        return 0


@programs((X, 1), (X, 9))
def of_a_base_class_in_a_callee(x, k):
    def inner():
        return x[k]

    try:
        return inner()
    except LookupError:
        return -2.0


@programs((X, 1), (X, 9))
def by_the_outer_one(x, k):
    try:
        try:
            return x[k]
        except KeyError:
            return 5.0
    except IndexError:
        return 6.0


@programs((X, 1), (X, 9))
def by_nobody(x, k):
    x[0] = 3
    try:
        return x[k]
    except KeyError:
        return 5.0


@programs((X, 1), (X, 0))
def asserted(x, k):
    try:
        assert x[k] > 0
    except AssertionError:
        return 0
    return 1


@programs((X, 1), (X, 6))
def again_and_again(x, k):
    while True:
        try:
            x[k] += 1
            break
        except IndexError:
            k -= 1
    return x, k


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("function, several", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_handlers_have_it(function, several, backend):
    with npbridge.backend(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = npbridge.jit(function)
        for given in (*several, *several):
            theirs, mine = copy.deepcopy(given), ours(given)
            kept = plain(list(mine))
            try:
                expected = function(*theirs)
            except Exception as error:
                with pytest.raises(type(error)):
                    compiled(*mine)
                same(kept, plain(list(mine)), "the arguments after an error")
                continue
            same(plain(expected), plain(compiled(*mine)), function.__name__)
            same(plain(list(theirs)), plain(list(mine)), f"{function.__name__}: arguments")


def floor(x):
    try:
        if x[0] > 5:
            raise ValueError("large")
        return 1.0
    except ValueError:
        return 2.0


def test_only_calls_that_fail_are_left_to_python():
    compiled = npbridge.jit(floor)
    with warnings.catch_warnings():
        warnings.simplefilter("error", errors.FallbackWarning)
        assert compiled(npbridge.array(X)) == 1
        with pytest.raises(errors.FallbackWarning, match="`except` around it"):
            compiled(npbridge.array(X + 9))
    assert compiled(npbridge.array(X)) == 1 and compiled.cache_info()["compiles"] == 1


def test_strictly_it_is_an_error():
    compiled = npbridge.jit(floor, strict=True)
    assert compiled(npbridge.array(X)) == 1
    with pytest.raises(errors.UnsupportedError, match=r"`except` around it.*'numpy' backend"):
        compiled(npbridge.array(X + 9))
