"""Programs under ``python -m npbridge``: what is hot is compiled, and nobody sees a difference."""

from __future__ import annotations

import os
import re

import pytest

from npbridge._src.tiers import beside

from ..shell.programs import AUTO, PLAIN, run, write

pytestmark = pytest.mark.skipif(not beside.CAN_FORK, reason="no fork")

RELAXATION = """
import numpy as np

def relax(u):
    n = len(u)
    for i in range(1, n - 1):
        for j in range(1, n - 1):
            u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])

def main():
    u = np.zeros((50, 50))
    u[0] = 1
    for k in [*range(700)]:  # no loop that is looked after
        relax(u)
    print(type(u).__name__, repr(u.sum()), u[1].tolist())

main()
"""
STATE = """
import numpy as np

class Walker:
    def __init__(self):
        self.x, self.time, self.turns, self.last = np.zeros(800), 0.0, 0, None

    def step(self, k):
        for i in range(len(self.x)):
            self.x[i] += np.sin(self.x[i] * k + i)
        self.time += 0.5
        self.turns = self.turns + 1
        self.last = self.x * 0.999
        return self.x[:3]

def lucky(n):
    count = 0
    for i in range(n):
        if np.random.random() < 0.3:
            count += 1
    return count

def over(k):
    def inner(a):
        total = 0.0
        for v in a:
            total += v * k
        return total
    return inner

np.random.seed(3)
walker, triple, ones = Walker(), over(3.0), np.ones(2000)
found = 0.0
for n in [*range(2000)]:
    part = walker.step(0.5)
    found += lucky(3000) + triple(ones)
print(walker.x.tolist(), walker.time, walker.turns, walker.last.tolist())
print(type(walker.last).__name__, type(part).__name__)
print(found, np.random.random(), np.shares_memory(part, walker.x))
"""
EFFECTS = """
import random, time
import numpy as np
log = open("log.txt", "w")

def prints(a):
    for i in range(len(a)):
        a[i] += 0.1
    if a[0] > 1499.0:
        print("far", a[0])
    return a

def logs(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    log.write(f"{s}\\n")

def fails(a, n):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    a[0] += 0.5
    if n % 50 == 49:
        return a[len(a) + n]
    return s

def rolls(n):
    return sum(random.random() for _ in range(n))

a, caught, total = np.ones(5000), 0, 0.0
random.seed(1)
for n in range(2500):
    prints(a)
    logs(a)
    try:
        total += fails(a, n)
    except IndexError as error:
        caught, message = caught + 1, str(error)
    total += rolls(1000)
print(a.sum(), total, caught, message, random.random())

def deep():
    fails(a, 49)

deep()
"""


def compared(tmp_path, program, runs=1, options=()):
    """What each run under npbridge reports, having printed what plain python prints."""
    write(tmp_path, main=program)
    plain = run([*PLAIN, "main.py"], tmp_path)
    log = tmp_path / "log.txt"
    logged = log.read_text() if log.exists() else ""
    reports = []
    for _ in range(runs):
        ours = run(
            [
                "env",
                "NPBRIDGE_AUTO=wait",
                f"NPBRIDGE_CACHE_DIR={tmp_path / 'kept'}",
                *AUTO,
                *options,
                "--report",
                "main.py",
            ],
            tmp_path,
        )
        report, trace = told_apart(ours.stderr)
        assert (ours.stdout, trace, ours.returncode) == (plain.stdout, plain.stderr, plain.returncode)
        assert not log.exists() or log.read_text() == logged
        reports.append(report)
    return reports


def in_some_run(tmp_path, program, pattern, runs=4):
    """Assert that a report says so: when samples are taken is up to the system."""
    for _ in range(runs):
        if re.search(pattern, *compared(tmp_path, program)):
            return
    pytest.fail(f"{pattern!r} in none of {runs} runs")


