"""Distributions of which Numba's numbers are not those of ``numpy.random``.

Numba draws most distributions as NumPy's global state does, bit by bit; these it draws
in ways of its own.  Here they are drawn from the same uniform, exponential and normal
numbers, in the same order, as NumPy's legacy generator draws them: what a seed gives is
part of NumPy's interface (NEP 19), compiled or not.

The gammas are G. Marsaglia and W. W. Tsang, *ACM Trans. Math. Softw.* 26 (2000), 363, and
for small shapes J. H. Ahrens and U. Dieter, *Computing* 12 (1974), 223; the betas M. D.
Johnk, *Metrika* 8 (1964), 5; the angles D. J. Best and N. I. Fisher, *Appl. Statist.* 28
(1979), 152.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numba import njit
from numba.core import types

from .forms import compiled, constant, form, overloads, stub_that

_scalar = njit(error_model="numpy")


@_scalar
def _standard_gamma(shape):
    if shape < 0.0:
        raise ValueError("shape < 0")
    if shape == 1.0:
        return np.random.standard_exponential()
    if shape == 0.0:
        return 0.0
    if shape < 1.0:
        while True:
            u = np.random.random()
            v = np.random.standard_exponential()
            if u <= 1.0 - shape:
                x = math.pow(u, 1.0 / shape)
                if x <= v:
                    return x
            else:
                y = -math.log((1 - u) / shape)
                x = math.pow(1.0 - shape + shape * y, 1.0 / shape)
                if x <= v + y:
                    return x
    b = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9 * b)
    while True:
        x = np.random.standard_normal()
        v = 1.0 + c * x
        while v <= 0.0:
            x = np.random.standard_normal()
            v = 1.0 + c * x
        v = v * v * v
        u = np.random.random()
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return b * v
        if math.log(u) < 0.5 * x * x + b * (1.0 - v + math.log(v)):
            return b * v


@_scalar
def _gamma(shape, scale):
    if scale < 0.0:
        raise ValueError("scale < 0")
    return scale * _standard_gamma(shape)


@_scalar
def _chisquare(df):
    if df <= 0.0:
        raise ValueError("df <= 0")
    return 2.0 * _standard_gamma(df / 2.0)


@_scalar
def _f(dfnum, dfden):
    if dfnum <= 0.0:
        raise ValueError("dfnum <= 0")
    if dfden <= 0.0:
        raise ValueError("dfden <= 0")
    above = _chisquare(dfnum) * dfden
    return above / (_chisquare(dfden) * dfnum)


@_scalar
def _standard_t(df):
    if df <= 0.0:
        raise ValueError("df <= 0")
    above = np.random.standard_normal()
    below = _standard_gamma(df / 2)
    return math.sqrt(df / 2) * above / math.sqrt(below)


@_scalar
def _beta(a, b):
    if a <= 0.0:
        raise ValueError("a <= 0")
    if b <= 0.0:
        raise ValueError("b <= 0")
    if a > 1.0 or b > 1.0:
        x = _standard_gamma(a)
        return x / (x + _standard_gamma(b))
    while True:
        u = np.random.random()
        v = np.random.random()
        x = math.pow(u, 1.0 / a)
        y = math.pow(v, 1.0 / b)
        if x + y <= 1.0:
            if x + y > 0:
                return x / (x + y)
            log_x = math.log(u) / a
            log_y = math.log(v) / b
            largest = max(log_x, log_y)
            log_x -= largest
            log_y -= largest
            return math.exp(log_x - math.log(math.exp(log_x) + math.exp(log_y)))


@_scalar
def _noncentral_chisquare(df, nonc):
    if df <= 0.0:
        raise ValueError("df <= 0")
    if nonc < 0.0:
        raise ValueError("nonc < 0")
    if nonc == 0.0:
        return _chisquare(df)
    if df > 1.0:
        below = _chisquare(df - 1)
        n = np.random.standard_normal() + math.sqrt(nonc)
        return below + n * n
    return _chisquare(df + 2 * np.random.poisson(nonc / 2.0))


@_scalar
def _pareto(a):
    if a <= 0.0:
        raise ValueError("a <= 0")
    return math.exp(np.random.standard_exponential() / a) - 1


@_scalar
def _rayleigh(scale):
    if scale < 0.0:
        raise ValueError("scale < 0")
    return scale * math.sqrt(-2.0 * math.log1p(-np.random.random()))


@_scalar
def _weibull(a):
    if a < 0.0:
        raise ValueError("a < 0")
    if a == 0.0:
        return 0.0
    return math.pow(np.random.standard_exponential(), 1 / a)


@_scalar
def _binomial(n, p):
    if n < 0:
        raise ValueError("n < 0")
    if not (p >= 0 and p <= 1):
        raise ValueError("p < 0, p > 1 or p is NaN")
    if n == 0 or p == 0:
        np.random.random()
        return np.int64(0)
    return np.int64(np.random.binomial(n, p))


@_scalar
def _negative_binomial(n, p):
    if n <= 0:
        raise ValueError("n <= 0")
    if not (p > 0 and p <= 1):
        raise ValueError("p <= 0, p > 1 or p contains NaNs")
    return np.random.poisson(_gamma(n, (1 - p) / p))


@_scalar
def _triangular(left, mode, right):
    if left > mode:
        raise ValueError("left > mode")
    if mode > right:
        raise ValueError("mode > right")
    if left == right:
        raise ValueError("left == right")
    base = right - left
    rising = mode - left
    u = np.random.random()
    if u <= rising / base:
        return left + math.sqrt(u * (rising * base))
    return right - math.sqrt((1.0 - u) * ((right - mode) * base))


@_scalar
def _vonmises(mu, kappa):
    if kappa < 0.0:
        raise ValueError("kappa < 0")
    if kappa < 1e-8:
        return math.pi * (2 * np.random.random() - 1)
    if kappa < 1e-5:
        s = 1.0 / kappa + kappa
    else:
        r = 1 + math.sqrt(1 + 4 * kappa * kappa)
        rho = (r - math.sqrt(2 * r)) / (2 * kappa)
        s = (1 + rho * rho) / (2 * rho)
    while True:
        z = math.cos(math.pi * np.random.random())
        w = (1 + s * z) / (s + z)
        y = kappa * (s - w)
        v = np.random.random()
        if y * (2 - y) - v >= 0 or math.log(y / v) + 1 - y >= 0:
            break
    angle = math.acos(w)
    if np.random.random() < 0.5:
        angle = -angle
    angle += mu
    negative = angle < 0
    angle = math.fmod(abs(angle) + math.pi, 2 * math.pi) - math.pi
    return -angle if negative else angle


@stub_that(shows="x")
def npb_scale(x, name):
    """The scale of a distribution, which must not be negative."""


@overloads(npb_scale)
def _scale(x, name):
    message = f"{constant(name)} < 0"
    each = "np.asarray(x).flat" if isinstance(x, (types.Array, types.List, types.BaseTuple)) else "(x,)"
    lines = [
        f"for v in {each}:",
        "    if v < 0 or (v == 0 and np.copysign(1.0, v) < 0):",
        "        raise ValueError(message)",
    ]
    return compiled("def impl(x, name):\n" + "".join(f"    {line}\n" for line in [*lines, "return x"]), message=message)


def _register(name: str, parameters: str, draw: Callable, dtype: str = "np.float64") -> None:
    """Let `draw` stand in for ``numpy.random``'s function of that name."""
    names = [part.partition("=")[0] for part in parameters.split(", ")]
    space: dict = {}
    stub = f"npb_random_{name}"
    exec(f"def {stub}({parameters}, size=None):\n    raise NotImplementedError\n", space)
    space[stub].__doc__ = f"``numpy.random.{name}``."
    function = form(getattr(np.random, name))(space[stub])
    head = f"def impl({parameters}, size=None):\n"
    given = ", ".join(names)

    def typed(*args):
        *kinds, size = args
        arrays = any(isinstance(kind, (types.Array, types.BaseTuple, types.List)) for kind in kinds)
        if not arrays and isinstance(size, (types.NoneType, types.Omitted)):
            return compiled(f"{head}    return draw({given})\n", draw=draw)
        if not arrays:
            lines = [f"out = np.empty(size, {dtype})", "for i in range(out.size):", f"    out.flat[i] = draw({given})"]
        else:
            lines = [f"a{i} = np.asarray({n})" for i, n in enumerate(names)]
            shapes = ", ".join(f"a{i}.shape" for i in range(len(names)))
            shape = f"np.broadcast_shapes({shapes})" if isinstance(size, (types.NoneType, types.Omitted)) else "size"
            lines += [f"out = np.empty({shape}, {dtype})"]
            lines += [f"b{i} = np.broadcast_to(a{i}, out.shape).copy()" for i in range(len(names))]
            each = ", ".join(f"b{i}.flat[i]" for i in range(len(names)))
            lines += ["for i in range(out.size):", f"    out.flat[i] = draw({each})"]
        body = "".join(f"    {line}\n" for line in [*lines, "return out"])
        return compiled(head + body, draw=draw)

    text = f"def typed({parameters}, size=None):\n    return inner({given}, size)\n"
    names_of = {"inner": typed}
    exec(text, names_of)
    overloads(function)(names_of["typed"])


