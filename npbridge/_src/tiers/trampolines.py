"""Code that takes the place of a function's own: it hands the arguments to somebody else.

The function object stays what it is, so that whoever holds it calls the new code: in
modules, classes, closures and lists.  Its signature, defaults, name and place stay as well.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

_CALLED = "npbridge: who is called"
made: set[int] = set()  # the identities of all of them: tracebacks leave them out
_NO_FUNCTIONS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def functions_of(code: CodeType) -> list[FunctionType]:
    """The functions that a code object belongs to."""
    return [f for f in gc.get_referrers(code) if type(f) is FunctionType and f.__code__ is code]


def trampoline(code: CodeType, called: Callable[[tuple, dict], Any]) -> CodeType | None:
    """Code with the signature of `code` that returns ``called(args, kwargs)``; None for generators and coroutines.

    Examples
    --------
    >>> from npbridge._src.tiers.trampolines import trampoline
    >>> def f(a, *rest, k=1):
    ...     return a
    >>> f.__code__ = trampoline(f.__code__, lambda args, kwargs: (args, kwargs))
    >>> f(1, 2)
    ((1, 2), {'k': 1})
    """
    if code.co_flags & _NO_FUNCTIONS:
        return None
    text = f"    return {_CALLED!r}({_arguments(code)})\n"
    if code.co_freevars:
        names = ", ".join(code.co_freevars)
        inner = "".join(f"    {line}\n" for line in (f"    ({names},)\n" + text).splitlines())
        unbound = "".join(f"    {name} = None\n" for name in code.co_freevars)
        source = f"def around():\n{unbound}    def function({_parameters(code)}):\n{inner}"
    else:
        source = f"def function({_parameters(code)}):\n{text}"
    new = _compiled(source)
    if new.co_freevars != code.co_freevars:
        return None
    new = new.replace(
        co_consts=tuple([called if c == _CALLED else c for c in new.co_consts]),
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_filename=code.co_filename,
        co_firstlineno=code.co_firstlineno,
    )
    made.add(id(new))
    return new


def _compiled(source: str) -> CodeType:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a text is called
        code = compile(source, "<npbridge>", "exec")
    while code.co_name != "function":
        code = next(c for c in code.co_consts if isinstance(c, CodeType))
    return code


def _names(code: CodeType) -> tuple[list[str], list[str], str, str]:
    """Positional and keyword-only parameters, and what takes the rest."""
    names = list(code.co_varnames)
    first = code.co_argcount
    last = first + code.co_kwonlyargcount
    rest = names[last : last + 2]
    star = rest.pop(0) if code.co_flags & inspect.CO_VARARGS else ""
    stars = rest.pop(0) if code.co_flags & inspect.CO_VARKEYWORDS else ""
    return names[:first], names[first:last], star, stars


def _parameters(code: CodeType) -> str:
    positional, keywords, star, stars = _names(code)
    parts = list(positional)
    if code.co_posonlyargcount:
        parts.insert(code.co_posonlyargcount, "/")
    if star or keywords:
        parts.append(f"*{star}")
    parts += keywords
    return ", ".join([*parts, f"**{stars}"] if stars else parts)


def _arguments(code: CodeType) -> str:
    positional, keywords, star, stars = _names(code)
    given = "".join(f"{name}, " for name in [*positional, *([f"*{star}"] if star else [])])
    named = ", ".join([*(f"{name!r}: {name}" for name in keywords), *([f"**{stars}"] if stars else [])])
    return f"({given}), {{{named}}}"
