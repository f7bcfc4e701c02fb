"""What a call in an emitted tree does to its arguments: by the fact of the function that it calls.

NumPy's functions and the methods of arrays are looked up as objects; functions of ours say
it where they are defined; of what is called through the interpreter it is noted where the
call is made.  Whatever is not known here may write all of its arguments and give them back.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ....facts.fact import Fact, argument, fact_of, facts, is_several, names_of
from .values import Known

PREFIX = "npb_host_"  # of what is called through the interpreter


class Effects(NamedTuple):
    """Of one call.

    Attributes
    ----------
    writes : list
        The arguments that it may write.
    shows : list
        The arguments whose memory the result may share.
    keeps : list
        The arguments whose memory its container may share from then on.
    """

    writes: list
    shows: list
    keeps: list = []


# Of Python's own functions: those that give back what they were given, or parts of it, and those that do not.
_SHOWS = frozenset({enumerate, iter, list, max, min, next, reversed, sorted, tuple, zip})
_LOOKS = frozenset(
    {abs, all, any, bool, chr, complex, divmod, float, int, isinstance, len, ord, pow, print, range, round, str, sum}
)
_CONTAINERS = (list, dict, str)
_KEEPING = frozenset({list.append, list.extend, list.insert})
_READING = frozenset({list.copy, dict.copy, dict.get, dict.items, dict.keys, dict.values})
_COUNTING = frozenset({list.count, list.index, *(f for f in vars(str).values() if callable(f))})


def effects_of(node: ast.Call, program: Any) -> Effects:
    """What a call of anything but another unit does."""
    given = [*node.args, *(k.value for k in node.keywords)]
    function = node.func
    if isinstance(function, ast.Attribute):
        module = _module(function.value)
        if module is None:
            return _of_method(function.value, function.attr, node)
        found = getattr(module, function.attr, None)
        return _of_function(found, node.args, node.keywords) or Effects(given, given)
    name = function.id if isinstance(function, ast.Name) else ""
    if name.startswith(PREFIX):
        return _of_hosted(program.effects[name], node)
    from ..overloads.forms import STUBS

    if name in STUBS:
        return _of_ours(STUBS[name], node)
    if (found := getattr(builtins, name, None)) is not None:
        return Effects([], given) if found in _SHOWS else Effects([], []) if found in _LOOKS else Effects(given, given)
    return Effects(given, given)


def _module(node: ast.expr) -> Any:
    """The module that an expression such as ``np.linalg`` names."""
    if isinstance(node, ast.Name):
        return {"np": np, "math": math}.get(node.id)
    if isinstance(node, ast.Attribute):
        found = getattr(_module(node.value), node.attr, None)
        return found if inspect.ismodule(found) else None
    return None


def _of_function(function: Any, args: list, keywords: list[ast.keyword]) -> Effects | None:
    """None for a function that no fact is of."""
    if getattr(math, getattr(function, "__name__", ""), None) is function:
        return Effects([], [])
    if isinstance(function, type):  # np.float64(x)
        return Effects([], args)
    if function not in facts() and not isinstance(function, np.ufunc):
        return None
    return by_fact(fact_of(function), [_plain(a) for a in args], {str(k.arg): _plain(k.value) for k in keywords})


def _plain(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else node


def by_fact(fact: Fact, args: list, kwargs: dict, known: Callable[[Any], bool] | None = None) -> Effects:
    """The effects of a call; constants are among the arguments as they are, what is computed in some other form."""
    known = known or (lambda value: not isinstance(value, ast.AST))
    writes = fact.written(tuple(args), kwargs)
    if fact.writes_if is not None:
        name, option, _ = fact.writes_if
        places = names_of(fact.function)
        if not known(argument(places, option, tuple(args), kwargs)):
            writes = [*writes, argument(places, name, tuple(args), kwargs)]
    shows = [*writes, *fact.shown(tuple(args), kwargs, known)]
    return Effects([x for x in writes if not known(x)], [x for x in shows if not known(x)])


def of_array_method(node: ast.Call) -> Effects | None:
    """``x.name(...)``, where `x` is known to be an array; None for what is no method of one."""
    function = node.func
    if not isinstance(function, ast.Attribute) or _module(function.value) is not None:
        return None
    method = vars(np.ndarray).get(function.attr)
    return None if method is None else _of_function(method, [function.value, *node.args], node.keywords)


def _of_method(base: ast.expr, name: str, node: ast.Call) -> Effects:
    """``x.name(...)``, where `x` may be an array, a generator or a container."""
    given = [base, *node.args, *(k.value for k in node.keywords)]
    writes, shows, keeps = [], [], []
    for kind in (np.ndarray, np.random.Generator, *_CONTAINERS):
        method = vars(kind).get(name)
        if method is None:
            continue
        if method in _KEEPING:
            writes.append(base)
            keeps += given
        elif method in _READING:
            shows.append(base)
        elif method not in _COUNTING:
            found = _of_function(method, [base, *node.args], node.keywords) or Effects(given, given)
            writes += found.writes
            shows += found.shows
    known = any(name in vars(kind) for kind in (np.ndarray, np.random.Generator, *_CONTAINERS))
    return Effects(writes, shows, keeps) if known else Effects(given, given)


def _of_ours(stub: Callable, node: ast.Call) -> Effects:
    """A function of ours: by the fact of NumPy's for which it stands, or as it says itself."""
    # by position, whatever the kinds of its parameters; of several arguments there is one tuple
    bound = {**dict(zip(names_of(stub), node.args, strict=False)), **{str(k.arg): k.value for k in node.keywords}}
    fact = getattr(stub, "fact", None)
    if fact is not None:
        several = [bound.pop(n) for n in list(bound) if is_several(stub, n) is not None]
        return by_fact(fact, several, {n: _plain(x) for n, x in bound.items()})
    writes, shows = stub.effects  # type: ignore[attr-defined]
    return Effects([bound[n] for n in writes if n in bound], [bound[n] for n in shows if n in bound])


