"""Libraries that call functions of the user's, and tables beside arrays, on either side of operators and functions."""

from __future__ import annotations

import operator

import numpy as np

from .data import IMG, M3, V8, R, X, Y, lib
from .table import library

library(
    "polars",
    S=lambda A: lib("polars").Series("a", A(V8)).to_numpy(),
    df_again=lambda A: lib("polars").DataFrame({"a": A(V8), "b": A(V8) * 2}).to_numpy(),
    mat=lambda A: lib("polars").DataFrame(A(M3)).to_numpy(),
    schema=lambda A: lib("polars").DataFrame(A(M3), schema=["a", "b", "c"]).columns,
    fn_again=lambda A: lib("polars").from_numpy(A(M3)).to_numpy(),
    lit2=lambda A: lib("polars").select(lib("polars").lit(A(V8))).to_series().to_numpy(),
    wc_again=lambda A: lib("polars").DataFrame({"a": A(V8)}).with_columns(b=A(V8)).to_numpy(),
    filt_again=lambda A: lib("polars").DataFrame({"a": A(V8)}).filter(A(V8) > 3).to_numpy(),
    isin_again=lambda A: (
        lib("polars").DataFrame({"a": A(V8)}).filter(lib("polars").col("a").is_in(A(V8)[:2])).to_numpy()
    ),
    add_again=lambda A: (lib("polars").Series(A(V8)) + A(V8)).to_numpy(),
    radd_again=lambda A: np.asarray(A(V8) + lib("polars").Series(A(V8))),
    mul=lambda A: (lib("polars").Series(A(V8)) * A(V8)[0]).to_numpy(),
    cmp=lambda A: (lib("polars").Series(A(V8)) > A(V8)[0]).to_numpy(),
    idx=lambda A: lib("polars").Series(A(V8))[A([0, 2])].to_numpy(),
    gather_again=lambda A: lib("polars").Series(A(V8)).gather(A([0, 2])).to_numpy(),
    row=lambda A: lib("polars").DataFrame({"a": A(V8)})[A([0, 1])].to_numpy(),
    sca=lambda A: (lambda s: (s.scatter(A([0, 1]), A([9.0, 8.0])), s.to_numpy())[1])(lib("polars").Series(A(V8))),
    ufunc_again=lambda A: np.sin(lib("polars").Series(A(V8))).to_numpy(),
    hyp=lambda A: np.asarray(np.hypot(A(V8), lib("polars").Series(A(V8)))),
    concat_again=lambda A: np.concatenate([A(V8), lib("polars").Series(A(V8))]),
    fill=lambda A: lib("polars").Series([1.0, None]).fill_null(A(V8)[1]).to_numpy(),
    clip=lambda A: lib("polars").Series(A(V8)).clip(A(V8)[2], A(V8)[3]).to_numpy(),
    cut_again=lambda A: lib("polars").Series(A(V8)).cut(A([2.0, 4.0]).tolist()).to_list(),
    searchsorted=lambda A: lib("polars").Series([1.0, 2.0, 3.0]).search_sorted(A(V8)[:2]).to_numpy(),
    hist=lambda A: lib("polars").Series(A(V8)).hist(bins=list(A([1.0, 4.0, 9.0]))).to_numpy(),
    lists=lambda A: lib("polars").DataFrame({"a": list(A(M3))}).shape,
    col3=lambda A: lib("polars").Series([A(V8), A(V8)]).to_list(),
    dots=lambda A: lib("polars").Series(A(V8)).dot(A(V8)),
    eq=lambda A: lib("polars").Series(A(V8)).equals(lib("polars").Series(A(V8))),
    wcol=lambda A: lib("polars").DataFrame({"a": A(V8)}).with_columns(lib("polars").Series("z", A(V8))).to_numpy(),
    ins=lambda A: lib("polars").DataFrame({"a": A(V8)}).insert_column(0, lib("polars").Series("z", A(V8))).to_numpy(),
    rows_again=lambda A: lib("polars").DataFrame({"a": A(V8)}).map_rows(lambda t: (A([t[0]])[0] * 2,)).to_numpy(),
    dicts=lambda A: lib("polars").DataFrame([{"a": A(V8)[0], "b": A(V8)[1]}]).to_numpy(),
    sample=lambda A: lib("polars").Series(A(V8)).sample(A([3])[0], seed=1).to_numpy(),
    head=lambda A: lib("polars").DataFrame({"a": A(V8)}).head(A([2])[0]).to_numpy(),
    expr=lambda A: lib("polars").DataFrame({"a": A(V8)}).select(lib("polars").col("a") * A(V8)[1]).to_numpy(),
    exprr=lambda A: lib("polars").DataFrame({"a": A(V8)}).select(A(V8)[1] * lib("polars").col("a")).to_numpy(),
    pipe=lambda A: lib("polars").DataFrame({"a": A(V8)}).pipe(lambda d: A(d.to_numpy()) * 2),
)

