"""Telling of assignments in compiled code that have no effect, at the lines where they are."""

from __future__ import annotations

import dis
import types
import warnings

from ..convert import lines
from ..dispatch import fallback
from ..ground.errors import VariableError
from .texts import plain_functions

_STORES = ("STORE_ATTR", "STORE_GLOBAL", "STORE_DEREF", "DELETE_ATTR", "DELETE_GLOBAL", "DELETE_DEREF")


def warn(path: str, name, called: str, functions) -> None:
    """Warn that what was assigned to `path` is lost; `name` is what the code of `functions` calls it."""
    message = (
        f"assigning {path} inside compiled {called} has no effect after the call: a number in a Base is a constant "
        "there. Hold it in a Variable or an array and write into that, or return it."
    )
    for function in functions:
        line = line_of(function.__code__, name)
        if line is not None:
            file, registry = function.__code__.co_filename, function.__globals__.setdefault("__warningregistry__", {})
            warnings.warn_explicit(message, UserWarning, file, line, function.__module__ or file, registry)
            return
    warnings.warn(message, UserWarning, stacklevel=fallback.user_stacklevel())


def refused(path: str, name, functions) -> Exception:
    """The error that says of a number in a model that it is read and bound anew."""
    error = VariableError(
        f"{path} is a number in a Base, and compiled code reads it and binds it anew: numbers there are constants, so "
        "that the next call would read the old one. Make it a Variable (npbridge.Variable(0.0), say), or keep it in an "
        "object of a class that does not derive from Base."
    )
    for function in plain_functions(functions):
        line = line_of(function.__code__, name)
        if line is not None:
            return lines.again(lines.at(error, function.__code__.co_filename, line, function.__name__))
    return error


def line_of(code: types.CodeType, name) -> int | None:
    """The first line at which a code object, or one inside it, assigns an attribute or variable."""
    line = None
    for instruction in dis.get_instructions(code):
        line = instruction.starts_line or line
        if instruction.opname in _STORES and instruction.argval == name:
            return line
    inner = (line_of(c, name) for c in code.co_consts if isinstance(c, types.CodeType))
    return next((line for line in inner if line is not None), None)
