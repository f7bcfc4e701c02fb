"""How functions of a library are made borders: on a library that is made up, and on JAX's."""

from __future__ import annotations

import functools
import gc
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge._src.adapters import borders, extensions, jaxs
from npbridge._src.ground.compat import IMMUTABLE

BACKENDS = ("jax", "numpy")


def kind(x):
    return type(x).__name__


def made_up():
    """A library whose functions tell of what kinds their arguments are."""

    class Base:
        def inherited(self, x):
            return kind(x)

    class Holder(Base):
        def __init__(self, x):
            self.kept = kind(x)

        def __getitem__(self, index):
            return kind(index)

        def method(self, x, by=None):
            return kind(x), kind(by)

        @classmethod
        def of(cls, x):
            return kind(x)

        @staticmethod
        def plain(x):
            return kind(x)

        @property
        def value(self):
            return self.kept

        @value.setter
        def value(self, new):
            self.kept = kind(new)

        def _private(self, x):
            return kind(x)

    class Compiled:
        def __init__(self, function):
            functools.update_wrapper(self, function)
            self.function = function

        def __call__(self, *args):
            return self.function(*args)

    library = types.ModuleType("made_up")
    for made in (Base, Holder):
        made.__module__ = "made_up"
    library.Base, library.Holder = Base, Holder
    library.other = types.SimpleNamespace
    library.function = lambda *args, **kwargs: (*map(kind, args), *map(kind, kwargs.values()))
    library.inside = lambda tree: [kind(x) for x in tree]
    library.compiled = Compiled(lambda x: kind(x))
    library._private = lambda x: kind(x)
    return library


@pytest.fixture
def library():
    found = made_up()
    borders.adapting(("**",), borders.handing_ndarrays)(found)
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_functions_are_handed_ndarrays(library, backend):
    with npbridge.backend(backend):
        x = npbridge.arange(3)
        assert library.function(x, 1, by=x) == ("ndarray", "int", "ndarray")
        assert library.inside([x, "a", (x,)]) == ["ndarray", "str", "tuple"]
        assert library.compiled(x) == "ndarray"
        assert library._private(x) == "JaxArray"


@pytest.mark.parametrize("backend", BACKENDS)
def test_methods_and_attributes_are_handed_ndarrays(library, backend):
    with npbridge.backend(backend):
        x = npbridge.arange(3)
        holder = library.Holder(x)
        assert holder.kept == holder[x] == holder.inherited(x) == "ndarray"
        assert holder.method(x, by=x) == ("ndarray", "ndarray")
        assert library.Holder.of(x) == library.Holder.plain(x) == "ndarray"
        holder.value = 1
        assert holder.value == "int"
        holder.value = x
        assert holder.value == "ndarray"
        assert holder._private(x) == "JaxArray"


def test_what_is_handed_over_is_the_memory_of_the_array():
    library = types.ModuleType("made_up")
    library.fill = lambda x: x.fill(7)
    borders.adapting(("fill",), borders.handing_ndarrays)(library)
    x = npbridge.zeros(2)
    library.fill(x)
    assert x.tolist() == [7, 7]


def test_rows_of_another_version_of_a_library_are_left_out(library):
    borders.adapting(("missing", "Missing.*", "Holder.missing"), borders.handing_ndarrays)(library)
    assert not hasattr(library, "missing") and not hasattr(library.Holder, "missing")


def test_classes_of_other_libraries_stay_as_they_are(library):
    assert library.other is types.SimpleNamespace
    assert not any(hasattr(x, "__npbridge_border__") for x in vars(types.SimpleNamespace).values())


# -- JAX's values


def test_trees_keep_what_is_not_ours():
    tree = {"a": [1, "text", None], "b": np.ones(2)}
    assert jaxs.values(tree) is tree
    found = jaxs.values({"a": npbridge.arange(2), "b": None})
    assert isinstance(found["a"], (jax.Array, np.ndarray)) and found["b"] is None


def test_a_function_has_one_form():
    def f(x):
        return x

    assert jaxs.giving_values(f) is jaxs.giving_values(f)
    assert jaxs.giving_values(f).__name__ == "f"


