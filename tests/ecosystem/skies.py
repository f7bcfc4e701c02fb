"""Skies, regressions and trees: astropy's parts, statsmodels, xgboost, faiss, SimpleITK, quadprog, lifelines."""

from __future__ import annotations

import io
import tempfile

import numpy as np

from .data import IMG, M, P, R, V, W, X, Y, lib
from .table import library


def ft():
    return lib("astropy.io.fits")


def ap(n):
    return lib("astropy." + n)


def sm():
    return lib("statsmodels.api")


def ts():
    return lib("statsmodels.tsa.api")


def sk():
    return lib("SimpleITK")


def fs():
    return lib("faiss")


def xb():
    return lib("xgboost")


C = np.column_stack([np.ones(40), X])


def rng0():
    return np.random.RandomState(3).randn(40)


library(
    "astropy.io.fits",
    hdu=lambda A: ft().PrimaryHDU(A(M)).data,
    hdr=lambda A: ft().PrimaryHDU(A(M)).header["NAXIS1"],
    wr=lambda A: [b := io.BytesIO(), ft().PrimaryHDU(A(M)).writeto(b), b.seek(0), ft().open(b)[0].data.astype(float)][
        -1
    ],
    col=lambda A: ft().BinTableHDU.from_columns([ft().Column("a", "D", array=A(V))]).data["a"],
    img=lambda A: ft().ImageHDU(A(IMG)).data,
    comp=lambda A: ft().CompImageHDU(A(IMG)).shape,
    wt=lambda A: [p := tempfile.mktemp(".fits"), ft().writeto(p, A(M)), ft().getdata(p).astype(float)][-1],
    setd=lambda A: [h := ft().PrimaryHDU(), setattr(h, "data", A(M)), h.data][-1],
    ap=lambda A: [p := tempfile.mktemp(".fits"), ft().writeto(p, np.array(M)), ft().append(p, A(M)), len(ft().open(p))][
        -1
    ],
    hv=lambda A: [h := ft().Header(), h.__setitem__("A", A(V)[0]), h["A"]][-1],
)
library(
    "astropy",
    wcs=lambda A: [
        w := ap("wcs").WCS(naxis=2),
        setattr(w.wcs, "crpix", A([1.0, 1.0])),
        setattr(w.wcs, "cdelt", A([1.0, 1.0])),
        w.wcs_pix2world(A(M), 1),
    ][-1],
    wcs2=lambda A: ap("wcs").WCS(naxis=2).all_pix2world(A(V), A(V), 0),
    norm=lambda A: ap("visualization").ImageNormalize(A(M))(A(M)),
    zs=lambda A: ap("visualization").ZScaleInterval().get_limits(A(IMG)),
    rgb=lambda A: ap("visualization").make_lupton_rgb(A(np.array(M)), A(np.array(M)), A(np.array(M))),
    hist=lambda A: ap("visualization").hist(A(V))[0],
    conv=lambda A: ap("convolution").convolve(A(V), A([0.2, 0.6, 0.2])),
    convf=lambda A: ap("convolution").convolve_fft(A(V), A([0.2, 0.6, 0.2])),
    ck=lambda A: ap("convolution").CustomKernel(A([1.0, 2.0, 1.0])).array,
    g=lambda A: ap("convolution").Gaussian1DKernel(1.0).array,
    sc=lambda A: ap("stats").sigma_clip(A(V + [100.0] * 1)),
    scs=lambda A: ap("stats").sigma_clipped_stats(A(V)),
    mad=lambda A: ap("stats").mad_std(A(V)),
    bi=lambda A: ap("stats").biweight_location(A(V)),
    boot=lambda A: [np.random.seed(0), ap("stats").bootstrap(A(V), 3)][-1],
    jk=lambda A: ap("stats").jackknife_stats(A(V), np.mean)[0],
    circ=lambda A: ap("stats").circmean(A(V)),
    bb=lambda A: ap("stats").bayesian_blocks(A(V)),
    histn=lambda A: ap("stats").histogram(A(V), bins=3)[0],
    ls=lambda A: ap("timeseries").LombScargle(A(np.arange(128.0)), A(W)).power(A([0.1, 0.2])),
    bls=lambda A: ap("timeseries").BoxLeastSquares(A(np.arange(128.0)), A(W)).power(A([10.0]), 2.0).power,
    fit=lambda A: ap("modeling.fitting").LinearLSQFitter()(ap("modeling.models").Linear1D(), A(V), A(V)).parameters,
    fit2=lambda A: (
        ap("modeling.fitting")
        .LevMarLSQFitter()(ap("modeling.models").Gaussian1D(5.0, 2.0, 1.0), A(np.arange(5.0)), A(V))
        .parameters
    ),
    mod=lambda A: ap("modeling.models").Gaussian2D(1, 0, 0, 1, 1)(A(M), A(M)),
    poly=lambda A: ap("modeling.models").Polynomial1D(2, c0=1, c1=2)(A(V)),
    tab=lambda A: ap("modeling.models").Tabular1D(points=A([0.0, 1.0, 2.0]), lookup_table=A([1.0, 2.0, 3.0]))(A([0.5])),
    sky=lambda A: ap("coordinates").SkyCoord(A(V), A(V), unit="deg").galactic.l.deg,
    sep=lambda A: (
        ap("coordinates").SkyCoord(A(V), A(V), unit="deg").separation(ap("coordinates").SkyCoord(0, 0, unit="deg")).deg
    ),
    match=lambda A: ap("coordinates").match_coordinates_sky(
        ap("coordinates").SkyCoord(A(V), A(V), unit="deg"), ap("coordinates").SkyCoord(A(V), A(V), unit="deg")
    )[0],
    ang=lambda A: ap("coordinates").Angle(A(V), "deg").wrap_at("180d").deg,
    cart=lambda A: ap("coordinates").CartesianRepresentation(A(V), A(V), A(V)).norm().value,
    erot=lambda A: ap("coordinates").EarthLocation.from_geodetic(A(V), A(V)).x.value,
    time=lambda A: ap("time").Time(A([51544.0, 51545.0]), format="mjd").jd,
    td=lambda A: (ap("time").Time(51544.0, format="mjd") + ap("time").TimeDelta(A(V), format="jd")).mjd,
    ccd=lambda A: ap("nddata").CCDData(A(M), unit="adu").data,
    ndd=lambda A: ap("nddata").NDData(A(M), mask=A([[True, False], [False, False]])).mask,
    nda=lambda A: ap("nddata").NDDataArray(A(M)).add(A(M)).data,
    std=lambda A: ap("nddata").StdDevUncertainty(A(V)).array,
    cut=lambda A: ap("nddata").Cutout2D(A(IMG), (5, 5), (3, 3)).data,
    br=lambda A: ap("nddata").block_reduce(A(IMG.astype(float)), 2),
    tb=lambda A: ap("table").Table({"a": A(V), "b": A([1, 2, 3, 4, 5])})["a"].sum(),
    tbm=lambda A: ap("table").Table(A(np.array(M)))["col0"].tolist(),
    qt=lambda A: ap("table").QTable({"a": A(V) * ap("units").m})["a"].to("cm").value,
    tset=lambda A: [t := ap("table").Table({"a": V}), t.__setitem__("b", A(V)), t["b"].mean()][-1],
    tmask=lambda A: len(ap("table").Table({"a": V})[A([True, False, True, False, False])]),
    tidx=lambda A: list(ap("table").Table({"a": V})[A([0, 2])]["a"]),
    cosmo=lambda A: ap("cosmology").Planck18.comoving_distance(A([0.1, 0.2])).value,
    uq=lambda A: (A(V) * ap("units").m).to("km").value,
    uq2=lambda A: ap("units").Quantity(A(V), "m").std().value,
    uq3=lambda A: np.add(A(V) * ap("units").m, A(V) * ap("units").cm).value,
    mag=lambda A: ap("units").Magnitude(A(V)).value,
    dex=lambda A: ap("units").Dex(A(V)).value,
)
library(
    "statsmodels",
    ols=lambda A: sm().OLS(A(R), A(C)).fit().params,
    olss=lambda A: len(str(sm().OLS(A(R + rng0()), A(C)).fit().summary())) > 0,
    wls=lambda A: sm().WLS(A(R), A(C), weights=A(P[:, 0])).fit().params,
    gls=lambda A: sm().GLS(A(R), A(C), sigma=A(np.eye(40))).fit().params,
    glm=lambda A: sm().GLM(A(Y), A(C), family=sm().families.Poisson()).fit().params,
    logit=lambda A: sm().Logit(A(np.r_[Y[:20], 1 - Y[20:]]), A(C)).fit(disp=0).params,
    probit=lambda A: sm().Probit(A(np.r_[Y[:20], 1 - Y[20:]]), A(C)).fit(disp=0).params,
    rlm=lambda A: sm().RLM(A(R), A(C)).fit().params,
    qr=lambda A: sm().QuantReg(A(R), A(C)).fit().params,
    pred=lambda A: sm().OLS(A(R), A(C)).fit().predict(A(C)),
    gp=lambda A: sm().OLS(A(R), A(C)).fit().get_prediction(A(C)).predicted_mean,
    tt=lambda A: sm().OLS(A(R + rng0()), A(C)).fit().t_test(A([0.0, 1.0, 0.0, 0.0])).effect,
    ftst=lambda A: sm().OLS(A(R + rng0()), A(C)).fit().f_test(A(np.eye(4)[1:])).fvalue,
    addc=lambda A: sm().add_constant(A(X)),
    acf=lambda A: ts().acf(A(W), nlags=5),
    pacf=lambda A: ts().pacf(A(W), nlags=5),
    adf=lambda A: ts().adfuller(A(W))[0],
    kpss=lambda A: ts().kpss(A(W), nlags=5)[0],
    arima=lambda A: ts().ARIMA(A(W), order=(1, 0, 0)).fit().params,
    ar=lambda A: ts().AutoReg(A(W), 2).fit().params,
    hw=lambda A: ts().ExponentialSmoothing(A(W + 3), trend="add").fit().fittedvalues[:3],
    stl=lambda A: ts().STL(A(W), period=8).fit().trend,
    sd=lambda A: ts().seasonal_decompose(A(W), period=8).seasonal,
    var=lambda A: ts().VAR(A(X)).fit(1).params,
    kde=lambda A: [k := sm().nonparametric.KDEUnivariate(A(V)), k.fit(), k.density[:3]][-1],
    low=lambda A: sm().nonparametric.lowess(A(R), A(X[:, 0])),
    ecdf=lambda A: lib("statsmodels.distributions").ECDF(A(V))(A(V)),
    dw=lambda A: lib("statsmodels.stats.stattools").durbin_watson(A(V)),
    jb=lambda A: lib("statsmodels.stats.stattools").jarque_bera(A(V)),
    mt=lambda A: lib("statsmodels.stats.multitest").multipletests(A([0.01, 0.2, 0.03]))[1],
    ztest=lambda A: lib("statsmodels.stats.weightstats").ztest(A(V)),
    ttest=lambda A: lib("statsmodels.stats.weightstats").ttest_ind(A(V), A(V) + 1),
    prop=lambda A: lib("statsmodels.stats.proportion").proportions_ztest(A([5, 8]), A([10, 10])),
    tuk=lambda A: lib("statsmodels.stats.multicomp").pairwise_tukeyhsd(A(R), A(Y)).meandiffs,
    vif=lambda A: lib("statsmodels.stats.outliers_influence").variance_inflation_factor(A(C), 1),
    het=lambda A: lib("statsmodels.stats.diagnostic").het_breuschpagan(A(R), A(C))[0],
    lj=lambda A: lib("statsmodels.stats.diagnostic").acorr_ljungbox(A(W), lags=[2]).iloc[0, 0],
    pca=lambda A: lib("statsmodels.multivariate.pca").PCA(A(X), 2).scores,
    fac=lambda A: lib("statsmodels.multivariate.factor").Factor(A(X), 1).fit().loadings,
    mix=lambda A: sm().MixedLM(A(R), A(C), groups=A(np.arange(40) // 10)).fit().fe_params,
    gee=lambda A: sm().GEE(A(R), A(C), groups=A(np.arange(40) // 10)).fit().params,
    mnl=lambda A: sm().MNLogit(A(np.arange(40) % 3), A(C)).fit(disp=0).params,
    form=lambda A: lib("statsmodels.formula.api").ols("y~x", {"y": A(R), "x": A(X[:, 0])}).fit().params.tolist(),
    qq=lambda A: sm().ProbPlot(A(V)).sample_quantiles,
    hp=lambda A: lib("statsmodels.tsa.filters.hp_filter").hpfilter(A(W))[0],
    bk=lambda A: lib("statsmodels.tsa.filters.bk_filter").bkfilter(A(W))[:3],
    lag=lambda A: lib("statsmodels.tsa.tsatools").lagmat(A(W), 2)[:4],
    uc=lambda A: sm().tsa.UnobservedComponents(A(W), "llevel").fit(disp=0).params.shape,
    sarimax=lambda A: sm().tsa.SARIMAX(A(W), order=(1, 0, 0)).fit(disp=0).params,
    ph=lambda A: sm().PHReg(A(np.abs(R) + 1), A(X)).fit().params,
    rob=lambda A: sm().robust.mad(A(V)),
    iv=lambda A: lib("statsmodels.sandbox.regression.gmm").IV2SLS(A(R), A(C), A(C)).fit().params,
)
library(
    "SimpleITK",
    im=lambda A: sk().GetArrayFromImage(sk().GetImageFromArray(A(M))),
    sm=lambda A: sk().GetArrayFromImage(sk().SmoothingRecursiveGaussian(sk().GetImageFromArray(A(IMG)), 1.0)),
    vec=lambda A: sk().GetImageFromArray(A(np.dstack([IMG] * 3)), isVector=True).GetNumberOfComponentsPerPixel(),
    sp=lambda A: [i := sk().GetImageFromArray(A(M)), i.SetSpacing(A([2.0, 3.0]).tolist()), i.GetSpacing()][-1],
)
library(
    "quadprog",
    q=lambda A: lib("quadprog").solve_qp(A(np.eye(2)), A([1.0, 2.0]))[0],
    qc=lambda A: lib("quadprog").solve_qp(A(np.eye(2)), A([1.0, 2.0]), A(np.eye(2)), A([0.0, 3.0]))[0],
)
library(
    "faiss",
    flat=lambda A: [i := fs().IndexFlatL2(3), i.add(A(X.astype("f4"))), i.search(A(X[:2].astype("f4")), 2)][-1],
    norm=lambda A: [x := A(X.astype("f4")), fs().normalize_L2(x), x][-1],
    km=lambda A: [
        k := fs().Kmeans(3, 2, niter=2, verbose=False, seed=1),
        k.train(A(X.astype("f4"))),
        k.centroids.shape,
    ][-1],
)
library(
    "xgboost",
    cl=lambda A: xb().XGBClassifier(n_estimators=3, n_jobs=1).fit(A(X), A(Y)).predict(A(X)),
    rg=lambda A: xb().XGBRegressor(n_estimators=3, n_jobs=1).fit(A(X), A(R)).predict(A(X)),
    dm=lambda A: xb().DMatrix(A(X), label=A(R), weight=A(P[:, 0])).num_row(),
    tr=lambda A: xb().train({"nthread": 1}, xb().DMatrix(A(X), label=A(R)), 3).predict(xb().DMatrix(A(X))),
    ip=lambda A: xb().train({"nthread": 1}, xb().DMatrix(A(X), label=A(R)), 3).inplace_predict(A(X)),
    qd=lambda A: xb().QuantileDMatrix(A(X), label=A(R)).num_row(),
    ev=lambda A: (
        xb()
        .XGBRegressor(n_estimators=3, n_jobs=1)
        .fit(A(X), A(R), eval_set=[(A(X), A(R))], verbose=False)
        .evals_result()["validation_0"]["rmse"]
    ),
    setl=lambda A: [d := xb().DMatrix(A(X)), d.set_label(A(R)), d.get_label()][-1],
    mg=lambda A: xb().DMatrix(A(X), base_margin=A(R)).get_base_margin(),
)
library(
    "lifelines",
    km=lambda A: lib("lifelines").KaplanMeierFitter().fit(A(np.abs(R)), A(Y)).median_survival_time_,
    na=lambda A: lib("lifelines").NelsonAalenFitter().fit(A(np.abs(R)), A(Y)).cumulative_hazard_.iloc[-1, 0],
    wb=lambda A: lib("lifelines").WeibullFitter().fit(A(np.abs(R) + 0.1), A(Y)).lambda_,
    ci=lambda A: lib("lifelines.utils").concordance_index(A(R), A(R)),
    lr=lambda A: lib("lifelines.statistics").logrank_test(A(np.abs(R)), A(P[:, 0]), A(Y), A(Y)).test_statistic,
)
library(
    "sympy",
    lam=lambda A: [x := lib("sympy").Symbol("x"), lib("sympy").lambdify(x, lib("sympy").sin(x) ** 2 + x)(A(V))][-1],
    lam2=lambda A: [
        x := lib("sympy").Symbol("x"),
        lib("sympy").lambdify(x, lib("sympy").Piecewise((x, x > 2), (0, True)))(A(V)),
    ][-1],
    mat=lambda A: [
        x := lib("sympy").Symbol("x"),
        lib("sympy").lambdify(x, lib("sympy").Matrix([[x, 1], [1, x]]))(A(V)[0]),
    ][-1],
    lsp=lambda A: [x := lib("sympy").Symbol("x"), lib("sympy").lambdify(x, lib("sympy").erf(x), "scipy")(A(V))][-1],
    arr=lambda A: str(lib("sympy").Array(A(M).tolist())),
    subs=lambda A: str(lib("sympy").Symbol("x").subs("x", A(V)[0])),
    mul=lambda A: [str(x) for x in A(V) * lib("sympy").Symbol("x")],
    eye=lambda A: str(lib("sympy").Matrix(A(M))),
)
