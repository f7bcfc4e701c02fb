"""Loops that use up time while they run: the turns that are left go on compiled.

The program's source is compiled with a call around the ``range`` of each outermost loop.
What it gives hands out the same numbers, in pieces; between two pieces the loop stands at
the beginning of a turn, and what is left can be run by somebody else.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import linecache
import sys
import time
from collections.abc import Iterator
from itertools import chain
from types import CodeType, FrameType, FunctionType
from typing import Any

from .candidates import Candidate

FEW = 50  # times that a loop is entered until it is left alone: then its function is what is hot
PIECE = 0.005  # seconds that a piece of a loop takes, about
HOT = 0.15  # seconds of one loop, after which it is tried
TRIAL = 0.15  # seconds of plain Python that are compared
LEFT = 0.5  # seconds of plain Python that must be left
_NOT_TAKEN = (
    ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
    ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.AsyncFor, ast.Try, ast.Delete,
    ast.NamedExpr, ast.Raise,
)  # fmt: skip


class Loops:
    """The loops of a program's files.

    Parameters
    ----------
    tiers : Tiers
        Where trials are run.
    """

    def __init__(self, tiers: Any) -> None:
        self.tiers = tiers
        self.sites: list[Site] = []

    def compiled(self, source: bytes | str, file: str) -> CodeType:
        """The code of a file, with its loops looked after."""
        tree = compile(source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        _Marks(self, file).visit(tree)
        return compile(tree, file, "exec", dont_inherit=True)

    def site(self, node: ast.For, file: str) -> str:
        """Have a loop looked after; the name under which the code calls what does."""
        name = f"__npbridge_loop_{len(self.sites)}__"
        site = Site(self.tiers, node, file, name)
        self.sites.append(site)
        setattr(builtins, name, site)  # where the program does not see it among its own
        return name

    def leave(self) -> None:
        for site in self.sites:
            site.leave()

    def candidates(self) -> list[Candidate]:
        return [site.candidate for site in self.sites if site.candidate is not None]


class _Marks(ast.NodeTransformer):
    """Puts a call around the range of each outermost loop."""

    def __init__(self, loops: Loops, file: str) -> None:
        self.loops, self.file = loops, file

    def visit_For(self, node: ast.For) -> ast.For:
        call = node.iter
        is_range = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
        if is_range and isinstance(node.target, ast.Name) and _can_be_taken(node):
            name = self.loops.site(node, self.file)
            called = ast.copy_location(ast.Name(name, ast.Load()), call)
            node.iter = ast.copy_location(ast.Call(called, [call], []), call)
            return node
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        return node


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

    def __init__(self, tiers: Any, node: ast.For, file: str, name: str) -> None:
        self.tiers, self.node, self.file, self.name = tiers, node, file, name
        self.target: str = node.target.id  # type: ignore[attr-defined]
        self.candidate: Turns | None = None
        self.body = [ast.unparse(statement) for statement in node.body]
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        self.stored = sorted({n.id for n in names if isinstance(n.ctx, ast.Store)} - {self.target})
        self.read = sorted({n.id for n in names} - {self.target})
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
                    if self.taken(sys._getframe(1), turns[at:], pace):
                        return
                    now = time.perf_counter()
            begun = now
            yield turns[at : at + size]
            at += size

    def taken(self, frame: FrameType, left: range, pace: float) -> bool:
        """Whether the turns that are left have been run."""
        if self.candidate is None:
            self.candidate = Turns(self.tiers, self, frame)
        return self.candidate.taken(frame, left, pace)


class Turns(Candidate):
    """The turns of a loop as a function of the variables that it binds and, in a function, of those that it reads."""

    def __init__(self, tiers: Any, site: Site, frame: FrameType) -> None:
        self.site = site
        self.at_module_level = frame.f_code.co_name == "<module>"
        code = frame.f_code
        self.refused = ""
        bound = set(code.co_cellvars) | set(code.co_freevars)
        if bound & set(site.stored) or set(code.co_cellvars) & set(site.read):
            self.refused = "functions inside use the variables of the loop"
        known = site.stored if self.at_module_level else (*code.co_varnames, *code.co_freevars)
        self.names = [name for name in site.read if name in known]
        # functions that are called inside would go on with the globals as they were
        self.variables = [*site.stored, site.target] if self.at_module_level else []
        function = self.made(frame.f_globals)
        super().__init__(tiers, function, f"the loop at line {site.node.lineno}")
        self.word = "it was over before it had been tried"

    def made(self, namespace: dict) -> FunctionType:
        stored = self.site.stored
        head = ", ".join([*self.names, "npb_first", "npb_stop", "npb_step"])
        lines = [f"def turns({head}):"]
        lines.append(f"    for {self.site.target} in range(npb_first, npb_stop, npb_step):")
        lines += ["        " + line for statement in self.site.body for line in statement.splitlines()]
        lines.append(f"    return ({''.join(f'{n}, ' for n in stored)})")
        file = f"<loop at {self.site.file}:{self.site.node.lineno}>"
        linecache.cache[file] = (len(lines), None, [line + "\n" for line in lines], file)
        own: dict = {}
        exec(compile("\n".join(lines), file, "exec", dont_inherit=True), own)
        return FunctionType(own["turns"].__code__, namespace, "turns")

    def taken(self, frame: FrameType, left: range, pace: float) -> bool:
        if self.refused or self.over:
            return False
        if self.found:
            self.adopt()
            if self.over:
                return False
        arguments = self.arguments(frame, left)
        if arguments is None:
            return False
        if self.auto is not None:
            return self.run(frame, arguments)
        if not self.tries and self.tiers.running is None and self.tiers.is_alone():
            few = left[: max(1, int(TRIAL / pace))]
            self.tiers.try_beside(self, self.arguments(frame, few), {}, "turns")
            if self.found:  # it was waited for
                return self.taken(frame, left, pace)
        return False

    def arguments(self, frame: FrameType, left: range) -> tuple | None:
        """What the function is called with; None where a variable has no value yet."""
        own = frame.f_locals
        return (
            None
            if any(name not in own for name in self.names)
            else (*[own[name] for name in self.names], left.start, left.stop, left.step)
        )

    def run(self, frame: FrameType, arguments: tuple) -> bool:
        """Run what is left, all of it or nothing."""
        try:
            result = self.auto.only()(arguments, {})
        except Exception:  # it will come again where Python meets it, if it is the program's
            self.give_up("it stopped where Python has to go on")
            return False
        values = dict(zip(self.site.stored, result, strict=True))
        self.assign(frame, {**values, self.site.target: range(*arguments[-3:])[-1]})
        return True

    def assign(self, frame: FrameType, values: dict) -> None:
        """Bind variables of a function that runs, or of the module."""
        frame.f_locals.update(values)
        if not self.at_module_level and sys.version_info < (3, 13):  # else they are the variables
            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))

    def give_up(self, word: str) -> None:
        super().give_up(word)
        self.site.leave()

    def place(self) -> tuple:
        return self.site.file, self.site.node.lineno
