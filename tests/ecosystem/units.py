"""Quantities, symbols and numbers of other kinds: pint, astropy, sympy, uncertainties, decimals."""

from __future__ import annotations

import decimal
import fractions

import numpy as np

from .table import library


def Q(x, unit="m"):
    import pint

    return pint.Quantity(x, unit)


def U(name):
    import pint

    return pint.Unit(name)


V = [1.0, 2.0, 3.0, 4.0]

library(
    "pint",
    **{
        name: (lambda name, args: lambda A: getattr(Q(A(V)), name)(*(args() if callable(args) else args)))(name, args)
        for name, args in {
            "reshape": (2, 2),
            "flatten": (),
            "astype": ("float32",),
            "copy": (),
            "compress": ([True, False, True, False],),
            "sum": (),
            "mean": (),
            "std": (),
            "var": (),
            "max": (),
            "min": (),
            "cumsum": (),
            "argmax": (),
            "argsort": (),
            "take": ([0, 1],),
            "repeat": (2,),
            "ravel": (),
            "squeeze": (),
            "clip": lambda: (Q(2.0), Q(3.0)),
            "round": (1,),
            "dot": lambda: (Q(np.ones(4)),),
            "prod": (),
            "transpose": (),
            "tolist": (),
            "searchsorted": lambda: (Q(2.0),),
            "nonzero": (),
            "to": ("km",),
            "conj": (),
            "view": (),
            "item": (0,),
            "swapaxes": (0, 0),
            "all": (),
            "any": (),
            "sort": (),
            "fill": lambda: (Q(1.0),),
            "put": lambda: ([0], Q([5.0])),
            "to_base_units": (),
            "to_compact": (),
        }.items()
    },
    divided=lambda A: A(V) / U("s"),
    times_unit=lambda A: A(V) * U("s"),
    unit_times=lambda A: U("s") * A(V),
    scalar_unit=lambda A: A(V).sum() * U("s"),
    times=lambda A: A(V) * Q(2.0),
    times_right=lambda A: Q(2.0) * A(V),
    plus=lambda A: Q(A(V)) + Q(A(V), "cm"),
    plus_plain=lambda A: Q(A(V)) + A(V),
    compare=lambda A: Q(A(V)) > Q(2.0),
    format=lambda A: f"{Q(A(V)):.2f}",
    format_compact=lambda A: f"{Q(A(V)):~P}",
    string=lambda A: str(Q(A(V))),
    getitem=lambda A: Q(A(V))[1],
    getslice=lambda A: Q(A(V))[1:3],
    mask=lambda A: Q(A(V))[A(V) > 2],
    setitem=lambda A: [q := Q(A(V)), q.__setitem__(0, Q(9.0)), q][-1],
    sqrt=lambda A: np.sqrt(Q(A(V), "m**2")),
    sin=lambda A: np.sin(Q(A(V), "rad")),
    concatenate=lambda A: np.concatenate([Q(A(V)), Q(A(V), "cm")]),
    stack=lambda A: np.stack([Q(A(V)), Q(A(V))]),
    where=lambda A: np.where(A(V) > 2, Q(A(V)), Q(0.0)),
    npmean=lambda A: np.mean(Q(A(V))),
    npmedian=lambda A: np.median(Q(A(V))),
    diff=lambda A: np.diff(Q(A(V))),
    interp=lambda A: np.interp(Q(1.5), Q(A(V)), Q(A(V), "s")),
    linspace=lambda A: np.linspace(Q(0.0), Q(A(V))[2], 3),
    dotted=lambda A: np.dot(Q(A(V)), Q(A(V))),
    matmul=lambda A: Q(A(np.eye(2))) @ Q(A([1.0, 2.0]), "s"),
    power=lambda A: Q(A(V)) ** 2,
    neg=lambda A: -Q(A(V)),
    abs=lambda A: abs(Q(A(V))),
    iter=lambda A: [q.magnitude for q in Q(A(V))],
    len=lambda A: len(Q(A(V))),
    iadd=lambda A: [q := Q(A(V)), q.__iadd__(Q(1.0)), q][-1],
    from_list=lambda A: Q([A(V)[0], A(V)[1]]),
    magnitude=lambda A: Q(A(V)).m_as("cm"),
    allclose=lambda A: np.allclose(Q(A(V)), Q(A(V))),
    polyfit=lambda A: np.trapezoid(Q(A(V)), Q(A(V), "s")),
    sorted=lambda A: np.sort(Q(A(V))),
    rolled=lambda A: np.roll(Q(A(V)), 1),
    clipped=lambda A: np.clip(Q(A(V)), Q(2.0), Q(3.0)),
    maximum=lambda A: np.maximum(Q(A(V)), Q(2.0)),
    cross=lambda A: np.cross(Q(A([1.0, 0, 0])), Q(A([0, 1.0, 0]))),
)


