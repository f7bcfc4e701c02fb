"""``vmap``: a function of one lane, run for all lanes at once."""

from __future__ import annotations

import contextvars
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.api_util import flatten_axes

from ..array import core
from ..backends.jax.control_flow_values import UNDEFINED, Leaf, wants_value
from ..convert import context as contexts
from ..convert.places import UNBOUND
from ..ground.errors import TransformError
from ..jit import discover
from ..random import keys
from . import lift
from .compiled import Transformed
from .variables import flat_variables

OURS = core.OURS
_in_lanes: contextvars.ContextVar[bool] = contextvars.ContextVar("npbridge_in_lanes", default=False)


def in_lanes() -> bool:
    """Whether what is being traced runs for several lanes at once."""
    return _in_lanes.get()


class Lane:
    """An array of which each lane has its own: the function sees an array without the axis."""

    def __init__(self, array, axis: int = 0) -> None:
        self.array, self.axis = array, axis
        self.value = lift.raw(array)
        self.before = array._buffer, array._layout
        self.buffer: Any = None

    def enter(self, tracer, leaves) -> None:
        array = self.array
        fresh: Any = core.array_of_device(tracer)
        array._buffer = self.buffer = fresh._buffer
        array._layout = array._cached = None

    def enter_view(self) -> None:
        return

    def leave(self) -> None:
        self.array._buffer, self.array._layout = self.before
        self.array._cached = None

    def write(self, value) -> None:
        self.array[...] = core.array_of_device(value)


class Key:
    """The state of a random stream: each lane has a key made from it."""

    axis = 0

    def __init__(self, buffer, size: int) -> None:
        self.target = buffer
        whole: Any = None
        self.held = lift.Held(core.of_view(buffer, whole, None))
        self.value = keys.lanes(self.held.value, size)
        self.buffer = None

    def enter(self, tracer, leaves) -> None:
        self.held.enter(tracer, leaves)

    def leave(self) -> None:
        self.held.leave()


