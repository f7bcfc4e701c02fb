"""Floating-point errors of eager calls on ``'jax'``: where somebody asks about them, NumPy tells.

A kernel of XLA's raises no flags.  So the call is made by NumPy first, on copies, for what
it has to say; then as always, in silence.
"""

from __future__ import annotations

import re
import warnings

import numpy as np

from ...array import core
from ...convert.context import current
from ...dispatch.fallback import user_stacklevel
from ...facts.fact import fact_of
from ...ground.floating import asked
from .. import host
from . import moves

OURS = core.OURS
_MESSAGE = re.compile(r"(divide by zero|overflow|underflow|invalid value) encountered in ")


def tell(function, args, kwargs) -> None:
    """Raise or warn as ``function(*args, **kwargs)`` would on ndarrays; nothing is written.

    While a function is traced it is noted that somebody asks.
    """
    if (context := current()) is not None:
        context.asked |= asked()
    if moves.traced(args, kwargs):
        return
    args, kwargs = _copied(host.unwrap(tuple(args), [])), _copied(host.unwrap(kwargs, []))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            function(*args, **kwargs)
        except FloatingPointError:
            raise
        except Exception:
            if "call" in np.geterr().values():
                raise  # it may come from the user's function
    for warning in said:
        if type(warning.message) is RuntimeWarning and _MESSAGE.match(str(warning.message)):
            warnings.warn(warning.message, stacklevel=user_stacklevel())


def _copied(x):
    if type(x) is np.ndarray:
        return x.copy(order="K")
    if type(x) in (list, tuple):
        return type(x)(map(_copied, x))
    return {k: _copied(y) for k, y in x.items()} if type(x) is dict else x


def told(rule, function, args, kwargs) -> bool:
    """Have NumPy tell of a call that a rule is to answer; False where the rule's own doing tells."""
    fact = fact_of(function)
    if rule.status != "native" or fact.calls or fact.kind not in ("compute", "compose"):
        return False  # it runs NumPy, moves what there is, or calls what is told
    tell(function, args, kwargs)
    return True
