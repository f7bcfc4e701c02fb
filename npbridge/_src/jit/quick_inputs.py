"""The short way, first half: what looks at the arguments and the state of a call, and takes values from them.

Each line sends a call that is not like the one before the long way.  Containers among the
arguments are taken apart, ndarrays handed over as copies.
"""

from __future__ import annotations

import itertools
from typing import Any

import jax
import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..array import core
from ..storage.buffer import SMALL, canonical, put
from .arguments import Static, fits
from .guards import SIMPLE, Children, is_node, same
from .inputs import kind_of
from .ndarrays import any_meet

MISS = object()
NUMBERS = (int, float, complex)
PAIRS = 8  # of memories: more are sorted rather than compared
CONSTANTS = (*NUMBERS, bool, str, bytes, type(None))


class Unlike(Exception):
    """Calls of this kind have no short way."""


class Inputs:
    """Lines that look at what a call takes, and the names of what they find.

    Attributes
    ----------
    names : dict
        The objects that the lines name.
    lines : list of str
    leaves : list of str
        The names of the arguments, as they are in their containers, in the order of the call.
    buffers : dict of int
        What is in the place of each buffer of the call: ``b3``, ``n3`` where it is an ndarray, or ``w3`` a new draw.
    known : dict
        Names of buffers that are always the same.
    numbers, raws : list of str
        Numbers, and arrays of JAX's, as compiled code takes them.
    held : list of str
        The arrays of the state.
    borrowed : set of str
        Buffers in an ndarray's memory, which code that writes in place takes as it is.
    turned : set of str
        ndarrays that lie in Fortran's order.
    """

    def __init__(self, binding, signature, pool, entry) -> None:
        self.binding, self.pool, self.written = binding, pool, frozenset(entry.written)
        self.on_host, self.for_numpy = entry.on_host, entry.for_numpy
        self.drawn: dict[int, str] = {}  # buffers that draws fill, by identity: what is drawn now
        self.names: dict[str, Any] = {
            "MISS": MISS, "differs": differs, "value_of": core.value_of, "kind_of": kind_of, "ndarray": np.ndarray,
        }  # fmt: skip
        self.lines: list[str] = []
        self.leaves: list[str] = []
        self.numbers: list[str] = []
        self.raws: list[str] = []
        self.held: list[str] = []
        self.borrowed: set[str] = set()
        self.turned: set[str] = set()
        self.buffers: dict[int, str] = {}
        self.known: dict[str, Any] = {}
        self._traced = {i for i, _ in signature.numbers}
        self._ndarrays = {id(ours): original for original, ours in binding.ndarrays}

    def name(self, value, prefix: str) -> str:
        name = f"{prefix}_{len(self.names)}"
        self.names[name] = value
        return name

    def values(self) -> dict[int, str]:
        """The contents of each buffer, as compiled code takes them."""
        if self.on_host:
            return {i: self.on_host_value(i, name) for i, name in self.buffers.items()}
        taken = {"b": lambda i, name: self.fetch(name), "n": lambda i, name: f"c{i}", "w": lambda i, name: name}
        return {i: taken[name[0]](i, name) for i, name in self.buffers.items()}

    def on_host_value(self, at: int, name: str) -> str:
        """The memory of the host that holds them; what is written in place, ready to be."""
        if name[0] == "n":
            return f"c{at}"
        if name[0] == "w":
            return name
        if canonical(self.binding.buffers[at].dtype) != self.binding.buffers[at].dtype:
            raise Unlike
        if self.on_host.in_place and at in self.written:
            return f"{name}.host_for_writing()"
        return f"{name}.read()"

    @staticmethod
    def fetch(b: str) -> str:
        return f"d if (d := {b}.device) is not None else {b}.to_device()"

    # -- arguments

    def argument(self, name: str, x) -> None:
        """Look at one argument, and at what is in it."""
        kind = type(x)
        if kind in (list, tuple):
            self.lines += [f"if type({name}) is not {kind.__name__} or len({name}) != {len(x)}: return MISS"]
            self.take_apart(name, list(x))
        elif kind is dict:
            if not all(type(key) is str for key in x):
                raise Unlike
            keys = self.name(list(x), "k")
            self.lines += [f"if type({name}) is not dict or [*{name}] != {keys}: return MISS"]
            self.take_apart(f"{name}.values()", list(x.values()))
        elif is_node(x):
            raise Unlike  # only JAX knows what is in it
        else:
            self.leaf(name, x)

    def take_apart(self, name: str, items: list) -> None:
        inner = [f"l{len(self.leaves)}_{len(self.lines)}_{i}" for i in range(len(items))]
        if items:
            self.lines += [f"{', '.join(inner)}, = {name}"]
        for part, x in zip(inner, items, strict=True):
            self.argument(part, x)

    def leaf(self, a: str, x) -> None:
        i = len(self.leaves)
        self.leaves.append(a)
        x = x.value if type(x) is Static else x
        if type(x) in core.ARRAYS:
            self.lines += [f"if type({a}) is not {self.name(type(x), 'T')}: return MISS"]
            self.array(a, x)
        elif isinstance(x, np.ndarray):
            if type(x) is not np.ndarray or self.binding.leaves[i] is x:  # what we do not store is a constant
                raise Unlike
            self.ndarray(a, x, self.binding.leaves[i])
        elif i in self._traced:
            self.lines += [f"if type({a}) is not {self.name(type(x), 'T')}{self.too_large(x, a)}: return MISS"]
            self.numbers.append(self.value_of(x, a))
        elif isinstance(x, jax.Array):
            known = self.name(kind_of(x), "q")
            self.lines += [f"if type({a}) is not {self.name(type(x), 'T')} or kind_of({a}) != {known}: return MISS"]
            self.raws.append(a)
        elif type(x) in CONSTANTS:
            value = self.name(x, "v")
            self.lines += [f"if {a} is not {value} and differs({a}, {value}): return MISS"]
        elif any(x is o for _, o in self.pool.objects):
            self.lines += [f"if {a} is not {self.name(x, 'o')}: return MISS"]
        else:
            raise Unlike

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

    # -- arrays

    def array(self, x: str, taken) -> None:
        """Look at an array: it is to be like the one that the call took, which may be gone."""
        if not taken._whole:
            raise Unlike
        at = self.binding.index[id(taken._buffer)]
        if at in self.buffers:  # one array in two places
            self.lines += [f"if {x}._buffer is not {self.buffers[at]}: return MISS"]
            self.lines += [f"if (w := {x}._layout) is not None and w is not {self.buffers[at]}.host: return MISS"]
            return
        b = self.buffers[at] = f"b{at}"
        shape, dtype = self.name(taken._buffer.shape, "s"), self.name(taken._buffer.dtype, "d")
        self.lines += [
            f"{b} = {x}._buffer",
            f"if {b}.dtype is not {dtype} or {b}.shape != {shape} or {self.borrows(b, taken)}: return MISS",
            f"if (w := {x}._layout) is not None and w is not {b}.host: return MISS",
        ]

    def borrows(self, b: str, taken) -> str:
        """What asks whether a buffer lies in an ndarray's memory, where the one that was taken did not.

        Raises
        ------
        Unlike
            Where that one did, and its values are copied for each call.
        """
        if taken._buffer.shared is not True:
            return f"{b}.shared is True"
        if not self.on_host:
            raise Unlike
        self.borrowed.add(b)
        return f"{b}.shared is not True"

    def ndarray(self, n: str, taken: np.ndarray, ours) -> None:
        """Look at an ndarray, for which an array of ours with a copy of its values stands."""
        at = self.binding.index[id(ours._buffer)]
        is_turned = self.for_numpy and _is_turned(ours) and taken.dtype == ours._buffer.dtype
        if not (ours._whole or is_turned) or at in self.buffers or id(ours) not in self._ndarrays:
            raise Unlike  # it shows memory that the call knows already
        self.buffers[at] = f"n{at}"
        if is_turned:
            self.turned.add(f"n{at}")
        shape, dtype = self.name(taken.shape, "s"), self.name(taken.dtype, "d")
        self.lines += [
            f"n{at} = {n}",
            f"if type(n{at}) is not ndarray or n{at}.dtype is not {dtype} or n{at}.shape != {shape}: return MISS",
        ]
        asked = [f"f{at}.{'f' if is_turned else 'c'}_contiguous"] if self.for_numpy else []  # a form for each layout
        asked += [f"f{at}.writeable"] if at in self.written else []
        if asked:
            self.lines += [f"f{at} = n{at}.flags", f"if not ({' and '.join(asked)}): return MISS"]

    def same_dtype(self, at: int) -> bool:
        """Whether the ndarray that is asked for has the very dtype of what stands for it."""
        buffer = self.binding.buffers[at]
        return any(ours._buffer is buffer and given.dtype is buffer.dtype for given, ours in self.binding.ndarrays)

    def copies(self) -> list[str]:
        """What copies the ndarrays: a kernel may read them after the call, when they have changed."""
        lines = []
        for at, name in self.buffers.items():
            buffer = self.binding.buffers[at]
            if name[0] != "n":
                continue
            if name in self.turned:
                lines.append(f"c{at} = {name}.T")
            elif self.on_host:  # which is done with it when the call returns
                if self.for_numpy and self.same_dtype(at):  # all has been looked at
                    lines.append(f"c{at} = {name}")
                    continue
                kind = self.name(buffer.dtype, "d")
                as_it_is = f"{name}.dtype is {kind} and {name}.flags.c_contiguous"
                lines.append(f"c{at} = {name} if {as_it_is} else {name}.astype({kind}, 'C')")
            elif buffer.nbytes > SMALL:
                self.names["put"] = put
                lines.append(f"c{at} = put({name})")
            else:
                lines.append(f"c{at} = {name}.astype({self.name(buffer.dtype, 'd')}, 'C')")
        return lines

    def see_that_none_overlap(self) -> None:
        """An ndarray may show the memory of another, or that of an array of ours which was given away."""
        memory = {at: name for at, name in self.buffers.items() if name[0] == "n"}
        if memory and self.written:
            for name in self.buffers.values():
                if name[0] == "b" and name not in self.borrowed:
                    self.lines += [f"if {name}.shared and {name}.is_shared(): return MISS"]
        memory |= {at: f"{name}.host" for at, name in self.buffers.items() if name in self.borrowed}
        known = {at for at, name in self.buffers.items() if name in self.known}  # and apart: memory does not move
        pairs = [
            (memory[i], memory[j])
            for i, j in itertools.combinations(memory, 2)
            if (i in self.written or j in self.written) and not {i, j} <= known
        ]
        if len(pairs) > PAIRS:
            self.names["meet"] = meet
            self.lines += [f"if meet({', '.join(memory.values())}): return MISS"]
        elif pairs:
            self.names["overlap"] = np.may_share_memory
            self.lines += [f"if {' or '.join(f'overlap({a}, {b})' for a, b in pairs)}: return MISS"]

    # -- state

    def state(self) -> None:
        """Look at what is held: constants, arrays, ndarrays, numbers that move."""
        arrays: dict[int, list] = {}
        state = self.pool.state
        for guard in state.guards:
            if guard.array is not None:
                arrays.setdefault(guard.array, []).append(guard)
            elif guard.raw is None:
                self.lines += [guard.line(self)]
        for i, x in enumerate(self.binding.held[: len(state.arrays)]):
            if id(x._buffer) in self.drawn:
                self.buffers[self.binding.index[id(x._buffer)]] = self.drawn[id(x._buffer)]
                self.held.append("None")
                continue
            guard, *others = arrays.get(i, [None])  # which may know another array by now: the function has bound it
            if guard is not None and getattr(x, "dynamic", True) is False:
                self.held.append(self.pinned(guard, x))
            else:  # another array may have taken its place
                self.held.append(self.name(x, "x") if guard is None else self.in_place(guard))
                self.array(self.held[-1], x)
            for other in others:
                holder, key = self.name(other.holder, "g"), self.name(other.key, "k")
                self.lines += [f"if {holder}[{key}] is not {self.held[-1]}: return MISS"]
        for original, ours, _ in self.binding.stand_ins:
            self.held.append(self.name(original, "x"))
            self.ndarray(self.held[-1], original, ours)
        self.raws += [self.raw(x) for x in state.raws]

    def in_place(self, guard) -> str:
        """The name of the array that a place holds at the time of the call."""
        x = f"x{len(self.names)}"
        kind = self.name(type(guard.value), "T")
        holder, key = self.name(guard.holder, "g"), self.name(guard.key, "k")
        self.lines += [f"if type({x} := {holder}[{key}]) is not {kind}: return MISS"]
        return x

    def pinned(self, guard, array) -> str:
        """A ``Variable`` in its place: it keeps its buffer, whose shape and dtype stay as they are."""
        at = self.binding.index[id(array._buffer)]
        if at in self.buffers or not array._whole:
            raise Unlike
        x, b = self.name(array, "x"), f"b{at}"
        self.buffers[at] = b
        self.known[b] = self.names[b] = array._buffer
        holder, key = self.name(guard.holder, "g"), self.name(guard.key, "k")
        self.lines += [
            f"if {holder}[{key}] is not {x} or {x}._buffer is not {b} or {self.borrows(b, array)}: return MISS",
            f"if (w := {x}._layout) is not None and w is not {b}.host: return MISS",
        ]
        return x

    def raw(self, raw) -> str:
        """The name of a ``jax.Array`` that is held, which another one of its kind may have replaced."""
        if type(raw.holder) is Children:
            return self.name(raw.given(), "r")  # the node that it is in is looked at
        r, kind = f"r{len(self.names)}", self.name(type(raw.value), "T")
        holder, key, known = self.name(raw.holder, "g"), self.name(raw.key, "k"), self.name(raw.kind(), "q")
        look = f"type({r} := {holder}[{key}]) is not {kind}{self.too_large(raw.value, r)}"
        if type(raw.value) not in NUMBERS and not isinstance(raw.value, np.generic):
            look += f" or kind_of({r}) != {known}"
        self.lines += [f"if {look}: return MISS"]
        return self.value_of(raw.value, r)

    def see_that_all_are_there(self) -> None:
        """Buffers that were different are to be different; those that share memory are to be known."""
        if len(self.buffers) != len(self.binding.buffers):
            raise Unlike
        ours = [name for name in self.buffers.values() if name[0] == "b"]
        if len(self.known) < len(ours):
            self.lines += _all_different(ours)
        self.see_that_none_overlap()


def _is_turned(ours) -> bool:
    """Whether all of a buffer is shown in Fortran's order."""
    window = ours._window()
    return not ours._whole and window.flags.f_contiguous and window.T.shape == ours._buffer.shape


def _all_different(names: list[str]) -> list[str]:
    if len(names) < 3:
        return [f"if {names[0]} is {names[1]}: return MISS"] if len(names) == 2 else []
    return [f"if len({{{', '.join(names)}}}) != {len(names)}: return MISS"]


def meet(*memories: np.ndarray) -> bool:
    return any_meet([(*byte_bounds(x), k) for k, x in enumerate(memories) if x.size])


def differs(a, b) -> bool:
    return type(a) is not type(b) or not isinstance(a, SIMPLE) or not same(a, b)
