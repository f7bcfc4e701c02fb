"""Nothing grows with the number of calls, models or constants: what is kept is weak, or bounded."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import gc, pickle, sys
import numpy as np, npbridge

npbridge.enable_x64()
npbridge.use_backend(sys.argv[1])
N = 500_000  # numbers, four megabytes
x = npbridge.array(np.ones(N))

class Model(npbridge.Base):
    def __init__(self):
        super().__init__()
        self.w = npbridge.Variable(np.ones(N))

    @npbridge.jit
    def step(self, x):
        self.w += x
        return self.w.sum()

class Plain:
    def __init__(self):
        self.w = npbridge.array(np.ones(N))

    @npbridge.jit
    def step(self, x):
        self.w += x
        return self.w.sum()

@npbridge.jit
def scaled(x, by):
    return (x * by).sum()

kept = None

@npbridge.jit
def of_a_global(x):
    return (x * kept).sum()

def rebound(i):
    global kept
    kept = np.full(N, float(i))
    of_a_global(x)

def closed_over(i):
    y = npbridge.array(np.full(N, float(i)))
    npbridge.jit(lambda x: (x + y).sum())(x)

STEPS = {
    "models": lambda i: [Model().step(1.0) for _ in range(2)],
    "plain models": lambda i: [Plain().step(1.0) for _ in range(2)],
    "calls": lambda i: scaled(x, 2.0),
    "constants": lambda i: scaled(x, i + 0.5),
    "integers": lambda i: scaled(x, i),
    "arrays under a global name": rebound,
    "closures": closed_over,
    "eager calls": lambda i: float((np.sin(x) * i).sum()),
    "ndarrays of it": lambda i: np.asarray(npbridge.ones(N)).sum(),
    "memory of it": lambda i: memoryview(npbridge.ones(N))[0],
    "addresses of it": lambda i: npbridge.ones(N).__array_interface__,
    "pickles": lambda i: pickle.loads(pickle.dumps(npbridge.ones(N))),
}

def resident():
    gc.collect()
    with open("/proc/self/status") as file:
        (size,) = [line.split()[1] for line in file if line.startswith("RssAnon")]
    return int(size) // 1024

for name, step in STEPS.items():
    for i in range(40):  # until what is bounded is full
        step(i)
    before = resident()
    for i in range(40, 65):
        step(i)
    print(name, resident() - before, sep=":")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_nothing_grows(backend):
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, backend]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    grown = {name: int(size) for name, size in (line.split(":") for line in done.stdout.splitlines())}
    assert len(grown) == 12
    assert not {name: size for name, size in grown.items() if size > 30}  # megabytes; 25 arrays have 100
