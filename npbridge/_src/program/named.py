"""Rules for calls that are marked: which function of whose it is, so that its digits can be what they are there."""

from __future__ import annotations

import numpy as np
from jax.extend.core import ClosedJaxpr

from ..storage.digits import NUMPYS, ORDERED, OVERFLOWS, PADDED, PYTHONS, ROUNDED
from . import views
from .builder import OWN, dtype_of
from .folding import only
from .nodes import Value
from .ranges import BEYOND

# of Python's `math`, by the names that the C library has for them too
C_LIBRARY = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh pow cbrt fmod
    """.split()
)
_OF_TWO = frozenset(["atan2", "pow", "fmod"])
_DEFINED = frozenset(["sqrt", "fabs", "floor", "ceil", "trunc", "isnan", "isinf", "isfinite", "copysign"])
LIBRARYS = "libm."  # before the names of steps that the C library does


def call(b, eqn, args) -> list[Value] | None:
    """What a marked call gives; None for others."""
    name = eqn.params.get("name", "")
    if name.startswith(PYTHONS):
        return _pythons(b, eqn, args, name.removeprefix(PYTHONS))
    if name.startswith(NUMPYS):
        return _numpys(b, eqn, args, *name.removeprefix(NUMPYS).split())
    if name.startswith(OVERFLOWS):
        if len(args) != 2:  # constants among them have been put inside
            return _inside(b, eqn, args)
        return [b.map(BEYOND + name.removeprefix(OVERFLOWS), np.dtype(bool), *args, shape=args[0].shape)]
    if name == ORDERED:
        b.ordered.add(args[0])
        return [args[0]]
    if name.startswith(PADDED):
        b.padded[args[0]] = frozenset(map(int, name.removeprefix(PADDED).split()))
        return [args[0]]
    if name.startswith(ROUNDED):
        b.rounded[args[0]] = name.removeprefix(ROUNDED)
        return [args[0]]
    return None


def _inside(b, eqn, args) -> list[Value]:
    inner = eqn.params["jaxpr"]
    assert isinstance(inner, ClosedJaxpr)
    return b.run(inner.jaxpr, inner.consts, args)


def _again(b, eqn, args, count: int) -> list[Value] | None:
    """The arguments of a function, some of which may have been constants that were put inside."""
    if len(args) == count:
        return list(args)
    (found,) = _inside(b, eqn, args)
    node = found.node
    return node.args if node is not None and node.kind == "map" and len(node.args) == count else None


def _rounded(b, eqn, args, name: str) -> list[Value]:
    outs = _inside(b, eqn, args)
    b.rounded |= {x: name for x in outs if x.dtype.kind in "fc"}
    return outs


def _pythons(b, eqn, args, name: str) -> list[Value]:
    if name in _DEFINED:
        return _inside(b, eqn, args)
    dtype = dtype_of(eqn.outvars[0].aval)
    if dtype.kind == "c" and (found := _of_complex(b, eqn, args, name, dtype)) is not None:
        return [found]
    given = None
    if name in C_LIBRARY and dtype.char in "fd" and len(eqn.outvars) == 1:
        given = _again(b, eqn, args, 2 if name in _OF_TWO else 1)
    if given is None:
        return _rounded(b, eqn, args, f"math.{name}")
    return [b.map(LIBRARYS + name, dtype, *(b.cast(x, dtype) for x in given), shape=eqn.outvars[0].aval.shape)]


def _of_complex(b, eqn, args, name: str, dtype: np.dtype) -> Value | None:
    """What Python does with two complex numbers; None for what has no such form here."""
    given = _again(b, eqn, args, 2)
    if given is None or given[0].shape:
        return None
    x, y = given
    if name == "div":
        return b.map(LIBRARYS + "div", dtype, b.cast(x, dtype), b.cast(y, dtype))
    power = only(y)
    if name != "pow" or power is None or power.constant not in (1, 2, 3, 4):
        return None
    # as CPython multiplies
    result, factor = b.constant(1, dtype), b.cast(x, dtype)
    for bit in bin(int(power.constant.real))[:1:-1]:
        result = b.map("mul", dtype, result, factor) if bit == "1" else result
        factor = b.map("mul", dtype, factor, factor)
    return result


def _in_rank(b, x: Value, rank: int) -> Value:
    """An array with axes of length one before its own, as it stands beside another one; numbers stay numbers."""
    more = rank - len(x.shape)
    if not x.shape or not more:
        return x
    return b.view(x, views.broadcast(x.shape, tuple(range(more, rank))), (*(1,) * more, *x.shape))


def _numpys(b, eqn, args, name: str, kinds: str) -> list[Value]:
    if len(eqn.outvars) != 1 or not isinstance(getattr(np, name, None), np.ufunc):
        return _rounded(b, eqn, args, f"numpy.{name}")
    aval, found = eqn.outvars[0].aval, _again(b, eqn, args, len(kinds))
    if found is None:
        return _rounded(b, eqn, args, f"numpy.{name}")
    given = [_in_rank(b, b.cast(x, np.dtype(kind)), len(aval.shape)) for x, kind in zip(found, kinds, strict=True)]
    return [b.map(OWN + name, dtype_of(aval), *given, shape=aval.shape)]
