"""The short way into compiled code, generated for one variant.

A call through :mod:`.exchange` costs about 8 us in Python.  When the arguments
are numbers and whole arrays whose host values are current, straight-line code
does the same in less than 1 us.  Whatever is not so sends the call the general
way; nothing is decided here that is not decided there too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....array import core
from ....array.core import OURS, JaxScalar
from ....ground.compat import other_threads
from ....storage.buffer import Buffer, recorders
from ....storage.locking import in_order
from .errors import LeftToPython
from .failures import Risk
from .values import Dynamic, Known, is_variable

MISS = object()
_NUMBERS = (bool, int, float, complex)


def build(variant: Any, args: tuple, lowered: Any) -> Any:
    """A function of the arguments that gives the result or :data:`MISS`; None where there is no short way."""
    program = variant.program
    if variant.random or program.states or variant.rebound or variant.updates is not None:
        return None
    values = variant.fetch(*args)
    if not all(_simple(v) for v in values) or not _wrapper(variant):
        return None
    space = dict(lowered.space)
    code = _Code(variant, values, lowered)
    text = code.text()
    space.update(MISS=MISS, OURS=OURS, dispatcher=_entry(variant, code), failed=variant.failed, **code.names)
    space["wrap"] = _wrapper(variant)
    exec(text, space)
    return space["fast"]


def _entry(variant: Any, code: _Code) -> Any:
    """Numba's function; without its look at the types, where they cannot be others."""
    if variant.kernel is not variant.dispatcher:
        return variant.kernel
    compiled = list(variant.dispatcher.overloads.values())
    settled = all(i in code.pinned or _is_number(v) for i, v in enumerate(code.values))
    return compiled[0].entry_point if settled and len(compiled) == 1 else variant.dispatcher


def _simple(value: Any) -> bool:
    kind = type(value)
    if kind in OURS:
        return kind is not JaxScalar
    return _is_number(value) or (kind is np.ndarray and value.flags.writeable)


def _is_number(value: Any) -> bool:
    return type(value) in _NUMBERS or type(value) not in OURS and isinstance(value, np.generic)