def u():
    from astropy import units

    return units


def cosmo():
    from astropy import cosmology

    return cosmology.Planck18


library(
    "astropy",
    times=lambda A: A(V) * u().m,
    divided=lambda A: A(V) / u().s,
    unit_times=lambda A: u().m * A(V),
    quantity=lambda A: u().Quantity(A(V), "m"),
    scalar=lambda A: A(V).sum() * u().m,
    times_quantity=lambda A: A(V) * (2.0 * u().m),
    quantity_times=lambda A: (2.0 * u().m) * A(V),
    quantity_array=lambda A: (np.array(V) * u().m) * A(V),
    array_quantity=lambda A: A(V) * (np.array(V) * u().m),
    plus=lambda A: (np.array(V) * u().dimensionless_unscaled) + A(V),
    plus_reversed=lambda A: A(V) + (np.array(V) * u().dimensionless_unscaled),
    add_mismatch=lambda A: A(V) + (np.array(V) * u().m),
    power=lambda A: (np.array(V) * u().m) ** 2 * A(V),
    matmul=lambda A: A(np.eye(4)) @ (np.array(V) * u().m),
    rmatmul=lambda A: (np.array(V) * u().m) @ A(np.eye(4)),
    maximum=lambda A: np.maximum(A(V), np.array(V) * u().dimensionless_unscaled),
    arctan2=lambda A: np.arctan2(np.array(V) * u().one, A(V)),
    concatenate=lambda A: np.concatenate([A(V), np.array(V) * u().one]),
    where=lambda A: np.where(A([True, False, True, True]), np.array(V) * u().m, 0 * u().m),
    dot=lambda A: np.dot(A(V), np.array(V) * u().m),
    inner=lambda A: np.inner(A(V), np.array(V) * u().m),
    mask=lambda A: (np.array(V) * u().m)[A([True, False, True, True])],
    index=lambda A: (np.array(V) * u().m)[A([0, 2])],
    compare=lambda A: A(V) > np.array(V) * u().one,
    convert=lambda A: (A(V) * u().km).to("m"),
    to_value=lambda A: (A(V) * u().km).to_value("m"),
    unit_to=lambda A: u().km.to("m", A(V)),
    angle=lambda A: np.sin(A(V) * u().deg),
    interp=lambda A: np.interp(A([1.5]), A(V), np.array(V) * u().m),
    cosmology=lambda A: cosmo().luminosity_distance(A([0.1, 0.2])),
    cosmology_hubble=lambda A: cosmo().H(A([0.1, 0.2])),
    coordinates=lambda A: _coord(A).ra,
    separation=lambda A: _coord(A).separation(_coord(A)[0]),
    time=lambda A: _time(A).jd,
    table=lambda A: np.asarray(_table(A)["a"]),
    stats=lambda A: _stats().sigma_clipped_stats(A(V)),
    sigma_clip=lambda A: _stats().sigma_clip(A([1.0, 1.1, 0.9, 30.0]), sigma=1),
    histogram=lambda A: _stats().histogram(A(V), 2),
    mad=lambda A: _stats().mad_std(A(V)),
    biweight=lambda A: _stats().biweight_location(A(V)),
    convolve=lambda A: _convolve(A),
    model=lambda A: _model()(A(V)),
    fit=lambda A: _fit(A),
    fits=lambda A: _fits(A),
)


def _coord(A):
    from astropy.coordinates import SkyCoord

    return SkyCoord(ra=A([10.0, 20.0]) * u().deg, dec=A([1.0, 2.0]) * u().deg)


def _time(A):
    from astropy.time import Time

    return Time(A([2450000.5, 2450001.5]), format="jd")


def _table(A):
    from astropy.table import Table

    return Table({"a": A(V)})


def _stats():
    from astropy import stats

    return stats


def _convolve(A):
    from astropy.convolution import convolve

    return convolve(A(V), A([0.25, 0.5, 0.25]))


