"""Which floating-point errors somebody asks about: by ``np.errstate``, or by a filter of warnings.

NumPy warns of a division by zero unless it is told otherwise, and nobody looks for flags
on an accelerator for a line on the terminal.  But where ``np.errstate`` says ``"raise"``,
``"call"``, ``"print"`` or ``"log"``, or a filter makes an error of a ``RuntimeWarning`` or
has each shown, NumPy's own answer is owed, whatever computes.
"""

from __future__ import annotations

import warnings

import numpy as np

from .compat import float_state

NOTHING: frozenset[str] = frozenset()
# what was looked at last, as one object that threads put in place as a whole, and what it asks about
_last: tuple = (object(), None, -1, None, NOTHING)


def asked() -> frozenset[str]:
    """Of ``"divide"``, ``"over"``, ``"under"``, ``"invalid"`` those that somebody asks about."""
    global _last
    state, filters = float_state(None), warnings.filters
    last = _last
    if state is last[0] and filters is last[1] and len(filters) == last[2] and (not filters or filters[0] is last[3]):
        return last[4]
    answer = _asked()
    _last = (state, filters, len(filters), filters[0] if filters else None, answer)
    return answer


def _asked() -> frozenset[str]:
    modes = np.geterr()
    telling = {"raise", "call", "print", "log"}
    if _warnings_are_wanted():
        telling.add("warn")
    return frozenset(kind for kind, mode in modes.items() if mode in telling)


def _warnings_are_wanted() -> bool:
    """Whether a filter says more of such warnings than Python does by itself."""
    for action, message, category, _, _ in warnings.filters:
        if issubclass(RuntimeWarning, category):
            if action != "ignore":
                return True
            if message is None:
                return False
    return False
