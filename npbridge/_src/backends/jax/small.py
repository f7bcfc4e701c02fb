"""Small work stays on the host: calls on few values that lie in this machine's memory run in NumPy.

NumPy has answered before a kernel of XLA's has started.  Where the values lie and how many
they are decides, and for products of matrices how they lie; the results lie on the host, and
go to the device when a kernel wants them.
"""

from __future__ import annotations

import sys

import numpy as np

from ...array import core
from ...dispatch import precision
from ...dispatch.registry import register, tables
from ...facts import Fact, fact_of
from ...facts.fact import names_of
from ...ground.compat import NO_VALUE, SILENT, reset_float_state, set_float_state, x64
from ...storage.buffer import SMALL, Tracer, canonical
from .. import host

ARRAYS = core.ARRAYS
STORED_KINDS = core.STORED_KINDS
ndarray = np.ndarray
of_fresh = core.of_fresh
JaxArray = core.JaxArray
SCALARS = host.SCALARS
NOWHERE = 1 << 30
# arguments that are what they are
PLAIN = frozenset({int, float, complex, bool, str, type(None), type(Ellipsis), type(NO_VALUE)})
# NumPy is as fast as a kernel of XLA's, or many times faster, on arrays of up to so many bytes
FOR_NUMPY = 1 << 20
# but for these, which XLA vectorises and NumPy does not, or which two cores halve
VECTORISED = frozenset({np.cos, np.divmod, np.floor_divide, np.hypot, np.remainder, np.sqrt, np.tanh})
# what these say of complex infinities is not what the Array API standard asks for, and what kernels say is
STANDARDS = frozenset({np.expm1, np.tanh})
# in a longer list it would take longer to look for arrays than to start a kernel
LONGEST = 64
# what functions of these kinds (facts/fact.py) do costs something; the others answer from the layout
KINDS = ("compute", "compose", "move", "write")
# real or complex by their values in NumPy, always complex on 'jax'
OTHERWISE = frozenset({np.linalg.eig, np.linalg.eigvals})

# XLA turns a matrix round in memory before it multiplies; BLAS reads it as it lies
PRODUCTS = frozenset({np.matmul, np.dot})
OF_BLAS = "fdFD"

NONE: dict = {}

# the ufuncs that the backend has kernels for
_ufuncs: set[np.ufunc] = set()


def values_of(x, most: int = FOR_NUMPY) -> np.ndarray | None:
    """The values of one of our arrays, where they are few, and lie in memory; None elsewhere."""
    buffer = x._buffer
    if not buffer.current:
        device = buffer.device
        if device is None or isinstance(device, Tracer) or device.committed or device.platform() != "cpu":
            return None
        layout = x._layout
        if (buffer.nbytes if layout is None else layout.nbytes) > most:
            return None
    values = x._read()
    return values if values.nbytes <= most else None


def product(function, a, b):
    """``function(a, b)`` of matrices of any size, one of which is turned round; None where it is not that."""
    if function not in PRODUCTS or not (type(a) is type(b) is JaxArray and (_is_turned(a) or _is_turned(b))):
        return None
    if a.dtype != b.dtype or a.dtype.char not in OF_BLAS or not a.ndim <= 2 >= b.ndim:
        return None
    values = [values_of(x, sys.maxsize) for x in (a, b)]
    return None if values[0] is None or values[1] is None else _ours(_silently(function, values))


def _is_turned(x) -> bool:
    layout = x._layout
    return layout is not None and layout.ndim == 2 and layout.flags.f_contiguous and not layout.flags.c_contiguous


def _is_kept(x) -> bool:
    """Whether values that are not ours are few, and what JAX stores as they are."""
    dtype = x.dtype
    return x.nbytes <= FOR_NUMPY and dtype.char in STORED_KINDS and dtype.isnative and canonical(dtype) == dtype


