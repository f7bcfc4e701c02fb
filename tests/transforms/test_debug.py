"""Printing, stopping, NaNs and plain Python: what helps to find mistakes."""

from __future__ import annotations

import sys
import traceback

import numpy as np
import pytest

import npbridge


class TestPrint:
    def test_in_a_loop_and_a_branch(self, wide, capsys):
        @npbridge.jit
        def program(x):
            for i in range(12):
                if x[0] > 10:
                    npbridge.debug.print("large at {}: {x}", i, x=x[:2])
                x += 1
            return x

        program(npbridge.array([0.0, 5.0]))
        assert capsys.readouterr().out == "large at 11: [11. 16.]\n"
        program(npbridge.array([20.0, 5.0]))  # each time that it runs
        assert capsys.readouterr().out.count("large") == 12

    def test_eager(self, ours, capsys):
        npbridge.debug.print("{} and {name!r}", npbridge.ones(2, dtype=int), name="text")
        npbridge.debug.print(npbridge.ones(2, dtype=int), 3)
        assert capsys.readouterr().out == "[1 1] and 'text'\n[1 1] 3\n"

    def test_compiled_on_numpy(self, on_numpy, capsys):
        class Model:
            def __init__(self):
                self.v, self.name = npbridge.zeros(2), "m"

            def step(self, x):
                for i in range(2):
                    self.v += x
                    if i > 0:
                        npbridge.debug.print("{0}: {v} {name!r} {1:.2f}", i, x, v=self.v, name=self.name)
                npbridge.debug.print(self.v, 3)
                npbridge.debug.print("{} {}", (1, x), {"x": x})
                return self.v.sum()

        npbridge.jit(Model().step, strict=True)(1.0)
        compiled = capsys.readouterr().out
        Model().step(1.0)
        assert compiled == capsys.readouterr().out == "1: [2. 2.] 'm' 1.00\n[2. 2.] 3\n(1, 1.0) {'x': 1.0}\n"

    @pytest.mark.parametrize("wrong, kind", [("{} {}", IndexError), ("{name}", KeyError), ("{:d}", Exception)])
    def test_a_wrong_format_is_the_users_error(self, ours, wrong, kind):
        def f(x):
            npbridge.debug.print(wrong, x)
            return x

        for run in (f, npbridge.jit(f)):
            with pytest.raises(kind) as caught:
                run(npbridge.ones(2))
            assert "callback" not in str(caught.value)

    def test_in_transformations(self, wide, capsys):
        def f(x):
            npbridge.debug.print("x = {}", x)
            return x**2

        assert float(npbridge.grad(f)(3.0)) == 6
        assert capsys.readouterr().out == "x = 3.0\n"
        npbridge.vmap(f)(npbridge.arange(3.0))
        assert sorted(capsys.readouterr().out.split("\n")) == ["", "x = 0.0", "x = 1.0", "x = 2.0"]
        npbridge.for_loop(f, npbridge.arange(3.0))
        assert capsys.readouterr().out == "x = 0.0\nx = 1.0\nx = 2.0\n"


def test_breakpoint(wide, monkeypatch):
    seen = []

    def hook():
        seen.append({k: v.tolist() for k, v in sys._getframe(1).f_locals["values"].items()})

    monkeypatch.setattr(sys, "breakpointhook", hook)

    @npbridge.jit
    def program(x):
        y = x * 2
        npbridge.debug.breakpoint(y=y, x=x)
        return y

    program(npbridge.ones(2))
    program(npbridge.zeros(2))
    npbridge.debug.breakpoint(z=npbridge.ones(1))
    assert seen == [{"y": [2, 2], "x": [1, 1]}, {"y": [0, 0], "x": [0, 0]}, {"z": [1]}]


class Model:
    def __init__(self):
        self.v = npbridge.ones(3)

    def step(self, x):
        self.v *= 2
        safe = np.where(x > 0, np.log(x), 0)  # its NaNs do not come out
        ratio = safe / safe
        self.v += ratio
        return safe


def root(x):
    below = x - 2
    y = np.sqrt(below)
    return y * 2


