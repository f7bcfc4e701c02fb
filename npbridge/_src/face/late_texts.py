"""Text made of values that are known only when a compiled function runs.

It can be put together, returned, assigned, printed and raised: what it says is settled
after the run.  Whatever asks for its characters before is refused.
"""

from __future__ import annotations

import builtins
import collections
import operator
from typing import Any

import jax

from ..array import core
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer

OURS = core.OURS
_CONVERSIONS = {-1: lambda x: x, 115: builtins.str, 114: builtins.repr, 97: builtins.ascii}


class LateText:
    """Pieces of text, and values with how each is written: ``(value, conversion, format)``."""

    __slots__ = ("parts",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, parts) -> None:
        self.parts = list(parts)

    def settled(self) -> str:
        """The text, once its values are known."""
        return "".join(x if type(x) is str else written(*x) for x in self.parts)

    def __str__(self) -> str:
        """For messages of errors, which are made before the values are known."""
        return "".join(x if type(x) is str else "..." for x in self.parts)

    __repr__ = __str__

    def __add__(self, other):
        return LateText([*self.parts, *_parts(other)]) if isinstance(other, (str, LateText)) else NotImplemented

    def __radd__(self, other):
        return LateText([*_parts(other), *self.parts]) if isinstance(other, str) else NotImplemented

    def __format__(self, spec: str) -> str:
        return str(self)

    def _refuse(self, *args, **kwargs):
        raise UnsupportedError(
            "this text is made of values that are known only when the compiled function runs, and its characters are "
            "needed before. Return it, print it or put it into a longer one; decide by the values themselves, not by "
            "their text; or run the function on the 'numpy' backend."
        )

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __len__ = __bool__ = __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __getitem__ = _refuse
    __iter__ = __mul__ = __rmul__ = __mod__ = _refuse


jax.tree_util.register_pytree_node(
    LateText,
    lambda text: (
        [(x[0], x[2]) for x in text.parts if type(x) is not str],
        tuple([x if type(x) is str else x[1] for x in text.parts]),
    ),
    lambda parts, values: LateText(_filled(parts, iter(values))),
)


def settled(x):
    return x.settled() if type(x) is LateText else x


def _filled(parts, values):
    return [x if type(x) is str else (*(pair := next(values))[:1], x, pair[1]) for x in parts]


def _parts(text) -> list:
    return text.parts if type(text) is LateText else [text]


def written(value, conversion: int, spec) -> str:
    """As a replacement field of an f-string writes a value."""
    return format(_CONVERSIONS[conversion](settled(value)), settled(spec))


def is_late(x, depth: int = 0) -> bool:
    """Whether the text of a value is known only at run time."""
    kind = type(x)
    if kind in OURS:
        return x._buffer.traced
    if kind is LateText or isinstance(x, Tracer):
        return True
    if depth > 8:
        return False
    if isinstance(x, dict):
        return any(is_late(v, depth + 1) for v in x.values())
    return isinstance(x, (list, tuple, collections.deque)) and any(is_late(v, depth + 1) for v in x)


def joined(*pieces: Any):
    """An f-string: of pieces of text and of ``(value, conversion, format)``."""
    if not any(type(p) is tuple and (is_late(p[0]) or is_late(p[2])) for p in pieces):
        return "".join(p if type(p) is str else written(*p) for p in pieces)
    found: list = []
    for piece in pieces:
        if type(piece) is str:
            found.append(piece)
        elif type(piece[0]) is LateText and piece[1] in (-1, 115) and piece[2] == "":
            found += piece[0].parts
        elif is_late(piece[0]) or is_late(piece[2]):
            found.append(piece)
        else:
            found.append(written(*piece))
    return LateText(found)


# -- the functions that make text of values


def _text(*args, **kwargs):
    if len(args) == 1 and not kwargs and is_late(args[0]):
        return joined((args[0], 115, ""))
    return str(*args, **kwargs)


def _repr(x):
    return joined((x, 114, ""))


def _ascii(x):
    return joined((x, 97, ""))


def _format(value, spec=""):
    return joined((value, -1, spec))


FUNCTIONS = {builtins.str: _text, builtins.repr: _repr, builtins.ascii: _ascii, builtins.format: _format}


class Method:
    """``"...".format`` and ``"...".join``."""

    def __init__(self, method) -> None:
        self.method = method

    def __call__(self, *args, **kwargs):
        if not is_late(args) and not is_late(kwargs):
            args = [list(x) if hasattr(x, "__next__") else x for x in args]
            if not is_late(args):
                return self.method(*args, **kwargs)
        text, name = self.method.__self__, self.method.__name__
        if name == "join":
            found: list = []
            for i, x in enumerate(args[0]):
                found += [*([text] if i and text else []), *_parts(x)]
            return LateText(found)
        return LateText([(_Made(str.format, text, args, kwargs), 115, "")])


def percent(text, values):
    """``text % values``."""
    if type(text) is not str or not is_late(values):
        return text % values
    return LateText([(_Made(operator.mod, text, (values,), {}), 115, "")])


class _Made:
    """A text that ``function(text, *args, **kwargs)`` makes once it can be called."""

    def __init__(self, function, text, args, kwargs) -> None:
        self.function, self.text, self.args, self.kwargs = function, text, args, kwargs

    def __str__(self) -> str:
        args, kwargs = jax.tree.map(settled, (self.args, self.kwargs), is_leaf=lambda x: type(x) is LateText)
        return self.function(self.text, *args, **kwargs)


jax.tree_util.register_pytree_node(
    _Made,
    lambda x: ((tuple(x.args), dict(x.kwargs)), (x.function, x.text)),
    lambda made, children: _Made(*made, *children),
)
METHODS = {"format", "join"}