class Vectorized(Transformed):
    """A function that runs for all lanes at once."""

    def __init__(self, function, in_axes, out_axes, axis_size, axis_name, per_lane) -> None:
        self.in_axes, self.out_axes, self.axis_size, self.axis_name = in_axes, out_axes, axis_size, axis_name
        self.own = [] if per_lane is None else flat_variables(per_lane)[0]
        axes = (repr(in_axes), repr(out_axes), axis_size, axis_name)
        super().__init__("vmap", function, axes, tuple(self.own))

    def run(self, function, args, kwargs):
        leaves, tree = lift.flatten(args, kwargs)
        axes = axes_of(self.in_axes, args, kwargs, leaves)
        size = self.size(leaves, axes)
        inputs: list = []
        for i, (x, axis) in enumerate(zip(leaves, axes, strict=True)):
            if axis is not None:
                inputs.append(Mapped(i, x, axis))
        inputs += [Lane(array) for array in self.own]
        lifted = self.lift(function, leaves, tree, inputs, size)
        self.refuse_shared(function, lifted)
        outs = self.execute(lifted, size)
        return self.finish(lifted, outs, size)

    def lift(self, function, leaves, tree, inputs, size):
        """Trace; again with keys for the lanes of the random streams that are met."""
        found: list = []
        while True:
            lifted = Lifted(function, leaves, tree, [*inputs, *found])
            known = {id(key.target) for key in found}
            touched = lifted.touched()
            new = [b for b in list(keys.key_buffers) if id(b) in touched and id(b) not in known]
            if not new:
                return lifted
            found += [Key(b, size) for b in new]

    def size(self, leaves, axes) -> int:
        """How many lanes there are."""
        sizes: dict[int, str] = {}
        for x, axis in zip(leaves, axes, strict=True):
            if axis is None:
                continue
            shape = np.shape(x)
            if not -len(shape) <= axis < len(shape):
                raise ValueError(
                    f"vmap: in_axes names axis {axis} of an argument of shape {shape}. Say None for an argument that "
                    "all lanes share."
                )
            sizes.setdefault(shape[axis], f"axis {axis} of an argument of shape {shape}")
        for array in self.own:
            if not array.ndim:
                raise ValueError("vmap: an array in per_lane has no axis; its first axis has an entry for each lane")
            sizes.setdefault(array.shape[0], f"the first axis of an array of shape {array.shape} in per_lane")
        if self.axis_size is not None:
            sizes.setdefault(self.axis_size, "axis_size")
        if not sizes:
            raise ValueError("vmap: no argument has lanes; give axis_size, or an axis in in_axes")
        if len(sizes) > 1:
            raise ValueError(
                "vmap: the lanes are not equally many: " + ", ".join(f"{n} by {what}" for n, what in sizes.items())
            )
        return int(next(iter(sizes)))

    def refuse_shared(self, function, lifted) -> None:
        mine = {id(x.buffer) for x in lifted.inputs if getattr(x, "buffer", None) is not None}
        mine |= {id(x.target) for x in lifted.inputs if type(x) is Key}
        for buffer, _ in lifted.written():
            if id(buffer) not in mine:
                raise TransformError(
                    f"vmap: {name_of(buffer, function)}, of shape {buffer.shape}, is written, and all lanes share it. "
                    "Give it a first axis with an entry for each lane and name it in per_lane=, or return the value "
                    "and write outside."
                )
        for place in lifted.block.places.values():
            tree = lifted.block.trees[place.key]
            if tree is not UNDEFINED and wants_value(tree) and self.rebound(lifted, place.key) is None:
                raise TransformError(
                    f"vmap: {place.name} is assigned a value that differs between lanes. Return it, or make it a "
                    "Variable with an entry for each lane and name it in per_lane=."
                )

    def rebound(self, lifted, key):
        """``(lane, leaf)`` where a place that held an array of `per_lane` holds another one of its kind."""
        before, leaf = lifted.block.entry.get(key), lifted.block.trees[key]
        for lane in lifted.inputs:
            if type(lane) is Lane and lane.array is before and isinstance(leaf, Leaf):
                if leaf.shape == lane.array.shape[1:] and leaf.dtype == lane.array.dtype:
                    return lane, leaf
        return None

    def execute(self, lifted, size):
        """The outputs, each with the lanes on its axis."""
        axes: list = [None] * len(lifted.block.outputs)
        lifted.result_axes = []
        for i, axis in enumerate(spread(self.out_axes, lifted.result_tree, "out_axes")):
            leaf = lifted.result[i]
            lifted.result_axes.append(axis)
            at = lifted.at.get(id(leaf))
            if at is not None:
                axes[at] = axis
        mapped = {id(x.buffer): x.axis for x in lifted.inputs if x.buffer is not None}
        for buffer, leaf in lifted.written():
            axes[lifted.at[id(leaf)]] = mapped.get(id(buffer), 0)
        lifted.rebinds = [x for x in (self.rebound(lifted, key) for key in lifted.block.places) if x is not None]
        for leaf in [leaf for _, leaf in lifted.rebinds]:
            if id(leaf) in lifted.at:
                axes[lifted.at[id(leaf)]] = 0
        for leaf, _ in lifted.block.checks:
            if id(leaf) in lifted.at:
                axes[lifted.at[id(leaf)]] = 0
        in_axes = [x.axis for x in lifted.inputs]
        mapped_run = jax.vmap(
            lambda values: lifted.run(*values),
            in_axes=(in_axes,), out_axes=axes, axis_size=size, axis_name=self.axis_name,
        )  # fmt: skip
        return mapped_run(lifted.values())

    def finish(self, lifted, outs, size):
        lifted.add_checks(outs)
        own = {id(x.buffer): x for x in lifted.inputs if x.buffer is not None}
        streams = {id(x.target): x for x in lifted.inputs if type(x) is Key}
        for buffer, leaf in lifted.written():
            stream = streams.get(id(buffer))
            if stream is None:
                own[id(buffer)].write(lifted.output(leaf, outs))
                continue
            with buffer.lock:
                buffer.replace(keys.advance(stream.held.value))
        for key, place in lifted.block.places.items():
            if self.rebound(lifted, key) is None:  # a value known while tracing
                place.set(UNBOUND if lifted.block.trees[key] is UNDEFINED else lifted.block.objects[key])
        for lane, leaf in lifted.rebinds:
            lane.write(_result(lifted.output(leaf, outs), leaf, 0, size, id(leaf) in lifted.at).value)
        leaves = [
            _result(lifted.output(leaf, outs), leaf, axis, size, id(leaf) in lifted.at)
            for leaf, axis in zip(lifted.result, lifted.result_axes, strict=True)
        ]
        return jax.tree.unflatten(lifted.result_tree, leaves)


class Lifted(lift.Lifted):
    """Traced for one lane."""

    result_axes: list
    rebinds: list

    def __init__(self, function, leaves, tree, inputs) -> None:
        whole = [x.value for x in inputs]
        for x in inputs:
            x.value = jax.eval_shape(lambda v, x=x: jnp.take(v, 0, axis=x.axis), x.value)
        token = _in_lanes.set(True)
        context: Any = contexts.current()
        host, context.host = context.host, None  # NumPy would draw once for all lanes
        try:
            super().__init__(function, leaves, tree, inputs)
        finally:
            context.host = host
            _in_lanes.reset(token)
            for x, value in zip(inputs, whole, strict=True):
                x.value = value

    def touched(self) -> set[int]:
        recorder = self.block.recorder
        return {*recorder.read, *recorder.saved}