class _Code:
    """The lines of one short way."""

    def __init__(self, variant: Any, values: tuple, lowered: Any) -> None:
        self.variant = variant
        self.values = values
        self.lowered = lowered
        self.names: dict[str, Any] = {}
        self.ours = [i for i, v in enumerate(values) if type(v) in OURS]
        self.locked = [i for i in self.ours if variant.written[i]]
        # a Variable keeps its buffer, and that its shape and dtype: one look says that all is as it was
        self.pinned = {i for i in self.ours if is_variable(values[i]) and not getattr(values[i], "dynamic", True)}
        self.names["recorders"] = recorders

    def text(self) -> str:
        guards = self.lowered.guards
        # a function of nothing has nothing to look at
        lines = [f"def fast({self.lowered.head}):", "    try:", "        pass"]
        lines += [f"        if not ({guards}): return MISS"] if guards != "True" else []
        for i, text in enumerate(self.lowered.texts):
            lines += [f"        x{i} = {text}", *self._same(i)]
        lines += ["    except (AttributeError, KeyError, IndexError, TypeError):", "        return MISS"]
        if self.pinned.intersection(self.locked):
            lines.append("    if recorders: return MISS")
        for i in self.ours:
            changed = f"    if b{i} is not B{i}: return MISS"
            lines += [f"    b{i} = x{i}._buffer", *([changed] if i in self.pinned else [])]
        body = self._body()
        if self.locked:
            # while there is no other thread, nobody else can hold a lock, or ask for one
            self.names["threads"] = other_threads
            lines += ["    if threads():", *("        " + line for line in self._taking())]
            lines += ["            " + line for line in body]
        return "\n".join([*lines, *("    " + line for line in body), ""])

    def _body(self) -> list[str]:
        """The call itself, under the locks if there are other threads."""
        lines = [line for i, value in enumerate(self.values) for line in self._hand_over(i, value)]
        handed = ", ".join(f"h{i}" if type(v) in OURS else f"x{i}" for i, v in enumerate(self.values))
        lines += ["kept = None", "try:", *("    " + line for line in self._copies())]
        lines += [f"    result = dispatcher({handed})", "except BaseException as error:"]
        lines += [f"    failed(error, [{handed}], kept)"]
        if self.variant.program.options.watched:
            lines.append("    if type(error) is LeftToPython: return MISS")
            self.names["LeftToPython"] = LeftToPython
        lines += ["    raise"]
        return [*lines, f"return {_RESULTS.get(_wrapper(self.variant), 'wrap(result)')}"]

    def _taking(self) -> list[str]:
        """What takes the locks: by ``with``, as an interrupt must not come between taking one and its release."""
        if self.pinned.issuperset(self.locked):
            locks = {}
            for buffer in in_order([self.values[i]._buffer for i in self.locked]):
                locks[f"L{len(locks)}"] = buffer.lock
            self.names.update(locks)
            return [f"with {', '.join(locks)}:"]
        if len(self.locked) == 1:
            return [f"with b{self.locked[0]}.lock:"]
        self.names["by_identity"] = id
        buffers = ", ".join(f"b{i}" for i in self.locked)
        locked = ", ".join(f"o[{k}].lock" for k in range(len(self.locked)))
        return [f"o = sorted(({buffers}), key=by_identity)", f"with {locked}:"]

    def _same(self, i: int) -> list[str]:
        """Check that a value is what the code was made for."""
        if i in self.pinned:
            self.names[f"V{i}"], self.names[f"B{i}"] = self.values[i], self.values[i]._buffer
            return [f"        if x{i} is not V{i}: return MISS"]
        self.names[f"T{i}"] = type(self.values[i])
        return [f"        if type(x{i}) is not T{i}: return MISS"]

    def _copies(self) -> list[str]:
        """What allows to put arrays back, should the call fail."""
        written = self.variant.written
        if self.variant.risk is Risk.VALUES:
            arrays = [not _is_number(v) for v in self.values]  # a number that is rebound is nobody else's
            copied = [f"{self._name(i)}.copy()" if w and arrays[i] else "None" for i, w in enumerate(written)]
            return [f"kept = [{', '.join(copied)}]"]
        if self.variant.risk is Risk.SHAPES:
            counted = [i for i, v in enumerate(self.values) if not isinstance(v, (float, complex, np.inexact))]
            if self.pinned.issuperset(counted):
                return []  # the call that this was made from vouches for these
            self.names["vouched"] = self.variant.vouched
            return [f"if ({''.join(f'{self._counted(i)}, ' for i in counted)}) not in vouched: return MISS"]
        return []

    def _counted(self, i: int) -> str:
        if i in self.pinned:
            self.names[f"S{i}"] = self.values[i].shape
            return f"S{i}"
        return self._name(i) if _is_number(self.values[i]) else f"{self._name(i)}.shape"

    def _name(self, i: int) -> str:
        return f"h{i}" if type(self.values[i]) in OURS else f"x{i}"

    def _hand_over(self, i: int, value: Any) -> list[str]:
        kind = type(value)
        if _is_number(value):
            return []
        self.names[f"D{i}"] = value.dtype
        flat = "==" if value.ndim == 0 else "!="
        if kind is np.ndarray:
            return [f"if x{i}.dtype is not D{i} or not (x{i}.ndim {flat} 0): return MISS"]
        if i in self.locked and i in self.pinned:
            # what host_for_writing() does, when there is nothing to bring up to date
            lines = [f"if b{i}.current and b{i}.snapshot is None:"]
            lines += [
                f"    b{i}.device = None",
                f"    b{i}.version += 1",
                f"    h{i} = b{i}.host",
            ]
            lines += [f"else: h{i} = b{i}.host_for_writing()"]
        elif i in self.locked:
            lines = [f"h{i} = b{i}.host_for_writing()"]
        else:
            lines = [f"h{i} = b{i}.host", f"if not b{i}.current: return MISS"]
        if i in self.locked:
            lines += [f"w = x{i}._layout", f"if not (w is None or w is h{i}): return MISS"]
        else:  # of a view that is only read, its own window
            lines += [f"w = x{i}._layout", f"if not (w is None or w is h{i}):", f"    h{i} = x{i}._read()"]
            lines += [f"    if not h{i}.flags.writeable: return MISS"]
        if i in self.pinned:
            return lines
        return [*lines, f"if h{i}.dtype is not D{i} or not (h{i}.ndim {flat} 0): return MISS"]


def _wrapper(variant: Any) -> Any:
    """How the result is wrapped, where that is simple."""
    template = variant.template
    if template is None:
        return _nothing
    if isinstance(template, Known):
        return lambda result: template.value
    if not isinstance(template, Dynamic):
        return None
    if template.number in ("bool", "int", "float", "complex"):
        return _as_it_is
    if not variant.program.fresh_result:
        return None
    return _Fresh(variant).wrapped


def _nothing(result: Any) -> None:
    return None


def _as_it_is(result: Any) -> Any:
    return result


# what is written out in place of a call
_RESULTS = {_nothing: "None", _as_it_is: "result"}


class _Fresh:
    """Wraps results that share no memory with any argument."""

    def __init__(self, variant: Any) -> None:
        self.variant = variant

    def wrapped(self, result: Any) -> Any:
        if type(result) is np.ndarray:
            return fresh(result)
        from . import exchange

        return exchange.wrapped(result, None, self.variant.only_type(), [])


def fresh(result: np.ndarray) -> Any:
    """An array of ours over memory that Numba has just allocated."""
    if not result.flags.c_contiguous:
        return core.of_fresh(result.copy())
    array = core._new(core.JaxArray)
    array._buffer = Buffer(None, result, result.shape, result.dtype)
    array._layout = result
    array._base = array._cached = None
    return array