class TestNanCheck:
    @pytest.mark.parametrize("how", [lambda f: f, npbridge.jit])
    def test_names_line_and_array_on_each_backend(self, ours, how):
        named = r"^y becomes NaN at .*by sqrt: y = np\.sqrt\(below\)"
        with pytest.raises(FloatingPointError, match=named) as caught, npbridge.debug.nan_check():
            how(root)(npbridge.array([3.0, 1.0]))
        assert traceback.extract_tb(caught.value.__traceback__)[-1].line == "y = np.sqrt(below)"

    def test_decorates_with_and_without_parentheses(self, ours):
        for f in (npbridge.debug.nan_check(root), npbridge.debug.nan_check()(root)):
            assert f.__name__ == "root" and float(f(npbridge.array([3.0]))[0]) == 2
            with pytest.raises(FloatingPointError, match="y becomes NaN"):
                f(npbridge.array([1.0]))

    def test_other_errors_pass(self, ours):
        with pytest.raises(FloatingPointError, match=r"^mine$"), npbridge.debug.nan_check():
            raise FloatingPointError("mine")

    def test_names_line_and_array(self, wide):
        model = Model()
        step = npbridge.jit(model.step)
        with npbridge.debug.nan_check():
            step(npbridge.array([2.0, 3.0, 4.0]))
            before = np.asarray(model.v).copy()
            with pytest.raises(
                FloatingPointError, match=r"ratio becomes NaN.*by divide: ratio = safe / safe"
            ) as caught:
                step(npbridge.array([2.0, 1.0, -4.0]))
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert last.filename == __file__ and last.line == "ratio = safe / safe"
        np.testing.assert_array_equal(np.asarray(model.v), before)  # as before the call

    def test_in_a_loop(self, wide):
        @npbridge.debug.nan_check()
        @npbridge.jit
        def decays(x):
            for _ in range(30):
                x = np.sqrt(x - 1)
            return x

        with pytest.raises(FloatingPointError, match=r"x becomes NaN.*sqrt, in iteration 4 of the loop"):
            decays(npbridge.array([200.0]))

    def test_in_a_while_loop_and_a_branch(self, wide):
        @npbridge.jit
        def program(x, n):
            i = 0
            while i < n:
                if x[0] < 0:
                    x = np.log(x)
                x = x - 1
                i += 1
            return x

        with npbridge.debug.nan_check(), pytest.raises(FloatingPointError, match=r"by log.*x = np\.log\(x\)"):
            program(npbridge.array([1.5]), npbridge.array(6))

    def test_gradients(self, wide):
        """The classic: the NaN is in the derivative of a branch that is not taken."""

        def loss(x):
            root = np.sqrt(x)
            return np.where(x > 0, root, 0).sum()

        gradient = npbridge.grad(loss)
        with npbridge.debug.nan_check():
            gradient(npbridge.ones(2))
            with pytest.raises(FloatingPointError, match=r"test_debug\.py"):
                gradient(npbridge.zeros(2))

    def test_what_came_in_is_nobodys_fault(self, wide):
        double = npbridge.jit(lambda x: x * 2)
        with npbridge.debug.nan_check():
            assert np.isnan(np.asarray(double(npbridge.array([np.nan])))).all()

    def test_outside_of_compiled_functions(self, ours):
        with npbridge.debug.nan_check(), pytest.raises(FloatingPointError):
            np.log(npbridge.array([-1.0]))

    def test_on_numpy(self, on_numpy):
        log = npbridge.jit(lambda x: np.log(x))
        with npbridge.debug.nan_check(), pytest.raises(FloatingPointError, match="log"):
            log(npbridge.array([-1.0]))


class TestDisableJit:
    def test_runs_as_python(self, ours):
        seen = []

        @npbridge.jit
        def program(x):
            for i in range(5):
                seen.append(i)
                x[i] += 1
            return x

        with npbridge.debug.disable_jit():
            np.testing.assert_array_equal(np.asarray(program(npbridge.zeros(5))), np.ones(5))
        assert seen == [0, 1, 2, 3, 4]

    def test_transformations_go_on(self, wide):
        f = npbridge.jit(lambda x: x**2)
        with npbridge.debug.disable_jit():
            assert float(npbridge.grad(f)(3.0)) == 6
            assert float(npbridge.jit(npbridge.grad(f))(3.0)) == 6
            np.testing.assert_array_equal(np.asarray(npbridge.vmap(f)(npbridge.arange(3.0))), [0, 1, 4])
