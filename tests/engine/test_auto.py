"""``backend="auto"``: whoever runs a call, it does what NumPy does; who is chosen, and when again."""

from __future__ import annotations

import copy
import itertools
import threading
import unittest.mock

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.engine import auto, kinds, race
from npbridge._src.engine.likeness import difference, kept
from npbridge.errors import BackendError

ENGINES = ("XLA", "plain loops", race.NUMPY)
V = np.linspace(0.0, 1.0, 7)


@pytest.fixture(params=ENGINES)
def winner(request, monkeypatch):
    """Each engine wins once, where it is not out."""

    def decide(self, numpys):
        alive = [t.name for t in self.trials if t.seconds < float("inf")]
        self.winner = request.param if request.param in alive else race.NUMPY
        self.trials.insert(0, numpys)

    monkeypatch.setattr(race.Race, "decide", decide)
    monkeypatch.setattr(auto.Auto, "left_out", lambda self, name, trials: "")
    return request.param


def in_the_end(compiled) -> str:
    return compiled.explain().partition("runs on ")[2].partition("\n")[0]


def running_sum(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
        x[i] = total
    return total


def several(x, y):
    return x + y, (x.max(), x * 2)


def scaled(x, n):
    return x.reshape(n, -1) * n


CALLS = [(running_sum, V), (several, V, V + 1), (scaled, V[:6], 2), (lambda x: np.sort(-x).astype(np.int64), V * 9)]


@pytest.mark.parametrize("make", [np.array, npbridge.array], ids=["ndarrays", "ours"])
@pytest.mark.parametrize("call", CALLS, ids=lambda c: c[0].__name__)
def test_results_arguments_and_types_are_numpys(call, make, winner):
    function, *arguments = call
    compiled = npbridge.jit(function, backend="auto")
    with npbridge.backend("auto"):
        for _ in range(4):
            theirs = copy.deepcopy(arguments)
            given = [make(x) if isinstance(x, np.ndarray) else x for x in copy.deepcopy(arguments)]
            expected, found = function(*theirs), compiled(*given)
            assert difference(kept((expected, theirs)), kept((found, given))) is None
            kind = np.ndarray if make is np.array else npbridge.JaxArray
            assert {kind}.issuperset(map(type, arrays_in(found)))
    assert in_the_end(compiled) == winner


def arrays_in(x):
    if isinstance(x, (list, tuple)):
        return [z for y in x for z in arrays_in(y)]
    return [x] if hasattr(x, "dtype") and not isinstance(x, np.generic) else []


class Model:
    def __init__(self, make):
        self.w, self.time, self.seen = make(V), 0.0, []

    @npbridge.jit(backend="auto")
    def step(self, x):
        self.w = self.w * 0.5 + x
        self.time += 0.25
        return self.w


@pytest.mark.parametrize("make", [np.array, npbridge.array], ids=["ndarrays", "ours"])
def test_models_change_as_in_numpy(make, winner):
    Model.step.clear_cache()
    with npbridge.backend("auto"):
        for _ in range(2):
            model, w = Model(make), V
            for n in range(4):
                result = model.step(make(V))
                w = w * 0.5 + V
                np.testing.assert_allclose(np.asarray(model.w), w, rtol=1e-12)
                np.testing.assert_allclose(np.asarray(result), w, rtol=1e-12)
                assert model.time == 0.25 * (n + 1)
                assert type(model.w) is type(result) is type(make(V))


def test_instances_share_what_is_chosen_and_what_is_compiled(monkeypatch):
    races = []
    run = race.Race.run
    monkeypatch.setattr(race.Race, "run", lambda self, *given: races.append(given) or run(self, *given))
    monkeypatch.setattr(race, "GAIN", float("inf"))  # an engine wins
    Model.step.clear_cache()
    compiled = []
    for _ in range(3):
        model = Model(npbridge.array)
        with npbridge.backend("auto"):
            for _ in range(3):
                model.step(npbridge.array(V))
        compiled.append(sum(len(kept.entries) for kept in Model.step._kept.engines.values()))
    assert len(races) == 1 and compiled[0] == compiled[2]


def test_draws_are_numpys(winner):
    compiled = npbridge.jit(lambda n: np.random.normal(size=3).sum() * n, backend="auto")
    np.random.seed(3)
    expected = [np.random.normal(size=3).sum() * 2 for _ in range(4)]
    np.random.seed(3)
    np.testing.assert_allclose([compiled(2) for _ in range(4)], expected, rtol=1e-12)


def test_errors_are_pythons_and_leave_what_python_leaves(winner):
    def write_and_fail(x, n):
        x[0] = 9.0
        return x[n]

    compiled = npbridge.jit(write_and_fail, backend="auto")
    for n in (1, 2, 3):
        assert compiled(V.copy(), n) == V[n]
    x = V.copy()
    with pytest.raises(IndexError, match="index 7 is out of bounds"):
        compiled(x, 7)
    assert x[0] == 9.0


def test_the_first_call_may_fail():
    compiled = npbridge.jit(lambda x: x[10], backend="auto")
    with pytest.raises(IndexError):
        compiled(V)


def test_views_of_arguments_are_views_or_the_engine_is_out(winner):
    compiled = npbridge.jit(lambda x: x[1:], backend="auto")
    for _ in range(3):
        x = V.copy()
        assert np.shares_memory(compiled(x), x)


def test_an_engine_that_gives_something_else_is_out():
    trial = race.Race(
        {"wrong": lambda args, kwargs: args[0] + 1e-6, "fails": lambda args, kwargs: 1 / 0},
        lambda args, kwargs: args[0],
        NothingToKeep,
        Nothing,
    )
    assert trial.run((np.float64(1.0),), {}) == 1.0
    assert trial.winner == race.NUMPY
    assert "part by" in trial.trials[1].reason and "ZeroDivisionError" in trial.trials[2].reason


class Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


class NothingToKeep:
    def __init__(self, args, kwargs):
        pass

    def copy_ours(self):
        pass

    def once_only(self):
        return ""

    def learn(self, undo):
        pass

    def restore(self):
        pass

    def after(self):
        return [], {}, {}


def test_numpy_is_not_waited_for_forever(monkeypatch):
    monkeypatch.setattr(race, "PATIENCE", 0.05)

    def slow(n):
        total = 0.0
        for i in range(n):
            total += 1.0 / (i + 1.0) ** 2
        return total

    compiled = npbridge.jit(slow, backend="auto")
    assert compiled(30_000_000) == pytest.approx(np.pi**2 / 6, abs=1e-6)
    assert in_the_end(compiled) != race.NUMPY and "longer than" in compiled.explain()


def test_kinds_of_calls_are_raced_once(monkeypatch):
    races = []
    run = race.Race.run
    monkeypatch.setattr(race.Race, "run", lambda self, *given: races.append(given) or run(self, *given))
    compiled = npbridge.jit(lambda x: x + 1, backend="auto")
    for size in (65, 70, 100, 127):
        compiled(np.ones(size))
    assert len(races) == 1
    compiled(np.ones(1000)), compiled(np.ones((10, 100))), compiled(np.ones(100, np.float32))
    assert len(races) == 4 and compiled.cache_info()["entries"] == 4


def test_what_differs_in_kind():
    differ = [(1,), (1.0,), (200,), (V,), (V.astype("f4"),), (V[None],), ([V],), ((V,),), ({"a": V},), (None,), ("a",)]
    found = [kinds.kind_of_call(args, {}) for args in differ] + [kinds.kind_of_call((), {"x": V})]
    assert len(set(found)) == len(found)
    small, large = Model(np.array), Model(np.array)
    large.w = np.zeros(1000)
    assert kinds.kind_of(small) != kinds.kind_of(large)


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("NPBRIDGE_AUTO", "off")
    compiled = npbridge.jit(running_sum, backend="auto")
    assert compiled(V.copy()) == V.cumsum()[-1] and in_the_end(compiled) == race.NUMPY
    monkeypatch.setenv("NPBRIDGE_AUTO", "on")
    with pytest.raises(BackendError, match="'race', 'wait', 'static', 'off'"):
        npbridge.jit(running_sum, backend="auto")(V.copy())


def test_it_can_go_by_no_clock(monkeypatch):
    monkeypatch.setenv("NPBRIDGE_AUTO", "static")
    monkeypatch.setattr(race.time, "perf_counter", itertools.count().__next__)
    slow = npbridge.jit(lambda x: x + 1, backend="auto")
    assert slow(V.copy()).tolist() == (V + 1).tolist() and in_the_end(slow) == "plain loops"
    other = npbridge.jit(lambda x: repr(x), backend="auto")
    assert other(V.copy()) == repr(V) and in_the_end(other) == race.NUMPY


def test_threads_race_once_and_all_get_an_answer():
    compiled = npbridge.jit(lambda x: np.sin(x).sum(), backend="auto")
    found = []
    threads = [threading.Thread(target=lambda: found.append(compiled(V))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(found, [np.sin(V).sum()] * 6, rtol=1e-12)
    assert compiled.cache_info()["entries"] == 1


def test_numbers_have_64_bits_and_jax_keeps_its_own():
    before = jax.config.jax_enable_x64
    with npbridge.backend("auto"):
        assert npbridge.get_backend_name() == "auto"
        x = npbridge.arange(3)
        assert x.dtype == np.int64 and (x / 2).dtype == np.float64
        assert npbridge.jit(lambda x: x / 2)(x).dtype == np.float64
        gradient = npbridge.grad(lambda x: (x**2).sum())(npbridge.array([1.0, 2.0]))
        assert gradient.tolist() == [2.0, 4.0] and gradient.dtype == np.float64
        assert npbridge.vmap(lambda x: x * 2)(x).tolist() == [0, 2, 4]
    assert jax.config.jax_enable_x64 == before


def test_what_it_says_of_itself():
    compiled = npbridge.jit(running_sum, backend="auto")
    assert "has not been called" in compiled.explain() and compiled.source == ""
    compiled(np.ones(5000))
    text = compiled.explain()
    assert all(f"{name}: " in text for name in ENGINES)
    assert "running_sum" in compiled.source
    assert "add" in compiled.lower(np.ones(3)).jaxpr


def test_results_are_close_or_not():
    def differs(a, b):
        return difference(kept(a), kept(b), 1.0)

    x = np.array([1.0, np.nan, np.inf])
    assert differs(x, x.copy()) is None and differs(x, x + 1e-12) is None
    assert differs(x, -x) and differs(x, x + 1e-6) and differs(x, x.astype("f4")) and differs(x, x[None])
    assert differs(x.astype("f4"), x.astype("f4") + np.float32(1e-6)) is None
    assert differs([1, 2], [1, 3]) and differs([1, 2], (1, 2)) and differs({"a": 1}, {"b": 1}) and differs(1, 1.0)
    assert differs(np.array([1e-17]), np.array([0.0])) is None, "what is left of numbers of the scale of one"
    assert differs(np.array([True]), np.array([False])) and differs(x, None) and differs(None, x)


LOG: list = []
NUMBERS = iter(range(1000))
RANDOM, GENERATOR = np.random.RandomState(5), np.random.default_rng(5)


TOLD = unittest.mock.Mock(side_effect=lambda x: x)  # a library's object, which keeps what it is told


def prints(x):
    print(x[0])  # noqa: T201
    return x * 2


def takes_the_next(x):
    return x * next(NUMBERS)


def tells_a_library(x):
    return TOLD(x) * 2


def logs(x):
    LOG.append(float(x[0]))
    return x * 2


def draws_from_another(x):
    return x * RANDOM.random_sample() + GENERATOR.random() * 0


@pytest.mark.parametrize("function", [prints, takes_the_next, tells_a_library, logs, draws_from_another])
def test_each_call_is_made_once(function, capsys):
    global NUMBERS
    NUMBERS = iter(range(1000))
    LOG.clear(), TOLD.reset_mock()
    compiled = npbridge.jit(function, backend="auto")
    RANDOM.seed(5)
    expected = [RANDOM.random_sample() for _ in range(3)]
    RANDOM.seed(5)
    found = [compiled(V + 1) for _ in range(3)]
    if function is prints:
        assert capsys.readouterr().out == "1.0\n" * 3
    if function is takes_the_next:
        assert [x[0] for x in found] == [0, 1, 2]
    if function is draws_from_another:
        assert [x[0] for x in found] == expected
        assert GENERATOR.random() == np.random.default_rng(5).random(4)[3]
    assert TOLD.call_count == (3 if function is tells_a_library else 0)
    assert LOG == ([1.0] * 3 if function is logs else [])
    if function in (prints, takes_the_next, tells_a_library):
        assert "not tried beside others: " in compiled.explain()


def test_xla_is_not_tried_where_plain_loops_hold_all_steps():
    compiled = npbridge.jit(lambda x: (x * 2 + 1).sum(), backend="auto")
    compiled(np.ones(1000))
    assert "XLA: out: plain loops hold all steps" in compiled.explain()
    compiled = npbridge.jit(lambda x: np.sort(x) * 2, backend="auto")
    compiled(np.ones(1000))
    assert "XLA" in compiled.explain() and "plain loops hold all steps" not in compiled.explain()
