"""``python -m benchmarks.against_brainpy PYTHON``: the balanced network, ours against BrainPy's.

PYTHON is the interpreter of an environment that has BrainPy and Numba; both sides are
measured in turns within one run, in processes of their own.  Ours is measured on both
backends: BrainPy's sparse connections are Numba kernels inside XLA.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import npbridge

from . import network

ROUNDS = 15
WORK = {"step": 200, "run": 1000}
WHAT = {"step": "one compiled call per step", "run": "all steps in one compiled loop"}


class Other:
    """The process with BrainPy."""

    def __init__(self, python: str) -> None:
        script = Path(__file__).with_name("brainpy_network.py")
        self.process = subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.title = self.process.stdout.readline().strip()

    def seconds(self, what: str, steps: int) -> float:
        print(what, steps, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Ours:
    """Our network on one backend."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        npbridge.use_backend(backend)
        self.network = network.settled_network(network.example())
        self.step = npbridge.jit(self.network.step)
        self.loop = npbridge.jit(self.network.run)

    def seconds(self, what: str, steps: int) -> float:
        npbridge.use_backend(self.backend)
        start = time.perf_counter()
        if what == "run":
            np.asarray(self.loop(steps))
        else:
            for _ in range(steps):
                self.step()
            np.asarray(self.network.inh.g)
        return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_brainpy", description=__doc__)
    parser.add_argument("python", help="interpreter of an environment with brainpy")
    arguments = parser.parse_args()
    found = subprocess.run([arguments.python, "-c", "import brainpy"], capture_output=True, check=False)
    if found.returncode:
        print(f"skipped: {arguments.python} has no brainpy (pip install brainpy==2.8.2 numba)")
        return 0
    other = Other(arguments.python)
    sides = {"BrainPy": other, "npbridge on jax": Ours("jax"), "npbridge on numpy": Ours("numpy")}
    print(f"4,000 neurons, 320,000 synapses; {other.title}; npbridge {npbridge.__version__}\n")
    print(f"{'':32} {'us per step':>12} {'of BrainPy':>11}")
    for what, steps in WORK.items():
        for side in sides.values():
            side.seconds(what, steps)  # compiles
        samples: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, side in sides.items():
                samples[name].append(side.seconds(what, steps) / steps)
        print(WHAT[what])
        for name, values in samples.items():
            ratio = statistics.median(a / b for a, b in zip(values, samples["BrainPy"], strict=True))
            print(f"  {name:30} {statistics.median(values) * 1e6:12.1f} {ratio:11.2f}")
    other.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
