"""Our arrays as arguments of functions that users compile with Numba.

:func:`init` is called when Numba is imported; so ``numba.njit(f)(x)`` works, and shares
what is compiled for ndarrays.
"""

from __future__ import annotations

import functools

import numpy as np

from ...array import core
from ...face.makers import Maker
from ...face.modules import Face
from ...ground.compat import numba_unboxers


def writable_host(array) -> object:
    """The host values of `array` as Numba may read and write them; what is none of ours as it is."""
    if type(array) not in core.OURS:
        return array
    if type(array) is core.JaxScalar:
        return array._read()
    if not array._window().flags.writeable:
        return array._read()
    with array._buffer.lock:
        array._writable()  # also from an accelerator
        return array._shared()  # what the function returns may be a view of it


def as_seen(array) -> object:
    """An ndarray of the type that Numba shall take `array` for."""
    values = core.host_values(array)
    if isinstance(values, np.ndarray) and values.flags.writeable != array._window().flags.writeable:
        return array._window()  # which has the layout; types look at no values
    return values


def _held_by_the_module(c, value):
    """A Python object in machine code, which the code fetches once and keeps."""
    from numba.core import cgutils

    module, name = c.builder.module, f"npbridge.{value.__name__}"
    place = module.globals.get(name)
    if place is None:
        place = cgutils.add_global_variable(module, c.pyapi.pyobj, name)
        place.initializer = cgutils.get_null_value(c.pyapi.pyobj)
        place.linkage = "internal"
    with c.builder.if_then(cgutils.is_null(c.builder, c.builder.load(place)), likely=False):
        c.builder.store(c.pyapi.unserialize(c.pyapi.serialize_object(value)), place)
    return c.builder.load(place)


@functools.cache
def init() -> None:
    """Teach Numba the type of our arrays, how to get at their values, and the face of NumPy."""
    from numba.core import cgutils, types
    from numba.core.registry import cpu_target
    from numba.extending import NativeValue, typeof_impl

    @typeof_impl.register(core.JaxArray)
    def typeof_array(value, context):
        return typeof_impl(as_seen(value), context)

    of_ndarrays = numba_unboxers()[types.Array]

    def unbox_array(typ, obj, c):
        """An ndarray as Numba takes it; of anything else the host values."""
        known = _held_by_the_module(c, np.ndarray)
        kind = c.pyapi.get_type(obj)  # borrowed
        values = cgutils.alloca_once_value(c.builder, obj)
        c.pyapi.incref(obj)
        with c.builder.if_then(c.builder.icmp_unsigned("!=", kind, known), likely=False):
            helper = c.pyapi.unserialize(c.pyapi.serialize_object(writable_host))
            made = c.pyapi.call_function_objargs(helper, [obj])
            c.pyapi.decref(helper)
            c.pyapi.decref(obj)
            c.builder.store(made, values)
        given = c.builder.load(values)
        native = of_ndarrays(typ, given, c)

        def cleanup():
            if native.cleanup is not None:
                native.cleanup()
            c.pyapi.decref(given)

        return NativeValue(native.value, is_error=native.is_error, cleanup=cleanup)

    numba_unboxers()[types.Array] = unbox_array

    @typeof_impl.register(Face)
    def typeof_face(face, context):
        return types.Module(face._module)

    @typeof_impl.register(Maker)
    def typeof_maker(maker, context):
        return cpu_target.typing_context.resolve_value_type(maker.__wrapped__)
