"""Time series, tests of hypotheses, hidden states, searches for the best."""

from __future__ import annotations

import numpy as np

from .data import M3, V8, R, W, X, Y, lib
from .table import library

library(
    "ruptures",
    pelt=lambda A: lib("ruptures").Pelt(model="l2").fit(A(W)).predict(pen=3),
    binseg=lambda A: lib("ruptures").Binseg(model="l2").fit(A(W)).predict(n_bkps=2),
    dynp=lambda A: lib("ruptures").Dynp(model="l1").fit(A(W)[:60]).predict(n_bkps=2),
    window=lambda A: lib("ruptures").Window(width=20).fit_predict(A(W), n_bkps=2),
    kernel=lambda A: lib("ruptures").KernelCPD(kernel="rbf").fit(A(W)).predict(n_bkps=2),
    cost=lambda A: lib("ruptures").costs.CostL2().fit(A(W)).error(0, 50),
)

library(
    "hmmlearn",
    gaussian=lambda A: lib("hmmlearn.hmm").GaussianHMM(2, random_state=0, n_iter=5).fit(A(X)).predict(A(X)),
    score=lambda A: lib("hmmlearn.hmm").GaussianHMM(2, random_state=0, n_iter=5).fit(A(X)).score(A(X)),
    lengths=lambda A: lib("hmmlearn.hmm").GaussianHMM(2, random_state=0, n_iter=5).fit(A(X), A([20, 20])).means_,
    cat=lambda A: lib("hmmlearn.hmm").CategoricalHMM(2, random_state=0, n_iter=5).fit(A(Y)[:, None]).transmat_,
    gmm=lambda A: lib("hmmlearn.hmm").GMMHMM(2, 2, random_state=0, n_iter=3).fit(A(X)).means_,
)

library(
    "pykalman",
    smooth=lambda A: lib("pykalman").KalmanFilter(initial_state_mean=A([0.0]), n_dim_obs=1).smooth(A(V8))[0],
    em=lambda A: lib("pykalman").KalmanFilter(n_dim_obs=1, n_dim_state=1).em(A(V8), n_iter=2).transition_matrices,
)

library(
    "arch",
    garch=lambda A: lib("arch").arch_model(A(W) * 10, vol="GARCH", p=1, q=1).fit(disp="off").params.to_numpy(),
    fc=lambda A: lib("arch").arch_model(A(W) * 10).fit(disp="off").forecast(horizon=2).variance.to_numpy()[-1],
    adf=lambda A: lib("arch.unitroot").ADF(A(R)).stat,
    kpss=lambda A: lib("arch.unitroot").KPSS(A(W)).stat,
    boot=lambda A: lib("arch.bootstrap").IIDBootstrap(A(V8), seed=1).conf_int(np.mean, 20),
    boot2=lambda A: lib("arch.bootstrap").StationaryBootstrap(3, A(V8), seed=1).var(lambda x: x.mean(), 20),
    mcs=lambda A: lib("arch.bootstrap").MCS(A(X) ** 2, 0.1, reps=20, seed=1).compute(),
    har=lambda A: lib("arch").univariate.HARX(A(W), lags=[1, 5]).fit(disp="off").params.to_numpy(),
    sim=lambda A: lib("arch").arch_model(None).simulate(A([0.0, 0.1, 0.1, 0.8]), 5).shape,
)

library(
    "linearmodels",
    iv=lambda A: lib("linearmodels").IV2SLS(A(R), A(X)[:, :1], A(X)[:, 1:2], A(X)[:, 2:]).fit().params.to_numpy(),
    ols=lambda A: lib("linearmodels.iv").IV2SLS(A(R), A(X), None, None).fit().std_errors.to_numpy(),
    gmm=lambda A: lib("linearmodels").IVGMM(A(R), A(X)[:, :1], A(X)[:, 1:2], A(X)[:, 2:]).fit().params.to_numpy(),
)

