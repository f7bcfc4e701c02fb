"""The table of programs: what each takes, how exactly it must agree, and what may refuse it.

A module of programs decorates each with :func:`program`.  The arguments are given to
every run as copies; a class is a program too: it is made anew for every run, and one
of its methods is called.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WAYS = ("eager-jax", "eager-numpy", "jit-jax", "jit-numpy", "jit-auto", "jit-jax-32")
MODULES = (
    "stencils", "flows", "factorizations", "solvers", "tables", "graphs", "integers", "many_bodies", "fourier",
    "neural", "cellular", "learning", "optimizing", "trajectories", "neurons", "filters", "finance", "images",
    "geometry", "numerics",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """One row.

    Attributes
    ----------
    target : function or class
    args : tuple
        Of the function, or of the method.
    build : tuple
        The arguments of the class.
    method : str or None
        What is called of an object of the class.
    refused : dict
        Way to ``(error class, text)``: what a backend says that cannot run it.
    narrow : bool
        Run it in 32 bits too.
    """

    target: Any
    args: tuple
    build: tuple = ()
    method: str | None = None
    rtol: float = 1e-9
    refused: dict = field(default_factory=dict)
    narrow: bool = False

    @property
    def ways(self) -> tuple:
        return WAYS if self.narrow else WAYS[:-1]

    def prepare(self, give: Callable) -> tuple[Callable, list, Any]:
        """What to call, its arguments, and the object whose state it changes."""
        args = [give(copy.deepcopy(a)) for a in self.args]
        if self.method is None:
            return self.target, args, None
        made = self.target(*copy.deepcopy(self.build))
        return getattr(made, self.method), args, made


PROGRAMS: dict[str, Program] = {}


def program(*args: Any, **options: Any) -> Callable:
    """Add a function or a class to the table."""

    def add(target):
        name = target.__name__
        assert name not in PROGRAMS, name
        PROGRAMS[name] = Program(target, args, **options)
        return target

    return add


def all_programs() -> dict[str, Program]:
    for module in MODULES:
        importlib.import_module(f"{__package__}.{module}")
    return PROGRAMS
