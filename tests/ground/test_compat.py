"""The private names of other libraries are there, and mean what is thought of them."""

import ast
import ctypes
import operator
import pickle
import re
import sys
import threading
from pathlib import Path

import jax
import jax.numpy as jnp
import numba
import numpy as np
import pytest
from numba.core.caching import NullCache

import npbridge
from npbridge._src.backends.loops.inner_loops import inner_loop
from npbridge._src.ground import compat

ROOT = Path(npbridge.__file__).parent


# -- CPython


def test_frames():
    def here():
        return compat.frame_above(1).f_code.co_name

    assert here() == "test_frames"


def test_threads_are_counted():
    before = compat.other_threads()
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert compat.other_threads() == before + 3
    stop.set()
    for thread in threads:
        thread.join()


def test_methods_of_classes_in_c_can_be_set():
    kind = np.random.SFC64
    assert kind.__flags__ & compat.IMMUTABLE
    flags = kind.__flags__
    try:
        assert compat.set_in_class(kind, "jumped", lambda self: 7)
        assert kind(1).jumped() == 7 and kind.__flags__ == flags
        with pytest.raises(TypeError):
            kind.jumped = None
    finally:
        compat.set_in_class(kind, "jumped", None)


def test_concatenation_is_refused_as_of_ndarrays():
    class Kind(npbridge.JaxArray):
        pass

    for x in (npbridge.ones(2), npbridge.Variable(np.ones(2)), Kind([1.0])):
        for join in (operator.concat, operator.iconcat):
            with pytest.raises(TypeError, match="Concatenation operation is not implemented for NumPy arrays"):
                join(x, x)
        with pytest.raises(TypeError):
            operator.concat([1.0], x)
        assert ([1.0] + x).tolist() == [2.0] * len(x) and (x + x).sum() == 2 * len(x)


# -- NumPy


def test_no_value_is_what_numpy_leaves_out():
    x = np.arange(3.0)
    assert np.sum(x, initial=compat.NO_VALUE) == 3.0
    with pytest.raises(ValueError, match="identity"):
        np.max(x[:0], initial=compat.NO_VALUE)
    assert pickle.loads(pickle.dumps(compat.NO_VALUE)) is compat.NO_VALUE


def test_clip_is_a_ufunc():
    assert isinstance(compat.CLIP, np.ufunc) and compat.CLIP.nin == 3
    np.testing.assert_array_equal(compat.CLIP(np.arange(4), 1, 2), [1, 1, 2, 2])


def test_the_error_of_a_cast_to_out():
    with pytest.raises(compat.UFuncOutputCastingError) as raised:
        np.add(1.5, 1, out=np.zeros((), int))
    error = compat.UFuncOutputCastingError(np.add, "same_kind", np.dtype(float), np.dtype(int), 0)
    assert str(error) == str(raised.value) and isinstance(error, TypeError)


def test_numpy_converts_arrays_by_a_class_that_can_be_replaced():
    conversion = compat.ARRAY_CONVERTER([1, 2], 3.0)
    assert len(conversion) == 2 and np.array_equal(conversion[0], [1, 2])
    assert np.lib._function_base_impl._array_converter is compat.ARRAY_CONVERTER


def test_where_the_elements_of_an_array_are():
    class Kind(np.ndarray):
        pass

    a = np.arange(6.0).reshape(2, 3)
    for x in (
        a,
        a[1:, ::-1],
        a.view(Kind),
        np.array(1.0),
        np.empty(0),
        np.ones(3, ">i2"),
        np.broadcast_to(a, (4, 2, 3)),
    ):
        assert ctypes.c_void_p.from_address(id(x) + compat.DATA_OF_ARRAY).value == x.ctypes.data


@pytest.mark.parametrize("ufunc", [np.exp, np.tanh, np.power, np.arctan2, np.cbrt])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_inner_loops_of_a_ufunc(ufunc, dtype):
    args = [np.linspace(0.1, 0.9, 21, dtype=dtype) + k for k in range(ufunc.nin)]
    found = inner_loop(ufunc, np.dtype(dtype).char * (ufunc.nin + 1))
    assert found is not None
    address, data = found
    out, n = np.empty_like(args[0]), ufunc.nin + 1
    loop = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(address)
    places = (ctypes.c_void_p * n)(*(x.ctypes.data for x in (*args, out)))
    steps = (ctypes.c_ssize_t * n)(*[out.itemsize] * n)
    loop(places, ctypes.byref(ctypes.c_ssize_t(out.size)), steps, data)
    np.testing.assert_array_equal(out, ufunc(*args))


def test_inner_loops_are_told_by_their_types():
    types = [t.replace("->", "") for t in np.add.types]
    of_numbers = [t for t in types if not set(t) - set("bhilqfd")]
    found = {t: inner_loop(np.add, t) for t in of_numbers}
    assert all(found.values()) and inner_loop(np.exp, "ll") is None
    assert len({found[t] for t in ("bbb", "fff", "ddd")}) == 3


# -- JAX


def test_unused_parts_of_a_jaxpr_go():
    closed = jax.make_jaxpr(lambda x, y: (x + 1, y * 2))(1.0, 2.0)
    jaxpr, used = compat.dce_jaxpr(closed.jaxpr, [True, False])
    assert len(jaxpr.eqns) == 1 and list(used) == [True, False]