_register("standard_gamma", "shape", _standard_gamma)
_register("gamma", "shape, scale=1.0", _gamma)
_register("chisquare", "df", _chisquare)
_register("f", "dfnum, dfden", _f)
_register("standard_t", "df", _standard_t)
_register("beta", "a, b", _beta)
_register("noncentral_chisquare", "df, nonc", _noncentral_chisquare)
_register("pareto", "a", _pareto)
_register("rayleigh", "scale=1.0", _rayleigh)
_register("weibull", "a", _weibull)
_register("binomial", "n, p", _binomial, "np.int64")
_register("negative_binomial", "n, p", _negative_binomial, "np.int64")
_register("triangular", "left, mode, right", _triangular)
_register("vonmises", "mu, kappa", _vonmises)


@form(np.random.dirichlet)
def npb_random_dirichlet(alpha, size=None):
    """``numpy.random.dirichlet``."""


@overloads(npb_random_dirichlet)
def _dirichlet(alpha, size=None):
    none = isinstance(size, (types.NoneType, types.Omitted))
    if none:
        shape = "(n,)"
    elif isinstance(size, types.BaseTuple):
        shape = "size + (n,)"
    else:
        shape = "(size, n)"
    return compiled(
        f"""
def impl(alpha, size=None):
    a = np.asarray(alpha)
    n = a.size
    out = np.empty({shape}, np.float64)
    rows = out.reshape(-1, n)
    for i in range(rows.shape[0]):
        total = 0.0
        for j in range(n):
            if a[j] <= 0.0:
                raise ValueError("alpha <= 0")
            rows[i, j] = draw(a[j])
            total = total + rows[i, j]
        inverse = 1 / total
        for j in range(n):
            rows[i, j] = rows[i, j] * inverse
    return out
""",
        draw=_standard_gamma,
    )
