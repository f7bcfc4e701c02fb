"""Loops and branches: what they carry stays in its memory, or memories are exchanged."""

from __future__ import annotations

from ...program.nodes import Block, Node, Value
from . import interrupts, leaving, nests, strides
from .code import part_of, type_of
from .elements import element
from .memory import Buffer
from .plan import nbytes
from .trees import INDEX


def want(emitter, value: Value, buffer: Buffer) -> None:
    """Have a value computed in some memory, and what it grows out of too."""
    while value not in emitter.wanted:
        emitter.wanted[value] = buffer
        node = value.node
        if node is None:
            return
        if node.kind in ("write", "scatter", "reshape"):
            value = node.args[0]
        elif node.kind == "loop":
            value = node.args[node.outs.index(value)]
        else:
            return
        if not value.shape or (emitter.is_lazy(value)):
            return


class Numbers:
    """Values without axes that a loop or branch gives: each in a place on the stack."""

    def __init__(self, emitter, values: list[Value]) -> None:
        self.emitter, self.code = emitter, emitter.code
        self.slots = {v: self.code.slot(_kind(v)) for v in values if not v.shape}

    def store(self, value: Value, register) -> None:
        self.code.store(register, self.slots[value], "0", value.dtype)

    def load(self, value: Value):
        return self.code.load(self.slots[value], "0", value.dtype)

    def bind(self, names: list[Value], values: list[Value], buffers: list) -> None:
        """Let names stand for values: of numbers as they are now, of arrays for what lies in their buffers."""
        for name, value, buffer in zip(names, values, buffers, strict=True):
            if buffer is None:
                self.emitter.scalars[name] = self.load(value)
            else:
                self.emitter.put(name, buffer)


def _let_go(buffers: list) -> None:
    """Nobody holds any more what lay in them."""
    for buffer in buffers:
        if buffer is not None:
            buffer.holders.clear()


def _kind(value: Value) -> str:
    if value.dtype.kind == "b":
        return "i8"
    part = type_of(part_of(value.dtype))
    return f"{{{part}, {part}}}" if value.dtype.kind == "c" else part


def settle(emitter, values: list[Value], places: list) -> None:
    """Let results stand where they belong: registers in memory, arrays in their buffers."""
    code = emitter.code
    moves = []
    for value, place in zip(values, places, strict=True):
        if isinstance(place, Buffer):
            source = emitter.place(value)
            if source is not place:
                moves.append((value, source, place))
        else:
            code.store(emitter.scalar(value), place, "0", value.dtype)
    _move(emitter, moves)


def _move(emitter, moves) -> None:
    """Copy all at once: nothing is overwritten before it was read."""
    while moves:
        ready = [m for m in moves if not any(o is not m and o[1] is m[2] for o in moves)]
        if not ready:  # they go round in a ring
            value, source, target = moves[0]
            apart = emitter.room.take(nbytes(value))
            emitter.frames[-1].taken.append(apart)
            nests.copy(emitter.code, source, apart)
            moves = [(v, apart if s is source else s, t) for v, s, t in moves]
            continue
        for _, source, target in ready:
            nests.copy(emitter.code, source, target)
        moves = [m for m in moves if m not in ready]


# -- loops


def loop(emitter, node: Node) -> None:
    """Again and again, so many times or while a block says so."""
    code = emitter.code
    body, length, every = node.blocks[-1], node.params["length"], emitter.looks.every.get(node)
    count = interrupts.counted(node) if length is None else None
    waiting = leaving.that_wait(node) if length is not None or count is not None else []
    inputs = body.inputs if length is None else body.inputs[1:]
    carried = [_carried(emitter, node, init, out) for init, out in zip(node.args, node.outs, strict=True)]
    for buffer in carried:
        if buffer is not None:
            buffer.reserved = False
    numbers = Numbers(emitter, inputs)
    for init, value in zip(node.args, inputs, strict=True):
        if not value.shape:
            numbers.store(value, emitter.scalar(init))
    with leaving.waiting(emitter, waiting), emitter.frame(body, True):
        if length is not None:
            with interrupts.turns(emitter, 0, str(length), every, strides.facts(node)) as i:
                emitter.scalars[body.inputs[0]] = i
                spare = _turn(emitter, body, inputs, carried, numbers)
        elif every and count is not None:
            last = element(code, "convert", INDEX, [emitter.scalar(count.last)], [count.last.dtype])
            with interrupts.turns(emitter, count.start, last, every, strides.facts(node)) as i:
                index = element(code, "convert", inputs[count.at].dtype, [i], [INDEX])
                spare = _turn(emitter, body, inputs, carried, numbers, {inputs[count.at]: index})
        else:
            spare = _while(emitter, node, inputs, carried, numbers, every)
        _home(emitter, carried, spare)
    _let_go(carried)
    numbers.bind(node.outs, inputs, carried)


