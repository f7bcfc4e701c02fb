"""What compiled control flow is made of, and what it says where it cannot be compiled."""

from __future__ import annotations

import traceback

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params

import npbridge
from npbridge._src.array import core
from npbridge._src.convert.operators import tracing
from npbridge._src.convert.pipeline import convert
from npbridge._src.ground.errors import ControlFlowError, UnsupportedError

from . import programs


def trace(function, *args):
    """``(jaxpr, context)`` of the converted function."""
    arrays = [npbridge.array(a) for a in args if isinstance(a, np.ndarray)]
    contexts = []

    def run(*arrays):
        given = iter(arrays)
        full = [next(given) if isinstance(a, np.ndarray) else a for a in args]
        with tracing(True) as context:
            contexts.append(context)
            return convert(function)(*full), arrays

    return jax.make_jaxpr(run)(*arrays), contexts[0]


def run(function, *args):
    arrays = [npbridge.array(a) for a in args]

    def inside(*arrays):
        with tracing(True) as context:
            result = convert(function)(*arrays)
        return result, [flag for flag, _ in context.checks]

    return jax.jit(inside)(*arrays)


def equations(jaxpr) -> int:
    """How many equations there are, those of inner jaxprs included."""
    jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
    return sum(1 + sum(map(equations, jaxprs_in_params(eqn.params))) for eqn in jaxpr.eqns)


def primitives(jaxpr) -> set[str]:
    jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
    found = set()
    for eqn in jaxpr.eqns:
        found |= {eqn.primitive.name}.union(*map(primitives, jaxprs_in_params(eqn.params)), set())
    return found


def square(n):
    return np.arange(float(n * n)).reshape(n, n) + 10 * n * np.eye(n)


SIZES = [
    (programs.heat, lambda n: (np.arange(9.0), n)),
    (programs.heat_with_copies, lambda n: (np.arange(float(n)), n)),
    (programs.jacobi, lambda n: (square(n), n)),
    (programs.prefix, lambda n: (np.arange(float(n)),)),
    (programs.int_becomes_float, lambda n: (np.arange(float(n)),)),
    (programs.find_first, lambda n: (np.arange(float(n)), 5.0)),
    (programs.bubble_sort, lambda n: (np.arange(n),)),
    (programs.edit_table, lambda n: (square(n),)),
    (programs.lu_in_place, lambda n: (square(n),)),
    (programs.forward_substitution, lambda n: (square(n), np.ones(n))),
    (programs.minimum_so_far, lambda n: (np.arange(float(n)),)),
    (programs.swapped_buffers, lambda n: (np.arange(9.0), np.zeros(9), n)),
    (programs.windows, lambda n: (np.arange(float(n)),)),
    (programs.object_state, lambda n: (np.arange(float(n)),)),
    (programs.sieve, lambda n: (n,)),
]


@pytest.mark.parametrize("function, arguments", SIZES, ids=[f.__name__ for f, _ in SIZES])
def test_size_of_the_program_does_not_depend_on_the_trip_count(function, arguments):
    few, many = (equations(trace(function, *arguments(n))[0]) for n in (20, 2000))
    assert few == many


def test_fixed_ranges_are_differentiable():
    def program(x):
        s = 0.0
        for i in range(20):
            if x[i % 5] > 2:
                s += x[i % 5] ** 2
            else:
                s -= x[i % 5]
        return s

    x = jnp.arange(5.0)

    def value(x):
        with tracing(True):
            return convert(program)(core.array_of_device(x))._value()

    assert "while" not in primitives(jax.make_jaxpr(value)(x))
    expected = np.where(np.arange(5) > 2, 8 * np.arange(5.0), -4.0)
    np.testing.assert_allclose(jax.grad(value)(x), expected)


def test_vmap_passes_through():
    def program(x):
        n = 0
        while x > 1:
            x = x / 2
            n += 1
        return n

    def value(x):
        with tracing(True):
            return convert(program)(core.of_device(x))._value()

    np.testing.assert_array_equal(jax.vmap(value)(jnp.array([1.0, 5.0, 100.0])), [0, 3, 7])


def test_loop_over_known_numbers_gives_known_numbers():
    def program(x):
        n = len(x)
        log = 0
        while n > 1:
            n //= 2
            log += 1
        for _ in range(10):
            log += 1
        return np.zeros(log) + x.sum()

    result, _ = run(program, np.ones(40))
    assert result.shape == (15,)


# -- what cannot be compiled


