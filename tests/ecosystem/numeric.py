"""SciPy, scikit-learn, networkx, joblib and their like."""

from __future__ import annotations

import io
import os

import numpy as np

from .table import library

os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
V = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
M = np.array([[4.0, 1.0], [1.0, 3.0]])
X = np.array([[3.0, 1.0], [0.0, 0.0], [0.0, 0.2], [3.0, 1.1], [2.9, 0.7], [0.1, 0.1]])
Y = np.array([1, 0, 0, 1, 1, 0])
R = X @ np.array([1.0, 2.0]) + 0.5


def sc(name):
    import importlib

    return importlib.import_module(f"scipy.{name}")


def csr(x=None):
    return sc("sparse").csr_array(np.array([[1.0, 2.0], [0.0, 3.0]]) if x is None else x)


def outs(call, A, shape=(5,), dtype="f8"):
    out = A(np.zeros(shape), dtype=dtype)
    call(out)
    return out


T = np.linspace(0, 1, 32)
W = np.sin(2 * np.pi * 5 * T) + T

library(
    "scipy",
    sparse_times=lambda A: A([2.0, 3.0]) * csr(),
    sparse_rtimes=lambda A: csr() * A([2.0, 3.0]),
    sparse_matmul=lambda A: A([2.0, 3.0]) @ csr(),
    sparse_rmatmul=lambda A: csr() @ A([2.0, 3.0]),
    sparse_matmul2=lambda A: A(M) @ csr(),
    sparse_rmatmul2=lambda A: csr() @ A(M),
    sparse_plus=lambda A: csr() + A(M),
    sparse_rplus=lambda A: A(M) + csr(),
    sparse_minus=lambda A: A(M) - csr(),
    sparse_scalar=lambda A: A([2.0])[0] * csr(),
    sparse_rscalar=lambda A: csr() * A([2.0])[0],
    sparse_divide=lambda A: csr() / A(M),
    sparse_matrix=lambda A: sc("sparse").csr_matrix(np.eye(2)) * A([1.0, 2.0]),
    sparse_rmatrix=lambda A: A([1.0, 2.0]) * sc("sparse").csr_matrix(np.eye(2)),
    sparse_of=lambda A: csr(A(M)),
    sparse_coo=lambda A: sc("sparse").coo_array((A([1.0, 2.0]), (A([0, 1]), A([1, 0])))),
    sparse_csc=lambda A: sc("sparse").csc_array((A([1.0, 2.0]), A([0, 1]), A([0, 1, 2]))),
    sparse_diags=lambda A: sc("sparse").diags_array(A([1.0, 2.0])),
    sparse_index=lambda A: csr()[A([0, 1])],
    sparse_mask=lambda A: csr()[A([True, False])],
    sparse_set=lambda A: [s := sc("sparse").lil_array((2, 2)), s.__setitem__((0, slice(None)), A([1.0, 2.0])), s][-1],
    sparse_multiply=lambda A: csr().multiply(A(M)),
    sparse_dot=lambda A: csr().dot(A(M)),
    sparse_max=lambda A: csr().maximum(A(M)) if False else csr().maximum(0),
    sparse_kron=lambda A: sc("sparse").kron(csr(), A(M)),
    sparse_vstack=lambda A: sc("sparse").vstack([csr(), csr(A(M))]),
    spsolve=lambda A: sc("sparse.linalg").spsolve(csr().tocsc(), A([1.0, 2.0])),
    cg=lambda A: sc("sparse.linalg").cg(csr(M), A([1.0, 2.0]))[0],
    gmres=lambda A: sc("sparse.linalg").gmres(A(M), A([1.0, 2.0]))[0],
    gmres_op=lambda A: sc("sparse.linalg").gmres(
        sc("sparse.linalg").LinearOperator((2, 2), matvec=lambda v: A(M) @ v, dtype=float), np.ones(2)
    )[0],
    eigsh=lambda A: sc("sparse.linalg").eigsh(A(np.diag([1.0, 2.0, 3.0, 4.0])), 1)[0],
    svds=lambda A: sc("sparse.linalg").svds(A(np.diag([1.0, 2.0, 3.0, 4.0])), 1)[1],
    lsqr=lambda A: sc("sparse.linalg").lsqr(csr(M), A([1.0, 2.0]))[0],
    expm_multiply=lambda A: sc("sparse.linalg").expm_multiply(csr(M), A([1.0, 2.0])),
    csgraph=lambda A: sc("sparse.csgraph").shortest_path(A([[0, 1, 0], [0, 0, 2], [0, 0, 0]])),
    components=lambda A: sc("sparse.csgraph").connected_components(A([[0, 1, 0], [0, 0, 0], [0, 0, 0]])),
    mst=lambda A: sc("sparse.csgraph").minimum_spanning_tree(A([[0, 1, 2], [0, 0, 3], [0, 0, 0]])),
    ndi_gaussian=lambda A: sc("ndimage").gaussian_filter(A(M), 1.0),
    ndi_gaussian_out=lambda A: outs(lambda o: sc("ndimage").gaussian_filter(A(M), 1.0, output=o), A, (2, 2)),
    ndi_uniform_out=lambda A: outs(lambda o: sc("ndimage").uniform_filter(A(V), 3, output=o), A),
    ndi_median_out=lambda A: outs(lambda o: sc("ndimage").median_filter(A(V), 3, output=o), A),
    ndi_convolve_out=lambda A: outs(lambda o: sc("ndimage").convolve(A(V), A([1.0, 2.0]), output=o), A),
    ndi_label=lambda A: sc("ndimage").label(A([1, 0, 1, 1])),
    ndi_label_out=lambda A: outs(lambda o: sc("ndimage").label(A([1, 0, 1, 1]), output=o), A, (4,), "i4"),
    ndi_sum=lambda A: sc("ndimage").sum_labels(A(V), A([1, 1, 2, 2, 2]), A([1, 2])),
    ndi_com=lambda A: sc("ndimage").center_of_mass(A(M)),
    ndi_map=lambda A: sc("ndimage").map_coordinates(A(M), A([[0.5, 1.0], [0.5, 0.0]])),
    ndi_zoom=lambda A: sc("ndimage").zoom(A(M), 2),
    ndi_rotate=lambda A: sc("ndimage").rotate(A(M), 45.0),
    ndi_shift_out=lambda A: outs(lambda o: sc("ndimage").shift(A(V), 1.0, output=o), A),
    ndi_affine=lambda A: sc("ndimage").affine_transform(A(M), A(np.eye(2))),
    ndi_erosion=lambda A: sc("ndimage").binary_erosion(A([True, True, True, False])),
    ndi_erosion_out=lambda A: outs(
        lambda o: sc("ndimage").binary_erosion(A([True, True, True, False]), output=o), A, (4,), bool
    ),
    ndi_edt=lambda A: sc("ndimage").distance_transform_edt(A([1, 1, 0, 1])),
    ndi_edt_out=lambda A: outs(lambda o: sc("ndimage").distance_transform_edt(A([1, 1, 0, 1]), distances=o), A, (4,)),
    ndi_generic=lambda A: sc("ndimage").generic_filter(A(V), np.max, 3),
    ndi_sobel=lambda A: sc("ndimage").sobel(A(M)),
    ndi_laplace=lambda A: sc("ndimage").laplace(A(M)),
    ndi_fourier=lambda A: sc("ndimage").fourier_gaussian(A(M), 1.0),
    ndi_spline=lambda A: sc("ndimage").spline_filter(A(M)),
    ndi_find=lambda A: [str(s) for s in sc("ndimage").find_objects(A([1, 0, 2, 2]))],
    ndi_histogram=lambda A: sc("ndimage").histogram(A(V), 0, 6, 3),
    ndi_grey=lambda A: sc("ndimage").grey_dilation(A(V), size=3),
    ndi_watershed=lambda A: sc("ndimage").watershed_ift(A(np.array([1, 2, 3], "u1")), A(np.array([1, 0, 2], "i2"))),
    sig_sosfilt=lambda A: sc("signal").sosfilt(A([[0.25, 0.5, 0.25, 1.0, -0.5, 0.25]]), A(W)),
    sig_sosfiltfilt=lambda A: sc("signal").sosfiltfilt(A([[0.25, 0.5, 0.25, 1.0, -0.5, 0.25]]), A(W)),
    sig_filtfilt=lambda A: sc("signal").filtfilt(A([0.5, 0.5]), A([1.0]), A(W)),
    sig_lfilter=lambda A: sc("signal").lfilter(A([0.5, 0.5]), A([1.0, 0.1]), A(W)),
    sig_lfilter_zi=lambda A: sc("signal").lfilter(A([0.5, 0.5]), A([1.0, 0.1]), A(W), zi=A([0.1])),
    sig_butter=lambda A: sc("signal").butter(2, A([0.1, 0.3]), "band"),
    sig_freqz=lambda A: sc("signal").freqz(A([0.5, 0.5]), worN=4),
    sig_welch=lambda A: sc("signal").welch(A(W), nperseg=16),
    sig_stft=lambda A: sc("signal").stft(A(W), nperseg=8)[2],
    sig_spectrogram=lambda A: sc("signal").spectrogram(A(W), nperseg=8)[2],
    sig_periodogram=lambda A: sc("signal").periodogram(A(W)),
    sig_convolve=lambda A: sc("signal").convolve(A(V), A([1.0, 2.0])),
    sig_fftconvolve=lambda A: sc("signal").fftconvolve(A(V), A([1.0, 2.0])),
    sig_correlate=lambda A: sc("signal").correlate(A(V), A([1.0, 2.0])),
    sig_convolve2d=lambda A: sc("signal").convolve2d(A(M), A(M)),
    sig_peaks=lambda A: sc("signal").find_peaks(A(V))[0],
    sig_peaks_height=lambda A: sc("signal").find_peaks(A(V), height=1.0)[1],
    sig_prominences=lambda A: sc("signal").peak_prominences(A(V), A([1])),
    sig_hilbert=lambda A: sc("signal").hilbert(A(W)),
    sig_detrend=lambda A: sc("signal").detrend(A(W)),
    sig_resample=lambda A: sc("signal").resample(A(W), 16),
    sig_decimate=lambda A: sc("signal").decimate(A(W), 2),
    sig_savgol=lambda A: sc("signal").savgol_filter(A(W), 5, 2),
    sig_medfilt=lambda A: sc("signal").medfilt(A(V), 3),
    sig_wiener=lambda A: sc("signal").wiener(A(W)),
    sig_window=lambda A: sc("signal").get_window("hann", A([4])[0]),
    sig_chirp=lambda A: sc("signal").chirp(A(T), 1.0, 1.0, 5.0),
    sig_square=lambda A: sc("signal").square(A(T) * 10),
    sig_upfirdn=lambda A: sc("signal").upfirdn(A([1.0, 1.0]), A(V), 2),
    sig_tf=lambda A: sc("signal").tf2zpk(A([1.0, 2.0]), A([1.0, 3.0, 2.0])),
    sig_lti=lambda A: sc("signal").step((A([1.0]), A([1.0, 1.0])), T=A(T))[1],
    sig_lombscargle=lambda A: sc("signal").lombscargle(A(T), A(W), A([1.0, 2.0])),
    sig_cwt=lambda A: sc("signal").argrelextrema(A(V), np.greater),
    opt_minimize=lambda A: sc("optimize").minimize(lambda v: ((v - A([1.0, 2.0])) ** 2).sum(), A([0.0, 0.0])).x,
    opt_bfgs=lambda A: (
        sc("optimize")
        .minimize(
            lambda v: float(((A(v) - 1) ** 2).sum()),
            A([0.0, 0.0]),
            method="L-BFGS-B",
            bounds=A([[0.0, 2.0], [0.0, 0.5]]),
        )
        .x
    ),
    opt_nm=lambda A: sc("optimize").minimize(lambda v: ((A(v) - 1) ** 2).sum(), A([0.0, 0.0]), method="Nelder-Mead").x,
    opt_jac=lambda A: (
        sc("optimize").minimize(lambda v: ((A(v) - 1) ** 2).sum(), A([0.0, 0.0]), jac=lambda v: 2 * (A(v) - 1)).x
    ),
    opt_slsqp=lambda A: (
        sc("optimize")
        .minimize(
            lambda v: ((A(v) - 1) ** 2).sum(),
            A([0.0, 0.0]),
            method="SLSQP",
            constraints={"type": "eq", "fun": lambda v: A(v).sum() - 1},
        )
        .x
    ),
    opt_scalar=lambda A: sc("optimize").minimize_scalar(lambda v: (A([v]) - 2.0)[0] ** 2).x,
    opt_least=lambda A: sc("optimize").least_squares(lambda v: A(v) - A([1.0, 2.0]), A([0.0, 0.0])).x,
    opt_lm=lambda A: sc("optimize").least_squares(lambda v: A(v) - A([1.0, 2.0]), A([0.0, 0.0]), method="lm").x,
    opt_leastsq=lambda A: sc("optimize").leastsq(lambda v: A(v) - A([1.0, 2.0]), A([0.0, 0.0]))[0],
    opt_lsq_linear=lambda A: sc("optimize").lsq_linear(A(M), A([1.0, 2.0])).x,
    opt_lsq_bounds=lambda A: sc("optimize").lsq_linear(A(np.eye(2)), A([1.0, 2.0]), bounds=(0, 1.5)).x,
    opt_nnls=lambda A: sc("optimize").nnls(A(M), A([1.0, 2.0]))[0],
    opt_isotonic=lambda A: sc("optimize").isotonic_regression(A([1.0, 4.0, 2.0])).x,
    opt_curve=lambda A: sc("optimize").curve_fit(lambda x, a, b: a * x + b, A(V), A(V) * 2 + 1)[0],
    opt_root=lambda A: sc("optimize").root(lambda v: A(v) ** 2 - 2, A([1.0, 1.0])).x,
    opt_fsolve=lambda A: sc("optimize").fsolve(lambda v: A(v) ** 2 - 2, A([1.0])),
    opt_brentq=lambda A: sc("optimize").brentq(lambda v: (A([v]) ** 2 - 2)[0], 0, 2),
    opt_newton=lambda A: sc("optimize").newton(lambda v: v**2 - 2, A([1.0, 1.5])),
    opt_linprog=lambda A: sc("optimize").linprog(A([1.0, 1.0]), A_ub=A([[-1.0, 0.0]]), b_ub=A([-1.0])).x,
    opt_milp=lambda A: sc("optimize").milp(A([1.0, 1.0]), bounds=sc("optimize").Bounds(A([1.0, 1.0]), A([3.0, 3.0]))).x,
    opt_assign=lambda A: sc("optimize").linear_sum_assignment(A(M)),
    opt_de=lambda A: (
        sc("optimize")
        .differential_evolution(lambda v: ((A(v) - 1) ** 2).sum(), [(0, 2)], seed=1, maxiter=5, polish=False)
        .x
    ),
    opt_fprime=lambda A: sc("optimize").approx_fprime(A([1.0, 2.0]), lambda v: (A(v) ** 2).sum()),
    int_quad=lambda A: sc("integrate").quad(lambda v: (A([v]) ** 2)[0], 0, 1)[0],
    int_trapezoid=lambda A: sc("integrate").trapezoid(A(V), A(np.arange(5.0))),
    int_simpson=lambda A: sc("integrate").simpson(A(V)),
    int_cumulative=lambda A: sc("integrate").cumulative_trapezoid(A(V)),
    int_ivp=lambda A: sc("integrate").solve_ivp(lambda t, y: -A(y), (0, 1), A([1.0, 2.0])).y[:, -1],
    int_ivp_eval=lambda A: sc("integrate").solve_ivp(lambda t, y: -y, (0, 1), A([1.0]), t_eval=A([0.0, 0.5, 1.0])).y,
    int_ivp_bdf=lambda A: sc("integrate").solve_ivp(lambda t, y: -A(y), (0, 1), A([1.0]), method="BDF").y[:, -1],
    int_odeint=lambda A: sc("integrate").odeint(lambda y, t: -A(y), A([1.0]), A([0.0, 1.0])),
    int_bvp=lambda A: (
        sc("integrate")
        .solve_bvp(
            lambda x, y: np.vstack([y[1], -y[0]]),
            lambda a, b: A([a[0], b[0] - 1]),
            A(np.linspace(0, 1, 4)),
            A(np.zeros((2, 4))),
        )
        .status
    ),
    int_romb=lambda A: sc("integrate").romb(A(V)),
    lin_solve=lambda A: sc("linalg").solve(A(M), A([1.0, 2.0])),
    lin_inv=lambda A: sc("linalg").inv(A(M)),
    lin_det=lambda A: sc("linalg").det(A(M)),
    lin_eigh=lambda A: sc("linalg").eigh(A(M))[0],
    lin_eig=lambda A: sc("linalg").eig(A(M))[0],
    lin_svd=lambda A: sc("linalg").svd(A(M))[1],
    lin_qr=lambda A: sc("linalg").qr(A(M))[1],
    lin_lu=lambda A: sc("linalg").lu(A(M)),
    lin_lu_solve=lambda A: sc("linalg").lu_solve(sc("linalg").lu_factor(A(M)), A([1.0, 2.0])),
    lin_cholesky=lambda A: sc("linalg").cholesky(A(M)),
    lin_cho_solve=lambda A: sc("linalg").cho_solve(sc("linalg").cho_factor(A(M)), A([1.0, 2.0])),
    lin_expm=lambda A: sc("linalg").expm(A(M)),
    lin_sqrtm=lambda A: sc("linalg").sqrtm(A(M)),
    lin_logm=lambda A: sc("linalg").logm(A(M)),
    lin_null=lambda A: sc("linalg").null_space(A(M)).shape,
    lin_pinv=lambda A: sc("linalg").pinv(A(M)),
    lin_block=lambda A: sc("linalg").block_diag(A(M), A(M)),
    lin_toeplitz=lambda A: sc("linalg").toeplitz(A(V)),
    lin_banded=lambda A: sc("linalg").solve_banded((1, 1), A([[0, 1.0], [4.0, 3.0], [1.0, 0]]), A([1.0, 2.0])),
    lin_overwrite=lambda A: sc("linalg").solve(A(M), A([1.0, 2.0]), overwrite_a=True, overwrite_b=True),
    lin_tri=lambda A: sc("linalg").solve_triangular(A(np.tril(M)), A([1.0, 2.0]), lower=True),
    lin_schur=lambda A: sc("linalg").schur(A(M))[0],
    lin_hankel=lambda A: sc("linalg").hankel(A(V)),
    lin_blas=lambda A: sc("linalg.blas").dgemm(1.0, A(M), A(M)),
    lin_lapack=lambda A: sc("linalg.lapack").dgesv(A(M), A([1.0, 2.0]))[2],
    lin_norm=lambda A: sc("linalg").norm(A(M)),
    lin_sylvester=lambda A: sc("linalg").solve_sylvester(A(M), A(M), A(M)),
    itp_interp1d=lambda A: sc("interpolate").interp1d(A(np.arange(5.0)), A(V))(A([0.5, 1.5])),
    itp_cubic=lambda A: sc("interpolate").CubicSpline(A(np.arange(5.0)), A(V))(A([0.5])),
    itp_pchip=lambda A: sc("interpolate").PchipInterpolator(A(np.arange(5.0)), A(V))(A([0.5])),
    itp_akima=lambda A: sc("interpolate").Akima1DInterpolator(A(np.arange(5.0)), A(V))(A([0.5])),
    itp_bspline=lambda A: sc("interpolate").make_interp_spline(A(np.arange(5.0)), A(V))(A([0.5])),
    itp_splrep=lambda A: sc("interpolate").splev(A([0.5]), sc("interpolate").splrep(A(np.arange(5.0)), A(V))),
    itp_univariate=lambda A: sc("interpolate").UnivariateSpline(A(np.arange(5.0)), A(V))(A([0.5])),
    itp_grid=lambda A: sc("interpolate").RegularGridInterpolator((A([0.0, 1.0]), A([0.0, 1.0])), A(M))(A([[0.5, 0.5]])),
    itp_griddata=lambda A: sc("interpolate").griddata(
        A([[0.0, 0], [1, 0], [0, 1], [1, 1]]), A([1.0, 2, 3, 4]), A([[0.3, 0.4]])
    ),
    itp_rbf=lambda A: sc("interpolate").RBFInterpolator(A(X), A(R))(A(X[:2] + 0.1)),
    itp_nearest=lambda A: sc("interpolate").NearestNDInterpolator(A(X), A(R))(A(X[:2])),
    itp_bary=lambda A: sc("interpolate").BarycentricInterpolator(A(np.arange(3.0)), A(V[:3]))(A([0.5])),
    itp_smooth=lambda A: sc("interpolate").make_smoothing_spline(A(np.arange(5.0)), A(V))(A([0.5])),
    spa_cdist=lambda A: sc("spatial.distance").cdist(A(X), A(X)),
    spa_pdist=lambda A: sc("spatial.distance").pdist(A(X), "cityblock"),
    spa_square=lambda A: sc("spatial.distance").squareform(A([1.0, 2.0, 3.0])),
    spa_cosine=lambda A: sc("spatial.distance").cosine(A(V), A(V[::-1].copy())),
    spa_cdist_out=lambda A: outs(lambda o: sc("spatial.distance").cdist(A(X), A(X), out=o), A, (6, 6)),
    spa_kdtree=lambda A: sc("spatial").KDTree(A(X)).query(A(X[:2]), 2),
    spa_ckdtree=lambda A: sc("spatial").cKDTree(A(X)).query_ball_point(A([0.0, 0.0]), 1.0),
    spa_delaunay=lambda A: sc("spatial").Delaunay(A(X)).simplices.shape,
    spa_hull=lambda A: sc("spatial").ConvexHull(A(X)).volume,
    spa_voronoi=lambda A: sc("spatial").Voronoi(A(X)).vertices.shape,
    spa_rotation=lambda A: sc("spatial.transform").Rotation.from_rotvec([0.0, 0.0, 0.5]).apply(A([[1.0, 0.0, 0.0]])),
    spa_rotation_of=lambda A: sc("spatial.transform").Rotation.from_quat(A([0.0, 0.0, 0.0, 1.0])).as_matrix(),
    spa_rotation_euler=lambda A: sc("spatial.transform").Rotation.from_euler("xyz", A([0.1, 0.2, 0.3])).as_quat(),
    spa_rotation_matrix=lambda A: sc("spatial.transform").Rotation.from_matrix(A(np.eye(3))).as_rotvec(),
    spa_slerp=lambda A: (
        sc("spatial.transform")
        .Slerp(A([0.0, 1.0]), sc("spatial.transform").Rotation.from_quat(A(np.eye(4)[2:])))(A([0.5]))
        .as_quat()
    ),
    spa_procrustes=lambda A: sc("spatial").procrustes(A(X), A(X * 2))[2],
    clu_linkage=lambda A: sc("cluster.hierarchy").linkage(A(X)),
    clu_fcluster=lambda A: sc("cluster.hierarchy").fcluster(sc("cluster.hierarchy").linkage(A(X)), 2, "maxclust"),
    clu_kmeans=lambda A: sc("cluster.vq").kmeans2(A(X), A(X[:2]), minit="matrix")[1],
    clu_vq=lambda A: sc("cluster.vq").vq(A(X), A(X[:2]))[0],
    clu_whiten=lambda A: sc("cluster.vq").whiten(A(X)),
    st_ttest=lambda A: tuple(sc("stats").ttest_ind(A(V), A(V) + 1)),
    st_pearson=lambda A: tuple(sc("stats").pearsonr(A(V), A(V) ** 2)),
    st_spearman=lambda A: tuple(sc("stats").spearmanr(A(V), A(V) ** 2)),
    st_kendall=lambda A: tuple(sc("stats").kendalltau(A(V), A(V) ** 2)),
    st_linregress=lambda A: tuple(sc("stats").linregress(A(V), A(V) ** 2)),
    st_describe=lambda A: tuple(sc("stats").describe(A(V))),
    st_zscore=lambda A: sc("stats").zscore(A(V)),
    st_norm_pdf=lambda A: sc("stats").norm.pdf(A(V)),
    st_norm_cdf=lambda A: sc("stats").norm.cdf(A(V), A(V), A(V)),
    st_norm_fit=lambda A: sc("stats").norm.fit(A(V)),
    st_gamma_fit=lambda A: sc("stats").gamma.fit(A(V), floc=0),
    st_rvs=lambda A: sc("stats").norm.rvs(A([0.0, 1.0]), random_state=1),
    st_kde=lambda A: sc("stats").gaussian_kde(A(V))(A([1.0, 2.0])),
    st_ks=lambda A: tuple(sc("stats").kstest(A(V), "norm")),
    st_mannwhitney=lambda A: tuple(sc("stats").mannwhitneyu(A(V), A(V) + 1)),
    st_wilcoxon=lambda A: tuple(sc("stats").wilcoxon(A(V) - 2.5)),
    st_anova=lambda A: tuple(sc("stats").f_oneway(A(V), A(V) + 1)),
    st_chi2=lambda A: tuple(sc("stats").chisquare(A([10, 20, 30]))),
    st_contingency=lambda A: sc("stats").chi2_contingency(A([[10, 20], [30, 5]]))[:2],
    st_fisher=lambda A: tuple(sc("stats").fisher_exact(A([[10, 20], [30, 5]]))),
    st_mode=lambda A: tuple(sc("stats").mode(A([1, 1, 2]))),
    st_rank=lambda A: sc("stats").rankdata(A(V)),
    st_skew=lambda A: sc("stats").skew(A(V)),
    st_entropy=lambda A: sc("stats").entropy(A(V)),
    st_iqr=lambda A: sc("stats").iqr(A(V)),
    st_trim=lambda A: sc("stats").trim_mean(A(V), 0.2),
    st_boxcox=lambda A: sc("stats").boxcox(A(V)),
    st_binned=lambda A: sc("stats").binned_statistic(A(V), A(V), bins=A([0.0, 2.5, 6.0]))[0],
    st_ecdf=lambda A: sc("stats").ecdf(A(V)).cdf.quantiles,
    st_bootstrap=lambda A: sc("stats").bootstrap((A(V),), np.mean, n_resamples=50, rng=1).standard_error,
    st_permutation=lambda A: (
        sc("stats")
        .permutation_test(
            (A(V), A(V) + 1),
            lambda a, b, axis: np.mean(a, axis) - np.mean(b, axis),
            n_resamples=50,
            rng=1,
            vectorized=True,
        )
        .statistic
    ),
    st_mvn=lambda A: sc("stats").multivariate_normal.pdf(A([0.0, 0.0]), A([0.0, 0.0]), A(M)),
    st_qmc=lambda A: sc("stats").qmc.scale(A([[0.1, 0.2]]), A([0.0, 0.0]), A([2.0, 2.0])),
    st_shapiro=lambda A: tuple(sc("stats").shapiro(A(V))),
    st_sem=lambda A: sc("stats").sem(A(V)),
    st_theil=lambda A: tuple(sc("stats").theilslopes(A(V), A(np.arange(5.0)))),
    st_dirichlet=lambda A: sc("stats").dirichlet.pdf(A([0.3, 0.7]), A([1.0, 2.0])),
    st_poisson=lambda A: sc("stats").poisson.pmf(A([0, 1, 2]), 1.5),
    st_hist=lambda A: sc("stats").rv_histogram(np.histogram(A(V), 3)).mean(),
    sp_gamma=lambda A: sc("special").gamma(A(V)),
    sp_erf=lambda A: sc("special").erf(A(V)),
    sp_expit=lambda A: sc("special").expit(A(V)),
    sp_logsumexp=lambda A: sc("special").logsumexp(A(V)),
    sp_softmax=lambda A: sc("special").softmax(A(V)),
    sp_jv=lambda A: sc("special").jv(1, A(V)),
    sp_comb=lambda A: sc("special").comb(A([5, 6]), 2),
    sp_factorial=lambda A: sc("special").factorial(A([3, 4])),
    sp_legendre=lambda A: sc("special").eval_legendre(2, A(V)),
    sp_xlogy=lambda A: sc("special").xlogy(A(V), A(V)),
    sp_out=lambda A: outs(lambda o: sc("special").expit(A(V), out=o), A),
    sp_beta=lambda A: sc("special").betainc(1.0, 2.0, A([0.1, 0.5])),
    sp_sph=lambda A: sc("special").sph_harm_y(1, 2, A([0.1]), A([0.2])),
    sp_ellip=lambda A: sc("special").ellipk(A([0.1, 0.5])),
    fft=lambda A: sc("fft").fft(A(V)),
    rfft=lambda A: sc("fft").rfft(A(V)),
    dct=lambda A: sc("fft").dct(A(V)),
    fftn=lambda A: sc("fft").fftn(A(M)),
    fft_overwrite=lambda A: sc("fft").fft(A(V), overwrite_x=True),
    fftshift=lambda A: sc("fft").fftshift(A(V)),
    io_mat=lambda A: [sc("io").savemat(f := io.BytesIO(), {"x": A(M)}), f.seek(0), sc("io").loadmat(f)["x"]][-1],
    io_wav=lambda A: [
        sc("io.wavfile").write(f := io.BytesIO(), 8000, A(np.array([1, 2, 3], "i2"))),
        f.seek(0),
        sc("io.wavfile").read(f)[1],
    ][-1],
    io_mm=lambda A: [sc("io").mmwrite(f := io.BytesIO(), A(M)), len(f.getvalue()) > 10][-1],
    odr=lambda A: sc("constants").convert_temperature(A([0.0, 100.0]), "C", "K"),
    hough=lambda A: sc("datasets") and 1,
)