def _while(emitter, node: Node, inputs, carried, numbers, every: int | None) -> list[Buffer]:
    """As long as a block says so, with a look for signals every so many turns."""
    code, (condition, body) = emitter.code, node.blocks
    head, inside, after = (code.fresh_label(x) for x in ("while", "do", "done"))
    countdown = interrupts.Countdown(emitter, every) if every else None
    # a loop of its own around it, if arrays are worth keeping in registers between looks
    start = head if countdown is None or not any(carried) else code.fresh_label("begin")
    if start is not head:
        code.jump(start)
        code.label(start)
        countdown.start()
    code.jump(head)
    code.label(head)
    code.jump_if(_holds(emitter, condition, inputs, carried, numbers), inside, after)
    code.label(inside)
    if countdown:
        countdown.count(start)
    spare = _turn(emitter, body, inputs, carried, numbers)
    code.turn(head, strides.facts(node))
    code.label(after)
    return spare


def _carried(emitter, node: Node, init: Value, out: Value) -> Buffer | None:
    """The memory of an array that a loop carries: that of its first contents, if nobody needs them, or a copy."""
    if not init.shape:
        return None
    if not emitter.is_lazy(init):
        buffer = emitter.place(init)
        read_inside = any(v in emitter.plan.last[b] for b in node.blocks for v in buffer.holders)
        if emitter.is_free(buffer) and not read_inside:
            buffer.holders.clear()
            emitter.put(out, buffer)
            buffer.reserved = True
            return buffer
    buffer = emitter.take(out)
    buffer.reserved = True
    nests.fill(emitter, init, buffer)
    emitter.put(out, buffer)
    return buffer


def _holds(emitter, block: Block, inputs, carried, numbers) -> str:
    """Whether there is another turn."""
    with emitter.frame(block, True):
        numbers.bind(block.inputs, inputs, carried)  # what held the buffers holds them on: the body reads it
        emitter.nodes(block)
        found = emitter.scalar(block.results[0])
        for buffer in carried:
            if buffer is not None:
                buffer.holders.difference_update(block.inputs)
    return found


def _turn(emitter, body: Block, inputs, carried, numbers: Numbers, known=None) -> list[Buffer]:
    """Write the body; what changed places with what is carried.  `known` are registers with values of inputs."""
    _let_go(carried)
    numbers.bind(inputs, inputs, carried)
    emitter.scalars.update(known or {})
    for value, result, buffer in zip(inputs, body.results, carried, strict=True):
        if buffer is not None and result is not value:
            want(emitter, result, buffer)
    emitter.nodes(body)
    registers = [(v, emitter.scalar(r)) for v, r in zip(inputs, body.results, strict=True) if not v.shape]
    spare = _exchange(emitter, body.results, carried)
    for value, register in registers:
        numbers.store(value, register)
    return spare


def _exchange(emitter, results: list[Value], carried: list) -> list[Buffer]:
    """Let the slots of what is carried hold what the next turn starts from."""
    code = emitter.code
    own = [b for b in carried if b is not None]
    taken = emitter.frames[-1].taken
    places: list[Buffer] = []
    moves = []
    for result, buffer in zip(results, carried, strict=True):
        if buffer is None:
            continue
        source = emitter.place(result)
        mine = source in own or (source in taken and source.inside)
        if not mine or source in places or source.nbytes != buffer.nbytes:
            apart = emitter.room.take(nbytes(result))
            taken.append(apart)
            moves.append((result, source, apart))
            source = apart
        places.append(source)
    for _, source, target in moves:
        nests.copy(code, source, target)
    left = [b for b in own if b not in places]
    spare = [b for b in places if b not in own]
    changes = [(target, source) for target, source in zip(own, places, strict=True) if target is not source]
    pointers = {b: b.pointer() for b in [*(s for _, s in changes), *left]}
    for target, source in changes:
        code.do(f"store ptr {pointers[source]}, ptr {target.slot}")
    for buffer in spare:
        other = next(b for b in left if b.nbytes == buffer.nbytes)
        left.remove(other)
        code.do(f"store ptr {pointers[other]}, ptr {buffer.slot}")
    return spare


