"""What is done when another library is imported: at once where it is there already.

Nothing is imported for it.  A library that is never used costs one look into a table.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

_waiting: dict[str, list[Callable[[Any], None]]] = {}
_accepting: list[tuple[Callable[[Any], bool], Callable[[Any], None]]] = []


def when_imported(name: str, adapt: Callable[[Any], None]) -> None:
    """Call ``adapt(module)`` when the module called `name` has been imported.

    Parameters
    ----------
    name : str
        The full name; ``"package.*"`` stands for each module below a package.
    adapt : callable
        What it raises reaches whoever imports the module.
    """
    if name.endswith(".*"):
        for module in [m for n, m in list(sys.modules.items()) if n.startswith(name[:-1])]:
            adapt(module)
    found = sys.modules.get(name)
    if found is not None and not _is_being_imported(found):
        adapt(found)
        return
    _waiting.setdefault(name, []).append(adapt)
    _look()


def when_accepted(accepts: Callable[[Any], bool], adapt: Callable[[Any], None]) -> None:
    """Call ``adapt(module)`` for each module, there or to come, whose specification ``accepts(spec)``."""
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        if spec is not None and accepts(spec) and not _is_being_imported(module):
            adapt(module)
    _accepting.append((accepts, adapt))
    _look()


def _look() -> None:
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _is_being_imported(module: Any) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Import large libraries without the program's random numbers becoming others: some draw when they are imported."""
    numpys = sys.modules.get("numpy.random")
    pythons = random.getstate()
    before = numpys.get_state(legacy=False) if numpys is not None else None
    try:
        yield
    finally:
        random.setstate(pythons)
        if numpys is not None:
            numpys.set_state(before)


class _Finder:
    """Finds what others find, for the modules that somebody waits for."""

    def __init__(self) -> None:
        self._looking: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        package = name.partition(".")[0]
        waited_for = name in _waiting or f"{package}.*" in _waiting
        if name in self._looking or not waited_for and (not _accepting or package in sys.stdlib_module_names):
            return None
        self._looking.add(name)  # so that the other finders are asked below
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking.discard(name)
        if spec is None or spec.loader is None:
            return spec
        if not waited_for and not any(accepts(spec) for accepts, _ in _accepting):
            return spec
        spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
        return spec


class _Loader:
    """Another loader, and then what was waiting."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        if name == "_loader":  # in a copy that is being made
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        # what runs in the module looks for its own loader: pickles, importlib.resources
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        package = module.__name__.partition(".")[0]
        waiting = (*_waiting.pop(module.__name__, ()), *_waiting.get(f"{package}.*", ()))
        for adapt in waiting:
            adapt(module)
        for accepts, adapt in _accepting:
            if accepts(module.__spec__):
                adapt(module)


_finder = _Finder()
