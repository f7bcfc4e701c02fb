"""Libraries that ask third parties to register: they keep our arrays as they are."""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

import numpy as np

from ..array.core import OURS, JaxArray, JaxScalar
from . import borders
from .borders import handing_ndarrays


def dask_chunks(module) -> None:
    """Chunks of dask's arrays may be ours, and what it does with ndarrays it does with them."""
    from dask.array import dispatch

    module.register_chunk_type(JaxArray)
    _dispatch_as_ndarrays(dispatch)


def dask_frames(module) -> None:
    """dask makes of them the tables that it makes of ndarrays."""
    from dask.dataframe import dispatch

    _dispatch_as_ndarrays(dispatch)


def _dispatch_as_ndarrays(module) -> None:
    from dask.utils import Dispatch

    for lookup in vars(module).values():
        if isinstance(lookup, Dispatch):
            try:
                numpys = lookup.dispatch(np.ndarray)
            except TypeError:
                continue
            lookup.register(JaxArray, numpys)


def pytensor_values(module) -> None:
    """pytensor, and PyMC, make of our arrays what they make of ndarrays."""
    made = module._as_tensor_variable
    numpys = made.dispatch(np.ndarray)
    for kind in (JaxArray, JaxScalar):
        made.register(kind, lambda x, *args, **kwargs: numpys(np.asarray(x), *args, **kwargs))


def sympy_values(module) -> None:
    """sympy makes of our arrays what it makes of ndarrays."""
    from sympy.core.sympify import converter

    converter[JaxArray] = lambda x: module.sympify(np.asarray(x))
    converter[JaxScalar] = lambda x: module.sympify(x._read())


def sklearn_parameters(module) -> None:
    """Parameters of scikit-learn's estimators that are arrays of ours become ndarrays, but under its array API."""
    validate = module.BaseEstimator._validate_params

    @functools.wraps(validate)
    def validated(self):
        if not module.get_config().get("array_api_dispatch"):
            for name, value in self.get_params(deep=False).items():
                if borders.holds_ours(value):
                    setattr(self, name, borders.plain(value))
        return validate(self)

    module.BaseEstimator._validate_params = validated


def einops_backend(module) -> None:
    """einops works on our arrays as it does on NumPy's; it finds the subclasses of its base class."""
    from einops import _backends

    class NpbridgeBackend(_backends.NumpyBackend):
        framework_name = "npbridge"

        def is_appropriate_type(self, tensor):
            return isinstance(tensor, JaxArray) and type(tensor) is not JaxScalar

        def from_numpy(self, x):
            import npbridge

            return npbridge.asarray(x)

        def to_numpy(self, x):
            return self.np.asarray(x)

    _backends.NpbridgeBackend = NpbridgeBackend  # a base class does not keep those that derive from it


def xarray_indexers(module) -> None:
    """xarray takes indexers that are one number for integers, as those of ndarrays: ``a[a.argmax("x")]``."""
    variable = module.Variable
    plain = variable._broadcast_indexes

    def number(k):
        return k.data.item() if isinstance(k, variable) and type(k._data) in OURS and not k.ndim else k

    @functools.wraps(plain)
    def broadcast(self, key):
        return plain(self, tuple(map(number, key)) if type(key) is tuple else key)

    variable._broadcast_indexes = broadcast


def xarray_values(module) -> None:
    """xarray indexes our arrays in all the ways of ndarrays, not only those of the Array API."""
    plain = module.as_indexable

    @functools.wraps(plain)
    def indexable(array):
        return module.NdArrayLikeIndexingAdapter(array) if type(array) in OURS else plain(array)

    module.as_indexable = indexable
    borders.replaced(plain, indexable)


def xarray_texts(module) -> None:
    """In a table of xarray's arrays ours stand as their numbers, as ndarrays do."""
    JaxArray._repr_inline_ = lambda self, width: module.format_array_flat(np.asarray(self), width)


def numexpr_frames(module) -> None:
    """numexpr is handed ndarrays; it looks up variables in the frame of its caller, above one of ours."""
    for name in ("evaluate", "re_evaluate", "validate"):
        function = getattr(module, name)
        depth = inspect.signature(function).parameters["_frame_depth"].default
        setattr(module, name, _framed(handing_ndarrays(function), depth + 2))


def _framed(function, depth):
    @functools.wraps(function)
    def call(*args, **kwargs):
        kwargs.setdefault("_frame_depth", depth)
        return function(*args, **kwargs)

    return call


def numba_types(module) -> None:
    """Functions that a user compiles with Numba take our arrays."""
    from ..backends.numba import extension

    extension.init()


def is_of_namespaces(spec: Any) -> bool:
    """Whether a module is array_api_compat's, or a copy of it in another library, that finds namespaces."""
    return spec.name.endswith("array_api_compat.common._helpers")


def namespaces(module) -> None:
    """Beside our arrays NumPy's scalars count as numbers: ``array_namespace(x, x.sum())`` is ours.

    Whoever imported the function before has the same object: its code is exchanged.
    """
    found = module.array_namespace
    plain = types.FunctionType(found.__code__, found.__globals__, found.__name__, found.__defaults__, found.__closure__)
    plain.__kwdefaults__ = found.__kwdefaults__

    def npbridge_array_namespace(*xs, **kwargs):
        if any(type(x) in OURS for x in xs):
            xs = tuple(x for x in xs if type(x) in OURS or not isinstance(x, np.generic))
        return plain(*xs, **kwargs)

    found.__signature__ = inspect.signature(found)
    found.__globals__["npbridge_array_namespace"] = npbridge_array_namespace
    found.__kwdefaults__ = None
    found.__code__ = _passing_on.__code__


def _passing_on(*xs, **kwargs):
    return npbridge_array_namespace(*xs, **kwargs)  # type: ignore[name-defined]  # noqa: F821  of the module it is put in
