"""Tables of data: pandas, polars, xarray, pyarrow, seaborn's input, statsmodels."""

from __future__ import annotations

import io

import numpy as np

from .table import library


def pd():
    import pandas

    return pandas


def frame():
    return pd().DataFrame({"a": [4.0, 5.0, 6.0], "b": [1, 2, 3], "c": list("xyx")})


def changed(change):
    f = frame()
    result = change(f)
    return f if result is None else (f, result)


M, F, I = [False, True, True], [0.5, 1.5, 2.5], [2, 0, 1]

library(
    "pandas",
    series=lambda A: pd().Series(A(F)),
    series_int=lambda A: pd().Series(A(I), index=A([5, 6, 7])),
    series_dtype=lambda A: pd().Series(A(F), dtype="float32"),
    frame_of_2d=lambda A: pd().DataFrame(A([[1.0, 2.0], [3.0, 4.0]]), columns=["u", "v"]),
    frame_of_columns=lambda A: pd().DataFrame({"a": A(F), "b": A(I), "c": A(M)}),
    frame_of_rows=lambda A: pd().DataFrame([A(F), A(F)]),
    frame_of_scalars=lambda A: pd().DataFrame({"a": [A(F).mean(), A(F).max()]}),
    frame_of_records=lambda A: pd().DataFrame([{"a": A(F)[0]}, {"a": A(F)[1]}]),
    index=lambda A: pd().Index(A(I)),
    index_float=lambda A: pd().Index(A(F)),
    multiindex=lambda A: pd().MultiIndex.from_arrays([A(I), A(M)]),
    series_index=lambda A: frame().set_index(A(I)),
    mask=lambda A: frame()[A(M)],
    mask_loc=lambda A: frame().loc[A(M)],
    mask_loc_column=lambda A: frame().loc[A(M), "a"],
    mask_iloc=lambda A: frame().iloc[A(M)],
    mask_series=lambda A: frame()["a"][A(M)],
    mask_index=lambda A: pd().RangeIndex(3)[A(M)],
    mask_index_names=lambda A: pd().Index(["u", "v", "w"])[A(M)],
    mask_of_columns=lambda A: frame().loc[:, A(M)],
    mask_computed=lambda A: frame()[A(F) > 1],
    mask_where=lambda A: frame()["a"].where(A(M)),
    mask_where_other=lambda A: frame()["a"].where(A(M), A(F)),
    mask_mask=lambda A: frame()["a"].mask(A(M), 0),
    mask_frame_where=lambda A: frame()[["a", "b"]].where(A([[True, False], [True, True], [False, True]])),
    mask_query=lambda A: frame().query("b in @x", local_dict={"x": A([1, 2])}),
    take=lambda A: frame().take(A([0, 2])),
    iloc=lambda A: frame().iloc[A([0, 2])],
    iloc_scalar=lambda A: frame().iloc[A(I)[0]],
    iloc_pair=lambda A: frame().iloc[A([0, 2]), A([1, 0])],
    loc=lambda A: frame().loc[A([0, 2])],
    loc_scalar=lambda A: frame().loc[A(I)[0], "a"],
    at=lambda A: frame().at[A(I)[0], "a"],
    columns=lambda A: pd().DataFrame(np.eye(3))[A([0, 2])],
    series_items=lambda A: frame()["a"][A([0, 2])],
    set_column=lambda A: changed(lambda f: f.__setitem__("d", A(F))),
    set_masked=lambda A: changed(lambda f: f.loc.__setitem__((A(M), "a"), 9.0)),
    set_masked_frame=lambda A: (f := frame()[["a", "b"]], f.__setitem__(A(M), 9)),
    set_values=lambda A: changed(lambda f: f.loc.__setitem__((slice(None), "a"), A(F))),
    set_iloc=lambda A: changed(lambda f: f.iloc.__setitem__((A([0, 2]), 0), A([7.0, 8.0]))),
    set_scalar=lambda A: changed(lambda f: f.loc.__setitem__((0, "a"), A(F).sum())),
    assign=lambda A: frame().assign(d=A(F), e=A(F).mean()),
    insert=lambda A: changed(lambda f: f.insert(0, "d", A(F))),
    isin=lambda A: frame()["b"].isin(A([1, 3])),
    isin_frame=lambda A: frame().isin(A([1, 3])),
    groupby=lambda A: frame()["a"].groupby(A([0, 1, 1])).sum(),
    groupby_frame=lambda A: frame().groupby(A([0, 1, 1]))["a"].mean(),
    groupby_list=lambda A: frame().groupby([A([0, 1, 1]), "c"])["a"].mean(),
    groupby_apply=lambda A: frame()["a"].groupby([0, 1, 1]).apply(lambda s: A(s.to_numpy()).sum()),
    groupby_agg=lambda A: frame()["a"].groupby([0, 1, 1]).agg(lambda s: np.sum(A(s.to_numpy()))),
    groupby_transform=lambda A: frame().groupby("c")["a"].transform(lambda s: A(s.to_numpy()) - A(s.to_numpy()).mean()),
    apply=lambda A: frame()[["a", "b"]].apply(lambda s: A(s.to_numpy()).max()),
    apply_rows=lambda A: frame()[["a", "b"]].apply(lambda s: A(s.to_numpy()).max(), axis=1),
    map_scalar=lambda A: frame()["a"].map(lambda v: A([v, 1.0]).sum()),
    rolling_apply=lambda A: frame()["a"].rolling(2).apply(lambda w: A(w).sum(), raw=True),
    add=lambda A: frame()["a"] + A(F),
    radd=lambda A: A(F) + frame()["a"],
    sub_frame=lambda A: frame()[["a", "b"]] - A([1.0, 2.0]),
    rsub_frame=lambda A: A([1.0, 2.0]) - frame()[["a", "b"]],
    compare=lambda A: frame()["a"] > A(F),
    rcompare=lambda A: A(F) < frame()["a"],
    ufunc=lambda A: np.maximum(frame()["a"], A(F)),
    ufunc_reversed=lambda A: np.maximum(A(F), frame()["a"]),
    ufunc_frame=lambda A: np.add(frame()[["a", "b"]], A([1.0, 2.0])),
    dot=lambda A: frame()[["a", "b"]].dot(A([1.0, 2.0])),
    matmul=lambda A: frame()[["a", "b"]] @ A([1.0, 2.0]),
    rmatmul=lambda A: A(F) @ frame()[["a", "b"]],
    scalar=lambda A: frame()["a"] * A(F).mean(),
    rscalar=lambda A: A(F).mean() * frame()["a"],
    scalar_frame=lambda A: A(F).sum() + frame()[["a"]],
    index_add=lambda A: pd().Index([1, 2, 3]) + A(I),
    cut=lambda A: pd().cut(A(F), 2),
    cut_bins=lambda A: pd().cut(A(F), A([0.0, 1.0, 3.0])),
    qcut=lambda A: pd().qcut(A(F), 2),
    factorize=lambda A: pd().factorize(A([3, 1, 3])),
    unique=lambda A: pd().unique(A([3, 1, 3])),
    value_counts=lambda A: pd().Series(A([3, 1, 3])).value_counts(),
    isna=lambda A: pd().isna(A([1.0, np.nan])),
    notna=lambda A: pd().notna(A([1.0, np.nan])),
    to_numeric=lambda A: pd().to_numeric(A(I)),
    to_datetime=lambda A: pd().to_datetime(A([0, 1]), unit="s"),
    to_timedelta=lambda A: pd().to_timedelta(A([0, 1]), unit="s"),
    categorical=lambda A: pd().Categorical(A([3, 1, 3])),
    from_codes=lambda A: pd().Categorical.from_codes(A([0, 1, 0]), ["u", "v"]),
    get_dummies=lambda A: pd().get_dummies(A([3, 1, 3])),
    crosstab=lambda A: pd().crosstab(A([0, 1, 1]), A([1, 1, 0])),
    concat=lambda A: pd().concat([pd().Series(A(F)), pd().Series(A(I))]),
    merge=lambda A: pd().merge(frame(), pd().DataFrame({"k": A([1, 2])}), left_on="b", right_on="k"),
    merge_array=lambda A: pd().merge(frame(), frame(), left_on=A([1, 2, 3]), right_on="b"),
    reindex=lambda A: frame().reindex(A([2, 0])),
    drop=lambda A: frame().drop(A([0, 1])),
    drop_index=lambda A: pd().Index([1, 2, 3]).drop(A([1])),
    sort=lambda A: frame().sort_values("a", key=lambda s: A(s.to_numpy()) * -1),
    interval=lambda A: pd().IntervalIndex.from_breaks(A([0.0, 1.0, 2.0])),
    interval_arrays=lambda A: pd().IntervalIndex.from_arrays(A([0.0, 1.0]), A([1.0, 2.0])),
    get_indexer=lambda A: pd().Index([1, 2, 3]).get_indexer(A([3, 1])),
    searchsorted=lambda A: pd().Series([1, 2, 3]).searchsorted(A([2, 3])),
    quantile=lambda A: frame()["a"].quantile(A([0.25, 0.5])),
    describe=lambda A: frame()["a"].describe(percentiles=A([0.1, 0.9])),
    sample=lambda A: frame().sample(2, weights=A([1.0, 1.0, 0.0]), random_state=1),
    clip=lambda A: frame()["a"].clip(A([4.5, 4.5, 4.5]), A([5.5, 5.5, 5.5])),
    fillna=lambda A: pd().Series([1.0, np.nan]).fillna(A([3.0, 4.0]).mean()),
    replace=lambda A: frame()["b"].replace(A([1, 2]), A([10, 20])),
    combine=lambda A: frame()["a"].combine(pd().Series(A(F)), max),
    equals=lambda A: pd().Series(A(F)).equals(pd().Series(F)),
    array=lambda A: pd().array(A(F)),
    array_int=lambda A: pd().array(A(I), dtype="Int64"),
    infer=lambda A: pd().api.types.infer_dtype(A(I)),
    is_list_like=lambda A: pd().api.types.is_list_like(A(I)),
    is_numeric=lambda A: pd().api.types.is_numeric_dtype(A(I)),
    is_float=lambda A: pd().api.types.is_float(A(F)[0]),
    is_scalar=lambda A: pd().api.types.is_scalar(A(F)[0]),
    is_bool_dtype=lambda A: pd().api.types.is_bool_dtype(A(M)),
    to_numpy=lambda A: pd().Series(A(F)).to_numpy(),
    ewm=lambda A: pd().Series(A(F)).ewm(span=2).mean(),
    interpolate=lambda A: pd().Series([1.0, np.nan, 3.0], index=A([0.0, 1.0, 3.0])).interpolate("index"),
    date_range=lambda A: pd().date_range("2020", periods=A(I)[0]),
    timedelta=lambda A: pd().Timedelta(A(F)[0], unit="s"),
    timestamp_add=lambda A: pd().Timestamp("2020") + pd().to_timedelta(A([1, 2]), unit="D"),
    to_csv=lambda A: pd().DataFrame({"a": A(F)}).to_csv(),
    to_json=lambda A: pd().Series([A(F).mean()]).to_json(),
    eval=lambda A: frame().eval("a + @y", local_dict={"y": A(F)}),
    testing=lambda A: pd().testing.assert_series_equal(pd().Series(A(F)), pd().Series(F)),
    rename=lambda A: frame().set_axis(A([5, 6, 7]), axis=0),
    pivot=lambda A: (
        pd().DataFrame({"r": A([0, 0, 1]), "c": A([0, 1, 0]), "v": A(F)}).pivot(index="r", columns="c", values="v")
    ),
    explode=lambda A: pd().Series([A(F).tolist()]).explode(),
    wide=lambda A: pd().DataFrame(A(np.arange(6.0).reshape(2, 3))).stack(),
    corr=lambda A: pd().DataFrame(A(np.arange(6.0).reshape(3, 2) ** 2)).corr(),
    resample=lambda A: pd().Series(A(F), index=pd().date_range("2020", periods=3)).resample("2D").sum(),
)


