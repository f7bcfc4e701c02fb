"""Models, solvers and samplers: cvxpy, osqp, control, gymnasium, lmfit, emcee, filterpy; histograms, wavelets, ragged arrays."""

from __future__ import annotations

import numpy as np

from .data import M, V, W, X, lib
from .table import library

IMG = (np.arange(64).reshape(8, 8) * 3 % 255).astype(np.uint8)
VN = [1.0, np.nan, 2.0, 5.0, 4.0]


def bq(A):
    return lib("boost_histogram")


def ak():
    return lib("awkward")


def lm():
    return lib("lmfit")


def fk():
    return lib("filterpy.kalman")


def cp():
    return lib("cvxpy")


def gy():
    return lib("gymnasium")


def ct():
    return lib("control")


def pw():
    return lib("pywt")


def bn():
    return lib("bottleneck")


def ne():
    return lib("numexpr")


def kf(A):
    f = fk().KalmanFilter(2, 1)
    f.x = A([[0.0], [1.0]])
    f.F = A([[1.0, 1.0], [0.0, 1.0]])
    f.H = A([[1.0, 0.0]])
    f.P = A(np.eye(2) * 5)
    f.R = A([[2.0]])
    f.Q = A(np.eye(2) * 0.1)
    f.predict()
    f.update(A([1.2]))
    return f.x, f.P


def lsq(A):
    x = cp().Variable(2)
    p = cp().Problem(cp().Minimize(cp().sum_squares(A(M) @ x - A([1.0, 2.0]))), [x >= A([0.0, 0.0])])
    p.solve()
    return np.round(x.value, 4)


def quadratic_program(A):
    """A small program of osqp's, made of arrays of one kind."""
    sparse, model = lib("scipy.sparse").csc_matrix, lib("osqp").OSQP()
    model.setup(sparse(A(M)), A([1.0, 1.0]), sparse(A(np.eye(2))), A([0.0, 0.0]), A([1.0, 1.0]), verbose=False)
    return model


def solved(model):
    return np.round(model.solve().x, 3)


