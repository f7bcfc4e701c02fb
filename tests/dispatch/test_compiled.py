"""Calls of the case table inside compiled functions: as they were written down, and no worse."""

from __future__ import annotations

import os
import random

import pytest

from ..seeds import SEED
from ..verdict import KINDS
from ..workers import Worker
from .compiled_calls import RUNS, judge, names, source_of
from .stored import changes, fresh, load

# How many calls a run of the tests looks at, for what is worse; the long run looks at all, for what is better too.
SHARES = {"jax-64": 200, "jax-32": 60, "numpy-64": 40}


def assert_as_written(run, chosen, better=True):
    """No call is worse than written down, and where `better` is asked for, none is better."""
    told = [line for line in changes(run, chosen) if better or ": better, " not in line]
    assert not told, "\n".join([f"{len(told)} calls are not as in tests/dispatch/compiled (seed {SEED})", *told])


@pytest.mark.parametrize("run", RUNS)
def test_share(run):
    assert_as_written(run, random.Random(f"{SEED} {run}").sample(names(), SHARES[run]), better=False)


@pytest.mark.long
@pytest.mark.parametrize("run", RUNS)
def test_all(run):
    assert_as_written(run, names())


@pytest.mark.parametrize("run", RUNS)
def test_what_is_written_down_can_be_read(run):
    known = load(run)
    assert set(known) <= set(names())
    assert {verdict.kind for verdict in known.values()} <= set(KINDS) - {"right"}


@pytest.mark.parametrize("name", ["quantile-4", "piecewise-1", "sum-3", "take-5", "einsum-7"])
def test_numpy_itself_is_right(name):
    """The harness finds nothing where NumPy is compared with itself."""
    assert judge("np", name).kind == "right"


def test_source():
    assert source_of("quantile-4")[1].text == "def call(a0):\n    return np.quantile(a0, [0.2, 0.8], axis=(0, 1, ))\n"
    assert source_of("roll-0n")[1].text == "def call(a0, n1):\n    return np.roll(a0, n1)\n"


def test_a_crash_is_an_answer(tmp_path, monkeypatch):
    """A process that ends is answered for, and the next item is run by another one."""
    (tmp_path / "dying.py").write_text(
        "import os\nfrom tests.workers import serve\n"
        "serve(lambda item: os._exit(3) if item == 'die' else ['right', item])\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with Worker("dying") as worker:
        told = [str(verdict) for _, verdict in worker.verdicts(["a", "die", "b"])]
    assert told == ["right: a", "crash: the process ended: 3", "right: b"]


def test_the_worker_answers():
    assert [v.kind for _, v in fresh("np", ["roll-0n"])] == ["right"]
