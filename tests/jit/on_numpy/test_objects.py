"""Classes as people write them: state, nesting, constants, what is written where."""

# ruff: noqa: B905

import collections
import dataclasses
import functools
import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.array.core import JaxArray
from npbridge._src.jit.shown import with_state_as_arguments

from .compare import LoweringError, compile_function, same, same_method


class Variable(JaxArray):
    __slots__ = ()
    __npbridge_variable__ = True


def variable(values):
    return Variable(np.asarray(values, dtype=float))


class LIF:
    def __init__(self, size=5):
        self.size = size
        self.tau, self.rest, self.reset, self.threshold = 10.0, -65.0, -70.0, -50.0
        self.v = np.full(size, -65.0)
        self.spike = np.zeros(size, dtype=bool)
        self.refractory = np.zeros(size)

    def derivative(self, v, current):
        return (self.rest - v + current) / self.tau

    def update(self, current, dt=0.1):
        active = self.refractory <= 0
        self.v += np.where(active, self.derivative(self.v, current) * dt, 0.0)
        self.spike[:] = self.v > self.threshold
        self.v[self.spike] = self.reset
        self.refractory = np.where(self.spike, 2.0, self.refractory - dt)
        return self.spike.sum()


class Synapse:
    def __init__(self, pre, post):
        self.pre, self.post = pre, post
        rng = np.random.default_rng(0)
        self.weights = rng.random((pre.size, post.size)) * 40
        self.g = np.zeros(post.size)

    def step(self):
        for i in range(self.pre.size):
            if self.pre.spike[i]:
                self.g += self.weights[i]
        self.g *= 0.9


class Network:
    def __init__(self):
        self.a, self.b = LIF(5), LIF(3)
        self.synapses = [Synapse(self.a, self.b), Synapse(self.b, self.a)]
        self.groups = {"a": self.a, "b": self.b}

    def run(self, steps, drive):
        count = 0
        for _ in range(steps):
            for synapse in self.synapses:
                synapse.step()
            for synapse, group in zip(self.synapses, [self.b, self.a]):
                count += group.update(synapse.g + drive, dt=0.5)
        return count


def test_neurons():
    with np.errstate(all="ignore"):
        same_method(LIF, "update", np.full(5, 400.0), calls=4)


def test_network_of_nested_objects():
    same_method(Network, "run", 20, 30.0)


class Logistic:
    def __init__(self, dimension):
        self.dimension = dimension
        self.w = variable(2.0 * np.ones(dimension) - 1.3)

    def __call__(self, X, Y):
        u = np.dot(((1.0 / (1.0 + np.exp(-Y * np.dot(X, self.w))) - 1.0) * Y), X)
        self.w[:] = self.w - u


@pytest.mark.parametrize("module", [np, npbridge], ids=["numpy", "npbridge"])
def test_logistic_regression(module):
    x = np.random.default_rng(1).random((20, 3))
    y = x[:, 0].round()
    model, plain = Logistic(3), np.full(3, 0.7)
    held = model.w
    compiled = compile_function(model)
    for _ in range(3):
        compiled(npbridge.asarray(x), npbridge.asarray(y))
        plain -= np.dot(((1.0 / (1.0 + np.exp(-y * np.dot(x, plain))) - 1.0) * y), x)
    assert model.w is held
    np.testing.assert_allclose(np.asarray(held), plain)


def test_any_name_of_the_namespace():
    def program(x):
        return npbridge.exp(x) + npbridge.linalg.norm(x) + npbridge.sum(x)

    x = np.arange(3.0)
    got = compile_function(program)(x)
    np.testing.assert_allclose(np.asarray(got), np.exp(x) + np.linalg.norm(x) + x.sum())


class Demo1:
    def __init__(self):
        self.a = 1.0

    def update(self, b):
        self.a = b

    def counts(self):
        self.a += 1
        self.a += self.read()
        return self.a

    def read(self):
        return self.a


