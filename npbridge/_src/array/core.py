"""Making arrays of device values, of memory, of numbers and of any other object."""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch import precision
from ..ground.errors import UnsupportedDtypeError
from ..storage import view
from ..storage.buffer import Buffer, Tracer, canonical, recorder_here
from ..storage.casts import cast
from ..storage.lending import is_on_cpu, lender_of
from .classes import ARRAYS, OURS, JaxArray, JaxScalar, _new, c_ordered  # noqa: F401  found here by all

STORED_KINDS = "?bBhHiIlLqQefdFD"


def check_dtype(dtype: np.dtype) -> None:
    """Refuse data that cannot be stored."""
    if dtype.char not in STORED_KINDS:
        what = {"O": "objects", "U": "text", "S": "text", "V": "records", "M": "dates", "m": "time spans"}
        name = what.get(dtype.char, "extended-precision numbers")
        raise UnsupportedDtypeError(
            f"npbridge stores numbers and booleans; dtype {dtype} holds {name}. "
            "Keep such data in a numpy.ndarray, and convert its numeric parts."
        )


def of_device(device):
    """Wrap a ``jax.Array`` or a tracer; no dimensions give a scalar."""
    if device.shape or (isinstance(device, Tracer) and recorder_here() is None):
        # while JAX alone traces, arrays stay arrays: what is carried has one kind
        return array_of_device(device)
    return scalar_of_device(device)


def scalar_of_device(device) -> np.generic | JaxScalar:
    """The scalar in a value of no dimensions, also where JAX alone traces: NumPy's own where it lies on the host."""
    if not isinstance(device, Tracer) and is_on_cpu(device):
        return np.asarray(device)[()]
    scalar = _new(JaxScalar)
    scalar._layout = scalar._base = scalar._cached = None
    scalar._buffer = Buffer(device, None, (), device.dtype)
    return scalar


def array_of_device(device) -> JaxArray:
    """Wrap a ``jax.Array``, or a new ndarray, as an array, also where it has no dimensions."""
    if type(device) is np.ndarray:
        return of_fresh(device)
    array = _new(JaxArray)
    array._layout = array._base = array._cached = None
    array._buffer = Buffer(device, None, device.shape, device.dtype)
    return array


def of_fresh(values: np.ndarray) -> JaxArray:
    """Wrap an ndarray that nobody else holds."""
    if values.base is not None or (values.ndim > 1 and not values.flags.c_contiguous):
        return of_memory(values)
    array = _new(JaxArray)
    array._layout = array._base = array._cached = None
    array._buffer = Buffer(None, values, values.shape, values.dtype)
    return array


def of_memory(values: np.ndarray, shared: bool = False) -> JaxArray:
    """Wrap an ndarray together with the memory it lies in."""
    owner = view.owner_of(values)
    host = c_ordered(owner) if type(owner) is np.ndarray else None
    if host is None or owner.dtype.char not in STORED_KINDS or owner.base is not None:
        host = owner = values.copy(order="C")
        values = host
        shared = False
    buffer = Buffer(None, host, host.shape, host.dtype)
    buffer.owner = owner
    buffer.shared = shared
    return of_view(buffer, values, None)


def in_memory(x: JaxArray) -> JaxArray:
    """An array whose parts are views of it: a scalar has no memory that anyone could write, so a new one for that."""
    return array_of_device(x._value()) if isinstance(x, JaxScalar) else x


def of_view(buffer: Buffer, layout: np.ndarray, base: JaxArray | None) -> JaxArray:
    array = _new(JaxArray)
    array._buffer = buffer
    array._layout = layout
    array._base = base
    array._cached = None
    return array


def lent(values: np.ndarray) -> JaxArray | None:
    """An ndarray that shows memory of ours as a view of the array that lent it; None for any other."""
    buffer = lender_of(values)
    if buffer is None or buffer.host is None or not values.dtype.isnative or values.dtype.char not in STORED_KINDS:
        return None
    return of_view(buffer, view.same_window(values, view.owner_of(values), buffer.host), None)