def pl():
    import polars

    return polars


library(
    "polars",
    series=lambda A: pl().Series("a", A(F)).to_list(),
    series_int=lambda A: pl().Series(A(I)).to_list(),
    series_bool=lambda A: pl().Series(A(M)).to_list(),
    frame=lambda A: pl().DataFrame({"a": A(F), "b": A(I)}).to_dicts(),
    frame_2d=lambda A: pl().DataFrame(A([[1.0, 2.0], [3.0, 4.0]])).to_dicts(),
    from_numpy=lambda A: pl().from_numpy(A([[1.0, 2.0], [3.0, 4.0]])).to_dicts(),
    with_column=lambda A: pl().DataFrame({"a": [1, 2, 3]}).with_columns(pl().Series("b", A(F))).to_dicts(),
    filter=lambda A: pl().DataFrame({"a": [1, 2, 3]}).filter(A(M)).to_dicts(),
    series_filter=lambda A: pl().Series([1, 2, 3]).filter(pl().Series(A(M))).to_list(),
    series_index=lambda A: pl().Series([1, 2, 3])[A(I)].to_list(),
    lit=lambda A: pl().DataFrame({"a": [1, 2]}).with_columns(b=pl().lit(A(F)[0])).to_dicts(),
    add=lambda A: (pl().Series([1.0, 2.0, 3.0]) + pl().Series(A(F))).to_list(),
    ufunc=lambda A: np.sqrt(pl().Series(A(F))).to_list(),
    is_in=lambda A: pl().Series([1, 2, 3]).is_in(A([1, 3])).to_list(),
    map=lambda A: (
        pl().Series([1.0, 2.0]).map_elements(lambda v: float(A([v]).sum()), return_dtype=pl().Float64).to_list()
    ),
    scalar=lambda A: (pl().Series([1.0, 2.0]) * A(F).sum()).to_list(),
    gather=lambda A: pl().Series([1, 2, 3]).gather(A([0, 2])).to_list(),
    scatter=lambda A: pl().Series([1, 2, 3]).scatter(A([0, 2]), A([7, 8])).to_list(),
    search_sorted=lambda A: pl().Series([1, 2, 3]).search_sorted(A([2, 3])).to_list(),
)


