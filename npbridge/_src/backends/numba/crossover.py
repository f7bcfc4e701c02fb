"""From how many elements on the threaded kernel beats NumPy: a row per ufunc and dtypes.

Measured with NumPy 2.4 on two cores (``python -m benchmarks.crossover --write`` makes
the tables).  What is not listed gained less than 15 %: it is bound by memory.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement.

    Attributes
    ----------
    threshold : int
        The least number of elements for which the kernel is called.
    speedup : float
        NumPy's time over the kernel's, at most, on the sizes from there on.
    """

    threshold: int
    speedup: float


def _rows(table: str) -> dict[str, dict[str, Row]]:
    """The rows of ``ufunc: types power speedup, ...``, where the threshold is this power of two."""
    found: dict[str, dict[str, Row]] = {}
    for line in table.strip().splitlines():
        ufunc, _, cells = line.partition(":")
        for cell in cells.split(","):
            types, power, speedup = cell.split()
            found.setdefault(ufunc.strip(), {})[types] = Row(1 << int(power), float(speedup))
    return found


UFUNCS = _rows(
    """
    absolute: l->l 20 1.3, f->f 21 1.6, d->d 21 1.2, F->f 20 1.6, D->d 19 1.5
    add: ii->i 21 1.4, ff->f 21 1.3
    arccos: f->f 20 1.7, d->d 18 1.7, F->F 16 1.9, D->D 16 1.9
    arccosh: f->f 19 1.5, d->d 17 1.8, F->F 16 1.9, D->D 16 1.9
    arcsin: f->f 20 1.7, d->d 18 1.8, F->F 16 1.9, D->D 16 2.0
    arcsinh: f->f 19 1.9, d->d 18 1.8, F->F 16 1.9, D->D 16 1.9
    arctan: f->f 20 1.6, d->d 19 1.8, F->F 16 1.9, D->D 16 1.9
    arctan2: ff->f 19 1.7, dd->d 18 1.7
    arctanh: f->f 20 1.6, d->d 18 2.1, F->F 16 1.9, D->D 16 1.9
    bitwise_and: ii->i 21 1.3, ll->l 20 1.2
    bitwise_count: i->B 20 1.7, l->B 19 1.7
    bitwise_or: ii->i 21 1.3, ll->l 20 1.4
    bitwise_xor: ii->i 21 1.3
    cbrt: f->f 20 1.4, d->d 19 1.7
    ceil: l->l 21 1.4, f->f 21 1.3, d->d 20 1.4
    conjugate: l->l 21 1.2, f->f 20 1.7, d->d 20 1.6
    copysign: ff->f 19 1.6, dd->d 19 1.7
    cos: f->f 19 4.3, d->d 16 1.9, F->F 16 1.7, D->D 16 1.8
    cosh: f->f 20 1.4, d->d 19 1.7, F->F 16 1.9, D->D 16 1.9
    deg2rad: f->f 17 2.0, d->d 17 2.1
    degrees: f->f 17 1.8, d->d 17 2.0
    divide: ff->f 21 1.2, FF->F 16 1.9, DD->D 16 1.9
    equal: ii->? 21 1.3, ll->? 20 1.4, ff->? 21 1.4, dd->? 20 1.3, FF->? 18 1.8, DD->? 18 1.7
    exp: f->f 20 1.7, d->d 19 1.7, F->F 16 1.9, D->D 16 2.0
    exp2: f->f 18 1.6, d->d 18 1.8, F->F 16 1.9, D->D 16 2.0
    expm1: f->f 20 1.8, d->d 18 1.8, F->F 16 1.9, D->D 16 2.1
    fabs: f->f 17 2.2, d->d 17 2.0
    float_power: dd->d 16 1.9, DD->D 16 1.9
    floor: i->i 21 1.5, l->l 20 1.5, f->f 21 1.5, d->d 20 1.5
    floor_divide: BB->B 18 1.9, ii->i 17 1.9, ll->l 17 1.9, ff->f 16 1.9, dd->d 16 1.9
    fmax: ii->i 21 1.4, ll->l 20 1.4, ff->f 21 1.4, dd->d 20 1.4, FF->F 18 1.9, DD->D 18 1.6
    fmin: ii->i 21 1.4, ll->l 20 1.5, ff->f 21 1.3, dd->d 20 1.3, FF->F 18 1.9
    fmod: BB->B 18 1.8, ii->i 17 1.9, ll->l 17 1.9, ff->f 17 1.9, dd->d 17 1.9
    gcd: BB->B 17 1.9, ii->i 17 1.9, ll->l 17 1.8
    greater: ii->? 21 1.3, ll->? 20 1.4, ff->? 21 1.7, dd->? 20 1.8, FF->? 18 1.8, DD->? 18 1.7
    greater_equal: ii->? 21 1.3, ll->? 20 1.7, ff->? 21 1.4, dd->? 20 1.5, FF->? 18 2.9, DD->? 18 2.2
    heaviside: ff->f 17 2.4, dd->d 17 2.1
    hypot: ff->f 17 2.3, dd->d 16 1.9
    invert: i->i 21 1.3, l->l 20 1.3
    isfinite: d->? 21 1.5, F->? 19 1.7, D->? 19 1.6
    isinf: d->? 21 1.6, F->? 19 1.8, D->? 19 1.7
    isnan: d->? 21 1.4, F->? 19 1.8, D->? 20 1.7
    lcm: BB->B 16 1.9, ii->i 16 1.9, ll->l 16 1.9
    ldexp: fi->f 21 1.5, fl->f 16 2.8, di->d 20 1.3, dl->d 16 1.8
    left_shift: BB->B 21 1.6, ii->i 21 1.3, ll->l 20 1.4
    less: ii->? 21 1.3, ll->? 20 1.2, ff->? 21 1.3, dd->? 20 1.3, FF->? 18 1.8, DD->? 18 1.6
    less_equal: ii->? 21 1.3, ll->? 20 1.3, ff->? 21 1.2, dd->? 20 1.4, FF->? 18 1.8, DD->? 18 1.6
    log: f->f 20 1.6, d->d 19 1.8, F->F 16 1.9, D->D 16 1.9
    log10: f->f 20 1.5, d->d 18 2.3, F->F 16 1.9, D->D 16 1.9
    log1p: f->f 20 1.6, d->d 19 1.7, F->F 16 1.8, D->D 16 1.9
    log2: f->f 20 1.5, d->d 19 1.6, F->F 16 2.1, D->D 16 1.9
    logaddexp: ff->f 18 1.7, dd->d 17 1.8
    logaddexp2: ff->f 18 2.2, dd->d 17 1.9
    logical_and: ii->? 21 1.4, ll->? 20 2.0, ff->? 18 1.7, dd->? 18 1.7, FF->? 18 1.8, DD->? 18 1.8
    logical_not: l->? 21 1.5, f->? 19 1.8, d->? 19 1.7, F->? 18 1.7, D->? 18 1.7
    logical_or: ii->? 21 1.4, ll->? 20 1.4, ff->? 18 1.6, dd->? 18 1.6, FF->? 17 1.8, DD->? 17 1.8
    logical_xor: ii->? 21 1.5, ll->? 20 1.5, ff->? 18 1.6, dd->? 18 1.7, FF->? 17 1.7, DD->? 17 2.0
    maximum: ii->i 21 1.3, ll->l 20 1.5, ff->f 21 1.5, dd->d 20 1.6, FF->F 18 1.5
    minimum: ii->i 21 1.4, ll->l 20 1.9, ff->f 21 1.6, dd->d 20 1.8, FF->F 18 1.7, DD->D 18 1.7
    multiply: ii->i 21 1.4, ll->l 20 1.6, ff->f 21 1.5, dd->d 20 1.7, FF->F 20 1.7
    negative: i->i 21 1.2, l->l 20 1.7, f->f 21 1.3, d->d 20 1.7, F->F 18 1.7
    nextafter: ff->f 17 1.8, dd->d 17 1.4
    not_equal: ii->? 21 1.3, ll->? 20 1.2, ff->? 21 1.4, dd->? 20 1.2, FF->? 18 1.6, DD->? 18 1.5
    positive: i->i 21 1.2, l->l 20 1.4, f->f 20 1.7, d->d 20 1.6, F->F 18 1.8, D->D 17 2.1
    power: ff->f 19 1.7, dd->d 18 1.7, FF->F 16 1.9, DD->D 16 1.9
    rad2deg: f->f 17 1.9, d->d 17 2.1
    radians: f->f 17 2.1, d->d 17 2.3
    reciprocal: B->B 20 1.7, i->i 20 1.6, l->l 18 1.6, f->f 21 1.6, d->d 19 1.7, F->F 16 1.9, D->D 16 1.9
    remainder: BB->B 18 1.8, ii->i 17 1.8, ll->l 17 1.9, ff->f 16 1.9, dd->d 16 1.9
    right_shift: BB->B 21 1.5, ii->i 21 1.2, ll->l 20 1.4
    rint: d->d 20 1.4, F->F 18 1.8
    sign: l->l 21 1.2, f->f 20 1.8, d->d 19 1.7, F->F 16 2.0, D->D 16 1.9
    signbit: d->? 21 1.6
    sin: f->f 19 1.9, d->d 16 1.9, F->F 16 1.9, D->D 15 1.9
    sinh: f->f 20 1.8, d->d 18 1.7, F->F 16 1.9, D->D 16 1.9
    spacing: f->f 17 1.8, d->d 17 1.8
    sqrt: f->f 20 1.7, d->d 18 1.7, F->F 16 1.9, D->D 16 1.9
    square: l->l 21 1.3, d->d 20 1.4, F->F 21 1.2
    subtract: ii->i 21 1.4, ll->l 20 1.4, ff->f 21 1.3
    tan: f->f 20 1.5, d->d 18 1.8, F->F 16 1.9, D->D 16 1.9
    tanh: f->f 20 1.5, d->d 18 1.6, F->F 16 1.9, D->D 16 1.6
    trunc: i->i 21 1.4, l->l 20 1.4, f->f 21 1.4, d->d 20 1.4
    """
)
REDUCTIONS = _rows(
    """
    add: l 21 1.5, f 21 1.6, d 21 1.8, F 20 1.5, D 20 1.9
    maximum: d 21 1.5
    minimum: d 21 1.3
    """
)
