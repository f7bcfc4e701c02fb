"""``grad`` and its kin: structure of results, what is differentiated, state, errors."""

from __future__ import annotations

import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge.errors import TransformError, UnsupportedError


class Linear:
    def __init__(self):
        self.w = npbridge.ones((2, 3))
        self.b = npbridge.zeros(3)
        self.calls = npbridge.zeros(())

    def __call__(self, x):
        self.calls += 1
        return (x @ self.w + self.b).mean()


@pytest.fixture
def x(wide):
    return npbridge.arange(10.0).reshape(5, 2)


def equal(found, expected):
    assert type(found) is npbridge.JaxArray or isinstance(found, np.generic)
    np.testing.assert_allclose(np.asarray(found), expected)


class TestStructure:
    def test_argnums(self, wide):
        f = lambda a, b: (a * b).sum()  # noqa: E731
        a, b = npbridge.array([1.0, 2.0]), npbridge.array([3.0, 4.0])
        equal(npbridge.grad(f)(a, b), [3, 4])
        equal(npbridge.grad(f, argnums=1)(a, b), [1, 2])
        equal(npbridge.grad(f, argnums=-1)(a, b), [1, 2])
        both = npbridge.grad(f, argnums=(0, 1))(a, b)
        assert type(both) is tuple
        equal(both[0], [3, 4])
        equal(both[1], [1, 2])

    def test_one_array_twice(self, wide):
        a = npbridge.array([1.0, 2.0])
        first, second = npbridge.grad(lambda a, b: (a**2 * b).sum(), argnums=(0, 1))(a, a)
        equal(first, [2, 8])
        equal(second, [1, 4])

    def test_pytrees(self, wide):
        params = {"w": [npbridge.ones(2), npbridge.ones(())], "none": None, "n": 2.0}
        found = npbridge.grad(lambda p: (p["w"][0] * p["w"][1]).sum() * p["n"])(params)
        assert list(found) == ["w", "none", "n"]
        equal(found["w"][0], [2, 2])
        equal(found["n"], 2)
        assert found["none"] is None

    def test_numbers(self, wide):
        equal(npbridge.grad(lambda t: t**3)(2.0), 12)
        assert float(npbridge.grad(lambda t: t**3)(npbridge.array(2.0))) == 12

    def test_ndarrays_and_raw_arrays(self, wide):
        """What is ours gives ours, what is JAX's gives JAX's."""
        f = lambda a, b, c: (a * b * c).sum()  # noqa: E731
        found = npbridge.grad(f, argnums=(0, 1, 2))(np.ones(2), jnp.ones(2), npbridge.ones(2))
        assert [type(g) is npbridge.JaxArray for g in found] == [True, False, True]
        assert isinstance(found[1], jax.Array)

    def test_aux_and_value(self, wide):
        f = lambda a: ((a**2).sum(), {"first": a[0]})  # noqa: E731
        a = npbridge.array([1.0, 2.0])
        gradient, aux = npbridge.grad(f, has_aux=True)(a)
        equal(gradient, [2, 4])
        equal(aux["first"], 1)
        gradient, value, aux = npbridge.grad(f, has_aux=True, return_value=True)(a)
        equal(value, 5)
        gradient, value = npbridge.grad(lambda a: f(a)[0], return_value=True)(a)
        equal(value, 5)
        (value, aux), gradient = npbridge.value_and_grad(f, has_aux=True)(a)
        equal(value, 5)
        value, gradient = npbridge.value_and_grad(lambda a: f(a)[0])(a)
        equal(gradient, [2, 4])

    def test_decorator(self, wide):
        @npbridge.grad(argnums=1)
        def slope(a, b):
            """Its text."""
            return a * b

        assert slope.__name__ == "slope" and slope.__doc__ == "Its text."
        equal(slope(2.0, 3.0), 2)