def _model():
    from astropy.modeling.models import Gaussian1D

    return Gaussian1D(1.0, 2.0, 1.0)


def _fit(A):
    from astropy.modeling import fitting, models

    return fitting.LinearLSQFitter()(models.Linear1D(), A(V), A(V)).slope.value


def _fits(A):
    import io

    from astropy.io import fits

    file = io.BytesIO()
    fits.PrimaryHDU(A(V)).writeto(file)
    file.seek(0)
    return np.asarray(fits.getdata(file)).astype(float)


def sp():
    import sympy

    return sympy


library(
    "sympy",
    matrix=lambda A: str(sp().Matrix(A([[1, 2], [3, 4]]))),
    matrix_float=lambda A: str(sp().Matrix(A([[1.5, 2], [3, 4]]))),
    array=lambda A: str(sp().Array(A([1, 2]))),
    sympify=lambda A: str(sp().sympify(A([1, 2]))),
    sympify_scalar=lambda A: str(sp().sympify(A([1.5, 2])[0])),
    times=lambda A: str(A([1, 2]) * sp().Symbol("x")),
    rtimes=lambda A: str(sp().Symbol("x") * A([1, 2])),
    scalar=lambda A: str(A([1.5, 2])[0] * sp().Symbol("x")),
    rscalar=lambda A: str(sp().Symbol("x") * A([1.5, 2])[0]),
    power=lambda A: str(sp().Symbol("x") ** A([1, 2])[1]),
    matrix_times=lambda A: str(sp().Matrix([[1, 2], [3, 4]]) * A([1, 2])[0]),
    matmul=lambda A: str(sp().Matrix([[1, 2], [3, 4]]) @ sp().Matrix(A([1, 2]))),
    times_matrix=lambda A: str(A([[1, 2], [3, 4]]) * sp().Matrix([[1, 2], [3, 4]])),
    matmul_matrix=lambda A: str(A([[1, 2], [3, 4]]) @ sp().Matrix([[1, 2], [3, 4]])),
    plus_matrix=lambda A: str(sp().Matrix([[1, 2], [3, 4]]) + A([[1, 2], [3, 4]])),
    lambdify=lambda A: sp().lambdify(sp().Symbol("x"), sp().sin(sp().Symbol("x")) + 1, "numpy")(A(V)),
    lambdify_piecewise=lambda A: sp().lambdify(sp().Symbol("x"), sp().Piecewise((1, sp().Symbol("x") > 2), (0, True)))(
        A(V)
    ),
    lambdify_matrix=lambda A: sp().lambdify(sp().Symbol("x"), sp().Matrix([sp().Symbol("x"), 1]))(A(V)[0]),
    lambdify_scalar=lambda A: sp().lambdify(sp().Symbol("x"), sp().Symbol("x") ** 2)(A(V)[1]),
    subs=lambda A: str((sp().Symbol("x") + 1).subs("x", A([1.5])[0])),
    evalf=lambda A: str((sp().Symbol("x") + 1).evalf(subs={"x": A([1.5])[0]})),
    integer=lambda A: str(sp().Integer(A([3])[0])),
    float=lambda A: str(sp().Float(A([1.5])[0])),
    rational=lambda A: str(sp().Rational(A([3])[0], 2)),
    poly=lambda A: str(sp().Poly(A([1, 2, 3]).tolist(), sp().Symbol("x"))),
    interpolate=lambda A: str(sp().interpolate(list(zip(A([1, 2]).tolist(), A([3, 5]).tolist())), sp().Symbol("x"))),
)


def unc():
    import uncertainties.unumpy

    return uncertainties


library(
    "uncertainties",
    array=lambda A: str(unc().unumpy.uarray(A([1.0, 2.0]), A([0.1, 0.2]))),
    times=lambda A: str(A([1.0, 2.0]) * unc().ufloat(1.0, 0.1)),
    rtimes=lambda A: str(unc().ufloat(1.0, 0.1) * A([1.0, 2.0])),
    scalar=lambda A: str(A([1.0, 2.0])[1] * unc().ufloat(1.0, 0.1)),
    ufloat=lambda A: str(unc().ufloat(A([1.0])[0], A([0.1])[0])),
    plus=lambda A: str(unc().unumpy.uarray([1.0, 2.0], [0.1, 0.2]) + A([1.0, 2.0])),
    values=lambda A: unc().unumpy.nominal_values(unc().unumpy.uarray(A([1.0, 2.0]), A([0.1, 0.2]))),
)

