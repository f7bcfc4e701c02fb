"""Large arrays: the threaded kernel gives NumPy's bits, NumPy's errors and NumPy's aliasing."""

from __future__ import annotations

import os
import sys
import threading
import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.array import core
from npbridge._src.backends.numba import calls, crossover, floating, large, loops, reductions, rows, team

SIZE = 3 * large.PART + 5
ALWAYS = crossover.Row(1000, 1.0)
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, 1e-40, 3e38, -1e-310, 1e300, 0.1, 37.0)


@pytest.fixture(autouse=True, scope="module")
def kernel():
    """Numba loaded, a helper to call, and rows for the cases below."""
    patch = pytest.MonkeyPatch()
    large.load()
    patch.setattr(team, "size", lambda: 2)
    patch.setattr(team, "_judge", lambda alone, together: None)
    patch.setattr(team, "_skip", 0)
    for ufunc in (np.add, np.sin, np.divide, np.less, np.multiply, np.sqrt, np.square, np.power):
        patch.setitem(crossover.UFUNCS, ufunc.__name__, dict.fromkeys(ufunc.types, ALWAYS))
    for ufunc in (np.add, np.maximum, np.minimum):
        patch.setitem(crossover.REDUCTIONS, ufunc.__name__, dict.fromkeys("lfdFD", ALWAYS))
    for module in (large, calls, rows.large):
        patch.setattr(module, "SMALLEST", 1000)
    large._plans.clear()
    with npbridge.backend("numpy"):
        yield
    patch.undo()
    large._plans.clear()


@pytest.fixture
def ran(monkeypatch):
    """How many times the kernel ran."""
    count = []
    run = large.run
    monkeypatch.setattr(large, "run", lambda *args: count.append(1) or run(*args))
    return count


def values(char: str, size: int = SIZE) -> np.ndarray:
    rng = np.random.default_rng(ord(char))
    kind = np.dtype(char).kind
    if kind == "b":
        return rng.random(size) < 0.5
    if kind in "iu":
        info = np.iinfo(char)
        found = rng.integers(info.min, info.max, size, dtype=char, endpoint=True)
        found[::3] = rng.integers(0, 10, len(found[::3]))
        return found
    with np.errstate(all="ignore"):
        if kind == "f":
            found = (rng.standard_normal(size) * 10.0 ** rng.integers(-5, 5, size)).astype(char)
            found[::7] = rng.choice(np.array(SPECIAL).astype(char), len(found[::7]))
            return found
        found = np.empty(size, char)
        found.real, found.imag = values(found.real.dtype.char, size), values(found.real.dtype.char, size)[::-1]
    return found


def numeric_loops():
    """Every ufunc and combination of dtypes for which there may be a row."""
    for name in sorted(vars(np)):
        ufunc = getattr(np, name)
        if not isinstance(ufunc, np.ufunc) or ufunc.__name__ != name or ufunc.signature or ufunc.nout != 1:
            continue
        for types in dict.fromkeys(ufunc.types):
            chars = types.replace("->", "")
            if set(chars) <= set(core.STORED_KINDS) and not (ufunc is np.power and chars[0] in "bhilqBHILQ"):
                yield pytest.param(ufunc, types, id=f"{name} {types}")


@pytest.mark.parametrize(("ufunc", "types"), list(numeric_loops()))
def test_the_same_bits_as_numpy(ufunc, types):
    chars = types.split("->")[0]
    plan = large.plan_for(ufunc, [np.dtype(c) for c in chars], {types: ALWAYS})
    if plan is None:
        pytest.skip("NumPy takes another loop for these dtypes")
    operands = [values(c) for c in chars]
    with np.errstate(all="ignore"):
        expected = ufunc(*operands)
        got = large.compute(ufunc, plan, operands, np.empty(SIZE, plan.output))
    assert got.dtype == expected.dtype
    assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("char", "lfdFD")
@pytest.mark.parametrize("size", [2 * large.PART, 5 * large.PART + 3, 16 * large.PART + 8])
@pytest.mark.parametrize("ufunc", [np.add, np.maximum, np.minimum])
def test_reductions_are_numpys(ufunc, char, size):
    if char in "FD" and ufunc is not np.add:
        pytest.skip("complex numbers have no row for this")
    flat = np.random.default_rng(1).standard_normal(size)
    flat = (flat + 1j * flat[::-1] if char in "FD" else flat * 1000).astype(char)
    got = reductions.reduce(ufunc, reductions.loop_of(ufunc, flat.dtype), flat)
    assert got.dtype == flat.dtype
    assert got == ufunc.reduce(flat)


