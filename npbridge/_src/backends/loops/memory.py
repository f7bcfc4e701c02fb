"""The memory that values lie in: arguments, results, and room inside that serves one value after the other."""

from __future__ import annotations

from ...program.nodes import Value
from .code import Code

ALIGNED = 64


class Buffer:
    """Some memory, found through a slot: loops exchange what slots hold instead of copying.

    Attributes
    ----------
    slot : str
        Where its address stands.
    nbytes : int
    holders : set of Value
        The values that lie in it now.
    owned : bool
        Whether it may be written.
    reserved : bool
        Whether a loop that is about to begin carries it.
    home : str or None
        The address that it must have in the end: an argument's or a result's.  Others lie in the room, and go back to
        it when nobody needs them.
    """

    def __init__(self, code: Code, slot: str, nbytes: int, owned: bool, home: str | None = None) -> None:
        self.code, self.slot, self.nbytes = code, slot, nbytes
        self.owned, self.home = owned, home
        self.inside = home is None
        self.reserved = False
        self.holders: set[Value] = set()

    def pointer(self) -> str:
        return self.code.new(f"load ptr, ptr {self.slot}")


class Apart:
    """Memory of whichever thread runs the function that is written: its argument ``%runs``."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.size = 0

    def address(self, nbytes: int) -> str:
        address = self.code.fresh("a")
        self.code.entry.append(f"  {address} = getelementptr inbounds i8, ptr %runs, i64 {self.size}")
        self.size += -(-nbytes // ALIGNED) * ALIGNED
        return address


class Runs:
    """Memory for runs of elements, used by one loop nest after the other."""

    def __init__(self, room: Room | Apart, length: int) -> None:
        self.room, self.length = room, length
        self.free: dict[int, list[str]] = {}

    def take(self, itemsize: int) -> str:
        free = self.free.get(itemsize)
        return free.pop() if free else self.room.address(itemsize * self.length)

    def give_back(self, itemsize: int, pointer: str) -> None:
        self.free.setdefault(itemsize, []).append(pointer)

    def all_back(self, staged: dict) -> None:
        """The memory of what was computed for a run: of ``{(value, map): pointer}``."""
        for (value, _), pointer in staged.items():
            self.give_back(value.dtype.itemsize, pointer)


class Room:
    """Memory for what lies between arguments and results, of a size that is known when all is written."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.size = 0
        self.free: dict[int, list[Buffer]] = {}

    def take(self, nbytes: int) -> Buffer:
        free = self.free.get(nbytes)
        if free:
            return free.pop()
        slot = self.code.slot("ptr")
        self.code.entry.append(f"  store ptr {self.address(nbytes)}, ptr {slot}")
        return Buffer(self.code, slot, nbytes, True)

    def address(self, nbytes: int) -> str:
        """The address of so many bytes more."""
        address = self.code.fresh("a")
        self.code.entry.append(f"  {address} = getelementptr inbounds i8, ptr %room, i64 {self.extend(nbytes)}")
        return address

    def extend(self, nbytes: int) -> int:
        """Where so many bytes more begin."""
        before = self.size
        self.size += -(-max(nbytes, 1) // ALIGNED) * ALIGNED
        return before

    def give_back(self, buffer: Buffer) -> None:
        self.free.setdefault(buffer.nbytes, []).append(buffer)