class TestVariables:
    def test_held_arrays(self, x):
        model = Linear()
        gw, gb = npbridge.grad(model, grad_vars=(model.w, model.b))(x)
        equal(gw, np.repeat(np.asarray(x).mean(axis=0) / 3, 3).reshape(2, 3))
        equal(gb, [1 / 3] * 3)
        assert float(model.calls) == 1

    def test_forms(self, x):
        model = Linear()
        equal(npbridge.grad(model, grad_vars=model.b)(x), [1 / 3] * 3)
        assert type(npbridge.grad(model, grad_vars=[model.b])(x)) is list
        assert list(npbridge.grad(model, {"w": model.w, "a": [model.b]})(x)) == ["w", "a"]
        first, second = npbridge.grad(model, grad_vars=(model.b, model.b))(x)
        equal(second, first)

    def test_with_arguments(self, x):
        model = Linear()
        variables, arguments = npbridge.grad(model, grad_vars=[model.b], argnums=0)(x)
        equal(variables[0], [1 / 3] * 3)
        assert arguments.shape == (5, 2)
        (variables, arguments), value = npbridge.grad(model, model.b, (0,), return_value=True)(x)
        assert type(arguments) is tuple
        equal(value, float(model(x)))

    def test_an_object_with_variables(self, x):
        class Net(npbridge.Base):
            def __init__(self):
                super().__init__()
                self.w = npbridge.TrainVar(npbridge.ones(2))
                self.inner = Inner()

            def loss(self, x):
                return (x @ self.w * self.inner.scale).sum()

        class Inner(npbridge.Base):
            def __init__(self):
                super().__init__()
                self.scale = npbridge.Variable(npbridge.array(3.0))

        net = Net()
        found = npbridge.grad(net.loss, grad_vars=net)(x)
        assert list(found) == list(net.vars())
        equal(next(iter(found.values())), 3 * np.asarray(x).sum(axis=0))

    def test_a_view(self, x):
        model = Linear()
        column = model.w[:, 1]
        equal(npbridge.grad(model, grad_vars=column)(x), np.asarray(x).mean(axis=0) / 3)
        with pytest.raises(ValueError, match="two windows"):
            npbridge.grad(model, grad_vars=(model.w, model.w.T))(x)

    def test_a_write_to_the_variable(self, wide):
        class Model:
            def __init__(self):
                self.w = npbridge.array([1.0, 2.0])

            def step(self):
                self.w *= self.w
                return self.w.sum()

        model = Model()
        equal(npbridge.grad(model.step, grad_vars=model.w)(), [2, 4])
        equal(model.w, [1, 4])

    def test_variables_are_read_anew(self, x):
        model = Linear()
        gradient = npbridge.grad(lambda: (model.w**2).sum(), grad_vars=model.w)
        equal(gradient(), np.full((2, 3), 2))
        model.w *= 3
        equal(gradient(), np.full((2, 3), 6))


class TestMethods:
    def test_bound_and_decorated(self, wide):
        class Model:
            def __init__(self, scale):
                self.scale = npbridge.array(scale)

            def loss(self, x):
                return (self.scale * x).sum()

            @npbridge.grad
            def slope(self, x):
                return (self.scale * x**2).sum()

        a, b = Model(2.0), Model(5.0)
        x = npbridge.ones(2)
        equal(npbridge.grad(a.loss)(x), [2, 2])
        equal(npbridge.grad(b.loss)(x), [5, 5])
        equal(a.slope(x), [4, 4])
        equal(b.slope(x), [10, 10])
        assert Model.slope.__name__ == "slope"

    def test_constants_are_looked_at_again(self, wide):
        class Model:
            power = 2

            def loss(self, x):
                return (x**self.power).sum()

        model = Model()
        gradient = npbridge.grad(model.loss)
        equal(gradient(npbridge.array([2.0])), [4])
        model.power = 3
        equal(gradient(npbridge.array([2.0])), [12])