@pytest.mark.parametrize("backend", BACKENDS)
def test_functions_of_a_library_are_its_own_inside_of_it(backend):
    seen = []
    inner = jaxs.handing_values(lambda f, x: seen.append((f, kind(x))))

    def own(x):
        return x

    outer = jaxs.handing_values(lambda x: inner(own, x))
    with npbridge.backend(backend):
        outer(npbridge.arange(2))
        assert seen[0][0] is own and seen[0][1] != "JaxArray"
        inner(own, npbridge.arange(2))
        assert seen[1][0] is not own


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("transform", ["jacfwd", "jacrev", "hessian"])
def test_jacobians_of_functions_of_our_arrays(backend, transform):
    kinds = []

    def f(p):
        kinds.append(kind(p["a"]))
        return np.sin(p["a"]) * p["b"]

    with npbridge.backend(backend):
        point = {"a": npbridge.asarray(np.float32([1, 2])), "b": jnp.float32(2)}
        found = getattr(jax, transform)(f)(point)
        expected = getattr(jax, transform)(lambda p: jnp.sin(p["a"]) * p["b"])({**point, "a": jnp.float32([1, 2])})
    assert set(kinds) == {"JaxArray"}
    jax.tree.map(np.testing.assert_allclose, found, expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_of_functions_that_give_our_scalars(backend):
    with npbridge.backend(backend):
        x = npbridge.asarray(np.float32([1, 2]))
        value, found = jax.value_and_grad(lambda v: (np.sin(v) ** 2).sum())(x)
        out, back = jax.vjp(lambda v: np.sin(v), x)
        (cotangent,) = back(npbridge.ones(2, dtype=np.float32))
    assert float(value) == pytest.approx(float((np.sin([1, 2]) ** 2).sum()))
    np.testing.assert_allclose(np.asarray(found), np.sin([2, 4]), rtol=1e-5)
    np.testing.assert_allclose(np.asarray(cotangent), np.cos([1, 2]), rtol=1e-5)
    np.testing.assert_allclose(np.asarray(out), np.sin([1, 2]), rtol=1e-5)


def test_what_pulls_cotangents_back_is_a_tree():
    """As with JAX itself, it can be handed through ``jax.jit``."""
    x = jax.numpy.ones(3)
    _, back = jax.vjp(jax.numpy.sin, x)
    (pulled,) = jax.jit(lambda back, c: back(c))(back, x)
    np.testing.assert_allclose(np.asarray(pulled), np.cos(np.ones(3)), rtol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_loops_whose_condition_is_an_array_of_ours(backend):
    with npbridge.backend(backend):
        x = npbridge.asarray(np.float32([1, 2]))
        found = jax.lax.while_loop(lambda v: (v < 10).all(), lambda v: v * 2, x)
    assert np.asarray(found).tolist() == [8, 16]


# -- modules in C


def test_functions_of_several_types_keep_their_forms():
    algos = pytest.importorskip("pandas._libs.algos")
    plain = vars(algos)["is_monotonic"]
    function = plain if isinstance(plain, extensions.Fused) else extensions.Fused(plain)
    with npbridge.backend("numpy"):
        x = npbridge.arange(3.0)
        assert function(x, False)[0] and function["float64_t"](x, False)[0]
    assert function.__name__ == "is_monotonic" and function.__doc__ == plain.__doc__


def test_modules_that_cython_compiled_are_handed_ndarrays():
    pytest.importorskip("pandas")
    from pandas._libs import algos

    copy = types.ModuleType("pandas._libs.algos")
    vars(copy).update(vars(algos))
    extensions.adapt(copy)
    with npbridge.backend("numpy"):
        x = npbridge.asarray([2.0, 1.0, 3.0])
        assert copy.kth_smallest(np.array(x), 1) == copy.kth_smallest(x, 1) == 2


def test_modules_that_know_our_arrays_stay_as_they_are():
    from numpy.random import mtrand

    copy = types.ModuleType("numpy.random.mtrand")
    vars(copy).update(vars(mtrand))
    before = dict(vars(copy))
    extensions.adapt(copy)
    assert vars(copy) == before


def test_methods_of_classes_in_c_are_handed_ndarrays():
    """SciPy's factors are of a class that Python does not let change."""
    linalg = pytest.importorskip("scipy.sparse.linalg")
    from scipy.sparse import csc_array

    matrix = csc_array(np.array([[4.0, 1.0], [1.0, 3.0]]))
    assert linalg.SuperLU.__flags__ & IMMUTABLE
    with npbridge.backend("numpy"):
        b = npbridge.asarray([1.0, 2.0])
        expected = linalg.splu(matrix).solve(np.array([1.0, 2.0]))
        assert linalg.splu(matrix).solve(b).tolist() == expected.tolist()
        assert linalg.factorized(matrix)(b).tolist() == expected.tolist()


def test_what_is_known_at_run_time_only_stays_ours():
    """Code of a library that goes by NumPy's protocols is compiled."""

    def energy(x, k=1.0):
        return np.sum(np.square(x)) * k

    bordered = borders.border(energy, borders.handing_ndarrays)

    @npbridge.jit(backend="jax")
    def step(x):
        x += 1
        return bordered(x, k=x[0])

    with npbridge.backend("jax"):
        for n in range(1, 4):
            assert step(npbridge.full(3, n - 1.0)) == 3 * n**2 * n
            assert kind(bordered(npbridge.ones(3))) == "float32" or jax.config.jax_enable_x64


def test_the_backend_of_einops_stays():
    backends = pytest.importorskip("einops._backends")
    gc.collect()
    assert "NpbridgeBackend" in {kind.__name__ for kind in backends.NumpyBackend.__subclasses__()}
