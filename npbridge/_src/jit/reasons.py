"""Why a function was compiled again: what differs between two keys."""

from __future__ import annotations

import jax


def why(known, new, names) -> str:
    """What tells a key from the most similar one that is known.

    Parameters
    ----------
    known, new
        Keys of :class:`~npbridge._src.jit.decorator.CompiledFunction`, the latest last.
    names : list of str
        The names of the positional arguments.
    """
    known = list(known)
    if not known:
        return "first call"
    return difference(min(reversed(known), key=lambda old: _distance(old, new)), new, names)


def _distance(old, new) -> int:
    (old_tree, old_parts), (new_tree, new_parts) = old[0], new[0]
    parts = len(set(old_parts) ^ set(new_parts)) + len(set(old[2]) ^ set(new[2])) + (old[4:] != new[4:])
    return parts + (1000 if old_tree != new_tree else 0)


def difference(old, new, names) -> str:
    """The first difference between two keys, in words."""
    (old_tree, old_parts), (new_tree, new_parts) = old[0], new[0]
    if old_tree != new_tree:
        return f"the arguments have another structure: {_structure(new_tree)}, before {_structure(old_tree)}"
    for i, (a, b) in enumerate(zip(old_parts, new_parts, strict=True)):
        if a != b:
            return f"{argument(new_tree, i, names)} changed from {describe(a)} to {describe(b)}"
    before = {path: (kind, text) for path, kind, text in old[2]}
    for path, kind, text in new[2]:
        was = before.get(path)
        if was is None:
            return f"{path} is new"
        if was != (kind, text):
            said = isinstance(text, str) and isinstance(was[1], str) and len(text) + len(was[1]) < 80
            return f"{path} changed" + (f" from {was[1]} to {text}" if said else "")
    if len(old[2]) != len(new[2]):
        return "there are fewer constants"
    if old[4:] != new[4:]:
        return "64-bit types were switched on or off"
    for a, b in zip(old[3], new[3], strict=False):
        if a != b:
            return f"a captured array changed from {b and describe(('array', *a))} to {describe(('array', *b))}"
    return "arrays share memory in another way"


def argument(tree, i, names) -> str:
    """The name of the i-th leaf of the arguments."""
    paths = jax.tree_util.tree_flatten_with_path(jax.tree.unflatten(tree, range(tree.num_leaves)))[0]
    where, first, *rest = paths[i][0]
    if where.idx == 0:
        name = names[first.idx] if first.idx < len(names) else f"argument {first.idx}"
    else:
        name = first.key
    return name + jax.tree_util.keystr(tuple(rest))


def _structure(tree) -> str:
    text = str(tree).removeprefix("PyTreeDef(").removesuffix(")")
    return text if len(text) < 80 else text[:77] + "..."


def describe(part) -> str:
    """A part of a signature in words."""
    if isinstance(part, type):
        return f"{part.__name__}"
    kind, *rest = part
    if kind in ("ours", "array", "ndarray", "jax"):
        shape, dtype = rest[0], next((x for x in rest if hasattr(x, "itemsize")), "")
        return f"{dtype}{list(shape)}"
    if kind == "scalar":
        return f"a {rest[0]} scalar"
    if kind == "object":
        return f"an object of {getattr(rest[0], '__name__', type(rest[0].value).__name__)}"
    return repr(rest[-1])