def test_numbers_of_a_plain_object_are_bound_anew():
    d = Demo1()
    update, counts = compile_function(d.update), compile_function(d.counts)
    update(2.0)
    assert d.a == 2.0 and type(d.a) is float
    assert [counts() for _ in range(4)] == [6.0, 14.0, 30.0, 62.0] and d.a == 62.0
    d.a = 1
    assert counts() == 4 and type(d.a) is int
    update(2.5)
    assert d.a == 2.5


class Ticker(npbridge.Base):
    def __init__(self):
        super().__init__()
        self.a = 1.0

    def update(self, b):
        self.a = b

    def counts(self):
        self.a += 1
        return self.a


def test_numbers_of_a_model_stay_or_are_an_error():
    d = Ticker()
    with pytest.warns(UserWarning, match=r"Ticker\.a"):
        compile_function(d.update)(2.0)
    assert d.a == 1.0
    with pytest.raises(npbridge.errors.VariableError, match="Variable"):
        compile_function(d.counts)()
    assert d.a == 1.0


class Demo2(npbridge.Base):
    def __init__(self):
        self.a = npbridge.Variable(1.0)

    def update(self, b):
        self.a = b


class Demo3(Demo2):
    def update(self, b):
        self.a[...] = b


def test_a_variable_is_written():
    for cls in (Demo2, Demo3):
        d = cls()
        held = d.a
        compile_function(d.update)(2.0)
        assert d.a is held
        assert float(held) == 2.0


def test_shown_code():
    compiled = compile_function(Demo2().update)
    lines = [line.strip() for line in with_state_as_arguments(compiled.function).splitlines() if line.strip()]
    assert lines[:5] == [
        "The recompiled function:",
        "-" * 25,
        "def update(b, Demo20_a=None):",
        "Demo20_a = b",
        "The namespace of the above function:",
    ]
    assert lines[5:8] == ["-" * 36, "{}", "The recompiled function:"]
    assert lines[9] == "def new_update(b):"
    assert lines[10] == "return update(b, Demo20_a=Demo20.a.value,)"
    assert lines[13].startswith("{'Demo20': <")
    assert lines[14].startswith("'update': CPUDispatcher(<function update at")
    assert repr(compiled) == "<function new_update(b)>"


class Wave:
    def __init__(self):
        self.now, self.before = np.sin(np.arange(8.0)), np.zeros(8)
        self.first = self.now

    def step(self):
        after = 2 * self.now - self.before
        after[1:-1] += 0.1 * (self.now[2:] - 2 * self.now[1:-1] + self.now[:-2])
        self.before, self.now = self.now, after
        return self.energy

    @property
    def energy(self):
        return (self.now**2).sum()

    def swap(self):
        old = self.now
        self.now = self.before
        self.before = old


def test_rebound_arrays():
    same_method(Wave, "step", calls=3)
    same_method(Wave, "swap", calls=2)
    mine = Wave()
    compile_function(mine.step)()
    assert (mine.first == np.sin(np.arange(8.0))).all()


class Shapes:
    scale = 2.0
    table = np.arange(3.0)

    def __init__(self):
        self._gain = np.ones(2)
        self.shape = (2, 3)
        self.mode = "fast"
        self.flag = None
        self.activation = np.tanh
        self.method = self.double

    @property
    def gain(self):
        return self._gain * self.scale

    @gain.setter
    def gain(self, value):
        self._gain[...] = value

    @staticmethod
    def half(x):
        return x / 2

    @classmethod
    def scaled(cls, x):
        return x * cls.scale

    def double(self, x):
        return 2 * x

    def __len__(self):
        return 2

    def run(self, x):
        self.gain = x
        if self.mode == "fast" and self.flag is None:
            y = np.zeros(self.shape)
        else:
            y = x.not_there
        y += self.half(x) + self.scaled(x) + self.method(x) + self.activation(x) + len(self)
        return y * self.gain.sum() + self.table


def test_kinds_of_attributes():
    same_method(Shapes, "run", 2.0)


@dataclasses.dataclass
class Parameters:
    rate: float
    weights: np.ndarray


Point = collections.namedtuple("Point", "x y")


