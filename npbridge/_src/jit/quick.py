"""The short way through a call that looks like the last one.

Most calls of a compiled function have arguments of the same kinds as the call
before.  For one such kind a function is generated, a straight line of comparisons
and the call of the executable: about 2 us where the general way takes 60.  Whatever
is not so sends the call the general way; nothing is decided here that is not
decided there too.
"""

from __future__ import annotations

import itertools
import operator
import sys

import numpy as np

from ..face.host_draws import fitting
from ..ground.compat import other_threads
from ..storage.buffer import DONATED, SMALL
from ..storage.locking import in_order
from . import quick_results
from .quick_inputs import MISS, Inputs, Unlike  # noqa: F401  MISS is what the functions give
from .quick_results import Outputs

_TEMPLATE = """
def quick({arguments}):
    try:
        {body}
    except (KeyError, IndexError, AttributeError, ValueError, TypeError):
        return MISS
    {after}
"""
# what donatable() answers, asked at once for contents that were never handed out
_FREE = (
    "(type({0}.device) is DEVICE and {0}.snapshot is None and refs({0}.device) <= 2 "
    "or {0}.device is not None and {0}.donatable())"
)


# the function for calls like the last; how many arguments they have, -1 where some are given by name; and all of it
NO_QUICK_PATH = (None, -1, None)


def quick_path(entry, binding, signature, pool, args, kwargs):
    """The function for calls like this one, and of which kind they are: in one piece, for threads."""
    if (
        (entry.host is not None and entry.host.calls_back and not entry.on_host)
        or entry.asked
        or any(e.place.where is not None for e in entry.effects)
        # it puts a new container where one is looked at, and would not be taken again
        or (entry.effects and not pool.state.holds())
    ):
        return NO_QUICK_PATH
    try:
        quick = _Code(entry, binding, signature, pool).compiled(args, kwargs)
    except Unlike:
        return NO_QUICK_PATH
    return quick, -1 if kwargs else len(args), (len(args), *kwargs)


