"""Private names of NumPy, JAX, Numba and CPython, and what depends on their versions.

They stand here and nowhere else; for each, a test notices when another version takes it away.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

# -- CPython

# The frame so many calls above the one that asks.
frame_above = sys._getframe
# How many threads run besides the first; those that Python did not start do not count.
other_threads = _thread._count

# What a class has whose attributes Python does not let set: those in C that are not made at run time.
IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_FLAGS_AT = 168  # of tp_flags in a PyTypeObject, where pointers have eight bytes
_SEQUENCE_AT, _CONCAT_AT = 104, 8  # of tp_as_sequence there, and of sq_concat in what it points to


def lies_as_expected(kind: type) -> bool:
    """Whether this interpreter lays out classes as the ones known here."""
    return (
        ctypes.sizeof(ctypes.c_void_p) == 8
        and ctypes.c_ulong.from_address(id(kind) + _FLAGS_AT).value == kind.__flags__
    )


def refuse_concatenation(kind: type) -> None:
    """Have ``operator.concat`` refuse objects of a class as it refuses ndarrays.

    It would add them up: a class made in Python has no slot for it that is not ``__add__``.
    """
    if lies_as_expected(kind):
        pointer = ctypes.c_void_p.from_address
        theirs, ours = (pointer(id(k) + _SEQUENCE_AT).value for k in (np.ndarray, kind))
        if theirs and ours:
            pointer(ours + _CONCAT_AT).value = pointer(theirs + _CONCAT_AT).value


def set_in_class(kind: type, name: str, value: Any) -> bool:
    """Set an attribute of a class, also of one in C that Python does not let change; whether it could be done."""
    if not kind.__flags__ & IMMUTABLE:
        setattr(kind, name, value)
        return True
    if not lies_as_expected(kind):
        return False
    flags = ctypes.c_ulong.from_address(id(kind) + _FLAGS_AT)
    flags.value &= ~IMMUTABLE
    try:
        setattr(kind, name, value)
    finally:
        flags.value |= IMMUTABLE
    return True


def raise_again(error: BaseException) -> None:
    """Have Python raise an error of the same class in this thread, soon: C may drop the first."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(_thread.get_ident()), ctypes.py_object(type(error)))


# -- NumPy

# What stands for an argument that was not given.
_numpy: Any = np  # whose stubs leave these out
NO_VALUE = _numpy._NoValue
# Where the address of the elements stands in an ndarray, after what every object begins with.
DATA_OF_ARRAY = 16
# Where a ufunc has its inner loops, what they are given, and for which types they are.
LOOPS_OF_UFUNC, DATA_OF_UFUNC = 32, 40
# The ufunc behind ``np.clip``, which is not exported.
CLIP = _numpy._core.umath.clip
# What a ufunc raises where its result cannot be cast to `out`: a TypeError that knows ufunc, casting and dtypes.
UFuncOutputCastingError = _numpy._core._exceptions._UFuncOutputCastingError
# What ``np.errstate`` sets, for this thread or task: a capsule, another one after each change; None before the first.
float_state = _numpy._core.umath._extobj_contextvar.get
# Set and reset it: an eighth of what ``with np.errstate(...)`` takes.
set_float_state = _numpy._core.umath._extobj_contextvar.set
reset_float_state = _numpy._core.umath._extobj_contextvar.reset
with _numpy.errstate(all="ignore"):
    # nobody is told of anything
    SILENT = float_state(None)
# What ``np.insert`` and others make arrays of their arguments with; None before NumPy 2.0.
ARRAY_CONVERTER = getattr(_numpy._core._multiarray_umath, "_array_converter", None)

# -- JAX

# (jaxpr, which outputs are used) -> the jaxpr of these, and which inputs it uses
from jax.interpreters.partial_eval import dce_jaxpr  # noqa: E402, F401


def _x64() -> Any:
    try:
        from jax._src.config import enable_x64
    except ImportError:
        import jax

        class X64:
            @property
            def value(self) -> bool:
                return jax.config.jax_enable_x64

        return X64()
    return enable_x64


