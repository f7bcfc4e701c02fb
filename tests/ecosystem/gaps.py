"""Rows whose outcome is another one than on ndarrays, with the reason; and what else is to be said of a library."""

from __future__ import annotations

_READ_ONLY = "`numpy.asarray(x)` is read-only, and the library asks for memory that it can write"
_SCALAR = "code in C takes no scalar of ours for a number of NumPy's"
_UNWRAP = "JAX's own functions take `x.value`; `npbridge.grad` and its kin take our arrays"

_ROWS = {
    _READ_ONLY: {
        "scipy": "gmres_op ndi_gaussian_out ndi_uniform_out ndi_median_out ndi_convolve_out ndi_label_out ndi_shift_out "
        "ndi_erosion_out ndi_edt_out sig_sosfilt sig_sosfiltfilt opt_isotonic spa_cdist_out spa_rotation",
        "numexpr": "out",
        "numpy": "out",
        "scikit-image": "rotate warp skeletonize",
        "h5py": "read_direct",
    },
    _SCALAR: {
        "pandas": "groupby_agg map_scalar timedelta",
        "pyarrow": "scalar scalars",
        "numpy": "seed seed_array",
        "sympy": "array power rational",
        "decimal": "decimal statistics json timedelta",
    },
    _UNWRAP: {"jax": "jnp_index jnp_set while_ select grad_method jacobian"},
    "`where=None` means no mask to JAX, and nothing to NumPy": {"optax": "cross"},
    "the function in C asks for an instance of `ndarray`: give it `numpy.asarray(x)`": {"pyarrow": "tensor"},
}

GAPS: dict[tuple[str, str], str] = {
    (library, name): reason
    for reason, libraries in _ROWS.items()
    for library, names in libraries.items()
    for name in names.split()
}

NOTES: dict[str, list[str]] = {
    "numexpr": ["expressions without a dictionary look up names in the caller's frame, and take arrays as they are"],
    "scikit-learn": ["with `array_api_dispatch` estimators keep our arrays"],
}