class TestManyDerivatives:
    def test_jacobians(self, wide):
        f = lambda x: {"square": x**2, "sum": x.sum()}  # noqa: E731
        x = npbridge.array([1.0, 3.0])
        for jacobian in (npbridge.jacrev, npbridge.jacfwd):
            found = jacobian(f)(x)
            equal(found["square"], np.diag([2, 6]))
            equal(found["sum"], [1, 1])

    def test_jacobians_of_several_inputs(self, wide):
        model = Linear()
        x = npbridge.ones((1, 2))
        found = npbridge.jacrev(lambda x: x @ model.w, grad_vars=model.w, argnums=0, return_value=True)(x)
        (variables, arguments), value = found
        assert variables.shape == (1, 3, 2, 3) and arguments.shape == (1, 3, 1, 2)
        equal(value, [[2, 2, 2]])

    def test_hessian(self, wide):
        f = lambda x, y: x[0] ** 2 * y[1] + y[0] ** 3  # noqa: E731
        x, y = npbridge.array([1.0, 2.0]), npbridge.array([3.0, 4.0])
        equal(npbridge.hessian(f)(x, y), [[8, 0], [0, 0]])
        (xx, xy), (yx, yy) = npbridge.hessian(f, argnums=(0, 1))(x, y)
        equal(xy, [[0, 2], [0, 0]])
        equal(yx, np.asarray(xy).T)
        equal(yy, [[18, 0], [0, 0]])

    def test_vjp(self, wide):
        value, pull = npbridge.vjp(lambda x, y: (x * y, x.sum()), npbridge.array([1.0, 2.0]), 3.0)
        equal(value[0], [3, 6])
        dx, dy = pull((npbridge.array([1.0, 10.0]), 100.0))
        equal(dx, [103, 130])
        equal(dy, 21)
        with pytest.raises(TransformError, match="structure"):
            pull(npbridge.ones(2))

    def test_jvp_and_linearize(self, wide):
        x = npbridge.array([1.0, 2.0])
        value, change = npbridge.jvp(lambda x: x**2, (x,), (npbridge.array([1.0, 10.0]),))
        equal(value, [1, 4])
        equal(change, [2, 40])
        value, push, aux = npbridge.linearize(lambda x: (x**2, "aux"), x, has_aux=True)
        equal(push(npbridge.array([1.0, 10.0])), [2, 40])
        assert aux == "aux"
        with pytest.raises(TransformError, match=r"shape \(3,\)"):
            push(npbridge.ones(3))

    def test_integers_have_no_direction(self, wide):
        value, change = npbridge.jvp(lambda x, n: x**n, (2.0, 3), (1.0, 0))
        equal(change, 12)
        dx, dn = npbridge.vjp(lambda x, n: x**n, 2.0, 3)[1](1.0)
        equal(dx, 12)
        equal(dn, 0)

    def test_complex(self, wide):
        z = npbridge.array(1 + 2j)
        equal(npbridge.grad(lambda z: z**2, holomorphic=True)(z), 2 + 4j)
        with pytest.raises(TransformError, match="holomorphic"):
            npbridge.jacrev(lambda z: z**2)(z)


class TestErrors:
    @pytest.mark.parametrize(
        "function, says",
        [
            (lambda x: x, r"an array of shape \(3,\)"),
            (lambda x: None, "return statement"),
            (lambda x: (x.sum(), 1), "tuple of 2"),
            (lambda x: x.astype(int).sum(), "int"),
            (lambda x: "text", "str"),
        ],
    )
    def test_results(self, wide, function, says):
        with pytest.raises(TransformError, match=says):
            npbridge.grad(function)(npbridge.ones(3))

    def test_inputs(self, wide):
        with pytest.raises(TransformError, match="int64"):
            npbridge.grad(lambda x: x.sum() * 1.0)(npbridge.arange(3))
        equal(npbridge.grad(lambda x: (x * 1.0).sum(), allow_int=True)(npbridge.arange(3)), [0, 0, 0])
        with pytest.raises(TransformError, match="argument 0 holds a str"):
            npbridge.grad(lambda x, y: y.sum())("text", npbridge.ones(2))
        with pytest.raises(TypeError, match="positional"):
            npbridge.grad(lambda x: x.sum())(x=npbridge.ones(2))
        with pytest.raises(TypeError, match="grad_vars takes"):
            npbridge.grad(lambda: 0, grad_vars=3)
        with pytest.raises(TypeError, match="takes a function"):
            npbridge.grad(3)

    def test_a_loop_without_known_end(self, wide):
        def grows(x):
            while x.sum() < 10:
                x = x * 2
            return x.sum()

        x = npbridge.ones(2)
        for backward in (npbridge.grad, npbridge.jacrev, npbridge.hessian):
            with pytest.raises(TransformError, match="jacfwd"):
                backward(grows)(x)
        with pytest.raises(TransformError, match="jacfwd"):
            npbridge.vjp(grows, x)[1](1.0)
        equal(npbridge.jacfwd(grows)(x), [8, 8])

    def test_numpy_has_none(self, on_numpy):
        for transform in (npbridge.grad, npbridge.jacrev, npbridge.hessian, npbridge.vmap, npbridge.checkpoint):
            with pytest.raises(UnsupportedError, match=r"use_backend\('jax'\)"):
                transform(lambda x: x.sum())(npbridge.ones(2))

    def test_an_exception_changes_nothing(self, wide):
        model = Linear()

        def loss(x):
            model.calls += 1
            model.w[0] = x[0, 0]
            model.extra = x
            if x.shape[0] == 5:
                raise KeyError("no")
            return x.sum()

        with pytest.raises(KeyError, match="no"):
            npbridge.grad(loss, grad_vars=model.w)(npbridge.ones((5, 2)))
        assert float(model.calls) == 0 and not hasattr(model, "extra")
        equal(model.w, np.ones((2, 3)))
        del loss
        gc.collect()

    def test_a_check_that_fails(self, wide):
        state = npbridge.zeros(2)

        def loss(x):
            state[:] = 1
            assert x.sum() < 10, "too large"
            return x.sum()

        gradient = npbridge.grad(loss)
        with pytest.raises(AssertionError, match="too large"):
            gradient(npbridge.ones(20))
        equal(state, [0, 0])
        equal(gradient(npbridge.ones(2)), [1, 1])
        equal(state, [1, 1])


