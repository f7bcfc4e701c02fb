"""Handwritten digits: a small neural network, written in NumPy.

The network has one hidden layer.  It is trained by gradient descent with momentum on
two thirds of scikit-learn's digits, each also shifted by one pixel in the four
directions, and tested on the last third.

    python examples/digits.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits


def shifted(images):
    """The images, and copies of them moved by one pixel: five times as many."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows, columns = images.shape[1:]
    moves = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    return np.concatenate([padded[:, i : i + rows, j : j + columns] for i, j in moves])


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Network:
    """Pixels, a layer of tanh units, and one output for each digit."""

    def __init__(self, inputs, hidden, outputs, rng):
        self.w1 = rng.normal(0, 1 / np.sqrt(inputs), (inputs, hidden))
        self.b1 = np.zeros(hidden)
        self.w2 = rng.normal(0, 1 / np.sqrt(hidden), (hidden, outputs))
        self.b2 = np.zeros(outputs)
        self.parameters = [self.w1, self.b1, self.w2, self.b2]
        self.velocities = [np.zeros_like(p) for p in self.parameters]

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.w1 + self.b1)
        return softmax(self.h @ self.w2 + self.b2)

    def backward(self, probabilities, targets):
        """The gradients of the mean cross entropy."""
        d_scores = (probabilities - targets) / len(targets)
        d_hidden = (d_scores @ self.w2.T) * (1 - self.h**2)
        return [self.x.T @ d_hidden, d_hidden.sum(axis=0), self.h.T @ d_scores, d_scores.sum(axis=0)]

    def step(self, gradients, rate, momentum=0.9):
        for p, v, g in zip(self.parameters, self.velocities, gradients):
            v *= momentum
            v -= rate * g
            p += v

    def predict(self, x):
        return self.forward(x).argmax(axis=1)


def main():
    rng = np.random.default_rng(7)
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = digits.images[order] / 16.0, digits.target[order]
    split = 2 * len(labels) // 3

    x = shifted(images[:split]).reshape(-1, 64)
    y = np.tile(labels[:split], 5)
    x_test, y_test = images[split:].reshape(-1, 64), labels[split:]
    mean = x.mean(axis=0)
    x, x_test = x - mean, x_test - mean
    targets = np.eye(10)[y]

    network = Network(64, 128, 10, rng)
    losses = []
    for step in range(150):
        probabilities = network.forward(x)
        losses.append(-np.log(probabilities[np.arange(len(y)), y]).mean())
        network.step(network.backward(probabilities, targets), rate=1.5)
        if step % 25 == 0:
            print(f"step {step:4d}   loss {losses[-1]:.6f}")

    predicted = network.predict(x_test)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (y_test, predicted), 1)
    print(f"trained on {len(y)} images, loss {losses[-1]:.6f}")
    print(f"tested on {len(y_test)} images, accuracy {np.mean(predicted == y_test):.4f}")
    print("right, of each digit:", *[f"{d}:{confusion[d, d]}/{confusion[d].sum()}" for d in range(10)])
    draw(network, losses, images[split:], y_test, predicted)


def draw(network, losses, images, labels, predicted):
    figure = plt.figure(figsize=(10, 6), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.2])
    axes = left.subplots()
    axes.semilogy(losses)
    axes.set(xlabel="step", ylabel="cross entropy", title="training")
    wrong = np.flatnonzero(predicted != labels)[:20]
    right.suptitle("some of the test images it got wrong")
    for axes, i in zip(right.subplots(4, 5).flat, wrong):
        axes.imshow(images[i], cmap="gray_r")
        axes.set_title(f"{labels[i]} read as {predicted[i]}", fontsize=8)
    for axes in right.axes:
        axes.axis("off")
    save(figure, "digits")


def save(figure, name):
    path = Path(__file__).parent / "output" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
