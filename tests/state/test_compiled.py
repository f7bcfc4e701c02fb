"""Models in compiled code, on both backends."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge
from npbridge import Base, TrainVar, Variable
from npbridge.errors import UnsupportedError, VariableError


@pytest.fixture(params=["jax", "numpy"], autouse=True)
def backend(request):
    with npbridge.backend(request.param):
        yield request.param


class Group(Base):
    def __init__(self, n):
        self.n = n
        self.v = Variable(np.zeros(n))
        self.spikes = Variable(np.zeros(n, bool))
        self.decay = 0.5

    def update(self, x):
        self.v = self.v * self.decay + x
        self.spikes = self.v > 1.0
        self.v[self.spikes] = 0.0
        return self.spikes.sum()

    @npbridge.jit
    def step(self, x):
        return self.update(x)

    @property
    def rate(self):
        return self.spikes.mean()


class Network(Base):
    def __init__(self):
        self.groups = [Group(2), Group(3)]
        self.links = {"ab": TrainVar(np.arange(6.0).reshape(2, 3))}
        self.count = Variable(0)

    def __call__(self, x):
        first, second = self.groups
        first.update(x)
        second.update(first.v @ self.links["ab"] / 10)
        self.count += 1
        return first.v.sum() + second.v.sum() + second.rate


def plain_network(inputs):
    v, u, links, out = np.zeros(2), np.zeros(3), np.arange(6.0).reshape(2, 3), []
    for x in inputs:
        v = v * 0.5 + x
        v[v > 1] = 0
        u = u * 0.5 + v @ links / 10
        spikes = u > 1
        u[spikes] = 0
        out.append(v.sum() + u.sum() + spikes.mean())
    return out, v, u


INPUTS = [0.4, 0.7, 0.9, 0.1, 0.6]


@pytest.mark.parametrize("how", ["plain", "object", "call", "loop"])
def test_nested_models(how):
    net = Network()
    held = list(net.vars().values())
    run = {"plain": net, "object": npbridge.jit(net), "call": npbridge.jit(net.__call__)}.get(how)
    if how == "loop":

        @npbridge.jit
        def every(inputs):
            out = np.zeros(len(inputs))
            for i in range(len(inputs)):
                out[i] = net(inputs[i])
            return out

        got = every(npbridge.array(INPUTS))
    else:
        got = [float(run(x)) for x in INPUTS]
    expected, v, u = plain_network(INPUTS)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    np.testing.assert_allclose(net.groups[0].v, v, rtol=1e-5)
    np.testing.assert_allclose(net.groups[1].v, u, rtol=1e-5)
    assert int(net.count) == 5
    assert all(a is b for a, b in zip(held, net.vars().values(), strict=True))


def test_decorated_methods_serve_every_instance():
    a, b = Group(2), Group(3)
    a.step(0.5)
    b.step(0.25)
    a.step(0.5)
    assert a.v.tolist() == [0.75] * 2
    assert b.v.tolist() == [0.25] * 3
    b.decay = 2.0
    b.step(0.0)
    assert b.v.tolist() == [0.5] * 3


def test_a_variable_put_in_another_ones_place_is_seen():
    group = Group(2)
    update = npbridge.jit(group.update)
    update(0.5)
    group.v = Variable(np.full(2, 0.25))
    update(0.5)
    assert group.v.tolist() == [0.625] * 2
    group.v = Variable(np.zeros(4))
    group.spikes = Variable(np.zeros(4, bool))
    update(0.5)
    assert group.v.tolist() == [0.5] * 4


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_another_shape_is_an_error_that_changes_nothing():
    class Holder(Base):
        def __init__(self):
            self.v = Variable(np.ones(3))

        def put(self, x):
            self.v = x

    holder = Holder()
    put = npbridge.jit(holder.put)
    for wrong in (0.0, np.zeros(2), np.zeros((1, 3)), np.zeros(3) * 1j):
        with pytest.raises((VariableError, UnsupportedError, ValueError)):
            put(wrong)
        assert holder.v.tolist() == [1, 1, 1]
    put(np.full(3, 2))
    assert holder.v.tolist() == [2, 2, 2]


def test_an_exception_leaves_variables_as_they_were(backend):
    class Careful(Base):
        def __init__(self):
            self.v = Variable(np.ones(2))

        def step(self, x):
            self.v = self.v + 1
            if x > 0:
                raise ValueError("too much")
            return self.v.sum()

    careful = Careful()
    step = npbridge.jit(careful.step)
    assert step(-1.0) == 4
    with pytest.raises(ValueError, match="too much"):
        step(1.0)
    assert careful.v.tolist() == [2, 2]


def test_the_name_is_a_constant():
    class Named(Base):
        def __init__(self):
            super().__init__(name="named in a test")
            self.v = Variable(1.0)

        def step(self):
            if self.name == "named in a test":
                self.v += 1
            return self.v * 1

    assert npbridge.jit(Named().step)() == 2


def test_a_model_as_an_argument():
    @npbridge.jit
    def program(group, x):
        group.v = group.v + x
        return group.v.sum()

    a, b = Group(2), Group(2)
    assert program(a, 1.0) == 2
    assert program(b, 0.5) == 1
    assert program(a, 1.0) == 4
    assert (a.v.tolist(), b.v.tolist()) == ([2, 2], [0.5, 0.5])


def test_a_variable_that_is_made_in_compiled_code(backend):
    class Maker(Base):
        def __init__(self):
            self.x = Variable(np.ones(2))

        def make(self):
            made = TrainVar(self.x * 2)
            made += 1
            return made

        def use(self):
            made = npbridge.Variable(self.x * 2)
            made += 1
            return made.sum()

    assert npbridge.jit(Maker().use, strict=True)() == 6
    made = npbridge.jit(Maker().make)
    for _ in range(2):
        result = made()
        assert type(result) is TrainVar and result.tolist() == [3, 3]
    assert made() is not result


class Plain:
    """No model: assignments are Python's."""

    def __init__(self):
        self.a = Variable(np.zeros(2))
        self.parts = {"x": Variable(np.zeros(2))}

    def assign(self, x):
        self.a = self.a + x

    def item(self, x):
        self.parts["x"] = self.parts["x"] + x

    def within(self, x):
        self.a += x
        self.parts["x"] += x


