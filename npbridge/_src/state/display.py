"""A model as a tree of text: classes, shapes, dtypes, bytes."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from . import names
from .walk import ATOMS, children, is_array, is_model, is_object

_WIDEST = 60


class Tree:
    """What :func:`tree` gives; it prints as text.

    Attributes
    ----------
    text : str
    arrays : int
        How many arrays there are, shared ones counted once.
    nbytes : int
        The bytes of their values.
    """

    def __init__(self, root: Any) -> None:
        self.arrays = self.nbytes = 0
        self._seen: dict[int, str] = {}
        self._kept: list[Any] = []
        lines = self._lines("", root, "")
        lines[0] += f"  ({_count(self.arrays, 'array')}, {self.nbytes:,} bytes)"
        self.text = "\n".join(lines)
        del self._seen, self._kept

    def __repr__(self) -> str:
        return self.text

    def _lines(self, label: str, value: Any, path: str) -> list[str]:
        """The line of `value`, and those of what it holds."""
        before = self._seen.get(id(value))
        if before is not None and not isinstance(value, ATOMS):
            return [f"{label}-> {before}"]
        if is_array(value):
            return [label + self._array(value, path)]
        parts = children(value)
        if not is_object(value) and not _tells(value):
            return [label + _brief(value)]
        self._note(value, path)
        lines = [label + _title(value)]
        for i, (step, item) in enumerate(parts):
            last = i == len(parts) - 1
            inner = self._lines(f"{step.key}: ", item, f"{path}.{step.key}" if path else str(step.key))
            lines.append(("└── " if last else "├── ") + inner[0])
            lines += [("    " if last else "│   ") + line for line in inner[1:]]
        return lines

    def _array(self, value: Any, path: str) -> str:
        self._note(value, path)
        self.arrays += 1
        self.nbytes += value.nbytes
        shape = ", ".join(map(str, value.shape))
        kind = "jax.Array" if isinstance(value, jax.Array) else type(value).__name__
        return f"{kind} {value.dtype}[{shape}]  {value.nbytes:,} bytes"

    def _note(self, value: Any, path: str) -> None:
        self._seen[id(value)] = path or "the root"
        self._kept.append(value)  # its id must stay its own


def tree(model: Any) -> Tree:
    """Show what a model holds: its parts, with shapes, dtypes and bytes.

    Parameters
    ----------
    model : object
        A model, or any object, list, tuple or dictionary.

    Returns
    -------
    Tree
        Prints as text.  What is shared is shown once, and an arrow leads to it.

    Examples
    --------
    >>> import npbridge
    >>> class Dense(npbridge.Base):
    ...     def __init__(self, n, m):
    ...         self.w = npbridge.TrainVar(npbridge.zeros((n, m)))
    ...         self.gain = 2.0
    >>> class Net(npbridge.Base):
    ...     def __init__(self):
    ...         super().__init__(name="net")
    ...         self.layers = [Dense(2, 3), Dense(3, 1)]
    ...         self.out = self.layers[1]
    >>> net = Net()
    >>> npbridge.tree(net)
    Net 'net'  (2 arrays, 36 bytes)
    ├── layers: list of 2
    │   ├── 0: Dense 'Dense0'
    │   │   ├── w: TrainVar float32[2, 3]  24 bytes
    │   │   └── gain: 2.0
    │   └── 1: Dense 'Dense1'
    │       ├── w: TrainVar float32[3, 1]  12 bytes
    │       └── gain: 2.0
    └── out: -> layers.1
    """
    return Tree(model)


def _title(value: Any) -> str:
    kind = type(value).__name__
    if is_model(value):
        return f"{kind} {names.name_of(value)!r}"
    return kind if is_object(value) else f"{kind} of {len(value)}"


def _tells(value: Any, depth: int = 8) -> bool:
    """Whether a container holds arrays or objects, at any depth."""
    if is_array(value) or is_object(value):
        return True
    return depth > 0 and any(_tells(item, depth - 1) for _, item in children(value))


def _brief(value: Any) -> str:
    if isinstance(value, type):
        return value.__qualname__
    if callable(value) and hasattr(value, "__name__"):
        return f"function {value.__name__}"
    if isinstance(value, np.generic):
        return f"{value} ({value.dtype})"
    text = repr(value).replace("\n", " ")
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
