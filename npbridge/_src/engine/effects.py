"""What of a call would be seen outside of it, or could not be put back: such a call is made once, and by Python."""

from __future__ import annotations

import io
import types
from collections.abc import Iterable
from types import CodeType, FunctionType
from typing import Any

# attributes and names by which code reaches files, streams, connections, locks and clocks
_NAMES = frozenset({
    *("print", "input", "open", "exec", "eval", "breakpoint", "set_trace", "next", "send", "throw"),
    *("write", "writelines", "write_text", "write_bytes", "sendall", "recv", "flush", "commit", "execute"),
    *("savefig", "save", "savez", "savetxt", "tofile", "touch", "mkdir", "rmtree", "unlink", "rename", "show", "plot"),
    *("sleep", "acquire", "release", "put", "get_nowait", "put_nowait", "update_idletasks", "set_postfix"),
    *("time_ns", "perf_counter", "monotonic", "process_time", "getpid", "urandom"),
})  # fmt: skip
_CLOCKS = ("time", "datetime")
# objects of these are looked after, or hold nothing that calls change
_KNOWN = ("numpy", "jax", "jaxlib", "npbridge", "builtins", "types", "functools")
_VALUES = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)


def names_in(code: CodeType) -> set[str]:
    """The names in a code object and the functions inside it."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
    return found


def seen_outside(functions: Iterable[FunctionType]) -> str:
    """By which names functions do what would be seen outside; empty where they do not."""
    functions = list(functions)
    named = sorted({name for f in functions for name in names_in(f.__code__)} & _NAMES)
    named += sorted({name for f in functions for name in names_in(f.__code__) if _is_a_clock(f, name)})
    return f"it may be seen outside: {', '.join(named)}" if named else ""


def _is_a_clock(function: FunctionType, name: str) -> bool:
    value = function.__globals__.get(name)
    names = getattr(value, "__name__", None), getattr(value, "__module__", None)
    return any(clock in names for clock in _CLOCKS)


def cannot_be_put_back(values: Iterable[Any]) -> str:
    """Which of the values that a call reaches changes in a way that nobody can undo; empty where none does."""
    for x in values:
        kind = type(x)
        if hasattr(kind, "__next__") or isinstance(x, io.IOBase):
            return f"what it takes from a {kind.__name__} cannot be put back"
    return ""


def is_strange(x: Any) -> bool:
    """Whether an object is a library's, which may keep what it is told."""
    return not isinstance(x, _VALUES) and type(x).__module__.partition(".")[0] not in _KNOWN
