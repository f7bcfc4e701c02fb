"""What a child tries: one call of a hot function on each engine, and whether anything of it would be seen outside."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

from .beside import HostEffect, watched

# attributes by which code reaches files, streams, connections, locks and clocks that were there before
_EFFECTS = frozenset({
    *("write", "writelines", "send", "sendall", "recv", "flush", "commit", "execute", "savefig", "show", "sleep"),
    *("acquire", "release", "put", "get_nowait", "put_nowait", "print", "input", "perf_counter", "monotonic"),
    *("time_ns", "process_time", "set_trace", "breakpoint", "exec", "eval", "update_idletasks", "set_postfix"),
})  # fmt: skip


def of_call(function: FunctionType, args: tuple, kwargs: dict, variables: list[str]) -> dict:
    """Race a call; what JSON can hold of who won, and why the others did not.

    `variables` are globals that the functions it calls must not name.
    """
    from ..engine import race
    from ..jit import undo

    before = undo.Before(function, args, kwargs)
    reached = [x for x in before.functions() if isinstance(x, FunctionType)]
    codes = [function.__code__, *(f.__code__ for f in reached)]
    named = sorted({name for code in codes for name in _names(code)} & _EFFECTS)
    if named:
        raise HostEffect(f"it may be seen outside: {', '.join(named)}")
    named = sorted({name for f in reached if f is not function for name in _names(f.__code__)} & set(variables))
    if named:
        raise HostEffect(f"functions that it calls use its variables: {', '.join(named)}")
    before.copy_ours()
    try:
        watched(lambda: function(*args, **kwargs))
    except Exception as error:
        raise HostEffect(f"this call raises {type(error).__name__}") from None
    finally:
        before.restore()
    engines = engines_of(function)
    raced = race.Race(engines, lambda args, kwargs: function(*args, **kwargs), _before(function), undo.Undo)
    raced.run(args, kwargs)
    mends = next((t.mends for t in raced.trials if t.name == raced.winner), None)
    return {
        "winner": raced.winner,
        "mends": None if mends is None else [mends[0], sorted(mends[1])],
        "trials": [[t.name, t.seconds, t.first, t.reason] for t in raced.trials],
        "reached": [place_of(code) for code in codes],
    }


def engines_of(function: FunctionType) -> dict[str, Any]:
    """The engines of a function, for a race."""
    from ..engine.auto import Auto, Known
    from ..jit.decorator import engines

    made = Auto(function, engines(function), _before(function), None, Known())
    return {name: made.engine(name) for name in made.makers}


def _before(function: FunctionType) -> Any:
    from ..jit import undo

    return lambda args, kwargs: undo.Before(function, args, kwargs)


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def place_of(code: CodeType) -> list:
    """What tells a function's code from others, in another process as well."""
    return [code.co_filename, code.co_firstlineno]
