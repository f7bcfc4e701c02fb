"""An array of n bytes holds n bytes, whoever has read it last; what is read meanwhile by others stays right."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.backends.jax.small import FOR_NUMPY
from npbridge._src.ground.compat import forms_of
from npbridge._src.storage import compiling, copies
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
    with open("/proc/self/status") as file:  # what is not a file's, as the code of libraries is
        (size,) = [line.split()[1] for line in file if line.startswith("RssAnon")]
    return int(size) * 1024 / (8 * N)  # in arrays

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
    "kernels read views": ("v = x[1:]; w = x[::2]; t = x.reshape(100, -1).T\nnp.sin(v); np.sin(w); np.sin(t)", 1),
    "kernels read small views": ("parts = [x[i : i + 99_999] for i in range(300)]\nfor p in parts: np.cos(p)", 1),
    "kernels read views of what changes": ("v = x[8:]\nfor i in range(4): np.sin(v); x[i] = i; np.sin(v); v[i] = 1", 1),
    "made in another shape": ("x = npbridge.arange(float(N)).reshape(100, -1)\nnp.sin(x)", 1),
    "read as a whole": ("np.sin(x)\nfloat(np.asarray(x).sum())", 1),
}


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.parametrize("name", STEPS)
def test_an_array_is_held_once(name):
    steps, most = STEPS[name]
    text = PROGRAM.replace("{STEPS}", repr(steps))
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert float(done.stdout) < most + 0.4  # beside them the machine code of kernels


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


@pytest.mark.parametrize(
    "cut", [np.s_[:], np.s_[8:], np.s_[1:], np.s_[::2], np.s_[::-1], (np.s_[:], 1), np.s_[8:, 1:3]]
)
def test_kernels_read_views_as_they_are_now(cut):
    """Whether they read a part of the device's own memory, or a copy of it."""
    expected = np.arange(float(4 * MANY)).reshape(-1, 4)
    x = npbridge.asarray(expected)
    np.sin(x)
    view, kept = x[cut], []
    for i in range(8):
        kept.append((np.negative(view), -expected[cut]))
        x[9 + i] = expected[9 + i] = i
        view[4] = expected[cut][4] = -i
        if i % 2:
            np.cos(x)
    for found, as_it_was in kept:
        np.testing.assert_array_equal(found, as_it_was)


def test_what_kernels_read_of_views_is_kept_within_a_bound():
    x = npbridge.asarray(np.arange(float(4 * MANY)))
    np.sin(x)
    views = [x[i + 1 :: 2] for i in range(40)]
    for view in views:
        np.cos(view)
    held = [view for view in views if view._cached is not None]
    assert held and sum(view._cached[1].nbytes for view in held) <= copies.MOST
    assert held[-1] is views[-1]
    np.testing.assert_array_equal(np.negative(views[0]), -np.asarray(views[0]))
    del views, held, view
    gc.collect()
    assert copies._total == 0


def test_products_of_matrices_that_are_turned():
    a, b = np.arange(600.0 * 500).reshape(600, 500) / 1e5, np.ones((600, 300))
    x, y = map(npbridge.asarray, (a, b))
    for product in (
        lambda a, b: a.T @ b,
        lambda a, b: np.dot(b.T, a),
        lambda a, b: b.T.dot(a),
        lambda a, b: a.T @ b[:, 0],
    ):
        found = product(x, y)
        assert type(found) is npbridge.JaxArray
        np.testing.assert_allclose(found, product(a, b), rtol=1e-12)
    with pytest.raises(ValueError, match="mismatch"):
        x.T @ y.T


def test_of_many_shapes_the_machine_code_goes(monkeypatch):
    monkeypatch.setattr(compiling, "MOST", 24)
    monkeypatch.setattr(compiling, "_count", 0)
    for n in range(40):
        x = npbridge.asarray(np.full(2 * FOR_NUMPY // 8 + n, 2.0))
        assert float(np.square(x)[-1]) == 4.0 and float(np.sum(x)) == 2.0 * len(x)
        assert max(map(forms_of, compiling._kernels)) <= compiling.MOST
    assert sum(map(forms_of, compiling._kernels)) < 40 + len(compiling._kernels) * compiling.FEW
    x = npbridge.asarray(np.full(2 * FOR_NUMPY // 8, 3.0))
    assert float(np.square(x)[0]) == 9.0  # compiled again


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
