"""Dictionaries in pytrees, in the order of their entries: JAX sorts the keys of its own."""

from __future__ import annotations

import jax


class InOrder(dict):
    """A dictionary on its way through JAX; what comes out is a plain one."""


jax.tree_util.register_pytree_node(
    InOrder,
    lambda d: (tuple(d.values()), tuple(d)),
    lambda keys, values: dict(zip(keys, values, strict=True)),
)


def in_order(x):
    """`x` with the dictionaries in it such that their order is kept."""
    kind = type(x)
    if kind is dict:
        return InOrder((key, in_order(value)) for key, value in x.items())
    if kind is list:
        return [in_order(value) for value in x]
    if isinstance(x, tuple):
        items = [in_order(value) for value in x]
        if all(new is old for new, old in zip(items, x, strict=True)):
            return x
        return kind(*items) if hasattr(x, "_fields") else kind(items)
    return x
