"""What is known of one program: its plain form, its arguments, and the forms by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Program(NamedTuple):
    """A program and its peers.

    Attributes
    ----------
    plain : callable
        The NumPy program.
    inputs : callable
        Makes its arguments, of given sizes.
    full, small : tuple
        Sizes: for times (about 10 ms in NumPy), and for tests.
    numba, jax : callable
        The forms by hand.  They take the same arguments, arrays of JAX in the latter, and
        return what the program returns.
    written : tuple of int
        Where the program returns nothing: the arguments that hold its outcome, which a
        form for JAX returns.
    """

    plain: Callable[..., Any]
    inputs: Callable[..., tuple[Any, ...]]
    full: tuple[int, ...]
    small: tuple[int, ...]
    numba: Callable[..., Any]
    jax: Callable[..., Any]
    written: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.plain.__name__

    @property
    def kind(self) -> str:
        return self.plain.__module__.rpartition(".")[2]
