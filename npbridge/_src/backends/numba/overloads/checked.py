"""Arithmetic of Python's own numbers, which raises where NumPy's gives inf or nan."""

from __future__ import annotations

import math
from typing import Any

from numba.core import types

from .forms import compiled, overloads, stub

_OPERATORS = {
    "truediv": ("/", "division by zero", "float division by zero"),
    "floordiv": ("//", "integer division or modulo by zero", "float floor division by zero"),
    "mod": ("%", "integer modulo by zero", "float modulo"),
}
_WHOLE = (types.Integer, types.Boolean)
_DOMAINS = {
    "sqrt": "x < 0",
    "log": "x <= 0",
    "log2": "x <= 0",
    "log10": "x <= 0",
    "acos": "x < -1 or x > 1",
    "asin": "x < -1 or x > 1",
}


def _divide(name: str) -> None:
    symbol, whole, real = _OPERATORS[name]
    space: dict[str, Any] = {}
    exec(f"def npb_py_{name}(a, b):\n    raise NotImplementedError\n", space)

    @overloads(stub(space[f"npb_py_{name}"]))
    def typed(a, b):
        message = real if isinstance(a, types.Float) or isinstance(b, types.Float) else whole
        check = f"    if b == 0:\n        raise ZeroDivisionError({message!r})\n"
        return compiled(f"def impl(a, b):\n{check}    return a {symbol} b\n")


@stub
def npb_py_pow(a, b):
    """``a ** b`` of Python's integers, where the result must be one."""


@overloads(npb_py_pow)
def _power(a, b):
    def impl(a, b):
        if b < 0:
            raise ValueError("compiled code has one kind for int ** int: write float(a) ** b where b can be negative")
        return a**b

    def plain(a, b):
        return a**b

    return impl if isinstance(a, _WHOLE) and isinstance(b, _WHOLE) else plain


def _limit(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_math_{name}(x):\n    raise NotImplementedError\n", space)

    @overloads(stub(space[f"npb_math_{name}"]))
    def typed(x):
        check = f"    if {_DOMAINS[name]}:\n        raise ValueError('math domain error')\n"
        return compiled(f"def impl(x):\n{check}    return function(x)\n", function=getattr(math, name))


for _name in _OPERATORS:
    _divide(_name)
for _name in _DOMAINS:
    _limit(_name)