def pa():
    import pyarrow

    return pyarrow


library(
    "pyarrow",
    array=lambda A: pa().array(A(F)).to_pylist(),
    array_int=lambda A: pa().array(A(I), type=pa().int32()).to_pylist(),
    table=lambda A: pa().table({"a": A(F), "b": A(I)}).to_pydict(),
    scalar=lambda A: pa().scalar(A(F)[0]).as_py(),
    scalars=lambda A: pa().array([A(F)[0], A(F)[1]]).to_pylist(),
    chunked=lambda A: pa().chunked_array([A(F), A(F)]).to_pylist(),
    is_in=lambda A: (
        pa().compute.is_in(pa().array([1, 2]), value_set=pa().array(A(I))).to_pylist()
        if hasattr(pa(), "compute")
        else None
    ),
    tensor=lambda A: pa().Tensor.from_numpy(A(F)).to_numpy(),
    record_batch=lambda A: pa().record_batch([pa().array(A(F))], names=["a"]).to_pydict(),
)


def xr():
    import xarray

    return xarray


def da(A):
    return xr().DataArray(A(np.arange(6.0).reshape(2, 3)), dims=("x", "y"), coords={"y": [10, 20, 30]})


library(
    "xarray",
    add=lambda A: (da(A) + 1).values,
    sum=lambda A: da(A).sum("x").values,
    mean=lambda A: da(A).mean().values,
    std=lambda A: da(A).std("y").values,
    max=lambda A: da(A).max("y").values,
    argmax=lambda A: da(A).argmax("y").values,
    median=lambda A: da(A).median("y").values,
    quantile=lambda A: da(A).quantile(0.5, "y").values,
    exp=lambda A: np.exp(da(A)).values,
    where=lambda A: da(A).where(da(A) > 2).values,
    where_function=lambda A: xr().where(da(A) > 2, da(A), 0).values,
    sel=lambda A: da(A).sel(y=20).values,
    sel_list=lambda A: da(A).sel(y=[10, 30]).values,
    sel_array=lambda A: da(A).sel(y=A([10, 30])).values,
    isel=lambda A: da(A).isel(x=0).values,
    isel_array=lambda A: da(A).isel(y=A([0, 2])).values,
    isel_mask=lambda A: da(A)[:, A(M)].values,
    transpose=lambda A: da(A).T.values,
    stack=lambda A: da(A).stack(z=("x", "y")).values,
    unstack=lambda A: da(A).stack(z=("x", "y")).unstack("z").values,
    concat=lambda A: xr().concat([da(A), da(A)], "t").values,
    merge=lambda A: xr().merge([da(A).rename("u")])["u"].values,
    rolling=lambda A: da(A).rolling(y=2).mean().values,
    rolling_min=lambda A: da(A).rolling(y=2, min_periods=1).sum().values,
    coarsen=lambda A: da(A).isel(y=slice(0, 2)).coarsen(y=2).mean().values,
    groupby=lambda A: da(A).groupby("y").mean().values,
    groupby_bins=lambda A: da(A).groupby_bins("y", [0, 15, 40]).sum().values,
    interp=lambda A: da(A).interp(y=15).values,
    cumsum=lambda A: da(A).cumsum("y").values,
    diff=lambda A: da(A).diff("y").values,
    shift=lambda A: da(A).shift(y=1).values,
    roll=lambda A: da(A).roll(y=1).values,
    pad=lambda A: da(A).pad(y=1).values,
    sortby=lambda A: da(A).sortby("y", ascending=False).values,
    fillna=lambda A: da(A).where(da(A) > 2).fillna(0).values,
    ffill=lambda A: da(A).where(da(A) > 2).ffill("y").values,
    dropna=lambda A: da(A).where(da(A) > 2).dropna("x").values,
    isnull=lambda A: da(A).isnull().values,
    clip=lambda A: da(A).clip(1, 3).values,
    dot=lambda A: xr().dot(da(A), da(A), dim="y").values,
    corr=lambda A: xr().corr(da(A), da(A) ** 2, "y").values,
    cov=lambda A: xr().cov(da(A), da(A) ** 2, "y").values,
    polyfit=lambda A: da(A).polyfit("y", 1).polyfit_coefficients.values,
    integrate=lambda A: da(A).integrate("y").values,
    differentiate=lambda A: da(A).differentiate("y").values,
    apply_ufunc=lambda A: xr().apply_ufunc(lambda v: v**2, da(A)).values,
    apply_vectorized=lambda A: (
        xr().apply_ufunc(lambda v: v.sum(), da(A), input_core_dims=[["y"]], vectorize=True).values
    ),
    weighted=lambda A: da(A).weighted(xr().DataArray(A([1.0, 2.0, 3.0]), dims="y")).mean("y").values,
    dataset=lambda A: xr().Dataset({"u": ("x", A(F))}).mean()["u"].values,
    dataset_sum=lambda A: xr().Dataset({"u": (("x", "y"), A(np.eye(3)))}).sum("x")["u"].values,
    to_frame=lambda A: da(A).to_dataframe("v"),
    to_series=lambda A: da(A).to_series(),
    to_numpy=lambda A: da(A).to_numpy(),
    equals=lambda A: da(A).equals(da(np.array)),
    assign=lambda A: da(A).assign_coords(x=A([1, 2])).x.values,
    set_item=lambda A: [x := da(A), x.__setitem__((0, slice(None)), A(F)), x.values][-1],
    broadcasting=lambda A: (da(A) * xr().DataArray(A([1.0, 2.0]), dims="x")).values,
    times_ours=lambda A: (A([[1.0], [2.0]]) * da(A)).values,
    comparison=lambda A: (da(A) == A(np.arange(6.0).reshape(2, 3))).values,
    rank=lambda A: da(A).rank("y").values,
    idxmax=lambda A: da(A).idxmax("y").values,
    repr=lambda A: len(repr(da(A))) > 10,
    astype=lambda A: da(A).astype("float32").values,
    count=lambda A: da(A).count("y").values,
    prod=lambda A: da(A).prod("y").values,
    item=lambda A: da(A).sum().item(),
    netcdf=lambda A: (
        xr().load_dataset(io.BytesIO(bytes(da(A).to_dataset(name="u").to_netcdf(engine="scipy")))).u.values
    ),
    reduce=lambda A: da(A).reduce(np.sum, "x").values,
    map=lambda A: xr().Dataset({"u": da(A)}).map(np.sqrt)["u"].values,
    expand=lambda A: da(A).expand_dims("z").values,
    squeeze=lambda A: da(A).expand_dims("z").squeeze().values,
    full_like=lambda A: xr().full_like(da(A), 2).values,
    zeros_like=lambda A: xr().zeros_like(da(A)).values,
    reindex=lambda A: da(A).reindex(y=[10, 40]).values,
    align=lambda A: xr().align(da(A), da(A).isel(y=[0, 1]))[0].values,
    deep=lambda A: da(A).copy(deep=True).values,
)


