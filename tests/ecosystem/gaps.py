"""Rows whose outcome is another one than on ndarrays, with the reason; and what else is to be said of a library."""

from __future__ import annotations

_FRAME = "it looks up names in the frame of its caller, and so has no border; `out` must be an ndarray"
_UNWRAP = "JAX's own functions take `x.value`; `npbridge.grad` and its kin take our arrays"

_ROWS = {
    _FRAME: {"numexpr": "out"},
    _UNWRAP: {"jax": "jnp_index jnp_set while_ select grad_method jacobian"},
    "`where=None` means no mask to JAX, and nothing to NumPy": {"optax": "cross"},
    "the function in C asks for an instance of `ndarray`: give it `numpy.asarray(x)`": {
        "pyarrow": "tensor",
        "numpy": "out seed_array",
    },
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
