"""What a compiled function says of itself: its code, what became of it, how often it was compiled."""

from __future__ import annotations

import inspect
from typing import Any

from ..dispatch.backend import active
from ..engine.auto import on_xla
from ..ground.compat import wide
from . import texts
from .on_numpy import NotTraced


class Described:
    """The part of a compiled function that tells; see :class:`~npbridge._src.jit.decorator.CompiledFunction`."""

    function: Any
    loops: Any
    _loops: Any
    _in_python: str
    _strictly: Any
    _reason: str
    _backend: str | None

    def backend_name(self) -> str:
        """The backend that a call would be compiled for."""
        return self._backend or active().name

    @property
    def source(self) -> str:
        """The code that was compiled: with its control flow converted."""
        if self.backend_name() == "auto":
            chosen = self.auto.chosen()
            return chosen.source if chosen is not None else ""
        part = self._part()
        return texts.converted_source(self.function, part._latest if part is not None else None)

    def _part(self) -> Any:
        """What makes calls on the backend; None where nothing has been compiled for it."""
        return self if self.backend_name() == "jax" else self._loops

    def lower(self, *args, **kwargs):
        """The compiled code for some arguments, as texts; nothing is run.

        Returns
        -------
        Lowered
            With ``source``, and ``jaxpr``, ``stablehlo`` and ``hlo`` on ``'jax'``,
            ``llvm`` on ``'numpy'``; ``as_text()`` is the one nearest to the machine.

        Examples
        --------
        >>> import numpy as np, npbridge
        >>> lowered = npbridge.jit(lambda x: x * 2).lower(npbridge.ones(3))
        >>> "mul" in lowered.jaxpr
        True
        """
        name = self.backend_name()
        if name == "auto":  # for XLA: the other engine's code is not much to look at
            with on_xla():
                return self.auto.compiled("XLA").lower(*args, **kwargs)
        if name == "jax":
            return texts.lower_on_jax(self, *self.prepared(args, kwargs))
        left = None
        with wide():
            try:
                return texts.lowered_in_loops(self.loops, *self.loops.prepared(args, kwargs))
            except NotTraced as found:
                left = found
        raise self._strictly(left)

    def cache_info(self) -> dict:
        """How often the function was compiled, for how many signatures, and why last."""
        name = self.backend_name()
        if name == "auto":
            return self.auto.cache_info()
        part = self._part()
        if part is None:
            return {"compiles": 0, "entries": 0, "reason": self._reason}
        return {"compiles": part._compiles, "entries": len(part._kept.entries), "reason": part._reason}

    def explain(self) -> str:
        """What became of each line when the function was compiled last.

        Returns
        -------
        str
            Why it was compiled; what it reads, writes and takes as constants; then
            the source, with a remark under each line that became a loop, a branch, a
            masked operation or a check at run time.
        """
        name = self.backend_name()
        if name == "auto":
            return f"{self.__name__} {self.auto.explain()}"
        part = self._part()
        if part is not self and self._in_python:
            return f"{self.__name__}: ran as plain Python, as {self._in_python}"
        if part is None:
            return f"{self.__name__}: {self._reason}"
        return texts.explained(part, part._latest, part._pools)

    def __repr__(self) -> str:
        try:
            signature = str(inspect.signature(self.function))
        except (TypeError, ValueError):
            signature = "(...)"
        return f"<function new_{self.__name__}{signature}>"
