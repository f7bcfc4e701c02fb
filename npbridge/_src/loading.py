"""How ``npbridge`` gets its contents: all of them, when one is asked for."""

from __future__ import annotations

from typing import Any

_SPECIAL = ("__all__", "__array_api_version__", "__array_namespace_info__")


def find(name: str, module: dict[str, Any]) -> Any:
    """The attribute `name` of ``npbridge``, or why there is none."""
    if name.startswith("_") and name not in _SPECIAL:  # what tools ask of any module
        raise AttributeError(f"module 'npbridge' has no attribute {name!r}", name=name)
    from . import public  # noqa: F401  which puts all into the module; another thread waits for it

    if name in module:
        return module[name]
    from .namespace import lazy

    return lazy.find(name)


def listed(module: dict[str, Any]) -> list[str]:
    """What ``dir(npbridge)`` shows."""
    from . import public  # noqa: F401
    from .namespace import lazy

    return sorted({*module, *lazy.MODULES})