library(
    "pyarrow",
    arr=lambda A: lib("pyarrow").array(A(V8)).to_numpy(),
    typed=lambda A: lib("pyarrow").array(A(V8), type=lib("pyarrow").float32()).to_numpy(),
    table_again=lambda A: lib("pyarrow").table({"a": A(V8), "b": A(Y)[:8]}).to_pandas().to_numpy(),
    tarr=lambda A: lib("pyarrow").Table.from_arrays([lib("pyarrow").array(A(V8))], names=["a"]).column(0).to_numpy(),
    rb=lambda A: lib("pyarrow").record_batch([A(V8)], names=["a"]).to_pydict(),
    tensor_again=lambda A: lib("pyarrow").Tensor.from_numpy(A(M3)).to_numpy(),
    buf=lambda A: lib("pyarrow").py_buffer(A(V8).data).size,
    scal=lambda A: lib("pyarrow").scalar(A(V8)[0]).as_py(),
    chunk=lambda A: lib("pyarrow").chunked_array([A(V8), A(V8)]).to_numpy(),
    comp=lambda A: lib("pyarrow.compute").add(lib("pyarrow").array(A(V8)), A(V8)[0]).to_numpy(),
    take=lambda A: lib("pyarrow").array(A(V8)).take(lib("pyarrow").array(A([0, 1]))).to_numpy(),
    fsl=lambda A: lib("pyarrow").FixedSizeListArray.from_arrays(A(V8), 2).to_pylist(),
    dict=lambda A: lib("pyarrow").DictionaryArray.from_arrays(A(Y)[:4], lib("pyarrow").array(["x", "y"])).to_pylist(),
    ints=lambda A: lib("pyarrow").array(A([1, 2, 3]), type=lib("pyarrow").int8()).to_pylist(),
    append=lambda A: lib("pyarrow").table({"a": A(V8)}).append_column("b", [A(V8)]).to_pydict(),
)

library(
    "pandas",
    cutb=lambda A: [str(q) for q in lib("pandas").cut(A(V8), A([0.0, 3.0, 10.0]))],
)

library(
    "scipy",
    gf=lambda A: lib("scipy.ndimage").generic_filter(A(IMG).astype(float)[:8, :8], lambda w: A(w).max(), 3),
    gt=lambda A: lib("scipy.ndimage").geometric_transform(A(M3), lambda c: tuple(A(c) - 0.5)),
    leastsq=lambda A: lib("scipy.optimize").leastsq(lambda p: A(p) - A(V8)[:2], A([0.0, 0.0]))[0],
    fs=lambda A: lib("scipy.optimize").fsolve(lambda p: A(p) ** 2 - A(V8)[:2], A([1.0, 1.0])),
    odeint=lambda A: lib("scipy.integrate").odeint(lambda u, t: -A(u), A([1.0, 2.0]), A([0.0, 1.0])),
    quad=lambda A: lib("scipy.integrate").quad(lambda t: A([t])[0] ** 2, 0, 1)[0],
    qv=lambda A: lib("scipy.integrate").quad_vec(lambda t: A([t, t**2]), 0, 1)[0],
    cdist=lambda A: lib("scipy.spatial.distance").cdist(A(M3), A(M3), lambda u, v: np.abs(A(u) - A(v)).sum()),
    pdist=lambda A: lib("scipy.spatial.distance").pdist(A(M3), lambda u, v: np.abs(A(u) - A(v)).sum()),
    kde=lambda A: lib("scipy.stats").gaussian_kde(A(V8), bw_method=lambda k: A([0.5])[0])(A(V8)),
    brent=lambda A: lib("scipy.optimize").brentq(lambda t: A([t])[0] - 0.3, 0, 1),
    ms=lambda A: lib("scipy.optimize").minimize_scalar(lambda t: (A([t])[0] - 0.3) ** 2).x,
    nnls=lambda A: lib("scipy.optimize").nnls(A(M3), A(V8)[:3])[0],
    milp=lambda A: lib("scipy.optimize").linprog(A(V8)[:2], A_ub=A([[-1.0, -1.0]]), b_ub=A([-1.0])).x,
    fixed=lambda A: lib("scipy.optimize").fixed_point(lambda p: np.cos(A(p)), A([0.5, 0.6])),
    newton=lambda A: lib("scipy.optimize").newton(lambda p: A(p) ** 2 - 2, A([1.0, 2.0])),
    fj=lambda A: lib("scipy.optimize").approx_fprime(A([1.0, 2.0]), lambda p: (A(p) ** 2).sum()),
    sweep=lambda A: lib("scipy.signal").sweep_poly(A(V8), A([1.0, 2.0])),
)

