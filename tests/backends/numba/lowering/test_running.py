"""How compiled programs run: through the interpreter, as plain Python, from disk, in threads, pickled."""

import pickle
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import npbridge
from npbridge._src.backends.numba.lowering.interface import compile_function

from .compare import same
from .programs_python import V


def lexical(x):
    return np.lexsort((x, -x)), np.trim_zeros(x)


def tried(x):
    try:
        return x / x.sum()
    except ZeroDivisionError:
        return x


def test_calls_through_the_interpreter_are_told():
    compiled = same(lexical, V)
    told = compiled.explain()
    assert "numpy.lexsort goes through the interpreter" in told
    assert f"{__file__}:{lexical.__code__.co_firstlineno + 1}" in told


def test_what_cannot_be_compiled_runs_and_says_so():
    function = npbridge.jit(tried)
    with pytest.warns(npbridge.errors.FallbackWarning, match="try has no compiled form"):
        first = function(npbridge.asarray(V))
    np.testing.assert_array_equal(first, V / V.sum())
    np.testing.assert_array_equal(function(npbridge.asarray(V)), first)
    assert "runs as plain Python" in function.explain()


def test_strict_refuses_it():
    with pytest.raises(npbridge.errors.UnsupportedError, match="try has no compiled form"):
        npbridge.jit(tried, strict=True)(npbridge.asarray(V))


def inplace(x, m):
    x[1:] += x[:-1]
    m += m[0]
    np.add(x[:-1], x[1:], out=x[1:])
    x[::-1] += x
    return x, m


def test_overlapping_memory():
    same(inplace, np.arange(6.0), np.arange(12.0).reshape(3, 4))


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np, numba, npbridge
from npbridge._src.backends.numba.lowering.interface import compile_function
from program import Model
with npbridge.backend("numpy"):
    model = Model()
    step = compile_function(model.step)
    print(float(step(2.0)))
    kept = step.latest.dispatcher.stats
    print(sum(kept.cache_hits.values()), sum(kept.cache_misses.values()))
"""

MODEL = """
import npbridge
class Model:
    def __init__(self):
        self.v = npbridge.Variable(npbridge.ones(3))
    def scaled(self, x):
        return self.v * x
    def step(self, x):
        self.v += self.scaled(x){more}
        return self.v.sum()
"""


def run(folder, more="", **environment):
    import os

    (folder / "program.py").write_text(textwrap.dedent(MODEL.format(more=more)))
    where = {"NPBRIDGE_CACHE_DIR": str(folder / "kept"), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(folder=str(folder))],
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.split()


@pytest.mark.long
def test_methods_are_kept_on_disk(tmp_path):
    assert run(tmp_path) == ["9.0", "0", "1"]
    assert run(tmp_path) == ["9.0", "1", "0"]
    assert run(tmp_path, more=" + 1") == ["12.0", "0", "1"]  # the source has changed


@pytest.mark.long
def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert run(tmp_path, NPBRIDGE_CACHE_DIR=str(tmp_path / "file" / "kept"))[0] == "9.0"


def test_threads_share_a_compiled_function():
    def program(x, n):
        for _ in range(n):
            for i in range(len(x)):
                x[i] += 1.0

    compiled = compile_function(program)
    x = npbridge.zeros(100)
    threads = [threading.Thread(target=lambda: [compiled(x, 5) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(x, np.full(100, 400.0))


def test_pickling():
    compiled = compile_function(lexical)
    again = pickle.loads(pickle.dumps(compiled))
    np.testing.assert_array_equal(again(V)[0], lexical(V)[0])


def test_parallel():
    def program(x, y):
        y[:] = np.exp(x) + x * 2
        return (x * y).sum()

    same(program, np.linspace(0, 1, 1000), np.zeros(1000), parallel=True)


def test_indices_are_not_checked_on_request():
    def program(x, i):
        return x[i]

    assert compile_function(program, boundscheck=False).options["boundscheck"] is False
    with pytest.raises(IndexError):
        compile_function(program)(np.zeros(3), 3)


def test_views_that_are_read_take_the_short_way():
    def program(a, b):
        return a * b + a

    compiled = compile_function(program)
    x = npbridge.asarray(np.arange(6.0))
    a, b = x[1:], x[::-1][:5]
    for _ in range(3):
        np.testing.assert_array_equal(compiled(a, b), np.asarray(a) * np.asarray(b) + np.asarray(a))
        assert compiled.fast(a, b) is not compiled.MISS
        x += 1


def test_a_variable_that_is_replaced():
    class Model:
        def __init__(self):
            self.v = npbridge.Variable(npbridge.zeros(3))

        def step(self):
            self.v += 1
            return self.v.sum()

    model = Model()
    step = compile_function(model.step)
    assert [float(step()) for _ in range(3)] == [3, 6, 9]
    model.__dict__["v"] = npbridge.Variable(npbridge.ones(2))
    assert [float(step()) for _ in range(60)] == [2.0 * k for k in range(2, 62)]
    assert step.fast() is not step.MISS