# Whether JAX has 64 bits, in this thread: its `value` takes a third of the time that the public name takes.
x64 = _x64()


def wide() -> contextlib.AbstractContextManager:
    """Let JAX trace and compute in NumPy's precision, in this thread."""
    import jax

    return contextlib.nullcontext() if x64.value else jax.enable_x64(True)


def known_number(x: Any) -> Any:
    """The number that a traced value always is, as one of NumPy's scalars; other values as they are."""
    found = getattr(getattr(x, "val", None), "val", None)  # of a literal
    return x if found is None or x.shape else np.asarray(found, x.dtype)[()]


def teach_jax(kind: type, convert: Callable) -> None:
    """Let JAX's primitives take objects of a class as the values that `convert` gives.

    jax 0.10 looks types up in these tables, and refuses what has ``__jax_array__`` and
    is in neither.  Where they do not exist, ``x.value`` is what its functions take.
    """
    try:
        from jax._src.core import pytype_aval_mappings, typeof
        from jax._src.dtypes import canonicalize_value_handlers
    except ImportError:
        return
    canonicalize_value_handlers[kind] = convert
    pytype_aval_mappings[kind] = lambda x: typeof(convert(x))


def teach_jax_indices(convert: Callable) -> None:
    """Let ``jax_array[index]`` and ``jax_array.at[index]`` take what `convert` makes an index of JAX's."""
    try:
        from jax._src.numpy import indexing

        plain = indexing.eliminate_deprecated_list_indexing
    except (ImportError, AttributeError):
        return

    def converted(index: Any) -> Any:
        return plain(convert(index))

    indexing.eliminate_deprecated_list_indexing = converted


def platform_of(array: Any) -> str:
    """Of what kind the devices of a ``jax.Array`` are: ``"cpu"``, for one."""
    return array.platform()


def forms_of(compiled: Any) -> int:
    """How many forms ``jax.jit`` has compiled of a function; where it does not say, as many as need be."""
    count = getattr(compiled, "_cache_size", None)
    return sys.maxsize if count is None else count()


def _never_clean() -> bool:
    return False


try:
    # whether nothing is traced or transformed in this thread
    from jax._src.core import trace_state_clean
except ImportError:  # then every call looks whether a tracer is among its arguments
    trace_state_clean = _never_clean


def current_trace():
    """What JAX traces into here: an object with an identity; None where it does not say."""
    try:
        from jax._src.core import trace_ctx
    except ImportError:
        return None
    return trace_ctx.trace


try:
    from jax._src.config import traceback_filtering as _filtering
except ImportError:
    _filtering = None


def whole_tracebacks():
    """Keep JAX, in this thread, from filtering tracebacks: it takes the line where a frame ended for the error's."""
    return _filtering("off") if callable(_filtering) else contextlib.nullcontext()


def jax_was_used() -> bool:
    """Whether JAX has started its threads; where it does not say, as soon as it is imported."""
    if "jax" not in sys.modules:
        return False
    try:
        from jax._src.xla_bridge import backends_are_initialized
    except ImportError:
        return True
    return bool(backends_are_initialized())


# -- Numba, which is imported when it is used


def legacy_random_state() -> int:
    """The address of the state that ``numpy.random``'s functions have in compiled code (numba 0.60 to 0.68)."""
    from numba import _helperlib

    found: Any = _helperlib
    return found.rnd_get_np_state_ptr()


def set_cache(dispatcher, cache) -> None:
    """Let a dispatcher look for its machine code in `cache`, and leave it there."""
    dispatcher._cache = cache


def numba_unboxers() -> dict:
    """How Numba unboxes values, by type: there is no public way to replace one."""
    from numba.core import boxing  # noqa: F401  where they are registered
    from numba.core.pythonapi import _unboxers

    return _unboxers.functions


def known_to_numba() -> set[int]:
    """The identities of the functions for which compiled code has a form of its own."""
    if "numba.extending" not in sys.modules:
        return set()
    from numba.core.typing.templates import builtin_registry

    return {id(function) for function, _ in builtin_registry.globals}
