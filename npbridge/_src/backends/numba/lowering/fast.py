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
from ....storage.buffer import Buffer
from .failures import Risk
from .values import Dynamic, Known

MISS = object()
_NUMBERS = (bool, int, float, complex)


def build(variant: Any, args: tuple, lowered: Any) -> Any:
    """A function of the arguments that gives the result or :data:`MISS`; None where there is no short way."""
    if variant.random or variant.rebound or variant.updates is not None:
        return None
    values = variant.fetch(*args)
    if not all(_simple(v) for v in values) or not _wrapper(variant):
        return None
    space = dict(lowered.space)
    code = _Code(variant, values, lowered)
    text = code.text()
    space.update(MISS=MISS, OURS=OURS, dispatcher=variant.dispatcher, failed=variant.failed, **code.names)
    space["wrap"] = _wrapper(variant)
    exec(text, space)
    return space["fast"]


def _simple(value: Any) -> bool:
    kind = type(value)
    if kind in OURS:
        return kind is not JaxScalar
    return kind in _NUMBERS or (kind is np.ndarray and value.flags.writeable)


class _Code:
    """The lines of one short way."""

    def __init__(self, variant: Any, values: tuple, lowered: Any) -> None:
        self.variant = variant
        self.values = values
        self.lowered = lowered
        self.names: dict[str, Any] = {}
        self.kept = "None"
        self.ours = [i for i, v in enumerate(values) if type(v) in OURS]
        self.locked = [i for i in self.ours if variant.written[i]]

    def text(self) -> str:
        guards = self.lowered.guards
        # a function of nothing has nothing to look at
        lines = [f"def fast({self.lowered.head}):", "    try:", "        pass"]
        lines += [f"        if not ({guards}): return MISS"] if guards != "True" else []
        for i, text in enumerate(self.lowered.texts):
            lines += [f"        x{i} = {text}", f"        if type(x{i}) is not T{i}: return MISS"]
            self.names[f"T{i}"] = type(self.values[i])
        lines += ["    except (AttributeError, KeyError, IndexError, TypeError):", "        return MISS"]
        for i in self.ours:
            lines.append(f"    b{i} = x{i}._buffer")
        for position, i in enumerate(self.locked):
            lines.append(f"    if not b{i}.lock.acquire(False):")
            lines += [f"        b{j}.lock.release()" for j in self.locked[:position]]
            lines.append("        return MISS")
        lines.append("    try:")
        for i, value in enumerate(self.values):
            lines += ["        " + line for line in self._hand_over(i, value)]
        lines += ["        " + line for line in self._copies()]
        handed = ", ".join(f"h{i}" if type(v) in OURS else f"x{i}" for i, v in enumerate(self.values))
        lines += ["        try:", f"            result = dispatcher({handed})", "        except Exception as error:"]
        lines += [f"            failed(error, [{handed}], {self.kept})", "            raise", "    finally:"]
        lines += [f"        b{i}.lock.release()" for i in self.locked] or ["        pass"]
        return "\n".join([*lines, "    return wrap(result)", ""])

    def _copies(self) -> list[str]:
        """What allows to put arrays back, should the call fail."""
        written = self.variant.written
        if self.variant.risk is Risk.VALUES:
            copied = [f"{self._name(i)}.copy()" if w else "None" for i, w in enumerate(written)]
            self.kept = "kept"
            return [f"kept = [{', '.join(copied)}]"]
        if self.variant.risk is Risk.SHAPES:
            counted = [i for i, v in enumerate(self.values) if type(v) is not float and type(v) is not complex]
            shapes = [self._name(i) if type(self.values[i]) in _NUMBERS else f"{self._name(i)}.shape" for i in counted]
            self.names["vouched"] = self.variant.vouched
            return [f"if ({''.join(f'{s}, ' for s in shapes)}) not in vouched: return MISS"]
        return []

    def _name(self, i: int) -> str:
        return f"h{i}" if type(self.values[i]) in OURS else f"x{i}"

    def _hand_over(self, i: int, value: Any) -> list[str]:
        kind = type(value)
        if kind in _NUMBERS:
            return []
        self.names[f"D{i}"] = value.dtype
        flat = "==" if value.ndim == 0 else "!="
        if kind is np.ndarray:
            return [f"if x{i}.dtype is not D{i} or not (x{i}.ndim {flat} 0): return MISS"]
        if i in self.locked:
            lines = [f"h{i} = b{i}.host_for_writing()"]
        else:
            lines = [f"if not b{i}.current: return MISS", f"h{i} = b{i}.host"]
        lines += [f"w = x{i}._layout", f"if not (w is None or w is h{i}): return MISS"]
        return [*lines, f"if h{i}.dtype is not D{i} or not (h{i}.ndim {flat} 0): return MISS"]


def _wrapper(variant: Any) -> Any:
    """How the result is wrapped, where that is simple."""
    template = variant.template
    if template is None:
        return lambda result: None
    if isinstance(template, Known):
        return lambda result: template.value
    if not isinstance(template, Dynamic):
        return None
    if template.number in ("bool", "int", "float", "complex"):
        return lambda result: result
    if not variant.program.fresh_result:
        return None
    return _Fresh(variant).wrapped


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