library(
    "scikit-learn",
    ft=lambda A: lib("sklearn.preprocessing").FunctionTransformer(lambda q: A(q) * 2).fit_transform(A(X)),
    kern=lambda A: lib("sklearn.svm").SVC(kernel=lambda p, q: A(p) @ A(q).T).fit(A(X), A(Y)).predict(A(X)),
    pd=lambda A: lib("sklearn.metrics").pairwise_distances(A(X)[:4], metric=lambda p, q: np.abs(A(p) - A(q)).sum()),
    col=lambda A: lib("sklearn.compose").ColumnTransformer([("a", "passthrough", A([0, 1]))]).fit_transform(A(X)),
    init=lambda A: lib("sklearn.cluster").KMeans(2, init=A(X)[:2], n_init=1).fit(A(X)).labels_,
    gm=lambda A: lib("sklearn.mixture").GaussianMixture(2, means_init=A(X)[:2], random_state=0).fit(A(X)).means_,
    prior=lambda A: lib("sklearn.naive_bayes").GaussianNB(priors=A([0.3, 0.7])).fit(A(X), A(Y)).predict(A(X)[:4]),
    alph=lambda A: lib("sklearn.linear_model").RidgeCV(alphas=A([0.1, 1.0, 10.0])).fit(A(X), A(R)).coef_,
    lasso_again=lambda A: lib("sklearn.linear_model").LassoCV(alphas=A([0.1, 1.0]), cv=3).fit(A(X), A(R)).coef_,
    bins=lambda A: lib("sklearn.calibration").calibration_curve(A(Y), np.abs(np.tanh(A(X)[:, 0])), n_bins=A([3])[0]),
    kd=lambda A: lib("sklearn.neighbors").KDTree(A(X)).query(A(X)[:2], k=A([2])[0]),
)

library(
    "xgboost",
    qdm=lambda A: lib("xgboost").QuantileDMatrix(A(X), A(R)).num_row(),
    rank=lambda A: lib("xgboost").XGBRanker(n_estimators=3).fit(A(X), A(Y), group=A([20, 20])).predict(A(X)),
    imp=lambda A: lib("xgboost").XGBRegressor(n_estimators=3).fit(A(X), A(R)).feature_importances_,
    slice=lambda A: lib("xgboost").DMatrix(A(X), A(R)).slice(A([0, 1, 2])).num_row(),
    missing=lambda A: lib("xgboost").DMatrix(A(X), missing=A([0.0])[0]).num_nonmissing(),
)

_OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "eq", "ne", "lt", "ge")


def _on_the_left(name):
    return lambda A: getattr(operator, name)(A(M3), lib("pandas").DataFrame(M3))


def _on_the_right(name):
    return lambda A: getattr(operator, name)(lib("pandas").DataFrame(M3), A(M3))


