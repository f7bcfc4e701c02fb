"""Which backend is active, and what a backend must provide."""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from ..ground.config import chosen
from ..ground.errors import BackendError
from .registry import Rule, tables

ALIASES = {"jax": "jax", "numpy": "numpy", "numba": "numpy", "auto": "auto"}


class Backend:
    """A backend as the protocol sees it.

    Attributes
    ----------
    name : str
    rules : dict
        Function object to :class:`~npbridge._src.dispatch.registry.Rule`.
    ufunc : callable
        ``ufunc(ufunc, method, inputs, kwargs)``; every ufunc call.
    binary : callable
        ``binary(ufunc, a, b)``: an operator on operands that are known.
    update : callable
        ``update(ufunc, target, other)``: an in-place operator, likewise.
    missing : callable
        ``missing(function, args, kwargs)`` for functions without a rule.
    outside : callable or None
        ``outside(function, args, kwargs, error)`` for calls that ask for data
        which are not stored; None raises the error.
    offered : callable
        ``offered(function, args, kwargs, written)`` on the host values, beside other libraries' arrays.
    told : callable or None
        ``told(rule, function, args, kwargs)``: let NumPy tell of floating-point errors, where somebody asks
        about them; whether it did.  None where what computes does it.
    plain : bool
        Whether what is made and computed are NumPy's own arrays.
    traced : callable or None
        ``traced(rule, function, args, kwargs)`` for calls while JAX traces; None where nothing is traced.
    """

    __slots__ = (
        *("name", "rules", "ufunc", "binary", "update"),
        *("missing", "offered", "outside", "plain", "told", "traced"),
    )

    def __init__(
        self,
        name: str,
        ufunc: Callable,
        binary: Callable,
        update: Callable,
        missing: Callable,
        offered: Callable,
        outside: Callable | None = None,
        traced: Callable | None = None,
        told: Callable | None = None,
    ) -> None:
        self.name = name
        self.rules: dict[Any, Rule] = tables[name]
        self.ufunc = ufunc
        self.binary = binary
        self.update = update
        self.missing = missing
        self.offered = offered
        self.outside = outside
        self.traced = traced
        self.told = told
        self.plain = False


_loaded: dict[str, Backend] = {}
_override: contextvars.ContextVar[Backend | None] = contextvars.ContextVar("npbridge_backend", default=None)
_default: Backend | None = None


def canonical_name(name: str) -> str:
    try:
        return ALIASES[name]
    except (KeyError, TypeError):
        raise BackendError(
            f"there is no backend {name!r}. The backends are 'jax' and 'numpy' ('numba' is another name for 'numpy'), "
            "and 'auto', which chooses for each compiled function."
        ) from None


def load(name: str) -> Backend:
    name = canonical_name(name)
    if name not in _loaded:
        package = "jax" if name == "jax" else "numba"  # what is not compiled is NumPy's under 'auto'
        module = importlib.import_module(f"..backends.{package}", __package__)
        _loaded[name] = module.make_backend()
        _loaded[name].name = name
    return _loaded[name]


def active() -> Backend:
    """The backend that the next call will use."""
    return _override.get() or _default or _start()


def _start() -> Backend:
    name = os.environ.get("NPBRIDGE_BACKEND", "auto" if "auto" in chosen else "jax")
    try:
        begin_with(name)
    except BackendError as error:
        raise BackendError(f"NPBRIDGE_BACKEND: {error}") from None
    assert _default is not None
    return _default


def use_backend(name: str) -> None:
    """Choose the backend of all calls from now on.

    Parameters
    ----------
    name : {"jax", "numpy", "numba", "auto"}
        ``"numba"`` is another name for ``"numpy"``.  Under ``"auto"`` what :func:`npbridge.jit` compiles
        runs on the engine that is fastest for it, all else as on ``"numpy"``; numbers have 64 bits.

    Raises
    ------
    BackendError
        A ``ValueError``: there is no such backend.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.use_backend("numpy")
    >>> npbridge.get_backend_name()
    'numpy'
    >>> npbridge.use_backend("jax")
    """
    begin_with(name)
    chosen.add("backend")


def begin_with(name: str) -> None:
    """As :func:`use_backend`, where nobody has chosen."""
    global _default
    _default = load(name)


def get_backend_name() -> str:
    """The name of the active backend.

    Returns
    -------
    str
        ``"jax"``, ``"numpy"`` or ``"auto"``.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.get_backend_name()
    'jax'
    """
    return active().name


@contextlib.contextmanager
def backend(name: str) -> Iterator[None]:
    """Use another backend inside a ``with`` block, in this thread or task.

    Parameters
    ----------
    name : {"jax", "numpy", "numba", "auto"}
        ``"numba"`` is another name for ``"numpy"``.  Under ``"auto"`` what :func:`npbridge.jit` compiles
        runs on the engine that is fastest for it, all else as on ``"numpy"``; numbers have 64 bits.

    Raises
    ------
    BackendError
        A ``ValueError``: there is no such backend.

    Examples
    --------
    >>> import npbridge
    >>> with npbridge.backend("numpy"):
    ...     npbridge.get_backend_name()
    'numpy'
    """
    token = _override.set(load(name))
    try:
        yield
    finally:
        _override.reset(token)
