"""The tutorial on compilation: what it shows, check by check."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import npbridge as nb
from npbridge import Base, Variable
from npbridge._src import support_table


@pytest.fixture(autouse=True)
def _on(backend):
    """Every test runs on both backends."""


def kinds(backend, on_jax, on_numpy):
    return np.dtype(on_jax if backend == "jax" else on_numpy)


def exactly(got, expected, dtype=None):
    assert isinstance(got, nb.JaxArray)
    assert np.asarray(got).tolist() == expected
    assert dtype is None or got.dtype == dtype


# -- the basics


def test_s000_01_version():
    assert isinstance(nb.__version__, str)


def test_s000_02_use_backend_numpy():
    nb.use_backend("numpy")
    assert nb.get_backend_name() == "numpy"


def test_s000_03_default_backend():
    code = "import npbridge; print(npbridge.get_backend_name())"

    def asked(**more):
        environment = {"JAX_PLATFORMS": "cpu", **more}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        return done.stdout.strip() or done.stderr

    if nb.get_backend_name() == "jax":  # once is enough: the process is another one
        assert asked() == "jax"
    else:
        assert asked(NPBRIDGE_BACKEND="numpy") == "numpy"


def test_s000_04_use_backend_jax():
    nb.use_backend("jax")
    assert nb.get_backend_name() == "jax"
    with pytest.raises(ValueError, match=r"'jax' and 'numpy'"):
        nb.use_backend("theano")


# -- arrays


def test_s000_05_zeros(backend):
    exactly(nb.zeros((10, 3)), [[0.0] * 3] * 10, kinds(backend, "float32", "float64"))


def test_s000_06_arange(backend):
    exactly(nb.arange(10), list(range(10)), kinds(backend, "int32", "int64"))


def test_s000_07_array(backend):
    exactly(nb.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], kinds(backend, "int32", "int64"))


def test_s000_08_max(backend):
    largest = nb.max(nb.array([[1, 2], [3, 4]]))
    assert largest == 4
    assert largest.dtype == kinds(backend, "int32", "int64")


def test_s000_09_repeat():
    exactly(nb.repeat(nb.array([[1, 2], [3, 4]]), 2), [1, 1, 2, 2, 3, 3, 4, 4])


def test_s000_10_repeat_along_an_axis():
    exactly(nb.repeat(nb.array([[1, 2], [3, 4]]), 2, axis=1), [[1, 1, 2, 2], [3, 3, 4, 4]])


def test_s000_11_random(backend):
    x = nb.random.random((3, 5))
    assert isinstance(x, nb.JaxArray)
    assert x.shape == (3, 5)
    assert x.dtype == kinds(backend, "float32", "float64")
    assert bool((x >= 0).all() and (x < 1).all())


def test_s000_12_normal():
    x = nb.random.normal(loc=0.0, scale=2.0, size=(2, 5))
    assert isinstance(x, nb.JaxArray)
    assert x.shape == (2, 5)
    assert bool(np.isfinite(x).all())


SHOWN_Y = [
    [1.4749131, 0.6137249, -0.70614064, 2.148907, -0.10390168],
    [-0.11172882, -2.085571, -2.9504242, 1.7263914, 3.2560937],
]
SHOWN_PRODUCT = [
    [1.2514555, -3.5574172, -6.606989, 5.60169, 6.4082856],
    [3.9778242, -6.5011096, -13.920118, 13.352286, 12.71267],
]


def test_s000_13_dot():
    y = nb.array(np.array(SHOWN_Y, np.float32))
    np.testing.assert_allclose(nb.dot(nb.array([[1, 2], [3, 4]]), y), SHOWN_PRODUCT, rtol=1e-5)


def test_s000_14_eig(backend):
    result = nb.linalg.eig(nb.array([[1, 2], [3, 4]]))
    assert isinstance(result, tuple)
    w, v = result
    order = np.argsort(np.asarray(w).real)
    np.testing.assert_allclose(np.asarray(w)[order], [-0.37228107, 5.3722816], rtol=1e-5)
    shown = [[-0.8245648, -0.41597357], [0.56576747, -0.9093767]]
    np.testing.assert_allclose(np.asarray(v)[:, order], shown, rtol=1e-5)
    if backend == "jax":
        assert w.dtype == v.dtype == np.complex64


def test_s000_15_fft(backend):
    result = nb.fft.fft(nb.exp(2j * nb.pi * nb.arange(8) / 8))
    np.testing.assert_allclose(result, [0, 8, 0, 0, 0, 0, 0, 0], atol=1e-6)
    assert isinstance(result, nb.JaxArray)
    assert result.dtype == kinds(backend, "complex64", "complex128")


def test_s000_16_ifft():
    np.testing.assert_allclose(nb.fft.ifft(nb.array([0, 4, 0, 0])), [1, 1j, -1, -1j], atol=1e-6)


def test_s000_17_comparison_table(backend, tmp_path, capsys):
    page = Path(nb.__file__).parents[1] / "docs" / "reference" / "support.md"
    table = page.read_text(encoding="utf-8")
    assert "| name | `'jax'` | `'numpy'`" in table
    for name in ("repeat", "dot", "eig", "ifft"):
        assert re.search(rf"^\| `{name}` \| native", table, re.MULTILINE), name
    if backend == "numpy":
        stale = tmp_path / "support.md"
        stale.write_text(table.replace("`ifft`", "`ift`"), encoding="utf-8")
        assert support_table.main(["--check", "--output", str(stale)]) == 1
        assert "is stale" in capsys.readouterr().err


# -- functions


def gelu(x):
    sqrt = nb.sqrt(2 / nb.pi)
    cdf = 0.5 * (1.0 + nb.tanh(sqrt * (x + 0.044715 * (x**3))))
    y = x * cdf
    return y


def plain_gelu(x):
    return x * (0.5 * (1.0 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


def test_s000_18_gelu():
    values = np.random.default_rng(0).random(100_000)
    x = nb.array(values)
    compiled = nb.jit(gelu)(x)
    np.testing.assert_allclose(compiled, gelu(x), rtol=1e-5)
    np.testing.assert_allclose(compiled, plain_gelu(values), rtol=1e-5)


def test_s000_19_one_compiled_function_on_both_backends(backend):
    other = "numpy" if backend == "jax" else "jax"
    compiled = nb.jit(gelu)
    values = np.random.default_rng(0).random(1000)
    first = np.asarray(compiled(nb.array(values)))
    nb.use_backend(other)
    np.testing.assert_allclose(compiled(nb.array(values)), first, rtol=1e-5)


# -- objects


class LogisticRegression(Base):
    def __init__(self, dimension):
        super(LogisticRegression, self).__init__()  # noqa: UP008  as the tutorial has it
        # parameters
        self.dimension = dimension
        # variables
        self.w = Variable(2.0 * nb.ones(dimension) - 1.3)

    def __call__(self, X, Y):
        u = nb.dot(((1.0 / (1.0 + nb.exp(-Y * nb.dot(X, self.w))) - 1.0) * Y), X)
        self.w[:] = self.w - u


def points_and_labels(num_dim=10, num_points=500):
    rng = np.random.default_rng(1)
    return rng.random((num_points, num_dim)), rng.random(num_points)


def descended(points, labels, steps):
    w = np.full(points.shape[1], 0.7)
    for _ in range(steps):
        w = w - np.dot((1.0 / (1.0 + np.exp(-labels * np.dot(points, w))) - 1.0) * labels, points)
    return w


def test_s000_20_logistic_regression_without_jit():
    lr = LogisticRegression(10)
    np.testing.assert_allclose(lr.w, np.full(10, 0.7), rtol=1e-6)
    points, labels = points_and_labels()
    held = lr.w
    for _ in range(3):
        lr(nb.array(points), nb.array(labels))
    assert lr.w is held
    np.testing.assert_allclose(lr.w, descended(points, labels, 3), rtol=1e-5)


def trains_as_the_plain_run_does(lr, compiled):
    assert callable(compiled)
    points, labels = points_and_labels()
    held = lr.w
    for step in range(1, 4):
        assert compiled(nb.array(points), nb.array(labels)) is None
        np.testing.assert_allclose(lr.w, descended(points, labels, step), rtol=1e-5)
    assert lr.w is held


def test_s000_21_logistic_regression_compiled():
    lr = LogisticRegression(10)
    trains_as_the_plain_run_does(lr, nb.jit(lr))


def test_s000_22_logistic_regression_in_parallel():
    lr = LogisticRegression(10)
    trains_as_the_plain_run_does(lr, nb.jit(lr, parallel=True))


class Demo1(Base):
    def __init__(self):
        super(Demo1, self).__init__()  # noqa: UP008
        self.a = 1.0

    def update(self, b):
        self.a = b


class Demo2(Base):
    def __init__(self):
        super(Demo2, self).__init__()  # noqa: UP008
        self.a = nb.Variable(1.0)

    def update(self, b):
        self.a = b


class Demo3(Base):
    def __init__(self):
        super(Demo3, self).__init__()  # noqa: UP008
        self.a = nb.Variable(1.0)

    def update(self, b):
        self.a[...] = b


def test_s000_23_what_is_no_variable_stays(capsys):
    d1 = Demo1()
    with pytest.warns(UserWarning, match=r"\.a.*Variable"):
        nb.jit(d1.update)(2.0)
    sys.stdout.write(f"{d1.a}\n")
    assert capsys.readouterr().out == "1.0\n"


def test_s000_24_shown_code(backend, capsys):
    compiled = nb.jit(Demo2().update, show_code=True)
    if backend == "jax":
        compiled(2.0)  # the jaxpr depends on what it is given
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    if backend == "jax":
        text = "\n".join(lines)
        assert "def update(" in text
        assert "lambda" in text and "let" in text, "there is no jaxpr"
        return
    header = ["The recompiled function:", "-" * 25]
    namespace = ["The namespace of the above function:", "-" * 36]
    assert lines[:8] == [*header, "def update(b, Demo20_a=None):", "Demo20_a = b", *namespace, "{}", header[0]]
    assert lines[8:11] == [header[1], "def new_update(b):", "return update(b, Demo20_a=Demo20.a.value,)"]
    assert lines[11:13] == namespace
    assert re.fullmatch(r"\{'Demo20': <\S*Demo2 object at 0x[0-9a-f]+>,", lines[13])
    assert re.fullmatch(r"'update': CPUDispatcher\(<function update at 0x[0-9a-f]+>\)\}", lines[14])
    assert len(lines) == 15


def test_s000_25_name_and_signature():
    compiled = nb.jit(Demo2().update)
    assert repr(compiled) == "<function new_update(b)>"
    assert str(inspect.signature(compiled)) == "(b)"


@pytest.mark.parametrize("run", [lambda f: f, nb.jit], ids=["plain", "compiled"])
def test_s000_26_assigning_to_a_variable_writes_into_it(run):
    d2 = Demo2()
    held = d2.a
    for b in (2.0, 3.0):
        run(d2.update)(b)
        assert d2.a is held
        assert type(held) is nb.Variable
        assert float(held) == b


def test_s000_27_writing_in_place(backend):
    d3 = Demo3()
    nb.jit(d3.update)(2.0)
    assert repr(d3.a) == ("Variable(2., dtype=float32)" if backend == "jax" else "Variable(2.)")


class Inner(Base):
    def __init__(self):
        self.gain = 2.0
        self.x = Variable(nb.zeros(2))

    def step(self, u):
        self.x = self.x + self.gain * u
        return self.x.sum()


class Outer(Base):
    def __init__(self):
        self.one = Inner()
        self.more = [Inner(), Inner()]

    def step(self, u):
        total = self.one.step(u)
        for inner in self.more:
            total = total + inner.step(2 * u)
        return total


def test_s000_28_constants_variables_nested_objects():
    outer = Outer()
    step = nb.jit(outer.step)
    assert float(step(1.0)) == 2 * 2 + 2 * (2 * 4)
    outer.one.x[...] = 10.0  # read again at each call
    assert float(step(1.0)) == 2 * 12 + 2 * (2 * 8)
    outer.more[1].gain = 0.0  # a constant, with a guard
    assert float(step(1.0)) == 2 * 14 + 2 * 12 + 2 * 8


# -- in-place operators


def test_s000_29_indexing_keeps_the_identity():
    v = nb.arange(10)
    known = id(v)
    v[0] = 1
    v[1:2] = 1
    v[[1, 3]] = 2
    assert v.tolist() == [1, 2, 2, 2, 4, 5, 6, 7, 8, 9]
    v[:] = 0
    assert v.tolist() == [0] * 10
    v[...] = nb.arange(10)
    assert v.tolist() == list(range(10))
    assert id(v) == known


def test_s000_30_augmented_assignment_keeps_the_identity(backend):
    v = nb.arange(10)
    known = id(v)
    v += 1
    v *= 2
    r = nb.random.randint(0, 2, 10)
    v |= r
    v **= 2.0
    v >>= 2
    assert id(v) == known
    k, bit = np.arange(1, 11), np.asarray(r)
    assert v.tolist() == (k * k + k * bit).tolist()
    assert v.dtype == kinds(backend, "int32", "int64")


def test_s000_31_the_other_operators_keep_the_identity():
    v = nb.arange(10) + 5
    known = id(v)
    v -= 1
    v //= 2
    v %= 5
    v &= 3
    v ^= 1
    v <<= 2
    assert id(v) == known
    expected = ((((np.arange(10) + 4) // 2) % 5) & 3 ^ 1) << 2
    assert v.tolist() == expected.tolist()
    w = nb.ones(3)
    known = id(w)
    w /= 4
    assert id(w) == known
    assert w.tolist() == [0.25] * 3


def test_s000_32_native_control_flow():
    def program():
        arr = nb.zeros(5)
        for i in range(arr.shape[0]):
            arr[i] += 2.0
            if i % 2 == 0:
                arr[i] += 1.0
        return arr

    assert nb.jit(program)().tolist() == [3, 2, 3, 2, 3]
