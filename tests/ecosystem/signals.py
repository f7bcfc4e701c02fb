"""Sounds, brains and samplers: librosa, MNE, PyMC, lightgbm, imbalanced-learn, pyamg, numdifftools."""

from __future__ import annotations

import numpy as np

from .data import M, R, V, W, X, Y, lib
from .table import library

S = np.sin(np.linspace(0, 400, 4096)).astype("f4")
P = {"n_estimators": 3, "min_child_samples": 2, "verbose": -1, "n_jobs": 1}


def ll():
    return lib("librosa")


def mn():
    return lib("mne")


def lg():
    return lib("lightgbm")


def pm():
    return lib("pymc")


def nd():
    return lib("numdifftools")


def ib(name):
    return lib(f"imblearn.{name}")


def raw(A):
    return mn().io.RawArray(
        A(np.random.RandomState(0).randn(2, 1000) * 1e-6), mn().create_info(2, 100.0, "eeg"), verbose=False
    )


library(
    "librosa",
    stft=lambda A: np.abs(ll().stft(A(S), n_fft=256)),
    istft=lambda A: ll().istft(A(ll().stft(S, n_fft=256))),
    mel=lambda A: ll().feature.melspectrogram(y=A(S), sr=8000, n_fft=256, n_mels=8),
    mfcc=lambda A: ll().feature.mfcc(y=A(S), sr=8000, n_mfcc=4, n_fft=256, n_mels=8),
    chroma=lambda A: ll().feature.chroma_stft(y=A(S), sr=8000, n_fft=256),
    rms=lambda A: ll().feature.rms(y=A(S)),
    zcr=lambda A: ll().feature.zero_crossing_rate(A(S)),
    cent=lambda A: ll().feature.spectral_centroid(y=A(S), sr=8000, n_fft=256),
    resam=lambda A: ll().resample(A(S), orig_sr=8000, target_sr=4000, res_type="polyphase"),
    db=lambda A: ll().power_to_db(A(np.abs(S))),
    adb=lambda A: ll().amplitude_to_db(A(np.abs(S))),
    hz=lambda A: ll().hz_to_mel(A([100.0, 200.0])),
    note=lambda A: ll().hz_to_note(A([440.0, 220.0])),
    fr=lambda A: ll().frames_to_time(A([1, 2])),
    onset=lambda A: ll().onset.onset_strength(y=A(S), sr=8000),
    beat=lambda A: ll().beat.beat_track(y=A(S), sr=8000)[1],
    hpss=lambda A: ll().effects.hpss(A(S))[0],
    trim=lambda A: ll().effects.trim(A(S))[0].shape,
    split=lambda A: ll().effects.split(A(S)),
    ps=lambda A: ll().effects.pitch_shift(A(S), sr=8000, n_steps=1).shape,
    tsn=lambda A: ll().effects.time_stretch(A(S), rate=2.0).shape,
    norm=lambda A: ll().util.normalize(A(V)),
    frame=lambda A: ll().util.frame(A(S), frame_length=64, hop_length=64),
    peak=lambda A: ll().util.peak_pick(
        A(np.array(V * 4)), pre_max=1, post_max=1, pre_avg=1, post_avg=1, delta=0.1, wait=1
    ),
    dtw=lambda A: ll().sequence.dtw(A(np.array([V])), A(np.array([V])))[0],
    fix=lambda A: ll().util.fix_length(A(S), size=10),
    mono=lambda A: ll().to_mono(A(np.stack([S, S]))),
    cqt=lambda A: np.abs(ll().cqt(A(S), sr=8000, n_bins=12, fmin=200.0)).shape,
    yin=lambda A: ll().yin(A(S), fmin=100, fmax=2000, sr=8000),
    lpc=lambda A: ll().lpc(A(S), order=4),
    mu=lambda A: ll().mu_compress(A(S)),
    delta=lambda A: ll().feature.delta(A(np.random.RandomState(0).randn(2, 20))),
    nnf=lambda A: ll().decompose.nn_filter(A(np.abs(np.random.RandomState(0).randn(3, 20)))),
    rec=lambda A: ll().segment.recurrence_matrix(A(np.random.RandomState(0).randn(3, 20))).sum(),
    gl=lambda A: ll().griffinlim(A(np.abs(ll().stft(S, n_fft=256))), n_iter=1, random_state=0).shape,
    valid=lambda A: ll().util.valid_audio(A(S)),
    autoc=lambda A: ll().autocorrelate(A(V)),
    vit=lambda A: ll().sequence.viterbi(A([[0.5, 0.2], [0.5, 0.8]]), A([[0.9, 0.1], [0.1, 0.9]])),
)
library(
    "mne",
    raw=lambda A: raw(A).get_data(),
    filt=lambda A: mn().filter.filter_data(A(np.random.RandomState(0).randn(2, 1000)), 100.0, 1.0, 20.0, verbose=False),
    raw_f=lambda A: raw(A).filter(1, 20, verbose=False).get_data(),
    ep=lambda A: (
        mn()
        .EpochsArray(A(np.random.RandomState(0).randn(3, 2, 100)), mn().create_info(2, 100.0, "eeg"), verbose=False)
        .average()
        .data
    ),
    epochs=lambda A: (
        mn()
        .Epochs(
            raw(A),
            A(np.array([[100, 0, 1], [300, 0, 1]])),
            tmin=0,
            tmax=0.5,
            baseline=None,
            preload=True,
            verbose=False,
        )
        .get_data(verbose=False)
        .shape
    ),
    ev=lambda A: mn().EvokedArray(A(np.random.RandomState(0).randn(2, 100)), mn().create_info(2, 100.0, "eeg")).data,
    psd=lambda A: mn().time_frequency.psd_array_welch(
        A(np.random.RandomState(0).randn(2, 1000)), 100.0, n_fft=128, verbose=False
    )[0],
    tfr=lambda A: (
        mn()
        .time_frequency.tfr_array_morlet(
            A(np.random.RandomState(0).randn(1, 1, 200)), 100.0, A([10.0, 20.0]), verbose=False
        )
        .shape
    ),
    resam=lambda A: mn().filter.resample(A(W), down=2.0, verbose=False),
    notch=lambda A: mn().filter.notch_filter(A(np.random.RandomState(0).randn(2000)), 200.0, A([50.0]), verbose=False),
    ann=lambda A: mn().Annotations(A([1.0, 2.0]), A([0.1, 0.1]), ["a", "b"]).onset,
    stat=lambda A: mn().stats.fdr_correction(A([0.01, 0.2, 0.03]))[1],
    clus=lambda A: mn().stats.permutation_t_test(
        A(np.random.RandomState(0).randn(10, 2)), n_permutations=20, seed=0, verbose=False
    )[0],
    pick=lambda A: raw(A).pick(A([0])).get_data().shape,
    multit=lambda A: (
        mn()
        .time_frequency.psd_array_multitaper(A(np.random.RandomState(0).randn(1, 200)), 100.0, verbose=False)[0]
        .shape
    ),
    cov=lambda A: mn().Covariance(A(np.eye(2)), ["a", "b"], [], [], 0).data,
    info=lambda A: mn().create_info(2, A([100.0])[0], "eeg")["sfreq"],
    evs=lambda A: mn().make_fixed_length_events(raw(A)).shape,
    bads=lambda A: (
        mn().preprocessing.ICA(2, max_iter=5, random_state=0, verbose=False).fit(raw(A), verbose=False).n_components_
    ),
)
library(
    "pymc",
    logp=lambda A: pm().logp(pm().Normal.dist(0.0, 1.0), A(V)).eval(),
    draw=lambda A: pm().draw(pm().Normal.dist(A(V), 1.0), random_seed=0),
    model=lambda A: (lambda m: m.point_logps())(
        (
            lambda: [
                m := pm().Model(),
                m.__enter__(),
                pm().Normal("a", 0, 1),
                pm().Normal("y", m["a"], 1, observed=A(V)),
                m.__exit__(None, None, None),
                m,
            ][-1]
        )()
    ),
    data=lambda A: [
        m := pm().Model(),
        m.__enter__(),
        d := pm().Data("d", A(V)),
        m.__exit__(None, None, None),
        d.get_value(),
    ][-1],
    const=lambda A: lib("pytensor.tensor").constant(A(V)).data,
    ast=lambda A: lib("pytensor.tensor").as_tensor_variable(A(M)).eval(),
    fn=lambda A: [x := lib("pytensor.tensor").dvector("x"), lib("pytensor").function([x], x * 2)(A(V))][-1],
    shared=lambda A: lib("pytensor").shared(A(V)).get_value(),
    add=lambda A: (lib("pytensor.tensor").constant(V) + A(V)).eval(),
    radd=lambda A: (A(V) + lib("pytensor.tensor").constant(V)).eval(),
    mul=lambda A: (A(M) @ lib("pytensor.tensor").constant(M)).eval(),
    mv=lambda A: pm().logp(pm().MvNormal.dist(A([0.0, 0.0]), cov=A(M)), A([1.0, 1.0])).eval(),
    cat=lambda A: pm().logp(pm().Categorical.dist(A([0.2, 0.8])), A(1)).eval(),
    idx=lambda A: lib("pytensor.tensor").constant(V)[A([0, 1])].eval(),
)
library(
    "lightgbm",
    clf=lambda A: lg().LGBMClassifier(**P).fit(A(X), A(Y)).predict(A(X)),
    reg=lambda A: lg().LGBMRegressor(**P).fit(A(X), A(R)).predict(A(X)),
    w=lambda A: lg().LGBMRegressor(**P).fit(A(X), A(R), sample_weight=A(np.abs(R))).predict(A(X)),
    ds=lambda A: lg().Dataset(A(X), label=A(Y)).construct().num_data(),
    train=lambda A: lg().train({"verbose": -1, "min_data_in_leaf": 2}, lg().Dataset(A(X), label=A(R)), 3).predict(A(X)),
    setl=lambda A: [d := lg().Dataset(A(X)), d.set_label(A(R)), d.get_label()][-1],
    ev=lambda A: lg().LGBMRegressor(**P).fit(A(X), A(R), eval_set=[(A(X), A(R))]).best_score_["valid_0"]["l2"],
    grp=lambda A: lg().LGBMRanker(**P).fit(A(X), A(Y), group=A([20, 20])).predict(A(X)),
    shap=lambda A: lg().LGBMRegressor(**P).fit(A(X), A(R)).predict(A(X), pred_contrib=True).shape,
    prob=lambda A: lg().LGBMClassifier(**P).fit(A(X), A(Y)).predict_proba(A(X)),
)
library(
    "imblearn",
    ros=lambda A: ib("over_sampling").RandomOverSampler(random_state=0).fit_resample(A(X), A(Y))[1].sum(),
    smote=lambda A: ib("over_sampling").SMOTE(random_state=0, k_neighbors=2).fit_resample(A(X), A(Y))[0].sum(),
    rus=lambda A: ib("under_sampling").RandomUnderSampler(random_state=0).fit_resample(A(X), A(Y))[0].shape,
    nm=lambda A: ib("under_sampling").NearMiss().fit_resample(A(X), A(Y))[0].shape,
    met=lambda A: ib("metrics").geometric_mean_score(A(Y), A(Y)),
    sens=lambda A: ib("metrics").sensitivity_score(A(Y), A(1 - Y)),
    brf=lambda A: (
        ib("ensemble").BalancedRandomForestClassifier(n_estimators=3, random_state=0).fit(A(X), A(Y)).predict(A(X))
    ),
    ts=lambda A: ib("under_sampling").TomekLinks().fit_resample(A(X), A(Y))[1].sum(),
    pipe=lambda A: (
        ib("pipeline")
        .make_pipeline(
            ib("over_sampling").RandomOverSampler(random_state=0), lib("sklearn.linear_model").LogisticRegression()
        )
        .fit(A(X), A(Y))
        .predict(A(X))
    ),
)
library(
    "pyamg",
    rs=lambda A: (
        lib("pyamg")
        .ruge_stuben_solver(lib("pyamg").gallery.poisson((5, 5), format="csr"))
        .solve(A(np.ones(25)), tol=1e-8)
    ),
    sa=lambda A: (
        lib("pyamg")
        .smoothed_aggregation_solver(lib("pyamg").gallery.poisson((5, 5), format="csr"), B=A(np.ones((25, 1))))
        .solve(A(np.ones(25)), tol=1e-8)
    ),
    solve=lambda A: lib("pyamg").solve(
        lib("pyamg").gallery.poisson((5, 5), format="csr"), A(np.ones(25)), verb=False, tol=1e-8
    ),
    relax=lambda A: [
        x := A(np.zeros(25)),
        lib("pyamg").relaxation.relaxation.gauss_seidel(
            lib("pyamg").gallery.poisson((5, 5), format="csr"), x, A(np.ones(25))
        ),
        x,
    ][-1],
    norm=lambda A: lib("pyamg").util.linalg.norm(A(V)),
    kry=lambda A: lib("pyamg").krylov.cg(lib("pyamg").gallery.poisson((5, 5), format="csr"), A(np.ones(25)))[0],
)
library(
    "numdifftools",
    der=lambda A: nd().Derivative(np.sin)(A(V)),
    grad=lambda A: nd().Gradient(lambda v: (v**2).sum())(A(V)),
    hess=lambda A: nd().Hessian(lambda v: (v**2).sum())(A([1.0, 2.0])),
    jac=lambda A: nd().Jacobian(lambda v: A(M) @ v)(A([1.0, 2.0])),
)
