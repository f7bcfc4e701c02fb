"""How ``npbridge`` gets its contents: all of them, when one is asked for."""

from __future__ import annotations

import sys
from typing import Any

from .ground.imports import undisturbed

_SPECIAL = ("__all__", "__array_api_version__", "__array_namespace_info__")


def find(name: str, module: dict[str, Any]) -> Any:
    """The attribute `name` of ``npbridge``, or why there is none."""
    if name.startswith("_") and name not in _SPECIAL:  # what tools ask of any module
        raise AttributeError(f"module 'npbridge' has no attribute {name!r}", name=name)
    _load()
    if name in module:
        return module[name]
    from .namespace import lazy

    return lazy.find(name)


def _load() -> None:
    """Put all into the module; another thread waits for it."""
    if f"{__package__}.public" in sys.modules:
        from . import public  # which another thread may be at
    else:
        with undisturbed():
            from . import public  # noqa: F401


def listed(module: dict[str, Any]) -> list[str]:
    """What ``dir(npbridge)`` shows."""
    _load()
    from .namespace import lazy

    return sorted({*module, *lazy.MODULES})
