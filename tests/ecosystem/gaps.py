"""Rows whose outcome is another one than on ndarrays, with the reason; and what else is to be said of a library."""

from __future__ import annotations

_ROWS = {
    "the function in C asks for an instance of `ndarray`: give it `numpy.asarray(x)`": {
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
    "scikit-learn": ["with `array_api_dispatch` estimators keep our arrays"],
}