class _Code:
    """The lines of one short way, and the objects that they name."""

    def __init__(self, entry, binding, signature, pool) -> None:
        self.entry, self.binding, self.pool = entry, binding, pool
        self.lean = entry.lean is not None and entry.lean.last and not entry.on_host
        self.inputs = Inputs(binding, signature, pool, entry)
        self.outputs = Outputs(self.inputs)
        self.names = self.inputs.names
        self.names |= {
            "entry": entry, "rebuild": _rebuild, "apply_effects": _apply_effects, "places": pool.state.places,
            "refs": sys.getrefcount, "threads": other_threads,
        }  # fmt: skip

    def compiled(self, args, kwargs):
        inputs = self.inputs
        draws = self.draws()
        names = [f"a{i}" for i in range(len(args) + len(kwargs))]
        for name, x in zip(names, (*args, *kwargs.values()), strict=True):
            inputs.argument(name, x)
        if len(inputs.leaves) != len(self.binding.leaves):
            raise Unlike
        inputs.state()
        inputs.see_that_all_are_there()
        body = "\n        ".join(inputs.lines or ["pass"])
        lines = self.under_locks(draws)
        if draws is None and self.entry.host is not None:  # it draws now that the call is sure to go this way
            self.names["session"] = self.entry.host.session
            lines = ["with session():", *("    " + line for line in lines)]
        after = "\n    ".join(lines)
        text = _TEMPLATE.format(arguments=", ".join(names), body=body, after=after)
        exec(compile(text, __file__, "exec"), self.names)
        return self.names["quick"]

    def draws(self) -> list[str] | None:
        """What draws from NumPy's generators, now that the call is sure to go this way.

        In one step of the interpreter, so that an interrupt finds all drawn or nothing.  None where nothing
        is drawn, and where what was drawn may have to be taken back.
        """
        entry = self.entry
        if entry.host is None or entry.checked or entry.host.calls_back:
            return None
        ready = [task.ready() for task, _ in entry.host.before]
        if None in ready:
            return None
        self.names |= {"DRAWS": ready, "made_now": operator.call, "fitting": fitting, "starmap": itertools.starmap}
        lines = ["w = [*map(made_now, DRAWS)]"]
        for j, (_, array) in enumerate(entry.host.before):
            if array is not None:
                self.inputs.drawn[id(array._buffer)] = f"w{j}"
                lines.append(f"w{j} = fitting(w[{j}], {self.inputs.name(array.dtype, 'd')})")
        return lines

    def under_locks(self, draws) -> list[str]:
        """The call and its result; where there are other threads, with the locks of what is written held."""
        found = self.inputs.buffers
        written = [found[i] for i in (found if self.entry.on_host else self.entry.written) if found[i][0] == "b"]
        if self.entry.on_host and self.entry.on_host.acts:
            written = []  # code of the user's runs inside, and may wait for other threads
        # what is only read is fetched before a lock is held: that may ask for another
        values = self.inputs.values()
        lines = self.inputs.copies()
        for i, name in found.items():
            if name[0] == "b" and name not in written:
                lines.append(f"d{name} = {values[i]}")
                values[i] = f"d{name}"
        ordered = [values[i] for i in range(len(found))]
        lines += self.between_limits(ordered)
        if draws is None:
            body = [*self.call(ordered), *self.result()]
        else:
            body = [*self.call_after_draws(draws, ordered), *self.result()]
        if not written:
            return lines + body
        return [
            *lines,
            "if threads():",
            *("    " + x for x in self.taking(written)),
            *("        " + x for x in body),
            *body,
        ]

    def between_limits(self, values) -> list[str]:
        """What looks at the limits of inputs, where the form without checks is taken."""
        if not self.lean:
            return []
        lean = self.entry.lean
        looks = [f"not {x.low} <= {self.inputs.numbers[x.place]} <= {x.high}" for x in lean.numbers]
        for x in lean.arrays:
            self.names["seen"], self.names["array_holds"] = lean.seen, lean.array_holds
            looks.append(
                f"seen[{x.place}]() is not {values[x.place]} and not array_holds({x.place}, {values[x.place]})"
            )
        return [f"if {' or '.join(looks)}: return MISS"]

    def taking(self, written) -> list[str]:
        """What takes the locks: by ``with``, as an interrupt must not come between taking one and its release."""
        known = self.inputs.known
        if all(b in known for b in written):
            ordered = in_order([known[b] for b in written])
            return [f"with {', '.join(self.inputs.name(b.lock, 'lock') for b in ordered)}:"]
        if len(written) == 1:
            return [f"with {written[0]}.lock:"]
        self.names["by_identity"] = id
        locked = ", ".join(f"o[{k}].lock" for k in range(len(written)))
        return [f"o = sorted(({', '.join(written)}), key=by_identity)", f"with {locked}:"]

    def call(self, values):
        entry = self.entry
        if entry.on_host:
            yield from self.call_on_host(values)
            return
        inputs = ", ".join([*values, *self.inputs.numbers, *self.inputs.raws])
        sizes = {i: self.binding.buffers[i].nbytes for i in entry.written if self.inputs.buffers[i][0] == "b"}
        large = [i for i in sizes if sizes[i] > (SMALL if max(sizes.values()) > SMALL else DONATED)]
        lean = self.lean
        kept = self.inputs.name(entry.variant((), lean), "f")
        if not large:
            yield f"out = {kept}({inputs})"
        else:
            yield from self.call_handing_over(large, sizes, kept, inputs)
        if entry.checked and not lean:
            # the old contents were handed over in no call that takes ndarrays or draws
            held = self.buffers() if all(name[0] == "b" for name in self.inputs.buffers.values()) else ""
            yield f"entry.see_that_nothing_failed(out.pop(), [{held}], out)"
        yield from self.writes()

    def call_on_host(self, values):
        """A call of plain loops, which is all done or not begun when an interrupt comes."""
        entry, inputs = self.entry, self.inputs
        given = self.given_on_host(values)
        writes = list(self.writes())
        if not entry.written and not entry.effects:
            yield f"out = {inputs.name(entry.on_host.compiled.call, 'f')}({', '.join(given)})"
        else:
            self.names["caught"] = _caught
            yield "got = []"
            yield "try:"
            yield f"    {inputs.name(entry.on_host.compiled.into, 'f')}({', '.join(['got', *given])})"
            yield "except KeyboardInterrupt:"
            if all(x[0] == "b" for x in inputs.buffers.values()):
                yield f"    if got: caught(entry, got[0], {self.bound()}, places, False)"
            else:
                yield "    if got:"
                yield "        out = got[0]"
                if entry.host is not None and entry.host.calls_back:
                    yield "        entry.host.settle(out)"
                if entry.checked:
                    yield "        entry.see_that_nothing_failed(out.pop(), [], out)"
                yield from ("        " + line for line in [*writes, "pass"])
            yield "    raise"
            yield "out = got[0]"
        if entry.host is not None and entry.host.calls_back:
            yield "entry.host.settle(out)"
        if entry.checked:
            yield "code = out.pop()"
            yield "if code: entry.see_that_nothing_failed(code, [], out)"
        yield from writes

    def given_on_host(self, values) -> list[str]:
        """What plain loops take: ndarrays, and numbers of Python's."""
        made, given = self.entry.on_host.compiled, [*values, *self.inputs.numbers, *self.inputs.raws]
        for at in range(len(values), len(given)):
            if not made.given[at]:
                self.names["asarray"] = np.asarray
                given[at] = f"asarray({given[at]}, {self.inputs.name(made.program.inputs[at].dtype, 'd')})"
        return given

    def call_after_draws(self, draws, values):
        """Draws and a call that are not left half-way, as what was drawn is gone."""
        if self.entry.on_host:
            made = self.entry.on_host.compiled
            kept, inputs = self.inputs.name(made.call, "f"), ", ".join(self.given_on_host(values))
            do = f"{self.inputs.name(made.into, 'f')}(got, {inputs})"
        else:
            kept = self.inputs.name(self.entry.variant((), self.lean), "f")
            inputs = ", ".join([*values, *self.inputs.numbers, *self.inputs.raws])
            do = f"got.extend(starmap({kept}, (({inputs},),)))"
        writes = ["    " + line for line in self.writes()]
        first, *fitted = draws
        yield "got = []"
        yield first
        yield "try:"
        yield from ("    " + line for line in fitted)
        yield f"    {do}"
        yield "    out = got[0]"
        yield from writes
        yield "except KeyboardInterrupt:"
        yield from ("    " + line for line in fitted)
        yield f"    out = got[0] if got else {kept}({inputs})"
        yield from writes
        yield "    raise"

    def call_handing_over(self, large, sizes, kept, inputs):
        """A call that takes over the memory of what it writes."""
        taken = self.inputs.name(self.entry.variant(tuple(large), self.lean), "f")
        self.names["DEVICE"] = type(self.binding.buffers[large[0]].device)
        free = " and ".join(_FREE.format(f"b{i}") for i in large)
        if sizes[large[0]] <= SMALL:
            free = f"not threads() and {free}"  # as the long way has it
        huge = [_FREE.format(f"b{i}") for i in large if self.binding.buffers[i].nbytes > SMALL]
        if huge and len(large) > 1 and self.entry.host is not None:
            raise Unlike  # what was drawn would be drawn again
        if huge and len(large) > 1:  # one of the others is elsewhere too: the long way knows which to hand over
            yield f"if not ({free}) and ({' or '.join(huge)}): return MISS"
        # old contents that were handed over are gone: the new are in a list before an interrupt can come
        self.names["starmap"] = itertools.starmap
        yield "got = []"
        yield "try:"
        yield f"    got.extend(starmap({taken} if {free} else {kept}, (({inputs},),)))"
        yield "except KeyboardInterrupt:"
        yield "    if got:"
        self.names["caught"] = _caught
        yield f"        caught(entry, got[0], {self.bound()}, places, {self.lean})"
        yield "    raise"
        yield "out = got[0]"

    def writes(self):
        """What puts new contents and new objects in their places."""
        entry = self.entry
        first = len(entry.jaxpr.out_avals) - bool(entry.checked) - len(entry.written)
        to_ndarrays = []
        for k, i in enumerate(entry.written):
            if entry.on_host:
                lines = self.written_on_host(i, first + k)
            else:
                lines = quick_results.written(self.inputs, i, first + k)
            if self.inputs.buffers[i][0] == "n":
                to_ndarrays += lines
            else:
                yield from lines
        assigned = self.assigned()
        again = [*to_ndarrays, *assigned]
        if again:
            yield "try:"
            yield from ("    " + line for line in again)
            yield "except KeyboardInterrupt:"
            yield from ("    " + line for line in again)
            yield "    raise"

    def written_on_host(self, i, k) -> list[str]:
        name, in_place = self.inputs.buffers[i], self.entry.on_host.in_place
        if name[0] == "b":
            return [] if in_place else [f"{name}.write_host(out[{k}])"]
        self.names["copyto"] = np.copyto
        name = f"c{i}" if name in self.inputs.turned else name
        return [f"if out[{k}] is not {name}: copyto({name}, out[{k}], casting='unsafe')"]

    def assigned(self) -> list[str]:
        if not self.entry.effects:
            return []
        try:
            return self.outputs.assignments(self.entry)
        except Unlike:
            self.outputs.is_simple = False
            return [f"apply_effects(entry, out, {self.bound()}, places)"]

    def result(self) -> list[str]:
        try:
            expression = self.outputs.expression(self.entry.output)
        except Unlike:
            # what was assigned is in the result, too: it stays one
            known = self.outputs.known_lines() if self.outputs.is_simple else []
            return [*known, f"return rebuild(entry, out, {self.bound()}, places)"]
        return [*self.outputs.taken_lines(), f"return {expression}"]

    def bound(self) -> str:
        """The leaves, buffers and arrays of the state of a call, for what puts results together by them."""
        if any(name[0] != "b" for name in self.inputs.buffers.values()):
            raise Unlike  # what stands for an ndarray or a draw is not there
        return f"[{', '.join(self.inputs.leaves)}], [{self.buffers()}], [{', '.join(self.inputs.held)}]"

    def buffers(self) -> str:
        return ", ".join(self.inputs.buffers[i] for i in range(len(self.inputs.buffers)))


class Rebound:
    """The binding of a quick call, as far as rebuilding a result needs it."""

    __slots__ = ("buffers", "held", "leaves", "places")
    ndarrays = ()  # where there are some, what needs them goes the long way

    def __init__(self, leaves, buffers, held, places=()) -> None:
        self.leaves, self.buffers, self.held, self.places = leaves, buffers, held, places


def _rebuild(entry, out, leaves, buffers, held, places):
    return entry.rebuild(out, Rebound(leaves, buffers, held, places))


def _apply_effects(entry, out, leaves, buffers, held, places):
    entry.apply_effects(out, Rebound(leaves, buffers, held, places), None)


def _caught(entry, out, leaves, buffers, held, places, lean):
    """Finish a call that was interrupted when all had been computed."""
    entry.settled(out, buffers, [], lean)
    if entry.effects:
        _apply_effects(entry, out, leaves, buffers, held, places)
