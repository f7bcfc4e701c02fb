"""What no backend does: functions of text, dates and records, with the reason."""

from __future__ import annotations

import numpy as np

from ..array import core
from ..dispatch.registry import Rule, register
from ..ground.errors import UnsupportedError
from . import host
from .surface import string_ufuncs, surface

_DATES = "dates are not stored; keep them in a numpy.ndarray, and call this on numpy.asarray(x)"
_TEXT = "text is not stored; keep strings in a numpy.ndarray, and call this on numpy.asarray(x)"
_RECORDS = "records are not stored; keep one array per field, or call this on numpy.asarray(x)"

REFUSED = {
    np.busday_count: _DATES,
    np.busday_offset: _DATES,
    np.datetime_as_string: _DATES,
    np.is_busday: _DATES,
    np.isnat: _DATES,
}


def reasons() -> dict:
    """Each refused function with the reason."""
    found = dict(REFUSED)
    for function in surface():
        if function.__module__ in ("numpy.strings", "numpy.char"):
            found[function] = _TEXT
        elif function.__module__ == "numpy.lib.recfunctions":
            found[function] = _RECORDS
    found.update(dict.fromkeys(string_ufuncs(), _TEXT))
    return found


def refuse(function, reason, finish):
    """A rule for `function`: it runs on text, dates or records beside our numbers, not on ours alone."""

    def call(args, kwargs):
        if any(map(_is_other_data, (*args, *kwargs.values()))):
            return finish(host.call(function, args, kwargs))
        raise UnsupportedError(f"{_name(function)} cannot take npbridge arrays: {reason}.")

    return call


def _is_other_data(x) -> bool:
    """Whether `x` holds what npbridge does not store."""
    if type(x) in core.OURS:
        return False
    return isinstance(x, str) or np.asarray(core.host_values(x)).dtype.kind in "SUTMmV"


def _name(function) -> str:
    return f"{getattr(function, '__module__', 'numpy') or 'numpy'}.{function.__name__}"


def register_refusals(backend: str, finish=lambda result: result) -> None:
    """Add the refused rows; `finish` is applied to what NumPy returns for other data."""
    for function, reason in reasons().items():
        register(backend, function, Rule(refuse(function, reason, finish), "refused", "", reason))
