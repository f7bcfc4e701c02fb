"""Our arrays as arguments of functions that users compile with Numba.

Numba finds :func:`init` by its entry point, the first time that it compiles; so
``numba.njit(f)(x)`` works and nothing of Numba is imported for it before.
"""

from __future__ import annotations

import functools

from ...array import core
from ...face.makers import Maker
from ...face.modules import Face


def writable_host(array) -> object:
    """The host values of `array` as Numba may read and write them."""
    if type(array) is core.JaxScalar:
        return array._number
    window = array._window()
    if not window.flags.writeable:
        return array._read()
    with array._buffer.lock:
        return array._writable()


@functools.cache
def init() -> None:
    """Teach Numba the type of our arrays, how to get at their values, and the face of NumPy."""
    from numba.core import types
    from numba.core.registry import cpu_target
    from numba.extending import NativeValue, models, register_model, typeof_impl, unbox
    from numba.np import arrayobj  # noqa: F401  (the unboxer of plain arrays)

    class BridgeArray(types.Array):
        """A Numba array whose values come from one of ours."""

    register_model(BridgeArray)(models.ArrayModel)

    @typeof_impl.register(core.JaxArray)
    def typeof_array(value, context):
        plain = typeof_impl(core.host_values(value), context)
        if not isinstance(plain, types.Array):
            return plain
        readonly = not value._window().flags.writeable
        return BridgeArray(plain.dtype, plain.ndim, plain.layout, readonly=readonly, aligned=plain.aligned)

    @unbox(BridgeArray)
    def unbox_array(typ, obj, c):
        helper = c.pyapi.unserialize(c.pyapi.serialize_object(writable_host))
        values = c.pyapi.call_function_objargs(helper, [obj])
        c.pyapi.decref(helper)
        plain = types.Array(typ.dtype, typ.ndim, typ.layout, readonly=not typ.mutable, aligned=typ.aligned)
        native = c.unbox(plain, values)

        def cleanup():
            if native.cleanup is not None:
                native.cleanup()
            c.pyapi.decref(values)

        return NativeValue(native.value, is_error=native.is_error, cleanup=cleanup)

    @typeof_impl.register(Face)
    def typeof_face(face, context):
        return types.Module(face._module)

    @typeof_impl.register(Maker)
    def typeof_maker(maker, context):
        return cpu_target.typing_context.resolve_value_type(maker.__wrapped__)