def told_apart(text):
    """The report, and what else was written to stderr."""
    before, _, after = text.partition("npbridge: functions and loops that used up time\n")
    lines = after.splitlines(keepends=True)
    own = [line for line in lines if re.match(r"  \S.* \(\S+:\d+\): |  none", line)]
    return "".join(own), before + "".join(lines[len(own) :])


LOOPS = """
import numpy as np

u, seen, n = np.zeros((60, 60)), [], 0
u[0] = 1
for k in range(400):
    old = u.copy()
    for i in range(1, 59):
        for j in range(1, 59):
            u[i, j] = 0.25 * (old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1])
    n += k
print(type(u).__name__, u[1].tolist(), n, k, i, j, old[2, :3])

for t in range(4_000_000):
    if t % 1_000_000 == 0:
        print("at", t)
    n += t % 7
print(n)
"""


def test_loops_go_on_compiled(tmp_path):
    (report,) = compared(tmp_path, LOOPS)
    assert "the loop at line 6 (main.py:6): runs on" in report
    assert "the loop at line 13 (main.py:13): runs on" not in report


@pytest.mark.parametrize("option", ["--exact", "--fast"])
def test_loops_go_on_compiled_however_exact(tmp_path, option):
    (report,) = compared(tmp_path, LOOPS, options=[option])
    assert "the loop at line 6 (main.py:6): runs on" in report


DIGITS = """
import math
import numpy as np

rng = np.random.default_rng(3)

def norm(x, k):
    return np.sqrt(np.sum(np.exp(-x * x) * np.sin(k * x)))

def largest(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return b

def spikes(v, current, n):
    count = 0
    for t in range(n):
        v += 0.1 * (current - v)
        fired = v > 1
        count += int(fired.sum())
        v[fired] = 0.0
    return count

def waves(t, n):
    total = 0.0
    for k in range(1, n):
        total += math.sin(k * t) / k**1.3 + math.exp(-t * k)
    return total

x, v, current, total = rng.random(3001), rng.random(500), 2 * rng.random(500), 0
for k in [*range(2500)]:
    total += norm(x, k % 7 + 1)
    total += waves(k / 1000, 400)
    count = spikes(v, current, 60)
print(repr(total), count, v.tolist()[:5])
print(largest(60), [largest(n) for n in [*range(2, 400)]][-1])
"""


def test_numbers_have_numpys_digits(tmp_path):
    compared(tmp_path, DIGITS)
    compared(tmp_path, DIGITS, options=["--exact"])


def test_a_function_that_is_hot_is_compiled_and_remembered(tmp_path):
    in_some_run(tmp_path, RELAXATION, r"relax \(main.py:4\): runs on (plain loops|XLA)")
    compared(tmp_path, RELAXATION)
    assert len(os.listdir(tmp_path / "kept" / "auto")) == 1


def test_state_draws_and_closures_are_as_in_python(tmp_path):
    compared(tmp_path, STATE)


def test_what_is_seen_outside_stays_pythons(tmp_path):
    in_some_run(tmp_path, EFFECTS, r"(prints|logs) .*may be seen outside: (print|write)")


def test_nothing_is_looked_after_where_it_is_switched_off(tmp_path):
    write(tmp_path, main=RELAXATION.replace("700", "30"))
    off = run(["env", "NPBRIDGE_AUTO=off", *AUTO, "--report", "main.py"], tmp_path)
    assert off.returncode == 0 and "  none" in off.stderr


THREADS = """
import os, pickle, threading
import numpy as np

def work(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * i
    return s

a, found = np.ones(6000), []
for n in [*range(1500)]:
    work(a)
threads = [threading.Thread(target=lambda: found.append([work(a) for _ in range(30)])) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
child = os.fork()
if child == 0:
    os._exit(0 if work(a) == found[0][0] else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), {x for part in found for x in part})
print(pickle.loads(pickle.dumps(work)) is work, threading.active_count(), [t.name for t in threading.enumerate()])
try:
    os.wait()
except ChildProcessError:
    print("no child is left")
"""


def test_threads_and_processes_of_the_program(tmp_path):
    compared(tmp_path, THREADS)
