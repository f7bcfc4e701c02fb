"""From a program to machine code, and to a function that Python calls."""

from __future__ import annotations

import ctypes
import itertools
import weakref
from typing import Any

import numpy as np
from jax.extend.core import ClosedJaxpr

from ...program import build
from ...program.nodes import Block
from . import calls, entry, interrupts, machine, threads
from .code import HALF
from .emit import Emitter

_free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(ctypes.cast(ctypes.CDLL(None).free, ctypes.c_void_p).value)
WORK = 1 << 12  # elements: for less, no other thread is let run meanwhile


class Compiled:
    """A program as machine code.

    Calling it with ndarrays, contiguous and of the shapes and dtypes of the program, and Python's own numbers for
    those of `numbers`, gives a list of new ndarrays; where the memory of an argument becomes that of a result,
    the argument itself.

    Parameters
    ----------
    closed : ClosedJaxpr
    numbers : frozenset of int
        The inputs that are numbers of Python's.
    donated : dict of int to int
        Inputs, and the results whose memory theirs becomes.
    parallel : bool
        Whether threads share loop nests from a fifth of the work on for which they do else.
    fastmath : bool
        Whether operations on floats may be done in another order, as one, or by way of a reciprocal. NaN and infinities
        are what they are.
    stops : bool
        Whether long loops are left where a signal handler of Python's raises, as that of Ctrl-C does. What was written
        is put back then; where that is too much to keep a copy of, nothing is written in place.
    checked : bool
        Whether the last result is the number of what has failed, from one on, and no other matters where it is not 0.
    exact : str
        What has to be as NumPy computes it, to the last digit: see :mod:`npbridge._src.program.exactness`.

    Attributes
    ----------
    program : Block
    donated : dict of int to int
        Those whose memory does become that of a result.
    text : str
        Before it was optimized.

    Raises
    ------
    NotHeld
        Where a step, or a dtype, cannot be held.
    """

    def __init__(
        self,
        closed: ClosedJaxpr,
        numbers: frozenset = frozenset(),
        donated: dict | None = None,
        parallel: bool = False,
        fastmath: bool = False,
        stops: bool = True,
        checked: bool = False,
        exact: str = "",
    ) -> None:
        def emitted(donated):
            program = build.program(closed, checked, exact)
            least = threads.ASKED if parallel else threads.LEAST
            return Emitter(program, donated, least, fastmath, stops, reorders=not exact)

        emitter = emitted(donated)
        if donated and emitter.donates() > interrupts.KEPT and emitter.always_copies():
            emitter = emitted(donated := {})
        self.program = program = emitter.program
        text = emitter.text()
        self.callbacks = emitter.callbacks
        self._constants = [np.ascontiguousarray(x) for x in emitter.constants]
        self.donated = emitter.donated
        inputs = [
            (v.shape, v.dtype, k in numbers and not v.shape and v.dtype.kind in "bif" and v.dtype != HALF)
            for k, v in enumerate(program.inputs)
        ]
        self.given = [taken for _, _, taken in inputs]
        head = entry.text(
            inputs, len(program.results), emitter.room.size, len(self._constants),
            bool(self.callbacks) or _works(program), bool(self.callbacks or emitter.looks.every),
        )  # fmt: skip
        self.text = text
        text = text.replace("@program(", f"@{entry.NAME}_program(", 1)
        text = text.replace("define void", f"{head}\ndefine internal void", 1)
        engine = machine.engine(text, emitter.loops.used, entry.NAME)
        _fill(engine, entry.CONSTANTS, [x.ctypes.data for x in self._constants])
        for k, callback in enumerate(self.callbacks):
            _fill(engine, calls.symbol(k), [callback.address])
        self.entry, method = entry.builtin(engine.get_function_address(entry.NAME))
        self.call, self.into = self._python()
        self._kept = ctypes.c_void_p.from_address(engine.get_global_value_address(entry.KEPT_ROOM))
        going = weakref.finalize(method, _let_go, engine, self._kept, self._constants, self.callbacks)
        going.atexit = False  # other threads may be running it; the process gives all back

    def _python(self) -> tuple[Any, Any]:
        """What makes room for the results and calls the code: ``call(*inputs)``, and ``into(got, *inputs)``.

        The latter puts the results into a list in one step of the interpreter with the call: what a signal raises
        comes before it, or after it, and then they are there.
        """
        names = [f"a{k}" for k in range(len(self.program.inputs))]
        given = {j: f"a{i}" for i, j in self.donated.items()}
        scope: dict[str, Any] = {"entry": self.entry, "empty": np.empty}
        results = []
        for k, value in enumerate(self.program.results):
            scope[f"s{k}"], scope[f"d{k}"] = value.shape, value.dtype
            results.append(given.get(k) or f"empty(s{k}, d{k})")
        scope["starmap"] = itertools.starmap
        made, given = f"    results = [{', '.join(results)}]", ", ".join([*names, "*results"])
        lines = [
            f"def call({', '.join(names)}):",
            made,
            f"    entry({given})",
            "    return results",
            f"def into({', '.join(['got', *names])}):",
            made,
            "    done = []",
            "    try:",
            f"        done.extend(starmap(entry, (({given},),)))",
            "    finally:",
            "        if done: got.append(results)",
        ]
        exec("\n".join(lines), scope)
        return scope["call"], scope["into"]

    def __call__(self, *inputs) -> list[np.ndarray]:
        return self.call(*inputs)


def _fill(engine, name: str, addresses: list[int]) -> None:
    """Put addresses into a variable of the code's."""
    if addresses:
        place = engine.get_global_value_address(name)
        (ctypes.c_void_p * len(addresses)).from_address(place)[:] = addresses


def _let_go(engine, kept, *others) -> None:
    """What the code needed, which nobody can call any more."""
    del others
    room = kept.value  # which is the engine's memory
    engine.close()
    if room:
        _free(room)


def _works(block: Block) -> bool:
    """Whether a run takes long enough for other threads."""
    return any(
        node.kind == "loop" or any(_works(b) for b in node.blocks) or any(v.size > WORK for v in node.outs)
        for node in block.nodes
    ) or any(v.size > WORK for v in block.inputs)
