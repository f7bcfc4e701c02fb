"""Arrays in other processes: dtype, values and the read-only flag stay, or there is an error."""

from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import npbridge
from npbridge.errors import PrecisionError


def seen(x):
    """What a worker sees of an array, and what it computes of it."""
    return str(x.dtype), x.tolist(), x * 2, x.sum()


def made(n):
    return npbridge.arange(n)


WIDE = [np.array([2**40, 3]), np.array([1e300, 1.0]), np.array([2**63], "u8"), np.array([1 + 1e-300j]), np.arange(3)]


@pytest.mark.parametrize("context", ["spawn", "forkserver"])
def test_workers_compute_as_their_parent_does(ours, context):
    if ours.narrows:
        pytest.skip("32 bits")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(context)) as pool:
        for values in WIDE:
            dtype, numbers, doubled, total = pool.submit(seen, npbridge.array(values)).result(60)
            assert dtype == str(values.dtype) and numbers == values.tolist()
            assert doubled.dtype == values.dtype and doubled.tolist() == (values * 2).tolist()
            assert total.dtype == values.sum().dtype and total == values.sum()
        assert pool.submit(seen, npbridge.array(WIDE[0])[0]).result(60)[1] == 2**40
        assert pool.submit(made, 3).result(60).dtype == np.int64


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", [npbridge.array, npbridge.Variable])
def test_what_a_pickle_keeps(ours, kind, protocol):
    x = kind(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    again = pickle.loads(pickle.dumps(x, protocol))
    assert type(again) is type(x) and again.dtype == x.dtype and again.tolist() == x.tolist()
    again[0, 0] = 9
    assert x[0, 0] == 0
    x.flags.writeable = False
    again = pickle.loads(pickle.dumps(x, protocol))
    if kind is npbridge.array:
        with pytest.raises(ValueError, match="read-only"):
            again[0, 0] = 1
        assert again.strides == x.strides


LOADING = """
import pickle, sys
{before}
try:
    x = pickle.loads(bytes.fromhex(sys.argv[1]))
    print(x.dtype, x.tolist())
except OverflowError as error:
    print(type(error).__name__, "enable_x64" in str(error))
"""


def test_a_process_that_cannot_hold_it_says_so():
    with npbridge.backend("numpy"):
        stored = pickle.dumps(npbridge.array([2**40, 3])).hex()
        small = pickle.dumps(npbridge.array([1.5], dtype="f4")).hex()

    def load(before, data):
        code = LOADING.format(before=before)
        return subprocess.run([sys.executable, "-c", code, data], capture_output=True, text=True, check=True).stdout

    assert load("", stored).split() == ["PrecisionError", "True"]
    assert load("", small).startswith("float32 [1.5]")
    assert load("import npbridge; npbridge.enable_x64()", stored).startswith("int64 [1099511627776, 3]")
    assert load("import npbridge; npbridge.use_backend('numpy')", stored).startswith("int64 [1099511627776, 3]")


def test_in_one_process_with_other_settings(wide_then_narrow):
    stored, single = wide_then_narrow
    for data in (stored, single):
        with pytest.raises(PrecisionError, match="keeps 32 bits"):
            pickle.loads(data)


@pytest.fixture
def wide_then_narrow():
    with npbridge.backend("numpy"):
        x = npbridge.array([1.5, 2.5])
        data = pickle.dumps(x), pickle.dumps(npbridge.Variable(x))
    npbridge.enable_x64(False)
    with npbridge.backend("jax"):
        yield data
