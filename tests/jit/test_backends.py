"""The same functions, compiled on both backends, against plain NumPy."""

import numpy as np
import pytest

import npbridge


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with npbridge.backend(request.param):
        yield request.param


def odd_and_even():
    arr = np.zeros(5)
    for i in range(arr.shape[0]):
        arr[i] += 2.0
        if i % 2 == 0:
            arr[i] += 1.0
    return arr


def collatz(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def factored(a):
    for k in range(len(a) - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a


class Neurons:
    def __init__(self, make):
        self.v = make(np.zeros(3, np.float32))
        self.spikes = make(np.zeros(3, np.float32))
        self.tau = 10.0

    def step(self, current):
        self.v += (current - self.v) / self.tau
        fired = self.v > 1.0
        self.v[fired] = 0.0
        self.spikes += fired

    def run(self, current, steps):
        for _ in range(steps):
            self.step(current)
        return self.spikes.sum()


def test_native_loops_and_branches(backend):
    assert npbridge.jit(odd_and_even)().tolist() == [3, 2, 3, 2, 3]


def test_a_loop_until_a_condition_holds(backend):
    assert npbridge.jit(collatz)(27) == 111


def test_slices_that_grow(backend):
    a = (np.random.default_rng(0).random((6, 6)) + 6 * np.eye(6)).astype(np.float32)
    ours = npbridge.array(a)
    npbridge.jit(factored)(ours)
    np.testing.assert_allclose(np.asarray(ours), factored(a.copy()), rtol=1e-5)


def test_an_object_whose_methods_call_each_other(backend):
    current = np.array([0.5, 1.5, 3.0], np.float32)
    plain, ours = Neurons(np.array), Neurons(npbridge.array)
    assert npbridge.jit(ours.run)(npbridge.array(current), 50) == plain.run(current, 50)
    assert ours.spikes.tolist() == plain.spikes.tolist()
    np.testing.assert_allclose(np.asarray(ours.v), plain.v, rtol=1e-5)
