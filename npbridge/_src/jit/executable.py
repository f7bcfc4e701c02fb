"""Tracing a function once and running what came out of it.

While JAX traces, the buffers of every array in reach hold tracers: the user's own
objects are used, so aliases, views and attributes are what they always are.  After
the trace each buffer gets its contents back; those that were written are outputs of
the executable and are replaced after every call.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import jaxpr_as_fun, jaxprs_in_params

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
from ..face.late_texts import is_late
from ..ground import compat
from ..ground.compat import dce_jaxpr, other_threads
from ..ground.errors import ControlFlowError, UnsupportedError
from ..storage.buffer import DONATED, SMALL, Buffer, Tracer
from ..storage.holding import Hold
from ..storage.locking import in_order, under_locks
from . import bounds, effects, flags, ndarrays, on_host, prechecks, without_effect
from .arguments import Signature, stand_in
from .binding import Binding
from .discover import is_iterator
from .guards import Children
from .results import describe, rebuilt, returns_raw
from .texts import first_sentence, plain_functions

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


TOLD = object()


class LeftToPython(Exception):
    """The run met what compiled code cannot do, and has changed nothing."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__(error and str(error))
        self.error = error  # None where Python raises the same, with more to say


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


class Executable:
    """One compiled form of a function: for one signature, one state, one set of constants.

    Attributes
    ----------
    jaxpr : ClosedJaxpr
        From the buffers, numbers and raw arrays to the values of the result, the new
        contents of the buffers in ``written``, and where there are checks the number
        of the first that failed (0: none).
    checked : list of exception
        What the numbers of the checks stand for.
    lean : Lean or None
        The same without checks, for inputs that lie between limits.
    host : Host or None
        Draws from NumPy's generators, which are made at each run.
    asked : frozenset of str
        The kinds of floating-point errors that the function asks about itself.
    flags : dict
        Kinds to the program that looks for such errors.
    """

    def __init__(self, function, state, options, engine="choose", for_numpy=False) -> None:
        self.options, self.engine, self.for_numpy = options, engine, for_numpy
        self.function: Any = function
        self.state: Any = state
        self.strict = options["strict"]
        self.jaxpr: Any = None
        self.written: tuple[int, ...] = ()
        self.output: Any = None
        self.variants: dict[tuple, Any] = {}
        self.assigned: list[tuple[str, Any]] = []  # the place in words, and its name in code
        self.staying: list[str] = []  # their paths in the state
        self.checked: list[BaseException] = []
        self.lean: Any = None
        self.asked: frozenset[str] = frozenset()
        self.flags: dict[frozenset[str], Any] = {}
        self.notes: list[tuple[str, int, str]] = []
        self.functions: list = []
        self.inputs: list[str] = []
        self.effects: list = []
        self.host: Any = None
        self.acts = False  # whether it prints, or calls for what that does
        self.buffers = 0  # how many arrays it takes
        self.returns_raw = False  # whether it gives values to code that has asked JAX for them
        self.on_host: Any = None  # plain loops that run in place of XLA; False where there are none
        self.not_on_host = ""  # why
        self.arguments: list[str] = []  # names

    # -- tracing

    def trace(self, binding: Binding, signature: Signature) -> None:
        """Find out what the function does, for the arguments and state of one call."""
        given = [b.device if b.device is not None else b.to_device() for b in binding.buffers]
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
            self.leave_out_checks([*given, *numbers, *raws], len(given), len(numbers))
        self.acts = acts(self.jaxpr.jaxpr)
        self.let_go()
        if self.for_numpy:
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
            try:
                with tracing(strict=self.strict) as context:
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

    # -- running

    def run_without_errors(self, kinds: frozenset[str], binding: Binding, signature: Signature, given):
        """As :meth:`run`; :data:`TOLD` where the user may have to be told of a floating-point error of these kinds."""
        if self.host is not None:
            return TOLD  # what it draws is not known before
        if kinds not in self.flags:
            self.flags[kinds] = self.looking(flags.program(self.jaxpr, kinds))
        look = self.flags[kinds]
        if look is None:
            return TOLD

        def looked():
            if look(binding.buffers, signature.given(), binding.raws):
                return TOLD
            return self.run(binding, signature, given)

        return under_locks(in_order(binding.buffers), looked)  # nobody changes them in between

    def looking(self, program):
        """What runs a program of the same inputs on ``(buffers, numbers, raws)``; None where there is none."""
        if program is None:
            return None
        if self.for_numpy:
            return on_host.looking(program)
        compiled = jax.jit(jaxpr_as_fun(program))
        return lambda buffers, numbers, raws: compiled(*[b.to_device() for b in buffers], *numbers, *raws)[0]

    def run(self, binding: Binding, signature: Signature, given=None):
        done: list = []
        if self.written and binding.memories_meet():
            error = UnsupportedError(
                "two arrays lie in the memory of one ndarray, and one of them is written. Make one array of the "
                "ndarray (npbridge.asarray), and the others as views of that."
            )
            raise error if self.strict else LeftToPython(error)
        try:
            self.execute(binding.buffers, signature.given(), binding.raws, done)
            return self.finish(done[0], binding, signature, given)
        except KeyboardInterrupt:
            if done:  # it was computed, and some may have been written: then all of it is
                self.write_back(binding.buffers, done[0])
                self.finish(done[0], binding, signature, given)
            raise

    def finish(self, values, binding, signature, given):
        """What a call does when all is computed and the buffers are written; it may be done twice."""
        for original, array in binding.ndarrays:
            if binding.index[id(array._buffer)] in self.written and not ndarrays.is_borrowed(original, array):
                np.copyto(original, array._read(), casting="unsafe")
        result = self.rebuild(values, binding)
        if self.effects:
            arguments = jax.tree.unflatten(signature.tree, signature.leaves) if given is None else given
            self.apply_effects(values, binding, arguments)
        return result

    def apply_effects(self, values, binding, arguments) -> None:
        made = [UNBOUND if e.plan is None else rebuilt(e.plan, values, binding) for e in self.effects]
        if self.for_numpy:  # an ndarray that was given is bound itself
            originals = {id(ours): original for original, ours in binding.ndarrays}
            made = [originals.get(id(x), x) for x in made]
        for effect, value in zip(self.effects, made, strict=True):
            effect.apply(value, arguments, binding.places)

    def execute(self, buffers, numbers, raws, done):
        """Run on the contents of `buffers`, and put what was written back into them; `done` gets the values."""
        if self.host is None:
            self.execute_once(buffers, numbers, raws, done)
            return
        with self.host.session(done):
            self.execute_once(buffers, numbers, raws, done)

    def execute_once(self, buffers, numbers, raws, done) -> None:
        written = self.written
        if self.on_host is None:
            self.on_host = on_host.form(self) or False
        if self.on_host and other_threads() and not self.on_host.acts:  # nobody writes what is read in place
            under_locks(in_order(buffers), self.compute, buffers, [None] * len(buffers), numbers, raws, done)
            return
        calls_back = (self.host is not None and self.host.calls_back) or (self.on_host and self.on_host.acts)
        if not written or not other_threads() or calls_back:
            self.compute(buffers, [None] * len(buffers), numbers, raws, done)
            return
        # What is only read is fetched before: that may ask for a lock.  Code that calls back
        # from a thread of XLA's would wait there for what this thread holds.
        read = [None if i in written else b.to_device() for i, b in enumerate(buffers)]
        under_locks(in_order([buffers[i] for i in written]), self.compute, buffers, read, numbers, raws, done)

    def compute(self, buffers, read, numbers, raws, done) -> None:
        if self.on_host and self.on_host.takes(buffers, numbers, raws):
            got: list = []
            try:
                self.on_host.run(buffers, numbers, raws, got)
            except KeyboardInterrupt:
                if got:
                    self.settled(got[0], buffers, done)
                raise
            self.settled(got[0], buffers, done)
            return
        self.compute_by_xla(buffers, read, numbers, raws, done)

    def compute_by_xla(self, buffers, read, numbers, raws, done) -> None:
        mask = ()
        if self.written and (self.host is None or not self.host.calls_back):
            mask = tuple([i for i in self.written if donated(buffers[i])])
        values = [x if x is not None else b.to_device() for x, b in zip(read, buffers, strict=True)]
        lean = self.lean is not None and self.lean.holds(values, numbers)
        compiled = self.variant(mask, lean)
        got: list = []
        try:
            # in the list before an interrupt can come: old contents that were handed over are gone
            got.extend(itertools.starmap(compiled, ((*values, *numbers, *raws),)))
        except KeyboardInterrupt:
            if not (got and mask):
                raise
            self.settled(got[0], buffers, done, lean)
            raise
        self.settled(got[0], buffers, done, lean)

    def settled(self, out, buffers, done, lean=False) -> None:
        if self.host is not None:
            self.host.settle(out)
        if self.checked and not lean:
            self.see_that_nothing_failed(out.pop(), buffers, out)
        done.append(out)
        self.write_back(buffers, out)

    def write_back(self, buffers, out) -> None:
        if out and type(out[-1]) is np.ndarray:  # of plain loops
            self.on_host.write_back(buffers, out)
            return
        written = self.written
        at = len(out) - len(written)
        for i in written:
            buffer = buffers[i]
            with buffer.lock:
                buffer.replace(out[at])
            at += 1

    def variant(self, mask, lean=False):
        """The compiled form that takes over the buffers in `mask`, if it can."""
        compiled = self.variants.get((mask, lean))
        if compiled is None:
            compiled = self.variants[mask, lean] = self._variant(mask, lean)
        return compiled

    def _variant(self, mask, lean):
        closed = self.lean.jaxpr if lean else self.jaxpr
        flat = jaxpr_as_fun(closed)
        if mask and self.checked and not lean:
            # a check that fails must find the old contents
            flat = prechecks.checked_first(closed, self.written, mask)
            if flat is None:
                return self.variant(())
        compiled = jax.jit(flat, donate_argnums=mask)
        return seen_at_once(compiled) if closed.effects else compiled

    def see_that_nothing_failed(self, code, buffers, out) -> None:
        if isinstance(code, Tracer):
            jax.debug.callback(lambda code: self.fail(int(code)) if code else None, code)
        elif code := int(code):
            if any(b.device is not None and not b.traced and b.device.is_deleted() for b in buffers):
                self.write_back(buffers, out)  # the old contents, which moved
            error = self.checked[code - 1]
            told = not any(is_late(x) for x in error.args)
            if not self.acts and ((isinstance(error, UnsupportedError) and not self.strict) or not told):
                raise LeftToPython(error if told else None)
            if self.for_numpy and isinstance(error, UnsupportedError):  # without the advice to come here
                raise type(error)(f"{first_sentence(error)}.").with_traceback(lines.again(error).__traceback__)
            self.fail(code)

    def fail(self, code):
        raise lines.again(self.checked[code - 1])

    def rebuild(self, values, binding):
        return rebuilt(self.output, values, binding)


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


def seen_at_once(compiled):
    """The same, with what it prints printed when it returns."""

    def run(*values):
        out = compiled(*values)
        jax.effects_barrier()
        return out

    return run


def donated(buffer: Buffer) -> bool:
    """Whether the old contents of a written buffer may be given to the executable.

    Another thread may be on its way to read them: so it gains much, or there is none.
    """
    if buffer.device is None or buffer.traced or buffer.nbytes <= (SMALL if other_threads() else DONATED):
        return False
    return buffer.donatable()
