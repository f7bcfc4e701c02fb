"""Draws from NumPy's generators in a function that is compiled for ``'jax'``.

The numbers are NumPy's own, and they are drawn at each call, in the order of the plain
function.  A draw that happens once in every call, with parameters that are known, is
made before the compiled code runs and is one of its inputs.  From the first draw on of
which that cannot be said (in a loop or a branch, or with parameters that are computed)
compiled code calls back to NumPy: some microseconds each in plain loops, about 0.4 ms on XLA.
"""

from __future__ import annotations

import contextlib
import threading
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback

from ..array import core, traced_number
from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from ..program.hosted import taking_arrays
from ..storage import buffer as buffers
from ..storage.recording import recorders_here
from .host_tasks import Task, global_state, set_state, state_of


class Arrays:
    """The arrays in which draws reach the compiled forms of one function; one call at a time fills them."""

    def __init__(self) -> None:
        self.kept: dict = {}
        self.lock = threading.RLock()


class Host:
    """The draws of one compiled function.

    Attributes
    ----------
    before : list of (task, array or None)
        What is drawn before the compiled code runs, in order.
    generators : dict
        The generators that are drawn from: a failure gives them their states back.
    calls_back : bool
        Whether compiled code draws, too.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays, self.lock = arrays.kept, arrays.lock
        self.before: list[tuple[Task, Any]] = []
        self.generators: dict[int, Any] = {}
        self.calls_back = False
        self.error: BaseException | None = None
        self.at_first = global_state()

    @property
    def used(self) -> bool:
        return bool(self.before) or self.calls_back

    def see_that_nothing_was_drawn(self) -> None:
        """Say so where code that is not compiled drew while tracing."""
        if global_state() != self.at_first:
            warnings.warn(
                "numpy.random was drawn from while a function was compiled, by a library whose code is not: "
                "the compiled function has those numbers as constants. Draw outside, and hand the numbers in.",
                RuntimeWarning,
                stacklevel=2,
            )

    # -- while tracing

    def draw(self, task: Task, parameters: list):
        """The value of a draw, for the trace."""
        self.generators[id(task.generator)] = task.generator
        kind, shape, dtype = task.result(parameters)
        context: Any = contexts.current()
        if not parameters and not self.calls_back and buffers.recorder_here() is context.recorder:
            value = self._before(task, shape, dtype)
        else:
            value = self._calling_back(task, parameters, shape, dtype)
        return self._wrapped(value, kind)

    def call(self, task: Task):
        """The value of a call that belongs where it stands in the program."""
        kind, shape, dtype = task.result(task.values)
        return self._wrapped(self._calling_back(task, task.values, shape, dtype), kind)

    def do(self, task: Task) -> None:
        """Call for what it does; derivatives leave that alone."""
        self.calls_back = True
        jax.debug.callback(lambda *values: self._run(task, values, None), *task.values, ordered=True)

    @staticmethod
    def _wrapped(value, kind):
        if kind is None:
            return None
        if kind in (int, float):
            return traced_number.of_value(value, kind)
        return core.array_of_device(value) if kind is np.ndarray else core.of_device(value)

    def _before(self, task, shape, dtype):
        array = None
        if dtype is not None:
            key = len(self.before), shape, dtype
            array = self.arrays.get(key)
            if array is None:
                buffer = buffers.of_host(np.zeros(shape, dtype))
                array = self.arrays[key] = _over(buffer)
                for recorder in recorders_here():  # it is an input, and no array of this trace
                    recorder.disown(buffer)
        self.before.append((task, array))
        return None if array is None else jnp.asarray(array._value())

    def _calling_back(self, task, parameters, shape, dtype):
        context: Any = contexts.current()
        if parameters and context.handlers:
            raise UnsupportedError(
                "numbers are drawn here with parameters that are known only at run time, inside of a `try`: what NumPy "
                "raises then would not come to its handlers. Move the draw out of the `try`."
            )
        self.calls_back = True
        blank = None if dtype is None else np.zeros(shape, dtype)
        ready = task.ready()
        run = taking_arrays(lambda *values: self._run(task, values, blank, ready))
        if dtype is None:
            return io_callback(run, None, *parameters, ordered=True)
        form = jax.ShapeDtypeStruct(shape, dtype)
        return io_callback(run, form, *parameters, ordered=True)

    def _run(self, task, values, blank, ready=None):
        if self.error is not None:
            return blank
        try:
            drawn = ready() if ready is not None else task(task.generator, [np.asarray(x) for x in values])
            return None if blank is None else fitting(drawn, blank.dtype)
        except Exception as error:
            self.error = error
            return blank

    # -- while running

    @contextlib.contextmanager
    def session(self, done=()):
        """Around a run: draws first; what was drawn is taken back where the run fails before it is `done`."""
        with self.lock:
            states = [(g, state_of(g)) for g in self.generators.values()]
            self.error = None
            try:
                for task, array in self.before:
                    drawn = task(task.generator, ())
                    if array is not None:
                        with array._buffer.lock:
                            array._buffer.host_for_writing()[...] = fitting(drawn, array.dtype)
                yield
            except BaseException:
                if self.calls_back:
                    jax.effects_barrier()
                for generator, state in () if done else states:
                    set_state(generator, state)
                raise

    def settle(self, values) -> None:
        """Wait until all has been drawn, and raise what NumPy raised."""
        if self.calls_back:
            if not all(type(x) is np.ndarray for x in values):  # of plain loops, which are done
                jax.block_until_ready(values)
                jax.effects_barrier()
            if self.error is not None:
                raise self.error


def fitting(drawn, dtype) -> np.ndarray:
    """What was drawn in the type that JAX has for it: integers must fit."""
    values = np.asarray(drawn)
    if values.dtype == dtype:
        return values
    result = values.astype(dtype)
    if dtype.kind in "iu" and (result != values).any():
        number = values[result != values].flat[0]
        raise OverflowError(
            f"{number}, which numpy.random drew, is out of bounds for {dtype}: 64-bit integers need "
            "npbridge.enable_x64()"
        )
    return result


def _over(buffer: Any) -> Any:
    whole: Any = None
    return core.of_view(buffer, whole, None)
