"""One state machine for where a value lives, against ndarrays: no order of steps may leave anybody with old values."""

from __future__ import annotations

import ctypes
import gc
import pickle
import threading

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import npbridge
from npbridge._src.storage import buffer as storage

from ..seeds import SEED

# passed along, uploaded and kept twice, uploaded and kept once (in bytes: 20, 80,000, 1,200,000)
SIZES = (5, 20_000, 300_000)
numbers = st.integers(-9, 9)
cuts = st.sampled_from([np.s_[:], np.s_[1:], np.s_[::2], np.s_[::-1], np.s_[1:4], np.s_[...], np.s_[:0]])


@npbridge.jit
def summed(x):
    return x * 2 + 1


@npbridge.jit
def written(x, n):
    x += n
    x[0] = n


@npbridge.jit
def moved(x, y):
    x[1] += 1
    y[2] += 2
    return x[1] + y[2]


@npbridge.jit
def fails(x, i):
    x += 1
    x[i] = 0


class Addressed:
    """Nothing but the address of an array's memory, and the array."""

    def __init__(self, array):
        self.__array_interface__ = array.__array_interface__
        self.array = array


WAYS = {"asarray": np.asarray, "data": lambda x: x.data, "memory": memoryview, "address": Addressed}


class Values(RuleBasedStateMachine):
    """Arrays of ours and the ndarrays that they stand for; everything is int32, so that equal means equal."""

    arrays = Bundle("arrays")  # (ours, NumPy's)
    ndarrays = Bundle("ndarrays")  # ndarrays given away, and NumPy's
    backend = "jax"

    def __init__(self) -> None:
        super().__init__()
        npbridge.use_backend(self.backend)
        self.live: list = []
        self.values: list = []

    @initialize(updates=st.booleans())
    def begin(self, updates):
        self.before = storage.BYTES_PER_UPDATE, storage.BYTES_PER_COMPILATION
        if updates:  # writes go to the device, where there is the choice
            storage.BYTES_PER_UPDATE = storage.BYTES_PER_COMPILATION = 0

    def teardown(self):
        if hasattr(self, "before"):
            storage.BYTES_PER_UPDATE, storage.BYTES_PER_COMPILATION = self.before

    def keep(self, ours, theirs):
        self.live.append((ours, theirs))
        return ours, theirs

    # -- making

    @rule(target=arrays, size=st.sampled_from(SIZES), how=st.sampled_from(["host", "eager", "compiled", "jax"]))
    def make(self, size, how):
        theirs = np.arange(size, dtype=np.int32)
        ours = npbridge.array(theirs)
        if how == "eager":
            ours, theirs = np.multiply(ours, 3), theirs * 3
        elif how == "compiled":
            ours, theirs = summed(ours), theirs * 2 + 1
        elif how == "jax" and self.backend == "jax":
            ours = npbridge.asarray(ours.value)
        return self.keep(ours, theirs)

    @rule(target=arrays, pair=arrays, cut=cuts)
    def view(self, pair, cut):
        ours, theirs = pair
        return self.keep(ours[cut], theirs[cut])

    @rule(target=arrays, pair=arrays)
    def copied(self, pair):
        return self.keep(pair[0].copy(), pair[1].copy())

    @rule(target=arrays, pair=arrays)
    def pickled(self, pair):
        return self.keep(pickle.loads(pickle.dumps(pair[0])), pair[1].copy())

    # -- ndarrays

    @rule(target=ndarrays, pair=arrays, how=st.sampled_from(["asarray", "data", "memory", "address", "dlpack"]))
    def give_away(self, pair, how):
        ours, theirs = pair
        if how == "dlpack":
            given = np.from_dlpack(ours)
            given = given if given.flags.writeable else np.asarray(ours)
        else:
            given = np.asarray(WAYS[how](ours))
        assert given.flags.writeable == theirs.flags.writeable
        return self.keep(given, theirs)

    @rule(pair=ndarrays, n=numbers, cut=cuts)
    def write_there(self, pair, n, cut):
        given, theirs = pair
        given[cut] = n
        theirs[cut] = n

    @rule(target=ndarrays, pair=ndarrays, cut=cuts)
    def window(self, pair, cut):
        return self.keep(pair[0][cut], pair[1][cut])

    @rule(pair=consumes(ndarrays))
    def let_go(self, pair):
        self.live = [p for p in self.live if p[0] is not pair[0]]

    @rule(pair=consumes(arrays))
    def delete(self, pair):
        self.live = [p for p in self.live if p[0] is not pair[0]]

    @rule()
    def collect(self):
        gc.collect()

    # -- writing

    @rule(pair=arrays, n=numbers, cut=cuts, how=st.sampled_from(["set", "add", "out", "fill", "sort", "kernel"]))
    def write(self, pair, n, cut, how):
        for x in pair:
            if how == "set":
                x[cut] = n
            elif how == "add":
                x += n
            elif how == "out":
                np.add(x, n, out=x)
            elif how == "fill":
                x.fill(n)
            elif how == "sort":
                x.sort()
            else:
                x[...] = np.abs(x) - n

    @rule(pair=arrays, other=arrays)
    def write_from(self, pair, other):
        assume(pair[1].shape == other[1].shape)
        for x, y in zip(pair, other, strict=True):
            x[...] = y

    @rule(pair=arrays, i=st.integers(0, 3), n=numbers)
    def write_one(self, pair, i, n):
        assume(pair[1].size > i)
        pair[0][i] = n
        pair[1][i] = n

    @rule(pair=arrays, n=numbers, again=st.integers(1, 3))
    def write_compiled(self, pair, n, again):
        ours, theirs = pair
        assume(theirs.size)
        for _ in range(again):
            written(ours, n)
            theirs += n
            theirs[0] = n

    @rule(pair=arrays, other=st.one_of(arrays, ndarrays))
    def write_two(self, pair, other):
        assume(pair[1].size > 3 and other[1].size > 3)
        got = moved(pair[0], other[0])
        pair[1][1] += 1
        other[1][2] += 2
        assert int(got) == int(pair[1][1] + other[1][2])

    @rule(pair=arrays)
    def fail(self, pair):
        with pytest.raises(IndexError):
            fails(pair[0], pair[1].size + 1)

    @rule(pair=arrays, n=numbers)
    def write_in_a_thread(self, pair, n):
        ours, theirs = pair
        assume(theirs.size)
        thread = threading.Thread(target=lambda: (written(ours, n), ours.__iadd__(n)))
        thread.start()
        thread.join()
        theirs += n
        theirs[0] = n
        theirs += n

    @rule(pair=arrays, n=numbers)
    def write_by_numpy(self, pair, n):
        ours, theirs = pair
        with npbridge.backend("numpy"):
            np.add(ours, n, out=ours)
        theirs += n

    # -- reading

    @rule(target=arrays, pair=arrays)
    def computed(self, pair):
        ours, theirs = pair
        return self.keep(np.multiply(ours, 2) + 1, theirs * 2 + 1)

    @rule(target=arrays, pair=arrays)
    def compiled(self, pair):
        return self.keep(summed(pair[0]), pair[1] * 2 + 1)

    @rule(pair=arrays)
    def value(self, pair):
        self.values.append((pair[0].value, pair[1].copy() if self.backend == "jax" else pair[1]))

    @rule(pair=arrays)
    def elements(self, pair):
        assert [int(x) for x in pair[0][:3]] == pair[1][:3].tolist()

    @invariant()
    def all_agree(self):
        for ours, theirs in self.live:
            seen = ours if type(ours) is np.ndarray else ours._read()
            assert np.array_equal(seen, theirs)

    @invariant()
    def values_stay(self):
        for value, theirs in self.values:
            assert np.array_equal(np.asarray(value), theirs)