library(
    "boost_histogram",
    fill=lambda A: [h := bq(A).Histogram(bq(A).axis.Regular(4, 0, 6)), h.fill(A(V)), h.values()][-1],
    weight=lambda A: [
        h := bq(A).Histogram(bq(A).axis.Regular(4, 0, 6), storage=bq(A).storage.Weight()),
        h.fill(A(V), weight=A(V)),
        h.values(),
    ][-1],
    var=lambda A: [h := bq(A).Histogram(bq(A).axis.Variable(A([0.0, 1.0, 2.0, 6.0]))), h.fill(A(V)), h.values()][-1],
    ints=lambda A: [h := bq(A).Histogram(bq(A).axis.Integer(0, 5)), h.fill(A([1, 2, 2])), h.values()][-1],
    two=lambda A: [
        h := bq(A).Histogram(bq(A).axis.Regular(2, 0, 6), bq(A).axis.Regular(2, 0, 6)),
        h.fill(A(V), A(V)),
        h.values(),
    ][-1],
    nph=lambda A: bq(A).numpy.histogram(A(V), 4),
    nph2=lambda A: bq(A).numpy.histogram2d(A(V), A(V), bins=2)[0],
    axidx=lambda A: bq(A).axis.Regular(4, 0, 6).index(A(V)),
    setv=lambda A: [h := bq(A).Histogram(bq(A).axis.Regular(5, 0, 6)), h.__setitem__(Ellipsis, A(V)), h.values()][-1],
    mul=lambda A: [h := bq(A).Histogram(bq(A).axis.Regular(5, 0, 6)), h.fill(A(V)), (h * A(V)).values()][-1],
)
library(
    "awkward",
    arr=lambda A: ak().Array(A(V)).to_list(),
    fn=lambda A: ak().from_numpy(A(M)).to_list(),
    add=lambda A: (ak().Array(V) + A(V)).to_list(),
    radd=lambda A: (A(V) + ak().Array(V)).to_list(),
    mask=lambda A: ak().Array(V)[A([True, False, True, False, False])].to_list(),
    idx=lambda A: ak().Array(V)[A([0, 1])].to_list(),
    sin=lambda A: np.sin(ak().Array(A(V))).to_list(),
    unflatten=lambda A: ak().unflatten(A(V), A([2, 3])).to_list(),
    tonp=lambda A: ak().to_numpy(A(V)),
    zipa=lambda A: ak().zip({"x": A(V), "y": A(V)}).to_list(),
    where=lambda A: ak().where(A([True, False]), A([1, 2]), A([3, 4])).to_list(),
    concat=lambda A: ak().concatenate([A(V), A(V)]).to_list(),
    summ=lambda A: ak().sum(A(M), axis=1),
    num=lambda A: ak().num(ak().Array([A(V), A(V[:2])])).to_list(),
    cart=lambda A: ak().cartesian([A([1, 2]), A([3, 4])], axis=0).to_list(),
    flat=lambda A: ak().flatten(A(M), axis=None).to_list(),
    mul=lambda A: (ak().Array([[1.0, 2.0], [3.0]]) * A([10.0, 20.0])).to_list(),
    rmul=lambda A: (A([10.0, 20.0]) * ak().Array([[1.0, 2.0], [3.0]])).to_list(),
)
library(
    "lmfit",
    model=lambda A: (
        lm().Model(lambda x, a, b: a * x + b, independent_vars=["x"]).fit(A(V) * 2 + 1, x=A(V), a=1, b=0).best_values
    ),
    gauss=lambda A: lm().models.LinearModel().fit(A(V), x=A(V)).best_fit,
    guess=lambda A: (
        lm()
        .models.GaussianModel()
        .guess(A(np.exp(-(np.linspace(-2, 2, 20) ** 2))), x=A(np.linspace(-2, 2, 20)))
        .valuesdict()
    ),
    mini=lambda A: lm().minimize(lambda p: A(V) - p["a"], lm().create_params(a=1)).params["a"].value,
    w=lambda A: lm().models.LinearModel().fit(A(V), x=A(V), weights=A(V)).chisqr,
    ev=lambda A: lm().models.LinearModel().eval(x=A(V), slope=1, intercept=2),
    unc=lambda A: lm().models.LinearModel().fit(A([1.0, 2.0, 3.5, 4.0, 5.2]), x=A(V)).eval_uncertainty(x=A(V)),
)
library(
    "emcee",
    run=lambda A: [
        np.random.seed(1),
        s := lib("emcee").EnsembleSampler(4, 2, lambda t: -0.5 * (A(t) ** 2).sum()),
        s.run_mcmc(A(np.random.RandomState(0).randn(4, 2)), 5),
        s.get_chain()[-1].shape,
    ][-1],
    state=lambda A: lib("emcee").State(A(M)).coords,
    vec=lambda A: [
        s := lib("emcee").EnsembleSampler(4, 1, lambda t: -0.5 * (A(t) ** 2).sum(1), vectorize=True),
        s.run_mcmc(A(np.random.RandomState(0).randn(4, 1)), 5),
        s.get_log_prob().shape,
    ][-1],
    act=lambda A: lib("emcee").autocorr.integrated_time(A(W), quiet=True),
)
library(
    "corner",
    c=lambda A: len(lib("corner").corner(A(X)).axes),
    q=lambda A: lib("corner").quantile(A(V), A([0.1, 0.5])),
    w=lambda A: lib("corner").quantile(A(V), [0.5], weights=A(V)),
    h=lambda A: lib("corner").hist2d(A(X[:, 0]), A(X[:, 1])),
)
library(
    "filterpy",
    kf=kf,
    batch=lambda A: [
        f := fk().KalmanFilter(2, 1),
        setattr(f, "F", A([[1.0, 1.0], [0, 1]])),
        setattr(f, "H", A([[1.0, 0]])),
        f.batch_filter(A(V))[0],
    ][-1],
    q=lambda A: lib("filterpy.common").Q_discrete_white_noise(2, 0.1),
    ukf=lambda A: fk().MerweScaledSigmaPoints(2, 0.1, 2.0, 1.0).sigma_points(A([0.0, 0.0]), A(np.eye(2))),
    upd=lambda A: fk().update(A([0.0, 0.0]), A(np.eye(2)), A([1.0]), A([[1.0]]), A([[1.0, 0]])),
    gh=lambda A: lib("filterpy.stats").gaussian(A(V)[0], 1.0, 2.0),
    mv=lambda A: lib("filterpy.stats").multivariate_gaussian(A([0.0, 0.0]), A([0.0, 0.0]), A(np.eye(2))),
    res=lambda A: lib("filterpy.monte_carlo").systematic_resample(A([0.2, 0.3, 0.5])),
    disc=lambda A: lib("filterpy.discrete_bayes").predict(A([0.1, 0.8, 0.1]), 1, A([0.1, 0.8, 0.1])),
)
library(
    "cvxpy",
    lsq=lsq,
    con=lambda A: cp().Constant(A(M)).value,
    par=lambda A: [p := cp().Parameter(2), setattr(p, "value", A([1.0, 2.0])), p.value][-1],
    mul=lambda A: str((A(M) @ cp().Variable(2, name="x")).shape),
    rmul=lambda A: (cp().Variable(2, name="x") @ A(M)).shape,
    add=lambda A: (A([1.0, 2.0]) + cp().Variable(2)).shape,
    radd=lambda A: (cp().Variable(2) + A([1.0, 2.0])).shape,
    le=lambda A: str((A([1.0, 2.0]) <= cp().Variable(2, name="x")).shape),
    ge=lambda A: str((cp().Variable(2, name="x") >= A([1.0, 2.0])).shape),
    eq=lambda A: str((A([1.0, 2.0]) == cp().Variable(2, name="x")).shape),
    quad=lambda A: cp().quad_form(cp().Variable(2), A(M)).shape,
    val=lambda A: [x := cp().Variable(2), setattr(x, "value", A([1.0, 2.0])), (A(M) @ x).value][-1],
    mult=lambda A: cp().multiply(A([1.0, 2.0]), cp().Variable(2)).shape,
    sc=lambda A: (A(V)[0] * cp().Variable(2)).shape,
    idx=lambda A: cp().Variable(5)[A([0, 1])].shape,
    mask=lambda A: cp().Variable(3)[A([True, False, True])].shape,
    lp=lambda A: [
        x := cp().Variable(2),
        p := cp().Problem(cp().Minimize(A([1.0, 1.0]) @ x), [A(M) @ x >= A([1.0, 1.0])]),
        round(p.solve(), 4),
    ][-1],
    sub=lambda A: (A([1.0, 2.0]) - cp().Variable(2)).shape,
    div=lambda A: (cp().Variable(2) / A([1.0, 2.0])).shape,
)
library(
    "osqp",
    s=lambda A: solved(quadratic_program(A)),
    upd=lambda A: [m := quadratic_program(np.array), m.update(q=A([-2.0, 1.0])), solved(m)][-1],
    warm=lambda A: [m := quadratic_program(np.array), m.warm_start(x=A([0.0, 0.0])), solved(m)][-1],
)
library(
    "gymnasium",
    box=lambda A: gy().spaces.Box(A(np.float32([-1, -1])), A(np.float32([1, 1]))).contains(A(np.float32([0, 0]))),
    box2=lambda A: gy().spaces.Box(-1, 1, (2,)).contains(A(np.float32([0, 2]))),
    step=lambda A: [e := gy().make("Pendulum-v1"), e.reset(seed=0), e.step(A(np.float32([0.5])))[1]][-1],
    disc=lambda A: gy().spaces.Discrete(3).contains(A([1])[0]),
    md=lambda A: gy().spaces.MultiDiscrete(A([2, 3])).nvec,
    mdc=lambda A: gy().spaces.MultiDiscrete([2, 3]).contains(A([1, 2])),
    mb=lambda A: gy().spaces.MultiBinary(2).contains(A(np.int8([1, 0]))),
    flat=lambda A: gy().spaces.flatten(gy().spaces.Box(-1, 1, (2,)), A(np.float32([0, 1]))),
    onehot=lambda A: gy().spaces.flatten(gy().spaces.Discrete(3), A([1])[0]),
    cart=lambda A: [e := gy().make("CartPole-v1"), e.reset(seed=0), e.step(A([1])[0])[0]][-1],
    dic=lambda A: gy().spaces.Dict({"a": gy().spaces.Box(-1, 1, (2,))}).contains({"a": A(np.float32([0, 0]))}),
    clip=lambda A: gy().wrappers.ClipAction(gy().make("Pendulum-v1")).action(A(np.float32([9.0]))),
    resc=lambda A: (
        gy()
        .wrappers.RescaleAction(gy().make("Pendulum-v1"), A(np.float32([-1.0])), A(np.float32([1.0])))
        .action(A(np.float32([0.5])))
    ),
    vec=lambda A: [
        e := gy().make_vec("CartPole-v1", num_envs=2, vectorization_mode="sync"),
        e.reset(seed=0),
        e.step(A([0, 1]))[1],
    ][-1],
    unflat=lambda A: gy().spaces.unflatten(gy().spaces.Box(-1, 1, (2,)), A(np.float32([0, 1]))),
    mask=lambda A: gy().spaces.Discrete(3, seed=0).sample(mask=A(np.int8([0, 1, 0]))),
)
library(
    "control",
    ss=lambda A: ct().ss(A([[0.0, 1], [-1, -1]]), A([[0.0], [1]]), A([[1.0, 0]]), A([[0.0]])).poles(),
    tf=lambda A: ct().tf(A([1.0]), A([1.0, 2.0, 1.0])).poles(),
    step=lambda A: ct().step_response(ct().tf([1.0], [1.0, 1.0]), A(np.linspace(0, 1, 5))).outputs,
    forced=lambda A: ct().forced_response(ct().tf([1.0], [1.0, 1.0]), A(np.linspace(0, 1, 5)), A(np.ones(5))).outputs,
    lqr=lambda A: ct().lqr(A([[0.0, 1], [0, 0]]), A([[0.0], [1]]), A(np.eye(2)), A([[1.0]]))[0],
    place=lambda A: ct().place(A([[0.0, 1], [0, 0]]), A([[0.0], [1]]), A([-1.0, -2.0])),
    care=lambda A: ct().care(A([[0.0, 1], [0, 0]]), A([[0.0], [1]]), A(np.eye(2)))[0],
    freq=lambda A: ct().frequency_response(ct().tf([1.0], [1.0, 1.0]), A([0.1, 1.0])).magnitude,
    ctrb=lambda A: ct().ctrb(A([[0.0, 1], [0, 0]]), A([[0.0], [1]])),
    lyap=lambda A: ct().lyap(A([[-1.0, 0], [0, -2]]), A(np.eye(2))),
    frd=lambda A: ct().frd(A([1.0, 2.0]), A([1.0, 2.0])).magnitude,
    ev=lambda A: ct().tf([1.0], [1.0, 1.0])(A([1j, 2j])),
    mul=lambda A: (A([[2.0]]) * ct().ss([[-1.0]], [[1.0]], [[1.0]], [[0.0]])).poles(),
    c2d=lambda A: ct().c2d(ct().ss(A([[-1.0]]), A([[1.0]]), A([[1.0]]), A([[0.0]])), 0.1).A,
    bode=lambda A: ct().bode(ct().tf([1.0], [1.0, 1.0]), A([0.1, 1.0]), plot=False)[0],
    nls=lambda A: (
        ct()
        .input_output_response(
            ct().nlsys(lambda t, x, u, p: -A(x) + u, None, inputs=1, states=1, outputs=1),
            A(np.linspace(0, 1, 5)),
            A(np.ones(5)),
            A([0.0]),
        )
        .outputs
    ),
)
library(
    "pywt",
    dwt=lambda A: pw().dwt(A(W), "db2"),
    wavedec=lambda A: pw().wavedec(A(W), "db2", level=2),
    rec=lambda A: pw().waverec(pw().wavedec(A(W), "db2"), "db2"),
    recA=lambda A: pw().idwt(A(V), A(V), "haar"),
    d2=lambda A: pw().dwt2(A(IMG.astype(float)), "haar"),
    cwt=lambda A: pw().cwt(A(W), A([1.0, 2.0]), "morl")[0],
    cwt2=lambda A: pw().cwt(A(W), np.arange(1, 3), "mexh")[0],
    thr=lambda A: pw().threshold(A(V), 2.0),
    swt=lambda A: pw().swt(A(W), "haar", 1),
    dwtn=lambda A: pw().dwtn(A(M), "haar"),
    pad=lambda A: pw().pad(A(V), 2, "symmetric"),
    c2a=lambda A: pw().coeffs_to_array(pw().wavedec2(A(IMG.astype(float)), "haar"))[0],
    wp=lambda A: pw().WaveletPacket(A(W), "haar", maxlevel=2)["a"].data,
    down=lambda A: pw().downcoef("a", A(W), "db1"),
    ints=lambda A: pw().dwt(A([1, 2, 3, 4]), "haar"),
    f4=lambda A: pw().dwt(A(W.astype("f4")), "haar"),
    cpx=lambda A: pw().dwt(A(W * 1j), "haar"),
    frac=lambda A: pw().wavedec(A(X), "haar", axis=0),
)
library(
    "bottleneck",
    **{
        n: (lambda n: lambda A: getattr(bn(), n)(A(VN)))(n)
        for n in "nansum nanmean nanstd nanvar nanmin nanmax median nanmedian ss nanargmin nanargmax anynan allnan rankdata nanrankdata".split()
    },
    move=lambda A: bn().move_mean(A(V), 2),
    move_sum=lambda A: bn().move_sum(A(V), window=2, min_count=1),
    move_max=lambda A: bn().move_max(A(V), 3),
    move_median=lambda A: bn().move_median(A(V), 3),
    move_rank=lambda A: bn().move_rank(A(V), 3),
    part=lambda A: np.sort(bn().partition(A(V), 2)),
    argp=lambda A: bn().argpartition(A(V), 2).shape,
    push=lambda A: bn().push(A(VN)),
    ax=lambda A: bn().nansum(A(M), axis=1),
    replace=lambda A: [x := A(VN), bn().replace(x, np.nan, 0.0), x][-1],
)
library(
    "numexpr",
    dic=lambda A: ne().evaluate("a*2+b", {"a": A(V), "b": A(V)}),
    where=lambda A: ne().evaluate("where(a>2,a,0)", {"a": A(V)}),
    summ=lambda A: ne().evaluate("sum(a)", {"a": A(V)}),
    sc=lambda A: ne().evaluate("a*b", {"a": A(V), "b": A(V)[1]}),
    re=lambda A: [ne().evaluate("a*2", {"a": A(V)}), ne().re_evaluate({"a": A(M)})][-1],
    ints=lambda A: ne().evaluate("a//2", {"a": A([3, 4])}),
    out=lambda A: [o := A(np.zeros(5)), ne().evaluate("a*2", {"a": A(V)}, out=o), o][-1],
    cpx=lambda A: ne().evaluate("a*1j", {"a": A(V)}),
    bools=lambda A: ne().evaluate("a & b", {"a": A([True, False]), "b": A([True, True])}),
)