def sm():
    import statsmodels.api

    return statsmodels.api


X2 = np.column_stack([np.ones(8), np.arange(8.0)])
Y1 = np.array([1.0, 2.9, 5.2, 6.8, 9.1, 11.2, 12.8, 15.1])

library(
    "statsmodels",
    ols=lambda A: sm().OLS(A(Y1), A(X2)).fit().params,
    ols_table=lambda A: sm().OLS(A(Y1), A(X2)).fit().bse,
    wls=lambda A: sm().WLS(A(Y1), A(X2), weights=A(np.arange(1.0, 9))).fit().params,
    glm=lambda A: sm().GLM(A(Y1), A(X2)).fit().params,
    logit=lambda A: sm().Logit(A(np.array([0, 0, 1, 0, 1, 0, 1, 1])), A(X2)).fit(disp=0).params,
    rlm=lambda A: sm().RLM(A(Y1), A(X2)).fit().params,
    add_constant=lambda A: sm().add_constant(A(np.arange(4.0))),
    acf=lambda A: sm().tsa.acf(A(Y1), nlags=3),
    arima=lambda A: sm().tsa.AutoReg(A(Y1), 1).fit().params,
    lowess=lambda A: sm().nonparametric.lowess(A(Y1), A(np.arange(8.0))),
    predict=lambda A: sm().OLS(A(Y1), A(X2)).fit().predict(A(X2[:2])),
)
