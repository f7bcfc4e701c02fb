"""``Collector``: variables or models by name."""

from __future__ import annotations

from typing import Any

from ..ground.errors import NameInUseError


class Collector(dict):
    """A dictionary from names to what was collected, in the order in which it was found.

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

    def __or__(self, other: dict) -> Collector:
        return Collector({**self, **other})

    def copy(self) -> Collector:
        return Collector(self)

    def __repr__(self) -> str:
        return f"Collector({super().__repr__()})"
