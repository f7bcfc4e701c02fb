"""What a compiled function says of itself: its code, what became of it, how often it was compiled."""

from __future__ import annotations

import contextlib
import inspect
from typing import Any

from ..dispatch.backend import active
from ..engine.auto import on_xla
from ..ground.compat import wide
from . import texts


class Described:
    """The part of a compiled function that tells; see :class:`~npbridge._src.jit.decorator.CompiledFunction`."""

    function: Any
    not_in_loops: str
    loops: Any
    _loops: Any
    _make_numba: Any
    _backend: str | None

    def backend_name(self) -> str:
        """The backend that a call would be compiled for."""
        return self._backend or active().name

    @property
    def source(self) -> str:
        """The code that was compiled: with control flow converted on ``'jax'``, as Numba gets it on ``'numpy'``."""
        name = self.backend_name()
        if name == "jax":
            return texts.converted_source(self.function, self._latest)
        if name == "auto":
            chosen = self.auto.chosen()
            return chosen.source if chosen is not None else ""
        if self._runs_in_loops():
            return texts.converted_source(self.function, self._loops._latest)
        return self._numba.source if self._numba is not None else ""

    def _runs_in_loops(self) -> bool:
        """Whether plain loops were made for ``'numpy'``."""
        return self._loops is not None and self._loops._latest is not None

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
        if name != "jax":
            return self._lowered_on_numpy(args, kwargs)
        return texts.lower_on_jax(self, *self.prepared(args, kwargs))

    def _lowered_on_numpy(self, args, kwargs):
        if not self.not_in_loops:
            with contextlib.suppress(Exception), wide():
                return texts.lowered_in_loops(self.loops, *self.loops.prepared(args, kwargs))
        return texts.LoweredOnNumpy(self._make_numba(), args, kwargs)

    def cache_info(self) -> dict:
        """How often the function was compiled, for how many signatures, and why last."""
        name = self.backend_name()
        if name == "auto":
            return self.auto.cache_info()
        if name == "jax":
            return {"compiles": self._compiles, "entries": len(self._kept.entries), "reason": self._reason}
        loops = self._loops.cache_info() if self._runs_in_loops() else None
        kept = sum(map(len, self._numba.variants.values())) if self._numba is not None else 0
        if loops is not None:
            return {**loops, "compiles": loops["compiles"] + kept, "entries": loops["entries"] + kept}
        return {"compiles": kept, "entries": kept, "reason": self._reason if not kept else "new kinds of arguments"}

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
        if name == "jax":
            return texts.explained(self, self._latest, self._pools)
        if self._runs_in_loops():
            return self._loops.explain()
        if self._numba is None:
            return f"{self.__name__}: {self._reason}"
        why = f"\nruns by Numba, as {self.not_in_loops}" if self.not_in_loops else ""
        return self._numba.explain() + why

    def __repr__(self) -> str:
        try:
            signature = str(inspect.signature(self.function))
        except (TypeError, ValueError):
            signature = "(...)"
        return f"<function new_{self.__name__}{signature}>"
