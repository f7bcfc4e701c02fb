"""The balanced network in BrainPy: the other side of ``benchmarks.against_brainpy``.

Runs in an environment of its own, which has BrainPy and need not have npbridge.  Each
line of input is ``step N`` or ``run N``: N steps, one compiled call each or all in one
compiled loop; the answer is the seconds that they took.
"""

import sys
import time

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np

N_EXC, N, DT = 3200, 4000, 0.1


class Network(bp.DynSysGroup):
    """As ``examples/coba.py``, from BrainPy's neurons, synapses and event-driven sparse connections."""

    def __init__(self):
        super().__init__()
        rng = np.random.default_rng(2007)
        self.neurons = bp.dyn.LifRef(
            N, V_rest=-60.0, V_th=-50.0, V_reset=-60.0, tau=20.0, tau_ref=5.0, method="euler",
            V_initializer=bp.init.Uniform(-60.0, -50.0),
        )  # fmt: skip
        self.delay = bp.VarDelay(self.neurons.spike, entries={"I": None})
        self.exc = self._synapses(N_EXC, 0.6, 0.0, 5.0)
        self.inh = self._synapses(N - N_EXC, 6.7, -80.0, 10.0)
        self.exc.refs["syn"].g.value = bm.asarray(np.maximum(rng.normal(4.0, 1.5, N), 0), bm.float_)
        self.inh.refs["syn"].g.value = bm.asarray(np.maximum(rng.normal(20.0, 12.0, N), 0), bm.float_)

    def _synapses(self, n_pre, weight, reversal, tau):
        return bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(0.02, pre=n_pre, post=N), weight=weight),
            syn=bp.dyn.Expon(size=N, tau=tau, method="euler"), out=bp.dyn.COBA(E=reversal), post=self.neurons,
        )  # fmt: skip

    def update(self):
        spikes = self.delay.at("I")
        self.exc(spikes[:N_EXC])
        self.inh(spikes[N_EXC:])
        self.delay(self.neurons(0.0))
        return self.neurons.spike.value


def main():
    bm.set_platform("cpu")
    bm.set_dt(DT)
    bm.random.seed(3)  # connections with which the activity goes on
    network = Network()
    step = bm.jit(network.step_run)
    loop = bm.jit(lambda places: bm.for_loop(network.step_run, places))
    position = 0

    def steps(count):
        nonlocal position
        fired = None
        for _ in range(count):
            fired = step(position)
            position += 1
        return fired

    def run(count):
        nonlocal position
        fired = loop(bm.arange(position, position + count))
        position += count
        return fired

    rate = float(bm.as_numpy(run(3000))[1000:].mean()) / DT * 1000
    print(f"BrainPy {bp.__version__}, jax {jax.__version__}, {rate:.1f} Hz", flush=True)
    ways = {"step": steps, "run": run}
    for line in sys.stdin:
        what, count = line.split()
        start = time.perf_counter()
        jax.block_until_ready(bm.as_jax(ways[what](int(count))))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
