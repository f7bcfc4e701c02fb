"""Arrays of other libraries: which they are, and how to take over their values.

An array is taken over by the first of these that it knows: DLPack (no copy where
the memory can be read from here), ``array_api_compat.to_device`` for memory that
cannot, and ``__array__``.
"""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch.backend import active
from . import core

CPU = 1  # kDLCPU in DLPack's numbering

_PLAIN = (np.ndarray, np.generic, jax.Array, list, tuple, int, float, complex, str, bytes)


def is_stranger(obj) -> bool:
    """Whether `obj` is another library's array that exchanges its memory."""
    return not isinstance(obj, _PLAIN) and type(obj) not in core.OURS and hasattr(obj, "__dlpack_device__")


def taken_over(obj):
    """The values of a stranger as an ndarray, or a ``jax.Array`` where only JAX can reach them."""
    kind, _ = obj.__dlpack_device__()
    if int(kind) == CPU:
        return _on_cpu(obj)
    if active().name == "jax":
        try:
            return jax.dlpack.from_dlpack(obj)
        except (TypeError, ValueError, RuntimeError, BufferError):
            pass  # a device that this JAX does not have: through the host
    from array_api_compat import to_device

    return np.asarray(to_device(obj, "cpu"))


def _on_cpu(obj) -> np.ndarray:
    try:
        return np.from_dlpack(obj)
    except (TypeError, BufferError, RuntimeError):
        # a dtype or a state that DLPack cannot tell of, as a conjugated or a
        # read-only tensor; its own conversion says what is wrong if that fails too
        return np.asarray(obj)
