"""``scan`` and ``for_loop``: a loop over the items of arrays, with its results stacked."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..array import core
from ..backends.jax.control_flow_join import Mismatch, widened
from ..backends.jax.control_flow_trace import trace_block
from ..backends.jax.control_flow_values import (
    UNDEFINED,
    Leaf,
    Node,
    Options,
    alike,
    cast,
    put_together,
    take_apart,
    variable,
    wants_value,
)
from ..convert import context as contexts
from ..convert import status as statuses
from ..ground import debugging
from ..ground.errors import TransformError
from ..storage.holding import keep
from ..storage.recording import contents, give_back
from . import lift
from .compiled import apply
from .progress import Bar, tqdm

OURS = core.OURS
_ATTEMPTS = 16


class Scan:
    """One loop of JAX from a body, a first carry and items.

    `body` takes the carry and an item, both lists of leaves, and gives such lists.
    """

    def __init__(self, body, functions, carry: list, items: list, length: int, bar) -> None:
        self.body, self.functions, self.length, self.bar = body, functions, length, bar
        self.start = take_apart(carry)
        self.carried: Any = variable(self.start)
        self.items = items
        self.columns = [lift.raw(x) for x in items]
        self.buffers: dict[int, Any] = {}
        self.block: Any = None
        self.rows: list[Any] = []

    # -- tracing, until it is known what the body changes and of which types

    def trace(self) -> None:
        for _ in range(_ATTEMPTS):
            self.block = self._attempt()
            if self.block.error is not None:
                raise self.block.error
            if not self._learn():
                return
        raise TransformError("the types of what the loop carries do not settle: give the first carry the final types")

    def _attempt(self):
        index = Leaf("raw", (), np.int32)
        rows = [Leaf("array", c.shape[1:], c.dtype) for c in self.columns]
        held = [Leaf("array", b.shape, b.dtype) for b in self.buffers.values()]
        for b in self.buffers.values():
            keep(b)
        before = [(b, contents(b)) for b in self.buffers.values()]
        inputs = [index, *wants_value(self.carried), *rows, *held]
        try:
            return trace_block(self._run, [], self.functions, inputs, self._enter)
        finally:
            for buffer, what in before:
                give_back(buffer, what)

    def _enter(self, index, *values) -> None:
        given = iter(values)
        self.index = index
        self.carry = put_together(self.carried, given)
        self.rows = [self._row(x, next(given)) for x in self.items]
        for buffer in self.buffers.values():
            buffer.stand_in()
            buffer.device, buffer.current, buffer.snapshot = next(given), False, None
            buffer.version += 1

    def _row(self, x, value):
        """An item as indexing has it."""
        if isinstance(x, jax.Array) and type(x) not in OURS:
            return value
        return core.of_device(value) if not value.shape else core.array_of_device(value)

    def _run(self):
        if self.bar is not None:
            self.bar.trace(self.index)
        return statuses.Return(list(self.body(self.carry, self.rows)))

    def _learn(self) -> bool:
        """Take in what an attempt showed; whether another one is needed."""
        changed = False
        try:
            carried = variable(widened(self.carried, self._after))
            if any(isinstance(child, Options) for child in carried.children):
                raise Mismatch(f"{self.carried.describe()}, then {self._after.describe()}")
        except Mismatch as error:
            raise TransformError(
                f"what the loop carries is {error}. It must keep its structure, shapes and kinds."
            ) from None
        if not alike(carried, self.carried):
            self.carried, changed = carried, True
        mine = self._own()
        for key, (buffer, _) in self.block.buffers.items():
            if key not in self.buffers and key not in mine:
                self.buffers[key] = buffer
                changed = True
        for place in self.block.places.values():
            tree = self.block.trees[place.key]
            if tree is not UNDEFINED and wants_value(tree):
                raise TransformError(
                    f"the body of the loop assigns {place.name}, whose value is known only at run time. Write into an "
                    "array ([...]), make it a Variable, or carry the value."
                )
        return changed

    def _own(self) -> dict:
        """The arrays made for one iteration, by their buffers."""
        given: list[Any] = [*self.carry, *self.rows]
        arrays = [x for x in given if type(x) in OURS and type(x) is not core.JaxScalar]
        return {id(x._buffer): x for x in arrays if not x.weak}

    @property
    def _after(self):
        return self.block.value.children[0]

    @property
    def _results(self):
        return self.block.value.children[1].children

    # -- running

    def run(self, reverse: bool, unroll: int):
        """``(last carry, stacked results)``, both lists of leaves; state is written."""
        self.at = {id(leaf): i for i, leaf in enumerate(self.block.outputs)}
        own = [(i, id(x._buffer)) for i, x in enumerate(self.rows) if type(x) in OURS and x.ndim]
        self.written_rows = [(i, self.block.buffers[key][1]) for i, key in own if key in self.block.buffers]
        first = [cast(leaf.value, target) for target, leaf in zip(self._targets(), _leaves(self.start), strict=True)]
        state = [b.to_device() for b in self.buffers.values()]
        state = [jnp.asarray(v) for v in state]
        xs = (jnp.arange(self.length, dtype=jnp.int32), self.columns)
        (last, state), stacked = lax.scan(
            self._step, (first, state), xs, length=self.length, reverse=reverse, unroll=unroll
        )
        return self._finish(last, state, stacked)

    def _targets(self):
        return wants_value(self.carried)

    def _step(self, carry, x):
        values, state = carry
        index, row = x
        outs = self.block.run(index, *values, *row, *state)
        after = [cast(self._out(leaf, outs), t) for t, leaf in zip(self._targets(), _leaves(self._after), strict=True)]
        new = []
        for key, old in zip(self.buffers, state, strict=True):
            written = self.block.buffers.get(key)
            new.append(old if written is None else jnp.asarray(self._out(written[1], outs)))
        results = [self._out(leaf, outs) for leaf in self._results if isinstance(leaf, Leaf)]
        rows = [self._out(leaf, outs) for _, leaf in self.written_rows]
        checks = [self._out(leaf, outs) for leaf, _ in self.block.checks]
        return (after, new), (results, rows, checks)

    def _out(self, leaf, outs):
        at = self.at.get(id(leaf))
        if at is not None:
            return outs[at]
        return jnp.asarray(leaf.constant) if leaf.constant is not UNDEFINED else leaf.value

    def _finish(self, last, state, stacked):
        results, rows, checks = stacked
        for flags, (_, error) in zip(checks, self.block.checks, strict=True):
            lift.current_checks().append((jnp.any(flags), error))
        for buffer, value in zip(self.buffers.values(), state, strict=True):
            with buffer.lock:
                buffer.replace(value)
        for (i, _), value in zip(self.written_rows, rows, strict=True):
            lift.Argument(i, self.items[i], self.columns[i]).write(value)
        values = iter(results)
        leaves = []
        for leaf in self._results:
            if not isinstance(leaf, Leaf):
                leaves.append(leaf.value)
            elif leaf.kind == "raw":
                leaves.append(next(values))
            else:
                leaves.append(core.array_of_device(next(values)))
        return put_together(self.carried, iter(last)), leaves


def _leaves(tree):
    """The leaves that a carried tree takes values for, of a tree of the same structure."""
    if isinstance(tree, Node):
        return [leaf for child in tree.children for leaf in _leaves(child)]
    return [tree] if isinstance(tree, Leaf) else []


# -- the functions


def length_of(leaves, length) -> int:
    """How many iterations there are."""
    sizes: dict[int, Any] = {}
    for x in leaves:
        shape = np.shape(x)
        if not shape:
            raise ValueError("the loop runs over the first axis of arrays, and one of them has no axis")
        sizes.setdefault(shape[0], shape)
    if length is not None:
        sizes.setdefault(int(length), "length")
    if len(sizes) != 1:
        raise ValueError(
            "the loop needs arrays or a length" if not sizes else f"the loop runs over unequal lengths: {list(sizes)}"
        )
    return int(next(iter(sizes)))


def _scan(body, args, name, length, reverse, unroll, progress):
    """Inside a trace; ``body(carry, item)`` gives ``(carry, result)``."""
    init, xs = args
    first, carry_tree = lift.leaves_of(init)
    items, item_tree = lift.leaves_of(xs)
    n = length_of(items, length)
    trees: list = []
    callee = lift.runnable(body)

    def flat_body(carry, rows):
        pair = callee(jax.tree.unflatten(carry_tree, carry), jax.tree.unflatten(item_tree, rows))
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TransformError(f"the body of {name} returns a pair, the carry and a result; this one does not")
        after = lift.aligned(carry_tree, pair[0])
        if after is None:
            raise TransformError(
                f"what {name} carries has the structure {carry_tree} at first and {lift.leaves_of(pair[0])[1]} after "
                "an iteration. It must stay the same."
            )
        results, tree = lift.leaves_of(pair[1])
        trees.append(tree)
        return after, results

    loop = Scan(flat_body, lift.reached(body), first, items, n, Bar(n, name, reverse) if progress else None)
    loop.trace()
    last, results = loop.run(reverse, unroll)
    return jax.tree.unflatten(carry_tree, last), jax.tree.unflatten(trees[-1], results)


def _plain_scan(body, init, xs, length, reverse, progress):
    """As Python would run it."""
    items, tree = lift.leaves_of(xs)
    n = length_of(items, length)
    order = range(n - 1, -1, -1) if reverse else range(n)
    carry, results = init, []
    for i in tqdm()(order, desc="scan") if progress else order:
        carry, result = body(carry, jax.tree.unflatten(tree, [x[i] for x in items]))
        results.append(result)
    if reverse:
        results.reverse()
    if not results:
        return carry, None
    trees = [lift.leaves_of(r) for r in results]
    stacked = [np.stack(list(map(core.array_if_scalar, column))) for column in zip(*(f for f, _ in trees), strict=True)]
    return carry, jax.tree.unflatten(trees[0][1], stacked)


def scan(body, init, xs=None, length=None, *, reverse=False, unroll=1, progress=False):
    """Run ``carry, result = body(carry, item)`` over the items of arrays, as one compiled loop.

    Parameters
    ----------
    body : callable
        A function, bound method or object.  Arrays that it reaches may be written.
    init : array, number or pytree of them
        The first carry.
    xs : array or pytree of arrays, optional
        The loop runs over the first axis; an item has the structure of `xs`.
    length : int, optional
        How many iterations, where there is no `xs`.
    reverse : bool
        Start with the last item.
    unroll : int
        So many iterations at a time.
    progress : bool
        Show a progress bar (needs tqdm).

    Returns
    -------
    tuple
        The last carry, and the results, stacked along a new first axis.

    Raises
    ------
    TransformError
        The carry changes its structure or shapes.

    Examples
    --------
    >>> import npbridge
    >>> total, sums = npbridge.scan(lambda total, x: (total + x, total + x), 0.0, npbridge.array([1.0, 2.0, 3.0]))
    >>> total, sums
    (np.float32(6.0), JaxArray([1., 3., 6.], dtype=float32))
    """
    if contexts.current() is None and debugging.jit_disabled():
        return _plain_scan(body, init, xs, length, reverse, progress)
    options = (length, reverse, unroll, progress)

    def run(body, args, kwargs):
        return _scan(body, args, "scan", length, reverse, unroll, progress)

    result = apply("scan", (body,), run, options, (), (init, xs), {})
    let_bar_finish(progress)
    return result


def for_loop(body, operands=None, length=None, *, reverse=False, unroll=1, progress=False):
    """Run ``body`` for each item of arrays, as one compiled loop, and stack what it returns.

    Parameters
    ----------
    body : callable
        A function, bound method or object.  Arrays that it reaches may be written.
    operands : array, or tuple or list of arrays, or pytree of arrays
        The loop runs over the first axis.  The items of a tuple or list are separate
        arguments.
    length : int, optional
        How many iterations, where there are no operands: then `body` takes no argument.
    reverse, unroll, progress
        As :func:`scan` has them.

    Returns
    -------
    array or pytree of arrays
        The results, stacked along a new first axis.

    Raises
    ------
    ValueError
        The operands have no first axis, or several lengths, or nothing says how long the loop is.
    TransformError
        The body assigns what is no array and known only at run time, or its results cannot be stacked.
    UnsupportedError
        The backend has no such loops.

    Examples
    --------
    >>> import npbridge
    >>> class Counter:
    ...     def __init__(self):
    ...         self.n = npbridge.zeros(2)
    ...     def update(self, x):
    ...         self.n += x
    ...         return self.n.sum()
    >>> counter = Counter()
    >>> npbridge.for_loop(counter.update, npbridge.arange(4.0))
    JaxArray([ 0.,  2.,  6., 12.], dtype=float32)
    >>> counter.n
    JaxArray([6., 6.], dtype=float32)
    """
    several = isinstance(operands, (tuple, list))

    def called(function, item):
        if operands is None:
            return function()
        return function(*item) if several else function(item)

    if contexts.current() is None and debugging.jit_disabled():
        step = lambda carry, item: (None, called(body, item))  # noqa: E731
        return _plain_scan(step, None, operands, length, reverse, progress)[1]
    options = (length, reverse, unroll, progress, several, operands is None)

    def run(body, args, kwargs):
        callee = lift.runnable(body)
        step = Step(body, lambda carry, item: (None, called(callee, item)))
        return _scan(step, (None, args[0]), "for_loop", length, reverse, unroll, progress)[1]

    result = apply("for_loop", (body,), run, options, (), (operands,), {})
    let_bar_finish(progress)
    return result


class Step:
    """A body in another form, that reaches what the body reaches."""

    def __init__(self, function, call) -> None:
        self.function, self.call = function, call

    def __call__(self, *args):
        return self.call(*args)

    def __npbridge_reaches__(self):
        return (self.function,)


def let_bar_finish(progress) -> None:
    """Wait for what a bar still has to show."""
    if progress and contexts.current() is None:
        jax.effects_barrier()