# -- through the interpreter: the arguments are in one tuple

NOTHING: Any = object()  # is what a function of ours does to its arguments that only looks at them


def known(function: Any) -> Any:
    """The fact of a function, `NOTHING`, or None where nothing is known of it."""
    if function is NOTHING or (callable(function) and function in _LOOKS):
        return NOTHING
    of_ufunc = isinstance(getattr(function, "__self__", None), np.ufunc)
    if of_ufunc and function.__name__ != "at":
        return fact_of(function)
    return fact_of(function) if isinstance(function, np.ufunc) or function in facts() else None


def noted(fact: Any, args: list, kwargs: dict, spans: dict[int, range]) -> tuple[list[int], list[int]] | None:
    """The places, in the tuple that is handed over, of what the call writes and of what its result may share.

    Parameters
    ----------
    fact
        Of :func:`known`.
    args, kwargs
        Pairs, as the walker has them.
    spans : dict
        Which places are whose, by the identity of the pair.
    """
    if fact is None or fact is NOTHING:
        return None if fact is None else ([], [])
    found = by_fact(fact, [_settled(p) for p in args], {k: _settled(p) for k, p in kwargs.items()}, _is_settled)

    def places(pairs: list) -> list[int]:
        return [i for p in pairs if type(p) is Pending for i in spans[id(p.pair)]]

    return places(found.writes), places(found.shows)


class Pending:
    """An argument that is computed."""

    def __init__(self, pair: tuple) -> None:
        self.pair = pair


def _settled(pair: tuple) -> Any:
    value = pair[0]
    return value.value if isinstance(value, Known) else Pending(pair)


def _is_settled(value: Any) -> bool:
    return type(value) is not Pending


def _of_hosted(noted: tuple[list[int], list[int]] | None, node: ast.Call) -> Effects:
    handed = node.args[0].elts  # type: ignore[attr-defined]
    if noted is None:
        return Effects(handed, handed)
    writes, shows = noted
    return Effects([handed[i] for i in writes], [handed[i] for i in shows])