library(
    "pingouin",
    ttest=lambda A: lib("pingouin").ttest(A(V8), A(V8) + 1).to_numpy().tolist().__repr__(),
    corr=lambda A: lib("pingouin").corr(A(X)[:, 0], A(X)[:, 1]).round(6).to_numpy().tolist().__repr__(),
    lin=lambda A: lib("pingouin").linear_regression(A(X), A(R))["coef"].to_numpy(),
    eff=lambda A: lib("pingouin").compute_effsize(A(V8), A(V8) + 1),
    wil=lambda A: lib("pingouin").wilcoxon(A(V8), A(V8) ** 2).iloc[:, 0].to_numpy(),
    circ=lambda A: lib("pingouin").circ_mean(A(V8) / 10),
    power=lambda A: lib("pingouin").power_ttest(0.5, n=20),
    multicomp=lambda A: lib("pingouin").multicomp(A([0.01, 0.04, 0.2]), method="fdr_bh"),
    mad=lambda A: lib("pingouin").mad(A(V8)),
    logreg=lambda A: lib("pingouin").logistic_regression(A(X)[:, 1:], A(Y))["coef"].to_numpy(),
)

library(
    "patsy",
    mats=lambda A: np.asarray(lib("patsy").dmatrix("x+z", {"x": A(V8), "z": A(V8) ** 2})),
    cat=lambda A: np.asarray(lib("patsy").dmatrix("C(g)", {"g": A(Y)})),
    spline=lambda A: np.asarray(lib("patsy").dmatrix("bs(x,df=4)", {"x": A(X)[:, 0]})),
    env=lambda A: (lambda zz: np.asarray(lib("patsy").dmatrix("zz")))(A(V8)),
)

library(
    "dtaidistance",
    d=lambda A: lib("dtaidistance").dtw.distance(A(V8), A(V8)[::-1]),
    fast=lambda A: lib("dtaidistance").dtw.distance_fast(A(V8), A(V8)[::-1].copy()),
    mat=lambda A: lib("dtaidistance").dtw.distance_matrix([A(V8), A(V8) * 2, A(V8)[::-1]]),
    wp=lambda A: lib("dtaidistance").dtw.warping_path(A(V8), A(V8)[::-1]),
    ed=lambda A: lib("dtaidistance").ed.distance(A(V8), A(V8) + 1),
)

library(
    "fbpca",
    pca=lambda A: np.abs(lib("fbpca").pca(A(X), 2, raw=True)[1]),
    eig=lambda A: lib("fbpca").eigenn(A(M3) @ A(M3), 2)[0],
    d=lambda A: float(lib("fbpca").diffsnorm(A(X), *lib("fbpca").pca(A(X), 3)) < 5),
)

library(
    "hdbscan",
    fit=lambda A: lib("hdbscan").HDBSCAN(min_cluster_size=5).fit_predict(A(X)),
    probs=lambda A: lib("hdbscan").HDBSCAN(min_cluster_size=5).fit(A(X)).probabilities_,
)

library(
    "iminuit",
    arr=lambda A: list(lib("iminuit").Minuit(lambda p: ((A(p) - 2) ** 2).sum(), A([0.0, 1.0])).migrad().values),
    minimize=lambda A: lib("iminuit").minimize(lambda p: ((A(p) - 2) ** 2).sum(), A([0.0, 1.0])).x,
)

library(
    "pymoo",
    hv=lambda A: lib("pymoo.indicators.hv").HV(ref_point=A([1.2, 1.2]))(A([[0.5, 0.5], [0.2, 0.8]])),
)

library(
    "deap",
    hv=lambda A: lib("deap.benchmarks").sphere(A(V8)),
    rast=lambda A: lib("deap.benchmarks").rastrigin(A(V8)),
    logbook=lambda A: (lambda l: (l.record(gen=0, m=A(V8).mean()), l.select("m"))[1])(lib("deap.tools").Logbook()),
)

library(
    "catboost",
    pool=lambda A: lib("catboost").Pool(A(X), A(R)).shape,
)