def place(error) -> str:
    """The innermost line of this file in the traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == __file__]
    return frames[-1].line


def test_different_shapes_on_two_paths():
    def program(x):
        if x[0] > 0:
            y = x[1:]
        else:
            y = x
        return y

    for values in (np.arange(3.0), np.arange(1.0, 4)):
        (y, _) = run(program, values)
        np.testing.assert_array_equal(np.asarray(y), program(values))


def test_value_on_one_path_only():
    def program(x):
        for i in range(20):
            if x[i % 3] > 5:
                return x

    assert run(program, np.arange(3.0))[0] is None
    np.testing.assert_array_equal(np.asarray(run(program, np.arange(5.0, 8))[0]), np.arange(5.0, 8))


def test_variable_bound_on_one_path_only():
    def program(x):
        if x[0] > 0:
            y = x
        return y

    (y, flags) = run(program, np.arange(1.0, 3))
    assert not any(flags)
    np.testing.assert_array_equal(np.asarray(y), np.arange(1.0, 3))
    assert any(run(program, np.arange(3.0))[1])  # it is read


def test_list_that_grows_in_a_long_loop():
    def program(x):
        found = []
        for i in range(100):
            found.append(x[i])
        return found

    np.testing.assert_array_equal(np.array(run(program, np.arange(100.0))[0]), np.arange(100.0))


def test_list_that_grows_under_a_condition():
    def program(x):
        found = []
        for i in range(100):
            if x[i] > 3:
                found.append(x[i])
        return found

    with pytest.raises(ControlFlowError, match=r"list found changes its length.*'numpy' backend"):
        run(program, np.arange(100.0))


def test_list_that_grows_in_a_short_loop():
    def program(x):
        found = []
        for i in range(20):
            found.append(x[i] * 2)
        return np.array(found)

    result, _ = run(program, np.arange(20.0))
    np.testing.assert_array_equal(np.asarray(result), np.arange(20.0) * 2)


def test_list_that_grows_under_a_traced_condition():
    def program(x):
        found = []
        if x[0] > 0:
            found.append(1)
        return len(found)

    with pytest.raises(ControlFlowError, match="list found changes its length"):
        run(program, np.arange(3.0))


def test_write_to_one_array_or_another():
    def program(x, y):
        target = x if x[0] > 0 else y
        target[0] = 5
        return x, y, target

    for values in (np.arange(3.0), np.arange(1.0, 4)):
        (ours, _) = run(program, values, values + 1)
        for got, expected in zip(ours, program(values.copy(), values + 1), strict=True):
            np.testing.assert_array_equal(np.asarray(got), expected)


def test_shape_known_at_run_time():
    def program(x):
        n = 0
        while x[n] < 5:
            n += 1
        return np.zeros(n)

    with pytest.raises((jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError, TypeError)):
        run(program, np.arange(9.0))


def test_ragged_array_that_is_asked_for_its_values():
    def program(x):
        n = 0
        while x[n] < 5:
            n += 1
        return np.fft.fft(x[:n])

    with pytest.raises(UnsupportedError, match="length is known only at run time"):
        run(program, np.arange(90.0))  # so many lengths are not written out


def test_generators_are_refused():
    def program(x):
        yield x

    with pytest.raises(UnsupportedError, match=r"program .* is a generator"):
        convert(program)


def test_checks_at_run_time():
    def program(x):
        for i in range(20):
            assert x[i % 3] >= 0, "negative"
        if x[0] > 100:
            raise ValueError("large")
        return x

    for values, expected in (([1, 2, 3], [False, False]), ([1, -2, 3], [True, False]), ([101, 2, 3], [False, True])):
        assert [bool(f) for f in run(program, np.array(values, float))[1]] == expected


def test_exceptions_leave_everything_as_it_was():
    def program(x):
        for i in range(20):
            x[i] += 1
            if i * 0 == 0:
                x[i] *= 2
            undefined_name  # noqa: F821
        return x

    x = npbridge.array(np.arange(20.0))
    for run_it in (npbridge.jit(program), npbridge.grad(lambda x: program(x).sum())):
        with pytest.raises(NameError) as info:
            run_it(x)
        assert place(info.value) == "undefined_name  # noqa: F821"
    np.testing.assert_array_equal(np.asarray(x), np.arange(20.0))
    assert not x._buffer.traced


def test_write_to_a_view_that_a_loop_chose():
    def program(a):
        for i in range(20):
            row = a[i % 3]
        row += 1
        return a

    with pytest.raises(ControlFlowError, match="row is one array or another"):
        run(program, np.ones((3, 4)))


def test_recursion_that_a_traced_number_would_end():
    def power(x, n):
        if n == 0:
            return 1.0
        return x * power(x, n - 1)

    def program(n):
        return power(2.0, n[0])

    with pytest.raises(jax.errors.TracerBoolConversionError):
        run(program, np.array([3]))


def test_python_numbers_stay_weak():
    def program(x):
        s = 0.0
        for i in range(20):
            s += i / 2
            x[i % 3] += i
        return x * i, x * s, i, s

    plain = np.ones(3, np.float32)
    expected = program(plain.copy())
    result, _ = run(program, plain)
    for ours, numpys in zip(result[:2], expected[:2], strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(np.asarray(ours), numpys, rtol=1e-6)
    assert [float(x) for x in result[2:]] == [19, 95.0]


def test_folds_over_generators_are_loops():
    def program(x):
        total = sum(x[i] * x[-1 - i] for i in range(len(x)) if x[i] > 3)
        return total + max(abs(v - 5) for v in x), any(v > 500 for v in x)

    few, many = (equations(trace(program, np.arange(float(n)))[0]) for n in (20, 2000))
    assert few == many
    result, _ = run(program, np.arange(20.0))
    assert (float(result[0]), bool(result[1])) == program(np.arange(20.0))
