"""State that is rebound in compiled functions is what Python would make of it, at each of several calls."""

import collections
import dataclasses
import types

import numpy as np
import pytest

import npbridge
from npbridge.errors import VariableError

from .against_numpy import ours, plain, same

pytestmark = pytest.mark.usefixtures("in_64_bits")


def both(program, **compiles):
    """What a program of ``(A, jit)`` tells is the same on NumPy and compiled."""
    made = []

    def jit(function):
        made.append(npbridge.jit(function))
        return made[-1]

    expected = plain(program(np.array, lambda function: function))
    same(expected, plain(program(lambda x: ours(np.array(x)), jit)), program.__name__)
    for name, at_most in compiles.items():
        assert made[0].cache_info()[name] <= at_most


class Clock:
    ticks = 0
    first = None

    def __init__(self, A):
        self.t, self.n, self.z, self.mode, self.last, self.v = 0.0, 0, 1j, "off", None, A([1.0, 2.0])

    def step(self, dt):
        self.t += dt
        self.n = self.n + 1
        self.z *= 1j
        self.v = self.v * self.t
        self.mode = "on"
        return self.v.sum() + self.n

    def remember(self, x):
        if self.last is None:
            self.last = x
            return x.sum()
        change = (x - self.last).sum()
        self.last = x
        self.t = self.t + 0.5
        return change

    def run(self, n):
        for _ in range(n):
            self.step(0.5)
        return self.t

    def sized(self):
        self.n += 1
        return np.arange(self.n)


def seen(clock):
    return [clock.t, clock.n, clock.z, clock.mode, clock.last, clock.v]


def test_numbers_in_attributes():
    def program(A, jit):
        clock = Clock(A)
        step, told = jit(clock.step), []
        for k in range(5):
            told += [step(0.25), seen(clock)]
            if k == 2:
                clock.t, clock.n = 10.0, -3
        return told

    both(program, compiles=2)  # for both modes


def test_several_methods_and_loops():
    def program(A, jit):
        clock = Clock(A)
        step, remember, run, sized = map(jit, (clock.step, clock.remember, clock.run, clock.sized))
        told = []
        for k in range(4):
            told += [step(0.1), seen(clock), remember(A([k, 2.0])), seen(clock), run(3 + k), seen(clock)]
            told += [sized(), seen(clock)]
        return told

    both(program)


def test_an_attribute_of_an_argument():
    def move(p, x):
        p.t = p.t + 0.5
        p.inner.count += 1
        return x * p.t

    def program(A, jit):
        p = types.SimpleNamespace(t=0.0, inner=types.SimpleNamespace(count=7))
        compiled, told = jit(move), []
        for k in range(5):
            told += [compiled(p, A([1.0, k])), p.t, p.inner.count]
            if k == 3:
                p.t = A([2.0]).sum()
        return told

    both(program, compiles=2)


TICKS = 0


def test_globals_cells_and_items(monkeypatch):
    def program(A, jit):
        global TICKS
        TICKS, cell, x = 0, 0.5, A([2.0, 3.0])
        named, items, pair = {"n": 2, "deep": {"m": 1}}, [1, [2.5]], (0.0, 1)

        def step():
            global TICKS
            nonlocal cell, pair
            TICKS += 1
            cell *= 2
            named["n"] += 1
            named["deep"]["m"] -= 1
            items[0] += 2
            items[1][0] = items[1][0] / 2
            pair = (pair[0] + 1.5, pair[1] * 2)
            return x * TICKS + cell + named["n"] + items[1][0] + pair[0]

        compiled, told = jit(step), []
        for k in range(5):
            told += [compiled(), TICKS, cell, {**named, "deep": dict(named["deep"])}, [items[0], *items[1]], pair]
            if k == 2:
                TICKS, cell, named["n"], items[0] = 100, 1.5, -1, 0
        return told

    both(program, compiles=1)


@dataclasses.dataclass
class Point:
    x: float
    y: float


class Slotted:
    __slots__ = ("count", "point", "total")

    def __init__(self, A):
        self.count, self.total, self.point = 0, A([0.0]).sum(), Point(0.0, 1.0)

    def add(self, x):
        self.count += 1
        self.total = self.total + x.sum()
        self.point = Point(self.point.y + 1, self.point.x)
        return self.total / self.count


def test_slots_and_objects_that_are_made():
    def program(A, jit):
        slotted = Slotted(A)
        add, told = jit(slotted.add), []
        for k in range(4):
            told += [add(A([1.0, k])), slotted.count, slotted.total, slotted.point.x, slotted.point.y]
        return told

    both(program)


def test_attributes_of_classes():
    def program(A, jit):
        class Counter:
            ticks = 0
            last = None

            def step(self, x):
                Counter.ticks += 1
                Counter.last = x * Counter.ticks
                return Counter.last

        step = jit(Counter().step)
        return [(step(A([1.0, 2.0])), Counter.ticks, Counter.last) for _ in range(4)]

    both(program)


def test_numbers_in_lists_and_dictionaries_among_the_arguments():
    def change(parameters, named, x):
        parameters[0] = 4.0
        parameters[1][0] += 1
        named["n"] = named["n"] * 2
        named["new"] = "text"
        return x * parameters[1][0]

    def program(A, jit):
        parameters, named, compiled, told = [1.5, [2]], {"n": 3}, jit(change), []
        for _ in range(4):
            told += [compiled(parameters, named, A([2.0])), [parameters[0], *parameters[1]], dict(named)]
        return told

    both(program)


