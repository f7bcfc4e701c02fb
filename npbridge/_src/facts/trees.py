"""Arguments of calls: arrays in sequences, dictionaries and slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def mapped(tree: Any, leaf: Callable[[Any], Any]) -> Any:
    """`tree` with ``leaf(x)`` in place of whatever is no plain tuple, list, dictionary or slice."""
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind([mapped(x, leaf) for x in tree])
    if kind is dict:
        return {k: mapped(x, leaf) for k, x in tree.items()}
    if kind is slice:
        return slice(*[mapped(x, leaf) for x in (tree.start, tree.stop, tree.step)])
    return leaf(tree)