def sk(name):
    import importlib

    return importlib.import_module(f"sklearn.{name}")


def fitted(path, attribute="coef_", y=Y, **options):
    module, _, name = path.rpartition(".")

    def call(A):
        model = getattr(sk(module), name)(**options)
        model.fit(A(X), A(y)) if y is not None else model.fit(A(X))
        return getattr(model, attribute)

    return call


def predicted(path, method="predict", y=Y, **options):
    module, _, name = path.rpartition(".")

    def call(A):
        model = getattr(sk(module), name)(**options)
        model.fit(A(X), A(y)) if y is not None else model.fit(A(X))
        return getattr(model, method)(A(X))

    return call


def metric(name, *args, **options):
    return lambda A: getattr(sk("metrics"), name)(*[A(a) for a in args], **options)


S = np.array([0.9, 0.2, 0.3, 0.8, 0.4, 0.1])

library(
    "scikit-learn",
    linear=fitted("linear_model.LinearRegression", y=R),
    ridge=fitted("linear_model.Ridge", y=R),
    lasso=fitted("linear_model.Lasso", y=R, alpha=0.1),
    elastic=fitted("linear_model.ElasticNet", y=R, alpha=0.1),
    logistic=fitted("linear_model.LogisticRegression"),
    sgd=fitted("linear_model.SGDClassifier", random_state=0),
    bayes=fitted("linear_model.BayesianRidge", y=R),
    huber=fitted("linear_model.HuberRegressor", y=R),
    perceptron=fitted("linear_model.Perceptron"),
    svc=predicted("svm.SVC"),
    svc_scores=predicted("svm.SVC", "decision_function"),
    svr=predicted("svm.SVR", y=R),
    linear_svc=predicted("svm.LinearSVC"),
    knn=predicted("neighbors.KNeighborsClassifier", n_neighbors=3),
    knn_proba=predicted("neighbors.KNeighborsClassifier", "predict_proba", n_neighbors=3),
    knn_reg=predicted("neighbors.KNeighborsRegressor", y=R, n_neighbors=2),
    tree=predicted("tree.DecisionTreeClassifier", random_state=0),
    tree_reg=predicted("tree.DecisionTreeRegressor", y=R, random_state=0),
    forest=predicted("ensemble.RandomForestClassifier", "predict_proba", random_state=0, n_estimators=5),
    boosting=predicted("ensemble.GradientBoostingClassifier", random_state=0, n_estimators=5),
    hist_boosting=predicted("ensemble.HistGradientBoostingRegressor", y=R, max_iter=5),
    adaboost=predicted("ensemble.AdaBoostClassifier", random_state=0, n_estimators=5),
    bagging=predicted("ensemble.BaggingClassifier", random_state=0, n_estimators=5),
    naive=predicted("naive_bayes.GaussianNB", "predict_proba"),
    multinomial=predicted("naive_bayes.MultinomialNB", "predict_proba"),
    lda=predicted("discriminant_analysis.LinearDiscriminantAnalysis"),
    qda=predicted("discriminant_analysis.QuadraticDiscriminantAnalysis"),
    mlp=predicted("neural_network.MLPClassifier", random_state=0, max_iter=20),
    gp=predicted("gaussian_process.GaussianProcessRegressor", y=R),
    kmeans=predicted("cluster.KMeans", y=None, n_clusters=2, random_state=0, n_init=1),
    dbscan=fitted("cluster.DBSCAN", "labels_", y=None),
    agglomerative=fitted("cluster.AgglomerativeClustering", "labels_", y=None),
    meanshift=fitted("cluster.MeanShift", "labels_", y=None),
    gmm=predicted("mixture.GaussianMixture", y=None, n_components=2, random_state=0),
    pca=predicted("decomposition.PCA", "transform", y=None),
    nmf=fitted("decomposition.NMF", "components_", y=None, n_components=1, random_state=0),
    ica=fitted("decomposition.FastICA", "mean_", y=None, random_state=0),
    svd=predicted("decomposition.TruncatedSVD", "transform", y=None, n_components=1, random_state=0),
    tsne=lambda A: sk("manifold").TSNE(perplexity=2, random_state=0, init="random").fit_transform(A(X)).shape,
    isomap=lambda A: sk("manifold").Isomap(n_neighbors=2).fit_transform(A(X)).shape,
    mds=lambda A: sk("manifold").MDS(random_state=0, n_init=1).fit_transform(A(X)).shape,
    scaler=predicted("preprocessing.StandardScaler", "transform", y=None),
    minmax=predicted("preprocessing.MinMaxScaler", "transform", y=None),
    robust=predicted("preprocessing.RobustScaler", "transform", y=None),
    normalizer=predicted("preprocessing.Normalizer", "transform", y=None),
    binarizer=predicted("preprocessing.Binarizer", "transform", y=None),
    poly=predicted("preprocessing.PolynomialFeatures", "transform", y=None),
    quantile=predicted("preprocessing.QuantileTransformer", "transform", y=None, n_quantiles=3),
    power=predicted("preprocessing.PowerTransformer", "transform", y=None),
    onehot=lambda A: sk("preprocessing").OneHotEncoder().fit_transform(A([[1], [2], [1]])),
    ordinal=lambda A: sk("preprocessing").OrdinalEncoder().fit_transform(A([[1], [2], [1]])),
    labels=lambda A: sk("preprocessing").LabelEncoder().fit_transform(A([5, 3, 5])),
    label_binarize=lambda A: sk("preprocessing").label_binarize(A([1, 2, 1]), classes=A([1, 2, 3])),
    kbins=lambda A: sk("preprocessing").KBinsDiscretizer(2, encode="ordinal").fit_transform(A(X)),
    scale=lambda A: sk("preprocessing").scale(A(X)),
    imputer=lambda A: sk("impute").SimpleImputer().fit_transform(A([[1.0, np.nan], [3.0, 4.0]])),
    knn_imputer=lambda A: sk("impute").KNNImputer().fit_transform(A([[1.0, np.nan], [3.0, 4.0]])),
    select=lambda A: sk("feature_selection").SelectKBest(k=1).fit_transform(A(X), A(Y)),
    variance=lambda A: sk("feature_selection").VarianceThreshold().fit_transform(A(X)),
    mutual=lambda A: sk("feature_selection").mutual_info_classif(A(X), A(Y), random_state=0, n_neighbors=1),
    pipeline=lambda A: (
        sk("pipeline")
        .make_pipeline(sk("preprocessing").StandardScaler(), sk("linear_model").Ridge())
        .fit(A(X), A(R))
        .predict(A(X))
    ),
    split=lambda A: sk("model_selection").train_test_split(A(X), A(Y), random_state=0),
    kfold=lambda A: [b for _, b in sk("model_selection").KFold(2).split(A(X))],
    stratified=lambda A: [b for _, b in sk("model_selection").StratifiedKFold(2).split(A(X), A(Y))],
    cross_val=lambda A: sk("model_selection").cross_val_score(sk("linear_model").Ridge(), A(X), A(R), cv=2),
    grid=lambda A: (
        sk("model_selection")
        .GridSearchCV(sk("linear_model").Ridge(), {"alpha": A([0.1, 1.0])}, cv=2)
        .fit(A(X), A(R))
        .best_params_["alpha"]
    ),
    accuracy=metric("accuracy_score", Y, Y[::-1].copy()),
    f1=metric("f1_score", Y, Y[::-1].copy()),
    precision=metric("precision_score", Y, Y[::-1].copy()),
    roc=metric("roc_auc_score", Y, S),
    roc_curve=metric("roc_curve", Y, S),
    average=metric("average_precision_score", Y, S),
    log_loss=metric("log_loss", Y, S),
    brier=metric("brier_score_loss", Y, S),
    confusion=metric("confusion_matrix", Y, Y[::-1].copy()),
    report=metric("classification_report", Y, Y[::-1].copy()),
    mse=metric("mean_squared_error", R, R + 1),
    mae=metric("mean_absolute_error", R, R + 1),
    r2=metric("r2_score", R, R + 1),
    silhouette=metric("silhouette_score", X, Y),
    rand=metric("adjusted_rand_score", Y, Y[::-1].copy()),
    pairwise=lambda A: sk("metrics.pairwise").euclidean_distances(A(X)),
    cosine=lambda A: sk("metrics.pairwise").cosine_similarity(A(X)),
    rbf=lambda A: sk("metrics.pairwise").rbf_kernel(A(X)),
    isotonic=lambda A: sk("isotonic").IsotonicRegression().fit_transform(A(V), A(V) ** 2),
    kde=lambda A: sk("neighbors").KernelDensity().fit(A(X)).score_samples(A(X[:2])),
    balltree=lambda A: sk("neighbors").BallTree(A(X)).query(A(X[:2]), 2)[1],
    isolation=predicted("ensemble.IsolationForest", "predict", y=None, random_state=0, n_estimators=5),
    sample_weight=lambda A: sk("linear_model").Ridge().fit(A(X), A(R), sample_weight=A(S)).coef_,
    class_weight=lambda A: sk("utils.class_weight").compute_class_weight("balanced", classes=A([0, 1]), y=A(Y)),
    resample=lambda A: sk("utils").resample(A(X), random_state=0),
    shuffle=lambda A: sk("utils").shuffle(A(Y), random_state=0),
    check_array=lambda A: sk("utils").check_array(A(X)),
    extmath=lambda A: sk("utils.extmath").randomized_svd(A(X), 1, random_state=0)[1],
    dispatch_lda=lambda A: _dispatched(
        lambda: sk("discriminant_analysis").LinearDiscriminantAnalysis().fit(A(X), A(Y)).predict(A(X))
    ),
    dispatch_pca=lambda A: np.abs(
        np.asarray(_dispatched(lambda: sk("decomposition").PCA(1, svd_solver="full").fit_transform(A(X))))
    ),
    dispatch_ridge=lambda A: _dispatched(lambda: sk("linear_model").Ridge(solver="svd").fit(A(X), A(R)).coef_),
    dispatch_accuracy=lambda A: _dispatched(lambda: sk("metrics").accuracy_score(A(Y), A(Y[::-1].copy()))),
    dispatch_minmax=lambda A: _dispatched(lambda: sk("preprocessing").MinMaxScaler().fit_transform(A(X))),
    dispatch_maxabs=lambda A: _dispatched(lambda: sk("preprocessing").MaxAbsScaler().fit_transform(A(X))),
    dispatch_labels=lambda A: _dispatched(lambda: sk("preprocessing").LabelEncoder().fit_transform(A([5, 3, 5]))),
    dispatch_f1=lambda A: _dispatched(lambda: sk("metrics").f1_score(A(Y), A(Y[::-1].copy()))),
    dispatch_mse=lambda A: _dispatched(lambda: sk("metrics").mean_squared_error(A(R), A(R + 1))),
)


