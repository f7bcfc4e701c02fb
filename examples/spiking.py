"""A network of 4,000 spiking neurons, written as a class.

Leaky integrate-and-fire neurons with exponential synaptic currents, four fifths of them
excitatory, each connected to 2 % of the others: the second benchmark of Brette et al.,
J. Comput. Neurosci. 23, 349 (2007), after Vogels and Abbott (2005).

    python examples/spiking.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

dt = 0.1  # ms


class Network:
    """Neurons and synapses; potentials in mV, times in ms.

    The potential that a neuron would settle at is above its threshold, so the network
    is driven from inside; inhibition keeps it from firing all at once.
    """

    rest, threshold, reset, refractory = -49.0, -50.0, -60.0, 5.0
    tau, tau_exc, tau_inh = 20.0, 5.0, 10.0
    w_exc, w_inh = 1.62, -9.0

    def __init__(self, n_exc, n_inh, probability, rng):
        self.n, self.n_exc = n_exc + n_inh, n_exc
        # the targets of each neuron, one row per neuron
        self.targets = rng.integers(0, self.n, (self.n, int(probability * self.n)))
        self.v = rng.uniform(self.reset, self.threshold, self.n)
        self.i_exc = np.zeros(self.n)
        self.i_inh = np.zeros(self.n)
        self.last = np.full(self.n, -np.inf)
        self.time = 0.0

    def deliver(self, spiking):
        """How many spikes each neuron receives from the `spiking` ones."""
        return np.bincount(self.targets[spiking].ravel(), minlength=self.n)

    def step(self):
        """Advance by dt; returns which neurons fired."""
        awake = self.time - self.last >= self.refractory
        change = (self.rest - self.v + self.i_exc + self.i_inh) * (dt / self.tau)
        self.v += np.where(awake, change, 0.0)
        self.i_exc *= 1 - dt / self.tau_exc
        self.i_inh *= 1 - dt / self.tau_inh

        fired = np.flatnonzero(self.v > self.threshold)
        if len(fired):
            self.v[fired] = self.reset
            self.last[fired] = self.time
            self.i_exc += self.w_exc * self.deliver(fired[fired < self.n_exc])
            self.i_inh += self.w_inh * self.deliver(fired[fired >= self.n_exc])
        self.time += dt
        return fired


def main():
    rng = np.random.default_rng(2005)
    network = Network(3200, 800, 0.02, rng)
    duration = 200.0
    steps = round(duration / dt)
    spikes, active = [], np.zeros(steps, dtype=int)
    potentials = np.empty((steps, 100))
    for k in range(steps):
        fired = network.step()
        spikes.append(fired)
        active[k] = len(fired)
        potentials[k] = network.v[:100]

    times = np.repeat(np.arange(steps) * dt, active)
    neurons = np.concatenate(spikes)
    rates = np.bincount(neurons, minlength=network.n) / (duration / 1000)
    per_10_ms = active.reshape(-1, 100).sum(axis=1)
    print(f"{network.n} neurons, {network.targets.size} synapses, {duration:.0f} ms: {len(neurons)} spikes")
    print(f"excitatory {rates[: network.n_exc].mean():.3f} Hz, inhibitory {rates[network.n_exc :].mean():.3f} Hz")
    print(f"silent neurons: {np.count_nonzero(rates == 0)}, fastest: {rates.max():.1f} Hz")
    print("spikes in each 10 ms:", *per_10_ms)
    print(f"membrane potential at the end: {network.v.mean():.6f} +- {network.v.std():.6f} mV")
    draw(times, neurons, rates, potentials, network)


def draw(times, neurons, rates, potentials, network):
    figure, axes = plt.subplots(2, 2, figsize=(12, 7), height_ratios=[3, 1], width_ratios=[4, 1], layout="constrained")
    raster, histogram, potential, empty = axes.flat
    kind = np.where(neurons < network.n_exc, "tab:blue", "tab:red")
    raster.scatter(times, neurons, s=2, c=kind, linewidths=0)
    raster.set(ylabel="neuron", title="spikes of excitatory (blue) and inhibitory (red) neurons")
    histogram.hist(rates, bins=np.arange(0, rates.max() + 10, 5), orientation="horizontal")
    histogram.set(xlabel="neurons", ylabel="rate (Hz)")
    busiest = rates[: potentials.shape[1]].argmax()
    potential.plot(np.arange(len(potentials)) * dt, potentials[:, busiest])
    potential.set(xlabel="time (ms)", ylabel=f"potential of\nneuron {busiest} (mV)")
    empty.axis("off")
    path = Path(__file__).parent / "output" / "spiking.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
