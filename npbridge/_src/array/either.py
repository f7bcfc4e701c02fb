"""One value or another of another kind, which of them being known only at run time.

``x[0] if c else 1`` is a float64 scalar or a Python integer, ``x`` or ``None``, an array
of one shape or of another; a variable that only one path binds is a value or nothing at
all.  What is done with such a value is done with each of them under its condition; where
the answers are of one kind again they are one value.  As a result of a compiled function
it is chosen after the run.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable

import jax

from ..ground.errors import ControlFlowError
from .core import OURS, JaxArray
from .operators import BINARY, COMPARISONS, UNARY

# ``distribute(function, *arguments)``: the function of each, under its condition
distribute: Callable | None = None

_REFUSED = (
    "{what} of a value that is {kinds}, depending on a condition that is known only at run time, cannot be compiled. "
    "Give it the same shape and kind on both paths, or run the function on the 'numpy' backend."
)


# functions without effects: each is computed, and one selected
PURE = {
    operator.getitem, operator.truediv, operator.floordiv, operator.mod, operator.matmul, operator.and_, operator.or_,
    operator.xor, operator.invert, operator.lshift, operator.rshift,
    operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.abs, operator.lt, operator.le,
    operator.gt, operator.ge, operator.eq, operator.ne,
}  # fmt: skip


def is_pure(function) -> bool:
    return getattr(function, "pure", False) or function in PURE


def is_unbound(option) -> bool:
    return type(option).__name__ == "Unbound"


def _is_real_scalar(option) -> bool:
    return type(option) in OURS and not option.shape and option.dtype.kind in "biuf"


def see_that_python_has(x, name: str) -> None:
    """Refuse what a number of Python's does not have, such as ``n.sum()``, as Python does."""
    if type(x) in OURS and x.weak is not None and not hasattr(x.weak, name):
        raise AttributeError(f"{x.weak.__name__!r} object has no attribute {name!r}")


def _attribute(x, name: str):
    see_that_python_has(x, name)
    return getattr(x, name)


class Either:
    """A value of one of several kinds.

    Attributes
    ----------
    which : tracer
        The number of the option that it is.
    options : tuple
        Values of different kinds.
    """

    __slots__ = ("options", "which")
    of_the_run_time = True  # a class of ours, which takes part where arrays are written
    __array_priority__ = 300.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, which, options) -> None:
        self.which, self.options = which, tuple(options)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        out = kwargs.pop("out", ())
        call = getattr(ufunc, method)

        def each(*values):
            return call(*values[: len(inputs)], out=values[len(inputs) :], **kwargs) if out else call(*values, **kwargs)

        each.pure = not out and method != "at"  # type: ignore[attr-defined]
        return distribute(each, *inputs, *out)

    def __array_function__(self, func, types, args, kwargs):
        names = list(kwargs)
        return distribute(
            lambda *values: func(*values[: len(args)], **dict(zip(names, values[len(args) :], strict=True))),
            *args,
            *kwargs.values(),
        )

    def __getattr__(self, name):
        if name.startswith("_") or name == "weak":  # of ours
            raise AttributeError(name)
        if any(callable(getattr(type(o), name, None)) for o in self.options):
            return lambda *args, **kwargs: distribute(
                lambda o, *given: _attribute(o, name)(*given, **kwargs), self, *args
            )
        return distribute(lambda o: _attribute(o, name), self)

    def __getitem__(self, key):
        return distribute(operator.getitem, self, key)

    def __setitem__(self, key, value):
        distribute(operator.setitem, self, key, value)

    def __call__(self, *args, **kwargs):
        return distribute(lambda f, *given: f(*given, **kwargs), self, *args)

    def is_real(self) -> bool:
        """Whether each option is a number, and no complex one."""
        return all(type(o) in (int, float, bool) or _is_real_scalar(o) for o in self.options)

    def _refuse(self, what):
        kinds = " or ".join("not bound" if is_unbound(o) else f"a {type(o).__name__}" for o in self.options)
        raise ControlFlowError(_REFUSED.format(what=what, kinds=kinds))


# -- pytrees: out of JAX's own transformations comes the one that it is


def _flatten(x):
    numbers = [None if _is_static(o) else o for o in x.options]
    return (x.which, numbers), tuple(o if _is_static(o) else None for o in x.options)


def _is_static(option) -> bool:
    return not jax.tree.leaves(option) or isinstance(option, (str, bytes)) or is_unbound(option)


def _unflatten(statics, children):
    which, numbers = children
    options = [n if s is None else s for n, s in zip(numbers, statics, strict=True)]
    known = not isinstance(which, jax.core.Tracer) and getattr(which, "shape", None) == ()
    return options[int(which)] if known else Either(which, options)


jax.tree_util.register_pytree_node(Either, _flatten, _unflatten)


def _refusing(name):
    return lambda self, *args, **kwargs: self._refuse(name)


for _name, _what in {
    "bool": "the truth, in Python,", "len": "the length", "iter": "the items", "str": "a text", "repr": "a text",
    "format": "a text", "index": "the index", "int": "an integer", "float": "a float", "complex": "a complex number",
    "array": "the values", "jax_array": "the values", "contains": "the items",
}.items():  # fmt: skip
    setattr(Either, f"__{_name}__", _refusing(_what))


def _binary(name, swapped, function):
    def call(self, other):
        return distribute(function, other, self) if swapped else distribute(function, self, other)

    return call


def _in_place(function):
    def write(option, other):
        function(option, other)

    def call(self, other):
        if not all(type(o) is JaxArray or getattr(type(o), "of_the_run_time", False) for o in self.options):
            return distribute(function, self, other)
        distribute(write, self, other)
        return self  # arrays stay the arrays that they are

    return call


_FUNCTIONS = {"divmod": divmod, "and": operator.and_, "or": operator.or_}
for _name in (*BINARY, *COMPARISONS):
    _function = _FUNCTIONS.get(_name) or getattr(operator, _name)
    setattr(Either, f"__{_name}__", _binary(_name, False, _function))
    if _name in BINARY:
        setattr(Either, f"__r{_name}__", _binary(_name, True, _function))
        if _name != "divmod":
            setattr(Either, f"__i{_name}__", _in_place(getattr(operator, f"i{_name}")))
for _name in UNARY:
    setattr(
        Either, f"__{_name}__", functools.partialmethod(lambda self, f: distribute(f, self), getattr(operator, _name))
    )
