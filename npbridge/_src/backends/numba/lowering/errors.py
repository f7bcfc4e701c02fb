"""What the Numba lowering says when it cannot go on, with the user's line."""

from __future__ import annotations

import ast
import linecache

from ....ground.errors import UnsupportedError

# begins the message of a compiled function into which the exception's other arguments are put
WITH_VALUES = "\x01"


class LoweringError(UnsupportedError):
    """A construct that has no form in compiled code on ``'numpy'``.

    The message names the construct, the reason, what to write instead, and the
    line in the user's file.
    """


class NeedsValue(Exception):
    """An index or a test must be known while compiling; `names` decide it."""

    def __init__(self, names: set[str], error: LoweringError) -> None:
        super().__init__(str(error))
        self.names = names
        self.error = error


class Stale(Exception):
    """What was compiled no longer describes the objects at hand."""


def at(filename: str, node: ast.AST, message: str) -> LoweringError:
    """An error whose message ends in the user's line."""
    line = getattr(node, "lineno", 0)
    text = linecache.getline(filename, line).strip()
    return LoweringError(f'{message}\n  File "{filename}", line {line}\n    {text}')