def _home(emitter, carried: list, spare: list[Buffer]) -> None:
    """Let what must lie at an address lie there, when its memory changed places with others."""
    code = emitter.code
    for buffer in carried:
        if buffer is None or buffer.home is None:
            continue
        alive = [b for b in carried if b is not None and b is not buffer and b.nbytes == buffer.nbytes]
        others = [b for b in spare if b.nbytes == buffer.nbytes] + alive
        if not others:
            continue
        apart = emitter.room.take(buffer.nbytes) if alive else None
        away, there = code.fresh_label("away"), code.fresh_label("home")
        pointer = buffer.pointer()
        code.jump_if(code.new(f"icmp eq ptr {pointer}, {buffer.home}"), there, away)
        code.label(away)
        if apart is None:
            code.copy(pointer, buffer.home, buffer.nbytes)
        else:  # what lies there is needed, too
            code.copy(buffer.home, apart.pointer(), buffer.nbytes)
            code.copy(pointer, buffer.home, buffer.nbytes)
            code.copy(apart.pointer(), pointer, buffer.nbytes)
            emitter.room.give_back(apart)
        for other in others:
            held = other.pointer()
            same = code.new(f"icmp eq ptr {held}, {buffer.home}")
            code.do(f"store ptr {code.new(f'select i1 {same}, ptr {pointer}, ptr {held}')}, ptr {other.slot}")
        code.do(f"store ptr {buffer.home}, ptr {buffer.slot}")
        code.jump(there)
        code.label(there)


# -- branches


def branch(emitter, node: Node) -> None:
    """One of several blocks."""
    code = emitter.code
    blocks, outs = node.blocks, node.outs
    (which,) = node.args
    numbers = Numbers(emitter, outs)
    buffers = [_result(emitter, node, k) for k in range(len(outs))]
    labels = [code.fresh_label("case") for _ in blocks]
    after = code.fresh_label("join")
    _switch(emitter, which, labels)
    for block, label in zip(blocks, labels, strict=True):
        code.label(label)
        before = [set(b.holders) if b is not None else None for b in buffers]
        kept = dict(emitter.wanted)
        with emitter.frame(block, False):
            for result, buffer in zip(block.results, buffers, strict=True):
                if buffer is not None:
                    want(emitter, result, buffer)
            emitter.nodes(block)
            places = [buffers[k] if outs[k].shape else numbers.slots[outs[k]] for k in range(len(outs))]
            settle(emitter, block.results, places)
        emitter.wanted = kept
        for buffer, holders in zip(buffers, before, strict=True):
            if buffer is not None:
                buffer.holders.clear()
                buffer.holders.update(holders)
        code.jump(after)
    code.label(after)
    _let_go(buffers)
    numbers.bind(outs, outs, buffers)


def _switch(emitter, which: Value, labels: list[str]) -> None:
    code, register = emitter.code, emitter.scalar(which)
    if which.dtype.kind == "b":
        code.jump_if(register, labels[1], labels[0])
        return
    if len(labels) == 1:
        code.jump(labels[0])
        return
    kind = type_of(which.dtype)
    low = code.call(kind, f"llvm.smax.{kind}", (kind, register), (kind, "0"))
    cases = " ".join(f"{kind} {k}, label %{label}" for k, label in enumerate(labels[:-1]))
    code.do(f"switch {kind} {low}, label %{labels[-1]} [{cases}]")


def _result(emitter, node: Node, k: int) -> Buffer | None:
    """The memory for an array that all branches give: that of one which some return as it was, if nobody needs it."""
    out = node.outs[k]
    if not out.shape:
        return None
    taken = [emitter.places.get(o) for o in node.outs[:k]]
    for block in node.blocks:
        value = _grown_from(block.results[k], emitter.defined(block))
        if value is None or emitter.is_lazy(value) or value not in emitter.places:
            continue
        buffer = emitter.place(value)
        if emitter.is_free(buffer) and buffer.nbytes == nbytes(out) and buffer not in taken:
            emitter.places[out] = buffer
            return buffer
    buffer = emitter.places[out] = emitter.take(out)
    return buffer


def _grown_from(value: Value, inside: set) -> Value | None:
    """The value from outside that one of a block is, or is written into."""
    while value in inside:
        node = value.node
        if node is None:
            return None
        if node.kind in ("write", "scatter", "reshape"):
            value = node.args[0]
        elif node.kind == "loop":
            value = node.args[node.outs.index(value)]
        else:
            return None
    return value
