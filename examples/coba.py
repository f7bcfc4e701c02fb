"""A balanced network of 4,000 spiking neurons with conductance synapses, built from classes.

Leaky integrate-and-fire neurons, four fifths of them excitatory, each connected to 2 %
of the others: the first benchmark (COBA) of Brette et al., J. Comput. Neurosci. 23, 349
(2007), after Vogels and Abbott, J. Neurosci. 25, 10786 (2005), with their parameters.
The network is started once and then keeps itself active, with irregular spikes.  Runs of
this benchmark in other simulators settle at 15 to 20 spikes a second and neuron, more or
less by the random connections: 10 to 30 counts as the same.

    python examples/coba.py --backend jax
"""

import argparse
from pathlib import Path

import numpy as np

import npbridge

dt = 0.1  # ms


class Neurons(npbridge.Base):
    """Leaky integrate-and-fire neurons; potentials in mV, times in ms."""

    rest, threshold, reset = -60.0, -50.0, -60.0
    tau, refractory = 20.0, 5.0

    def __init__(self, n, rng):
        self.n = n
        self.v = npbridge.Variable(rng.uniform(self.reset, self.threshold, n))
        self.wait = npbridge.Variable(npbridge.zeros(n, dtype=np.int32))  # steps until it takes part again
        self.spiking = npbridge.Variable(npbridge.zeros(n, dtype=bool))

    def update(self, current):
        """Advance by dt; `current` is what the synapses add to the leak."""
        change = (self.rest - self.v + current) * (dt / self.tau)
        self.v += np.where(self.wait == 0, change, 0.0)
        self.wait[:] = np.maximum(self.wait - 1, 0)
        self.spiking[:] = self.v > self.threshold
        self.v[self.spiking] = self.reset
        self.wait[self.spiking] = round(self.refractory / dt)


class Synapses(npbridge.Base):
    """From the neurons `first`, `first` + 1, ... to all; conductances in units of the leak."""

    def __init__(self, neurons, first, last, fan_out, weight, reversal, tau, start, rng):
        self.neurons, self.first, self.last = neurons, first, last
        # the targets of each neuron, one row per neuron, none twice
        targets = [rng.choice(neurons.n, fan_out, replace=False) for _ in range(first, last)]
        self.targets = npbridge.asarray(np.array(targets, dtype=np.int32))
        self.g = npbridge.Variable(np.maximum(rng.normal(*start, neurons.n), 0.0))
        self.weight, self.reversal = weight, reversal
        self.decay = 1.0 - dt / tau

    def current(self):
        return self.g * (self.reversal - self.neurons.v)

    def update(self):
        """Let the conductances decay, and add what the spikes of this step bring."""
        self.g *= self.decay
        for neuron in np.flatnonzero(self.neurons.spiking[self.first : self.last]):
            np.add.at(self.g, self.targets[neuron], self.weight)


class Network(npbridge.Base):
    """Excitatory and inhibitory neurons, and the synapses between all of them."""

    def __init__(self, n_exc=3200, n_inh=800, probability=0.02, seed=2007):
        rng = np.random.default_rng(seed)
        n = n_exc + n_inh
        fan_out = round(probability * n)
        self.neurons = Neurons(n, rng)
        self.exc = Synapses(self.neurons, 0, n_exc, fan_out, 0.6, 0.0, 5.0, (4.0, 1.5), rng)
        self.inh = Synapses(self.neurons, n_exc, n, fan_out, 6.7, -80.0, 10.0, (20.0, 12.0), rng)

    def step(self):
        """Advance by dt."""
        self.neurons.update(self.exc.current() + self.inh.current())
        self.exc.update()
        self.inh.update()

    def run(self, steps):
        """Which neurons fired in each step, one row per step."""
        fired = np.zeros((steps, self.neurons.n), dtype=bool)
        for k in range(steps):
            self.step()
            fired[k] = self.neurons.spiking
        return fired


def irregularity(times, neurons):
    """The mean coefficient of variation of the intervals of neurons that fired five times or more."""
    order = np.lexsort((times, neurons))
    times, neurons = times[order], neurons[order]
    within = np.diff(neurons) == 0
    intervals, owners = np.diff(times)[within], neurons[1:][within]
    count = np.bincount(owners)
    frequent = np.flatnonzero(count >= 4)
    mean = np.bincount(owners, intervals)[frequent] / count[frequent]
    square = np.bincount(owners, intervals**2)[frequent] / count[frequent]
    return np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", default="jax", choices=["jax", "numpy"])
    parser.add_argument("--time", type=float, default=1000.0, metavar="MS", help="how long (%(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "output" / "coba.png")
    arguments = parser.parse_args()
    npbridge.use_backend(arguments.backend)

    network = Network()
    steps = round(arguments.time / dt)
    fired = np.array(npbridge.jit(network.run)(steps))
    moments, neurons = np.nonzero(fired)
    times = moments * dt
    settled = min(100.0, arguments.time / 2)  # the start has died away
    rates = fired[round(settled / dt) :].sum(axis=0) / (arguments.time - settled) * 1000
    late = times >= settled
    n_exc = network.exc.last
    print(f"{network.neurons.n} neurons, {network.exc.targets.size + network.inh.targets.size} synapses")
    print(f"{arguments.time:.0f} ms on {arguments.backend}: {len(times)} spikes")
    print(f"after {settled:.0f} ms: excitatory {rates[:n_exc].mean():.1f} Hz, inhibitory {rates[n_exc:].mean():.1f} Hz")
    verdict = "as" if 10 <= rates.mean() <= 30 else "not as"
    print(f"mean rate {rates.mean():.1f} Hz, {verdict} published (10 to 30 Hz)")
    print(f"coefficient of variation of the intervals {irregularity(times[late], neurons[late]):.2f}")
    draw(times, neurons, n_exc, fired, arguments.output)


def draw(times, neurons, n_exc, fired, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (raster, rate) = plt.subplots(
        2, 1, figsize=(10, 7), height_ratios=[3, 1], sharex=True, layout="constrained"
    )
    raster.scatter(times, neurons, s=1, c=np.where(neurons < n_exc, "tab:blue", "tab:red"), linewidths=0)
    raster.set(ylabel="neuron", title="spikes of excitatory (blue) and inhibitory (red) neurons")
    per_ms = fired[: len(fired) // 10 * 10].reshape(-1, 10, fired.shape[1]).sum(axis=(1, 2))
    rate.plot(per_ms / fired.shape[1] * 1000)
    rate.set(xlabel="time (ms)", ylabel="rate (Hz)")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