def _dispatched(call):
    import sklearn

    with sklearn.config_context(array_api_dispatch=os.environ.get("SCIPY_ARRAY_API") == "1"):
        return call()


def nx():
    import networkx

    return networkx


N = np.array([[0, 1, 0], [1, 0, 2], [0, 2, 0]])

library(
    "networkx",
    graph=lambda A: nx().Graph(A(N)).edges(data=True),
    digraph=lambda A: nx().DiGraph(A(N)).number_of_edges(),
    multigraph=lambda A: nx().MultiGraph(A(N)).number_of_edges(),
    from_array=lambda A: list(nx().from_numpy_array(A(N)).edges),
    to_graph=lambda A: list(nx().to_networkx_graph(A(N)).edges),
    ones=lambda A: nx().Graph(A(np.ones((3, 3)))).number_of_edges(),
    edges=lambda A: list(nx().Graph(A([[0, 1], [1, 2]]).tolist()).edges),
    add_edges=lambda A: [g := nx().Graph(), g.add_edges_from(A([[0, 1], [1, 2]])), g.number_of_edges()][-1],
    add_weighted=lambda A: [g := nx().Graph(), g.add_weighted_edges_from([(0, 1, A([1.5])[0])]), g[0][1]["weight"]][-1],
    add_nodes=lambda A: [g := nx().Graph(), g.add_nodes_from(A([0, 1, 2])), len(g)][-1],
    pagerank=lambda A: list(nx().pagerank(nx().Graph(A(N))).values()),
    layout=lambda A: list(nx().spring_layout(nx().Graph(A(N)), pos={0: A([0.0, 0.0])}, seed=1).values())[0].shape,
    subgraph=lambda A: nx().Graph(N).subgraph(A([0, 1])).number_of_edges(),
    neighbors=lambda A: list(nx().Graph(N).neighbors(A([1])[0])),
    path=lambda A: nx().shortest_path(nx().Graph(N), A([0])[0], A([2])[0]),
    scipy=lambda A: nx().from_scipy_sparse_array(csr(A(N))).number_of_edges(),
    attribute=lambda A: [g := nx().Graph(N), nx().set_node_attributes(g, {0: A([1.5])[0]}, "w"), g.nodes[0]["w"]][-1],
)


