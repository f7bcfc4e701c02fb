"""Explicit loops and branches: as Python's statements, eager, compiled and plain."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import npbridge
from npbridge.errors import TransformError, UnsupportedError


def equal(found, expected):
    np.testing.assert_allclose(np.asarray(found), expected)


class Counter:
    def __init__(self):
        self.n = npbridge.zeros(2)
        self.w = npbridge.ones(2)

    def update(self, x):
        self.n += x * self.w
        return self.n.sum()

    def step(self, total, x):
        self.n[0] = total
        return total + x, {"total": total, "x": x}

    def rebinds(self, x):
        self.w = x * self.w
        return x


@pytest.fixture(params=["compiled", "in jit", "plain"])
def way(request, wide):
    """How a program with loops is run."""
    if request.param == "plain":
        with npbridge.debug.disable_jit():
            yield lambda program, *args: program(*args)
    elif request.param == "in jit":
        yield lambda program, *args: npbridge.jit(program)(*args)
    else:
        yield lambda program, *args: program(*args)


def test_for_loop(way):
    counter = Counter()
    found = way(lambda x: npbridge.for_loop(counter.update, x), npbridge.arange(4.0))
    equal(found, [0, 2, 6, 12])
    equal(counter.n, [6, 6])
    a, b = way(lambda x: npbridge.for_loop(lambda a, b: (a * b, a), (x, x), reverse=True), npbridge.arange(3.0))
    equal(a, [0, 1, 4])
    equal(way(lambda: npbridge.for_loop(lambda: 2.0, length=3)), [2, 2, 2])


def test_scan(way):
    counter = Counter()
    total, rows = way(lambda x: npbridge.scan(counter.step, 0.0, x), npbridge.arange(1.0, 4.0))
    equal(total, 6)
    assert list(rows) == ["total", "x"]
    equal(rows["total"], [0, 1, 3])
    equal(counter.n, [3, 0])
    carry, nothing = way(
        lambda: npbridge.scan(lambda c, _: ({"b": c["b"] * 2, "a": c["a"] + 1}, None), {"a": 0, "b": 1.0}, length=5)
    )
    assert nothing is None
    equal(carry["b"], 32)


def test_reverse(way):
    total, rows = way(
        lambda x: npbridge.scan(lambda c, v: (c * 2 + v, c), 0.0, x, reverse=True), npbridge.array([1.0, 2.0, 3.0])
    )
    equal(total, 17)
    equal(rows, [8, 3, 0])


def test_the_carry_takes_the_type_of_the_loop(wide):
    total, _ = npbridge.scan(lambda c, x: (c + x, None), 0, npbridge.array([0.5, 1.0]))
    equal(total, 1.5)


def test_items_are_written(wide):
    def row(r):
        r[0] = 5
        r += 1

    rows = npbridge.zeros((3, 2))
    assert npbridge.for_loop(row, rows) is None
    equal(rows, [[6, 1]] * 3)


def test_while_loop(way):
    equal(way(lambda: npbridge.while_loop(lambda x: x < 100, lambda x: x * 2, 3)), 192)
    counter = Counter()

    def body(value):
        counter.n += 1
        return {"i": value["i"] + 1, "x": value["x"] * 2}

    found = way(lambda x: npbridge.while_loop(lambda v: v["x"].sum() < 30, body, {"x": x, "i": 0}), npbridge.ones(2))
    assert int(found["i"]) == 4
    equal(found["x"], [16, 16])
    equal(counter.n, [4, 4])


def test_cond(wide):
    counter = Counter()

    def up(x):
        counter.n += x
        return {"k": x, "l": x * 2}

    def down(x):
        return {"l": x, "k": -x}

    program = npbridge.jit(lambda x: npbridge.cond(x.sum() > 0, up, down, x))
    equal(program(npbridge.ones(2))["l"], [2, 2])
    equal(counter.n, [1, 1])
    equal(program(-npbridge.ones(2))["k"], [1, 1])
    equal(counter.n, [1, 1])
    assert npbridge.cond(True, lambda: 1, lambda: 2) == 1
    with pytest.raises(TransformError, match="different structures"):
        npbridge.jit(lambda x: npbridge.cond(x > 0, lambda: (x, x), lambda: x))(npbridge.array(1.0))


def test_switch(wide):
    branches = [np.zeros_like, np.sin, np.abs, lambda x: x * 10, np.negative]
    wave = npbridge.jit(lambda i, x: npbridge.switch(i, branches, x))
    x = npbridge.array([-3.0, 4.0])
    for i in range(-1, 7):
        expected = np.asarray(branches[min(max(i, 0), 4)](x))
        equal(wave(npbridge.array(i), x), expected)
        equal(npbridge.switch(i, branches, x), expected)
    equal(npbridge.vmap(lambda i: npbridge.switch(i, branches, x))(npbridge.arange(5))[3], [-30, 40])


def test_gradients(wide):
    counter = Counter()

    def loss(x):
        counter.n[:] = 0
        return npbridge.for_loop(counter.update, x)[-1]

    (w,), x = npbridge.grad(loss, grad_vars=[counter.w], argnums=0)(npbridge.arange(4.0))
    equal(w, [6, 6])
    equal(x, [2, 2, 2, 2])
    equal(
        npbridge.grad(lambda x: npbridge.scan(lambda c, v: (c * v, None), 1.0, x)[0])(npbridge.arange(1.0, 4.0)),
        [6, 3, 2],
    )


def test_checks_and_errors(wide):
    def body(x):
        assert x < 3, "too large"
        return x

    equal(npbridge.for_loop(body, npbridge.arange(3.0)), [0, 1, 2])
    with pytest.raises(AssertionError, match="too large"):
        npbridge.for_loop(body, npbridge.arange(5.0))
    with pytest.raises(TransformError, match="must keep its structure, shapes"):
        npbridge.scan(lambda c, x: (npbridge.ones(3), x), 0.0, npbridge.ones(3))
    with pytest.raises(TransformError, match="structure"):
        npbridge.scan(lambda c, x: ((c, c), x), 0.0, npbridge.ones(3))
    with pytest.raises(TransformError, match="returns a pair"):
        npbridge.scan(lambda c, x: c, 0.0, npbridge.ones(3))
    with pytest.raises(TransformError, match=r"assigns .*w"):
        npbridge.for_loop(Counter().rebinds, npbridge.ones((3, 2)))
    with pytest.raises(ValueError, match="unequal lengths"):
        npbridge.for_loop(lambda a, b: a, (npbridge.ones(3), npbridge.ones(4)))
    with pytest.raises(ValueError, match="needs arrays or a length"):
        npbridge.scan(lambda c, x: (c, x), 0.0)


def test_numpy_has_none(on_numpy):
    for loop in (
        lambda: npbridge.for_loop(lambda x: x, npbridge.ones(2)),
        lambda: npbridge.scan(lambda c, x: (c, x), 0.0, npbridge.ones(2)),
        lambda: npbridge.while_loop(lambda x: x < 1, lambda x: x + 1, 0),
        lambda: npbridge.cond(True, lambda: 1, lambda: 2),
        lambda: npbridge.switch(0, [lambda: 1]),
    ):
        with pytest.raises(UnsupportedError, match=r"use_backend\('jax'\)"):
            loop()


class TestProgress:
    @pytest.fixture
    def shown(self, capsys, wide):
        pytest.importorskip("tqdm")
        return lambda: capsys.readouterr().err

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_bar(self, shown, reverse):
        loop = npbridge.jit(lambda x: npbridge.for_loop(lambda v: v * 2, x, progress=True, reverse=reverse))
        for _ in range(2):
            equal(loop(npbridge.arange(250.0))[-1], 498)
        text = shown()
        assert text.count("250/250") == 2
        assert "for_loop" in text

    def test_eager_plain_and_differentiated(self, shown):
        f = lambda x: npbridge.scan(lambda c, v: (c + v, None), 0.0, x, progress=True)[0]  # noqa: E731
        equal(f(npbridge.ones(7)), 7)
        equal(npbridge.grad(f)(npbridge.ones(7)), np.ones(7))
        with npbridge.debug.disable_jit():
            equal(f(npbridge.ones(7)), 7)
        assert shown().count("7/7") == 3

    def test_a_bar_that_counts(self, shown):
        def run(x):
            return npbridge.while_loop(lambda v: v[0] < 250, lambda v: (v[0] + 1, v[1] * 1.0), (0, x), progress=True)

        for f in (run, npbridge.jit(run)):
            n, y = f(npbridge.ones(2))
            assert int(n) == 250 and y.tolist() == [1, 1]
        with npbridge.debug.disable_jit():
            run(npbridge.ones(2))
        text = shown()
        assert text.count("while_loop") >= 3
        assert text.count("250it") == 3

    def test_several_iterations_at_a_time_and_lanes(self, shown):
        equal(npbridge.scan(lambda c, v: (c + v, c), 0.0, npbridge.ones(5), unroll=2, progress=True)[0], 5)
        assert "5/5" in (text := shown()) and text.count("\n") == 1
        equal(npbridge.scan(lambda c, v: (c + v, c), 0.0, npbridge.ones(0), progress=True)[0], 0)
        assert not shown()
        run = lambda x: npbridge.while_loop(lambda v: v < 9, lambda v: v + 1, x, progress=True)  # noqa: E731
        equal(npbridge.vmap(run)(npbridge.arange(3)), [9, 9, 9])
        assert "9it" in (text := shown()) and text.count("\n") == 1

    def test_without_tqdm(self, monkeypatch, wide):
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
        with pytest.raises(ModuleNotFoundError, match="pip install tqdm"):
            npbridge.for_loop(lambda v: v, npbridge.arange(3.0), progress=True)


class TestSwitch:
    @pytest.mark.parametrize("index", [1.5, np.float64(1), "array"])
    def test_an_index_is_an_integer(self, wide, index):
        branches = [lambda: 1, lambda: 2]
        with pytest.raises(TypeError, match="integer"):
            if index == "array":
                npbridge.jit(lambda i: npbridge.switch(i, branches))(npbridge.array(1.5))
            else:
                npbridge.switch(index, branches)
        equal(npbridge.switch(np.int64(1), branches), 2)
        equal(npbridge.switch(npbridge.array(True), branches), 2)

    def test_without_jit_on_any_backend(self, ours):
        with npbridge.debug.disable_jit():
            assert npbridge.switch(1, [lambda x: x, lambda x: -x], 3) == -3
            assert npbridge.cond(True, lambda x: x, lambda x: -x, 3) == 3
