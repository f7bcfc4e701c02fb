"""Calls for which libraries have two ways, one for instances of ``ndarray``, and calls that go by memory."""

from __future__ import annotations

import array
import ctypes
import io
import sqlite3
import struct

import numpy as np

from .data import IMG, M3, V8, R, X, Y, lib
from .table import library

I8 = [0, 1, 0, 1, 2, 2, 0, 1]
B8 = [True, False, True, True, False, True, False, True]
TABLES = np.arange(1.0, 9.0).reshape(2, 2, 2)


def sparse(A):
    return lib("scipy.sparse").csr_array(M3)


def optimize():
    return lib("scipy.optimize")


def signal():
    return lib("scipy.signal")


def space():
    return signal().StateSpace(np.eye(2), np.ones((2, 1)), np.ones((1, 2)), 0)


def distance(p):
    return ((p - 1) ** 2).sum()


library(
    "scipy",
    bounds=lambda A: (
        optimize()
        .minimize(
            distance,
            A([0.0, 0.0]),
            jac=lambda p: 2 * (p - A([1.0, 1.0])),
            method="L-BFGS-B",
            bounds=optimize().Bounds(A([0.0, 0.0]), A([0.5, 2.0])),
        )
        .x
    ),
    bounds_slsqp=lambda A: (
        optimize()
        .minimize(
            distance, A([0.0, 0.0]), jac=lambda p: 2 * (p - A([1.0, 1.0])), method="SLSQP", bounds=A([[0, 0.5], [0, 2]])
        )
        .x
    ),
    bracket=lambda A: optimize().root_scalar(lambda t: t**2 - 2, bracket=A([0.0, 2.0])).root,
    jacobian=lambda A: np.round(optimize().broyden1(lambda p: A(p) ** 2 - 1, A([2.0, 2.0])), 4),
    maximum_of_sparse=lambda A: sparse(A).maximum(A(M3)),
    minimum_of_sparse=lambda A: sparse(A).minimum(A(M3)),
    sparse_compared=lambda A: [sparse(A) < A(M3), sparse(A) != A(M3), A(M3) < sparse(A)],
    low_rank=lambda A: lib("scipy.linalg.interpolative").svd(A(M3), 3)[1],
    peaks=lambda A: signal().find_peaks(A(V8), height=A(V8) - 1)[0],
    system_times=lambda A: (space() * A([[2.0]])).C,
    times_system=lambda A: (A([[2.0]]) * space()).C,
    graph_correlation=lambda A: (
        lib("scipy.stats").multiscale_graphcorr(A(X)[:10], A(X)[:10], reps=2, random_state=0).statistic
    ),
    odr=lambda A: (
        lib("scipy.odr")
        .ODR(
            lib("scipy.odr").Data(A(V8), A(V8)),
            lib("scipy.odr").Model(lambda b, x: b[0] * x + b[1]),
            beta0=A([1.0, 1.0]),
        )
        .run()
        .beta
    ),
)

library(
    "scikit-learn",
    init_tsne=lambda A: (
        lib("sklearn.manifold").TSNE(2, perplexity=3, init=A(X)[:, :2], max_iter=250).fit_transform(A(X)).shape
    ),
    init_nca=lambda A: (
        lib("sklearn.neighbors")
        .NeighborhoodComponentsAnalysis(init=A(np.eye(3)), max_iter=2)
        .fit(A(X), A(Y))
        .transform(A(X))
        .shape
    ),
    smoothing=lambda A: (
        lib("sklearn.naive_bayes").MultinomialNB(alpha=A([1.0, 0.5, 1.0])).fit(np.abs(A(X)), A(Y)).predict(np.abs(A(X)))
    ),
    gram=lambda A: lib("sklearn.linear_model").Lasso(0.1, precompute=A(X.T @ X)).fit(A(X), A(R)).coef_,
    cloned=lambda A: (
        lib("sklearn.base").clone(lib("sklearn.linear_model").Ridge(alpha=A([0.5])[0])).fit(A(X), A(R)).coef_
    ),
)


def formula(A):
    """A formula with names of the function that it is written in."""
    given = A(R)  # noqa: F841  the formula names it

    def doubled(x):
        return np.asarray(x) * 2

    return lib("statsmodels.formula.api").ols("y ~ doubled(given)", {"y": A(X)[:, 0]}).fit().params.tolist()


