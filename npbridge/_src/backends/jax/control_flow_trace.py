"""Tracing a block of the user's code once: what it does to its surroundings.

The block runs on the user's own variables and arrays.  What it binds, writes and
returns becomes the outputs of a jaxpr; then everything is put back as it was, and
the caller decides how the jaxpr is used.
"""

from __future__ import annotations

from typing import Any

import jax
from jax.extend.core import jaxpr_as_fun

from ...array import core, traced_index
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.lines import located_where_raised
from ...convert.operators import as_local
from ...convert.places import UNBOUND, Heap, StructureChanged
from ...storage.buffer import Tracer
from ...storage.recording import Recorder
from . import caches
from .control_flow_shared import shared_in
from .control_flow_values import UNDEFINED, Leaf, Static, conditions_of, take_apart, wants_value
from .control_flow_windows import same_object, window_of

OURS = core.OURS

# What says that a value is needed which is known only at run time.
NEEDS_VALUE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerBoolConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)


# what Python and NumPy raise for values and types that are known while tracing
PYTHONS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)


def is_pythons(error) -> bool:
    """Whether the user's code would have raised it uncompiled, too."""
    if not isinstance(error, PYTHONS) or type(error).__module__.partition(".")[0] in ("jax", "jaxlib", "npbridge"):
        return False
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return not trace.tb_frame.f_globals.get("__name__", "").startswith("jax")


class NotRollable(Exception):
    """The body cannot be traced with an index that is known only at run time."""


class Peel(Exception):
    """The first iteration is of another kind than the others."""


class Block:
    """What a block did when it was traced.

    Attributes
    ----------
    run : callable
        From the inputs to the flat outputs.
    jaxpr : ClosedJaxpr
    code, possible, value
        Its status; `value` is a tree of `returned`, and so is `code` where it is known at run time.
    trees : dict
        Key of a place to the tree of its value at the end, or UNDEFINED.
    objects : dict
        Key of a place to its value at the end: to compare identities, not to use.
    windows : dict
        Key of a place to the :class:`Window` there, or the lists and tuples of them.
    window : Window or None
        That of the value.
    places : dict
        Key to place: those asked for, and the attributes and items that were changed.
    buffers : dict
        ``id`` to ``(buffer, leaf)`` of the older buffers that were written.
    checks : list of (leaf, exception)
    shared : dict
        ``id`` of a new buffer in which several of the values lie to the leaf of its contents.
    grown : dict
        ``id`` to ``(list, trees of what was appended)``.
    error : exception or None
        The user's ``raise``, or what Python or NumPy raised, where the block ends in that; then the
        checks are those made before it.
    """

    def __init__(self) -> None:
        self.code = self.possible = self.value = self.returned = None
        self.trees: dict = {}
        self.objects: dict = {}
        self.windows: dict = {}
        self.window: Any = None
        self.places: dict = {}
        self.entry: dict = {}
        self.buffers: dict = {}
        self.checks: list = []
        self.shared: dict = {}
        self.grown: dict = {}
        self.error: BaseException | None = None
        self.recorder: Recorder | None = None
        self.outputs: list[Leaf] = []  # the leaves that are outputs of the jaxpr

    def found(self) -> list[Leaf]:
        found = []
        new = [tree for _, trees in self.grown.values() for tree in trees]
        for tree in (self.code, self.value, *self.trees.values(), *new):
            found += wants_value(tree) + conditions_of(tree)
        found += [*self.shared.values(), *(leaf for _, leaf in self.buffers.values())]
        return [*found, *(leaf for leaf, _ in self.checks)]


def trace_block(run, places, functions, inputs=(), enter=None, needed=None, *, in_loop=False) -> Block:
    """Trace ``run()`` after ``enter(*inputs)``.

    Parameters
    ----------
    run : callable
        Gives a status.
    places : list
        What the block may bind; put back afterwards.
    functions : list of functions
        From which attributes, lists and dictionaries are reached.
    inputs : sequence of Leaf
    enter : callable, optional
        Puts the inputs in their places.
    needed : set of names, optional
        Of the places, those whose values matter at the end.
    in_loop : bool
        Lists may grow.
    """
    block = Block()
    heap = Heap(functions)
    before = [(p, p.get()) for p in places]
    trace = contexts.current()
    checks, trace.checks = trace.checks, []
    recorder = block.recorder = Recorder()

    def flat(*values):
        if enter is not None:
            enter(*values)
        with recorder:
            try:
                status = run()
            except Exception as error:
                if any(isinstance(error, kind) for kind in NEEDS_VALUE):
                    raise
                if trace.raised is not error:
                    if not is_pythons(error):
                        raise
                    error = as_local(error)
                    located_where_raised(error)
                block.error = error
                block.checks = [(Leaf("raw", (), bool, flag), e) for flag, e in trace.checks]  # made before it
                block.outputs = [leaf for leaf, _ in block.checks]
                return [leaf.value for leaf in block.outputs]
            collect(block, status, places, heap, needed, {} if in_loop else None)
        block.outputs = block.found()
        return [leaf.value for leaf in block.outputs]

    try:
        jaxpr = caches.traced(flat, *[leaf.aval for leaf in inputs])
    finally:
        trace.checks = checks
        recorder.restore()
        heap.restore()
        for p, value in before:
            p.set(value)
    block.entry = {p.key: value for p, value in before}
    for p in block.places.values():
        if p.key not in block.entry:
            block.entry[p.key] = heap.before(p)
    block.jaxpr = jaxpr
    block.run = jaxpr_as_fun(jaxpr)
    return block


def collect(block: Block, status, places, heap: Heap, needed, grown) -> None:
    """Read off what the block did, while its tracers live."""
    code, block.possible, value = statuses.parts(status)
    block.window = window_of(value)
    block.code = Leaf("raw", (), "int32", code) if isinstance(code, Tracer) else Static(code)
    block.returned = value
    block.value = UNDEFINED if value is statuses.MISSING else take_apart(value)
    known = {p.key for p in places}
    changed = heap.changes(grown)
    growing = contexts.current().growing | set(grown or ())
    for key, (container, items) in (grown or {}).items():
        block.grown[key] = container, [take_apart(x) for x in items]
    for p in [*places, *(c for c in changed if c.key not in known)]:
        if needed is not None and not p.shared and p.name not in needed:
            continue
        now = p.get()
        block.places[p.key] = p
        block.objects[p.key] = now
        window = window_of(now)
        if window is not None:
            block.windows[p.key] = window
        block.trees[p.key] = UNDEFINED if now is UNBOUND else Static(now) if id(now) in growing else take_apart(now)
    block.shared = shared_in([block.value, *block.trees.values()], block.recorder.is_own)
    for buffer, _ in block.recorder.saved.values():
        block.buffers[id(buffer)] = (buffer, Leaf("array", buffer.shape, buffer.dtype, buffer.to_device()))
    for flag, error in contexts.current().checks:
        block.checks.append((Leaf("raw", (), bool, flag), error))


def visible(x, *recorders) -> bool:
    """Whether an array is, or is a part of, one that was there before the block."""
    if type(x) not in OURS or isinstance(x, core.JaxScalar) or type(x) is core.JaxScalar or x.weak is not None:
        return False
    return not any(r.is_own(traced_index.root(x._buffer)) for r in recorders)


__all__ = [
    "NEEDS_VALUE",
    "Block",
    "NotRollable",
    "Peel",
    "StructureChanged",
    "same_object",
    "trace_block",
    "visible",
]
