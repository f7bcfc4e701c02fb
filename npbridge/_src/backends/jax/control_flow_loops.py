"""Loops while JAX traces: rolled into ``lax`` loops, or unrolled as Python runs them."""

from __future__ import annotations

import functools
import types

from ...array import traced_index
from ...array.either import Either
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.calls import see_that_it_does_not_grow
from ...convert.lines import user_lines
from ...convert.operators import is_traced
from ...convert.places import StructureChanged, places_of
from ...ground.errors import ControlFlowError, UnsupportedError
from ...storage.buffer import recorder_here
from . import control_flow as branches
from .control_flow_iterables import iteration_over
from .control_flow_roll import Roll, decided
from .control_flow_shared import parts_of
from .control_flow_trace import NEEDS_VALUE, NotRollable, Peel

SHORT = 8  # so many iterations are not worth a loop
PURE = 1000  # so many iterations over known numbers are left to Python
BOUND = 64  # so many are unrolled where a loop cannot be
# a loop or a slice inside that cannot be compiled may be one that can where the index is known
_NOT_AS_A_LOOP = (NotRollable, StructureChanged, ControlFlowError, UnsupportedError)
_GOES_ON = {statuses.NORMAL_CODE, statuses.CONTINUE_CODE}


class Loop:
    """One ``for`` or ``while`` statement that is being traced.

    `body` and `test` are the user's; `live` are the names needed after it, `start`
    those that an iteration takes over from the one before.
    """

    def __init__(self, body, otherwise, names, start, live, written, test=None) -> None:
        self.body, self.otherwise, self.test = body, otherwise, test
        self.functions = [f for f in (test, body, otherwise) if f is not None]
        self.places = places_of(names, self.functions)
        self.start, self.live, self.written = set(start), set(live), written
        self.code = body.__code__
        self.born: dict = {}  # buffers made in iterations that were run apart

    def run_apart(self, run):
        """One iteration as Python runs it; its status."""
        before = dict(recorder_here().own)
        status = run()
        self.born.update((key, x) for key, x in recorder_here().own.items() if before.get(key) is not x)
        return status

    def is_born(self, array) -> bool:
        """Whether an array, or each of those that it is one of, was made in an iteration that was run apart."""
        buffers = [traced_index.root(part._buffer) for part in parts_of(array)]
        return all(id(b) in self.born and self.born[id(b)]() is b for b in buffers)

    def note(self, text) -> None:
        contexts.current().note_here(text)

    # -- where the user's statement ends

    def finish(self):
        """The loop came to its end."""
        return self.otherwise() if self.otherwise is not None else None

    def left(self, status):
        """The status of the statement, for a status by which its body left it."""
        code, possible, value = statuses.parts(status)
        possible = possible - _GOES_ON
        if statuses.BREAK_CODE not in possible:
            return statuses.assemble(code, possible, value)
        possible = (possible - {statuses.BREAK_CODE}) | {statuses.NORMAL_CODE}
        if not isinstance(code, int):
            code = branches.jnp.where(code == statuses.BREAK_CODE, statuses.NORMAL_CODE, code)
        return statuses.assemble(code, possible, value)

    def go_on(self, status, more):
        """``more()`` where the body did not leave the loop."""
        code, possible, _ = statuses.parts(status)
        if possible <= _GOES_ON:
            return more()
        if not possible & _GOES_ON:
            return self.left(status)
        goes_on = (code == statuses.NORMAL_CODE) | (code == statuses.CONTINUE_CODE)
        needed = self.start | self.live
        return branches.branch(goes_on, more, lambda: self.left(status), self.places, self.functions, needed)

    def once_more(self, status, run):
        """``run()`` where the body did not leave the loop, else the status as it is."""
        code, possible, value = statuses.parts(status)
        if possible <= _GOES_ON:
            return run()
        goes_on = (code == statuses.NORMAL_CODE) | (code == statuses.CONTINUE_CODE)
        kept = statuses.assemble(code, possible - _GOES_ON, value)
        return branches.branch(goes_on, run, lambda: kept, self.places, self.functions, self.start | self.live)

    def runs_once(self, roll: Roll) -> bool:
        """Whether the body leaves the loop whenever it is entered: then there is nothing to repeat."""
        return roll.fails or not roll.block.possible & _GOES_ON

    def rolled(self, roll: Roll):
        """Run the loop as a loop of JAX; its status."""
        shrinking = roll.shrinking()
        if shrinking:
            raise ControlFlowError(
                f"a loop gives {shrinking} another length in each turn: NumPy computes with what is left, compiled "
                "code would with all there was"
            )
        self.note(roll.described())
        status = roll.run()
        return self.after_roll(status)

    def after_roll(self, status):
        code, possible, _ = statuses.parts(status)
        if possible <= _GOES_ON:
            return self.finish()
        if self.otherwise is not None:
            return self.go_on(status, self.finish)
        left = possible - _GOES_ON - {statuses.BREAK_CODE}
        if left != possible:
            left |= {statuses.NORMAL_CODE}
        if not isinstance(code, int):
            code = branches.jnp.where(code == statuses.RETURN_CODE, code, statuses.NORMAL_CODE)
        return statuses.assemble(code, left, statuses.parts(status)[2])


