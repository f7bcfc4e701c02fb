"""Run a program on NumPy's namespace and on ours, and compare all that comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import npbridge
from npbridge._src.array import core

from ..oracle import Check, Variant, compare_errors, outcome


def same_namespaces(variant: Variant, program: Callable, ulps: float = 0) -> Any:
    """Assert that ``program(npbridge)`` makes what ``program(numpy)`` makes, arrays in the place of scalars.

    Parameters
    ----------
    variant : Variant
        How our side runs; the caller has set it up.
    program : callable
        Takes a namespace, returns arrays, numbers, containers of them.
    ulps : float
        As in ``same_as_numpy``.

    Returns
    -------
    object
        What our side returned.
    """
    expected, error = outcome(program, [np])
    got, failure = outcome(program, [np if variant.backend is None else npbridge])
    if error is not None or failure is not None:
        compare_errors(error, failure)
    if variant.backend is not None:
        expected = with_arrays(expected)
    Check(variant, ulps, layout=False).same(expected, got, "result")
    return got


def with_arrays(value: Any) -> Any:
    """`value` with arrays of no dimensions in the place of scalars, as the Array API has it."""
    if isinstance(value, np.generic) and value.dtype.char in core.STORED_KINDS:
        return np.array(value)
    if isinstance(value, (list, tuple)):
        parts = map(with_arrays, value)
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return {k: with_arrays(v) for k, v in value.items()} if isinstance(value, dict) else value
