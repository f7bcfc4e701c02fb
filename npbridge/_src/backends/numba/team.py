"""The threads that help with a large array.

They sleep on a queue of jobs.  A job that all parts of have been taken by the time
a thread wakes up is simply dropped.
"""

from __future__ import annotations

import functools
import os
import queue
import threading
import time

_jobs: queue.SimpleQueue = queue.SimpleQueue()
_started = 0
_lock = threading.Lock()

# On a busy machine a helper can be put to sleep in the middle of a part, and the
# caller waits for it.  Each time that made a call slower than the caller would have
# been alone, twice as many calls as before are made without helpers, up to this many.
_LONGEST_PAUSE = 256
_pause = 1
_skip = 0


@functools.cache
def size() -> int:
    """How many threads work on one array, the caller's included."""
    wanted = os.environ.get("NUMBA_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(wanted)) if wanted.isdigit() else cores


def ready() -> bool:
    """Whether helpers are worth calling now."""
    global _skip
    if _skip > 0:
        _skip -= 1
        return False
    return size() > 1


def workers(parts: int) -> int:
    """How many threads a job of so many parts is for."""
    return min(size(), parts)


def run(kernels, job: tuple, parts: int, workers: int) -> None:
    """Run a job of ``kernels.work`` in `parts` parts, this thread taking its share."""
    helpers = workers - 1
    if _started < helpers:
        _start(kernels.work, helpers)
    done = None
    start = time.perf_counter()
    try:
        for _ in range(helpers):
            _jobs.put(job)
        done = kernels.work(*job)
        worked = time.perf_counter()
    finally:
        if done is None:  # interrupted: no helper may be left at work on this memory
            kernels.work(*job)
        kernels.wait(parts, job[-1])
    if 0 < done < parts:
        together = time.perf_counter() - start
        _judge((worked - start) * parts / done, together)


def _judge(alone: float, together: float) -> None:
    """Pause, the longer the more often in a row, when the helpers made it slower."""
    global _pause, _skip
    if together > alone:
        _skip = _pause
        _pause = min(2 * _pause, _LONGEST_PAUSE)
    else:
        _pause = 1


def _serve(work) -> None:
    while True:
        work(*_jobs.get())


def _start(work, count: int) -> None:
    global _started
    with _lock:
        while _started < count:
            threading.Thread(target=_serve, args=(work,), name=f"npbridge-{_started}", daemon=True).start()
            _started += 1


def _forget() -> None:
    """A forked child has none of its parent's threads."""
    global _started, _jobs, _lock
    _started, _jobs, _lock = 0, queue.SimpleQueue(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