def ne():
    import numexpr

    return numexpr


library(
    "numexpr",
    evaluate=lambda A: ne().evaluate("a * 2 + b", {"a": A(V), "b": A(V)}),
    scalar=lambda A: ne().evaluate("a * b", {"a": A(V), "b": A(V)[0]}),
    sum=lambda A: ne().evaluate("sum(a)", {"a": A(V)}),
    where=lambda A: ne().evaluate("where(a > 2, a, 0)", {"a": A(V)}),
    out=lambda A: outs(lambda o: ne().evaluate("a * 2", {"a": A(V)}, out=o), A),
)


def jl():
    import joblib

    return joblib


def _double(x):
    return x * 2


library(
    "joblib",
    hash=lambda A: jl().hash(A(V)) == jl().hash(A(V)),
    hash_differs=lambda A: jl().hash(A(V)) == jl().hash(A(V) + 1),
    dump=lambda A: [jl().dump({"x": A(V)}, f := io.BytesIO()), f.seek(0), jl().load(f)["x"]][-1],
    parallel=lambda A: jl().Parallel(n_jobs=1)(jl().delayed(_double)(x) for x in A(V)),
    threads=lambda A: jl().Parallel(n_jobs=2, backend="threading")(jl().delayed(_double)(x) for x in A(V)),
)


