"""Tracing a function once: what it does becomes a program.

While JAX traces, the buffers of every array in reach hold tracers: the user's own
objects are used, so aliases, views and attributes are what they always are.  After
the trace each buffer gets its contents back; those that were written are outputs of
the executable and are replaced after every call.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import jaxprs_in_params

from ..array import core
from ..array.traced_number import NeedsValue
from ..backends.jax import caches, control_flow, element_functions
from ..backends.jax.control_flow_trace import is_pythons
from ..convert import lines
from ..convert.context import tracing
from ..convert.pipeline import why_not
from ..convert.places import UNBOUND
from ..dispatch import backend as backends
from ..face import host_draws
from ..ground import compat
from ..ground.compat import dce_jaxpr
from ..ground.errors import ControlFlowError, UnsupportedError
from ..program.builder import Rounded
from ..storage import digits
from ..storage.buffer import canonical
from ..storage.holding import Hold
from . import bounds, effects, on_host, without_effect
from .arguments import Signature, stand_in
from .binding import Binding
from .discover import is_iterator
from .guards import Children
from .results import describe, returns_raw
from .texts import plain_functions

OURS = core.OURS
_ = control_flow, element_functions  # indices are checked from here on, also in functions without a loop or a branch

ASKS_FOR_VALUES = (
    NeedsValue,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerBoolConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.ConcretizationTypeError,
    # a loop or a slice that cannot be compiled may be one that can when numbers are known
    ControlFlowError,
    UnsupportedError,
)


def needs_a_value(error, function) -> Exception:
    """The error that tells the user that a value is needed which is known only at run time."""
    if isinstance(error, (ControlFlowError, UnsupportedError)):
        return error
    reason = why_not(function)
    if reason:
        new = ControlFlowError(
            f"the loops and branches of {function.__name__} cannot be compiled: {reason}. Write the function to a file "
            f"and import it, or run it on the 'numpy' backend.\n{lines.place_of(error)}"
        )
        return new.with_traceback(error.__traceback__)
    new = ControlFlowError(
        "this line needs a value that is known only when the compiled function runs (a Python condition, a shape, an "
        "index of a list, or a library that cannot be compiled). Use numpy functions of the whole array or a mask, or "
        f"run the function on the 'numpy' backend.\n{lines.place_of(error)}"
    )
    return new.with_traceback(error.__traceback__)


class Missed(Exception):
    """The trace met arrays that are not among the inputs."""

    def __init__(self, buffers) -> None:
        super().__init__(f"{len(buffers)} arrays")
        self.buffers = buffers


@contextlib.contextmanager
def holding(buffers, tracers):
    """Let buffers hold tracers, for what is traced here."""
    with Hold() as hold:
        for buffer, tracer in zip(buffers, tracers, strict=True):
            buffer.stand_in()
            hold.take(buffer)
            buffer.device, buffer.current, buffer.snapshot = tracer, False, None
        yield


@contextlib.contextmanager
def standing_in(places):
    """Let something else stand where ndarrays and raw arrays are captured: ``(holder, key, stand-in)``."""
    roots = [holder.root() if isinstance(holder, Children) else (holder, key) for holder, key, _ in places]
    before = [holder[key] for holder, key in roots]
    try:
        for holder, key, stand_in in places:
            holder[key] = stand_in
        yield
    finally:
        for (holder, key), original in zip(roots, before, strict=True):
            holder[key] = original


def _kind(buffer) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(buffer.shape, canonical(buffer.dtype))


HOSTED = 8  # functions of which NumPy itself is asked, as its last digits matter


class Traced:
    """The part of an executable that is made by tracing; see :class:`~npbridge._src.jit.executable.Executable`."""

    for_numpy: bool
    strict: bool
    exact: str
    hosted: frozenset[str]
    function: Any
    state: Any
    jaxpr: Any
    written: tuple[int, ...]
    output: Any
    lean: Any
    host: Any
    on_host: Any
    not_on_host: str

    def trace(self, binding: Binding, signature: Signature) -> None:
        """Find out what the function does, for the arguments and state of one call."""
        function, state = self.function, self.state
        for _ in range(HOSTED):
            try:
                self._trace(binding, signature)
                return
            except Rounded as error:  # NumPy itself gives its last digits
                if error.name in self.hosted:
                    raise UnsupportedError(f"it has {error}") from None
                self.hosted |= {error.name}
                self.function, self.state = function, state
                self.effects, self.assigned, self.staying = [], [], []
        raise UnsupportedError(f"it has more than {HOSTED} functions that are not computed as NumPy does")

    def _trace(self, binding: Binding, signature: Signature) -> None:
        # what lies on the host stays there: it may be that XLA does not need it
        given = [b.device if b.device is not None else _kind(b) for b in binding.buffers]
        numbers, raws = signature.given(), binding.raws
        traced = functools.partial(self._traced, binding, signature)
        with backends.backend("jax"), compat.whole_tracebacks(), np.errstate(all="ignore"):
            try:
                self.jaxpr = caches.traced(traced, given, numbers, raws)
            except caches.LeftOver:
                self.effects, self.assigned, self.staying = [], [], []
                with caches.apart():
                    self.jaxpr = caches.traced(traced, given, numbers, raws)
        self.see_that_nothing_stays_that_is_read(binding, signature)
        if self.checked:
            values = [b.device if b.device is not None else b.read() for b in binding.buffers]
            self.leave_out_checks([*values, *numbers, *raws], len(values), len(numbers))
        self.acts = acts(self.jaxpr.jaxpr)
        self.let_go()
        if self.for_numpy or self.exact:
            self.on_host = on_host.form(self)
            if self.on_host is None:
                raise UnsupportedError(self.not_on_host)

    def let_go(self) -> None:
        """Hold nothing of what was there for the trace: other objects of the same form may come, and these may go."""
        self.function = self.state = None
        self.functions = list(plain_functions(self.functions))
        for effect in self.effects:
            effect.place.let_go()

    def leave_out_checks(self, inputs, arrays, numbers) -> None:
        """Drop the checks that cannot fail, and make a lean form where that is so for most calls."""
        looked_at = [i for i in range(arrays) if i not in self.written] + list(range(arrays, arrays + numbers))
        proof = bounds.proved(self.jaxpr, inputs, looked_at if self.host is None else ())
        if proof.limits:
            self.lean = bounds.Lean(proof, arrays)
            self.notes = [(f, n, x.replace("checked at run time", "checked before the call")) for f, n, x in self.notes]
            return
        self.jaxpr = proof.jaxpr
        if proof.all:
            self.checked = []
            self.notes = [note for note in self.notes if not note[2].startswith("checked at run time")]

    @property
    def usual(self):
        """The program that most calls run."""
        return self.jaxpr if self.lean is None else self.lean.jaxpr

    def _traced(self, binding, signature, tracers, numbers, raws):
        leaves = list(binding.leaves)
        for (i, x), tracer in zip(signature.numbers, numbers, strict=True):
            leaves[i] = stand_in(x, tracer, i)
        for (i, _), tracer in zip(signature.tracers, raws[: len(signature.tracers)], strict=True):
            leaves[i] = tracer
        args, kwargs = jax.tree.unflatten(signature.tree, leaves)
        context = None
        with holding(binding.buffers, tracers), standing_in(self.stand_ins(binding, raws[len(signature.tracers) :])):
            places = [make(*what) for make, *what in self.state.places]
            places += effects.in_arguments((args, kwargs))
            marking, leaving = digits.wanted.set(bool(self.exact)), digits.hosted.set(self.hosted)
            try:
                with tracing(strict=self.strict is True) as context:
                    context.for_numpy = self.for_numpy
                    context.iterators = frozenset(map(id, [*self.state.iterators, *filter(is_iterator, leaves)]))
                    context.names = binding.names(self.arguments)
                    for i, _ in signature.numbers:  # they are made for this trace
                        context.recorder.born(leaves[i]._buffer)
                    host = context.host = host_draws.Host(self.state.drawn)
                    try:
                        result = self.function(*args, **kwargs)
                    except Exception as error:
                        return self.ends_in(error, context, binding)
                see_that_all_is_known(context.recorder, binding)
                host.see_that_nothing_was_drawn()
                self.host = host if host.used else None
                values: list = []
                made: dict = {}
                self.output = describe(result, binding, values, made)
                self.describe_effects(places, binding, values, made, leaves)
                self.buffers, self.returns_raw = len(binding.buffers), returns_raw(self.output, self.effects)
                self.checked = [error for _, error in context.checks]
                self.notes, self.functions = context.notes, list(context.functions.values())
                self.asked = context.asked
                self.inputs = binding.described()
                self.written = tuple(
                    i for i, (b, t) in enumerate(zip(binding.buffers, tracers, strict=True)) if b.device is not t
                )
                new = [jnp.asarray(binding.buffers[i].to_device()) for i in self.written]
                return [*values, *new, *first_failed([flag for flag, _ in context.checks])]
            finally:
                digits.wanted.reset(marking)
                digits.hosted.reset(leaving)
                for place in places:
                    place.restore()

    def ends_in(self, error, context, binding):
        """The outputs of a function that raises at the end of every run, if no check fails before."""
        if not context.checks or not (error is context.raised or is_pythons(error)):
            raise error
        self.output = describe(None, binding, [], {})
        self.buffers = len(binding.buffers)
        self.checked = [e for _, e in context.checks] + [lines.located_where_raised(error)]
        self.notes, self.functions = context.notes, list(context.functions.values())
        return first_failed([*(flag for flag, _ in context.checks), jnp.bool_(True)])

    def stand_ins(self, binding, raws) -> list:
        found = [(*place, array) for _, array, places in binding.stand_ins for place in places]
        return found + [(x.holder, x.key, x.stand_in(tracer)) for x, tracer in zip(self.state.raws, raws, strict=True)]

    def describe_effects(self, places, binding, values, made, leaves) -> None:
        """What was assigned: to be done again after each run, or (a number in a model) without effect."""
        moved: list = []
        for at, place in enumerate(places):
            for key, old, new in place.changes():
                path = self.state.path_at(place, key)
                moved += effects.moved(old, new, path)
                if effects.stays(place, old):
                    self.assigned.append((place.name(key), key or place.path))
                    self.staying.append(path)
                else:
                    plan = None if new is UNBOUND else describe(new, binding, values, made)
                    self.effects.append(effects.Effect(place, key, plan, at))
        new_ones = frozenset(moved) - self.state.moving - self.state.fixed
        if new_ones:
            raise effects.Moves(new_ones)

    def see_that_nothing_stays_that_is_read(self, binding, signature) -> None:
        """Numbers of a model that are bound anew keep their values: nothing may depend on them."""
        if not self.staying:
            return
        jaxpr = self.jaxpr.jaxpr
        used = dce_jaxpr(jaxpr, [True] * len(jaxpr.outvars))[1]
        first = len(binding.buffers) + len(signature.numbers) + len(signature.tracers)
        read = {x.path for x, u in zip(self.state.raws, used[first:], strict=True) if u} | self.state.fixed
        for path, (what, name) in zip(self.staying, self.assigned, strict=True):
            if path in read:
                raise without_effect.refused(what, name, [*self.functions, self.function])


def acts(jaxpr) -> bool:
    """Whether a program calls functions of the host that cannot be taken back; what draws can."""
    return any(
        eqn.primitive.name in ("debug_callback", "debug_print") or any(acts(getattr(j, "jaxpr", j)) for j in inner)
        for eqn in jaxpr.eqns
        for inner in [list(jaxprs_in_params(eqn.params))]
    )


def first_failed(flags) -> list:
    """The number, from one on, of the first flag that is true, or 0; nothing where there are no flags."""
    if not flags:
        return []
    flags = jnp.stack([jnp.any(jnp.asarray(flag)) for flag in flags])
    return [jnp.where(flags.any(), jnp.argmax(flags).astype("int32") + 1, 0)]


def see_that_all_is_known(recorder, binding) -> None:
    """Arrays that no walk found, and that the function reads or writes."""
    touched = [*recorder.read.values(), *(buffer for buffer, _ in recorder.saved.values())]
    missed = {id(b): b for b in touched if id(b) not in binding.index}
    if missed:
        raise Missed(list(missed.values()))
