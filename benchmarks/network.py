"""A step of a network of 4,000 neurons, as one compiled method, against the same by hand.

The network is that of ``examples/coba.py``.  By hand it is a function of the state
without classes: in JAX with a donated tuple of arrays, its loop over the spikes a
``while_loop`` in the fastest form we know, which looks for the next spike in all of
them, in Numba a function with explicit loops over arrays that it writes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import npbridge

from . import cases, timing

ROUNDS = 101
SIZE = 4000
STEPS = 20  # in one sample


def example():
    """``examples/coba.py`` as a module."""
    path = Path(__file__).parents[1] / "examples" / "coba.py"
    spec = importlib.util.spec_from_file_location("coba", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settled_network(coba):
    """The network after 100 ms, when its start has died away."""
    network = coba.Network()
    npbridge.jit(network.run)(1000)
    return network


def state_of(network):
    n = network.neurons
    return [np.array(x) for x in (n.v, n.wait, n.spiking, network.exc.g, network.inh.g)]


def in_jax(coba, network) -> Callable:
    """``step(v, wait, spiking, g_exc, g_inh)`` gives the same after a step."""
    neurons, dt = coba.Neurons, coba.dt
    refractory = round(neurons.refractory / dt)
    exc, inh = network.exc, network.inh
    targets = [jnp.asarray(np.array(s.targets)) for s in (exc, inh)]

    def deliver(g, spiking, targets, decay, weight):
        def following(neuron):
            numbers = jnp.arange(spiking.size)
            return jnp.min(jnp.where(spiking & (numbers > neuron), numbers, spiking.size))

        def one(state):
            neuron, g = state
            return following(neuron), g.at[targets[neuron]].add(weight)

        first = following(jnp.int32(-1))
        return jax.lax.while_loop(lambda state: state[0] < spiking.size, one, (first, g * decay))[1]

    def step(v, wait, spiking, g_exc, g_inh):
        current = g_exc * (exc.reversal - v) + g_inh * (inh.reversal - v)
        v = v + jnp.where(wait == 0, (neurons.rest - v + current) * (dt / neurons.tau), 0.0)
        wait = jnp.maximum(wait - 1, 0)
        spiking = v > neurons.threshold
        v = jnp.where(spiking, neurons.reset, v)
        wait = jnp.where(spiking, refractory, wait)
        g_exc = deliver(g_exc, spiking[exc.first : exc.last], targets[0], exc.decay, exc.weight)
        g_inh = deliver(g_inh, spiking[inh.first : inh.last], targets[1], inh.decay, inh.weight)
        return v, wait, spiking, g_exc, g_inh

    return step


def in_numba(coba, network) -> Callable:
    """``step(v, wait, spiking, g_exc, g_inh, targets_exc, targets_inh)`` writes its arguments."""
    import numba

    neurons, dt = coba.Neurons, coba.dt
    rest, threshold, reset, factor = neurons.rest, neurons.threshold, neurons.reset, dt / neurons.tau
    refractory = round(neurons.refractory / dt)
    exc, inh = network.exc, network.inh
    first, last = exc.last, inh.last
    e_exc, e_inh, decay_exc, decay_inh = exc.reversal, inh.reversal, exc.decay, inh.decay
    w_exc, w_inh = exc.weight, inh.weight

    @numba.njit
    def step(v, wait, spiking, g_exc, g_inh, targets_exc, targets_inh):
        for i in range(v.size):
            current = g_exc[i] * (e_exc - v[i]) + g_inh[i] * (e_inh - v[i])
            if wait[i] == 0:
                v[i] += (rest - v[i] + current) * factor
            wait[i] = max(wait[i] - 1, 0)
            spiking[i] = v[i] > threshold
            if spiking[i]:
                v[i] = reset
                wait[i] = refractory
            g_exc[i] *= decay_exc
            g_inh[i] *= decay_inh
        for i in range(first):
            if spiking[i]:
                for j in targets_exc[i]:
                    g_exc[j] += w_exc
        for i in range(first, last):
            if spiking[i]:
                for j in targets_inh[i - first]:
                    g_inh[j] += w_inh

    return step


def _see_that_they_agree(ours, theirs) -> None:
    """A benchmark of two different things would say nothing."""
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-2, atol=1e-2)


def on_jax(table) -> None:
    npbridge.use_backend("jax")
    coba = example()
    network = settled_network(coba)
    by_hand = jax.jit(in_jax(coba, network), donate_argnums=(0, 1, 2, 3, 4))
    state = tuple(map(jnp.asarray, state_of(network)))
    compiled = npbridge.jit(network.step)

    # As such a network is run: the caller does not wait for each step.
    def ours():
        for _ in range(STEPS):
            compiled()
        network.inh.g.value.block_until_ready()

    def theirs():
        nonlocal state
        for _ in range(STEPS):
            state = by_hand(*state)
        state[4].block_until_ready()

    ours()
    theirs()
    _see_that_they_agree(state_of(network), state)
    _row(table, "jax", ours, theirs, 1.05, "ratio to jax.jit by hand")


def on_numpy(table) -> None:
    npbridge.use_backend("numpy")
    coba = example()
    network = settled_network(coba)
    by_hand = in_numba(coba, network)
    state = state_of(network)
    targets = [np.array(s.targets) for s in (network.exc, network.inh)]
    compiled = npbridge.jit(network.step)

    def ours():
        for _ in range(STEPS):
            compiled()

    def theirs():
        for _ in range(STEPS):
            by_hand(*state, *targets)

    ours()
    theirs()
    _see_that_they_agree(state_of(network), state)
    _row(table, "numpy", ours, theirs, 1.1, "ratio to numba.njit by hand")


def _row(table, backend, ours, theirs, limit, note) -> None:
    a, b = timing.interleaved([ours, theirs], ROUNDS)
    case = cases.Case(STATEMENT, SIZE, limit)
    microseconds = " and ".join(f"{sorted(x)[ROUNDS // 2] / STEPS * 1e6:.1f}" for x in (a, b)) + " us"
    table.row(backend, "object", case, limit, timing.median_ratio(a, b), f"{note}, {microseconds}")


STATEMENT = "network.step()"


def row(table, backend: str, wanted: str) -> None:
    """Print the row of one backend."""
    if wanted in STATEMENT:
        {"jax": on_jax, "numpy": on_numpy}[backend](table)
