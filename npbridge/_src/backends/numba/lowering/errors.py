"""What the Numba lowering says when it cannot go on, with the user's line."""

from __future__ import annotations

import ast
import linecache

from ....ground.errors import UnsupportedError, VariableError

# begins the message of a compiled function into which the exception's other arguments are put
WITH_VALUES = "\x01"


class LoweringError(UnsupportedError):
    """A construct that has no form in compiled code on ``'numpy'``.

    The message names the construct, the reason, what to write instead, and the
    line in the user's file.
    """


class ForNow(LoweringError):
    """State changes its kind in this call (None becomes an array, an int a float): the next may be compiled."""


class NeedsValue(Exception):
    """An index or a test must be known while compiling; `names` decide it."""

    def __init__(self, names: set[str], error: LoweringError) -> None:
        super().__init__(str(error))
        self.names = names
        self.error = error


class LeftToPython(Exception):
    """A call in which compiled code is not Python: a number has another type, an array is held elsewhere."""


class Stale(Exception):
    """What was compiled no longer describes the objects at hand."""


def at(filename: str, node: ast.AST, message: str, cls: type[LoweringError] = LoweringError) -> LoweringError:
    """An error whose message ends in the user's line."""
    line = getattr(node, "lineno", 0)
    text = linecache.getline(filename, line).strip()
    return cls(f'{message}\n  File "{filename}", line {line}\n    {text}')


def number_of_a_model(path: str, filename: str, line: int) -> VariableError:
    """The error that says of a number in a model that it is read and bound anew."""
    text = linecache.getline(filename, line).strip()
    return VariableError(
        f"{path} is a number in a Base, and compiled code reads it and binds it anew: numbers there are constants, so "
        "that the next call would read the old one. Make it a Variable (npbridge.Variable(0.0), say), or keep it in an "
        f'object of a class that does not derive from Base.\n  File "{filename}", line {line}\n    {text}'
    )