D, Fr = decimal.Decimal, fractions.Fraction
library(
    "decimal",
    times=lambda A: str((A([1, 2]) * D("1.5")).tolist()),
    rtimes=lambda A: str((D("1.5") * A([1, 2])).tolist()),
    fraction=lambda A: str((A([1, 2]) * Fr(1, 3)).tolist()),
    decimal=lambda A: str(D(A([1.5])[0])),
    fraction_of=lambda A: str(Fr(A([3])[0], 2)),
    sum=lambda A: sum([A([1, 2])[0], D(1)]),
    fsum=lambda A: __import__("math").fsum(A(V)),
    statistics=lambda A: __import__("statistics").mean(A(V)),
    stdev=lambda A: __import__("statistics").stdev(A(V)),
    bisect=lambda A: __import__("bisect").bisect(A(V), 2.5),
    heapq=lambda A: [float(v) for v in __import__("heapq").nsmallest(2, A(V))],
    itertools=lambda A: [float(v) for v in __import__("itertools").accumulate(A(V))],
    random_choice=lambda A: float(__import__("random").Random(1).choice(A(V))),
    random_choices=lambda A: __import__("random").Random(1).choices([1, 2, 3, 4], weights=A(V)),
    sorted=lambda A: [float(v) for v in sorted(A(V))],
    struct=lambda A: __import__("struct").pack("d", A(V)[0]),
    json=lambda A: __import__("json").dumps({"loss": A(V).mean(), "list": A(V).tolist()}),
    array=lambda A: __import__("array").array("d", A(V)).tolist(),
    timedelta=lambda A: str(__import__("datetime").timedelta(seconds=A(V)[0])),
    round=lambda A: round(A(V)[0], 1),
    format=lambda A: f"{A(V)[0]:.3f} {A(V).sum():8.2e} {A([1, 2])[0]:d}",
    percent=lambda A: "%d %.2f" % (A([1, 2])[0], A(V)[0]),
    copy=lambda A: __import__("copy").deepcopy({"a": A(V)})["a"],
    pickle=lambda A: __import__("pickle").loads(__import__("pickle").dumps(A(V))),
    isclose=lambda A: __import__("math").isclose(A(V)[0], 1.0),
    floor=lambda A: __import__("math").floor(A(V)[0]),
    hypot=lambda A: __import__("math").hypot(*A(V)),
    prod=lambda A: __import__("math").prod(A(V)),
    dist=lambda A: __import__("math").dist(A(V), A(V)),
    cmath=lambda A: __import__("cmath").phase(A([1j])[0]),
    range=lambda A: list(range(A([3])[0])),
    index=lambda A: [10, 20][A([1])[0]],
    lists=lambda A: [0] * A([2])[0],
    dict_key=lambda A: {1: "a"}[A([1])[0]],
    set=lambda A: len(set(A([1, 1, 2]))),
    lru_cache=lambda A: __import__("functools").lru_cache(lambda v: v)(A([1])[0]),
    reduce=lambda A: __import__("functools").reduce(lambda a, b: a + b, A(V)),
    hex=lambda A: hex(A([255])[0]),
    bytes_of=lambda A: A([1, 2]).tobytes(),
    from_bytes=lambda A: bytearray(A([1, 2], dtype="u1")),
    unpack=lambda A: [a + b for a, b in A([[1, 2], [3, 4]])],
    enumerate=lambda A: [(i, float(v)) for i, v in enumerate(A(V))],
    zip=lambda A: [(float(a), float(b)) for a, b in zip(A(V), A(V))],
    max=lambda A: max(A(V)),
    min_key=lambda A: min(A(V), key=lambda v: -v),
    any=lambda A: any(A([0, 1])),
    isinstance=lambda A: isinstance(A(V).mean(), float),
    fspath=lambda A: str(A(V)),
    repr_list=lambda A: len([A(V)[0]]),
    float_hex=lambda A: float(A(V)[0]).hex(),
    pprint=lambda A: __import__("pprint").pformat(A(V).tolist()),
    csv=lambda A: [__import__("csv").writer(f := __import__("io").StringIO()).writerow(A([1.5, 2.5])), f.getvalue()][1],
)
