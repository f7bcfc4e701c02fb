"""Elements written at places that an array of indices tells."""

from __future__ import annotations

from ...program import views
from ...program.nodes import Node, Value
from . import nests, runs
from .memory import Buffer
from .reductions import combine
from .trees import Turn, parts


def scatter(emitter, node: Node) -> None:
    """One update after the other; those outside are left out."""
    (out,) = node.outs
    old, indices, updates = node.args
    numbers, op, mode = node.params["numbers"], node.params["op"], node.params["mode"]
    buffer = _whole(emitter, old, out)
    # what is written must not be computed from what has been written
    indices, updates = (_apart(emitter, x, buffer) for x in (indices, updates))
    windows = numbers.update_window_dims
    batch_axes = [i for i in range(len(updates.shape)) if i not in windows]
    left = [
        i
        for i in range(len(out.shape))
        if i not in numbers.inserted_window_dims and i not in numbers.operand_batching_dims
    ]
    window = dict(zip(left, windows, strict=True))
    sizes = {axis: updates.shape[at] for axis, at in window.items()}
    to = views.identity(len(updates.shape))
    code = emitter.code

    def body(turn: Turn) -> None:
        inside, index = "true", ["0"] * len(out.shape)
        for k, axis in enumerate(numbers.scatter_dims_to_operand_dims):
            start = turn.start(indices, to, batch_axes, k)
            high = out.shape[axis] - sizes.get(axis, 1)
            if mode == "clip":
                low = code.call("i64", "llvm.smax.i64", ("i64", start), ("i64", "0"))
                start = code.call("i64", "llvm.smin.i64", ("i64", low), ("i64", str(max(high, 0))))
            else:
                fits = code.new(f"icmp ule i64 {start}, {high}") if high >= 0 else "false"
                inside = code.new(f"and i1 {inside}, {fits}")
            index[axis] = start
        for axis, at in zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True):
            index[axis] = turn.index[batch_axes[at]]
        for axis, at in window.items():
            index[axis] = code.plus(index[axis], turn.index[at])
        write, after = code.fresh_label("write"), code.fresh_label("after")
        if inside != "true":
            code.jump_if(inside, write, after)
            code.label(write)
        value = turn.at(updates, to)
        linear = "0"
        for i, step in zip(index, views.steps_in_memory(out.shape), strict=True):
            linear = code.plus(linear, code.times(i, step))
        pointer = buffer.pointer()
        if op != "set":
            value = combine(code, op, out.dtype, code.load(pointer, linear, out.dtype), value, False)
        code.store(value, pointer, linear, out.dtype)
        if inside != "true":
            code.jump(after)
            code.label(after)

    runs.run(emitter, updates.shape, [], {}, body, independent=False)
    emitter.put(out, buffer)


def _whole(emitter, old: Value, out: Value) -> Buffer:
    """The memory of the array that is written into, or a copy of it."""
    if not emitter.is_lazy(old):
        buffer = emitter.place(old)
        if emitter.is_free(buffer):
            return buffer
    buffer = emitter.take(out)
    nests.fill(emitter, old, buffer)
    return buffer


def _apart(emitter, value: Value, buffer: Buffer) -> Value:
    if not value.shape:
        return value
    if any(emitter.place(v) is buffer for v, _ in parts(emitter, value, views.identity(len(value.shape)))):
        return nests.set_apart(emitter, value)
    return value