@functools.lru_cache(maxsize=4096)
def has_loops(code) -> bool:
    """Whether a block has loops in it: written out, each of them would be compiled so often."""
    if "for_stmt" in code.co_names or "while_stmt" in code.co_names:
        return True
    return any(has_loops(c) for c in code.co_consts if isinstance(c, types.CodeType))


def for_stmt(iterable, body, otherwise, names, start, live, written):
    see_that_it_does_not_grow(iterable)
    loop = Loop(body, otherwise, names, start, live, written)
    if type(iterable) is Either:
        return _over_one_of(loop, iterable, lambda x: for_stmt(x, body, otherwise, names, start, live, written))
    if contexts.current().plain:
        items = list(iterable)
        return _unrolled(loop, items, 0)
    over = iteration_over(iterable)
    if over is None:
        return _over_objects(loop, iterable)
    if not is_traced(over.length):
        if over.length <= SHORT and (not over.length or not has_loops(body.__code__)):
            return _unrolled(loop, _Items(over), 0)
        return _counted(loop, over, 0, 0)
    try:
        roll = Roll(loop, over, 0, over.length)
        roll.trace()
    except Peel as why:
        return _peeled_at_run_time(loop, over, why)
    except (*_NOT_AS_A_LOOP, *NEEDS_VALUE) as error:
        raise _cannot(loop, error, "the number of its iterations is known only at run time") from None
    return _at_run_time(loop, roll, over, 0)


def _over_one_of(loop, found, run, k=0):
    """A loop over one thing or another: it is compiled for each of them."""
    if k == len(found.options) - 1:
        return run(found.options[k])
    this, others = (lambda: run(found.options[k])), (lambda: _over_one_of(loop, found, run, k + 1))
    return branches.branch(found.which == k, this, others, loop.places, loop.functions, loop.live)


def _at_run_time(loop, roll, over, k):
    """What is left of a loop from its k-th iteration on, if it has so many."""
    if not loop.runs_once(roll):
        return loop.rolled(roll)
    once = lambda: loop.left(loop.body(over.item(k) if k else over.first()))  # noqa: E731
    return branches.branch(over.length > k, once, loop.finish, loop.places, loop.functions, loop.live)


class _Walked:
    """The items of something that Python walks: a dictionary or set must not change its size meanwhile."""

    def __init__(self, source) -> None:
        self.items = list(source)
        self.sized = source if isinstance(source, (dict, set, *_VIEWS)) else ()
        self.size = len(self.sized)

    def __len__(self):
        if len(self.sized) != self.size:
            what = "Set" if isinstance(self.sized, set) else "dictionary"
            raise RuntimeError(f"{what} changed size during iteration")
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


_VIEWS = tuple(type(view) for view in ({}.keys(), {}.values(), {}.items()))


class _Items:
    """The items of an iteration, made when they are asked for."""

    def __init__(self, over) -> None:
        self.over = over

    def __len__(self):
        return self.over.length

    def __getitem__(self, i):
        return self.over.item(i)


def _over_objects(loop, iterable):
    items = iterable if type(iterable) in (list, tuple) else _Walked(iterable)
    if len(items) > SHORT:
        loop.note(f"unrolled {len(items)} times: it runs over Python objects")
        if contexts.current().strict and len(items) > BOUND:
            raise ControlFlowError(f"strict: a loop over {len(items)} Python objects would be unrolled")
    return _unrolled(loop, items, 0)


def _unrolled(loop, items, k):
    """Run the iterations from the k-th one after the other."""
    status = None
    while k < len(items):
        if isinstance(status, statuses.Traced):
            status = loop.once_more(status, lambda k=k: loop.body(items[k]))
        else:
            status = loop.body(items[k])
        k += 1
        if not statuses.parts(status)[1] & _GOES_ON:
            return loop.left(status)
    return loop.after_roll(status)


def _counted(loop, over, k, peeled):
    """A loop of known length from its k-th iteration on."""
    if k == over.length:
        return loop.finish()
    try:
        roll = Roll(loop, over, k, over.length - k)
        roll.trace()
        if roll.pure and over.length <= PURE:
            return _plainly(loop, over, k)
    except Peel as why:
        if peeled < 3:
            loop.note(f"first iteration apart: {why}")
            status = loop.run_apart(lambda: loop.body(over.item(k)))
            return loop.go_on(status, lambda: _counted(loop, over, k + 1, peeled + 1))
        error: Exception = why
    except (*_NOT_AS_A_LOOP, *NEEDS_VALUE) as found:
        error = found
    else:
        return loop.left(loop.body(over.item(k))) if loop.runs_once(roll) else loop.rolled(roll)
    left = over.length - k
    if left > BOUND or (contexts.current().strict and left > SHORT):
        raise _cannot(loop, error, f"it has {left} iterations, too many to write out one by one") from None
    loop.note(f"unrolled {left} times: {_reason(error)}")
    return _unrolled(loop, _Items(over), k)


