"""Loops that are looked after do what they always do; what is left of them is a function of their variables."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from npbridge._src.tiers import loops as module
from npbridge._src.tiers.loops import Loops

PROGRAMS = {
    "plain": "t = 0\nfor i in range(10):\n    t += i\n",
    "else": "t = 0\nfor i in range(3, 30, 4):\n    t += i\nelse:\n    t *= 2\n",
    "nothing": "t = 5\nfor i in range(0):\n    t = i\n",
    "backwards": "t = []\nfor i in range(10, 0, -3):\n    t.append(i)\n",
    "inside": "t = []\nfor i in range(3):\n    for j in range(i):\n        if j: continue\n        t.append((i, j))\n",
    "break": "t = 0\nfor i in range(10):\n    if i == 4: break\n    t += i\n",
    "inner break": "t = 0\nfor i in range(4):\n    for j in range(9):\n        if j == 2: break\n    t += j\n",
    "rebound": "n = 3\nt = 0\nfor i in range(n):\n    n = 100\n    t += 1\n",
    "function": "def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t, i\n"
    "t = [f(k) for k in range(1, 90)]\n",
    "return": "def f(n):\n    for i in range(n):\n        if i == 3: return i\nt = f(10)\n",
    "generator": "def f(n):\n    for i in range(n):\n        yield i\nt = list(f(5))\n",
    "error": "t = 0\ntry:\n    for i in range(5):\n        t += 1 // (3 - i)\n"
    "except ZeroDivisionError as e:\n    t = (t, str(e), e.__traceback__.tb_lineno)\n",
    "shadowed": "range = lambda n: [n, n + 1]\nt = 0\nfor i in range(3):\n    t += i\n",
    "branch": "t = 0\nif __name__:\n    for i in range(5):\n        t += i\n",
    "match": "t = 0\nfor i in range(5):\n    match i:\n        case j:\n            t += j\n",
    "deep": "t = " + " + ".join(["1"] * 1500) + "\nfor i in range(5):\n    t += i\n",
    "lambda": "t = [f() for f in [lambda: [x for x in range(3)]]]\n",
    "class": "class A:\n    t = 0\n    for i in range(4):\n        t += i\nt = A.t\n",
}


class NoTiers:
    running = None

    def is_alone(self):
        return True

    def try_beside(self, *given):
        pass


@pytest.fixture
def loops():
    made = Loops(NoTiers())
    yield made
    for site in made.sites:
        delattr(builtins, site.name)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("piece", [0.0, 0.005], ids=["one by one", "usual"])
def test_they_do_what_they_do(name, piece, loops, monkeypatch):
    monkeypatch.setattr(module, "PIECE", piece)
    expected, found = {"__name__": "m"}, {"__name__": "m"}
    exec(PROGRAMS[name], expected)
    exec(loops.compiled(PROGRAMS[name], "program.py", found), found)
    for variable in ("t", "i", "j", "n"):
        assert found.get(variable, "unbound") == expected.get(variable, "unbound")


TAKEN = {"deep", "plain", "else", "nothing", "backwards", "inside", "inner break", "rebound", "shadowed", "branch"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_which_are_looked_after(name, loops):
    loops.compiled(PROGRAMS[name], "program.py", {})
    assert len(loops.sites) == (name in TAKEN)


class Runs:
    """In the place of an engine: the function itself."""

    def __init__(self, turns):
        self.turns = turns

    def only(self):
        return lambda args, kwargs: self.turns.plain(*args)


def at_once(self, left, pace):
    """Take each loop at the first chance."""
    if self.candidate is None:
        self.candidate = module.Turns(self)
        self.candidate.auto = Runs(self.candidate)
    return self.candidate.taken(left, pace)


GLOBAL = """
x, y, total = np.zeros(3), 1.5, 0
for t in range(20):
    for k in range(3):
        x[k] += y
    y = y * 1.01
    total += t
result = x.tolist(), y, total, k, t
"""


def test_what_is_left_is_run_by_another(loops, monkeypatch):
    monkeypatch.setattr(module, "HOT", -1.0)
    monkeypatch.setattr(module, "LEFT", -1.0)
    monkeypatch.setattr(module.Site, "taken", at_once)
    expected, found = {"np": np}, {"np": np}
    exec(GLOBAL, expected)
    exec(loops.compiled(GLOBAL, "program.py", found), found)
    assert found["result"] == expected["result"] and loops.candidates()[0].auto is not None


def test_where_it_fails_python_goes_on(loops, monkeypatch):
    monkeypatch.setattr(module, "HOT", -1.0)
    monkeypatch.setattr(module, "LEFT", -1.0)
    monkeypatch.setattr(module.Site, "taken", at_once)
    monkeypatch.setattr(Runs, "only", lambda self: lambda args, kwargs: 1 / 0)
    found = {"np": np}
    exec(loops.compiled(GLOBAL, "program.py", found), found)
    assert found["total"] == 190 and "Python has to go on" in loops.candidates()[0].word


def test_loops_that_begin_often_are_left_alone(loops):
    found = {"t": 0}
    code = loops.compiled("for i in range(5):\n    t += i\n", "program.py", found)
    for _ in range(200):
        exec(code, found)
    (site,) = loops.sites
    assert found["t"] == 2000 and getattr(builtins, site.name) is iter and site.entered == module.FEW + 1


def test_lines_stay_where_they_are():
    text = PROGRAMS["inside"]
    loops = Loops(NoTiers())
    code = loops.compiled(text, "program.py", {})
    plain = compile(text, "program.py", "exec")
    assert {line for *_, line in code.co_lines()} == {line for *_, line in plain.co_lines()}
    for site in loops.sites:
        delattr(builtins, site.name)
