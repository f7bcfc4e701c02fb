"""Functions that ask for an instance of ``numpy.ndarray``: they are handed one.

Everything else that libraries do with arrays goes by NumPy's protocols.  A row is a
function, a method, or with ``*`` all public ones of a class or of a module.
"""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from ..array.core import OURS, JaxScalar

_PANDAS = (
    "DataFrame", "Series", "Index", "MultiIndex", "RangeIndex", "Categorical", "IntervalIndex", "CategoricalIndex",
    "core.indexing._LocIndexer", "core.indexing._iLocIndexer", "core.indexing._AtIndexer", "core.indexing._iAtIndexer",
)  # fmt: skip
_FORMATTERS = ("plain.Default", "plain.Compact", "plain.Pretty", "plain.Raw", "html.HTML", "latex.Latex")
_SPARSE = ("COO", "GCXS", "DOK")

ROWS: dict[str, tuple[str, ...]] = {
    "pandas": ("*", "api.types.*", *[f"{name}.*" for name in _PANDAS]),
    "polars": ("*", "Series.*", "DataFrame.*", "LazyFrame.*", "Expr.*"),
    "networkx.convert": ("to_networkx_graph",),
    "pint": tuple(f"delegates.formatter.{name}Formatter.format_magnitude" for name in _FORMATTERS),
    "PIL.Image": ("fromarray",),
    "sparse": ("*", *[f"{name}.{what}" for name in _SPARSE for what in ("*", "__matmul__", "__rmatmul__")]),
    "h5py": ("Dataset.*",),
    "safetensors.numpy": ("save", "save_file"),
    "flax.serialization": ("*",),
    "scipy.optimize": ("lsq_linear",),
    "scipy.sparse.linalg": ("*",),
    "scipy.ndimage": ("*",),
    "scipy.spatial.distance": ("cdist", "pdist"),
    "torch": ("from_numpy", "as_tensor", "tensor"),
    "cv2": ("*",),
    "skimage.*": ("*",),
    "statsmodels.base.data": ("handle_data",),
    "sklearn.utils._param_validation": ("validate_parameter_constraints",),
    "sklearn.model_selection._search": ("ParameterGrid.__init__", "ParameterSampler.__init__"),
    "pyarrow": ("Tensor.from_numpy",),
}  # fmt: skip

# Protocols that are no operators: those are settled between the two arrays.
_ENTRANCES = ("__init__", "__new__", "__getitem__", "__setitem__", "__contains__")
# They look up variables in the frame of their caller.
_OF_FRAMES = ("eval", "query", "sql")
_LOOKED_AT = 64  # elements of a list; where one of the first is ours, all are converted


def holds_ours(x: Any) -> bool:
    """Whether `x` is an array of ours, or a container with one."""
    kind = type(x)
    if kind in OURS:
        return True
    if kind is list or kind is tuple:
        return any(holds_ours(y) for y in x[:_LOOKED_AT])
    return kind is dict and any(map(holds_ours, x.values()))


def plain(x: Any) -> Any:
    """`x` with ndarrays, and NumPy's scalars, in place of ours."""
    kind = type(x)
    if kind in OURS:
        return x._read() if kind is JaxScalar else np.asarray(x)
    if kind is list or kind is tuple:
        return kind([plain(y) for y in x]) if holds_ours(x) else x
    if kind is dict:
        return {k: plain(y) for k, y in x.items()} if holds_ours(x) else x
    return x


def handing_ndarrays(function: Any) -> Any:
    """`function` for callers that may have arrays of ours."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(map(holds_ours, args)):
            args = tuple(map(plain, args))
        if kwargs and holds_ours(kwargs):
            kwargs = plain(kwargs)
        return function(*args, **kwargs)

    code = getattr(function, "__code__", None)
    if code is not None:
        # libraries count their own frames, to say where the user's line is
        call.__code__ = call.__code__.replace(
            co_filename=code.co_filename, co_name=code.co_name, co_firstlineno=code.co_firstlineno
        )
    return call


def adapting(rows: tuple[str, ...]) -> Any:
    """What is done to a module for its rows."""

    def adapt(module: Any) -> None:
        for row in rows:
            *path, name = row.split(".")
            holder = functools.reduce(lambda h, part: getattr(h, part, None), path, module)
            if holder is None:
                continue  # another version of the library
            for found in _public(holder) if name == "*" else [name]:
                _replace(holder, found)

    return adapt


def _public(holder: Any) -> list[str]:
    kinds = [kind for kind in getattr(holder, "__mro__", (holder,)) if kind is not object]
    names = dict.fromkeys(name for kind in kinds for name in vars(kind))
    public = [n for n in names if not n.startswith("_") and n not in _OF_FRAMES]
    return public + [n for n in names if n in _ENTRANCES and isinstance(holder, type)]


def _replace(holder: Any, name: str) -> None:
    """Put the converting form of a function in its place; what is none stays."""
    owner = next((kind for kind in getattr(holder, "__mro__", (holder,)) if name in vars(kind)), None)
    value = None if owner is None else vars(owner)[name]
    function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
    if not _is_function(function, owner) or hasattr(function, "__npbridge_border__"):
        return
    made = handing_ndarrays(function)
    made.__npbridge_border__ = True
    setattr(owner, name, made if function is value else type(value)(made))


def _is_function(value: Any, owner: Any) -> bool:
    if isinstance(owner, type) and owner.__flags__ & _IMMUTABLE:
        return False  # a class in C
    in_c = isinstance(value, types.BuiltinFunctionType) and isinstance(owner, types.ModuleType)
    return in_c or isinstance(value, types.FunctionType) or type(value).__name__ == "cython_function_or_method"


_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
