"""Values on their way into compiled code and back."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import jax
import numpy as np

from ....array import core
from ....array.core import OURS, JaxScalar
from ....storage import view
from ....storage.locking import in_order
from ... import host
from .errors import LeftToPython, LoweringError, Stale
from .values import Dynamic, Known, Struct, is_array

_NUMBERS = {bool: "bool", int: "int", float: "float", complex: "complex"}


def kind_of(value: Any) -> Any:
    """What of an argument decides which variant serves it."""
    kind = type(value)
    if kind in _NUMBERS:
        return kind
    if kind in OURS:
        return JaxScalar if kind is JaxScalar else ("array", value.ndim == 0, value.dtype.char)
    if kind is np.ndarray:
        return "array", value.ndim == 0, value.dtype.char
    if kind is tuple or kind is list:
        if kind is list and _plain_list(value):
            return list, type(value[0])
        return kind, *[kind_of(v) for v in value]
    if kind is dict:
        return dict, *[(k, kind_of(v)) for k, v in value.items()]
    if kind is str or value is None or isinstance(value, type):
        return kind, value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return kind, *[kind_of(v) for v in value]
    if isinstance(value, jax.Array):
        return "array", value.ndim == 0, value.dtype.char
    return kind


def _plain_list(value: list) -> bool:
    first = type(value[0]) if value else None
    return first in _NUMBERS and all(type(v) is first for v in value)


def describe(value: Any, path: Any, leaves: list[str]) -> Any:
    """The compile-time value of an argument; run-time parts are added to `leaves`."""
    kind = type(value)
    if kind in _NUMBERS:
        leaves.append(path.text)
        return Dynamic(_NUMBERS[kind], scalar=True)
    if kind is JaxScalar or isinstance(value, np.generic):
        leaves.append(path.text)
        return Dynamic(scalar=True)
    if is_array(value):
        leaves.append(path.text)
        return Dynamic(flat=value.ndim == 0, scalar=value.ndim == 0)
    if isinstance(value, np.random.Generator):
        leaves.append(path.text)
        return Dynamic()
    if kind is list and _plain_list(value):
        leaves.append(path.text)
        return Dynamic()
    if kind in (list, tuple) or (isinstance(value, tuple) and hasattr(kind, "_fields")):
        return Struct(kind, [(describe(v, path.item(i), leaves), None) for i, v in enumerate(value)])
    if kind is dict:
        return Struct(dict, [(describe(v, path.item(k), leaves), None) for k, v in value.items()], list(value))
    return Known(value, path)


# -- in


def locked(values: tuple, written: list[bool]) -> list:
    """The buffers whose locks a call holds: where it writes, of all arrays, as reading may ask for theirs, too."""
    if True not in written:
        return []
    return in_order([x._buffer for x in values if type(x) in OURS and type(x) is not JaxScalar])


def apart(values: tuple, roles: list[str]) -> tuple:
    """`values` with copies of what the function binds anew."""
    return _with_copies(values, roles) if not _BOUND.isdisjoint(roles) else values


# attributes that the function binds to other arrays; of those that are "moved" the old array goes elsewhere
_BOUND = frozenset({"rebound", "moved"})


def gather(values: tuple, roles: list[str], flat: list[bool], written: list[bool]) -> tuple[list, list]:
    """Host values for the compiled function, and which of them are whose; the locks are held."""
    result: list = [None] * len(values)
    seen: list = []
    held: dict[int, Any] = {}
    for x, w in zip(values, written, strict=True):
        if w and type(x) in OURS and type(x) is not JaxScalar:
            held[id(x._buffer)] = x._buffer
    for i, x in enumerate(values):
        if written[i] and id(getattr(x, "_buffer", None)) in held:
            raw = result[i] = _written(x)
            seen.append((x, raw))
    for i, x in enumerate(values):
        if result[i] is None and x is not None:
            result[i] = _handed(x, roles[i], held, seen)
        if roles[i] == "array" and (type(result[i]) is not np.ndarray or (result[i].ndim == 0) != flat[i]):
            raise Stale
    return result, seen


def _with_copies(values: tuple, roles: list[str]) -> tuple:
    """`values` with copies in the places of attributes that the function binds anew.

    What it writes into the old array would be lost to whoever shares that array's memory.
    """
    copied = list(values)
    for i, x in enumerate(values):
        if roles[i] not in _BOUND or not isinstance(x, np.ndarray) and type(x) not in OURS:
            continue
        if roles[i] == "moved" and _is_held(x):
            raise LeftToPython
        for j, y in enumerate(values):
            if i != j and _share(x, y):
                raise LoweringError(
                    "an attribute that is bound to a new array shares memory with another array of the function. "
                    "Write into it with [...] or give each an array of its own."
                )
        copied[i] = np.array(x._read() if type(x) in OURS else x)
    return tuple(copied)


def _is_held(x: Any) -> bool:
    """Whether somebody besides the attribute holds an array, or shares its memory."""
    # the attribute, the tuple of values, two variables, and the argument of getrefcount
    if sys.getrefcount(x) > 5:
        return True
    return type(x) in OURS and (sys.getrefcount(x._buffer) > 2 or x._buffer.is_shared())


def _share(x: Any, y: Any) -> bool:
    if type(x) in OURS and type(y) in OURS:
        return type(x) is not JaxScalar and type(y) is not JaxScalar and x._buffer is y._buffer
    return type(x) is np.ndarray and type(y) is np.ndarray and np.may_share_memory(x, y)


def _written(x: Any) -> np.ndarray:
    raw = x._writable()
    return raw if x._window().flags.writeable else x._window()


def _handed(x: Any, role: str, held: dict, seen: list) -> Any:
    kind = type(x)
    if kind in OURS:
        if kind is JaxScalar:
            return x._read() if role != "array" else np.array(x._read())
        raw = x._window() if id(x._buffer) in held else x._read()
        if not raw.flags.writeable:
            raw = _writeable_face(raw)
        seen.append((x, raw))
        return raw
    if kind is np.ndarray:
        seen.append((x, x))
        return x
    if role in _BOUND:
        return x
    if isinstance(x, jax.Array):
        raw = _writeable_face(np.asarray(x))
        return raw
    if isinstance(x, np.ndarray):
        return x.view(np.ndarray)
    return x


def _writeable_face(raw: np.ndarray) -> np.ndarray:
    """`raw` with the flag that Numba makes a type of its own for.

    Only parameters that the compiled code does not write come here, so the memory
    stays as it is; and one compiled version serves for both kinds.
    """
    if raw.size == 0 or 0 in raw.strides:
        return raw.copy()
    low, high = np.lib.array_utils.byte_bounds(raw)
    memory = (ctypes.c_char * (high - low)).from_address(low)
    memory.kept = raw
    return np.ndarray(raw.shape, raw.dtype, memory, view.address(raw) - low, raw.strides)


# -- out


def rebuilt(result: Any, template: Any, returned: Any, seen: list) -> Any:
    """What the user's function returned, with our arrays."""
    if isinstance(template, Known):
        return template.value
    if isinstance(template, Struct):
        parts = getattr(returned, "types", None) or [getattr(returned, "dtype", None)] * len(template.items)
        items = (
            [rebuilt(r, t, p, seen) for r, (t, _), p in zip(result, template.items, parts, strict=True)]
            if template.items
            else []
        )
        if template.kind is dict:
            return dict(zip(template.keys, items, strict=True))
        return template.kind(*items) if hasattr(template.kind, "_fields") else template.kind(items)
    number = template.number if isinstance(template, Dynamic) else None
    return wrapped(result, number, returned, seen)


