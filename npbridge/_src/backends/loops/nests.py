"""Loop nests: what is computed element by element and stored, several values of one shape together."""

from __future__ import annotations

from ...program import spans, views
from ...program.folding import only
from ...program.nodes import Block, Node, Value
from . import boxes, runs
from .code import Code
from .memory import Buffer
from .plan import LAZY
from .trees import Turn, parts

TOGETHER = 12  # values in one nest at most


class Store:
    """A value that a nest computes.

    Attributes
    ----------
    out : Value
    what : Value
        What each turn computes: of a write, what is written.
    to : Map
        The place of each turn's element in memory.
    buffer : Buffer
    """

    def __init__(self, out: Value, what: Value, to: views.Map, buffer: Buffer) -> None:
        self.out, self.what, self.to, self.buffer = out, what, to, buffer


def stored(emitter, node: Node):
    """``(out, what, shape of the nest, map)`` of a node that a nest can hold."""
    (out,) = node.outs
    if node.kind == "write":
        return out, node.args[1], node.args[1].shape, node.params["map"]
    again = Value(out.shape, out.dtype, node)  # the same, but computed and not read
    return out, again, out.shape, views.identity(len(out.shape)).trimmed(out.shape)


def together(emitter, block: Block, at: int, done: set) -> None:
    """Write the node at a position, and those after it that fit into the same nest."""
    _, _, shape, _ = stored(emitter, block.nodes[at])
    stores: list[Store] = []
    new: dict = {}
    frame = emitter.frames[-1]
    first = at
    members: set = set()
    while at < len(block.nodes) and len(stores) < TOGETHER:
        node = block.nodes[at]
        frame.at = at
        if node in done:
            at += 1
            continue
        if not _is_nest(emitter, node):
            if node.kind in LAZY and node.outs[0].shape:
                at += 1
                continue
            if node.kind in ("number", "array") or (node.kind in LAZY and not _reads(emitter, node, members)):
                emitter.node(node, block, at, done)
                done.add(node)
                at += 1
                continue
            break
        if not _join(emitter, node, shape, stores, new):
            break
        members.add(node.outs[0])
        done.add(node)
        at += 1
    frame.at = max(first, at - 1)
    write(emitter, shape, stores, new)
    for store in stores:
        if all(emitter.is_over(v) for v in store.buffer.holders):
            store.buffer.holders.clear()
        emitter.put(store.out, store.buffer)


def _is_nest(emitter, node: Node) -> bool:
    if node.kind == "write":
        return True
    return node.kind in LAZY and bool(node.outs[0].shape) and not emitter.is_lazy(node.outs[0])


def _reads(emitter, node: Node, members: set) -> bool:
    """Whether a node depends on what the nest has not stored yet."""
    seen: set = set()

    def depends(value):
        if value in members:
            return True
        if value in seen:
            return False
        seen.add(value)
        n = value.node
        lazy = n is not None and n.kind in LAZY and (not value.shape or emitter.is_lazy(value))
        if not lazy or (not value.shape and value in emitter.scalars):
            return False
        return any(depends(a) for a in n.args)

    return any(depends(a) for a in node.args)


def _join(emitter, node: Node, shape: tuple, stores: list[Store], new: dict) -> bool:
    """Let a nest store the value of a node too; whether it may."""
    out, what, own, to = stored(emitter, node)
    if own != shape:
        return False
    start = runs.start_of(shape)
    read = list(parts(emitter, what, start))
    members = {s.out: s for s in stores}
    for value, at in read:
        if value in members:
            if at != members[value].to:
                return False
        elif any(emitter.place(value) is s.buffer and not _same(value, at, s.out, s.to) for s in stores):
            return False  # it is overwritten by then
    if node.kind == "write":
        buffer = _in_place(emitter, node, to, stores, members)
        if buffer is None and stores:
            return False
        if buffer is None:
            buffer = emitter.take(out)
            fill(emitter, node.args[0], buffer)
        if any(
            value not in members and emitter.place(value) is buffer and not _same(value, at, out, to)
            for value, at in read
        ):
            if stores:
                return False
            what = set_apart(emitter, what)
    else:
        buffer = _destination(emitter, out, to, read, stores, members)
    stores.append(Store(out, what, to, buffer))
    new[out] = what, start
    return True


def _in_place(emitter, node: Node, to: views.Map, stores: list[Store], members: dict) -> Buffer | None:
    """The memory of the array that a node writes into, if nobody needs what was there."""
    old = node.args[0]
    if old in members or not old.shape or emitter.is_lazy(old):
        return None
    buffer = emitter.place(old)
    if not emitter.is_free(buffer):
        return None
    return buffer if _agree(emitter, buffer, stores, members, old, to) else None


def _same(value: Value, at: views.Map | None, like: Value, to: views.Map) -> bool:
    """Whether two values that lie in one memory are looked at in the same place by each turn."""
    return at == to and value.shape == like.shape and value.dtype.itemsize == like.dtype.itemsize


