"""What may run compiled: what is known of it, from the first trial on."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from ..ground.imports import undisturbed

NUMPY = "NumPy"


class Candidate:
    """A function, or the turns of a loop as one.

    Attributes
    ----------
    plain : function
        What plain Python runs.
    auto : object or None
        What chooses engines, once one has won.
    found : list
        What a trial has found: it is taken in by the thread of the program.
    word : str
        What became of it, for the report.
    """

    def __init__(self, tiers: Any, plain: FunctionType, name: str) -> None:
        self.tiers, self.plain, self.name = tiers, plain, name
        self.tries = 0
        self.kinds: set = set()  # of calls, that were tried
        self.auto: Any = None
        self.over = False
        self.variables: list[str] = []  # globals that nothing inside may name
        self.found: list[tuple] = []
        self.word = ""
        self.best: dict[Any, float] = {}  # seconds that plain Python needs, by the kind of call
        self.keys: dict[Any, str] = {}  # under which it is remembered

    def place(self) -> tuple:
        """The file and the line."""
        raise NotImplementedError

    def kind_of(self, args: tuple, kwargs: dict) -> Any:
        """What calls have in common that one engine is the fastest for."""
        from ..engine.kinds import kind_of_call

        return kind_of_call(args, kwargs)

    def note(self, kind: Any, key: str, found: Any) -> None:
        """Keep what a trial has found, until the program comes by."""
        self.keys[kind] = key
        for name, seconds, *_ in (found or {}).get("trials", ()):
            if name == NUMPY:
                self.best[kind] = seconds
        if self.auto is None:
            self.found.append((kind, found))
        elif found is not None and "winner" in found:
            self.auto.add(kind, found)

    def adopt(self) -> None:
        """Take in what a trial has found."""
        with undisturbed():
            self.decide(*self.found.pop())

    def decide(self, kind: Any, found: Any) -> None:
        if found is None:
            found = {"reason": "the trial beside it died"}
        if "winner" not in found:
            self.give_up(found["reason"])
        elif found["winner"] == NUMPY:
            parts = [
                f"{name}: {reason or f'{seconds * 1e3:.3g} ms'}" for name, seconds, _, reason in found["trials"][1:]
            ]
            self.nothing_wins(f"nothing is faster than NumPy, {self.best[kind] * 1e3:.3g} ms ({'; '.join(parts)})")
        else:
            self.tiers.reserve(self, found["reached"])
            from .compiling import choosing

            auto = choosing(self)
            auto.add(kind, found)
            took = next(seconds for name, seconds, *_ in found["trials"] if name == found["winner"])
            self.word = (
                f"runs on {found['winner']}: {self.best[kind] * 1e3:.3g} ms in Python, {took * 1e3:.3g} ms there"
            )
            self.auto = auto

    def nothing_wins(self, word: str) -> None:
        self.give_up(word)

    def give_up(self, word: str) -> None:
        """Leave it to Python."""
        self.auto, self.over, self.word = None, True, word
