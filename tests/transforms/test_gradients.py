"""Gradients through views, in-place writes, control flow and state, against finite differences.

A program is NumPy code.  NumPy runs it at points nearby, in 64 bits; ``npbridge.grad``
differentiates the same code.
"""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

POINT = np.array([0.4, 1.3, 0.7, 1.6, 0.9])
STEP = 1e-6


def finite_differences(program, point):
    gradient = np.zeros_like(point)
    for i in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[i] += STEP
        down[i] -= STEP
        gradient[i] = (program(up) - program(down)) / (2 * STEP)
    return gradient


# -- views


def slice_of_a_slice(x):
    return (x[1:][::2] ** 3).sum()


def backwards(x):
    return (x[::-1] * np.arange(5.0)).sum()


def transposed(x):
    m = np.outer(x, x**2)
    return (m.T @ x).sum() + m.T[1, 3]


def reshaped_view(x):
    y = np.zeros(6)
    y[:5] = x
    m = y.reshape(2, 3)
    m[1] *= m[0]
    return (y**2).sum()


def diagonal(x):
    m = np.outer(x, np.sin(x))
    return np.diagonal(m).prod() + np.trace(m)


def windows(x):
    return (np.lib.stride_tricks.sliding_window_view(x, 3) ** 2).sum(axis=1).prod()


def broadcast(x):
    return (np.broadcast_to(x, (3, 5)) * np.arange(15.0).reshape(3, 5)).sum()


def fancy(x):
    return (x[[0, 0, 3]] * x[np.array([4, 1, 1])]).sum()


# -- in-place writes


def element_write(x):
    y = x.copy()
    y[2] = y[0] * y[1]
    return (y**2).sum()


def slice_write(x):
    y = np.ones(5)
    y[1:3] = x[:2] ** 2
    return (y * x).sum()


def write_through_a_view(x):
    y = x.copy()
    view = y[1:4]
    view *= view
    return (y * np.arange(5)).sum()


def two_views_of_one_array(x):
    y = x.copy()
    a, b = y[:3], y[2:]
    a += b
    b *= 2
    return (y**2).sum()


def alias(x):
    y = x * 1.0
    z = y
    z[0] = 3 * z[1]
    return (y**3).sum()


def write_after_read(x):
    y = x.copy()
    before = y.sum()
    y[:] = 0
    return before**2 + y.sum()


def transposed_write(x):
    m = np.zeros((5, 2))
    m.T[0] = x
    m.T[1] = x**2
    return (m[:, 0] * m[:, 1]).sum()


def mask_write(x):
    y = x.copy()
    y[y > 1] = 0.5
    y[y < 0.6] *= 3
    return (y**2).sum()


def mask_write_of_values(x):
    y = np.zeros(5)
    y[x > 0.8] = x[x > 0.8] ** 2
    return y.sum()


def where(x):
    return np.where(x > 1, x**3, -x).sum()


def add_at(x):
    y = np.zeros(3)
    np.add.at(y, np.array([0, 1, 1, 2, 0]), x**2)
    return (y**2).sum()


def out_argument(x):
    y = np.empty(5)
    np.multiply(x, x, out=y)
    np.sin(y, out=y)
    return y.sum()


def copyto(x):
    y = np.zeros(5)
    np.copyto(y, x, where=x > 0.8)
    return (y**2).sum()


def argument_written(x):
    x[0] *= x[1]
    return (x**2).sum()


# -- loops and branches


def cumulative(x):
    y = x.copy()
    for i in range(1, 5):
        y[i] += y[i - 1] * 0.5
    return (y**2).sum()


def long_loop(x):
    s = 0.0
    for _ in range(50):
        s = np.sin(s + x[0]) * x[1]
    return s


def euler(x):
    v = x.copy()
    trace = np.zeros((20, 5))
    for t in range(20):
        v += 0.1 * (-v + np.tanh(np.roll(v, 1)))
        trace[t] = v
    return (trace**2).mean()


def nested_loops(x):
    m = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            m[i, j] = x[i] * x[j] if i < j else x[i] - x[j]
    return (m**2).sum()


def loop_over_rows(x):
    total = 0.0
    for row in np.outer(x, x):
        total += row.max() * row[0]
    return total


def branch(x):
    if x[0] < x[1]:
        y = x[0] ** 2
    else:
        y = x[1] * 7
    return y * x[2]


def branch_in_loop(x):
    y = np.zeros(5)
    for i in range(5):
        if x[i] > 0.8:
            y[i] = x[i] ** 2
        else:
            y[i] -= x[i]
    return (y * np.arange(1, 6)).sum()


def branch_that_writes(x):
    y = x.copy()
    if y.sum() > 1:
        y[1:3] *= 2
        z = y[0]
    else:
        z = y[4]
    return z * y.sum()


def early_return(x):
    if x[0] > 100:
        return x[1]
    return x[0] * x[2]


def conditional_expression(x):
    return sum(v**2 if v > 1 else 3 * v for v in [x[0], x[1], x[2]])


def helper(x):
    def scale(values, by):
        values *= by

    y = x.copy()
    scale(y[:2], 3.0)
    scale(y, y[4])
    return y.sum()


# -- functions of NumPy


def linear_algebra(x):
    m = np.outer(x, x) + np.eye(5) * 2
    return np.linalg.solve(m, x).sum() + np.linalg.det(m) * 0.1


def sorting(x):
    return (np.sort(x) * np.arange(5)).sum() + x.max() * np.median(x)


