"""Where an object was found, so that it can be found again at each call."""

from __future__ import annotations

from typing import Any, NamedTuple


class Root(NamedTuple):
    """The start of a path: a name in the driver, or a place it looks into.

    ``text`` is the expression that the driver evaluates, ``label`` what names are
    built from; two roots are the same when their text is.
    """

    text: str
    label: str


class Path(NamedTuple):
    """A root and the steps from it: ``("attr", name)`` or ``("item", key)``."""

    root: Root
    steps: tuple[tuple[str, Any], ...] = ()

    def attr(self, name: str) -> Path:
        return Path(self.root, (*self.steps, ("attr", name)))

    def item(self, key: Any) -> Path:
        return Path(self.root, (*self.steps, ("item", key)))

    @property
    def text(self) -> str:
        """The path as a Python expression."""
        text = self.root.text
        for kind, what in self.steps:
            text += f".{what}" if kind == "attr" else f"[{what!r}]"
        return text

    @property
    def label(self) -> str:
        """The path as an identifier."""
        parts = [self.root.label, *(str(what) for _, what in self.steps)]
        return "".join(c if c.isalnum() or c == "_" else "_" for c in "_".join(parts))
