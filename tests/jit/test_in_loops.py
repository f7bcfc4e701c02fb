"""Functions that run as plain loops: on 'numpy', and on 'jax' where a program is one of small steps."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref

import numpy as np
import pytest

import npbridge
from npbridge import jit


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with npbridge.backend(request.param):
        yield request.param


def engine_of(compiled, backend):
    """The plain loops of the latest compiled form."""
    return (compiled if backend == "jax" else compiled.loops)._latest.on_host


def relax(x, turns):
    for _ in range(turns):
        for i in range(1, len(x) - 1):
            x[i] = (x[i - 1] + x[i + 1]) / 2
    return x.sum()


def test_loops_run_in_place(backend):
    compiled = jit(relax)
    want = np.array([0.0, 5.0, 1.0, 4.0])
    ours = npbridge.array(want)
    seen = np.asarray(ours)
    for _ in range(4):
        assert float(compiled(ours, 3)) == pytest.approx(float(relax(want, 3)))
        np.testing.assert_allclose(seen, want, rtol=1e-6)
    assert engine_of(compiled, backend).in_place
    assert np.shares_memory(np.asarray(ours), seen)


def test_views_and_ndarrays_see_what_is_written(backend):
    compiled = jit(relax)
    want = np.arange(12.0).reshape(3, 4)
    ours, plain = npbridge.array(want), want.copy()
    for _ in range(3):
        relax(want[1], 2), compiled(ours[1], 2), compiled(plain[1], 2)
        np.testing.assert_allclose(np.asarray(ours), want, rtol=1e-6)
        np.testing.assert_allclose(plain, want, rtol=1e-6)


def test_an_array_in_two_places_is_one(backend):
    @jit
    def f(x, y):
        x[0] += 1
        y[1] += x[0]

    ours = npbridge.zeros(3)
    for turn in range(1, 5):
        f(ours, ours)
        assert ours.tolist()[0] == turn
    assert ours.tolist()[1] == 1 + 2 + 3 + 4


def test_a_check_that_fails_leaves_everything_as_it_was(backend):
    @jit
    def f(x, at):
        x[0] = -1.0
        for k in range(len(at)):
            x[at[k]] = 7.0

    ours = npbridge.zeros(3)
    for _ in range(3):
        f(ours, npbridge.array([1, 2]))
        with pytest.raises(IndexError):
            f(ours, npbridge.array([1, 3]))
        assert ours.tolist() == [-1, 7, 7]
        ours[:] = 0
        with pytest.raises(IndexError):
            f(ours, npbridge.array([1, 3]))
        assert ours.tolist() == [0, 0, 0]


def test_results_are_new_each_time(backend):
    compiled = jit(lambda x: x * 2)
    x = npbridge.ones(3)
    first, second = compiled(x), compiled(x)
    first[0] = 9
    assert second.tolist() == [2, 2, 2] and x.tolist() == [1, 1, 1]


def test_numbers_of_every_kind(backend):
    @jit
    def f(a, b, c, d):
        return a + 1, b * 2, c - 0.5, d

    for _ in range(3):
        assert f(2, 2.5, np.float32(3), np.int64(4)) == (3, 5.0, 2.5, 4)
        assert f(-2, -2.5, np.float32(3), np.int64(4)) == (-1, -5.0, 2.5, 4)
    assert type(f(2, 2.5, np.float32(3), np.int64(4))[0]) is int


def test_sorting_in_a_loop(backend):
    @jit
    def f(x):
        total = 0.0
        for i in range(len(x)):
            total += np.sort(x)[i] * (i + 1)
        return total

    x = np.array([3.0, 1.0, 2.0])
    for _ in range(3):
        assert float(f(npbridge.array(x))) == pytest.approx(14)


def test_compiled_code_goes_with_its_function(backend):
    compiled = jit(lambda x: (x * 3).sum())
    compiled(npbridge.ones(4))
    made = weakref.ref(engine_of(compiled, backend).compiled)
    compiled.clear_cache()
    del compiled
    gc.collect()
    assert made() is None


def test_threads(backend):
    compiled = jit(relax, backend=backend)  # a new thread starts on the default one
    arrays = [npbridge.array([0.0, 5.0, 1.0, 4.0]) for _ in range(4)]
    threads = [threading.Thread(target=lambda x=x: [compiled(x, 2) for _ in range(50)]) for x in arrays]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    want = np.array([0.0, 5.0, 1.0, 4.0])
    for _ in range(50):
        relax(want, 2)
    for x in arrays:
        np.testing.assert_allclose(np.asarray(x), want, rtol=1e-5)


def test_what_cannot_be_held_is_told():
    def evens(x):
        found = []
        for i in range(len(x)):
            if x[i] % 2 == 0:
                found.append(i)
        return found

    with npbridge.backend("numpy"):
        compiled = jit(evens)
        with pytest.warns(npbridge.errors.FallbackWarning, match="found changes its length"):
            assert compiled(npbridge.array([1, 2, 4])) == [1, 2]
        assert "ran as plain Python, as the list found" in compiled.explain()
        with pytest.raises(npbridge.errors.ControlFlowError, match="evens has no compiled form: the list found"):
            jit(evens, strict=True)(npbridge.array([1, 2, 4]))
        with pytest.raises(npbridge.errors.ControlFlowError, match="evens has no compiled form: the list found"):
            compiled.lower(npbridge.array([1, 2, 4]))


def test_the_engine_is_told(monkeypatch):
    with npbridge.backend("jax"):
        compiled = jit(relax)
        compiled(npbridge.ones(4), 2)
        assert "\nruns as plain loops\n" in compiled.explain()
        compiled = jit(lambda x: np.fft.fft(x))
        compiled(npbridge.ones((1 << 14) + 1))
        assert "\nruns on XLA: it has a step on more than 16,384 elements which XLA does faster" in compiled.explain()
        monkeypatch.setenv("NPBRIDGE_ENGINE", "xla")
        compiled = jit(relax)
        compiled(npbridge.ones(4), 2)
        assert "\nruns on XLA: XLA was asked for\n" in compiled.explain()
    with npbridge.backend("numpy"):
        monkeypatch.setenv("NPBRIDGE_ENGINE", "choose")
        compiled = jit(relax)
        compiled(npbridge.ones(4), 2)
        assert "\nruns as plain loops\n" in compiled.explain()


def test_loops_that_cannot_be_made_are_told(backend, monkeypatch):
    def broken(*args, **kwargs):
        raise KeyError("a fault")

    monkeypatch.setattr("npbridge._src.backends.loops.compile.Compiled.__init__", broken)
    compiled = jit(relax)
    with pytest.warns(RuntimeWarning, match=r"no loops could be made of it \(KeyError: 'a fault'\)"):
        warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        assert float(compiled(npbridge.array([0.0, 4.0, 0.0]), 1)) == 0
    if backend == "jax":
        monkeypatch.setenv("NPBRIDGE_ENGINE", "loops")
        with pytest.raises(KeyError, match="a fault"):
            jit(relax)(npbridge.ones(3), 1)


def test_the_engine_can_be_forced(monkeypatch):
    with npbridge.backend("jax"):
        for asked, is_host in (("xla", False), ("loops", True)):
            monkeypatch.setenv("NPBRIDGE_ENGINE", asked)
            compiled = jit(lambda x: x * 2)
            compiled(npbridge.ones((1 << 20) + 1))
            assert bool(compiled._latest.on_host) is is_host
        monkeypatch.setenv("NPBRIDGE_ENGINE", "gpu")
        with pytest.raises(npbridge.errors.BackendError, match="choose"):
            jit(lambda x: x * 3)(npbridge.ones(3))


def test_negative_floats_among_unsigned_integers_have_numpys_bits(backend):
    def f(a, b):
        return np.full_like(b, a[1]), np.array([a[1], a[2]], b.dtype), np.asarray(a, b.dtype)

    for dtype in (np.uint8, np.uint32):
        a, b = np.array([0.75, -3.0, -9.5, 200.0]), np.zeros(3, dtype)
        for ours, theirs in zip(jit(f)(npbridge.array(a), npbridge.array(b)), f(a, b), strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(np.asarray(ours), theirs)


def test_memory_is_taken_over_only_by_what_lies_in_the_same_places(backend):
    def f(x):
        y = np.cumsum(x)
        wide = y[:4] * np.float64(2) + 1j * 0
        return np.cumsum(wide), y.sum()

    x = np.arange(1.0, 9.0)
    ours, theirs = jit(f)(npbridge.array(x)), f(x)
    np.testing.assert_allclose(np.asarray(ours[0]), theirs[0], rtol=1e-6)


def shifted_into(x, y):
    x[1:] = 7
    y[0] = -1
    return y.sum()


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize(
    "made",
    [
        lambda: (d := np.frombuffer(bytearray(np.arange(6.0).tobytes())), d, d),
        lambda: (d := np.frombuffer(bytearray(np.arange(6.0).tobytes())), d[:5], d[1:]),
        lambda: (d := np.arange(6.0), d, np.asarray(memoryview(d))),
        lambda: (d := np.arange(6.0), d[:5], d[1:]),
    ],
    ids=["one", "parts", "by another name", "views"],
)
def test_ndarrays_that_share_memory(made):
    with npbridge.backend("numpy"):
        compiled = jit(shifted_into)
        for _ in range(3):
            ours, *args = made()
            theirs, *plain = made()
            assert float(compiled(*args)) == shifted_into(*plain)
            assert ours.tolist() == theirs.tolist()


def test_read_only_ndarrays_are_not_written():
    def f(x):
        x += 1

    with npbridge.backend("numpy"):
        compiled = jit(f)
        compiled(np.zeros(4))
        x, base = np.zeros(4), np.zeros(4)
        part = base[:]
        x.flags.writeable = part.flags.writeable = False
        for y in (x, part, x):
            with pytest.raises(ValueError, match="read-only"):
                compiled(y)
            assert y.tolist() == [0] * 4


def test_ndarrays_are_written_where_they_lie():
    with npbridge.backend("numpy"):
        compiled = jit(lambda x: x)
        x = np.zeros(3)
        for _ in range(3):
            result = compiled(x)
            assert np.shares_memory(np.asarray(result), x)


def test_many_heavy_steps_on_a_small_stack(backend):
    lines = [f"    s = s + np.sin(x * {k}.5) * np.exp(-x * {k})" for k in range(1, 40)]
    scope = {"np": np}
    exec("\n".join(["def f(x):", "    s = x * 0", *lines, "    return s"]), scope)
    compiled, x = jit(scope["f"], backend=backend), np.linspace(0, 1, 2000)

    def call():
        with np.errstate(all="ignore"):  # who asks about errors is served by NumPy
            compiled(x)

    call()
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)


@pytest.mark.parametrize("parts", [(slice(5), slice(1, None)), (slice(None), slice(None)), (slice(3), slice(3, None))])
@pytest.mark.parametrize("made", [npbridge.asarray, lambda x: x], ids=["ours", "an ndarray"])
def test_arrays_made_of_one_ndarray(backend, parts, made):
    compiled, first, second = jit(shifted_into), *parts
    for turn in range(4):
        ours, theirs = np.arange(6.0), np.arange(6.0)
        with npbridge.backend("numpy"):  # where they show its memory
            args = npbridge.asarray(ours[first]), made(ours[second])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
            assert float(compiled(*args)) == shifted_into(theirs[first], theirs[second])
        assert ours.tolist() == theirs.tolist(), turn


def test_arrays_made_of_one_ndarray_are_told(backend):
    compiled = jit(shifted_into, strict=True)
    with npbridge.backend("numpy"):
        x = np.arange(6.0)
        args = npbridge.asarray(x), npbridge.asarray(x)
    with pytest.raises(npbridge.errors.UnsupportedError, match="memory of one ndarray"):
        compiled(*args)
    assert x.tolist() == [0, 1, 2, 3, 4, 5]


class Line:
    def __init__(self, made):
        self.x, self.y = made(np.zeros(3)), made(np.ones(3))

    @jit
    def step(self):
        self.x[0] += self.y[1]
        return self.x[0]


@pytest.mark.parametrize("made", [npbridge.asarray, lambda x: npbridge.Variable(npbridge.asarray(x))])
def test_arrays_in_the_memory_of_ndarrays_have_the_short_way(made):
    with npbridge.backend("numpy"):
        line = Line(made)
        assert line.step() == 1
        quick, *_ = line.step._loops._quick
        assert quick() == 2
        line.x = made(np.zeros(3))
        assert line.step() == 1
        both = np.zeros(3)
        line.x, line.y = npbridge.asarray(both), npbridge.asarray(both[1:])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
            assert [line.step(), line.step()] == [0, 0]
            both[2] = 4
            assert [line.step(), line.step()] == [4, 8]


def test_ndarrays_have_the_short_way():
    with npbridge.backend("numpy"):
        compiled = jit(lambda x, y: x.__setitem__(0, y[1]))
        x, y = np.zeros(3), np.ones(3)
        compiled(x, y)
        quick, *_ = compiled._loops._quick
        x[0] = 0
        quick(x, y)
        assert x[0] == 1
        compiled(x, x[:])
        assert x[0] == 0


def test_much_room_is_given_back(backend, monkeypatch):
    monkeypatch.setenv("NPBRIDGE_ENGINE", "loops")

    def f(x):
        y = np.cumsum(x)
        return np.cumsum(y * y).sum()

    for size in (1000, 1 << 18, 1 << 21):
        x, compiled = np.full(size, 1e-6, np.float32), jit(f)
        for _ in range(3):
            assert float(compiled(npbridge.array(x))) == pytest.approx(float(f(x)), rel=1e-2)
        loops = engine_of(compiled, backend).compiled
        assert bool(loops._kept) is (size == 1 << 18)


def test_what_is_one_array_in_a_result_stays_one(backend):
    compiled = jit(lambda x: np.diag_indices_from(x))
    for _ in range(3):
        rows, columns = compiled(npbridge.ones((3, 3)))
        assert rows is columns and rows.tolist() == [0, 1, 2]
        rows[0] = 7
        assert columns.tolist() == [7, 1, 2]


def test_results_in_the_memory_of_an_argument(backend):
    def f(x, y):
        return *np.ix_(x, y), np.diff(x, 0), np.real_if_close(y)

    compiled = jit(f)
    for _ in range(3):
        given = npbridge.array([2, 0, 1]), npbridge.array([4, 5])
        plain = [np.asarray(x).copy() for x in given]
        ours, theirs = compiled(*given), f(*plain)
        for result, want in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(np.asarray(result), want)
            for x, y in zip((*given, *ours), (*plain, *theirs), strict=True):
                assert np.shares_memory(result, x) == np.shares_memory(want, y)
        ours[1][...] = 9
        assert given[1].tolist() == [9, 9]


def test_what_numpy_writes_into_what_it_shows_is_seen(backend):
    @jit
    def f(x):
        rows, columns = np.ix_(x, [0, 1])
        rows[0, 0] = 5
        return x.sum() + columns.sum()

    for _ in range(3):
        x = npbridge.array([2, 0, 1])
        assert int(f(x)) == 7 and x.tolist() == [5, 0, 1]


def test_numbers_of_pythons_are_pythons(backend):
    compiled = jit(lambda x, y: (np.array_equal(x, y), np.array_equiv(x, y), np.allclose(x, y)))
    for _ in range(3):
        assert all(x is True for x in compiled(npbridge.ones(3), npbridge.ones(3)))
        assert all(x is False for x in compiled(npbridge.ones(3), npbridge.zeros(3)))


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_an_argument_that_is_used_as_memory_is_left_as_numpy_leaves_it():
    values = np.array([3.0, 1.0, 9.0, 2.0, 7.0, 5.0, 8.0])
    with npbridge.backend("numpy"):
        compiled = jit(lambda x: np.median(x, overwrite_input=True))
        for _ in range(3):
            ours, theirs = npbridge.array(values), values.copy()
            assert float(compiled(ours)) == np.median(theirs, overwrite_input=True)
            assert ours.tolist() == theirs.tolist()


def test_floats_that_are_stored_or_reduced_as_integers_have_numpys_bits(backend):
    def f(a, b):
        np.put(b, [0, 1], a[2:])
        np.put_along_axis(b, np.array([2]), a[1:2], 0)
        total = np.sum(a, dtype=b.dtype), np.cumsum(a, dtype=b.dtype)
        return b, np.full(3, a[1], b.dtype), *total

    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.uint32):
        compiled = jit(f)
        for values in ([0.75, -3.0, -9.5, -0.25], [-1.75, -3.0, -9.5, 300.0]):
            a, b = np.array(values), np.array([0, 1, 2, 3], dtype)
            for ours, theirs in zip(compiled(npbridge.array(a), npbridge.array(b)), f(a, b), strict=True):
                assert ours.dtype == theirs.dtype
                np.testing.assert_array_equal(np.asarray(ours), theirs)


def layouts():
    base = np.arange(24.0)
    yield "C", lambda: base.copy().reshape(2, 3, 4)
    yield "F", lambda: np.asfortranarray(base.reshape(2, 3, 4))
    yield "turned", lambda: base.copy().reshape(2, 3, 4).transpose(1, 2, 0)
    yield "part", lambda: np.asfortranarray(base.reshape(4, 3, 2))[1:, :, 1:]
    yield "steps", lambda: base.copy().reshape(2, 3, 4)[:, ::-1, ::2]


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("made", [pytest.param(made, id=name) for name, made in layouts()])
@pytest.mark.parametrize("is_writable", [True, False])
def test_ndarrays_keep_their_layout(made, is_writable, request):
    if not is_writable and request.node.callspec.id.endswith(("part", "steps")):
        pytest.skip("a copy of a part has no gaps")

    def f(x):
        return x, x.T, x[1:], np.ravel(x, order="K"), np.reshape(x, -1, order="A") + 1

    with npbridge.backend("numpy"):
        compiled = jit(f)
        for _ in range(3):
            x = made()
            x.flags.writeable = is_writable
            for ours, theirs in zip(compiled(x), f(x), strict=True):
                np.testing.assert_array_equal(np.asarray(ours), theirs)
                if is_writable:  # of others compiled code has a copy
                    assert np.shares_memory(ours, x) == np.shares_memory(theirs, x)


@pytest.mark.parametrize("made", [pytest.param(made, id=name) for name, made in layouts()])
def test_ndarrays_of_every_layout_are_written_where_they_lie(made):
    def f(x, at):
        x[1] += x[0]
        x[at[0]] = -1
        return x.sum()

    with npbridge.backend("numpy"):
        compiled, in_place = jit(f), jit(lambda x: x.__iadd__(x[0]).sum())
        for _ in range(3):
            ours, theirs = made(), made()
            assert float(compiled(ours, np.array([0]))) == f(theirs, [0])
            theirs += theirs[0]
            in_place(ours)
            np.testing.assert_array_equal(ours, theirs)


def test_ndarrays_in_fortrans_order_have_the_short_way():
    with npbridge.backend("numpy"):
        compiled = jit(lambda x: x.__setitem__((0, 1), x[1, 0]))
        for order in "FCF":
            x = np.array([[1.0, 2.0], [3.0, 4.0]], order=order)
            compiled(x)
            quick, *_ = compiled._loops._quick
            x[1, 0] = 7
            quick(x)
            assert x.tolist() == [[1, 7], [7, 4]]
