"""NumPy's own inner loops, called on runs of elements: the same bits as NumPy's, at its speed, without Python."""

from __future__ import annotations

import ctypes

import numpy as np

from ...ground.compat import DATA_OF_UFUNC, LOOPS_OF_UFUNC
from ...program.builder import OWN
from .code import Code

_UFUNCS = {
    "exp": np.exp, "exp2": np.exp2, "log": np.log, "log1p": np.log1p, "expm1": np.expm1, "sin": np.sin,
    "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "pow": np.power, "cbrt": np.cbrt, "sqrt": np.sqrt,
}  # fmt: skip


class Loops:
    """Those that a program calls.

    Attributes
    ----------
    used : dict of str to int
        Their names in the program, and those of what they are given, and where that is.
    """

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def apply(self, code: Code, op: str, kinds, args, dtype, target, size, steps: list[int] | None = None) -> bool:
        """Call the loop of a step on ``size`` elements that lie side by side; False if there is none.

        `steps` are the bytes between neighbours of the arguments, where they do not lie so.
        """
        ufunc = getattr(np, op.removeprefix(OWN)) if op.startswith(OWN) else _UFUNCS.get(op)
        if ufunc is None:
            return False
        signature = "".join(k.char for k in kinds) + dtype.char
        found = inner_loop(ufunc, signature)
        if found is None:
            return False
        steps = [*([k.itemsize for k in kinds] if steps is None else steps), dtype.itemsize]
        self.call(code, f"{ufunc.__name__}_{signature}", found, [*args, target], [size], steps)
        return True

    def call(self, code: Code, name: str, found, pointers, sizes, steps) -> None:
        """Call an inner loop: ``f(char **, intp *sizes, intp *steps, data)``."""
        address, data = found
        name = f"np_{name}"
        self.used[name] = address
        places = code.slot("ptr", len(pointers))
        for k, pointer in enumerate(pointers):
            at = code.new(f"getelementptr inbounds ptr, ptr {places}, i64 {k}")
            code.do(f"store ptr {pointer}, ptr {at}")
        code.declared[name] = f"declare void @{name}(ptr, ptr, ptr, ptr)"
        given = [numbers(code, [str(x) for x in values]) for values in (sizes, steps)]
        extra = "null"
        if data:
            extra = f"@{name}_data"
            self.used[f"{name}_data"] = data
            code.declared[extra] = f"{extra} = external global i8"
        code.do(f"call void @{name}(ptr {places}, ptr {given[0]}, ptr {given[1]}, ptr {extra})")


def numbers(code: Code, values: list[str]) -> str:
    """Integers side by side on the stack."""
    memory = code.slot("i64", len(values))
    for k, value in enumerate(values):
        at = code.new(f"getelementptr inbounds i64, ptr {memory}, i64 {k}")
        code.do(f"store i64 {value}, ptr {at}")
    return memory


def inner_loop(ufunc: np.ufunc, signature: str) -> tuple[int, int] | None:
    """The address of a ufunc's loop for some types, and of its data."""
    types = [t.replace("->", "") for t in ufunc.types]
    if signature not in types:
        return None
    k = types.index(signature)
    start = id(ufunc)
    functions = ctypes.c_void_p.from_address(start + LOOPS_OF_UFUNC).value
    data = ctypes.c_void_p.from_address(start + DATA_OF_UFUNC).value
    assert functions is not None
    address = ctypes.c_void_p.from_address(functions + 8 * k).value
    if not address:
        return None
    own = ctypes.c_void_p.from_address(data + 8 * k).value if data else 0
    return address, own or 0