@pytest.mark.parametrize("how", ["plain", "compiled"])
def test_outside_of_models_an_assignment_rebinds(how):
    plain = Plain()
    a, x = plain.a, plain.parts["x"]
    for name in ("assign", "item"):
        method = getattr(plain, name)
        run = npbridge.jit(method, strict=True) if how == "compiled" else method
        run(npbridge.ones(2))
        run(npbridge.ones(2))
    assert (plain.a.tolist(), plain.parts["x"].tolist()) == ([2, 2], [2, 2])
    assert type(plain.a) is type(plain.parts["x"]) is npbridge.JaxArray
    assert (a.tolist(), x.tolist()) == ([0, 0], [0, 0])


@pytest.mark.parametrize("how", ["plain", "compiled"])
def test_outside_of_models_operators_in_place_write(how):
    plain = Plain()
    a, x = plain.a, plain.parts["x"]
    run = npbridge.jit(plain.within, strict=True) if how == "compiled" else plain.within
    run(npbridge.ones(2))
    run(npbridge.ones(2))
    assert plain.a is a and plain.parts["x"] is x
    assert (a.tolist(), x.tolist()) == ([2, 2], [2, 2])


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_an_array_that_gets_a_second_name_in_an_attribute():
    class Holder:
        def __init__(self):
            self.a = npbridge.zeros(2)

        def through_the_attribute(self, x):
            self.a = x
            self.a += 1
            return self.a

        def through_the_argument(self, x):
            self.a = x
            x += 1
            return self.a

    for name in ("through_the_attribute", "through_the_argument"):
        holder, x = Holder(), npbridge.ones(2)
        result = npbridge.jit(getattr(holder, name))(x)
        assert result.tolist() == x.tolist() == holder.a.tolist() == [2, 2]


def test_an_array_becomes_a_variable_and_back():
    class Holder(Base):
        def __init__(self):
            self.a = npbridge.zeros(2)

        def step(self):
            self.a = self.a + 1

    holder = Holder()
    step = npbridge.jit(holder.step, strict=True)
    step()
    step()
    variable = holder.a = Variable(np.zeros(2))
    step()
    assert holder.a is variable and variable.tolist() == [1, 1]
    del holder.a
    array = holder.a = npbridge.ones(2)
    step()
    assert holder.a is not array
    assert (array.tolist(), holder.a.tolist(), variable.tolist()) == ([1, 1], [2, 2], [1, 1])


def test_another_shape_has_the_same_error_in_compiled_code():
    class Holder(Base):
        def __init__(self):
            self.v = Variable(np.zeros(3))
            self.u = Variable(np.zeros(2))

        def assign(self, x):
            self.u += 1
            self.v = self.v[:2] * x

        def value(self, x):
            self.u += 1
            self.v.value = self.v[:2] * x

        def part(self, x):
            self.u += 1
            self.v[:] = self.u * x

    holder = Holder()
    for name, error, text in (
        ("assign", VariableError, r"^Holder\.v, a Variable of shape \(3,\) cannot become one of shape \(2,\)\."),
        ("value", VariableError, r"^a Variable of shape \(3,\) cannot become one of shape \(2,\)\."),
        ("part", ValueError, r"shape \(2,\)"),
    ):
        with pytest.raises(error, match=text):
            npbridge.jit(getattr(holder, name), strict=True)(2.0)
        assert holder.u.tolist() == [0, 0]


def test_a_container_that_is_replaced_is_compiled_for_once(backend):
    class Optimized(Base):
        def __init__(self):
            self.w = Variable(np.ones(2))
            self.state = (npbridge.zeros(2), {"a": npbridge.zeros(3)}, 2.0)

        def step(self, x):
            first, more, gain = self.state
            self.state = (first + x, {"a": more["a"] + gain}, gain)
            self.w += first

    if backend == "numpy":
        pytest.skip("such containers are constants of compiled code there")
    model = Optimized()
    step = npbridge.jit(model.step)
    for _ in range(4):
        step(1.0)
    assert model.state[0].tolist() == [4, 4] and model.state[1]["a"].tolist() == [8, 8, 8]
    assert model.w.tolist() == [7, 7]
    assert "compiled 1 times" in step.explain()
    model.state = (*model.state[:2], 3.0)
    step(1.0)
    assert model.state[1]["a"].tolist() == [11, 11, 11]


def test_attributes_of_classes_may_change():
    class Scaled(Base):
        gain = 2.0

        def __init__(self):
            self.v = Variable(np.ones(2))

        @classmethod
        def scaled(cls, x):
            return x * cls.gain

        def step(self):
            self.v = self.scaled(self.v) * self.gain

    model = Scaled()
    step = npbridge.jit(model.step)
    step()
    Scaled.gain = 3.0
    step()
    assert model.v.tolist() == [36, 36]
