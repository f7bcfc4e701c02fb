"""Compiled loops, several threads and interrupts: what could abort or hang has a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap


def run(folder, program: str, **variables: str) -> str:
    file = folder / "program.py"  # what has no source is not compiled
    file.write_text(textwrap.dedent(program))
    done = subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_functions_that_use_threads_are_called_from_several(tmp_path):
    out = run(
        tmp_path,
        """
        import threading, numpy as np, npbridge
        npbridge.use_backend("numpy")
        x = npbridge.asarray(np.linspace(0.0, 1.0, 50_000))
        f = npbridge.jit(lambda x: (x * 2.0).sum(), parallel=True)
        g = npbridge.jit(lambda x: np.cos(x).sum(), parallel=True)
        f(x), g(x)
        threads = [threading.Thread(target=lambda k=k: [k(x) for _ in range(100)]) for k in (f, g, f)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        print(round(float(f(x))))
        """,
    )
    assert out == "50000"


def test_an_interrupt_leaves_no_lock_and_no_half_of_a_step(tmp_path):
    out = run(
        tmp_path,
        """
        import signal, threading, numpy as np, npbridge
        npbridge.use_backend("numpy")

        class Pair:
            def __init__(self):
                self.a, self.b = npbridge.asarray(np.zeros(50)), npbridge.asarray(np.zeros(50))
            def step(self):
                self.a += 1.0
                self.b += 2.0

        pair = Pair()
        step = npbridge.jit(pair.step)
        step()
        threading.Thread(target=threading.Event().wait, daemon=True).start()

        def interrupt(*what):
            raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, interrupt)
        for k in range(400):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0003 + k % 23 * 0.0001)
                while True:
                    step()
            except KeyboardInterrupt:
                pass
        step()
        print(bool((2 * pair.a == pair.b).all()))
        """,
    )
    assert out == "True"


def test_an_interrupted_kernel_leaves_arrays_as_they_were(tmp_path):
    out = run(
        tmp_path,
        """
        import signal, numpy as np, npbridge
        npbridge.use_backend("numpy")

        def drift(v, n):
            for _ in range(n):
                v += 1.0
                v += 0.0 * np.percentile(v, 30, method="hazen")

        v = npbridge.asarray([1.0, 2.0])
        compiled = npbridge.jit(drift)
        compiled(v, 1)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        def interrupt(*what):
            raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, interrupt)
        try:
            compiled(v, 100_000_000_000)
        except KeyboardInterrupt:
            print(np.asarray(v).tolist())
        """,
    )
    assert out == "[2.0, 3.0]"


def test_an_interrupt_at_the_start_of_a_callback_is_not_lost(tmp_path):
    out = run(
        tmp_path,
        """
        import signal, threading, numpy as np, npbridge
        npbridge.use_backend("numpy")

        def drift(v, n):
            for _ in range(n):
                v += 1.0
                v += 0.0 * np.percentile(v, 30, method="hazen")

        v = npbridge.asarray(np.linspace(1.0, 2.0, 100))  # so many are sorted by the host
        compiled = npbridge.jit(drift)
        compiled(v, 1)
        class Ours(Exception):
            pass
        def interrupt(*what):
            raise Ours
        signal.signal(signal.SIGALRM, interrupt)

        def spin():  # the callback waits for the interpreter's lock meanwhile
            while True:
                pass
        threading.Thread(target=spin, daemon=True).start()
        count = 0
        for k in range(40):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.01 + k * 0.0003)
                compiled(v, 10_000_000)
            except Ours:
                count += 1
        print(count, np.asarray(v)[[0, -1]].tolist())
        """,
    )
    assert out == "40 [2.0, 3.0]"