def wrapped(result: Any, number: str | None, returned: Any, seen: list) -> Any:
    kind = type(result)
    if kind is np.ndarray:
        return _array(result, seen)
    if kind in _NUMBERS:
        if number in _NUMBERS.values() or number == "shape":
            return result
        return _dtype_of(returned, result).type(result)
    if kind is tuple:
        parts = getattr(returned, "types", None) or [getattr(returned, "dtype", None)] * len(result)
        inner = "int" if number == "shape" else None
        return tuple([wrapped(r, inner, p, seen) for r, p in zip(result, parts, strict=True)])
    if kind is list:
        return [wrapped(r, None, getattr(returned, "dtype", None), seen) for r in result]
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        items = [wrapped(r, None, p, seen) for r, p in zip(result, returned.types, strict=True)]
        return items if getattr(kind, "is_list", False) else kind(*items)
    if kind.__name__ == "Dict" and kind.__module__.startswith("numba"):
        key, item = returned.key_type, returned.value_type
        return {wrapped(k, None, key, seen): wrapped(v, None, item, seen) for k, v in result.items()}
    return result


def _dtype_of(returned: Any, result: Any) -> np.dtype:
    from numba.np.numpy_support import as_dtype

    if returned is not None and hasattr(returned, "type"):  # Optional
        returned = returned.type
    try:
        return as_dtype(returned)
    except (NotImplementedError, AttributeError, TypeError):
        return np.asarray(result).dtype


