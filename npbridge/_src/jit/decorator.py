"""``npbridge.jit``."""

from __future__ import annotations

import functools
import warnings

from ..array import core
from ..convert import convert
from ..dispatch import fallback
from ..dispatch.backend import active
from . import arguments, discover
from .executable import ASKS_FOR_VALUES, Binding, Executable, Missed
from .quick import MISS, quick_path

STORM = 16


class CompiledFunction:
    """A function that runs compiled; made by :func:`jit`.

    Calling it does what the plain function does: results, writes to arguments and
    to captured arrays, errors.
    """

    def __init__(self, function, **options) -> None:
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.options = options
        self._static: frozenset = frozenset()
        self._entries: dict = {}
        self._last: tuple | None = None
        self._state: discover.State | None = None
        self._compiles = 0
        self._quick = None
        self._reason = "first call"
        self._numba = None
        self._latest: Executable | None = None

    @functools.cached_property
    def converted(self):
        """The function with its control flow converted."""
        return convert(self.function)

    def __call__(self, *args, **kwargs):
        backend = self.options["backend"] or active().name
        if backend != "jax":
            return self._on_numpy(args, kwargs)
        quick = self._quick
        if quick is not None and not kwargs:
            result = quick(args)
            if result is not MISS:
                return result
        state = self._state
        if state is None or not state.holds():
            if state is not None:
                self._reason = f"{state.first_change()} changed"
            state = self._state = self._discover()
        return self._call(args, kwargs, state)

    def _discover(self) -> discover.State:
        state = discover.State()
        state.visit(self.function, getattr(self.function, "__name__", "function"))
        return state

    def _on_numpy(self, args, kwargs):
        if self._numba is None:
            from ..backends.numba.lowering import compile_function

            self._numba = compile_function(self.function, parallel=self.options["parallel"])
        return self._numba(*args, **kwargs)

    def _call(self, args, kwargs, state):
        args, kwargs = self._marked(args, kwargs)
        leaves, tree = arguments.flatten(args, kwargs)
        while True:
            signature = arguments.Signature(leaves, tree, self._static)
            binding = Binding(signature, state)
            key = (signature.key, binding.alias, state.constants(), tuple((b.shape, b.dtype) for b in binding.buffers))
            entry = self._entries.get(key)
            try:
                if entry is None:
                    entry = self._compile(state)
                    result = entry.run(binding, signature)
                    self._entries[key] = self._latest = entry
                    self._warn_of_assignments(entry)
                else:
                    result = entry.run(binding, signature)
                self._quick = quick_path(entry, binding, state, args, kwargs)
                return result
            except Missed as missed:
                state.arrays += [("met while tracing", core.of_view(b, None, None)) for b in missed.buffers]
            except ASKS_FOR_VALUES:
                if not self._make_static(signature):
                    raise

    def _marked(self, args, kwargs):
        """The arguments, with those that the user declared static marked as such."""
        numbers, names = self.options["static_argnums"], self.options["static_argnames"]
        if numbers:
            places = {n % len(args) for n in numbers if -len(args) <= n < len(args)}
            args = tuple(arguments.Static(x) if i in places else x for i, x in enumerate(args))
        if names:
            kwargs = {k: arguments.Static(x) if k in names else x for k, x in kwargs.items()}
        return args, kwargs

    def _make_static(self, signature) -> bool:
        """Take integers, then all numbers, as constants; False where they are already."""
        for kind in (int, float, complex):
            if kind not in self._static and any(type(x) is kind for _, x in signature.numbers):
                self._static |= {kind}
                return True
        return False

    def _compile(self, state) -> Executable:
        self._compiles += 1
        if self._compiles == STORM:
            warnings.warn(
                f"{self.__name__} was compiled {STORM} times; the last reason: {self._reason}. "
                "Pass what varies as arrays, or keep shapes and constants the same.",
                RuntimeWarning,
                stacklevel=fallback.user_stacklevel(),
            )
        return Executable(self.converted, state.objects)

    def _warn_of_assignments(self, entry) -> None:
        for name in dict.fromkeys(entry.assigned):
            warnings.warn(
                f"assigning {name} inside compiled {self.__name__} has no effect: it is not an array that is "
                "written in place. Write into it with [...] or make it a Variable.",
                UserWarning,
                stacklevel=fallback.user_stacklevel(),
            )

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        bound = self.__dict__.setdefault("_bound", {})
        found = bound.get(id(instance))
        if found is None or found.function.__self__ is not instance:
            found = bound[id(instance)] = CompiledFunction(self.function.__get__(instance, owner), **self.options)
        return found

    def cache_info(self) -> dict:
        """How often the function was compiled, for how many signatures, and why last."""
        return {"compiles": self._compiles, "entries": len(self._entries), "reason": self._reason}

    def explain(self) -> str:
        """What the loops and branches became when the function was compiled last.

        Returns
        -------
        str
            A line ``file:line  what`` for each, and why it was compiled.
        """
        lines = [f"{self.__name__}: compiled {self._compiles} times; the last reason: {self._reason}"]
        if self._latest is not None:
            lines += [f"{file}:{line}  {text}" for file, line, text in self._latest.notes]
        return "\n".join(lines)

    def clear_cache(self) -> None:
        """Forget what was compiled."""
        self._entries.clear()
        self._state = self._quick = self._numba = None
