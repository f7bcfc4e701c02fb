"""Running what was traced: on plain loops or on XLA, with writes, checks and effects."""

from __future__ import annotations

import itertools
from typing import Any

import jax
import numpy as np
from jax.extend.core import jaxpr_as_fun

from ..convert import lines
from ..convert.places import UNBOUND
from ..face.late_texts import is_late
from ..ground.compat import other_threads
from ..ground.errors import UnsupportedError
from ..storage.buffer import DONATED, SMALL, Buffer, Tracer
from ..storage.locking import in_order, under_locks
from . import flags, ndarrays, on_host, prechecks
from .arguments import Signature
from .binding import Binding
from .results import rebuilt
from .texts import first_sentence
from .tracing import Traced

TOLD = object()


class LeftToPython(Exception):
    """The run met what compiled code cannot do, and has changed nothing."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__(error and str(error))
        self.error = error  # None where Python raises the same, with more to say


class Executable(Traced):
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
    exact : str
        What has to be as NumPy, and Python, compute it, to the last digit: see :mod:`npbridge._src.program.exactness`.
    hosted : frozenset of str
        The names of functions that are left to NumPy for that.
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
        self.strict, self.exact = options["strict"], options["exact"]
        self.hosted: frozenset[str] = frozenset()
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