@pytest.mark.parametrize("special", [np.nan, np.inf, -0.0])
@pytest.mark.parametrize("ufunc", [np.add, np.maximum, np.minimum])
def test_reductions_of_special_values(ufunc, special):
    flat = np.full(SIZE, -0.0)
    flat[SIZE // 2] = special
    got = reductions.reduce(ufunc, reductions.loop_of(ufunc, flat.dtype), flat)
    assert got.tobytes() == ufunc.reduce(flat).tobytes()


def ours(array):
    return npbridge.array(array)


X, Y = values("d"), values("d")[::-1].copy()
P, Q = np.random.default_rng(0).random((2, SIZE))
CALLS = {
    "two arrays": (lambda x, y: np.add(x, y), 1),
    "operator": (lambda x, y: x + y, 1),
    "number": (lambda x, y: x * 2, 1),
    "number first": (lambda x, y: 2.5 / x, 1),
    "numpy number": (lambda x, y: x * np.float64(2), 1),
    "scalar": (lambda x, y: x * y[3], 1),
    "square": (lambda x, y: x**2, 1),
    "root": (lambda x, y: x**0.5, 1),
    "one operand": (lambda x, y: np.sin(x), 1),
    "comparison": (lambda x, y: x < y, 1),
    "in place": (lambda x, y: x.__iadd__(y), 1),
    "in place, itself": (lambda x, y: x.__imul__(x), 1),
    "in place, a view": (lambda x, y: x[1:-1].__iadd__(1.0), 1),
    "out": (lambda x, y: np.add(x, y, out=x), 1),
    "sum": (lambda x, y: np.sum(x), 1),
    "sum method": (lambda x, y: x.sum(), 1),
    "max": (lambda x, y: x.max(), 1),
    "mean": (lambda x, y: x.mean(), 1),
    "mean function": (lambda x, y: np.mean(x), 1),
    "sum, order of memory": (lambda x, y: x[:-2].reshape(3, -1).T.sum(), 1),
    "reduce": (lambda x, y: np.add.reduce(x), 1),
    "reduce, axis 0": (lambda x, y: np.minimum.reduce(x, axis=0), 1),
    # these are NumPy's own
    "overlap": (lambda x, y: np.add(x[1:], x[:-1], out=x[1:]), 0),
    "other dtype": (lambda x, y: np.add(x, y.astype(np.float32)), 0),
    "strided": (lambda x, y: x[::2] + y[::2], 0),
    "broadcast": (lambda x, y: x.reshape(-1, 1)[:2000] + y[:3], 0),
    "dtype": (lambda x, y: np.add(x, y, dtype=np.float32), 0),
    "where": (lambda x, y: np.add(x, y, out=y, where=x > 0), 0),
    "keepdims": (lambda x, y: x.sum(keepdims=True), 0),
    "initial": (lambda x, y: np.sum(x, initial=1.0), 0),
    "axis": (lambda x, y: x[:-1].reshape(-1, 2).sum(axis=0), 0),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name, ran):
    call, times = CALLS[name]
    x, y, ox, oy = X.copy(), Y.copy(), ours(X), ours(Y)
    with np.errstate(all="ignore"):
        expected, got = call(x, y), call(ox, oy)
    assert len(ran) == times
    assert type(got) is (npbridge.JaxArray if isinstance(expected, np.ndarray) else type(expected))
    assert np.asarray(got).tobytes() == np.asarray(expected).tobytes()
    for ours_after, after in ((ox, x), (oy, y)):
        np.testing.assert_array_equal(ours_after, after)


def test_order_of_memory_is_kept(ran):
    x = np.asfortranarray(X[: 3 * (SIZE // 3)].reshape(3, -1))
    got = ours(x) + ours(x)
    assert got.flags.f_contiguous == (x + x).flags.f_contiguous
    np.testing.assert_array_equal(got, x + x)
    assert len(ran) == 1


def test_overflowing_numbers_raise_as_in_numpy():
    x = ours(np.zeros(SIZE, np.uint8))
    with pytest.raises(OverflowError):
        x + 300


def test_what_asarray_gave_changes_with_the_array():
    x = ours(X)
    seen = np.asarray(x)
    x *= 2.0
    np.testing.assert_array_equal(seen, X * 2.0)


CAUSES = {
    "divide by zero": lambda x: x / 0.0,
    "overflow": lambda x: (x + 1e308) * 1e10,
    "invalid value": lambda x: np.sqrt(x - 10.0),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_floating_point_warnings(cause):
    x = ours(np.ones(SIZE))
    with np.errstate(all="warn"), pytest.warns(RuntimeWarning, match=cause):
        CAUSES[cause](x)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match=cause):
        CAUSES[cause](x)
    seen = []
    with np.errstate(all="call", call=lambda kind, flag: seen.append((kind, flag))):
        CAUSES[cause](x)
        CAUSES[cause](np.ones(SIZE))
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        CAUSES[cause](x)


@pytest.mark.parametrize("mode", ["print", "log"])
def test_floating_point_messages(mode, capfd):
    log = []

    class Log:
        write = log.append

    with np.errstate(divide=mode, call=Log()):
        ours(np.ones(SIZE)) / 0.0
        here = capfd.readouterr().err + "".join(log)
        log.clear()
        np.ones(3) / np.zeros(3)
        assert here == capfd.readouterr().err + "".join(log)


def test_threads_can_call_at_the_same_time():
    expected, wrong = P + Q, []

    def work():
        for _ in range(20):
            with npbridge.backend("numpy"):
                if np.asarray(ours(P) + ours(Q)).tobytes() != expected.tobytes():
                    wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_starts_its_own_threads():
    ours(P) + ours(Q)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX warns about forks
        child = os.fork()
    if child == 0:
        started = team._started
        right = np.array_equal(np.asarray(ours(P) + ours(Q)), P + Q)
        os._exit(0 if right and started == 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_helpers_that_slow_things_down_make_a_pause(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(team, "_pause", 1)
    monkeypatch.setattr(team, "_skip", 0)
    monkeypatch.setattr(team, "size", lambda: 2)
    for expected in (1, 2, 4):
        JUDGE(alone=1.0, together=2.0)
        assert team._skip == expected
    assert [team.ready() for _ in range(5)] == [False] * 4 + [True]
    JUDGE(alone=2.0, together=1.0)
    assert team._pause == 1


JUDGE = team._judge


def test_structs_that_differ_are_not_believed(monkeypatch):
    assert loops.find(np.add, "dd->d") is not None
    assert loops.find(np.add, "??->d") is None
    assert loops.find(np.sin, "l->d") is None
    monkeypatch.setattr(loops, "_ADDRESS_OF_FIELDS", loops._ADDRESS_OF_FIELDS + 8)
    loops.find.cache_clear()
    assert loops.find(np.add, "dd->d") is None
    loops.find.cache_clear()


def test_flags_are_those_of_the_processor():
    assert floating.FLAGS == sum(row[0] for row in floating.KINDS)
    assert {row[3] for row in floating.KINDS} == {1, 2, 4, 8}


def test_loading_waits_until_it_pays(monkeypatch):
    monkeypatch.setattr(large, "_kernels", None)
    monkeypatch.setattr(large, "_spent", 0.0)
    monkeypatch.setattr(large, "LOADING", 1e9)
    np.testing.assert_array_equal(ours(P) + ours(Q), P + Q)
    assert ours(P).sum() == P.sum()
    assert large._kernels is None
    assert large._spent > 0
    monkeypatch.setattr(large, "LOADING", 0.0)
    ours(P) + ours(Q)
    assert large._kernels is not None


def test_a_kernel_that_cannot_be_had_is_said_once(monkeypatch):
    monkeypatch.setattr(large, "_kernels", None)
    monkeypatch.setattr(large, "_spent", 0.0)
    monkeypatch.setattr(large, "LOADING", 0.0)
    monkeypatch.setitem(sys.modules, "npbridge._src.backends.numba.kernels", None)
    monkeypatch.delattr("npbridge._src.backends.numba.kernels")
    with pytest.warns(RuntimeWarning, match="left to NumPy"):
        np.testing.assert_array_equal(ours(P) + ours(Q), P + Q)
    np.testing.assert_array_equal(ours(P) + ours(Q), P + Q)


class Interrupted:
    """Kernels whose first piece of work is interrupted."""

    def __init__(self, kernels, before):
        self.kernels, self.before, self.calls = kernels, before, 0
        self.wait = kernels.wait

    def work(self, *job):
        self.calls += 1
        if self.calls == 1 and self.before:
            raise KeyboardInterrupt
        done = self.kernels.work(*job)
        if self.calls == 1:
            raise KeyboardInterrupt
        return done


@pytest.mark.parametrize("before", [True, False])
def test_interrupted_work_is_finished_before_the_memory_is_given_up(before, monkeypatch):
    done = []
    wait = large._kernels.wait
    kernels = Interrupted(large._kernels, before)
    kernels.wait = lambda parts, counters: (wait(parts, counters), done.append(counters[0] == parts))
    monkeypatch.setattr(team, "_start", lambda work, count: None)
    with pytest.raises(KeyboardInterrupt):
        monkeypatch.setattr(large, "_kernels", kernels)
        kernels.FIRST, kernels.RAISED = 3, 1
        ours(P) + ours(Q)
    assert done == [True]


def test_the_table_is_sound():
    for rows_of_type in (crossover.UFUNCS, crossover.REDUCTIONS):
        for name, by_types in rows_of_type.items():
            assert isinstance(getattr(np, name), np.ufunc)
            for types, row in by_types.items():
                assert row.threshold >= 1000 and row.speedup >= 1.0, (name, types)
