"""Types for checkers and editors: ``python -m npbridge._src.stubs`` writes the ``.pyi`` files anew.

The public names are made while npbridge is imported, where no checker sees them.  Arguments
are of any type, as NumPy's functions take anything that is like an array; results that are
arrays say so.  To a checker ``JaxArray`` is an ``ndarray``: it may be given wherever one is
asked for.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np

import npbridge

ROOT = Path(npbridge.__file__).parent
MODULES = ("", "fft", "linalg", "random", "debug", "lib", "lib.scimath", "lib.stride_tricks")

# Functions that return one array; what others return depends on what they are given.
ARRAYS = set("""
    arange argsort array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray astype
    atleast_1d bartlett blackman block broadcast_to column_stack concat concatenate convolve copy correlate
    cumprod cumsum cumulative_prod cumulative_sum delete diag diagflat diff digitize dstack ediff1d empty
    empty_like expand_dims extract eye flip fliplr flipud frombuffer fromfile fromfunction fromiter fromstring
    full full_like geomspace gradient hamming hanning hstack identity indices insert intersect1d isin kaiser
    kron lexsort linspace logspace matrix_transpose moveaxis nan_to_num ones ones_like pad partition
    permute_dims piecewise putmask ravel repeat require reshape resize roll rollaxis rot90 searchsorted select
    setdiff1d setxor1d sort squeeze stack swapaxes take_along_axis tile transpose tri tril triu trim_zeros
    union1d unique_values unstack unwrap vander vstack where zeros zeros_like cholesky inv pinv solve
    tensorinv tensorsolve matrix_power eigvals eigvalsh svdvals multi_dot fft fft2 fftn fftshift hfft ifft
    ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft rfft2 rfftn fftfreq rfftfreq as_strided
    sliding_window_view
""".split())  # fmt: skip
METHODS = set("""
    argpartition argsort astype byteswap clip compress conj conjugate copy diagonal flatten ravel repeat reshape round
    squeeze swapaxes take to_device transpose block_until_ready
""".split())  # fmt: skip
TRANSFORMS = set(
    "grad value_and_grad jacfwd jacrev hessian vmap pmap shard_map checkpoint custom_jvp custom_vjp jit".split()
)

HEAD = """\
# Made by `python -m npbridge._src.stubs`: change that.
# ruff: noqa
# mypy: ignore-errors
# pyright: basic
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NoReturn, Self

import numpy as np
"""

ARRAY_CLASS = """
class JaxArray(np.ndarray[Any, np.dtype[Any]]):
    def __new__(cls, object: Any, dtype: Any = ...) -> Self: ...
    def __array__(self, dtype: Any = ..., copy: bool | None = ...) -> np.ndarray[Any, np.dtype[Any]]: ...
    @property
    def value(self) -> Any: ...
    @value.setter
    def value(self, new: Any) -> None: ...
    @property
    def device(self) -> Any: ...
    @property
    def T(self) -> JaxArray: ...
    @property
    def mT(self) -> JaxArray: ...
    @property
    def real(self) -> JaxArray: ...
    @real.setter
    def real(self, value: Any) -> None: ...
    @property
    def imag(self) -> JaxArray: ...
    @imag.setter
    def imag(self, value: Any) -> None: ...
    def __getitem__(self, key: Any, /) -> Any: ...
    def __setitem__(self, key: Any, value: Any, /) -> None: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __array_namespace__(self, *, api_version: str | None = ...) -> Any: ...
    def to_numpy(self, dtype: Any = ..., copy: bool = ...) -> np.ndarray[Any, np.dtype[Any]]: ...
"""

UFUNC_CLASS = """
class _Ufunc:
    __name__: str
    identity: Any
    nargs: int
    nin: int
    nout: int
    ntypes: int
    signature: str | None
    types: list[str]
    def __call__(self, x1: Any, /, *args: Any, **kwargs: Any) -> {result}: ...
    def accumulate(self, array: Any, axis: int = ..., dtype: Any = ..., out: Any = ...) -> JaxArray: ...
    def at(self, a: Any, indices: Any, b: Any = ..., /) -> None: ...
    def outer(self, A: Any, B: Any, /, **kwargs: Any) -> Any: ...
    def reduce(self, array: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., **kwargs: Any) -> Any: ...
    def reduceat(self, array: Any, indices: Any, axis: int = ..., dtype: Any = ..., out: Any = ...) -> JaxArray: ...
    def resolve_dtypes(self, dtypes: Any, **kwargs: Any) -> tuple[np.dtype[Any], ...]: ...
"""

OTHERS = """
class CompiledFunction:
    function: Callable[..., Any]
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __get__(self, instance: Any, owner: Any = ...) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...

class _Indexer:
    def __getitem__(self, key: Any) -> Any: ...
    def __len__(self) -> int: ...