class Mapped(lift.Argument):
    """An argument of which each lane has a part."""

    def __init__(self, index: int, given, axis: int) -> None:
        super().__init__(index, given)
        self.axis = axis

    def enter(self, tracer, leaves) -> None:
        super().enter(tracer, leaves)
        if not tracer.shape and not isinstance(self.given, jax.Array):
            leaves[self.index] = core.of_device(tracer)  # as an item of an array is
            self.buffer = None


def _result(value, leaf, axis, size, computed):
    if not isinstance(leaf, Leaf):
        return value
    if not computed:  # a number known while tracing: the same for each lane
        value = jnp.asarray(value)
        value = value if axis is None else jnp.broadcast_to(value, (size, *value.shape))
    if leaf.kind == "raw":
        return value
    return core.array_of_device(value) if value.shape or leaf.kind == "array" else core.of_device(value)


def axes_of(in_axes, args, kwargs, leaves) -> list:
    """The axis of each leaf of the arguments; keyword arguments have lanes on the first."""
    if isinstance(in_axes, (tuple, list)):
        if len(in_axes) != len(args):
            raise ValueError(f"vmap: in_axes has {len(in_axes)} entries, and the call {len(args)} positional arguments")
        parts = list(zip(in_axes, args, strict=True))
    else:
        parts = [(in_axes, x) for x in args]
    parts += [(0, kwargs)] if kwargs else []
    axes: list = []
    for axis, x in parts:
        prefix: Any = axis if axis is None or isinstance(axis, int) else ((axis,), {})
        axes += spread(prefix, lift.flatten((x,), {})[1], "in_axes")
    for i, x in enumerate(leaves):
        if not (type(x) in OURS or isinstance(x, (np.ndarray, jax.Array))):
            if axes[i] is not None and (type(x) in lift.NUMBERS or isinstance(x, np.generic)):
                continue  # the error names the axis
            axes[i] = None
    return axes


def spread(axes, tree, what: str) -> list:
    """An axis for each leaf of `tree`, from a prefix of it."""
    if axes is None or isinstance(axes, int):
        return [axes] * tree.num_leaves
    order, plain = jax.tree.flatten(jax.tree.unflatten(tree, range(tree.num_leaves)))
    try:
        flat = flatten_axes(f"vmap {what}", plain, axes)
    except ValueError as error:
        raise ValueError(f"vmap: {what} does not fit: {error}") from None
    return [axis for _, axis in sorted(zip(order, flat, strict=True))]


def name_of(buffer, function) -> str:
    """Under which name a function reaches an array."""
    state: Any = discover.State()
    state.visit(function, getattr(function, "__name__", type(function).__name__))
    return next((path for path, array in state.arrays if array._buffer is buffer), "an array made outside of it")


def vmap(function=None, in_axes=0, out_axes=0, *, axis_size=None, axis_name=None, per_lane=None):
    """Run a function of one lane for many lanes at once.

    Parameters
    ----------
    function : callable
        A function, bound method or object.  Without it, a decorator.
    in_axes : int, None, or a sequence of them or of pytrees of them
        For each positional argument, the axis with the lanes; None where all lanes
        share the argument.
    out_axes : int, None, or pytree of them
        Where the lanes are in the results; None for a result that is the same in all.
    axis_size : int, optional
        How many lanes, where no argument says so.
    axis_name : hashable, optional
        A name for collective operations of ``jax.lax``.
    per_lane : array, or list, tuple or dict of arrays, or object with ``vars()``, optional
        Arrays that the function reaches and of which each lane has its own: the first
        axis has an entry for each lane, and the function sees the array without it.

    Returns
    -------
    callable

    Raises
    ------
    TransformError
        When called: the function writes an array that all lanes share.

    Notes
    -----
    State is shared and can be read by all lanes.  What a lane writes into its part of
    an argument, or of an array in `per_lane`, arrives there.  Random numbers differ
    from lane to lane.

    Examples
    --------
    >>> import npbridge
    >>> def clip(row, top):
    ...     for i in range(3):
    ...         if row[i] > top:
    ...             row[i] = top
    ...     return row.sum()
    >>> rows = npbridge.array([[1.0, 5.0, 2.0], [9.0, 0.0, 9.0]])
    >>> npbridge.vmap(clip, in_axes=(0, None))(rows, 3.0)
    JaxArray([6., 6.], dtype=float32)
    >>> rows
    JaxArray([[1., 3., 2.],
              [3., 0., 3.]], dtype=float32)
    """
    if function is None:
        return lambda decorated: vmap(
            decorated, in_axes, out_axes, axis_size=axis_size, axis_name=axis_name, per_lane=per_lane
        )
    return Vectorized(function, in_axes, out_axes, axis_size, axis_name, per_lane)
