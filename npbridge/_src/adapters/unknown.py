"""Libraries that nobody has looked at: their functions and methods are handed ndarrays.

A library that goes by NumPy's protocols could do with our arrays; one that asks for an
instance of ``ndarray``, or hands what it gets to C, could not, and which of the two it is
cannot be seen.  So what is not known to do right gets what it was written for.
"""

from __future__ import annotations

import enum
import inspect
import sys
import types
from typing import Any

import numpy as np

from ..ground.compat import known_to_numba
from ..ground.users import in_library
from . import borders, rows
from .borders import handing_ndarrays

# They were compared, call by call (docs/libraries.md), or have nothing to do with arrays.
_KNOWN = {
    *(name.partition(".")[0] for table in (rows.NDARRAYS, rows.VALUES) for name in table), *"""
    npbridge numpy scipy jax jaxlib numba llvmlite ml_dtypes sklearn skimage xarray dask distributed
    pandas polars matplotlib mpl_toolkits seaborn altair networkx sympy mpmath pint astropy erfa
    uncertainties quantities autoray opt_einsum einops array_api_compat array_api_extra array_api_strict
    flax optax equinox diffrax lineax optimistix numpyro blackjax chex haiku distrax orbax jaxtyping
    beartype tensorflow torch torchvision keras cupy h5py zarr fsspec PIL pyarrow safetensors geopandas
    pyproj joblib cloudpickle patsy formulaic plotnine duckdb pytensor pymc arviz IPython ipykernel
    jupyter_client traitlets pytest _pytest hypothesis pip setuptools tqdm msgpack
    """.split(),
}  # fmt: skip
# By one of these in its namespace a module is known to deal with arrays.
_OF_NUMPY = {id(x) for x in (np, np.ndarray, np.array, np.asarray, np.zeros, np.ones, np.empty, np.float64, np.linalg)}
# Who looks at the frame of its caller would find one of ours.
_FRAMES = {"_getframe", "currentframe", "f_back", "EvalEnvironment"}
_FORMULAS = {"formula", "eval_env"}  # names in a formula are looked up there, by counting frames
_ASYNCHRONOUS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def is_unknown(spec: Any) -> bool:
    """Whether a module is of a library that nobody has looked at."""
    top = spec.name.partition(".")[0]
    if top in _KNOWN or top in sys.stdlib_module_names or top.startswith("_"):
        return False
    return isinstance(spec.origin, str) and in_library(spec.origin)


def adapt(module: Any) -> None:
    """Make borders of what a module defines, if it deals with arrays."""
    names = list(vars(module).items())
    if not any(id(value) in _OF_NUMPY for _, value in names):
        return
    looking = _FRAMES.union(name for name, value in names if _looks_at_frames(value))
    compiled = known_to_numba()  # by what they are

    def handing(function: Any) -> Any:
        code = getattr(function, "__code__", None)
        if code is not None and not (looking.isdisjoint(code.co_names) and _FORMULAS.isdisjoint(code.co_varnames)):
            return function
        return handing_ndarrays(function)

    for name, value in names:
        is_function, is_class = borders.is_made(value, types.FunctionType), borders.is_made(value, type)
        if not (is_function or is_class) or name.startswith("__") or id(value) in compiled:
            continue
        if value.__module__ != module.__name__:
            continue
        if is_class and not issubclass(value, (BaseException, enum.Enum)):
            borders.whole_class_border(value, handing)
        elif is_function and _is_plain(value):
            setattr(module, name, borders.border(value, handing))


def _is_plain(function: types.FunctionType) -> bool:
    return not (function.__code__.co_flags & _ASYNCHRONOUS or hasattr(function, "__npbridge_border__"))


def _looks_at_frames(value: Any) -> bool:
    """Whether a function of a library asks who calls it; Python's own, as `namedtuple`, do so for their own ends."""
    if not borders.is_made(value, types.FunctionType):
        return False
    if (value.__module__ or "").partition(".")[0] in sys.stdlib_module_names:
        return False
    return not _FRAMES.isdisjoint(value.__code__.co_names)
