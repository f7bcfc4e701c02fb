"""Running what was traced as plain loops, on the memory of the host.

Arrays are read where they lie; what is written is written there, unless a function of the host may fail in the middle:
then it is put there when all is done.  Where a check fails, what was written is put back.
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import jax
import numpy as np
from jax.extend.core import jaxprs_in_params

from ..dispatch import fallback
from ..ground import config
from ..program.builder import NotHeld, Rounded
from ..storage.buffer import Tracer, canonical

# Loops were faster than XLA on the host in most of 24 kinds of steps, by 1.5 to 10 times, whatever the size; these are
# XLA's where an array has more elements.
WIDE = 1 << 14
_XLAS = frozenset({"fft", "erf", "erfc", "erf_inv", "lgamma", "digamma"})
_CALLS = ("custom_call", "ffi_call")


class OnHost:
    """The plain loops of one compiled form.

    Attributes
    ----------
    compiled : npbridge._src.backends.loops.compile.Compiled
    in_place : bool
        Whether what is written is written where it lies.
    acts : bool
        Whether it calls functions for what they do.
    """

    def __init__(self, executable) -> None:
        closed, written = executable.jaxpr, executable.written
        self.written = written
        first = len(closed.out_avals) - bool(executable.checked) - len(written)
        self.arrays = executable.buffers
        self._closed, self._first = closed, first
        self._stops = executable.host is None  # what was drawn cannot be drawn again
        self._options = {name: executable.options[name] for name in ("parallel", "fastmath", "exact")}
        self._options["checked"] = bool(executable.checked)
        self._numbers = frozenset(range(self.arrays, len(closed.in_avals)))
        self.in_place, self.compiled = True, self._made(True)
        if self.compiled.callbacks:
            self.in_place, self.compiled = False, self._made(False)
        self.acts = _acts(self.compiled.program)
        self.in_place = self.in_place and len(self.compiled.donated) == len(self.written)

    def _made(self, in_place: bool):
        from ..backends.loops.compile import Compiled  # LLVM's library is not loaded before it is needed

        donated = {i: self._first + k for k, i in enumerate(self.written)} if in_place else {}
        return Compiled(self._closed, self._numbers, donated, stops=self._stops, **self._options)

    def takes(self, buffers, numbers, raws) -> bool:
        """Whether a call can run here: not while JAX traces, and not what is stored wider than it is computed."""
        return not any(
            isinstance(b.device, Tracer) or (b.device is None and canonical(b.dtype) != b.dtype) for b in buffers
        ) and not any(isinstance(x, Tracer) for x in itertools.chain(numbers, raws))

    def run(self, buffers, numbers, raws, got: list) -> None:
        """The results and new contents; the caller holds the locks of what is written.

        An interrupt comes before the call or after it: then what came out is in `got`.
        """
        values: list[Any] = [
            b.host_for_writing() if self.in_place and i in self.written else b.read() for i, b in enumerate(buffers)
        ]
        for at, x in enumerate(itertools.chain(numbers, raws), len(values)):
            values.append(x if self.compiled.given[at] else np.asarray(x, self.compiled.program.inputs[at].dtype))
        self.compiled.into(got, *values)

    def write_back(self, buffers, out) -> None:
        """Put the new contents in their places."""
        if not self.in_place:
            for i, new in zip(self.written, out[len(out) - len(self.written) :], strict=True):
                buffers[i].write_host(new)


def form(executable) -> OnHost | None:
    """Plain loops for a compiled form, where they are expected to be faster than XLA.

    Else None, and ``executable.not_on_host`` says why.  Code that cannot be made though it should is a fault of ours:
    it is told, and XLA runs the form.
    """
    choice = config.engine() if executable.engine == "choose" else executable.engine
    executable.not_on_host = _why_not(executable, choice)
    if executable.not_on_host:
        return None
    try:
        return OnHost(executable)
    except Rounded:
        raise
    except NotHeld as error:
        executable.not_on_host = f"it has {error}"
    except Exception as error:
        if config.engine() == "loops":
            raise
        executable.not_on_host = f"no loops could be made of it ({type(error).__name__}: {error})"
        warnings.warn(
            f"{executable.not_on_host}. The result is right, but please report this.",
            RuntimeWarning,
            stacklevel=fallback.user_stacklevel(),
        )
    return None


def looking(closed):
    """``look(buffers, numbers, raws)``: the one result of a program that writes nothing; None where it has no loops."""
    from ..backends.loops.compile import Compiled

    try:
        compiled = Compiled(closed)
    except NotHeld:
        return None
    kinds = [x.dtype for x in compiled.program.inputs]

    def look(buffers, numbers, raws):
        values = [b.read() for b in buffers]
        values += [np.asarray(x, kinds[at]) for at, x in enumerate(itertools.chain(numbers, raws), len(values))]
        return compiled.call(*values)[0]

    return look


def _why_not(executable, choice: str) -> str:
    """Why a form is not to run as plain loops; empty where it may."""
    jaxpr = executable.jaxpr.jaxpr
    if choice == "xla":
        return "XLA was asked for"
    if executable.returns_raw:
        return "it gives arrays of JAX's away"
    if _calls(jaxpr):
        return "it calls code in the middle that only XLA can call"
    if not executable.for_numpy and (jax.default_backend() != "cpu" or jax.local_device_count() > 1):
        return "it runs on an accelerator, or on several devices"
    if choice != "loops" and not _pays(jaxpr):
        return f"it has a step on more than {WIDE:,} elements which XLA does faster"
    return ""


def _inner(eqn):
    return jaxprs_in_params(eqn.params)


def _calls(jaxpr) -> bool:
    """Whether a step calls code that only XLA knows how to call."""
    return any(
        any(word in eqn.primitive.name for word in _CALLS) or any(_calls(getattr(j, "jaxpr", j)) for j in _inner(eqn))
        for eqn in jaxpr.eqns
    )


def is_all_loops(executable) -> bool:
    """Whether plain loops do all steps of a form by themselves, and none that XLA does faster, on a CPU."""
    made = executable.on_host
    return (
        bool(made)
        and jax.default_backend() == "cpu"
        and not _asks_the_host(made.compiled.program)
        and _pays(executable.jaxpr.jaxpr)
    )


def _acts(block) -> bool:
    """Whether it calls functions of the host for what they do."""
    return any((node.kind == "call" and node.acts) or any(map(_acts, node.blocks)) for node in block.nodes)


def _asks_the_host(block) -> bool:
    return any(node.kind == "call" or any(map(_asks_the_host, node.blocks)) for node in block.nodes)


def _pays(jaxpr) -> bool:
    """Whether plain loops are expected to be faster than XLA."""
    return not any(
        (eqn.primitive.name in _XLAS and any(_size(v) > WIDE for v in eqn.outvars))
        or any(not _pays(getattr(j, "jaxpr", j)) for j in _inner(eqn))
        for eqn in jaxpr.eqns
    )


def _size(v) -> int:
    return getattr(v.aval, "size", 0)