library(
    "pandas",
    **{f"matrix_{name}": _on_the_left(name) for name in _OPERATORS},
    **{f"{name}_matrix": _on_the_right(name) for name in _OPERATORS},
    frame_matmul=lambda A: lib("pandas").DataFrame(M3) @ A(M3),
    matmul_frame=lambda A: A(M3) @ lib("pandas").DataFrame(M3),
    divmod_matrix=lambda A: divmod(lib("pandas").DataFrame(M3), A(M3)),
    ufunc_of_frame=lambda A: np.add(lib("pandas").DataFrame(M3), A(M3)),
    ufunc_beside_frame=lambda A: np.hypot(A(M3), lib("pandas").DataFrame(M3)),
    clip_series=lambda A: np.clip(lib("pandas").Series(V8), A(V8), A(V8)),
    clip_frame=lambda A: np.clip(lib("pandas").DataFrame(M3), A(M3), A(M3)),
    repeat_of_series=lambda A: np.repeat(lib("pandas").Series(V8), A([2] * 8)),
    where_of_series=lambda A: np.where(lib("pandas").Series(V8) > 2, A(V8), 0.0),
    apply_raw=lambda A: lib("pandas").DataFrame(M3).apply(lambda c: A(c) * 2, raw=True),
    apply_expand=lambda A: lib("pandas").DataFrame(M3).apply(lambda r: A(r.to_numpy()), axis=1, result_type="expand"),
    group_transform=lambda A: (
        lib("pandas").Series(V8).groupby([0, 0, 1, 1] * 2).transform(lambda s: A(s) - A(s).mean())
    ),
    rolling_raw=lambda A: lib("pandas").Series(V8).rolling(2).apply(lambda w: A(w).sum(), raw=True),
)

library(
    "polars",
    ufunc_of_series=lambda A: np.asarray(np.hypot(lib("polars").Series(V8), A(V8))),
    ufunc_beside_series=lambda A: np.asarray(np.hypot(A(V8), lib("polars").Series(V8))),
    series_plus_array=lambda A: (lib("polars").Series(V8) + A(V8)).to_list(),
)


def _rows(A):
    return lib("xarray").DataArray(A(M3))


def _points(A, at):
    return lib("xarray").DataArray(A(at), dims="points")


def _set(array, key, values):
    array[key] = values
    return array.values


def _labelled(A):
    return lib("xarray").DataArray(A(V8), dims="x", coords={"x": A(np.arange(8.0))})


library(
    "xarray",
    interp=lambda A: _labelled(A).interp(x=A([0.5, 1.5])).values,
    idxmax=lambda A: _labelled(A).idxmax().item(),
    at_argmax=lambda A: _labelled(A)[_labelled(A).argmax("x")].item(),
    isel_argmin=lambda A: _labelled(A).isel(x=_labelled(A).argmin("x")).item(),
    vectorized=lambda A: _rows(A).isel(dim_0=_points(A, [0, 2]), dim_1=_points(A, [1, 1])).values,
    vectorized_set=lambda A: _set(_rows(A), {"dim_0": _points(A, [0, 2]), "dim_1": _points(A, [1, 1])}, A([8.0, 9.0])),
    outer_set=lambda A: _set(_rows(A), {"dim_0": A([0, 2]), "dim_1": A([1])}, 7.0),
    isel_argmax_of_rows=lambda A: _rows(A).isel(dim_1=_rows(A).argmax("dim_1")).values,
)

library(
    "awkward",
    dot=lambda A: np.dot(lib("awkward").Array(M3), A(M3)),
    stack=lambda A: np.stack([lib("awkward").Array(M3), A(M3)]),
    allclose=lambda A: np.allclose(lib("awkward").Array(M3), A(M3)),
    append=lambda A: np.append(lib("awkward").Array(M3), A(M3)),
)

library(
    "lightgbm",
    objective=lambda A: _of_gradients(
        A, lib("lightgbm").LGBMRegressor(n_estimators=3, min_child_samples=2, verbose=-1)
    ),
)

library(
    "xgboost",
    objective=lambda A: _of_gradients(A, lib("xgboost").XGBRegressor(n_estimators=3)),
)


def _of_gradients(A, model):
    """A model fitted with an objective that gives gradients."""
    model.set_params(objective=lambda true, found: (A(found) - A(true), A(np.ones(len(R)))))
    return model.fit(A(X), A(R)).predict(A(X))