class Config:
    fallback: Literal["warn", "error", "silent"]
    repr: Literal["npbridge", "numpy"]
"""


def main(check: bool) -> None:
    stale = [name for name, text in texts().items() if not (ROOT / name).exists() or (ROOT / name).read_text() != text]
    if check and stale:
        raise SystemExit(f"not fresh: {', '.join(stale)}; run python -m npbridge._src.stubs")
    for name, text in texts().items():
        (ROOT / name).write_text(text)


def texts() -> dict[str, str]:
    """The contents of each stub, by its file name."""
    found = {}
    for name in MODULES:
        module = importlib.import_module(f"npbridge.{name}" if name else "npbridge")
        path = name.replace(".", "/") if name else ""
        is_package = hasattr(module, "__path__")
        file = f"{path}/__init__.pyi".lstrip("/") if is_package else f"{path}.pyi"
        found[file] = text_of(module)
    return found


def text_of(module: types.ModuleType) -> str:
    main = module is npbridge
    home = getattr(np, module.__name__.partition(".")[2].split(".")[0], np) if not main else np
    names = [n for n in dict.fromkeys([*getattr(module, "__all__", []), *vars(module)]) if _is_public(module, n)]
    parts = [HEAD]
    if main:
        parts += [ARRAY_CLASS, *array_methods(), UFUNC_CLASS.format(result="JaxArray"), OTHERS]
    else:
        depth = module.__name__.count(".") + hasattr(module, "__path__")
        parts.append(f"from {'.' * depth} import JaxArray, _Ufunc as _Ufunc\n")
    for name in names:
        if not (main and name == "JaxArray"):
            parts.append(line_of(module, home, name, getattr(module, name)))
    return "".join(parts)


def _is_public(module: types.ModuleType, name: str) -> bool:
    listed = getattr(module, "__all__", None)
    return name in listed if listed is not None else not name.startswith("_")


def line_of(module: types.ModuleType, home: Any, name: str, value: Any) -> str:
    """The declaration of one public name."""
    source = getattr(home, "__name__", "numpy")
    if isinstance(value, types.ModuleType):
        if value.__name__.startswith("npbridge"):
            package, _, last = value.__name__.rpartition(".")
            inside = package.partition(".")[2]
            return f"from .{'' if inside == module.__name__.partition('.')[2] else inside} import {last} as {name}\n"
        package, _, last = value.__name__.rpartition(".")
        return f"from {package} import {last} as {name}\n"
    if getattr(home, name, None) is value and name not in ("e", "pi", "inf", "nan", "euler_gamma"):
        return f"from {source} import {name} as {name}\n" if not isinstance(value, str) else f"{name}: str\n"
    if hasattr(value, "nin") and callable(value):
        return f"{name}: _Ufunc\n"
    if isinstance(value, type):
        return class_of(name, value)
    if inspect.isroutine(value) or callable(value) and not hasattr(type(value), "__getitem__"):
        return function_of(name, value)
    kinds = {"Indexer": "_Indexer", "Config": "Config", "NoneType": "None"}
    return f"{name}: {kinds.get(type(value).__name__, type(value).__name__ if _is_builtin(value) else 'Any')}\n"


def _is_builtin(value: Any) -> bool:
    return type(value) in (bool, int, float, str)


def parameters(function: Any) -> str:
    """The parameters of a function, of any type, with ``...`` for defaults."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "*args: Any, **kwargs: Any"
    found = []
    for p in signature.parameters.values():
        typed = p.replace(annotation=inspect.Parameter.empty, default=inspect.Parameter.empty)
        default = "" if p.default is inspect.Parameter.empty else " = ..."
        found.append((p.kind, f"{typed}: Any{default}"))
    lines: list[str] = []
    kinds = inspect.Parameter
    for i, (kind, text) in enumerate(found):
        if kind is kinds.KEYWORD_ONLY and not any(
            k in (kinds.VAR_POSITIONAL, kinds.KEYWORD_ONLY) for k, _ in found[:i]
        ):
            lines.append("*")
        lines.append(text)
        last = i + 1 == len(found) or found[i + 1][0] is not kinds.POSITIONAL_ONLY
        if kind is kinds.POSITIONAL_ONLY and last:
            lines.append("/")
    return ", ".join(lines)


def function_of(name: str, function: Any) -> str:
    result = "JaxArray" if name in ARRAYS else "Any"
    if name in TRANSFORMS:
        result = "CompiledFunction" if name == "jit" else "Callable[..., Any]"
        if name == "jit":
            return "".join(jit_overloads(function))
    if inspect.isgeneratorfunction(inspect.unwrap(function)):
        result = "AbstractContextManager[Any]"
    return f"def {name}({parameters(function)}) -> {result}: ...\n"


