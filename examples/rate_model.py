"""A network of rate neurons that learns to oscillate, by gradients through time.

Forty-eight neurons with random connections are to turn a short pulse into a sine and a
cosine that go on after it.  The gradient of the error runs back through all steps of
the loop that integrates the network, as it stands, and Adam (Kingma and Ba, 2015)
follows it.  On `numpy` the network runs, and says that derivatives are had on `jax`.

    python examples/rate_model.py --steps 300
"""

import argparse
from pathlib import Path

import numpy as np

import npbridge

STEPS, PERIOD, PULSE = 60, 30, 4


class RateNetwork(npbridge.Base):
    """Neurons whose rates follow ``tanh`` of what they receive."""

    leak = 0.3

    def __init__(self, n, n_out, rng):
        self.w_in = npbridge.TrainVar(rng.normal(0, 1, n))
        self.w = npbridge.TrainVar(rng.normal(0, 1.2 / np.sqrt(n), (n, n)))
        self.w_out = npbridge.TrainVar(rng.normal(0, 1 / np.sqrt(n), (n_out, n)))
        self.rate = npbridge.Variable(npbridge.zeros(n))

    def step(self, x):
        """Advance by one step with input `x`; the outputs."""
        received = self.w @ self.rate + self.w_in * x
        self.rate += self.leak * (np.tanh(received) - self.rate)
        return self.w_out @ self.rate

    def run(self, inputs):
        """The outputs at each step, from rest on."""
        self.rate[:] = 0
        outputs = np.zeros((len(inputs), len(self.w_out)), dtype=inputs.dtype)
        for t in range(len(inputs)):
            outputs[t] = self.step(inputs[t])
        return outputs

    def loss(self, inputs, wanted):
        return np.mean((self.run(inputs) - wanted) ** 2)


class Adam(npbridge.Base):
    """Steps along the gradient, each divided by how large gradients have been there."""

    def __init__(self, variables, rate=0.01, decay=0.9, decay_square=0.999):
        self.variables = list(variables)
        self.mean = [npbridge.Variable(np.zeros_like(v)) for v in self.variables]
        self.square = [npbridge.Variable(np.zeros_like(v)) for v in self.variables]
        self.count = npbridge.Variable(0.0)
        self.rate, self.decay, self.decay_square = rate, decay, decay_square

    def update(self, gradients):
        self.count += 1
        rate = self.rate * np.sqrt(1 - self.decay_square**self.count) / (1 - self.decay**self.count)
        for variable, mean, square, g in zip(self.variables, self.mean, self.square, gradients, strict=True):
            mean += (1 - self.decay) * (g - mean)
            square += (1 - self.decay_square) * (g**2 - square)
            variable -= rate * mean / (np.sqrt(square) + 1e-8)


class Trainer:
    """One step of training, compiled whole."""

    def __init__(self, network, inputs, wanted):
        self.network, self.inputs, self.wanted = network, inputs, wanted
        variables = list(network.train_vars().values())
        self.optimizer = Adam(variables)
        self.gradient = npbridge.value_and_grad(network.loss, grad_vars=variables)

    def step(self):
        loss, gradients = self.gradient(self.inputs, self.wanted)
        self.optimizer.update(gradients)
        return loss


def task():
    """The pulse, and what is to come of it."""
    inputs = np.zeros(STEPS)
    inputs[:PULSE] = 1
    phase = 2 * np.pi * np.arange(STEPS) / PERIOD
    return npbridge.asarray(inputs), npbridge.asarray(np.stack([np.sin(phase), np.cos(phase)], axis=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", default="jax", choices=["jax", "numpy"])
    parser.add_argument("--steps", type=int, default=400, help="of training (%(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "output" / "rate_model.png")
    arguments = parser.parse_args()
    npbridge.use_backend(arguments.backend)

    network = RateNetwork(48, 2, np.random.default_rng(7))
    inputs, wanted = task()
    print(network.tree())
    run = npbridge.jit(network.run)
    print(f"on {arguments.backend}, before training: mean squared error {network.loss(inputs, wanted):.4f}")
    losses = []
    if arguments.backend == "jax":
        train = npbridge.jit(Trainer(network, inputs, wanted).step)
        for k in range(arguments.steps):
            losses.append(float(train()))
            if k % 100 == 99:
                print(f"step {k + 1}: mean squared error {losses[-1]:.4f}")
        print(f"after training: mean squared error {network.loss(inputs, wanted):.4f}")
    else:
        print("no training: derivatives are had on the 'jax' backend")
    draw(losses, np.array(run(inputs)), np.array(wanted), arguments.output)


def draw(losses, outputs, wanted, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    left.plot(np.arange(1, len(losses) + 1), losses)
    left.set(xlabel="step of training", ylabel="mean squared error", yscale="log" if losses else "linear")
    right.plot(wanted, color="0.7", lw=3)
    right.plot(outputs)
    right.set(xlabel="time step", ylabel="outputs (wanted: grey)")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
