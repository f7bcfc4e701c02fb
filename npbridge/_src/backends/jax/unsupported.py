"""What the ``'jax'`` backend does not do, with the reason."""

from __future__ import annotations

import numpy as np
import numpy.lib.recfunctions
import numpy.strings

from ...dispatch.registry import Rule, register
from ...ground.errors import UnsupportedError
from .surface import surface

_DATES = "dates are not stored; numpy.asarray(x) gives an ndarray that this function takes"
_TEXT = "text is not stored; keep strings in a numpy.ndarray"
_RECORDS = "records are not stored; keep one array per field"

REFUSED = {
    np.busday_count: _DATES,
    np.busday_offset: _DATES,
    np.datetime_as_string: _DATES,
    np.is_busday: _DATES,
}


def reasons() -> dict:
    found = dict(REFUSED)
    for function in surface():
        if function.__module__ == "numpy.strings":
            found[function] = _TEXT
        elif function.__module__ == "numpy.lib.recfunctions":
            found[function] = _RECORDS
    return found


def refuse(function, reason):
    def call(args, kwargs):
        raise UnsupportedError(f"{function.__module__}.{function.__name__} cannot take npbridge arrays: {reason}.")

    return call


def register_refusals(backend: str) -> None:
    for function, reason in reasons().items():
        register(backend, function, Rule(refuse(function, reason), "refused", "", reason))


register_refusals("jax")
_ = numpy.lib.recfunctions, numpy.strings
