"""Functions of the elements one by one that are no ufuncs, and of polynomials."""

from __future__ import annotations

import numpy as np
from numpy.lib import scimath

from .fact import Fact, rows

ROWS = [
    *rows("compute", np.around, np.clip, np.interp, np.round),
    *rows("compose", np.allclose, gives="bool"),
    *rows(
        "compose",
        np.angle, np.fix, np.i0, np.iscomplex, np.isclose, np.isneginf, np.isposinf, np.isreal,
        np.sinc, np.unwrap,
        scimath.arccos, scimath.arcsin, scimath.arctanh, scimath.log, scimath.log10, scimath.log2, scimath.logn,
        scimath.power, scimath.sqrt,
    ),
    Fact(np.real_if_close, "compose", shares=("a",)),
    Fact(np.nan_to_num, "compose", writes_if=("x", "copy", False)),
    Fact(np.piecewise, "compose", calls=("funclist",)),
    *rows("compose", np.apply_along_axis, calls=("func1d",)),
    *rows("compose", np.apply_over_axes, calls=("func",), shares=("a",)),
    *rows(
        "compose",
        np.poly, np.polyadd, np.polymul, np.polysub, np.polyval,
        np.polynomial.polynomial.polygrid2d, np.polynomial.polynomial.polyval2d,
    ),
    *rows("compose", np.polyder, np.polyint, shares=("p",), shares_if=("m", 0)),
    Fact(np.polydiv, "compose", by_values=True),
    Fact(np.polyfit, "compose", regular=True),
    Fact(np.roots, "compose", by_values=True),
    Fact(np.pad, "compose", calls=("mode",)),
]  # fmt: skip