library(
    "statsmodels",
    stratified=lambda A: lib("statsmodels.stats.contingency_tables").StratifiedTable(A(TABLES)).oddsratio_pooled,
    moments=lambda A: lib("statsmodels.stats.moment_helpers").mnc2mvsk(A([0.0, 1.0, 0.0, 3.0])),
    copula=lambda A: lib("statsmodels.distributions.copula.api").ClaytonCopula(2.0).pdf(A([[0.2, 0.3]])),
    regimes=lambda A: (
        lib("statsmodels.tsa.api").MarkovRegression(A(R), 2).fit(disp=False, search_reps=0, maxiter=2).params.shape
    ),
    hypothesis=lambda A: lib("statsmodels.api").OLS(A(R), A(X)).fit().f_test(A(np.eye(3))).pvalue.item(),
    formula=formula,
)


def axes(**options):
    plt = lib("matplotlib.pyplot")
    plt.close("all")
    return plt.figure().add_subplot(**options)


library(
    "matplotlib",
    errors=lambda A: axes().errorbar(A(V8), A(V8), yerr=A(V8), xerr=[A(V8), A(V8)])[0].get_ydata().dtype.kind,
    errors_shown=lambda A: axes().errorbar(A(V8), A(V8), yerr=A([V8, V8]))[2][0].get_segments()[1],
    streams=lambda A: (
        axes()
        .streamplot(A(np.arange(3.0)), A(np.arange(3.0)), A(M3), A(M3), color=A(M3), linewidth=A(M3))
        .lines.get_linewidth()
        .__len__()
    ),
    own_marker=lambda A: axes().plot(A(V8), A(V8), marker=A([[0.0, 0.0], [1.0, 1.0]]))[0].get_marker().shape,
    shaded=lambda A: lib("matplotlib.colors").LightSource().shade(A(M3), lib("matplotlib.pyplot").cm.gray),
    polygons=lambda A: (
        lib("matplotlib.collections").PolyCollection(A(np.arange(12.0).reshape(2, 3, 2))).get_paths()[1].vertices
    ),
    surface=lambda A: (
        axes(projection="3d")
        .plot_surface(A(M3), A(M3) + 1, A(M3), facecolors=A(np.ones((3, 3, 4))))
        .get_facecolors()
        .shape
    ),
)

library(
    "seaborn",
    masked=lambda A: lib("seaborn").heatmap(A(M3), mask=A(M3) > 1, ax=axes()).collections[0].get_array(),
)

library(
    "dask",
    frame=lambda A: (
        lib("dask.dataframe")
        .from_dask_array(lib("dask.array").from_array(A(M3)), columns=["a", "b", "c"])
        .sum()
        .compute(scheduler="synchronous")
    ),
)

library(
    "jax",
    split=lambda A: lib("jax.numpy").split(A(V8), A([2, 5]))[1],
)

library(
    "equinox",
    is_array=lambda A: lib("equinox").is_array(A(V8)),
    is_inexact=lambda A: [lib("equinox").is_inexact_array(A(x)) for x in (V8, I8)],
)

library(
    "xarray",
    table_text=lambda A: repr(lib("xarray").Dataset({"a": ("x", A(V8))})),
)

library(
    "torch",
    asarray=lambda A: lib("torch").asarray(A(V8)).numpy(),
    ufunc=lambda A: type(np.add(A(V8), lib("torch").ones(8))).__name__,
    frombuffer=lambda A: lib("torch").frombuffer(A(V8), dtype=lib("torch").float64).numpy(),
)


def read_into(A):
    x = A(np.zeros(2))
    return io.BytesIO(np.array([1.5, 2.5]).tobytes()).readinto(x), x


def row_of_bytes(A):
    return sqlite3.connect(":memory:").execute("select ?", (A(V8),)).fetchone()


def through_ctypes(A):
    x = A(V8)
    (ctypes.c_double * 8).from_buffer(x)[0] = 77.0
    return np.add(x, 1)


library(
    "standard library",
    bytes_of_integers=lambda A: [len(bytes(A(I8))), len(bytearray(A(I8)))],
    file_written=lambda A: (lambda file: (file.write(A(V8)), file.getvalue()))(io.BytesIO()),
    file_read=read_into,
    joined_bytes=lambda A: b"".join([A(V8), A(I8)]),
    unpacked=lambda A: struct.unpack("2d", A(V8)[:2]),
    array_of_bytes=lambda A: array.array("d", bytes(A(V8))).tolist(),
    row_of_bytes=row_of_bytes,
    through_ctypes=through_ctypes,
    memory=lambda A: memoryview(A(M3)).tolist(),
    image_bytes=lambda A: bytes(memoryview(A(IMG)).cast("B")),
)