class KernelsAgree(Values):
    """The same, with every array read by a kernel after every step."""

    @invariant()
    def kernels_agree(self):
        for ours, theirs in self.live:
            if type(ours) is not np.ndarray:
                assert np.array_equal(np.asarray((ours + 0)._value()), theirs)


class OnNumPy(Values):
    backend = "numpy"


SUPPRESSED = list(HealthCheck)
MACHINES = [Values, KernelsAgree, OnNumPy]


@pytest.mark.filterwarnings("ignore:.*was compiled")  # arrays of many lengths
@pytest.mark.parametrize("machine", MACHINES)
def test_share(machine):
    few = settings(max_examples=3, stateful_step_count=20, deadline=None, suppress_health_check=SUPPRESSED)
    run_state_machine_as_test(hypothesis.seed(SEED)(machine), settings=few)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*was compiled")
@pytest.mark.parametrize("machine", MACHINES)
def test_all(machine):
    many = settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=SUPPRESSED)
    run_state_machine_as_test(machine, settings=many)


@pytest.fixture(autouse=True)
def back_on_jax():
    yield
    npbridge.use_backend("jax")


WAYS_TO_THE_MEMORY = [
    np.asarray,
    np.from_dlpack,
    lambda x: np.asarray(x)[:],
    lambda x: np.asarray(x.data),
    lambda x: np.asarray(x.data)[::-1],
    lambda x: np.frombuffer(x.data, x.dtype),
    lambda x: np.frombuffer(x, x.dtype),
    lambda x: np.asarray(memoryview(x)),
    lambda x: np.asarray(Addressed(x)),
    lambda x: np.asarray(memoryview(np.asarray(np.asarray(x).data))),
    lambda x: np.ctypeslib.as_array(ctypes.cast(x.ctypes.data, ctypes.POINTER(ctypes.c_int32)), x.shape),
]


@pytest.mark.parametrize("way", WAYS_TO_THE_MEMORY)
@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_arguments_that_show_the_memory_of_another(backend, way):
    x, theirs = npbridge.array(np.arange(5, dtype=np.int32)), np.arange(5, dtype=np.int32)
    given = way(x)
    shown = theirs[::-1] if given.strides[0] < 0 else theirs
    with npbridge.backend(backend):
        for _ in range(3):
            got = moved(x, given)
            theirs[1] += 1
            shown[2] += 2
            assert int(got) == theirs[1] + shown[2]
            assert np.array_equal(np.asarray(x), theirs)