def test_types_are_pythons():
    state = types.SimpleNamespace(a=1, b=0.5, c=1j, d=np.float64(2), e=npbridge.array([1.0]).sum(), f=True)

    def step(x):
        state.a, state.b, state.c, state.d, state.e = state.a + 1, state.b * 2, -state.c, state.d + 1, state.e + x.sum()
        state.f = not state.f

    compiled = npbridge.jit(step)
    for n in range(4):
        compiled(npbridge.array([1.0]))
        assert [type(state.a), type(state.b), type(state.c), type(state.f)] == [int, float, complex, bool]
        assert isinstance(state.d, np.float64) and isinstance(state.e, np.float64)
        assert (state.a, state.b, state.d, state.e, state.f) == (n + 2, 2.0**n, n + 3, n + 2, n % 2 == 1)


def test_a_number_that_is_needed_is_a_constant_that_is_looked_at():
    def program(A, jit):
        state = types.SimpleNamespace(size=1, key="a", table={"a": 1.0, "b": 2.0})

        def step(x):
            made = np.ones(state.size) * x.sum() * state.table[state.key]
            state.size += 1
            state.key = "b" if state.key == "a" else "a"
            return made

        compiled, told = jit(step), []
        for k in range(6):
            told += [compiled(A([1.0, 2.0])), state.size, state.key]
            if k == 3:
                state.size = 2
        return told

    both(program)


def test_containers_grow():
    def program(A, jit):
        history, queue, names, seen_keys = [], collections.deque(maxlen=2), {"n": 0}, set()

        def step(given, x):
            names["n"] += 1
            history.append(x * names["n"])
            queue.append(x.sum())
            given.append((x, 1))
            given.append("text")
            seen_keys.add(len(history))
            return history[-1]

        compiled, given, told = jit(step), [], []
        for k in range(4):
            told += [
                compiled(given, A([1.0, k])),
                list(history),
                list(queue),
                list(given),
                names["n"],
                sorted(seen_keys),
            ]
        return told

    both(program)


def test_what_was_there_before_stays_the_same_object():
    layers = [[1.0, npbridge.zeros(2)], [2.0, npbridge.ones(2)]]
    model = types.SimpleNamespace(layers=layers, active=None, point=Point(1.0, 2.0), now=None)

    def choose(x):
        model.active = model.layers[1]
        model.now = model.point
        model.active[0] += 1
        return model.layers

    compiled = npbridge.jit(choose)
    for n in range(4):
        assert compiled(npbridge.ones(2)) is layers
        assert model.active is layers[1] and layers[1][0] == n + 3.0 and model.now is model.point


def test_what_is_made_is_made_at_each_call():
    model = types.SimpleNamespace(items=None, names=None)

    def make(x):
        model.items, model.names = [x * 2, 1], {"a", "b"}
        return [1, 2], {"x": x + 1}

    compiled, kept = npbridge.jit(make), []
    for _ in range(4):
        first, second = compiled(npbridge.ones(2))
        first.append(3)
        model.names.add("c")
        kept += [first, second, model.items, model.names]
    assert len(set(map(id, kept))) == len(kept) and all(x == [1, 2, 3] for x in kept[::4])


def test_an_error_leaves_state_as_it_was():
    state = types.SimpleNamespace(t=0.0, n=0, x=npbridge.zeros(3), items=[])

    def step(i):
        state.t += 0.5
        state.n += 1
        state.x += 1
        state.items.append(state.n)
        return state.x[i]

    compiled = npbridge.jit(step)
    for n in range(4):
        with pytest.raises(IndexError):
            compiled(npbridge.array(7))
        assert (state.t, state.n, state.x.tolist(), len(state.items)) == (0.5 * n, n, [n] * 3, n)
        compiled(npbridge.array(1))
        assert (state.t, state.n, state.x.tolist(), state.items[-1]) == (0.5 * (n + 1), n + 1, [n + 1] * 3, n + 1)


class Model(npbridge.Base):
    def __init__(self):
        self.a, self.t, self.kind, self.v, self.names = 1.0, 0.0, "x", npbridge.Variable(npbridge.zeros(2)), {"n": 0}

    def assign(self, b):
        self.a = b
        for i in range(20):
            self.t = i * b
        return self.a

    def count_on(self, dt):
        self.t += dt
        self.v += self.t

    def size(self):
        made = np.ones(int(self.a))
        self.a = self.a + 1
        return made

    def others(self, x):
        self.kind = self.kind + "x"
        self.names["n"] += 1
        self.v = self.v + x


def test_a_number_of_a_model_that_is_only_assigned_stays_and_warns():
    model = Model()
    compiled = npbridge.jit(model.assign)
    with pytest.warns(UserWarning, match=r"Model\.[at] .* has no effect .* Variable") as said:
        for _ in range(4):
            assert compiled(2.5) == 2.5
    assert model.a == 1.0 and model.t == 0.0 and len(said) == 2 and said[0].filename == __file__


@pytest.mark.parametrize("method", ["count_on", "size"])
def test_a_number_of_a_model_that_is_read_and_rebound_is_an_error(method):
    model = Model()
    for _ in range(4):
        with pytest.raises(VariableError, match="Variable") as caught:
            npbridge.jit(getattr(model, method))(*([0.5] if method == "count_on" else []))
        assert any(entry.path.name == "test_moving_state.py" and entry.name == method for entry in caught.traceback)
    assert model.t == 0.0 and model.a == 1.0 and model.v.tolist() == [0, 0]


def test_what_else_is_in_a_model_is_rebound():
    model = Model()
    compiled = npbridge.jit(model.others)
    variable = model.v
    for n in range(1, 5):
        compiled(np.ones(2))
        assert (model.kind, model.names["n"], model.v.tolist()) == ("x" * (n + 1), n, [n, n])
    assert model.v is variable
