"""``pmap`` and ``shard_map``: JAX's own, for functions over our arrays."""

from __future__ import annotations

from collections.abc import Callable

import jax

from . import lift
from .compiled import Transformed, require_jax
from .rules import Packed, ours


class Mapped(Transformed):
    """A function over our arrays, through a transformation of JAX's.

    That is made anew for each trace: what JAX would keep of it is what state was.
    """

    def __init__(self, name: str, transform: Callable, function, options: dict) -> None:
        self.transform, self.given = transform, options
        super().__init__(name, function)
        self.options = (id(self),)  # what is compiled for it keeps it alive

    def run(self, function, args, kwargs):
        packed = Packed(function, self.name, "runs on several devices")
        mapped = self.transform(lambda *values: packed.call(*ours(values)), **self.given)
        values = jax.tree.map(lambda x: lift.raw(x) if lift.is_ours(x) else x, args, is_leaf=lift.is_ours)
        return ours(mapped(*values, **kwargs))

    def __call__(self, *args, **kwargs):
        if "static_broadcasted_argnums" not in self.given:
            return super().__call__(*args, **kwargs)
        require_jax(self.name)  # such arguments are not what is traced, and are known only outside of a trace
        return self.run(self.function, args, kwargs)


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

    Raises
    ------
    TransformError
        When called: the function writes an array from outside of it.
    UnsupportedError
        When called on another backend.
    ValueError, TypeError
        JAX's own: what does not fit the devices or the axes.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.pmap(lambda x: x * 2)(npbridge.ones((1, 3)))
    JaxArray([[2., 2., 2.]], dtype=float32)
    """
    return Mapped("pmap", jax.pmap, function, {"axis_name": axis_name, **options})


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

    Raises
    ------
    TransformError
        When called: the function writes an array from outside of it.
    UnsupportedError
        When called on another backend.
    ValueError, TypeError
        JAX's own: what does not fit the devices or the mesh.

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
    return Mapped("shard_map", jax.shard_map, function, options)
