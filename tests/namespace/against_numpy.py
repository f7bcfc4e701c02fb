"""Run a program on NumPy's namespace and on ours, and compare all that comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import npbridge

from ..oracle import Check, Variant, compare_errors, outcome


def same_namespaces(variant: Variant, program: Callable, ulps: float = 0) -> Any:
    """Assert that ``program(npbridge)`` makes what ``program(numpy)`` makes.

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
    Check(variant, ulps, layout=False).same(expected, got, "result")
    return got
