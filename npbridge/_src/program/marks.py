"""The truths that say that a program has failed: loops and branches hand them on, to the number that it ends with.

Where one of them is true, nothing else that the program gives is looked at.  So it can be left where they are computed,
and what comes after may take them for false.
"""

from __future__ import annotations

from .nodes import Block, Node, Value


def flags(result: Value) -> dict[Value, int]:
    """The truths that a program's last number tells the first of, and that number for each; none where it tells others.

    It is 0 where all are false, and counts from one.
    """
    node = result.node
    if node is None or node.kind != "map" or node.params["op"] != "select" or node.args[1].constant != 0:
        return {}
    truth, _, number = node.args
    if number.constant is not None:
        return {truth: int(number.constant)}
    number = _without(number, "convert", "add")
    if number.node is None or number.node.kind != "position":
        return {}
    found: dict[Value, int] = {}
    whole = number.node.args[0]
    if whole.size == 1:
        return {_seen(whole): 1}
    while (node := whole.node) is not None and node.kind == "write":
        (axis,) = node.params["map"].axes
        if axis.starts or node.args[1].size != 1:
            return {}
        flag = _seen(node.args[1])
        if flag.constant is None or flag.constant:
            found[flag] = min(axis.offset + 1, found.get(flag, axis.offset + 1))
        whole = node.args[0]
    return found if node is not None and node.kind == "empty" else {}


def _without(value: Value, *ops: str) -> Value:
    """What a number was made of by some steps."""
    while value.node is not None and value.node.kind == "map" and value.node.params["op"] in ops:
        value = value.node.args[0]
    return value


def _seen(value: Value) -> Value:
    """The number that an array of one element shows."""
    while value.node is not None and value.node.kind in ("view", "reshape") and value.node.args[0].size == 1:
        value = value.node.args[0]
    return value


class Marks:
    """Where a program can be left.

    Attributes
    ----------
    codes : dict of Block to (dict of Value to int)
        The truths that a block computes, or gives at its end, which say that the program has failed.
    carried : set of Value
        Inputs of loops that are false as long as it has not.
    handed : set of Value
        What loops and branches give of such truths, which are looked at inside.
    """

    def __init__(self, block: Block, found: dict[Value, int]) -> None:
        self.codes: dict[Block, dict[Value, int]] = {}
        self.carried: set[Value] = set()
        self.handed: set[Value] = set()
        self._of_block(block, found)

    def _of_block(self, block: Block, found: dict[Value, int]) -> None:
        """Follow truths back to where they come from."""
        marks = dict(found)
        codes = self.codes.setdefault(block, {})
        made = {out for node in block.nodes for out in node.outs if node.kind != "number"}
        codes.update({value: code for value, code in marks.items() if value not in made})
        for node in reversed(block.nodes):
            here = {out: marks[out] for out in node.outs if out in marks}
            if not here:
                continue
            if node.kind == "loop":
                self._of_loop(node, here, codes)
            elif node.kind == "branch":
                self.handed.update(here)
                for inner in node.blocks:
                    results = zip(node.outs, inner.results, strict=True)
                    self._of_block(inner, _earliest((r, here[out]) for out, r in results if out in here))
            elif len(node.outs) > 1:
                codes.update(here)
            else:
                self._of_step(node, here[node.outs[0]], made, marks, codes)

    def _of_step(self, node: Node, code: int, made: set[Value], marks: dict, codes: dict) -> None:
        """One truth is true if several are, or if one is where nothing has failed before."""
        (out,) = node.outs
        parts = self._parts(node)
        if parts is None or not all(x in made or self.never(x) for x in parts):
            codes[out] = code
            return
        for x in parts:
            if not self.never(x):
                marks[x] = min(code, marks.get(x, code))

    def _parts(self, node: Node) -> list[Value] | None:
        """The truths any of which makes the truth of a node, as long as nothing has failed."""
        if node.kind in ("view", "reshape") and node.args[0].size == node.outs[0].size == 1:
            return [node.args[0]]
        if node.kind != "map" or node.outs[0].shape:
            return None
        if node.params["op"] == "or":
            return None if _is_one_question(node) else list(node.args)
        if node.params["op"] == "and":
            left = [x for x in node.args if not self.always(x)]
            return left if len(left) == 1 else None
        return None

    def _of_loop(self, node: Node, here: dict[Value, int], codes: dict[Value, int]) -> None:
        """Truths that a loop carries, and that stay true."""
        body = node.blocks[-1]
        first = len(body.inputs) - len(node.outs)
        places = [k for k, out in enumerate(node.outs) if out in here and _is_false(node.args[k])]
        while True:
            inputs = {body.inputs[first + k] for k in places}
            self.carried |= inputs
            stay = [k for k in places if self._stays(body.results[k], body.inputs[first + k])]
            self.carried -= inputs
            if stay == places:
                break
            places = stay
        for inner in node.blocks:
            at = len(inner.inputs) - len(node.outs)
            self.carried |= {inner.inputs[at + k] for k in places}
        self.handed.update(node.outs[k] for k in places)
        self._of_block(body, _earliest((body.results[k], here[node.outs[k]]) for k in places))
        codes.update({out: code for out, code in here.items() if node.outs.index(out) not in places})

    def _stays(self, result: Value, before: Value) -> bool:
        """Whether a truth is true after a turn if it was before."""
        if result is before:
            return True
        node = result.node
        if node is None or node.kind != "map" or node.params["op"] != "or":
            return False
        return any(self._stays(x, before) for x in node.args)

    def least(self, node: Node) -> int | None:
        """The least number with which a program may be left in the blocks of a node."""
        found = [code for block in node.blocks for code in self.codes.get(block, {}).values()]
        found += [c for block in node.blocks for inner in block.nodes if (c := self.least(inner)) is not None]
        return min(found, default=None)

    # -- as long as nothing has failed

    def never(self, value: Value) -> bool:
        """Whether a truth is false."""
        if value in self.carried or _is_false(value):
            return True
        node = value.node
        if node is None or node.kind != "map" or node.params["op"] not in ("or", "not"):
            return False
        return all(map(self.never if node.params["op"] == "or" else self.always, node.args))

    def always(self, value: Value) -> bool:
        """Whether a truth is true."""
        if value.constant is not None:
            return bool(value.constant)
        node = value.node
        if node is None or node.kind != "map" or node.params["op"] not in ("and", "not"):
            return False
        return all(map(self.always if node.params["op"] == "and" else self.never, node.args))


def _is_one_question(node: Node) -> bool:
    """Whether a truth says that one number lies outside: that is asked at once."""
    asked = [x.node for x in node.args]
    return all(n is not None and n.kind == "map" and n.params["op"] in ("lt", "ge", "gt", "le") for n in asked) and (
        len({n.args[0] for n in asked if n is not None}) == 1
    )


def _is_false(value: Value) -> bool:
    return value.constant is not None and not value.constant


def _earliest(pairs) -> dict[Value, int]:
    """The least number of each truth; without those that are known to be false."""
    found: dict[Value, int] = {}
    for value, code in pairs:
        if not _is_false(value):
            found[value] = min(code, found.get(value, code))
    return found
