"""An array of n bytes holds n bytes, whoever has read it last; what is read meanwhile by others stays right."""

from __future__ import annotations

import subprocess
import sys
import threading

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.storage.buffer import SMALL

MANY = SMALL  # numbers


@pytest.fixture(autouse=True)
def on_jax():
    with jax.enable_x64(True), npbridge.backend("jax"):
        yield


PROGRAM = """
import gc, sys
import numpy as np, npbridge

npbridge.enable_x64()
N = 10_000_000  # more than malloc keeps

def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / (8 * N)  # in arrays

warm = np.sin(npbridge.zeros(100_000)); float(warm[0]); warm[0] = 1; np.cos(warm)
x = npbridge.asarray(np.ones(N))
before = resident() - 1
steps = {STEPS}
for step in steps.splitlines():
    exec(step)
gc.collect()
print(resident() - before)
"""
STEPS = {
    "a kernel reads": ("np.sin(x)", 1),
    "its result is kept": ("y = np.sin(x)", 2),
    "written on the host after a kernel": ("np.sin(x)\nx[5] = 2", 1),
    "by turns": ("for i in range(4): np.sin(x); x[i] = i; float(x[i])", 1),
    "a function": ("f = npbridge.jit(lambda x: (x * 2).sum())\nf(x); f(x)", 1),
    "views": ("v = x[1:]; w = x[::2]\nnp.sin(x)\nfloat(v[3]); float(w[4])", 1),
    "made in another shape": ("x = npbridge.arange(float(N)).reshape(100, -1)\nnp.sin(x)", 1),
    "read as a whole": ("np.sin(x)\nfloat(np.asarray(x).sum())", 1),
}


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.parametrize("name", STEPS)
def test_an_array_is_held_once(name):
    steps, most = STEPS[name]
    text = PROGRAM.replace("{STEPS}", repr(steps))
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert float(done.stdout) < most + 0.3


def test_views_follow_the_values():
    x = npbridge.asarray(np.arange(float(MANY)).reshape(-1, 4))
    view, row, turned = x[1:, 1:3], x[2], x.T
    total = float(np.sum(np.cos(x)))
    assert not x._buffer.current and abs(total) < MANY
    assert view[0].tolist() == [5.0, 6.0] and row.tolist() == [8.0, 9.0, 10.0, 11.0] and turned[3, 2] == 11
    view[1, 0] = -1
    row += 100
    turned[0, 0] = 7
    np.sin(x)
    expected = np.arange(float(MANY)).reshape(-1, 4)
    expected[2, 1] = -1
    expected[2] += 100
    expected[0, 0] = 7
    np.testing.assert_array_equal(np.asarray(x), expected)
    assert np.shares_memory(view, x) and view.base is x


def test_a_view_that_is_alone_gives_the_values_its_shape():
    x = npbridge.arange(float(MANY)).reshape(-1, 4)
    total = float(np.sum(np.cos(x)))
    assert x._whole and x.shape == (MANY // 4, 4) and x.base.shape == (MANY,)
    x[1, 2] = -1
    assert x.base[6] == -1 and np.shares_memory(x, x.base) and abs(total) < MANY
    x.base[7] = -2
    assert x[1, 3] == -2 and float(np.sum(np.square(x))) == float(np.sum(np.asarray(x) ** 2))


def test_a_view_that_is_not_alone_leaves_them_theirs():
    flat = npbridge.arange(float(MANY))
    x, tail = flat.reshape(-1, 4), flat[5:]
    np.cos(x)
    assert flat.shape == (MANY,) and tail[0] == 5 and x[1, 1] == 5
    x[1, 1] = 50
    np.cos(flat)
    assert tail[0] == flat[5] == x[1, 1] == 50


def test_threads_that_only_read_read_what_is_there():
    """One thread has a kernel read for the first time while others look at views and numbers."""
    wrong: list = []
    for _ in range(30):
        x = npbridge.asarray(np.arange(float(MANY)))
        view = x[10:]
        start = threading.Barrier(4)

        def look(x=x, view=view, start=start):
            start.wait()
            for i in range(200):
                if x[i] != i or view[i] != i + 10 or x[i : i + 2].tolist() != [i, i + 1] or float(view[3:5][1]) != 14:
                    wrong.append(i)

        def compute(x=x, start=start):
            start.wait()
            np.sin(x)

        threads = [threading.Thread(target=look) for _ in range(3)] + [threading.Thread(target=compute)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
