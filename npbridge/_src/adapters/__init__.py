"""What is done for other libraries when they are imported; it imports none of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..ground.imports import when_accepted, when_imported
from . import borders, jaxs, kinds, rows, unknown

_ADAPTED = {
    "dask.array": kinds.dask_chunks,
    "dask.dataframe.backends": kinds.dask_frames,
    "einops": kinds.einops_backend,
    "jax": jaxs.transforms,
    "numba": kinds.numba_types,
    "numexpr": kinds.numexpr_frames,
    "pytensor.tensor": kinds.pytensor_values,
    "sklearn.base": kinds.sklearn_parameters,
    "sympy": kinds.sympy_values,
    "xarray.core.formatting": kinds.xarray_texts,
    "xarray.core.indexing": kinds.xarray_values,
    "xarray.core.variable": kinds.xarray_indexers,
}

_HANDING = (
    (rows.CALLING, borders.handing_back_ndarrays),  # before the others, which leave alone what is a border
    (rows.NDARRAYS, borders.handing_ndarrays),
    (rows.VALUES, jaxs.handing_values),
)


def watch() -> None:
    """Wait for the libraries that need something; those that are there get it now."""
    with borders.wherever_they_are():
        for table, handing in _HANDING:
            for name, found in table.items():
                when_imported(name, _or_told(borders.adapting(found, handing)))
        for name, adapt in _ADAPTED.items():
            when_imported(name, _or_told(adapt))
        when_accepted(kinds.is_of_namespaces, _or_told(kinds.namespaces))
        when_accepted(unknown.is_unknown, _or_told(unknown.adapt))


def _or_told(adapt: Callable[[Any], None]) -> Callable[[Any], None]:
    """`adapt`, of which a library that is another one than was known makes a warning: it can still be used."""

    def tried(module: Any) -> None:
        try:
            adapt(module)
        except Exception as error:
            name = f"{module.__name__} {getattr(module, '__version__', '')}"
            warnings.warn(
                f"{name} is not adapted to npbridge's arrays ({error!r}): where it refuses them, give it "
                "numpy.asarray(x)",
                RuntimeWarning,
                stacklevel=2,
            )

    return tried
