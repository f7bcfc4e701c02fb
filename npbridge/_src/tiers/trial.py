"""What a child tries: one call of a hot function on each engine, and whether anything of it would be seen outside."""

from __future__ import annotations

import functools
import os
from types import FunctionType

from ..engine.effects import names_in
from ..ground.cache import usable
from .beside import HostEffect, watched


def of_call(function: FunctionType, args: tuple, kwargs: dict, variables: list[str], exact: str) -> dict:
    """Race a call; what JSON can hold of who won, and why the others did not.

    `variables` are globals that the functions it calls must not name; `exact` is what must have NumPy's last digits.
    """
    from ..dispatch import forked
    from ..engine import race
    from ..engine.auto import Auto, Known
    from ..jit import undo
    from ..jit.decorator import engines

    forked.try_to_trace()
    before = undo.Before(function, args, kwargs)
    if reason := before.once_only():
        raise HostEffect(reason)
    functions = before.functions()
    named = sorted({name for f in functions if f is not function for name in names_in(f.__code__)} & set(variables))
    if named:
        raise HostEffect(f"functions that it calls use its variables: {', '.join(named)}")
    before.copy_ours()
    place = usable()
    if place is None:
        os.environ["NPBRIDGE_CACHE_DIR"] = ""  # of this child: to try and make one would be seen
    allowed = "" if place is None else str(place)
    try:
        watched(lambda: function(*args, **kwargs), allowed)
    except Exception as error:
        raise HostEffect(f"this call raises {type(error).__name__}") from None
    finally:
        before.restore()
    made = Auto(
        function, engines(function, {"exact": exact}), functools.partial(undo.Before, function), undo.Undo, Known()
    )
    calls = {name: made.engine(name) for name in made.makers}
    plain = lambda args, kwargs: function(*args, **kwargs)  # noqa: E731
    raced = race.Race(calls, plain, made.before, undo.Undo, made.left_out, exact)
    watched(lambda: raced.run(args, kwargs), allowed)
    mends = next((t.mends for t in raced.trials if t.name == raced.winner), None)
    return {
        "winner": raced.winner,
        "mends": None if mends is None else [mends[0], sorted(mends[1])],
        "trials": [[t.name, t.seconds, t.first, t.reason] for t in raced.trials],
        "reached": [[f.__code__.co_filename, f.__code__.co_firstlineno] for f in functions],
    }
