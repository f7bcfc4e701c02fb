"""What a child tries: one call of a hot function on each engine, and whether anything of it would be seen outside."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

from ..ground.cache import usable
from .beside import HostEffect, watched

# attributes by which code reaches files, streams, connections, locks and clocks that were there before
_EFFECTS = frozenset({
    *("write", "writelines", "write_text", "write_bytes", "send", "sendall", "recv", "flush", "commit", "execute"),
    *("savefig", "save", "savez", "savetxt", "tofile", "touch", "mkdir", "rmtree", "unlink", "rename", "show", "plot"),
    *("sleep", "acquire", "release", "put", "get_nowait", "put_nowait", "print", "input", "exec", "eval"),
    *("time_ns", "perf_counter", "monotonic", "process_time", "getpid", "urandom"),
    *("set_trace", "breakpoint", "update_idletasks", "set_postfix"),
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
    named += sorted({name for f in (function, *reached) for name in _names(f.__code__) if _is_a_clock(f, name)})
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
    place = usable()
    watched(lambda: raced.run(args, kwargs), "" if place is None else str(place))
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


def _is_a_clock(function: FunctionType, name: str) -> bool:
    """Whether a name stands for what tells the time."""
    value = function.__globals__.get(name)
    names = getattr(value, "__name__", None), getattr(value, "__module__", None)
    return "time" in names or "datetime" in names


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def place_of(code: CodeType) -> list:
    """What tells a function's code from others, in another process as well."""
    return [code.co_filename, code.co_firstlineno]
