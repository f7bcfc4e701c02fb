"""JAX's own functions, and the libraries made of them: they are handed JAX's values.

Our arrays are nodes in JAX's trees, so that a function under ``jax.jit`` or ``jax.vmap``
gets arrays of ours.  Here is what asks for leaves: results that must be one number,
indices, cotangents, and solvers that put trees of one structure in the place of others.
"""

from __future__ import annotations

import contextvars
import functools
import types
from collections.abc import Callable
from typing import Any

import jax

from ..array.core import OURS
from . import borders

# whether this thread or task is in a function of such a library
_inside: contextvars.ContextVar[bool] = contextvars.ContextVar("inside", default=False)
_FORM = "__npbridge_values__"


def _is_ours(x: Any) -> bool:
    return type(x) in OURS


def holds_ours(tree: Any) -> bool:
    """Whether an array of ours is somewhere in a tree of JAX's."""
    return any(map(_is_ours, jax.tree.leaves(tree, is_leaf=_is_ours)))


def values(tree: Any) -> Any:
    """A tree with JAX's values in place of our arrays."""
    if not holds_ours(tree):
        return tree
    return jax.tree.map(lambda x: x.value if _is_ours(x) else x, tree, is_leaf=_is_ours)


def giving_values(function: Any) -> Any:
    """A user's function, with JAX's values as its results: the same object for the same function."""
    if type(function) is not types.FunctionType:
        return function
    made = vars(function).get(_FORM)
    if made is None:

        @functools.wraps(function)
        def made(*args: Any, **kwargs: Any) -> Any:
            return values(function(*args, **kwargs))

        setattr(function, _FORM, made)  # which lives as long as the function
    return made


def handing_values(function: Callable) -> Callable:
    """A function of a library, for callers with arrays of ours: in its arguments, and from functions among them."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        # the functions that a library hands to itself are its own, which it may know by identity
        handed = values if _inside.get() else _handed
        args = tuple(map(handed, args))
        kwargs = {name: handed(x) for name, x in kwargs.items()}
        token = _inside.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            _inside.reset(token)

    return call


def _handed(x: Any) -> Any:
    return giving_values(x) if type(x) is types.FunctionType else values(x)


def of_results(transform: Callable) -> Callable:
    """``grad`` and its kin, for functions that give arrays of ours."""

    @functools.wraps(transform)
    def call(fun: Any, *args: Any, **kwargs: Any) -> Any:
        return transform(giving_values(fun), *args, **kwargs)

    return call


def jacobian(transform: Callable) -> Callable:
    """``jacfwd`` and its kin: the function gets arrays of ours where it is given some."""

    @functools.wraps(transform)
    def call(fun: Any, *args: Any, **kwargs: Any) -> Any:
        @functools.wraps(fun)
        def derived(*operands: Any, **named: Any) -> Any:
            leaves, tree = jax.tree.flatten((operands, named), is_leaf=_is_ours)
            kinds = [type(x) if _is_ours(x) else None for x in leaves]

            def plain(*operands: Any, **named: Any) -> Any:
                given = tree.flatten_up_to((operands, named))
                pairs = zip(kinds, given, strict=True)
                operands, named = tree.unflatten([x if kind is None else _ours(x) for kind, x in pairs])
                return values(fun(*operands, **named))

            operands, named = tree.unflatten(
                [x if kind is None else x.value for kind, x in zip(kinds, leaves, strict=True)]
            )
            return transform(plain, *args, **kwargs)(*operands, **named)

        return derived

    return call


def _ours(x: Any) -> Any:
    import npbridge

    return npbridge.asarray(x)


def vjp(transform: Callable) -> Callable:
    """``vjp``, whose results take cotangents that are arrays of ours, and are trees of JAX's as its own are."""

    @functools.wraps(transform)
    def call(fun: Any, *primals: Any, **kwargs: Any) -> Any:
        out, back, *aux = transform(giving_values(fun), *primals, **kwargs)
        return out, jax.tree_util.Partial(_pulled, back), *aux

    return call


def _pulled(back: Callable, *cotangents: Any) -> Any:
    return back(*map(values, cotangents))


def while_loop(function: Callable) -> Callable:
    """``lax.while_loop``, for conditions that are arrays of ours."""

    @functools.wraps(function)
    def call(cond_fun: Any, body_fun: Any, init_val: Any) -> Any:
        return function(giving_values(cond_fun), body_fun, init_val)

    return call


_FORMS = {
    of_results: ("grad", "value_and_grad"),
    jacobian: ("jacfwd", "jacrev", "jacobian", "hessian"),
    vjp: ("vjp",),
    while_loop: ("lax.while_loop",),
}


def transforms(module: Any) -> None:
    """Let JAX's transformations take functions of our arrays."""
    for form, names in _FORMS.items():
        for name in names:
            holder = module.lax if name.startswith("lax.") else module
            name = name.removeprefix("lax.")
            plain = getattr(holder, name)
            made = form(plain)
            setattr(holder, name, made)
            borders.replaced(plain, made)
