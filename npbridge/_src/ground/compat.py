"""What depends on the version of another library, each with the version seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable


def teach_jax_scalars(kind: type, convert: Callable) -> None:
    """Let ``jnp.asarray`` take our scalars.

    ``isinstance`` takes them for NumPy's scalars, so jax 0.10 looks their type up
    in this table instead of calling ``__jax_array__``.  Where the table does not
    exist the other branch is taken, and nothing is missing.
    """
    try:
        from jax._src.dtypes import canonicalize_value_handlers
    except ImportError:
        return
    canonicalize_value_handlers[kind] = convert


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
    import sys

    if "jax" not in sys.modules:
        return False
    try:
        from jax._src.xla_bridge import backends_are_initialized
    except ImportError:
        return True
    return bool(backends_are_initialized())
