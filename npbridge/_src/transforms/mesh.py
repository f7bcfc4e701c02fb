"""``pmap`` and ``shard_map``: JAX's own, for functions over our arrays."""

from __future__ import annotations

from collections.abc import Callable

import jax

from . import lift
from .compiled import require_jax
from .rules import Packed, ours


def _passed(name: str, transform: Callable, function, options):
    packed = Packed(function, name)
    mapped = transform(lambda *values: packed.call(*ours(values)), **options)

    def call(*args):
        require_jax(name)
        values = jax.tree.map(lambda x: lift.raw(x) if lift.is_ours(x) else x, args, is_leaf=lift.is_ours)
        return ours(mapped(*values))

    call.__name__ = call.__qualname__ = getattr(function, "__name__", name)
    call.__doc__ = function.__doc__
    return call


def pmap(function, axis_name=None, **options):
    """``jax.pmap`` for a function over our arrays.

    Parameters
    ----------
    function : callable
        It may read arrays that it reaches, and may not write them.
    axis_name, **options
        As ``jax.pmap`` has them.

    Returns
    -------
    callable

    Examples
    --------
    >>> import npbridge
    >>> npbridge.pmap(lambda x: x * 2)(npbridge.ones((1, 3)))
    JaxArray([[2., 2., 2.]], dtype=float32)
    """
    return _passed("pmap", jax.pmap, function, {"axis_name": axis_name, **options})


def shard_map(function, **options):
    """``jax.shard_map`` for a function over our arrays.

    Parameters
    ----------
    function : callable
        It runs on each shard; it may read arrays that it reaches, and may not write them.
    **options
        ``mesh``, ``in_specs``, ``out_specs`` and whatever else ``jax.shard_map`` takes.

    Returns
    -------
    callable

    Examples
    --------
    >>> import jax, npbridge
    >>> from jax.sharding import AxisType, PartitionSpec
    >>> mesh = jax.make_mesh((1,), ("rows",), axis_types=(AxisType.Auto,))
    >>> rows = PartitionSpec("rows")
    >>> double = npbridge.shard_map(lambda x: x * 2, mesh=mesh, in_specs=rows, out_specs=rows)
    >>> double(npbridge.ones(3))
    JaxArray([2., 2., 2.], dtype=float32)
    """
    return _passed("shard_map", jax.shard_map, function, options)
