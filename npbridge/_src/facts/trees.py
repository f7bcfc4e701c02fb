"""Arguments and results of calls: arrays in sequences, dictionaries and slices."""

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


def of_results(tree: Any, leaf: Callable[[Any], Any], known: dict[int, Any] | None = None) -> Any:
    """`tree` with ``leaf(x)`` for each value in its tuples, lists, named tuples and dictionaries; one stays one."""
    known = {} if known is None else known
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind([of_results(x, leaf, known) for x in tree])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return kind(*[of_results(x, leaf, known) for x in tree])
    if kind is dict:
        return {k: of_results(x, leaf, known) for k, x in tree.items()}
    if id(tree) not in known:
        known[id(tree)] = leaf(tree)
    return known[id(tree)]
