"""How a block was left: at its end, by ``break``, ``continue`` or ``return``.

``None`` is the end of the block.  While tracing, which it is can depend on a value
known only at run time: then it is a :class:`Traced` status.
"""

from __future__ import annotations

from typing import Any

NORMAL_CODE, BREAK_CODE, CONTINUE_CODE, RETURN_CODE = range(4)


class Leaving:
    """``break`` or ``continue``."""

    __slots__ = ("code", "name")

    def __init__(self, name: str, code: int) -> None:
        self.name = name
        self.code = code

    def __repr__(self) -> str:
        return self.name


BREAK = Leaving("break", BREAK_CODE)
CONTINUE = Leaving("continue", CONTINUE_CODE)


class Return:
    """``return value``."""

    __slots__ = ("value",)
    code = RETURN_CODE

    def __init__(self, value: Any) -> None:
        self.value = value


class Traced:
    """A status that depends on values known at run time.

    Attributes
    ----------
    code : traced integer
    possible : frozenset of int
        The codes that it can have.
    value : object
        What is returned where the code says ``return``.
    """

    __slots__ = ("code", "possible", "value")

    def __init__(self, code, possible, value) -> None:
        self.code = code
        self.possible = frozenset(possible)
        self.value = value


MISSING = type("Missing", (), {"__repr__": lambda self: "nothing", "__slots__": ()})()


def parts(status) -> tuple[Any, frozenset, Any]:
    """``(code, possible codes, value)`` of any status."""
    if status is None:
        return NORMAL_CODE, frozenset({NORMAL_CODE}), MISSING
    if isinstance(status, Traced):
        return status.code, status.possible, status.value
    return status.code, frozenset({status.code}), status.value if isinstance(status, Return) else MISSING


def assemble(code, possible, value):
    """The simplest status that says this."""
    if len(possible) > 1:
        return Traced(code, possible, value)
    (only,) = possible
    return (
        {NORMAL_CODE: None, BREAK_CODE: BREAK, CONTINUE_CODE: CONTINUE}.get(only)
        if only != RETURN_CODE
        else Return(value)
    )