def ufunc(function, inputs):
    """``function(*inputs)`` of a ufunc, without keywords; None where it is not for NumPy."""
    if function not in _ufuncs:
        return None
    values = _taken(inputs, [])
    if values is None or ndarray not in map(type, values) or not _is_for_numpy(function, values):
        return None
    return _ours(_silently(function, values))


def binary(function, a, b):
    """``function(a, b)`` as :func:`ufunc` gives it: the most frequent call of all."""
    if function not in _ufuncs:
        return None
    x, y = a, b
    kind = type(a)
    if kind is JaxArray:
        x = values_of(a)
        if x is None:
            return product(function, a, b)
    elif kind is not float and kind is not int:
        return ufunc(function, (a, b))
    kind = type(b)
    if kind is JaxArray:
        y = values_of(b)
        if y is None:
            return product(function, a, b)
    elif kind is not float and kind is not int:
        return ufunc(function, (a, b))
    if not _is_for_numpy(function, (x, y)):
        return None
    token = set_float_state(SILENT)
    try:
        result = function(x, y)
    except OverflowError as error:
        raise precision.of_width(error) from None
    finally:
        reset_float_state(token)
    return _ours(result)


def _is_for_numpy(function, values) -> bool:
    """Whether NumPy computes a ufunc of few values, in whatever form it is called: so the bits are the same in all."""
    shape = None
    for x in values:
        if type(x) is ndarray:
            if shape is None:
                shape = x.shape
            elif shape != x.shape and _is_large(function, values):
                return False
            if x.nbytes > SMALL and function in VECTORISED:
                return False
    return function not in STANDARDS or not any(map(np.iscomplexobj, values))


def _silently(function, args, kwargs=NONE):
    """``function(*args, **kwargs)`` of NumPy's, without a word about floating-point errors, as XLA is."""
    token = set_float_state(SILENT)
    try:
        return function(*args, **kwargs)
    except OverflowError as error:
        raise precision.of_width(error) from None
    finally:
        reset_float_state(token)


def _is_large(function, values) -> bool:
    """Whether what a ufunc computes of few values is not little."""
    if function.signature is not None:
        return False
    try:
        return np.broadcast(*values).size > FOR_NUMPY // 8
    except ValueError:
        return False  # which the function says as well


def _ours(result, given: bool = False):
    if type(result) is ndarray:
        dtype = result.dtype
        if dtype.itemsize < 8 or canonical(dtype) is dtype:
            return of_fresh(result)
        return host.narrow(of_fresh(result), given)
    return tuple(map(_ours, result)) if type(result) is tuple else host.narrow(result)


def _taken(arguments, seen) -> list | None:
    """The arguments of a call for NumPy: our arrays replaced, and appended to `seen` with what replaces them.

    None where an array is large or not in memory, or anything else is unusual.
    """
    values: list = []
    for x in arguments:
        kind = type(x)
        if kind is JaxArray or kind in ARRAYS:
            raw = values_of(x)
            if raw is None:
                return None
            seen.append((x, raw))
            values.append(raw)
            continue
        if kind in PLAIN:
            pass
        elif kind is ndarray or kind in SCALARS:
            if not _is_kept(x):
                return None
            if kind is ndarray:
                seen.append((None, x))
        elif kind is tuple or kind is list:
            many = _taken(x, seen) if len(x) <= LONGEST else None
            if many is None:
                return None
            x = many if kind is list else tuple(many)
        elif not isinstance(x, (type, np.dtype)) or not _is_kept_dtype(x):
            return None
        values.append(x)
    return values


def _is_kept_dtype(dtype) -> bool:
    """Whether nothing needs to be told: what is asked for is what is kept."""
    dtype = np.dtype(dtype)
    return dtype.char in STORED_KINDS and canonical(dtype) == dtype


def _into(function, inputs, out):
    """``function(*inputs, out=out)`` of one array of ours."""
    values = _taken(inputs, [])
    if values is None or not _is_for_numpy(function, values):
        return NotImplemented
    if values_of(out) is None or not _is_writable_here(out):
        return NotImplemented
    return host.into(out, inputs, values, lambda operands, target: _silently(function, operands, {"out": target}))


