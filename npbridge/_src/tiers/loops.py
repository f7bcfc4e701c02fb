"""Loops of a script that use up time while they run: the turns that are left go on compiled.

The script is compiled with a call around the ``range`` of each of its own outermost loops.
What it gives hands out the same numbers, in pieces; between two pieces the loop stands at
the beginning of a turn, and what is left can be run by somebody else.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import time
import warnings
from collections.abc import Iterator
from itertools import chain
from types import CodeType, FunctionType
from typing import Any

from ..ground.config import mode
from .candidates import Candidate

COMPILES = 3  # so many pieces may take longer than Python
FEW = 50  # times that a loop is entered until it is left alone
PIECE = 0.005  # seconds that a piece of a loop takes, about
HOT = 0.15  # seconds of one loop, after which it is tried
AT_ONCE = 0.2  # seconds of compiled turns between two chances for signals and their handlers
TRIAL = 0.15  # seconds of plain Python that are compared
LEFT = 0.5  # seconds of plain Python that must be left
_NOT_TAKEN = (
    ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
    ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.AsyncFor, ast.Try, ast.Delete,
    ast.NamedExpr, ast.Raise, ast.Match,
)  # fmt: skip


class Loops:
    """The loops of a script.

    Parameters
    ----------
    tiers : Tiers
        Where trials are run.

    Attributes
    ----------
    namespace : dict
        The globals of the script.
    """

    def __init__(self, tiers: Any) -> None:
        self.tiers = tiers
        self.sites: list[Site] = []
        self.namespace: dict = {}

    def compiled(self, source: bytes | str, file: str, namespace: dict) -> CodeType:
        """The code of a script that will run in `namespace`, with its loops looked after."""
        self.namespace = namespace
        tree = compile(source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        try:
            for node in _outermost(tree):
                if _is_over_range(node) and _can_be_taken(node):
                    called = ast.copy_location(ast.Name(self.site(node, file), ast.Load()), node.iter)
                    node.iter = ast.copy_location(ast.Call(called, [node.iter], []), node.iter)
            return compile(tree, file, "exec", dont_inherit=True)
        except RecursionError:  # deeper than can be walked
            return compile(source, file, "exec", dont_inherit=True)

    def site(self, node: ast.For, file: str) -> str:
        """Have a loop looked after; the name under which the code calls what does."""
        name = f"__npbridge_loop_{len(self.sites)}__"
        site = Site(self, node, file, name)
        self.sites.append(site)
        setattr(builtins, name, site)  # where the program does not see it among its own
        return name

    def leave(self) -> None:
        for site in self.sites:
            site.leave()

    def candidates(self) -> list[Candidate]:
        return [site.candidate for site in self.sites if site.candidate is not None]


def _outermost(tree: ast.Module) -> Iterator[ast.For]:
    """The loops of a module itself, beside those in branches: functions and classes are not looked into.

    Code of functions goes other ways as well: into pickles, and to other compilers.
    """
    waiting = [tree.body]
    while waiting:
        for statement in waiting.pop():
            if isinstance(statement, ast.For):
                yield statement
            elif isinstance(statement, ast.If):
                waiting += [statement.body, statement.orelse]


def _is_over_range(node: ast.For) -> bool:
    call = node.iter
    is_range = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
    return is_range and isinstance(node.target, ast.Name)


def _can_be_taken(node: ast.For) -> bool:
    """Whether a loop can be a function of its own: nothing leaves it but by its end."""
    for part in ast.walk(ast.Module(node.body, [])):
        if isinstance(part, _NOT_TAKEN):
            return False
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and part.id == node.target.id:  # type: ignore[attr-defined]
            return False
    return not any(_breaks(statement) for statement in node.body)


def _breaks(statement: ast.stmt) -> bool:
    """Whether a ``break`` in it leaves the loop around it."""
    if isinstance(statement, ast.Break):
        return True
    if isinstance(statement, (ast.For, ast.While)):
        return any(map(_breaks, statement.orelse))
    inner = [*getattr(statement, "body", ()), *getattr(statement, "orelse", ())]
    return any(map(_breaks, inner)) or any(_breaks(s) for case in getattr(statement, "cases", ()) for s in case.body)


class Site:
    """One loop of the source."""

    def __init__(self, loops: Loops, node: ast.For, file: str, name: str) -> None:
        self.loops, self.node, self.file, self.name = loops, node, file, name
        self.target: str = node.target.id  # type: ignore[attr-defined]
        self.candidate: Turns | None = None
        self.body = [ast.unparse(statement) for statement in node.body]
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        self.stored = sorted({n.id for n in names if isinstance(n.ctx, ast.Store)} - {self.target})
        self.entered = 0

    def __call__(self, turns: Any) -> Any:
        self.entered += 1
        if self.entered > FEW or type(turns) is not range:
            self.leave()
            return turns
        return chain.from_iterable(self.pieces(turns))

    def leave(self) -> None:
        """Let the loop be as it is written."""
        setattr(builtins, self.name, iter)

    def pieces(self, turns: range) -> Iterator[range]:
        """The numbers of a range, in pieces of about the same time."""
        at, size, started, begun = 0, 1, time.perf_counter(), 0.0
        while at < len(turns):
            now = time.perf_counter()
            if begun:
                took = max(now - begun, 1e-9)
                size = max(1, min(2 * size, int(size * PIECE / took)))
                pace = (now - started) / at
                if now - started > HOT and (len(turns) - at) * pace > LEFT:
                    if self.taken(turns[at:], pace):
                        return
                    if self.candidate is not None and self.candidate.done:
                        at, self.candidate.done = at + self.candidate.done, 0
                    now = time.perf_counter()
            begun = now
            yield turns[at : at + size]
            at += size

    def taken(self, left: range, pace: float) -> bool:
        """Whether the turns that are left have been run."""
        if self.candidate is None:
            self.candidate = Turns(self)
        return self.candidate.taken(left, pace)


class Turns(Candidate):
    """The turns of a loop as a function of the variables that it binds; what else it reads are globals."""

    def __init__(self, site: Site) -> None:
        self.site, self.namespace = site, site.loops.namespace
        super().__init__(site.loops.tiers, self.made(), f"the loop at line {site.node.lineno}")
        # functions that are called inside would go on with the globals as they were
        self.variables = [*site.stored, site.target]
        self.word = "it was over before it had been tried"
        self.done = 0

    def made(self) -> FunctionType:
        head = ", ".join([*self.site.stored, "npb_first", "npb_stop", "npb_step"])
        lines = [f"def turns({head}):"]
        lines.append(f"    for {self.site.target} in range(npb_first, npb_stop, npb_step):")
        lines += ["        " + line for statement in self.site.body for line in statement.splitlines()]
        lines.append(f"    return ({''.join(f'{n}, ' for n in self.site.stored)})")
        file = f"<loop at {self.site.file}:{self.site.node.lineno}>"
        linecache.cache[file] = (len(lines), None, [line + "\n" for line in lines], file)
        own: dict = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # which the program's own lines have told
            exec(compile("\n".join(lines), file, "exec", dont_inherit=True), own)
        return FunctionType(own["turns"].__code__, self.namespace, "turns")

    def taken(self, left: range, pace: float) -> bool:
        if self.over or not self.tiers.is_alone():
            return False
        if self.found:
            self.adopt()
            if self.over:
                return False
        if self.arguments(left) is None:
            return False
        if self.auto is not None:
            return self.run(left, pace)
        if not self.tries and self.tiers.running is None:
            few = left[: max(1, int(TRIAL / pace))]
            self.tiers.try_beside(self, self.arguments(few), {})
            if self.found:  # it was waited for
                return self.taken(left, pace)
        return False

    def arguments(self, left: range) -> tuple | None:
        """What the function is called with; None where a variable has no value yet."""
        own, stored = self.namespace, self.site.stored
        if not all(name in own for name in stored):
            return None
        return (*[own[name] for name in stored], left.start, left.stop, left.step)

    def kind_of(self, args: tuple, kwargs: dict) -> Any:
        """However many turns they are."""
        return super().kind_of(args[:-3], kwargs)

    def run(self, left: range, pace: float) -> bool:
        """Run what is left, in pieces, so that signals are answered; each all of it or nothing.

        Whether it has come to the end; where not, `done` says how many turns have been run.
        """
        engine, own, size, self.done = self.auto.only(), self.namespace, 1, 0
        slow = 0
        while self.done < len(left):
            piece = left[self.done : self.done + size]
            arguments = self.arguments(piece)
            start = time.perf_counter()
            try:
                result = engine(arguments, {})
            except Exception:  # it will come again where Python meets it, if it is the program's
                self.give_up("it stopped where Python has to go on")
                return False
            own.update(zip(self.site.stored, result, strict=True))
            own[self.site.target] = piece[-1]
            took = max(time.perf_counter() - start, 1e-9)
            slow += took > 2 * pace * len(piece) and mode() != "static"
            if slow > COMPILES:  # the first pieces may compile, as kinds change
                self.give_up(f"compiled a turn took {took / len(piece) * 1e3:.3g} ms, in Python {pace * 1e3:.3g} ms")
                self.done += len(piece)
                return self.done == len(left)
            self.done += len(piece)
            size = max(1, min(4 * size if self.done > size else size * 16, int(size * AT_ONCE / took)))
        return True

    def give_up(self, word: str) -> None:
        super().give_up(word)
        self.site.leave()

    def place(self) -> tuple:
        return self.site.file, self.site.node.lineno