def test_objects_as_arguments():
    def program(p, point):
        p.weights -= p.rate
        return Point(point.y, point.x + p.weights)

    ours = Parameters(0.5, np.ones(3))
    result = compile_function(program)(ours, Point(1.0, np.zeros(3)))
    assert isinstance(result, Point)
    assert ours.weights.tolist() == [0.5] * 3
    assert result.y.tolist() == [1.5] * 3
    compiled = compile_function(program)
    for rate in (0.5, 0.25):
        ours.rate, ours.weights = rate, np.ones(3)
        compiled(ours, Point(1.0, np.zeros(3)))
        assert ours.weights.tolist() == [1 - rate] * 3


table = np.arange(4.0)
factor = 2.0


def uses_globals(x):
    table[0] += 1
    return table * factor + x


def test_globals_and_closures(monkeypatch):
    k, kept = 3.0, np.zeros(2)

    def program(x):
        kept[0] += x
        return kept * k

    compiled = compile_function(program)
    assert compiled(1.0).tolist() == [3.0, 0.0]
    k = 4.0
    assert compiled(1.0).tolist() == [8.0, 0.0]
    kept = np.ones(3)
    assert compiled(1.0).tolist() == [8.0, 4.0, 4.0]
    compiled = compile_function(uses_globals)
    assert compiled(1.0).tolist() == [3.0, 3.0, 5.0, 7.0]
    monkeypatch.setitem(globals(), "factor", 3.0)
    monkeypatch.setitem(globals(), "table", np.ones(1))
    assert compiled(1.0).tolist() == [7.0]


def test_partial_lambda_and_functions_as_arguments():
    def apply(f, x, *, times=2):
        for _ in range(times):
            x = f(x)
        return x

    got = compile_function(functools.partial(apply, lambda x: x * 2))(np.ones(2))
    assert got.tolist() == [4.0, 4.0]
    compiled = compile_function(apply)
    assert compiled(np.sqrt, np.full(2, 16.0)).tolist() == [2.0, 2.0]
    assert compiled(lambda v: v + 1, np.ones(1), times=3).tolist() == [4.0]


def test_aliases_come_out_as_aliases():
    def program(x, y):
        y += 1
        return x[1:], x.T, y

    x = npbridge.asarray(np.zeros((3, 2)))
    view = x[0]
    tail, turned, again = compile_function(program)(x, view)
    assert again is view
    assert x.tolist() == [[1, 1], [0, 0], [0, 0]]
    tail[0, 0] = 5
    turned[1, 2] = 7
    assert x.tolist() == [[1, 1], [5, 0], [0, 7]]


def test_an_exception_leaves_arrays_as_they_were():
    def program(x, n):
        for i in range(len(x)):
            x[i] += 1
            if i == n:
                raise ValueError(f"row {i} of {len(x)} at {x[i]:.2f}")
        return x

    compiled = compile_function(program)
    x = npbridge.asarray(np.zeros(4))
    compiled(x, 9)
    with pytest.raises(ValueError, match=r"row 2 of 4 at "):
        compiled(x, 2)
    assert x.tolist() == [1, 1, 1, 1]


def test_the_random_stream_is_numpys():
    def program(n):
        return np.random.random(n), np.random.normal(1.0, 2.0, n), np.random.random()

    np.random.seed(5)
    expected = [program(3), program(2)]
    np.random.seed(5)
    compiled = compile_function(program)
    for e, g in zip(expected, [compiled(3), compiled(2)], strict=True):
        for a, b in zip(e, g, strict=True):
            np.testing.assert_allclose(np.asarray(b), a)


def test_generators():
    def program(rng, n):
        return rng.random(n) + rng.normal()

    same(program, np.random.default_rng(2), 3, calls=2)


def test_read_only_arrays_are_not_written():
    def program(x):
        x[0] = 1.0

    x = np.zeros(3)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        compile_function(program)(x)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda x: input("name"), "input"),
        (lambda x: [k for k in x if k > 0], "known only at run time"),
    ],
)
def test_what_has_no_compiled_form(program, message):
    with pytest.raises(LoweringError, match=message) as caught:
        compile_function(program)(np.ones(3))
    assert __file__ in str(caught.value)


def test_no_warning_without_a_cause():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile_function(LIF().update)(np.zeros(5))
