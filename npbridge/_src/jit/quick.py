"""The short way through a call that looks like the last one.

Most calls of a compiled function have arguments of the same kinds as the call
before.  For one such kind a function is generated, a straight line of comparisons
and the call of the executable: about 2 us where the general way takes 60.  Whatever
is not so sends the call the general way; nothing is decided here that is not
decided there too.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any

import jax
import numpy as np

from ..array import core
from ..ground.compat import other_threads
from ..storage.buffer import DONATED, SMALL
from ..storage.locking import in_order
from .arguments import Static, fits
from .guards import SIMPLE, Children, same
from .inputs import kind_of

MISS = object()
_NONE = jax.tree.structure(None)
JaxArray = core.JaxArray
_NUMBERS = (int, float, complex)
_CONSTANTS = (*_NUMBERS, bool, str, bytes, type(None))


def quick_path(entry, binding, signature, pool, args, kwargs):
    """``(function, count)`` for such calls with so many arguments; ``(None, 0)`` where they need the long way."""
    code = None if kwargs else _code_for(entry, binding, signature, pool, args)
    return (None, 0) if code is None else (code.compiled(), len(args))


def _code_for(entry, binding, signature, pool, args):
    if (
        (entry.host is not None and entry.host.calls_back)
        or entry.asked
        or len(set(binding.alias)) != len(binding.alias)
        or binding.ndarrays
        or any(not x._whole for _, x in pool.state.arrays)
    ):
        return None
    if entry.effects and not pool.state.holds():
        return None  # it puts a new container where one is looked at, and would not be taken again
    if any(b.shared is True for b in binding.buffers) or any(e.place.where is not None for e in entry.effects):
        return None
    if len(binding.leaves) != len(args) or any(isinstance(x, (list, tuple, dict)) for x in args):
        return None  # numbers are counted among the leaves, which are then not the arguments
    code = _Code(entry, binding, pool)
    numbers = {i for i, _ in signature.numbers}
    for i, x in enumerate(args):
        if not code.argument(x, i in numbers):
            return None
    return code


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


class _Code:
    """The lines of one short way, and the objects that they name."""

    def __init__(self, entry, binding, pool) -> None:
        self.entry, self.binding, self.pool = entry, binding, pool
        self.lean = entry.lean is not None and entry.lean.last
        self.names = {
            "MISS": MISS, "JaxArray": JaxArray, "differs": _differs, "entry": entry, "rebuild": _rebuild,
            "apply_effects": _apply_effects, "value_of": core.value_of, "places": pool.state.places, "kind_of": kind_of,
            "array_of_device": core.array_of_device, "of_device": core.of_device,
            "refs": sys.getrefcount, "threads": other_threads,
        }  # fmt: skip
        self.lines: list[str] = []
        self.buffers = 0
        self.known: dict[str, Any] = {}  # buffers that are always the same
        self.numbers: list[str] = []
        self.arguments = 0

    def name(self, value, prefix: str) -> str:
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def argument(self, x, traced: bool) -> bool:
        """The lines that look at one argument; False where there are none for its kind."""
        a = f"a{self.arguments}"
        self.arguments += 1
        x = x.value if type(x) is Static else x
        if type(x) in core.ARRAYS:
            if not x._whole:
                return False
            self.lines += [f"if type({a}) is not {self.name(type(x), 'T')}: return MISS"]
            self.array(a)
        elif traced:
            self.lines += [f"if type({a}) is not {self.name(type(x), 'T')}{self.too_large(x, a)}: return MISS"]
            self.numbers.append(self.value_of(x, a))
        elif type(x) in _CONSTANTS:
            value = self.name(x, "v")
            self.lines += [f"if {a} is not {value} and differs({a}, {value}): return MISS"]
        elif any(x is o for _, o in self.pool.objects):
            self.lines += [f"if {a} is not {self.name(x, 'o')}: return MISS"]
        else:
            return False
        return True

    def held(self, guard) -> str:
        """The name of the array that a place holds at the time of the call."""
        x = f"x{len(self.names)}"
        kind = self.name(type(guard.value), "T")
        holder, key = self.name(guard.holder, "g"), self.name(guard.key, "k")
        self.lines += [f"if type({x} := {holder}[{key}]) is not {kind}: return MISS"]
        return x

    def raw(self, i: int, raw) -> str:
        """The name of a ``jax.Array`` that is held, which another one of its kind may have replaced."""
        if type(raw.holder) is Children:
            return self.name(raw.given(), "r")  # the node that it is in is looked at
        r, kind = f"r{len(self.names)}", self.name(type(raw.value), "T")
        holder, key, known = self.name(raw.holder, "g"), self.name(raw.key, "k"), self.name(raw.kind(), "q")
        look = f"type({r} := {holder}[{key}]) is not {kind}{self.too_large(raw.value, r)}"
        if type(raw.value) not in _NUMBERS and not isinstance(raw.value, np.generic):
            look += f" or kind_of({r}) != {known}"
        self.lines += [f"if {look}: return MISS"]
        return self.value_of(raw.value, r)

    def too_large(self, x, name: str) -> str:
        """What asks whether an integer in the place of `x` is more than compiled code can hold."""
        if type(x) is not int and not (isinstance(x, np.integer) and x.dtype.itemsize == 8):
            return ""
        self.names["fits"] = fits
        return f" or not fits({name})"

    @staticmethod
    def value_of(x, name: str) -> str:
        """How compiled code takes what is in the place of `x`."""
        return f"value_of({name})" if type(x) is core.JaxScalar else name

    def pinned(self, guard, array) -> str:
        """A ``Variable`` in its place: it keeps its buffer, whose shape and dtype stay as they are."""
        x, b = self.name(array, "x"), f"b{self.buffers}"
        self.buffers += 1
        self.known[b] = array._buffer
        self.names[b] = array._buffer
        holder, key = self.name(guard.holder, "g"), self.name(guard.key, "k")
        self.lines += [
            f"if {holder}[{key}] is not {x} or {x}._buffer is not {b} or {b}.shared is True: return MISS",
            f"if (w := {x}._layout) is not None and w is not {b}.host: return MISS",
        ]
        return x

    def array(self, x: str) -> None:
        """The lines that look at the next array: it is to be like the one that the call took, which may be gone."""
        b, taken = f"b{self.buffers}", self.binding.buffers[self.buffers]
        self.buffers += 1
        shape, dtype = self.name(taken.shape, "s"), self.name(taken.dtype, "d")
        self.lines += [
            f"{b} = {x}._buffer",
            f"if {b}.dtype is not {dtype} or {b}.shape != {shape} or {b}.shared is True: return MISS",
            f"if (w := {x}._layout) is not None and w is not {b}.host: return MISS",
        ]

    def compiled(self):
        arrays = {}
        guards = self.pool.state.guards
        places = [g.array for g in guards]
        for guard in guards:
            if guard.raw is not None:
                continue  # as below
            if guard.array is not None and places.count(guard.array) == 1:
                arrays[guard.array] = guard
            else:
                self.lines += [guard.line(self)]
        names = []
        for i, (_, x) in enumerate(self.pool.state.arrays):
            guard = arrays.get(i)
            if guard is not None and getattr(x, "dynamic", True) is False:
                names.append(self.pinned(guard, x))
                continue
            # another array may have taken its place
            names.append(self.name(x, "x") if guard is None else self.held(guard))
            self.array(names[-1])
        self.held_now = f"[{', '.join(names)}]"
        self.raws = [self.raw(i, x) for i, x in enumerate(self.pool.state.raws)]
        buffers = [f"b{i}" for i in range(self.buffers)]
        if len(self.known) < self.buffers:
            self.lines += _all_different(buffers)
        body = "\n        ".join(self.lines or ["pass"])
        lines = self.under_locks(buffers)
        if self.entry.host is not None:  # it draws now that the call is sure to go this way
            self.names["session"] = self.entry.host.session
            lines = ["with session():", *("    " + line for line in lines)]
        after = "\n    ".join(lines)
        arguments = ", ".join(f"a{i}" for i in range(self.arguments))
        text = _TEMPLATE.format(arguments=arguments, body=body, after=after)
        exec(compile(text, __file__, "exec"), self.names)
        return self.names["quick"]

    def under_locks(self, buffers) -> list[str]:
        """The call and its result; where there are other threads, with the locks of what is written held."""
        written = [f"b{i}" for i in self.entry.written]
        fetch = "{0} if ({0} := {1}.device) is not None else {1}.to_device()"
        # what is only read is fetched before a lock is held: that may ask for another
        values = {b: fetch.format("d", b) if b in written else f"d{b}" for b in buffers}
        lines = [f"{v} = {fetch.format('d', b)}" for b, v in values.items() if b not in written]
        lines += self.between_limits(list(values.values()))
        body = [*self.call(buffers, list(values.values())), *self.result(buffers)]
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
        looks = [f"not {x.low} <= {self.numbers[x.place]} <= {x.high}" for x in lean.numbers]
        for x in lean.arrays:
            self.names["seen"], self.names["array_holds"] = lean.seen, lean.array_holds
            looks.append(
                f"seen[{x.place}]() is not {values[x.place]} and not array_holds({x.place}, {values[x.place]})"
            )
        return [f"if {' or '.join(looks)}: return MISS"]

    def taking(self, written) -> list[str]:
        """What takes the locks: by ``with``, as an interrupt must not come between taking one and its release."""
        if all(b in self.known for b in written):
            ordered = in_order([self.known[b] for b in written])
            return [f"with {', '.join(self.name(b.lock, 'lock') for b in ordered)}:"]
        if len(written) == 1:
            return [f"with {written[0]}.lock:"]
        self.names["by_identity"] = id
        locked = ", ".join(f"o[{k}].lock" for k in range(len(written)))
        return [f"o = sorted(({', '.join(written)}), key=by_identity)", f"with {locked}:"]

    def call(self, buffers, values):
        entry = self.entry
        inputs = ", ".join([*values, *self.numbers, *self.raws])
        sizes = {i: self.binding.buffers[i].nbytes for i in entry.written}
        large = [i for i in entry.written if sizes[i] > (SMALL if max(sizes.values()) > SMALL else DONATED)]
        lean = self.lean
        kept = self.name(entry.variant((), lean), "f")
        if not large:
            yield f"out = {kept}({inputs})"
        else:
            taken = self.name(entry.variant(tuple(large), lean), "f")
            self.names["DEVICE"] = type(self.binding.buffers[large[0]].device)
            free = " and ".join(_FREE.format(f"b{i}") for i in large)
            if sizes[large[0]] <= SMALL:
                free = f"not threads() and {free}"  # as the long way has it
            huge = [_FREE.format(f"b{i}") for i in large if self.binding.buffers[i].nbytes > SMALL]
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
            held = f"[{', '.join(buffers)}], [{self.leaves()}], {self.held_now}"
            yield f"        caught(entry, got[0], {held}, places, {lean})"
            yield "    raise"
            yield "out = got[0]"
        if entry.checked and not lean:
            yield f"entry.see_that_nothing_failed(out.pop(), [{', '.join(buffers)}], out)"
        at = len(entry.jaxpr.out_avals) - bool(entry.checked) - len(entry.written)
        for k, i in enumerate(entry.written):
            # as Buffer.replace does for a buffer that is not shared, outside of a trace
            yield f"if b{i}.shared: b{i}.replace(out[{at + k}])"
            yield "else:"
            yield f"    b{i}.device = out[{at + k}]; b{i}.current = False; b{i}.snapshot = None; b{i}.reads = 0"
            yield f"    b{i}.version += 1"
        if entry.effects:
            apply = f"apply_effects(entry, out, [{self.leaves()}], [{', '.join(buffers)}], {self.held_now}, places)"
            yield from ("try:", f"    {apply}", "except KeyboardInterrupt:", f"    {apply}", "    raise")

    def result(self, buffers):
        tree, plan = self.entry.output
        if tree.num_nodes == 1 and len(plan) == 1:
            how, what = plan[0]
            if how == "array" and not self.entry.effects:
                return [f"return array_of_device(out[{what}])"]
            if how == "scalar" and not self.entry.effects:
                return [f"return of_device(out[{what}])"]
            if how == "constant":
                return [f"return {self.name(what, 'r')}"]
        if tree == _NONE:
            return ["return None"]
        return [f"return rebuild(entry, out, [{self.leaves()}], [{', '.join(buffers)}], {self.held_now}, places)"]

    def leaves(self) -> str:
        return ", ".join(f"a{i}" for i in range(self.arguments))


def _all_different(names: list[str]) -> list[str]:
    if len(names) < 3:
        return ["if b0 is b1: return MISS"] if len(names) == 2 else []
    return [f"if len({{{', '.join(names)}}}) != {len(names)}: return MISS"]


def _differs(a, b) -> bool:
    return type(a) is not type(b) or not isinstance(a, SIMPLE) or not same(a, b)


class Rebound:
    """The binding of a quick call, as far as rebuilding a result needs it."""

    __slots__ = ("buffers", "held", "leaves", "places")

    def __init__(self, leaves, buffers, held, places=()) -> None:
        self.leaves, self.buffers, self.held, self.places = leaves, buffers, held, places


def _rebuild(entry, out, leaves, buffers, held, places):
    return entry.rebuild(out, Rebound(leaves, buffers, held, places))


def _apply_effects(entry, out, leaves, buffers, held, places):
    entry.apply_effects(out, Rebound(leaves, buffers, held, places), None)


def _caught(entry, out, buffers, leaves, held, places, lean):
    """Finish a call that was interrupted when all had been computed."""
    entry.settled(out, buffers, [], lean)
    if entry.effects:
        _apply_effects(entry, out, leaves, buffers, held, places)
