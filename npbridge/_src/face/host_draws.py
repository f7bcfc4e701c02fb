"""Draws from NumPy's generators in a function that is compiled for ``'jax'``.

The numbers are NumPy's own, and they are drawn at each call, in the order of the plain
function.  A draw that happens once in every call, with parameters that are known, is
made before the compiled code runs and is one of its inputs.  From the first draw on of
which that cannot be said (in a loop or a branch, or with parameters that are computed)
compiled code calls back to NumPy, about 0.4 ms each.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback

from ..array import core, traced_number
from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from ..storage import buffer as buffers
from ..storage.buffer import Tracer, canonical
from .whose import in_library

OURS = core.OURS
GENERATORS = (np.random.Generator, np.random.RandomState)

# Functions of numpy.random that are no methods of its global state.
_SEED, _NEW = np.random.seed, np.random.default_rng
_PLAIN = {id(np.random.ranf): "random_sample", id(np.random.sample): "random_sample", id(_SEED): "seed"}
_GLOBAL: Any = np.random.normal.__self__  # type: ignore[attr-defined]
_STATES = ("get_state", "spawn")
_MADE = (np.random.RandomState, np.random.BitGenerator)

# The arrays in which draws reach compiled code, by what was found of the function.
_arrays: weakref.WeakKeyDictionary[Any, dict] = weakref.WeakKeyDictionary()


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

    def __init__(self, found: Any) -> None:
        self.arrays = _arrays.setdefault(found, {})
        self.before: list[tuple[Task, Any]] = []
        self.generators: dict[int, Any] = {}
        self.calls_back = False
        self.error: BaseException | None = None
        self.lock = threading.RLock()
        self.at_first = _global_state()

    @property
    def used(self) -> bool:
        return bool(self.before) or self.calls_back

    def see_that_nothing_was_drawn(self) -> None:
        """Say so where code that is not compiled drew while tracing."""
        if _global_state() != self.at_first:
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
        if not parameters and not self.calls_back and buffers.recorders[-1] is context.recorder:
            value = self._before(task, shape, dtype)
        else:
            value = self._calling_back(task, parameters, shape, dtype)
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
                for recorder in buffers.recorders:  # it is an input, and no array of this trace
                    recorder.own.discard(id(buffer))
        self.before.append((task, array))
        return None if array is None else jnp.asarray(array._value())

    def _calling_back(self, task, parameters, shape, dtype):
        self.calls_back = True
        if dtype is None:
            return io_callback(lambda *values: self._run(task, values, None), None, *parameters, ordered=True)
        blank = np.zeros(shape, dtype)
        form = jax.ShapeDtypeStruct(shape, dtype)
        return io_callback(lambda *values: self._run(task, values, blank), form, *parameters, ordered=True)

    def _run(self, task, values, blank):
        if self.error is not None:
            return blank
        try:
            drawn = task(task.generator, [np.asarray(x) for x in values])
        except Exception as error:
            self.error = error
            return blank
        return None if blank is None else np.asarray(drawn).astype(blank.dtype)

    # -- while running

    @contextlib.contextmanager
    def session(self):
        """Around a run: draws first; what was drawn is taken back where the run fails."""
        with self.lock:
            states = [(g, state_of(g)) for g in self.generators.values()]
            self.error = None
            try:
                for task, array in self.before:
                    drawn = task(task.generator, ())
                    if array is not None:
                        with array._buffer.lock:
                            array._buffer.host_for_writing()[...] = drawn
                yield
            except BaseException:
                if self.calls_back:
                    jax.effects_barrier()
                for generator, state in states:
                    set_state(generator, state)
                raise

    def settle(self, values) -> None:
        """Wait until all has been drawn, and raise what NumPy raised."""
        if self.calls_back:
            jax.block_until_ready(values)
            jax.effects_barrier()
            if self.error is not None:
                raise self.error


def _over(buffer: Any) -> Any:
    whole: Any = None
    return core.of_view(buffer, whole, None)


class Task:
    """``method(*args, **kwargs)`` of a generator; traced arguments are filled in at run time."""

    def __init__(self, generator, method, args, kwargs) -> None:
        leaves, self.tree = jax.tree.flatten((args, kwargs), is_leaf=lambda x: x is None or type(x) in OURS)
        self.generator, self.method = generator, method
        self.traced = [i for i, x in enumerate(leaves) if is_traced(x)]
        self.values = [_value(x) for i, x in enumerate(leaves) if i in self.traced]
        self.leaves = [None if i in self.traced else core.host_values(x) for i, x in enumerate(leaves)]

    def __call__(self, generator, values):
        leaves = list(self.leaves)
        for i, x in zip(self.traced, values, strict=True):
            leaves[i] = x[()] if x.ndim == 0 else x
        args, kwargs = jax.tree.unflatten(self.tree, leaves)
        if callable(self.method):
            return self.method(generator, *args, **kwargs)
        return getattr(_plain(generator), self.method)(generator, *args, **kwargs)

    def result(self, parameters):
        """The kind, shape and dtype of what is drawn: a generator that nobody sees draws once."""
        trials = _trials([(x.shape, np.dtype(x.dtype)) for x in parameters]) if parameters else [[]]
        error: Exception | None = None
        for values in trials:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    drawn = self(_scratch(self.generator), values)
                return _described(drawn)
            except UnsupportedError:
                raise
            except Exception as problem:
                error = error or problem
        assert error is not None
        raise error


def _described(drawn):
    if drawn is None:
        return None, (), None
    values = np.asarray(drawn)
    if values.dtype.char not in core.STORED_KINDS:
        raise UnsupportedError("what was drawn from numpy.random is no number: that has no form in compiled code")
    kind = np.ndarray if type(drawn) is np.ndarray else type(drawn)
    return kind, values.shape, canonical(values.dtype)


def _trials(forms):
    """Values for parameters that are not known yet: some of them are valid for any distribution."""
    for fill in (0.5, 2, None):
        yield [np.full(s, k + 1 if fill is None else fill).astype(d) for k, (s, d) in enumerate(forms)]
    yield [np.full(s, 1 / max(s[-1] if s else 1, 1)).astype(d) for s, d in forms]
    yield [np.eye(s[-1], dtype=d) if len(s) == 2 else np.ones(s, d) for s, d in forms]


def is_traced(x) -> bool:
    return isinstance(x, Tracer) or type(x) in OURS and x._buffer.traced


def _value(x):
    return jnp.asarray(x._value() if type(x) in OURS else x)


# -- generators


def _plain(generator):
    return np.random.Generator if isinstance(generator, np.random.Generator) else np.random.RandomState


def _scratch(generator):
    return _scratch_state if isinstance(generator, np.random.RandomState) else np.random.Generator(np.random.PCG64(0))


_scratch_state = np.random.RandomState(0)


def state_of(generator):
    if isinstance(generator, np.random.RandomState):
        return np.random.RandomState.get_state(generator, False)
    return getattr(generator, "bit_generator", generator).state


def set_state(generator, state) -> None:
    if isinstance(generator, np.random.RandomState):
        np.random.RandomState.set_state(generator, state)
    else:
        getattr(generator, "bit_generator", generator).state = state


def _global_state():
    state = state_of(_GLOBAL)
    bits = state["state"]
    return state["bit_generator"], str(bits) if "key" not in bits else (bits["key"].tobytes(), bits["pos"])


# -- what compiled code calls


def replaced(f):
    """What to call for `f` while tracing, where it draws or seeds; else None."""
    owner = getattr(f, "__self__", None)
    if isinstance(owner, GENERATORS) and not hasattr(owner, "_stream"):
        return Drawing(owner, f.__name__)
    if id(f) in _PLAIN:
        return Drawing(_GLOBAL, _PLAIN[id(f)])
    if f is _NEW or isinstance(f, type) and issubclass(f, _MADE) and not hasattr(f, "split_key"):
        return Making(f)
    return None


def drawing(function):
    """The same for ``functools.partial(method, generator)`` and methods of the global state."""
    if hasattr(function, "func"):
        return Drawing(function.args[0], function.func.__name__)
    return replaced(function)


class Drawing:
    """A method of a generator, in compiled code."""

    def __init__(self, generator, name: str) -> None:
        self.generator, self.name = generator, name

    def __call__(self, *args, **kwargs):
        context: Any = contexts.current()
        host = host_in(context, what := f"numpy.random's {self.name}")
        if self.name in _STATES:
            raise UnsupportedError(
                f"{what} cannot be compiled for 'jax': its result is no array. Call it outside of the function."
            )
        if context.strict:
            raise UnsupportedError(
                f"{what} draws on the host, which strict=True forbids. Draw from npbridge.random, whose numbers are "
                "made in compiled code."
            )
        special = _SPECIAL.get(self.name)
        was = host.calls_back
        result = special(self, *args, **kwargs) if special is not None else self.draw(self.name, args, kwargs)
        how = "in compiled code by a call back to NumPy" if host.calls_back else "before each run"
        _note(context, f"{what} draws {how}" + ("" if was or not host.calls_back else ", about 0.4 ms each"))
        return result

    def draw(self, method, args, kwargs):
        task = Task(self.generator, method, args, kwargs)
        return host_in(contexts.current(), f"numpy.random's {self.name}").draw(task, task.values)


def host_in(context, what: str) -> Host:
    """Who draws for a trace."""
    if context.host is None:
        raise UnsupportedError(
            f"{what} cannot draw here, inside vmap: NumPy would draw once for all lanes. Draw from npbridge.random, "
            "which gives each lane numbers of its own, or draw outside."
        )
    return context.host


def _note(context, text: str) -> None:
    frame: Any = sys._getframe(2)
    while frame is not None and in_library(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is not None:
        context.note_at(frame.f_code.co_filename, frame.f_lineno, text)


class Making:
    """``default_rng``, ``RandomState`` or ``PCG64`` in compiled code: what it makes starts anew in each call."""

    def __init__(self, make) -> None:
        self.make = make

    def __call__(self, seed=None):
        from . import generators

        given = int(seed) if is_traced(seed) else core.host_values(seed)
        made = generators.Generator(_NEW(given).bit_generator) if self.make is _NEW else self.make(given)
        if isinstance(seed, (*GENERATORS, np.random.BitGenerator)):
            return seed if isinstance(seed, np.random.Generator) else made
        first = None if seed is None else state_of(made)

        def restart(generator):
            if generator is made:
                set_state(made, first if first is not None else state_of(self.make()))

        Drawing(made, self.make.__name__).draw(restart, (), {})
        return made


# -- methods that take arrays apart or write them: NumPy draws the order, and the arrays stay where they are


def _seed(self, *args, **kwargs):
    given = [int(x) if is_traced(x) else core.host_values(x) for x in args]

    def seed(generator):
        np.random.RandomState.seed(generator, *given, **kwargs)

    self.draw(seed, (), {})


def _set_state(self, state):
    self.draw(lambda generator: np.random.RandomState.set_state(generator, state), (), {})


def _order(self, n: int):
    def order(generator):
        found = np.arange(n)
        _plain(generator).shuffle(generator, found)
        return found

    return self.draw(order, (), {})._value()


def _shuffle(self, x, axis=0):
    if type(x) not in OURS or not x.ndim:
        raise UnsupportedError(
            f"shuffle of a {type(x).__name__} cannot be compiled for 'jax': only arrays can be shuffled. Shuffle an "
            "array of indices."
        )
    x[...] = core.array_of_device(jnp.take(jnp.asarray(x._value()), _order(self, x.shape[axis]), axis=axis))


def _permutation(self, x, axis=0):
    if type(x) not in OURS or not x.ndim:
        return self.draw("permutation", (int(x) if is_traced(x) else x,), {})
    return core.array_of_device(jnp.take(jnp.asarray(x._value()), _order(self, x.shape[axis]), axis=axis))


def _choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
    extra = {"shuffle": shuffle} if isinstance(self.generator, np.random.Generator) else {}
    items = type(a) in OURS and a.ndim
    n = a.shape[axis] if items else int(a) if is_traced(a) else a
    index = self.draw("choice", (n, size, replace, p), extra)
    if not items:
        return index
    found = jnp.take(jnp.asarray(a._value()), index._value(), axis=axis)
    return core.of_device(found) if size is None else core.array_of_device(found)


def _permuted(self, x, axis=None, out=None):
    x = core.from_object(x, copy=False)
    value = jnp.asarray(x._value())
    if axis is None:
        found = jnp.take(value.ravel(), _order(self, value.size)).reshape(value.shape)
    else:
        n, shape = value.shape[axis], value.shape
        places = np.moveaxis(np.broadcast_to(np.arange(n), (*np.delete(shape, axis), n)), -1, axis)
        order = self.draw("permuted", (places,), {"axis": axis})
        found = jnp.take_along_axis(value, order._value(), axis=axis)
    return _into(out, core.array_of_device(found))


def _typed(name: str):
    def draw(self, *args, out=None, **kwargs):
        if out is not None:
            kwargs = {"size": out.shape, **kwargs}
            dtype = kwargs.get("dtype", np.float64)
            if canonical(np.dtype(dtype)) != canonical(out.dtype):
                raise TypeError(f"Supplied output array has the wrong type. Expected {dtype}, got {out.dtype}")
        return _into(out, self.draw(name, args, kwargs))

    return draw


def _into(out, result):
    if out is None:
        return result
    out[...] = result
    return out


_SPECIAL = {
    "choice": _choice, "permutation": _permutation, "permuted": _permuted, "seed": _seed, "set_state": _set_state,
    "shuffle": _shuffle, **{n: _typed(n) for n in ("standard_normal", "standard_exponential", "standard_gamma")},
}  # fmt: skip
_SPECIAL["random"] = _typed("random")
