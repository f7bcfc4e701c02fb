"""A population of Hodgkin-Huxley neurons, each driven by another constant current.

The equations of Hodgkin and Huxley, J. Physiol. 117, 500 (1952), in the units and signs
of today: the membrane rests at -65 mV.  Below about 6.3 uA/cm2 a neuron fires once at
most; from there on it fires repeatedly, and at once with some 50 spikes a second, for
the cycle appears at a distance from rest (Rinzel and Miller, Math. Biosci. 49, 27 (1980)).

    python examples/hodgkin_huxley.py --backend numpy
"""

import argparse
from pathlib import Path

import numpy as np

import npbridge

dt = 0.01  # ms


def ratio(x):
    """``x / (1 - exp(-x))``, also where x is 0."""
    small = np.abs(x) < 1e-4
    return np.where(small, 1 + x / 2, x / (1 - np.exp(-np.where(small, 1.0, x))))


class Gate(npbridge.Base):
    """The fraction of open gates of one kind; it moves by its opening and closing rates (1/ms)."""

    def __init__(self, v):
        self.open = npbridge.Variable(self.opening(v) / (self.opening(v) + self.closing(v)))

    def update(self, v):
        opening, total = self.opening(v), self.opening(v) + self.closing(v)
        settled = opening / total
        self.open[:] = settled + (self.open - settled) * np.exp(-dt * total)


class SodiumActivation(Gate):
    def opening(self, v):
        return ratio((v + 40) / 10)

    def closing(self, v):
        return 4 * np.exp(-(v + 65) / 18)


class SodiumInactivation(Gate):
    def opening(self, v):
        return 0.07 * np.exp(-(v + 65) / 20)

    def closing(self, v):
        return 1 / (1 + np.exp(-(v + 35) / 10))


class PotassiumActivation(Gate):
    def opening(self, v):
        return 0.1 * ratio((v + 55) / 10)

    def closing(self, v):
        return 0.125 * np.exp(-(v + 65) / 80)


class Population(npbridge.Base):
    """Neurons side by side; potentials in mV, conductances in mS/cm2, currents in uA/cm2, 1 uF/cm2."""

    g_sodium, g_potassium, g_leak = 120.0, 36.0, 0.3
    sodium, potassium, leak = 50.0, -77.0, -54.387

    def __init__(self, current):
        self.current = npbridge.asarray(current)
        self.v = npbridge.Variable(np.full(len(current), -65.0))
        self.m, self.h, self.n = SodiumActivation(self.v), SodiumInactivation(self.v), PotassiumActivation(self.v)
        # times of the last spike and of the one before it, and how many there were
        self.last = npbridge.Variable(npbridge.zeros(len(current)))
        self.previous = npbridge.Variable(npbridge.zeros(len(current)))
        self.spikes = npbridge.Variable(npbridge.zeros(len(current), dtype=np.int32))

    def step(self, time):
        """Advance by dt: the gates at this potential, then the potential with these gates."""
        for gate in (self.m, self.h, self.n):
            gate.update(self.v)
        sodium = self.g_sodium * self.m.open**3 * self.h.open
        potassium = self.g_potassium * self.n.open**4
        total = sodium + potassium + self.g_leak
        settled = (sodium * self.sodium + potassium * self.potassium + self.g_leak * self.leak + self.current) / total
        before = self.v.copy()
        self.v[:] = settled + (self.v - settled) * np.exp(-dt * total)
        fired = (before < 0) & (self.v >= 0)
        self.previous[fired] = self.last[fired]
        self.last[fired] = time
        self.spikes += fired

    def run(self, steps, every):
        """The potentials at each `every`-th step."""
        trace = np.zeros((steps // every, len(self.v)))
        for k in range(steps // every):
            for j in range(every):
                self.step((k * every + j) * dt)
            trace[k] = self.v
        return trace

    def frequency(self, now):
        """Spikes per second of those that still fire, 0 for the others."""
        interval = np.asarray(self.last) - np.asarray(self.previous)
        goes_on = (np.asarray(self.spikes) > 2) & (now - np.asarray(self.last) < 30)
        return np.where(goes_on, 1000 / np.where(goes_on, interval, 1.0), 0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", default="jax", choices=["jax", "numpy"])
    parser.add_argument("--time", type=float, default=500.0, metavar="MS", help="how long (%(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "output" / "hodgkin_huxley.png")
    arguments = parser.parse_args()
    npbridge.use_backend(arguments.backend)

    current = np.linspace(0, 20, 81)
    population = Population(current)
    every = 10
    steps = round(arguments.time / dt)
    trace = np.array(npbridge.jit(population.run)(steps, every))
    frequency = population.frequency(arguments.time)
    first = frequency.nonzero()[0][0]
    print(f"{len(current)} neurons, {arguments.time:.0f} ms on {arguments.backend}")
    print(f"resting potential {trace[-1, 0]:.2f} mV")
    print(f"repeated firing from {current[first]:.2f} uA/cm2 on, at {frequency[first]:.1f} Hz")
    for chosen in (10.0, 20.0):
        print(f"at {chosen:.0f} uA/cm2: {frequency[np.searchsorted(current, chosen)]:.1f} Hz")
    draw(current, frequency, trace, every * dt, arguments.output)


def draw(current, frequency, trace, interval, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for chosen in (5.0, 7.0, 15.0):
        left.plot(np.arange(len(trace)) * interval, trace[:, np.searchsorted(current, chosen)], label=f"{chosen:.0f}")
    left.set(xlabel="time (ms)", ylabel="potential (mV)", xlim=(0, 100))
    left.legend(title="uA/cm2")
    right.plot(current, frequency, ".")
    right.set(xlabel="current (uA/cm2)", ylabel="frequency (Hz)")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