def _array(result: np.ndarray, seen: list) -> Any:
    """A result as one of ours: a view of an argument where it lies in its memory."""
    if seen:
        for ours, raw in seen:
            if raw is result or _is_same(raw, result):
                return ours if type(ours) in OURS else core.of_memory(raw, shared=True)
        if result.size:
            low, high = np.lib.array_utils.byte_bounds(result)
            for ours, raw in seen:
                owner = view.owner_of(raw)
                if isinstance(owner, np.ndarray) and owner.size:
                    start, stop = np.lib.array_utils.byte_bounds(owner)
                    if start <= low and high <= stop:
                        return _view(result, ours, raw, owner)
    return _fresh(result, seen)


def _fresh(result: np.ndarray, seen: list) -> Any:
    """A result in memory of its own, which others of the results may share."""
    from .fast import fresh

    base = result.base
    if base is None:
        array = core.of_fresh(result)
    elif result.size and isinstance(parent := getattr(base, "parent", None), np.ndarray):  # NumPy made it
        whole = view.owner_of(parent)
        array = core.of_memory(whole)
        seen.append((array, whole))
        return _view(result, array, whole, whole)
    elif result.size and memoryview(base).nbytes != result.nbytes:  # a window: all of the memory is an array
        whole = np.frombuffer(base, result.dtype)
        array = fresh(whole)
        seen.append((array, whole))
        return _view(result, array, whole, whole)
    else:
        array = fresh(result) if result.flags.c_contiguous else core.of_fresh(result)
    if not result.flags.writeable:  # one number, say, broadcast
        array.flags.writeable = False
    seen.append((array, result))
    return array


def _is_same(raw: np.ndarray, result: np.ndarray) -> bool:
    """Whether two arrays are all of the same memory, in the same way."""
    if raw.shape != result.shape or raw.base is None or type(raw.base) is not type(result.base) or not raw.size:
        return False
    return raw.__array_interface__ == result.__array_interface__


def _view(result: np.ndarray, ours: Any, raw: np.ndarray, owner: np.ndarray) -> Any:
    start = core.c_ordered(owner)
    if start is None:
        return core.of_fresh(result.copy())
    window = np.ndarray(result.shape, result.dtype, start, view.address(result) - view.address(start), result.strides)
    if not result.flags.writeable:  # a diagonal, say
        window.flags.writeable = False
    if type(ours) not in OURS:
        return core.of_memory(window, shared=True)
    buffer = ours._buffer
    if owner is not buffer.owner:
        window = view.same_window(window, start, buffer.stand_in())
    return core.of_view(buffer, window, host._base(ours))
