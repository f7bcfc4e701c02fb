"""The names of models: no two objects that are alive have the same one."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

from ..ground.errors import NameInUseError

_lock = threading.RLock()
_owners: dict[str, weakref.ref] = {}
_names: dict[int, str] = {}
_next: dict[str, int] = {}
# models without a name, by class and in the order in which they were made
_unnamed: dict[str, dict[int, weakref.ref]] = {}


def born(obj: Any) -> None:
    """Note that a model has been made: numbers follow the order of making, not of asking."""
    key, kind = id(obj), type(obj).__name__

    def forget(reference: weakref.ref) -> None:
        with _lock:
            waiting = _unnamed.get(kind, {})
            if waiting.get(key) is reference:
                del waiting[key]

    with _lock:
        _unnamed.setdefault(kind, {})[key] = weakref.ref(obj, forget)


def name_of(obj: Any) -> str:
    """The name of a model; one is made where it has none."""
    with _lock:
        name = _names.get(id(obj))
        if name is not None:
            return name
        kind = type(obj).__name__
        waiting = _unnamed.get(kind, {})
        for reference in list(waiting.values()) if id(obj) in waiting else ():
            earlier = reference()
            if earlier is obj:
                break
            if earlier is not None:
                _keep(earlier, _made(kind))
        return _keep(obj, _made(kind))


def known_name(obj: Any) -> str | None:
    """The name of a model that has one."""
    return _names.get(id(obj))


def give_name(obj: Any, name: str) -> None:
    """Name a model.

    Raises
    ------
    NameInUseError
        Another model that is alive has the name.
    TypeError, ValueError
        The name is no text, or could not be part of a path.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a model is a str, not {type(name).__name__}")
    if not name or "." in name:
        raise ValueError(f"{name!r} cannot name a model: names are parts of paths such as 'net.layer.w', without dots")
    with _lock:
        if _holder(name) not in (None, obj):
            gc.collect()  # what is left in cycles holds no names
        holder = _holder(name)
        if holder is not None and holder is not obj:
            raise NameInUseError(
                f"there is already a model named {name!r}: a {type(holder).__name__}. Choose another name, leave it "
                "out to have one made, or delete that model first."
            )
        old = _names.get(id(obj))
        if old is not None and old != name:
            del _owners[old]
        _keep(obj, name)


def give_name_if_free(obj: Any, name: str) -> None:
    """Name a model, unless another one has the name."""
    with _lock:
        if _holder(name) is None:
            give_name(obj, name)


def _holder(name: str) -> Any:
    reference = _owners.get(name)
    return None if reference is None else reference()


def _made(kind: str) -> str:
    """The class's name and a number: ``Demo20`` for the first ``Demo2``."""
    while True:
        number = _next.get(kind, 0)
        _next[kind] = number + 1
        if _holder(f"{kind}{number}") is None:
            return f"{kind}{number}"


def _keep(obj: Any, name: str) -> str:
    key = id(obj)

    def forget(reference: weakref.ref) -> None:
        with _lock:  # after a renaming nobody holds this reference, and it is not called
            if _owners.get(name) is reference:
                del _owners[name], _names[key]

    _unnamed.get(type(obj).__name__, {}).pop(key, None)
    _owners[name] = weakref.ref(obj, forget)
    _names[key] = name
    return name