def _agree(emitter, buffer: Buffer, stores: list[Store], members: dict, like: Value, to: views.Map, read=()) -> bool:
    """Whether all that a nest reads or writes of some memory lies where a turn is to write `like`."""
    of_stores = [x for s in stores for x in parts(emitter, s.what, runs.start_of(s.what.shape))]
    return all(s.buffer is not buffer or _same(s.out, s.to, like, to) for s in stores) and all(
        value in members or emitter.place(value) is not buffer or _same(value, at, like, to)
        for value, at in (*of_stores, *read)
    )


def _destination(emitter, out: Value, to: views.Map, read, stores, members) -> Buffer:
    """The memory for what a nest computes: where it is wanted, or that of something that is read for the last time."""
    wanted = emitter.wanted.get(out)
    choices = [wanted] if wanted is not None else []
    choices += [
        emitter.place(v) for v, at in read if v not in members and _same(v, at, out, to) and emitter.place(v).inside
    ]
    for buffer in choices:
        if buffer.nbytes != out.size * out.dtype.itemsize or not emitter.is_free(buffer):
            continue
        if any(s.buffer is buffer for s in stores):
            continue
        if _agree(emitter, buffer, stores, members, out, to, read):
            return buffer
    return emitter.take(out, wanted=False)


def fill(emitter, value: Value, buffer: Buffer) -> None:
    """Compute a value into memory, or copy it there."""
    if not emitter.is_lazy(value):
        if emitter.place(value) is not buffer:
            copy(emitter.code, emitter.place(value), buffer)
        return
    write(emitter, value.shape, [Store(value, value, runs.start_of(value.shape), buffer)], {})


def set_apart(emitter, value: Value) -> Value:
    """A value in memory of its own, which is given back after the present node."""
    apart = Value(value.shape, value.dtype)
    emitter.defined(emitter.frames[-1].block).add(apart)
    buffer = emitter.take(apart)
    fill(emitter, value, buffer)
    emitter.put(apart, buffer)
    return apart


def copy(code: Code, source: Buffer, target: Buffer) -> None:
    code.copy(source.pointer(), target.pointer(), target.nbytes)


# -- writing the loops


def write(emitter, shape: tuple, stores: list[Store], new: dict) -> None:
    """The nest itself."""
    start = runs.start_of(shape)

    def turn_of(turn: Turn) -> None:
        turn.new.update(new)
        pointers = {}
        for store in stores:
            register = turn.at(store.what, start)
            pointers[store] = register
        for store in stores:
            at = turn.linear(store.out.shape, store.to) if store.out.shape else "0"
            emitter.code.store(pointers[store], store.buffer.pointer(), at, store.out.dtype)

    found = [_chosen(emitter, shape, store) for store in stores]
    changed = spans.hull(found, len(shape))  # outside all is stored where it lies already: it was chosen by a mask
    box, steps = boxes.registers(emitter, changed, shape), boxes.steps(emitter, changed)
    share = runs.outermost(shape)

    def gone_over() -> None:
        whats = [s.what for s in stores]
        runs.run(emitter, shape, whats, new, turn_of, independent=True, share=share, box=box, steps=steps)

    inside = _always(emitter, shape, stores, found) if steps else None
    if inside is None:
        gone_over()
        return
    # every so many places: what is written there need not ask the mask, which divides
    code = emitter.code
    told, asked, after = (code.fresh_label(x) for x in ("told", "asked", "after"))
    code.jump_if(boxes.begins_inside(emitter, changed), told, asked)
    (store,) = stores
    for label, what in ((told, inside), (asked, store.what)):
        code.label(label)
        store.what = what
        gone_over()
        code.jump(after)
    code.label(after)


def _always(emitter, shape: tuple, stores: list[Store], found: list[spans.Within | None]) -> Value | None:
    """The number that one nest writes at all places of its box; None where a mask has to be asked."""
    mask = found[0]
    if len(stores) != 1 or mask is None or not mask.exact:
        return None
    value, _ = _behind(emitter, stores[0].what, runs.start_of(shape))
    assert value.node is not None
    inside = value.node.args[2 - int(mask.fill)]
    number = only(inside)
    return None if number is None or number.constant is None else inside


def _chosen(emitter, shape: tuple, store: Store) -> spans.Within | None:
    value, to = _behind(emitter, store.what, runs.start_of(shape))
    node = value.node
    if node is None or not emitter.is_lazy(value) or node.kind != "map" or node.params["op"] != "select":
        return None
    mask = spans.within(node.args[0], to, shape)
    if mask is None:
        return None
    value, to = _behind(emitter, node.args[1 + int(mask.fill)], to)
    there = emitter.places.get(value)
    return mask if there is store.buffer and _same(value, to, store.out, store.to) else None


def _behind(emitter, value: Value, to: views.Map) -> tuple[Value, views.Map]:
    """What views, which are not in memory, look at."""
    while (node := value.node) is not None and node.kind == "view" and emitter.is_lazy(value):
        value, to = node.args[0], to.after(node.params["map"])
    return value, to
