"""Real ndarrays for what wants no other: of a tree of arrays, or of all that a block of code computes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from ..array import core
from ..dispatch import backend as backends
from . import host as host_calls

OURS = core.OURS


def to_host(tree: Any) -> Any:
    """Replace the arrays in a tree by NumPy's.

    Parameters
    ----------
    tree : object
        An array of ours or of JAX's, or a container of them: lists, tuples, dicts, and what JAX
        knows as a pytree.  Anything else stays as it is.

    Returns
    -------
    object
        The same containers with ``numpy.ndarray`` as ``numpy.asarray`` gives it, and NumPy's scalars.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.to_host({"w": npbridge.ones(2), "name": "layer"})
    {'w': array([1., 1.], dtype=float32), 'name': 'layer'}
    """
    kind = type(tree)
    if kind in OURS:
        return tree._read() if kind is core.JaxScalar else np.asarray(tree)
    if isinstance(tree, jax.Array):
        return np.asarray(tree)
    if kind is list or kind is tuple:
        return kind([to_host(x) for x in tree])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return kind(*[to_host(x) for x in tree])
    if kind is dict:
        return {k: to_host(x) for k, x in tree.items()}
    leaves, structure = jax.tree.flatten(tree, is_leaf=_is_array)
    if len(leaves) == 1 and leaves[0] is tree:
        return tree
    return jax.tree.unflatten(structure, [to_host(x) if _is_array(x) else x for x in leaves])


def _is_array(x: Any) -> bool:
    return type(x) in OURS or isinstance(x, jax.Array)


@contextlib.contextmanager
def host() -> Iterator[None]:
    """Compute with NumPy inside a ``with`` block, in this thread or task: what comes out is NumPy's own.

    NumPy's functions and operators take our arrays there and give ``numpy.ndarray`` and NumPy's
    scalars; what writes into one of our arrays writes into it.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> x = npbridge.ones(3)
    >>> with npbridge.host():
    ...     type(np.exp(x)).__name__, type(x + 1).__name__, type(x.sum()).__name__
    ('ndarray', 'ndarray', 'float32')
    """
    token = backends._override.set(_backend())
    try:
        yield
    finally:
        backends._override.reset(token)


class _Rules:
    """The rules of ``'numpy'``, with results that are NumPy's."""

    def __init__(self, rules: dict) -> None:
        self._rules = rules

    def get(self, function: Any) -> Any:
        rule = self._rules.get(function)
        return None if rule is None else rule._replace(call=lambda args, kwargs: _own(rule.call, (args, kwargs)))


def _own(call: Any, arguments: tuple) -> Any:
    """The result as NumPy's; an array that was given to be written comes back as it is."""
    result = call(*arguments)
    given = [x for x in host_calls.outs(arguments[-1]) if x is result] if type(arguments[-1]) is dict else []
    return result if given else to_host(result)


@functools.cache
def _backend() -> backends.Backend:
    numpys = backends.load("numpy")

    def own(name: str) -> Any:
        return lambda *arguments: _own(getattr(numpys, name), arguments)

    made = backends.Backend(
        "numpy", own("ufunc"), own("binary"), numpys.update, own("missing"), own("offered"), numpys.outside
    )
    made.rules = _Rules(numpys.rules)  # type: ignore[assignment]
    made.plain = True
    return made