def sh():
    import shapely

    return shapely


library(
    "shapely",
    points=lambda A: [p.wkt for p in sh().points(A([[0.0, 1.0], [2.0, 3.0]]))],
    point=lambda A: sh().Point(A([0.0, 1.0])).wkt,
    line=lambda A: sh().LineString(A([[0.0, 1.0], [2.0, 3.0]])).length,
    polygon=lambda A: sh().Polygon(A([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])).area,
    contains=lambda A: sh().contains_xy(sh().box(0, 0, 1, 1), A([0.5, 2.0]), A([0.5, 0.5])),
    scalar=lambda A: sh().Point(A([0.5])[0], 1.0).wkt,
    linestrings=lambda A: sh().linestrings(A([[[0.0, 1.0], [2.0, 3.0]]]))[0].wkt,
)


def az():
    import arviz

    return arviz


P = np.random.default_rng(0).normal(size=(2, 50))

library(
    "arviz",
    hdi=lambda A: az().hdi(A(P[0])),
    ess=lambda A: az().ess(A(P)),
    rhat=lambda A: az().rhat(A(P)),
    mcse=lambda A: az().mcse(A(P)),
    dataset=lambda A: az().convert_to_dataset({"mu": A(P)})["mu"].mean(),
    summary=lambda A: az().summary({"mu": A(P)}),
)