def test_numbers_that_are_known_while_tracing_are_seen():
    seen = []

    def f(x):
        seen.extend(map(compat.known_number, (jax.numpy.asarray(3), x, 2.5)))
        return x

    jax.make_jaxpr(f)(1.0)
    assert seen[0] == 3 and isinstance(seen[0], np.integer)
    assert isinstance(seen[1], jax.core.Tracer) and seen[2] == 2.5


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("make", [npbridge.asarray, npbridge.Variable])
def test_primitives_of_jax_take_our_arrays(backend, make):
    with npbridge.backend(backend):
        x = make(np.float32([3, 1, 2]))
        assert jax.lax.sort(x).tolist() == [1, 2, 3]
        assert jax.jit(lambda: jax.lax.add(x, np.float32(1)))().tolist() == [4, 2, 3]
        traced = jax.jit(lambda v: jax.lax.add(v, v * 2))(x)
        assert np.asarray(traced).tolist() == [9, 3, 6]


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_indices_of_jax_may_be_our_arrays(backend):
    with npbridge.backend(backend):
        some, mask = npbridge.asarray([2, 0]), npbridge.asarray([True, False, True])
        assert jnp.arange(3.0)[some].tolist() == [2, 0]
        assert jnp.arange(3.0)[mask].tolist() == [0, 2]
        assert jnp.arange(6.0).reshape(2, 3)[0, some].tolist() == [2, 0]
        assert jnp.zeros(3).at[some].set(npbridge.asarray([5.0, 6.0])).tolist() == [6, 0, 5]
        assert jax.jit(lambda v: jnp.arange(3.0)[v])(some).tolist() == [2, 0]


def test_jax_names_the_platform_of_an_array():
    assert compat.platform_of(jax.numpy.ones(2)) == "cpu"


def test_how_much_jax_compiled_of_a_function():
    twice = jax.jit(lambda x: 2 * x)
    for n in (3, 4, 4):
        twice(np.ones(n, np.float32))
    assert compat.forms_of(twice) == 2
    twice.clear_cache()
    assert compat.forms_of(twice) == 0 and compat.forms_of(len) > 2


def test_whether_jax_traces_is_known():
    seen = []
    jax.jit(lambda x: seen.append((compat.trace_state_clean(), compat.current_trace())))(1.0)
    assert compat.trace_state_clean() and not seen[0][0]
    assert compat.current_trace() is not None and seen[0][1] is not compat.current_trace()


def test_whether_jax_has_64_bits():
    with jax.enable_x64(True):
        assert compat.x64.value is True
        with jax.enable_x64(False):
            assert compat.x64.value is False
            with compat.wide():
                assert compat.x64.value is True and jnp.ones(1).dtype == np.float64
            assert compat.x64.value is False
        with compat.wide():
            assert compat.x64.value is True


def test_nobody_is_told_where_the_state_is_silent():
    with np.errstate(all="raise"):
        token = compat.set_float_state(compat.SILENT)
        assert np.isinf(np.ones(1) / np.zeros(1))
        compat.reset_float_state(token)
        with pytest.raises(FloatingPointError):
            np.ones(1) / np.zeros(1)


def test_tracebacks_are_whole():
    def inner(x):
        raise ValueError("of the user's")

    with compat.whole_tracebacks(), pytest.raises(ValueError, match="of the user's") as raised:
        jax.jit(inner)(1.0)
    assert any("jax" in Path(str(entry.path)).parts for entry in raised.traceback)


def test_whether_jax_was_used():
    jnp.zeros(1).block_until_ready()
    assert compat.jax_was_used()


# -- Numba


def test_the_state_of_numbas_random_numbers():
    @numba.njit
    def seeded():
        np.random.seed(7)
        return 0

    seeded()
    key = (ctypes.c_uint * 624).from_address(compat.legacy_random_state() + ctypes.sizeof(ctypes.c_int))
    np.testing.assert_array_equal(np.array(key), np.random.RandomState(7).get_state()[1])


def test_the_cache_of_a_dispatcher():
    kernel = numba.njit(lambda x: x + 1)

    class Cache(NullCache):
        asked = 0

        def load_overload(self, sig, target_context):
            Cache.asked += 1

    compat.set_cache(kernel, Cache())
    assert kernel(1) == 2 and Cache.asked == 1


def test_how_arrays_are_unboxed_is_known():
    assert callable(compat.numba_unboxers()[numba.types.Array])


# -- and nowhere else

PRIVATE = re.compile(
    r"\b(np|numpy)\._(?!_)\w|jax\._src|jax\.interpreters|from (numba|numpy)[\w.]* import (.*\b)?_\w|"
    r"sys\._(?!current_frames)|_thread\._|\bdispatcher\._(?!pending)\w|numba\.[\w.]*\._\w"
)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_private_names_stand_in_one_file(path):
    if path.name == "compat.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.Attribute, ast.Import, ast.ImportFrom)):
            assert not PRIVATE.search(ast.unparse(node)), f"{path.name}:{node.lineno} {ast.unparse(node)}"


def test_python_is_one_that_is_known():
    assert sys.version_info >= (3, 11)