def from_object(obj, dtype=None, *, copy: bool, ndmin: int = 0, order="K") -> JaxArray:
    """What ``asarray`` and ``array`` do; `copy` forces new memory."""
    from ..dispatch.backend import active

    kind = type(obj)
    jax_side = active().name == "jax"
    wide = None
    if dtype is not None:
        dtype = wide = np.dtype(dtype)
        check_dtype(dtype)
        if jax_side:
            dtype = canonical(dtype)
    if kind in OURS:
        if not copy and (dtype is None or dtype == obj.dtype) and order in ("K", "A"):
            return obj if kind is not JaxScalar else array_of_scalar(obj)
        return _converted(obj, dtype, order)
    if isinstance(obj, jax.Array):
        if obj.dtype.char not in STORED_KINDS:
            check_dtype(obj.dtype)
        if dtype is None or obj.dtype == dtype:
            return array_of_device(obj)
        if isinstance(obj, Tracer):
            return array_of_device(cast(obj, dtype))
    borrow = kind is np.ndarray and not jax_side and not copy
    given = wide if wide is not None or kind is not np.ndarray else obj.dtype
    narrows = jax_side and given is not None and canonical(given) != given
    # integers are seen while they are whole; the narrow copy is the only one
    once = None if borrow or narrows else True
    try:
        values = np.array(host_values(obj), dtype=wide, copy=once, order=order, ndmin=ndmin)
    except ValueError:
        made = of_protocol(obj)
        if made is None:
            raise
        return from_object(made, dtype, copy=copy, ndmin=ndmin, order=order)
    check_dtype(values.dtype)
    if type(values) is not np.ndarray:
        values = values.view(np.ndarray)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if jax_side and canonical(values.dtype) != values.dtype:
        values = narrowed(values)
    if borrow and np.may_share_memory(values, obj):
        ours = lent(values)
        return of_memory(values, shared=True) if ours is None else ours
    return of_fresh(values)


def of_protocol(obj) -> JaxArray | None:
    """The array of ours that a class of the user's gives by ``__array__``, which NumPy takes for none."""
    given = None if type(obj) in OURS or isinstance(obj, np.ndarray) else getattr(type(obj), "__array__", None)
    made = None if given is None else given(obj)
    return made if type(made) in OURS else None


def narrowed(values: np.ndarray) -> np.ndarray:
    """`values` in the dtype that JAX stores; integers must fit, as Python's must in NumPy."""
    result = values.astype(canonical(values.dtype))
    if values.dtype.kind in "iu":
        precision.see_that_it_fits(values, result)
    return result


def array_of_scalar(scalar: np.generic | JaxScalar) -> JaxArray:
    return array_of_device(scalar._buffer.device) if type(scalar) in OURS else of_fresh(np.array(scalar))


def array_if_scalar(x):
    """`x`, and an array of no dimensions in the place of a scalar."""
    kind = type(x)
    if kind is JaxScalar or kind not in OURS and isinstance(x, np.generic) and x.dtype.char in STORED_KINDS:
        return array_of_scalar(x)
    return x


def _converted(obj: JaxArray, dtype, order) -> JaxArray:
    """A copy of one of our arrays, where its values are."""
    buffer = obj._buffer
    if buffer.traced or (buffer.device is not None and not buffer.current and obj._whole and order != "F"):
        device = obj._value()
        if dtype is not None and dtype != device.dtype:
            if not buffer.traced:
                return of_fresh(obj._read().astype(dtype))
            device = cast(device, dtype)
        return array_of_device(device)
    return of_fresh(np.array(obj._read(), dtype=dtype, order=order, copy=True))


def value_of(x):
    """`x` as a compiled kernel takes it: the values of one of our arrays, anything else as it is."""
    return x._value() if type(x) in OURS else x


def host_values(obj, depth: int = 0):
    """`obj` with our arrays, also those inside lists and tuples, as ndarrays."""
    if type(obj) in OURS:
        return obj._read()
    if isinstance(obj, (list, tuple)) and type(obj) in (list, tuple) and obj and depth < 32:
        if any(type(x) in OURS or type(x) in (list, tuple) for x in obj):
            return type(obj)(host_values(x, depth + 1) for x in obj)
    return obj


TRACED_ERRORS = (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError)


def sequence_values(obj):
    """A list or tuple that is to be written: ndarrays in place of ours, or one array where it holds tracers."""
    try:
        return host_values(obj)
    except TRACED_ERRORS:
        return traced_sequence(obj)


def traced_sequence(obj, dtype=None) -> JaxArray:
    """A nested sequence with tracers in it: put together by a kernel."""
    leaves: list = []

    def value(x):
        if type(x) in (list, tuple):
            return [value(y) for y in x]
        weak = x.weak if type(x) in OURS else None
        x = x._value() if type(x) in OURS else x
        # in a sequence Python's numbers count as arrays of their own: an int beside a float32 makes a float64
        leaves.append(np.dtype(weak) if weak else x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype)
        return x

    values = value(obj)
    dtype = canonical(np.result_type(*leaves)) if dtype is None else dtype
    try:
        return array_of_device(jax.numpy.array(_each_cast(values, dtype), dtype))
    except TypeError:
        np.array(_blank(values))  # NumPy's error where the shapes do not go together
        raise


def _each_cast(x, dtype):
    """With the bits that NumPy's casts have."""
    if type(x) in (list, tuple):
        return [_each_cast(y, dtype) for y in x]
    return cast(x, dtype) if isinstance(x, Tracer) and x.dtype != dtype else x


def _blank(x):
    return list(map(_blank, x)) if type(x) in (list, tuple) else np.empty(np.shape(x), bool)
