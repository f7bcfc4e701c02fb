"""``Collector``: variables or models by name."""

from __future__ import annotations

from typing import Any

import jax

from ..array import core
from ..ground.errors import NameInUseError


class Collector(dict):
    """A dictionary from names to what was collected, in the order in which it was found.

    For JAX and libraries over it, optax say, it is a tree of arrays: what they make of
    one is a collector of new arrays, and :meth:`assign` writes those into the variables.

    Examples
    --------
    >>> import npbridge
    >>> class Layer(npbridge.Base):
    ...     def __init__(self):
    ...         self.w = npbridge.TrainVar([1.0, 2.0])
    ...         self.mean = npbridge.Variable(0.0)
    >>> found = Layer().vars("relative")
    >>> list(found)
    ['w', 'mean']
    >>> found.subset(npbridge.TrainVar)
    Collector({'w': TrainVar([1., 2.], dtype=float32)})
    """

    def add(self, name: str, value: Any) -> None:
        """Put something in; two things with one name are an error."""
        if self.setdefault(name, value) is not value:
            raise NameInUseError(
                f"two parts of the model are called {name!r}: keys such as 0 and '0', or ones with dots, give the "
                "same path. Use keys that differ as text."
            )

    def subset(self, *kinds: type) -> Collector:
        """Those that are instances of one of `kinds`."""
        return Collector((name, value) for name, value in self.items() if isinstance(value, kinds))

    def unique(self) -> Collector:
        """Each thing once, under the first of its names."""
        seen: dict[int, str] = {}
        return Collector((name, value) for name, value in self.items() if seen.setdefault(id(value), name) == name)

    def assign(self, values: dict) -> None:
        """Write new values into the variables of the same names.

        Parameters
        ----------
        values : dict
            For each variable, or some of them, an array of its shape.

        Examples
        --------
        >>> import npbridge
        >>> w = npbridge.Variable([1.0, 2.0])
        >>> npbridge.Collector(w=w).assign({"w": [3.0, 4.0]})
        >>> w
        Variable([3., 4.], dtype=float32)
        """
        unknown = [name for name in values if name not in self]
        if unknown:
            raise KeyError(f"there is no variable of the name {unknown[0]!r}: there are {', '.join(self) or 'none'}")
        before = [(self[name], self[name].copy()) for name in values]
        try:
            for name, value in values.items():
                self[name].value = value
        except Exception:
            for variable, old in before:
                variable.value = old
            raise

    def __or__(self, other: dict) -> Collector:
        return Collector({**self, **other})

    def copy(self) -> Collector:
        return Collector(self)

    def __repr__(self) -> str:
        return f"Collector({super().__repr__()})"


def _children(collector: Collector):
    """What is in it, arrays in the place of variables: an update of a variable is none."""
    values = [x[...] if type(x) in core.ARRAYS and type(x) is not core.JaxArray else x for x in collector.values()]
    keys = tuple(collector)
    return [(jax.tree_util.DictKey(k), x) for k, x in zip(keys, values, strict=True)], keys


def _again(keys: tuple, values: Any) -> Collector:
    return Collector(zip(keys, values, strict=True))


jax.tree_util.register_pytree_with_keys(Collector, _children, _again)
