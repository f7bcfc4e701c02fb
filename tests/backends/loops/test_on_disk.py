"""Machine code is kept on disk for the next process: the same code, or it is compiled anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from npbridge._src.backends.loops import machine
from npbridge._src.backends.loops.compile import Compiled

from .test_in_processes import run

X = np.linspace(0.1, 2.0, 300)

# Of each kind of text: numbers, NumPy's inner loops and products, constants, room that is kept, threads, looks for
# Ctrl-C, calls of the host's.
PROGRAMS = """
import hashlib, os, numpy as np, npbridge
from npbridge._src.backends.loops import machine
npbridge.use_backend("numpy")
count = 0
def counted(text, compiled=machine.compiled):
    global count
    count += 1
    return compiled(text)
machine.compiled = counted

table = np.arange(300.0)

def relax(u, n):
    for _ in range(n):
        u[1:-1] = 0.5 * (u[2:] + u[:-2])
    return u.sum()

def drawn(x, n):
    for i in range(n):
        x[i % 3] += np.random.random()
    return x

rng = np.random.default_rng(0)
x = npbridge.asarray(rng.random(300))
m = npbridge.asarray(rng.random((70, 70)))
np.random.seed(0)
found = [
    npbridge.jit(lambda x, k: (np.exp(x) * k + table).sum())(x, 2.0),
    npbridge.jit(lambda m: np.cumsum(m @ m, 0)[::-1] @ m)(m),
    npbridge.jit(lambda m: (np.cos(m) * 2.0).sum(), parallel=True)(npbridge.asarray(rng.random(50_000))),
    npbridge.jit(relax)(x, 100_000),
    npbridge.jit(drawn)(npbridge.asarray(rng.random(5)), npbridge.asarray(7)),
    npbridge.jit(lambda x: np.sort(x.astype("f4"))[::-1] + 1j)(x),
]
text = b"".join(np.asarray(v).tobytes() for v in found)
print(count, hashlib.sha256(text).hexdigest())
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept" / "loops"


@pytest.fixture
def texts(monkeypatch):
    """Those that LLVM compiles."""
    found = []

    def compiled(text, compiled=machine.compiled):
        found.append(text)
        return compiled(text)

    monkeypatch.setattr(machine, "compiled", compiled)
    return found


def made(f, *args):
    with jax.enable_x64(True):
        return Compiled(jax.make_jaxpr(f)(*args))


def total(x):
    return (jnp.exp(x) * 2.0).sum()


def test_another_process_compiles_nothing(tmp_path):
    runs = [
        run(tmp_path, PROGRAMS, NPBRIDGE_CACHE_DIR=str(tmp_path / "kept"), PYTHONHASHSEED=seed).split()
        for seed in ("1", "2")
    ]
    (first, results), (second, again) = runs
    assert int(first) >= 6 and int(second) == 0 and results == again
    assert len(list((tmp_path / "kept" / "loops").iterdir())) == int(first)


def test_processes_that_compile_at_once(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(PROGRAMS))
    environment = {**os.environ, "NPBRIDGE_CACHE_DIR": str(tmp_path / "kept"), "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [
        subprocess.Popen([sys.executable, str(file)], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outs = [process.communicate(timeout=120)[0].split() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    (most, results), (least, others) = sorted(outs, reverse=True)
    assert results == others
    kept = [f.name for f in (tmp_path / "kept" / "loops").iterdir()]
    assert {len(name) for name in kept} == {64}  # nothing that was written aside
    assert run(tmp_path, PROGRAMS, NPBRIDGE_CACHE_DIR=str(tmp_path / "kept")).split() == ["0", results]


def test_the_same_text_is_compiled_once(folder, texts):
    for _ in range(3):
        assert made(total, X)(X)[0] == pytest.approx(2 * np.exp(X).sum())
    assert len(texts) == 1
    made(lambda x: total(x) + 1, X)
    assert len(texts) == 2


def test_constants_and_callbacks_are_those_of_each(folder, texts):
    """Of one text, loaded several times, and of code that was loaded before."""

    def of(n):
        table = np.sin(np.arange(300.0)) + n

        def f(x):
            extra = jax.pure_callback(lambda y: np.asarray(y + n), jax.ShapeDtypeStruct((), x.dtype), x[0])
            return x * table + extra

        return made(f, X)

    of(9)
    texts.clear()
    several = [of(n) for n in range(4)]
    assert not texts
    kept = dict(enumerate(several))
    del several
    for n in (0, 3, 2, 1, 1, 3):
        np.testing.assert_allclose(kept[n](X)[0], X * (np.sin(np.arange(300.0)) + n) + X[0] + n)
        kept.pop(0, None)  # the others stay as they are


def test_a_flipped_bit_is_noticed(folder, texts):
    expected = made(total, X)(X)[0]
    (path,) = folder.iterdir()
    right = path.read_bytes()
    wrong = []
    for k in (0, 31, 32, 40, len(right) // 3, len(right) // 2, len(right) - 1):
        flipped = bytearray(right)
        flipped[k] ^= 1 << k % 8
        wrong.append(bytes(flipped))
    for content in (*wrong, b"", right[:-1], right + b"\0"):
        path.write_bytes(content)
        texts.clear()
        assert made(total, X)(X)[0] == expected
        assert len(texts) == 1 and path.read_bytes() == right


def test_code_under_the_name_of_another_is_not_run(folder, texts):
    made(total, X)
    (one,) = folder.iterdir()
    expected = made(lambda x: x.max(), X)(X)[0]
    (other,) = {*folder.iterdir()} - {one}
    shutil.copy(one, other)
    texts.clear()
    assert made(lambda x: x.max(), X)(X)[0] == expected
    assert len(texts) == 1


def test_the_folder_may_be_deleted_at_any_time(folder, texts):
    one = made(total, X)
    shutil.rmtree(folder.parent)
    assert one(X)[0] == made(total, X)(X)[0]
    assert len(texts) == 2 and len(list(folder.iterdir())) == 1


def test_it_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(machine.shelf, "most", 6 * 4096)
    for n in range(12):
        made(lambda x, n=n: x[: 10 + n].sum(), X)
    assert len(list(folder.iterdir())) <= 6
    made(lambda x: x[:21].sum(), X)


@pytest.mark.parametrize("place", ["", "file/inside"])
def test_without_a_folder_it_is_compiled_each_time(place, tmp_path, monkeypatch, texts):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", place and str(tmp_path / place))
    for _ in range(2):
        assert made(total, X)(X)[0] == pytest.approx(2 * np.exp(X).sum())
    assert len(texts) == 2
    assert [f.name for f in tmp_path.iterdir()] == ["file"]


def test_another_machine_or_version_is_another_key(monkeypatch):
    target, processor, features = machine._target()
    keys = {machine._key("text"), machine._key("texts")}
    for name, value in [
        ("_target", lambda: (target, "another", features)),
        ("_target", lambda: (target, processor, f"{features},+more")),
        ("__version__", "another"),
        ("_TUNING", {}),
    ]:
        with monkeypatch.context() as changed:
            changed.setattr(machine, name, value)
            changed.setattr(machine, "_surroundings", machine._surroundings.__wrapped__)
            keys.add(machine._key("text"))
    for library in (machine.np, machine.llvmlite):
        with monkeypatch.context() as changed:
            changed.setattr(library, "__version__", "another")
            changed.setattr(machine, "_surroundings", machine._surroundings.__wrapped__)
            keys.add(machine._key("text"))
    assert len(keys) == 8