library(
    "numpy",
    memoryview=lambda A: memoryview(np.asarray(A(V))).tolist(),
    masked=lambda A: np.ma.array(A(V), mask=A(V) > 2),
    masked_mean=lambda A: np.ma.masked_greater(A(V), 2).mean(),
    masked_times=lambda A: A(V) * np.ma.array(V, mask=V > 2),
    masked_rtimes=lambda A: np.ma.array(V, mask=V > 2) * A(V),
    matrix=lambda A: A(M) @ np.matrix(M) if False else np.asarray(np.asmatrix(A(M)) * A(M)),
    memmap=lambda A: np.asarray(np.add(A(V), np.array(V))),
    rec=lambda A: np.rec.fromarrays([A(V), A(V)], names="a,b")["a"],
    structured=lambda A: [r := np.zeros(5, "f8,i4"), r["f0"].__setitem__(slice(None), A(V)), r["f0"]][-1],
    object=lambda A: np.array([A(V), None], dtype=object)[0],
    testing=lambda A: np.testing.assert_allclose(A(V), V),
    testing_equal=lambda A: np.testing.assert_array_equal(A(V), A(V)),
    polynomial=lambda A: np.polynomial.Polynomial(A(V))(A([1.0, 2.0])),
    polynomial_fit=lambda A: np.polynomial.Polynomial.fit(A(np.arange(5.0)), A(V), 1).coef,
    chebyshev=lambda A: np.polynomial.chebyshev.chebval(A([0.1]), A(V)),
    poly1d=lambda A: np.poly1d(A(V))(2.0),
    ctypeslib=lambda A: np.ctypeslib.as_ctypes(np.array(A(V)))[0],
    datetime=lambda A: np.datetime64("2020") + A([1, 2]).astype("timedelta64[D]"),
    strings=lambda A: np.char.mod("%.1f", A(V)),
    f_string=lambda A: np.array2string(A(V)),
    generator=lambda A: np.random.default_rng(1).choice(A(V), 2),
    permutation=lambda A: np.random.default_rng(1).permutation(A(V)),
    shuffle=lambda A: [x := A(V), np.random.default_rng(1).shuffle(x), x][-1],
    normal=lambda A: np.random.default_rng(1).normal(A(V), 1.0),
    weights=lambda A: np.random.default_rng(1).choice(5, 2, p=A(V) / A(V).sum()),
    out=lambda A: outs(lambda o: np.random.default_rng(1).random(out=o), A),
    seed=lambda A: np.random.default_rng(A([1, 2])[0]).integers(0, 100, 2),
    seed_array=lambda A: np.random.default_rng(A([1, 2])).integers(0, 100, 2),
    old_seed=lambda A: np.random.RandomState(A([3])[0]).randint(0, 100, 2),
    vectorize=lambda A: np.vectorize(lambda v: v + 1)(A(V)),
    frompyfunc=lambda A: np.frompyfunc(lambda v: v + 1, 1, 1)(A(V)).astype(float),
    apply=lambda A: np.apply_along_axis(np.sum, 0, A(M)),
    nditer=lambda A: [float(v) for v in np.nditer(A(V))],
    ndenumerate=lambda A: [(i, float(v)) for i, v in np.ndenumerate(A(M))],
    savetxt=lambda A: [np.savetxt(f := io.StringIO(), A(M)), f.getvalue()][-1],
    einsum=lambda A: np.einsum("ij,j->i", A(M), A([1.0, 2.0])),
    block=lambda A: np.block([[A(M), A(M)]]),
)
