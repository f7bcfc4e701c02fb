"""What a compiled function keeps from call to call, and for how long.

What is compiled belongs to a *form*: kinds of arguments, constants, what shares memory.  It
knows no object, so that a hundred models of one class are compiled once, and none is kept
alive.  What was found in the objects themselves, a *pool*, is kept for those used last.
"""

from __future__ import annotations

from ..engine.auto import Known
from ..face import host_draws
from . import discover

ENTRIES = 256  # so many forms are kept, of which each may hold a compiled program
POOLS = 32  # for so many sets of objects among the arguments it is known what is in them,
LARGEST = 1 << 24  # as long as so many bytes of arrays are not kept alive by that


class Kept:
    """What was compiled and learned of a function, or of a method for all instances.

    Attributes
    ----------
    entries : dict
        Keys to executables, in the order in which they were made.
    compiling : dict
        Keys to the locks of what is being compiled.
    static : frozenset
        Numbers that are constants: their kinds, places among the arguments, paths in the state.
    moving : frozenset
        The paths of numbers of the state that the function binds anew.
    varied : frozenset
        The paths of NumPy's scalars in the state that others bind anew.
    raws_are_constants : bool
        Whether the values of arrays of JAX's that are held are needed.
    auto : Known
        Which engine is the fastest, for each kind of call.
    engines : dict
        What the engines that it chooses from have compiled, by their names.
    drawn : Arrays
        Where the numbers come that NumPy draws.
    plainly : dict
        Kinds of calls (of :func:`~npbridge._src.engine.kinds.kind_of_call`) that cannot be traced for ``'numpy'``, to
        why: they run as plain Python, which is right whatever else has changed.
    waiting : dict
        For kinds of calls that are not compiled, as many others are: what they have taken so far, in seconds.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.entries: dict = {}
        self.compiling: dict = {}
        self.static: frozenset = frozenset()
        self.moving: frozenset = frozenset()
        self.varied: frozenset = frozenset()
        self.raws_are_constants = False
        self.auto = Known()
        self.engines: dict[str, Kept] = {}
        self.drawn = host_draws.Arrays()
        self.plainly: dict = {}
        self.waiting: dict = {}

    def add(self, key, entry) -> None:
        """Keep what was compiled; of very many forms the oldest go."""
        while len(self.entries) >= ENTRIES:
            self.entries.pop(next(iter(self.entries)), None)
        self.entries[key] = entry

    def refuse(self, kind, reason: str) -> None:
        """Do not try again to trace calls of a kind."""
        while len(self.plainly) >= ENTRIES:
            self.plainly.pop(next(iter(self.plainly)), None)
        self.plainly[kind] = reason

    def of_engine(self, name: str) -> Kept:
        return self.engines.setdefault(name, Kept())

    def learned(self) -> tuple:
        """What decides how the state of a function is looked at."""
        return self.raws_are_constants, self.moving, self.static, self.drawn


class Pool:
    """What can be reached from a function and one set of objects among its arguments."""

    def __init__(self, function, objects, kept: Kept) -> None:
        self.objects = objects
        self.learned = kept.learned()
        self.missed = 0  # how often the function was traced again for arrays that it met
        raws_are_constants, moving, fixed, drawn = self.learned
        self.state = discover.State(raws_are_constants, moving, fixed, drawn)
        self.state.visit(function, getattr(function, "__name__", "function"))
        for path, value in objects:
            self.state.visit(value, path)
        self.state.visit_strangers()
        roots = [(getattr(function, "__name__", "function"), function), *objects]
        self.roots = tuple([(path, type(x).__name__, self.state.form(x, path, False)) for path, x in roots])

    def constants(self) -> tuple:
        """What code that is compiled for it takes for constant."""
        return self.roots + self.state.constants()

    def holds(self, kept: Kept) -> bool:
        """Whether all is as it was found, and would be found so again."""
        known = self.learned
        return all(a is b for a, b in zip(known, kept.learned(), strict=True)) and self.state.holds()


class Pools:
    """The pools of the objects that were used last."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], Pool] = {}

    def of(self, function, objects, kept: Kept) -> Pool:
        """The pool of a set of objects, found anew where something has changed."""
        key = tuple([id(x) for _, x in objects])
        pool = self.known.get(key)
        if pool is None or not pool.holds(kept):
            self.known.pop(key, None)
            self.make_room()
            pool = self.known[key] = Pool(function, objects, kept)
        return pool

    def make_room(self) -> None:
        """Let go of the oldest where they are many, or hold much."""
        sizes = {key: pool.state.nbytes() for key, pool in list(self.known.items())}
        held = sum(sizes.values())
        for key, size in sizes.items():
            if len(self.known) < POOLS and held <= LARGEST:
                break
            self.known.pop(key, None)
            held -= size

    def clear(self) -> None:
        self.known.clear()

    def latest(self) -> Pool | None:
        return next(reversed(list(self.known.values())), None)
