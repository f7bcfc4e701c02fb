"""Random programs compiled: a share that changes with each run, and those that were kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ..seeds import SEED
from ..workers import Worker
from . import kept
from .__main__ import reason, same_way
from .generate import Program, program
from .run import judge
from .shrink import shrunk

# How many programs a run looks at, and what part of them may part today: the kinds are among those kept.
SHARES = {"jax": 20, "numpy": 8}
MAY_PART = {"jax": 0.15, "numpy": 0.5}
LONG = {"jax": 20000, "numpy": 2000}


def look(backend, seeds):
    with Worker("tests.random_programs", "--serve", backend) as worker:
        found = [(seed, verdict) for seed, verdict in worker.verdicts(map(str, seeds))]
    apart = [(seed, verdict) for seed, verdict in found if verdict.kind not in ("right", "refused")]
    for seed, verdict in apart:
        print(f"python -m tests.random_programs --backend {backend} --count 1 --seed {seed}  # {verdict}")
    assert not [pair for pair in apart if pair[1].kind == "crash"]
    assert len(apart) <= MAY_PART[backend] * len(found)


@pytest.mark.parametrize("backend", SHARES)
def test_share(backend):
    look(backend, range(SEED * 100, SEED * 100 + SHARES[backend]))


@pytest.mark.long
@pytest.mark.parametrize("backend", LONG)
def test_many(backend):
    look(backend, range(SEED * 100, SEED * 100 + LONG[backend]))


@pytest.mark.parametrize("path", sorted(kept.FOLDER.glob("*.py")), ids=lambda path: path.stem)
@pytest.mark.parametrize("backend", SHARES)
def test_kept(backend, path):
    """Each is as its file says; where it is better, the file is to be changed."""
    made, kinds = kept.load(Path(path))
    assert judge("np", made).kind == "right"
    verdict = judge(backend, made)
    assert verdict.kind == kinds[backend], verdict
    if verdict.kind != "right":
        pytest.xfail(str(verdict))


def test_numpy_itself_is_right():
    assert {judge("np", program(seed)).kind for seed in range(40)} == {"right"}


def test_a_seed_is_a_program():
    one, two = program(5), program(5)
    assert one.source == two.source
    assert repr(one.arguments[0][0]) == repr(two.arguments[0][0])


def test_programs_are_of_many_kinds():
    text = "".join(program(seed).source for seed in range(200))
    for word in ("while ", "for ", "if ", "else:", "return ", "helper(", "p.w", ".append(", "out=", "raise ", "break"):
        assert word in text, word


def test_shrinking():
    """What does not matter goes."""
    source = (
        "def program(a, b):\n    x = a + 1\n    for i in range(3):\n        b[0] = np.sin(a[1]) * 2\n    return x\n"
    )
    made = Program(source, [[np.arange(3.0), np.arange(3.0)]] * 2)
    small = shrunk(made, lambda p: "np.sin" in p.source)
    assert small.source == "def program(a, b):\n    np.sin(a)\n" or len(small.source) < 50


def test_reasons_are_the_same_for_like_texts():
    assert reason("call 3, result[0]: [1.5] instead of [2.5]") == reason("call 1, result[1]: [3] instead of [4]")
    assert same_way(judge("np", program(1)), judge("np", program(2)))