def reductions(x):
    return x.std() + x.var(ddof=1) + np.cumsum(x)[3] + np.prod(x[:3])


def fourier(x):
    return (np.abs(np.fft.fft(x)) ** 2)[1:3].sum()


def einsum(x):
    return np.einsum("i,ij,j->", x, np.arange(25.0).reshape(5, 5), x)


def stacking(x):
    return (np.concatenate([x[:2], x]) * np.stack([x, x])[0].sum()).sum()


def padding(x):
    return (np.pad(x, 2, mode="edge") ** 2).sum()


def interpolation(x):
    return np.interp(0.55, np.array([0.0, 1.0]), x[:2]) ** 2


def gradient_of_gradient(x):
    return np.gradient(x**2).sum() + np.diff(x, 2).sum()


PROGRAMS = [
    slice_of_a_slice, backwards, transposed, reshaped_view, diagonal, windows, broadcast, fancy,
    element_write, slice_write, write_through_a_view, two_views_of_one_array, alias, write_after_read,
    transposed_write, mask_write, mask_write_of_values, where, add_at, out_argument, copyto, argument_written,
    cumulative, long_loop, euler, nested_loops, loop_over_rows,
    branch, branch_in_loop, branch_that_writes, early_return, conditional_expression, helper,
    linear_algebra, sorting, reductions, fourier, einsum, stacking, padding, interpolation, gradient_of_gradient,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_gradient_of_a_program(program, wide):
    expected = finite_differences(program, POINT)
    x = npbridge.array(POINT)
    found = npbridge.grad(program)(x)
    assert type(found) is npbridge.JaxArray
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6, atol=1e-7)
    plain = POINT.copy()
    program(plain)
    np.testing.assert_allclose(np.asarray(x), plain)  # what the program wrote into its argument


# -- state


class Model:
    """Parameters as plain arrays, a count, and a trace that is written."""

    def __init__(self, make):
        self.w = make(np.array([0.5, 1.5, -0.7]))
        self.hidden = {"scale": make(np.array(1.2)), "layers": [make(np.array([0.3, 0.1, 0.2]))]}
        self.trace = make(np.zeros(3))
        self.count = make(np.zeros(()))

    def reads_the_parameter(self, x):
        return ((self.w * x) ** 2).sum()

    def writes_a_trace(self, x):
        self.count += 1
        self.trace[:] = self.w * x
        self.trace *= self.trace
        return self.trace.sum() * self.hidden["scale"]

    def overwrites_the_parameter(self, x):
        self.w *= x
        self.w[0] = self.w[1] * self.w[2]
        return (self.w**2).sum()

    def reads_through_a_view(self, x):
        first = self.w[:2]
        first += x[:2]
        return (self.w**2).sum()

    def accumulates_over_time(self, x):
        for t in range(6):
            self.trace += np.tanh(self.w * x) * self.hidden["layers"][0] + t * 0.1 * self.trace
        return (self.trace**2).sum()

    def chooses(self, x):
        if self.w.sum() > 0:
            self.trace[0] = self.w[1] ** 2
        else:
            self.trace[0] = 0
        return self.trace[0] * x[0]

    def local_function(self, x):
        def layer(v, w):
            return np.tanh(v * w)

        v = x
        for w in [self.w, *self.hidden["layers"]]:
            v = layer(v, w)
        return v.sum()


METHODS = [name for name in vars(Model) if not name.startswith("_")]
INPUT = np.array([1.1, 0.6, 1.4])


@pytest.mark.parametrize("name", METHODS)
def test_gradient_with_respect_to_held_arrays(name, wide):
    def value(w):
        model = Model(np.array)
        model.w[:] = w
        return getattr(model, name)(INPUT)

    model = Model(npbridge.array)
    expected = finite_differences(value, np.asarray(model.w).copy())
    gradient, output = npbridge.grad(getattr(model, name), grad_vars=model.w, return_value=True)(npbridge.array(INPUT))
    np.testing.assert_allclose(np.asarray(gradient), expected, rtol=1e-6, atol=1e-7)
    plain = Model(np.array)
    np.testing.assert_allclose(output, getattr(plain, name)(INPUT))
    for attribute in ("w", "trace", "count"):  # written once
        np.testing.assert_allclose(np.asarray(getattr(model, attribute)), getattr(plain, attribute))


def test_gradient_through_a_trained_recurrence(wide):
    """Backpropagation through time: the loop is in the program, not in a library."""

    class Rate:
        def __init__(self, make):
            self.weights = make(np.array([[0.2, -0.4], [0.7, 0.1]]))
            self.state = make(np.zeros(2))

        def loss(self, inputs, targets):
            self.state[:] = 0
            loss = 0.0
            for t in range(len(inputs)):
                self.state += 0.2 * (-self.state + np.tanh(self.weights @ self.state + inputs[t]))
                loss += ((self.state - targets[t]) ** 2).sum()
            return loss

    inputs = np.sin(np.arange(30.0)).reshape(15, 2)
    targets = np.cos(np.arange(30.0)).reshape(15, 2)

    def value(weights):
        model = Rate(np.array)
        model.weights[:] = weights
        return model.loss(inputs, targets)

    model = Rate(npbridge.array)
    found = npbridge.grad(model.loss, grad_vars=model.weights)(npbridge.array(inputs), npbridge.array(targets))
    expected = finite_differences(value, np.asarray(model.weights).copy())
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6, atol=1e-8)
