"""What jit takes, and what a compiled function says of itself."""

from __future__ import annotations

import copy
import functools
import gc
import inspect
import pickle
import weakref

import numpy as np
import pytest

import npbridge
from npbridge import jit
from npbridge.errors import UnsupportedError


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with npbridge.backend(request.param):
        yield request.param


@pytest.fixture
def on_jax():
    with npbridge.backend("jax"):
        yield


def ones(n=2):
    return npbridge.array(np.ones(n, np.float32))


@jit
def doubled(x):
    """Twice as much."""
    return x * 2


class Model:
    def __init__(self, start=1.0):
        self.w = ones() * start

    @jit
    def add(self, x):
        self.w += x
        return self.w.sum()

    @staticmethod
    @jit
    def inner_static(x):
        return x * 2

    @jit
    @staticmethod
    def outer_static(x):
        return x * 3

    @classmethod
    @jit
    def inner_class(cls, x):
        return x * 4

    @jit
    @classmethod
    def outer_class(cls, x):
        return x * 5


class Slotted:
    __slots__ = ("w",)

    def __init__(self):
        self.w = ones()

    @jit
    def add(self, x):
        self.w += x
        return self.w.sum()


class Holder:
    def __init__(self):
        self.w = ones()
        self.run = jit(self.step)

    def step(self, x):
        self.w += x
        return self.w.sum()


class Callable:
    def __call__(self, x):
        if x[0] > 0:
            return x * 2
        return x


# -- what it takes


def test_kinds_of_callables(backend):
    x = ones()
    assert jit(lambda x: x + 1)(x).tolist() == [2, 2]
    assert jit(Callable())(x).tolist() == [2, 2]
    np.testing.assert_allclose(np.asarray(jit(np.exp)(x)), np.exp([1, 1]), rtol=1e-6)
    assert jit(np.sum)(x) == 2
    assert jit(jit(doubled))(x).tolist() == [2, 2]


def test_partial_functions(on_jax):
    compiled = jit(functools.partial(lambda a, x: a * x, 3.0))
    assert compiled(ones()).tolist() == [3, 3] and compiled.__name__ == "<lambda>"


def test_static_and_class_methods(on_jax):
    for model in (Model, Model()):
        assert model.inner_static(2.0) == 4 and model.outer_static(2.0) == 6
        assert model.inner_class(2.0) == 8 and model.outer_class(2.0) == 10


def test_compiled_functions_call_each_other(on_jax):
    @jit
    def outer(x):
        for _ in range(10):
            x = doubled(x)
        return x

    assert outer(ones()).tolist() == [1024, 1024]


def test_objects_and_functions_as_arguments(on_jax):
    factor = [2.0]

    def scale(x):
        return x * factor[0]

    compiled = jit(lambda f, model, x: f(model.w) + x)
    one, two = Model(), Model(10.0)
    assert compiled(scale, one, 1.0).tolist() == [3, 3]
    assert compiled(scale, two, 1.0).tolist() == [21, 21]
    factor[0] = 3.0
    assert compiled(scale, one, 1.0).tolist() == [4, 4]


@pytest.mark.parametrize(
    "text", ["def f(x):\n    yield x", "async def f(x):\n    return x", "async def f(x):\n    yield x"]
)
def test_generators_and_coroutines_are_refused_at_once(text):
    names: dict = {}
    exec(text, names)
    with pytest.raises(UnsupportedError, match=r"f \(<string>:1\) is a"):
        jit(names["f"])


@pytest.mark.parametrize("what", [3, "f", Model])
def test_what_cannot_be_called_is_refused(what):
    with pytest.raises(TypeError, match="jit takes a function"):
        jit(what)


def test_the_backend_is_that_of_the_call():
    compiled = jit(lambda x: np.tanh(x) * 2)
    for name in ("jax", "numpy", "jax"):
        with npbridge.backend(name):
            assert npbridge.get_backend_name() == name
            np.testing.assert_allclose(np.asarray(compiled(ones())), 2 * np.tanh([1, 1]), rtol=1e-6)


def test_a_backend_of_its_own():
    for active, own in (("jax", "numpy"), ("numpy", "jax")):
        with npbridge.backend(active):
            np.testing.assert_allclose(
                np.asarray(jit(lambda x: np.exp(x) * 2, backend=own)(ones())), 2 * np.exp([1, 1]), rtol=1e-6
            )


