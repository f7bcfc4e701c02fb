"""Assignments with several targets: ``self.now, self.before = after, self.now``.

Python has loaded the objects on the right before it stores the first of them.  An
assignment to a variable writes into it, so what was loaded would by then have changed;
here the values from before the statement are kept until its last target is stored.
The byte code tells which stores belong to one statement: the values of the later ones
lie on the stack already, and between the stores only a target's object is loaded.
"""

from __future__ import annotations

import dis
import functools
import threading
import types
from typing import Any

_NOWHERE = -1


class _Current(threading.local):
    """The statement that is being executed: its frame, where it is, the values from before."""

    frame = first = last = _NOWHERE
    before: dict[int, tuple[Any, Any]] = {}


_current = _Current()


def value_for(frame: types.FrameType, held: Any, value: Any) -> Any:
    """What to write into `held` where `frame` assigns `value` to an attribute."""
    place = _places(frame.f_code).get(frame.f_lasti)
    if place is None:
        return value
    first, final = place
    now = _current
    if now.frame != id(frame) or now.first != first or now.last >= frame.f_lasti:
        now.frame, now.first, now.before = id(frame), first, {}
    now.last = frame.f_lasti
    before = now.before
    if id(value) in before:
        value = before[id(value)][1]
    before.setdefault(id(held), (held, held.copy()))  # `held` itself keeps its id its own
    if final:
        now.frame, now.before = _NOWHERE, {}
    return value


@functools.lru_cache(4096)
def _places(code: types.CodeType) -> dict[int, tuple[int, bool]]:
    """For stores in statements with several targets: where the first is, and whether it is the last."""
    groups: list[list[int]] = []
    height = None  # of the stack, since the last store
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_ATTR":
            if height == 1:
                groups[-1].append(instruction.offset)
            else:
                groups.append([instruction.offset])
            height = 0
        elif height is not None:
            effect = _effect(instruction)
            height = None if effect is None else height + effect
    return {place: (group[0], place == group[-1]) for group in groups if len(group) > 1 for place in group}


def _effect(instruction: dis.Instruction) -> int | None:
    """By how much an instruction changes the height of the stack; None where it may lead elsewhere."""
    if instruction.opcode in dis.hasjrel or instruction.is_jump_target:
        return None
    try:
        return dis.stack_effect(instruction.opcode, instruction.arg)
    except ValueError:  # an instruction that this version of Python does not say it of
        return None