def _is_writable_here(x) -> bool:
    """Whether nothing large would have to come to the host so that a few values may be written there."""
    return type(x) not in ARRAYS or x._buffer.current or x._buffer.nbytes <= SMALL


def general(function, method: str, inputs, kwargs):
    """A call of a ufunc with keywords, or of one of its methods; NotImplemented where it is not for NumPy."""
    if method == "__call__" and len(kwargs) == 1 and function in _ufuncs:
        out = kwargs.get("out")
        if type(out) is tuple and len(out) == 1 and type(out[0]) is JaxArray:
            return _into(function, inputs, out[0])
    values = _taken(inputs, []) if function in _ufuncs else None
    if values is None or _taken(kwargs.values(), []) is None or not _is_for_numpy(function, values):
        return NotImplemented
    written = inputs[:1] if method == "at" else kwargs.get("out", ())
    if not all(map(_is_writable_here, written)):
        return NotImplemented
    return host.narrow(_silently(host.call_writing, (getattr(function, method), inputs, kwargs, written)))


def _reading(fact: Fact, place: int):
    """What answers a call that writes nothing but `out`, the argument at `place`; NotImplemented if NumPy is not to."""
    function, given = fact.function, fact.kind == "move"

    def first(args, kwargs, unbound):
        called = function if unbound is None else unbound
        if len(args) == 1 and not kwargs and type(args[0]) is JaxArray:
            return _of_one(called, args[0])
        seen: list = []
        values = _taken(args, seen)
        if values is None:
            result = product(called, *args) if len(args) == 2 and not kwargs else None
            return NotImplemented if result is None else result
        named = kwargs
        if kwargs:
            named = _taken(kwargs.values(), seen)
            if named is None:
                return NotImplemented
            named = dict(zip(kwargs, named, strict=True))
        out = args[place] if len(args) > place else kwargs.get("out") if kwargs else None
        if out is not None and not all(map(_is_writable_here, out if type(out) is tuple else (out,))):
            return NotImplemented
        if out is not None:
            written = out if type(out) is tuple else (out,)
            return _silently(host.call_writing, (called, args, kwargs, written))
        result = _silently(called, values, named)
        if type(result) is ndarray and result.base is None and result.dtype.char in STORED_KINDS:
            for _, raw in seen:
                if raw is result:
                    break
            else:
                return _ours(result, given)
        return host.narrow(host.wrap(result, seen), given)

    return first


def _of_one(function, x):
    """``function(x)`` of one array, and nothing else."""
    values = values_of(x)
    if values is None:
        return NotImplemented
    result = _silently(function, (values,))
    if type(result) in SCALARS and (result.itemsize < 8 or x64.value):
        return result
    if type(result) is ndarray and result.base is None and result is not values and result.dtype.char in STORED_KINDS:
        return _ours(result)
    return host.narrow(host.wrap(result, ((x, values),)))


def _writing(fact: Fact):
    """As :func:`_reading`, of a function that changes its arguments."""

    def first(args, kwargs, unbound):
        if _taken(args, []) is None or (kwargs and _taken(kwargs.values(), []) is None):
            return NotImplemented
        written = fact.written(args, kwargs)
        if not all(map(_is_writable_here, written)):
            return NotImplemented
        return host.narrow(_silently(host.call_writing, (unbound or fact.function, args, kwargs, written)))

    return first


def register_rows() -> None:
    """Let NumPy be asked first, by the rows of what computes or moves."""
    for function, rule in tuple(tables["jax"].items()):
        if rule.status != "native" or function in OTHERWISE:
            continue
        if isinstance(function, np.ufunc):
            _ufuncs.add(function)
            continue
        fact = fact_of(function)
        if fact.kind in KINDS and not fact.calls:
            writes = fact.writes or fact.writes_if is not None
            first = _writing(fact) if writes else _reading(fact, names_of(function).get("out", NOWHERE))
            register("jax", function, rule._replace(first=first))