def _plainly(loop, over, k):
    """A loop over numbers that are all known: Python runs it."""
    trace = contexts.current()
    trace.plain += 1
    try:
        return _unrolled(loop, _Items(over), k)
    finally:
        trace.plain -= 1


def _peeled_at_run_time(loop, over, why):
    """The first iteration apart, where whether there is one is known at run time."""
    loop.note(f"first iteration apart: {why}")

    def first():
        status = loop.run_apart(lambda: loop.body(over.first()))

        def more():
            roll = Roll(loop, over, 1, over.length - 1)
            try:
                roll.trace()
            except (Peel, *_NOT_AS_A_LOOP) as error:
                raise _cannot(loop, error, "the number of its iterations is known only at run time") from None
            return _at_run_time(loop, roll, over, 1)

        return loop.go_on(status, more)

    return branches.branch(over.length > 0, first, loop.finish, loop.places, loop.functions, loop.live)


def while_stmt(test, body, otherwise, names, start, live, written):
    loop = Loop(body, otherwise, names, start, live, written, test)
    if contexts.current().plain:
        return _python_while(loop, 1 << 60)
    return _while(loop, 0)


def _while(loop, peeled, run=0):
    go = decided(loop.test())
    if not is_traced(go) and not go:
        return loop.finish()
    try:
        roll = Roll(loop, None, None, None, go)
        roll.trace()
        if roll.pure and not run and not is_traced(go):
            return _number_while(loop)
    except Peel as why:
        if is_traced(go):
            loop.note(f"first iteration apart: {why}")
            return branches.branch(
                go,
                lambda why=why: _first_then_while(loop, peeled, why),
                loop.finish,
                loop.places,
                loop.functions,
                loop.live,
            )
        if peeled < 3:
            loop.note(f"first iteration apart: {why}")
            return _first_then_while(loop, peeled, why)
        error: Exception = why
    except (*_NOT_AS_A_LOOP, *NEEDS_VALUE) as found:
        error = found
    else:
        if not loop.runs_once(roll):
            return loop.rolled(roll)
        once = lambda: loop.left(loop.body())  # noqa: E731
        if not is_traced(go):
            return once()
        return branches.branch(go, once, loop.finish, loop.places, loop.functions, loop.live)
    if is_traced(go):
        raise _cannot(loop, error, "when it ends is known only at run time") from None
    loop.note(f"unrolled: {_reason(error)}")
    status = loop.body()
    return loop.go_on(status, lambda: _python_while(loop, BOUND, error))


def _first_then_while(loop, peeled, why):
    if peeled >= 3:
        raise _cannot(loop, why, "when it ends is known only at run time")
    return loop.go_on(loop.run_apart(loop.body), lambda: _while(loop, peeled + 1))


def _number_while(loop):
    """A loop over known numbers: Python runs it, for so long."""
    trace = contexts.current()
    trace.plain += 1
    try:
        for _ in range(PURE):
            status = loop.body()
            if status is statuses.BREAK:
                return None
            if status is not None and status is not statuses.CONTINUE:
                return status
            if not decided(loop.test()):
                return loop.finish()
    finally:
        trace.plain -= 1
    return _while(loop, 0, PURE)


def _python_while(loop, bound, error=None):
    for _ in range(bound):
        go = decided(loop.test())
        if is_traced(go):
            return _while(loop, 0)
        if not go:
            return loop.finish()
        status = loop.body()
        if status is None or status is statuses.CONTINUE:
            continue
        if isinstance(status, statuses.Traced):
            return loop.go_on(status, lambda: _python_while(loop, bound, error))
        return None if status is statuses.BREAK else status
    raise _cannot(loop, error, f"it has more than {bound} iterations, too many to write out one by one")


def _reason(error) -> str:
    if isinstance(error, NEEDS_VALUE):
        return "its body needs a value that is known only at run time (an index of a list, a shape, a Python condition)"
    return str(error)


def _cannot(loop, error, why) -> Exception:
    if isinstance(error, (ControlFlowError, UnsupportedError)):
        return error  # it names the place inside
    file, line, _ = (user_lines() or [(loop.code.co_filename, loop.code.co_firstlineno, "")])[-1]
    return ControlFlowError(
        f"the loop at {file}:{line} cannot be compiled as a loop: {_reason(error)}; and {why}. Use arrays of "
        "fixed shape in it (masks in place of slices, arrays in place of lists), or run the function on the "
        "'numpy' backend."
    )