class TestNesting:
    def test_any_order_with_jit(self, wide):
        model = Linear()
        x = npbridge.arange(4.0)
        f = lambda x: (x**3 * model.w[0, 0]).sum()  # noqa: E731
        expected = 3 * np.arange(4.0) ** 2
        equal(npbridge.jit(npbridge.grad(f))(x), expected)
        equal(npbridge.grad(npbridge.jit(f))(x), expected)
        equal(npbridge.jit(npbridge.grad(npbridge.jit(f)))(x), expected)
        equal(npbridge.vmap(npbridge.grad(lambda t: t**3))(x), expected)
        equal(npbridge.jit(npbridge.vmap(npbridge.grad(npbridge.jit(lambda t: t**3))))(x), expected)
        equal(npbridge.grad(lambda x: npbridge.vmap(lambda t: t**3)(x).sum())(x), expected)
        equal(npbridge.grad(lambda x: npbridge.grad(f)(x).sum())(x), 6 * np.arange(4.0))

    def test_a_training_step(self, x):
        model = Linear()

        @npbridge.jit
        def step(x):
            gradients = npbridge.grad(model, grad_vars=[model.w, model.b])(x)
            for variable, gradient in zip([model.w, model.b], gradients, strict=True):
                variable -= 0.1 * gradient
            return model.calls

        step(x)
        calls = step(x)
        equal(calls, 2)
        equal(model.b, [-0.2 / 3] * 3)

    def test_closures_made_anew_are_compiled_once(self, wide):
        made = []

        def slope(data):
            def loss(x):
                return (x * data).sum()

            gradient = npbridge.grad(loss)
            made.append(gradient.compiled())
            return gradient(npbridge.ones(3))

        for k in range(4):
            equal(slope(npbridge.full(3, float(k))), [k] * 3)
        assert made[0].cache_info()["compiles"] == 1
        assert all(compiled is made[0] for compiled in made)

    def test_a_list_that_grows(self, wide):
        losses = []

        def loss(x):
            losses.append(x.sum())
            return x.sum()

        with pytest.raises(TransformError, match="losses"):
            npbridge.grad(loss)(npbridge.ones(2))
        assert losses == []

    def test_inside_jax(self, wide):
        """A compiled function of ours is part of JAX's own transformations."""
        f = npbridge.jit(lambda x: (npbridge.asarray(x) ** 2).sum().value)
        assert jax.grad(f)(jnp.ones(2)).tolist() == [2, 2]
        g = npbridge.grad(lambda x: (x**3).sum())
        assert jax.jit(lambda x: g(x))(jnp.ones(2)).tolist() == [3, 3]

    def test_random_numbers_go_on(self, wide):
        npbridge.random.seed(0)
        gradient = npbridge.grad(lambda x: (x * npbridge.random.random(3)).sum())
        first, second = gradient(npbridge.ones(3)), gradient(npbridge.ones(3))
        assert not np.allclose(first, second)
        npbridge.random.seed(0)
        equal(gradient(npbridge.ones(3)), np.asarray(first))