def jit_overloads(function: Any) -> list[str]:
    options = parameters(function).split(", ", 1)[1].removeprefix("*, ")
    return [
        "from typing import overload\n",
        f"@overload\ndef jit(function: Callable[..., Any], *, {options}) -> CompiledFunction: ...\n",
        f"@overload\ndef jit(function: None = ..., *, {options})"
        " -> Callable[[Callable[..., Any]], CompiledFunction]: ...\n",
    ]


def array_methods() -> list[str]:
    """The methods and operators of ``JaxArray``, with NumPy's signatures."""
    lines = []
    own = set(ARRAY_CLASS.replace("(", " ").split())
    for name, method in sorted(vars(npbridge.JaxArray).items()):
        if type(method) is not types.FunctionType or name in own or name in ("__init_subclass__",):
            continue
        if name.startswith("_") and not (name.startswith("__") and hasattr(np.ndarray, name)):
            continue
        result = "JaxArray" if name in METHODS or _is_operator(name) else RESULTS.get(name, "Any")
        if _is_operator(name) and name.startswith("__i") and name != "__invert__":
            result = "Self"
        lines.append(f"    def {name}({parameters(method).replace('self: Any', 'self')}) -> {result}: ...\n")
    return lines


RESULTS = {
    "__bool__": "bool", "__int__": "int", "__float__": "float", "__complex__": "complex", "__index__": "int",
    "__len__": "int", "__contains__": "bool", "__repr__": "str", "__str__": "str", "__format__": "str",
    "fill": "None", "sort": "None", "partition": "None", "put": "None", "resize": "None", "setflags": "None",
    "tofile": "None", "dump": "None", "tobytes": "bytes", "dumps": "bytes", "__reduce__": "tuple[Any, ...]",
    "__delitem__": "NoReturn",
}  # fmt: skip


def _is_operator(name: str) -> bool:
    from .array.operators import BINARY, COMPARISONS, UNARY

    plain = {f"__{p}{n}__" for n in BINARY for p in ("", "r", "i")} - {"__divmod__", "__rdivmod__"}
    return name in plain | {f"__{n}__" for n in (*COMPARISONS, *UNARY)}


def class_of(name: str, cls: type) -> str:
    """A class of ours: its own public methods and properties."""
    bases = [b.__name__ for b in cls.__bases__ if b.__module__ == "npbridge" and hasattr(npbridge, b.__name__)]
    bases = bases or ([f"np.random.{name}"] if getattr(np.random, name, None) in cls.__mro__ else [])
    lines = [f"class {name}({', '.join(bases)}):\n" if bases else f"class {name}:\n"]
    own = {n: v for b in reversed(cls.__mro__) if b.__module__.startswith("npbridge") for n, v in vars(b).items()}
    own = dict(sorted(own.items()))  # several files put them there, in whatever order they are loaded
    shown = {n: v for n, v in own.items() if not n.startswith("_") or n in ("__call__", "__getitem__", "__len__")}
    if bases and bases[0] == "JaxArray":
        shown = {n: v for n, v in vars(cls).items() if not n.startswith("_")}
    call = "__new__" if "__new__" in own and "__init__" not in own else "__init__"
    if call in vars(cls) or not bases:
        lines.append(_constructor(cls, call))
    for member, value in shown.items():
        lines += member_of(member, value)
    if cls is npbridge.Base or call == "__init__" and "__getattr__" in own:
        lines.append("    def __getattr__(self, name: str) -> Any: ...\n")
    return "".join(lines) if len(lines) > 1 else lines[0] + "    ...\n"


def _constructor(cls: type, call: str) -> str:
    result = "Self" if call == "__new__" else "None"
    function = getattr(cls, call)
    given = parameters(function) if inspect.isfunction(function) else "self: Any, *args: Any, **kwargs: Any"
    first = "cls" if call == "__new__" else "self"
    return (
        f"    def {call}({given.replace('self: Any', 'self').replace('cls: Any', 'cls') or first}) -> {result}: ...\n"
    )


def member_of(name: str, value: Any) -> list[str]:
    if isinstance(value, property):
        lines = [f"    @property\n    def {name}(self) -> Any: ...\n"]
        return (
            lines
            if value.fset is None
            else [*lines, f"    @{name}.setter\n    def {name}(self, value: Any) -> None: ...\n"]
        )
    if isinstance(value, (classmethod, staticmethod)):
        kind = type(value).__name__
        given = parameters(value.__func__).replace("cls: Any", "cls")
        return [f"    @{kind}\n    def {name}({given}) -> Any: ...\n"]
    if inspect.isfunction(value):
        return [f"    def {name}({parameters(value).replace('self: Any', 'self')}) -> Any: ...\n"]
    return [f"    {name}: Any\n"]


if __name__ == "__main__":
    main(check="--check" in sys.argv)