# -- instances


def test_methods_of_instances_are_collected_with_them(on_jax):
    model = Model()
    assert model.add(1.0) == 4
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert Model(5.0).add(1.0) == 12


def test_instances_without_a_dict(on_jax):
    one, two = Slotted(), Slotted()
    assert one.add(1.0) == 4 and two.add(2.0) == 6 and one.add(1.0) == 6
    assert one.w.tolist() == [3, 3]


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_instances_compile_for_themselves(on_jax, make):
    model = Model()
    model.add(1.0)
    other = make(model)
    other.w = ones() * 10
    assert other.add(1.0) == 22
    assert model.w.tolist() == [2, 2]


@pytest.mark.parametrize("make", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_what_holds_a_compiled_method(on_jax, make):
    holder = Holder()
    holder.run(1.0)
    other = make(holder)
    other.run(1.0)
    assert holder.w.tolist() == [2, 2] and other.w.tolist() == [3, 3]


def test_pickles_and_copies_of_functions():
    assert pickle.loads(pickle.dumps(doubled)) is doubled
    assert copy.copy(doubled) is doubled and copy.deepcopy(doubled) is doubled


# -- what it says


def test_name_documentation_signature():
    assert doubled.__name__ == "doubled" and doubled.__doc__ == "Twice as much."
    assert str(inspect.signature(doubled)) == "(x)" and str(inspect.signature(Model.add)) == "(self, x)"
    assert repr(doubled) == "<function new_doubled(x)>"
    assert jit(np.exp).__name__ == "exp"


def smoothed(x, n):
    for i in range(n):
        if x[i] > 0:
            x[i] += 1
    return x


def test_show_code_on_jax(on_jax, capsys):
    compiled = jit(smoothed, show_code=True)
    compiled(ones(20), 12)
    compiled(ones(20), 12)
    text = capsys.readouterr().out
    assert text.count("The recompiled function:") == 1
    assert "for_stmt" in text and "lambda ;" in text and "while" in text


def test_show_code_on_numpy(capsys):
    with npbridge.backend("numpy"):
        compiled = jit(smoothed, show_code=True)
        compiled(ones(20), 12)
        text = capsys.readouterr().out
        compiled(ones(20), 12)
        assert not capsys.readouterr().out  # nothing new
    # at once as it is for any arguments, and once more where it is another one for these
    assert text.startswith("The recompiled function:\n") and text.count("def new_smoothed(x, n):") in (1, 2)
    assert "The namespace of the above function:" in text


def test_lower_runs_nothing(backend):
    x = ones(20)
    lowered = jit(smoothed).lower(x, 12)
    assert x.tolist() == [1] * 20
    assert "smoothed" in lowered.source
    if backend == "jax":
        assert "while" in lowered.jaxpr and "stablehlo" in lowered.stablehlo and lowered.as_text() == lowered.hlo
    else:
        assert "define" in lowered.llvm and lowered.as_text() == lowered.llvm


def test_source(backend):
    compiled = jit(smoothed)
    compiled(ones(20), 12)
    assert "def smoothed(x, n):" in compiled.source


def test_explain_says_what_became_of_each_line(on_jax):
    model = Model()

    @jit
    def program(x):
        for i in range(20):
            model.w[i % 2] += x[i]
        for name in ("a", "b"):
            x = x + len(name)
        return x

    assert "it has not been called" in program.explain()
    program(ones(20))
    program(ones(30))
    text = program.explain().splitlines()
    assert text[0] == "program: compiled 2 times; the last reason: x changed from float32[20] to float32[30]"
    assert any(line.startswith("takes: model.w, float32[2]") for line in text)
    at = next(i for i, line in enumerate(text) if "for i in range(20):" in line)
    assert "^ a loop of 20 iterations" in text[at + 1] and "model.w" in text[at + 1]


def test_cache_info_and_clear_cache(on_jax):
    compiled = jit(lambda x: x + 1)
    for n in (2, 3, 3):
        compiled(ones(n))
    assert compiled.cache_info()["compiles"] == 2 and compiled.cache_info()["entries"] == 2
    compiled.clear_cache()
    assert compiled.cache_info()["entries"] == 0
    assert compiled(ones()).tolist() == [2, 2]
