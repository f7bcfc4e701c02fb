"""Argument forms of NumPy functions, as textbooks use them."""

# ruff: noqa: B007, B905, C401, C408, C416, C417, E501, E741, F841, PIE810, RUF005, RUF007, RUF012, SIM, T201, UP031

import numpy as np

R = np.random.default_rng(3)
V = R.standard_normal(7)
M = R.standard_normal((4, 5))
S = R.standard_normal((4, 4))
S = S @ S.T + 4 * np.eye(4)
K = R.integers(-6, 9, (4, 5))
T3 = R.standard_normal((2, 3, 4))
I = R.integers(0, 9, 12)
C = V[:4] + 1j * V[3:]
B = M > 0
CASES = {}


def case(*args):
    def register(function):
        CASES[function.__name__] = (function, args, {})
        return function

    return register


@case(M)
def percentiles(x):
    return (
        np.percentile(x, 25),
        np.percentile(x, [25, 50, 75]),
        np.percentile(x, 30, axis=0),
        np.quantile(x, 0.3, axis=1),
        np.median(x, axis=1, keepdims=True),
    )


@case(M)
def nan_functions(x):
    x[1, 2] = np.nan
    return (
        np.nansum(x, axis=0),
        np.nanmean(x, axis=1),
        np.nanstd(x),
        np.nanmin(x, axis=0),
        np.nanargmax(x, axis=1),
        np.nanmedian(x),
        np.nanpercentile(x, 40),
        np.nanvar(x, axis=0),
        np.nancumsum(x),
    )


@case(V)
def fits(y):
    x = np.arange(len(y)) * 0.5
    p = np.polyfit(x, y, 2)
    return p, np.polyval(p, x), np.polyder(p), np.roots(p)


@case(V, V[:3])
def convolutions(x, k):
    return (
        np.convolve(x, k),
        np.convolve(x, k, mode="same"),
        np.convolve(x, k, "valid"),
        np.correlate(x, k),
        np.correlate(x, k, "full"),
    )


@case(S, V[:4])
def linear(a, b):
    w, v = np.linalg.eigh(a)
    u, s, vt = np.linalg.svd(a)
    q, r = np.linalg.qr(a)
    return (
        np.linalg.solve(a, b),
        np.linalg.inv(a),
        w,
        np.abs(v),
        s,
        np.linalg.det(a),
        np.abs(q),
        np.linalg.cholesky(a),
        np.linalg.norm(a),
        np.linalg.norm(a, axis=1),
        np.linalg.norm(b, np.inf),
        np.linalg.matrix_rank(a),
        np.linalg.cond(a),
        np.linalg.slogdet(a),
    )


@case(M, V[:4])
def least(a, b):
    x, res, rank, sv = np.linalg.lstsq(a, b, rcond=None)
    return x, rank, sv, np.linalg.pinv(a), np.linalg.matrix_power(a @ a.T, 3), np.linalg.multi_dot([a, a.T, a])


@case(I)
def counting(x):
    h, e = np.histogram(x, bins=4)
    u = np.unique(x)
    u2, inv = np.unique(x, return_inverse=True)
    u3, idx, cnt = np.unique(x, return_index=True, return_counts=True)
    return (
        np.bincount(x),
        np.bincount(x, minlength=12),
        h,
        e,
        u,
        inv,
        idx,
        cnt,
        np.digitize(x, [2, 5]),
        np.searchsorted(u, 4),
        np.searchsorted(u, x, side="right"),
    )


@case(I, V)
def weighted(i, v):
    w = np.linspace(0, 1, len(i))
    h, e = np.histogram(v, bins=np.linspace(-2, 2, 5))
    h2, e2 = np.histogram(v, 5, range=(-1, 1), density=True)
    return (
        np.bincount(i, weights=w),
        h,
        e,
        h2,
        e2,
        np.average(v),
        np.average(v[:4], weights=w[:4]),
        np.cov(v[:3], v[3:6]),
        np.corrcoef(v[:3], v[3:6]),
    )


@case(M, K)
def triangles(a, k):
    return (
        np.tril(a),
        np.triu(a, 1),
        np.diag(a),
        np.diag(a, 1),
        np.diag(a[0]),
        np.trace(a),
        np.trace(k),
        np.kron(a[:2, :2], k[:2, :2]),
        np.tri(3),
        np.diagflat(a[0, :2]),
        np.tril_indices(3),
        np.triu_indices(3, 1),
        np.diag_indices(3),
    )


@case(M)
def flips(a):
    return (
        np.flipud(a),
        np.fliplr(a),
        np.rot90(a),
        np.rot90(a, 2),
        np.flip(a),
        a[::-1],
        a[:, ::-1],
        np.roll(a, 2),
        np.roll(a, 1, axis=(0, 1)),
    )


@case(T3)
def transposes(a):
    return (
        a.T,
        np.transpose(a, (1, 0, 2)),
        a.transpose(2, 0, 1),
        np.swapaxes(a, 0, 2),
        a.swapaxes(1, 2),
        np.moveaxis(a, 0, -1),
        np.rollaxis(a, 2),
        a.reshape(-1, 4),
        a.reshape((2, -1)),
        a.ravel(),
        np.ravel(a),
        a.flatten(),
        a.mT,
    )


@case(M, V)
def stacks(a, v):
    return (
        np.hstack([a, a]),
        np.vstack((a, a)),
        np.stack([v, v]),
        np.stack((v, v), axis=1),
        np.concatenate([a, a], axis=1),
        np.column_stack((v, v)),
        np.dstack([a, a]),
        np.append(v, 3.0),
        np.append(a, a, axis=0),
        np.hstack([v, v]),
        np.vstack([v, v]),
        np.r_[v, 1.0],
        np.c_[v, v],
        np.block([[a, a], [a, a]]),
    )


@case(V)
def splits(v):
    a, b = np.split(v[:6], 2)
    c, d, e = np.array_split(v, 3)
    return (
        a,
        b,
        c,
        d,
        e,
        np.insert(v, 1, 9.0),
        np.delete(v, 2),
        np.delete(v, [0, 1]),
        np.trim_zeros(np.array([0.0, 1.0, 0.0])),
    )


@case(5)
def grids2(n):
    x = np.linspace(-1, 1, n)
    X, Y = np.meshgrid(x, x)
    i, j = np.indices((n, 3))
    xs, step = np.linspace(0, 1, n, retstep=True)
    return (
        X,
        Y,
        i,
        j,
        xs,
        step,
        np.logspace(0, 2, n),
        np.geomspace(1, 8, 4),
        np.fromfunction(lambda a, b: a + b, (2, 3)),
        np.mgrid[0:1:3j],
        np.vander(x, 3),
        np.hanning(n),
        np.hamming(n),
        np.blackman(n),
        np.kaiser(n, 2.0),
        np.bartlett(n),
    )


@case(V, V[::-1].copy())
def compares(a, b):
    return (
        np.isclose(a, b),
        np.allclose(a, a),
        np.array_equal(a, b),
        a == b,
        (a > 0) & (b < 0),
        ~(a > 0),
        np.logical_xor(a > 0, b > 0),
        np.maximum(a, b),
        np.fmin(a, b),
        np.where(a > b, a, b),
        np.signbit(a),
        np.isin(a, b),
        np.array_equiv(a, a),
    )


@case(K)
def bits(k):
    return (
        k & 3,
        k | 8,
        k ^ 5,
        ~k,
        k << 2,
        k >> 1,
        np.bitwise_and(k, 6),
        np.invert(k),
        k % 4,
        k // 3,
        -k // 2,
        k**2,
        np.left_shift(k, 1),
        np.gcd(k, 6),
        divmod(7, 3),
        np.lcm(k, 4),
        np.bitwise_count(k),
    )


@case(C)
def complexes(z):
    return (
        z.real,
        z.imag,
        np.abs(z),
        np.angle(z),
        z.conj(),
        np.exp(1j * z),
        z * z,
        z[0] * 2j,
        np.real(z),
        np.imag(z),
        np.conj(z),
        z.sum(),
        np.vdot(z, z),
        np.isreal(z),
        np.sqrt(z),
        z**2,
        abs(z[1]),
        z[0].real,
        np.sort_complex(z),
        z.mean(),
    )


@case(M, V)
def products2(a, v):
    return (
        np.einsum("ij,j->i", a, v[:5]),
        np.einsum("ij->ji", a),
        np.einsum("i,j->ij", v, v),
        np.tensordot(a, a, axes=([0, 1], [0, 1])),
        np.inner(a, a),
        np.outer(v, v),
        np.cross(v[:3], v[3:6]),
        np.dot(a, a.T),
        a @ v[:5],
        np.matmul(a, a.T),
        np.vdot(a, a),
        np.linalg.matrix_power(a[:, :4], 2),
        np.einsum("bij,bjk->bik", a[None], a.T[None]),
    )


@case(M)
def sorts(a):
    b = a.copy()
    b.sort(axis=0)
    c = a.copy()
    c.sort()
    return (
        np.sort(a),
        np.sort(a, axis=0),
        np.sort(a, axis=None),
        np.argsort(a, axis=0),
        a.argsort(),
        b,
        c,
        np.lexsort((a[0], a[1])),
        np.partition(a[0], 2)[2],
        np.argpartition(a[0], 1)[1],
        np.sort(a[0])[::-1],
        np.argsort(-a[0], kind="stable"),
        np.searchsorted(np.sort(a[0]), 0.1),
    )


@case(M, I)
def takes(a, i):
    return (
        np.take(a, [0, 2], axis=1),
        np.take(a, 3),
        a.take([1, 2]),
        np.take_along_axis(a, np.argsort(a, axis=1), axis=1),
        np.choose([0, 1, 0], [[1, 2, 3], [4, 5, 6]]),
        np.compress([True, False, True, False], a, axis=0),
        np.extract(a > 0, a),
        np.select([a > 1, a < -1], [a, -a], 0.0),
        np.repeat(i, 2),
        np.repeat(a, [1, 2, 0, 1], axis=0),
        np.unravel_index(7, (3, 4)),
        np.ravel_multi_index((1, 2), (3, 4)),
    )


@case(V)
def interps(x):
    xp = np.arange(4.0)
    return (
        np.interp(1.5, xp, xp**2),
        np.interp(x, xp, xp**2),
        np.gradient(x),
        np.gradient(x, 0.1),
        np.diff(x),
        np.diff(x, 2),
        np.cumsum(x),
        np.cumprod(x),
        np.ediff1d(x),
        np.trapezoid(x),
        np.trapezoid(x, dx=0.5),
        np.unwrap(x * 3),
        np.heaviside(x, 0.5),
        np.sinc(x),
        np.nan_to_num(x),
        np.i0(x),
    )


@case(M)
def arg_forms(a):
    return (
        a.argmin(axis=0),
        a.argmax(),
        np.argmin(a, axis=1),
        np.argmax(a, 0),
        a.min(1),
        a.max(axis=0, keepdims=True),
        a.sum((0, 1)),
        a.mean(axis=-1, keepdims=True),
        a.std(axis=0, ddof=1),
        np.ptp(a, axis=1),
        np.prod(a, axis=0),
        np.any(a > 0, axis=0),
        np.all(a > -9, axis=1, keepdims=True),
        np.count_nonzero(a > 0),
        np.cumsum(a, axis=1),
        np.unravel_index(np.argmax(a), a.shape),
        np.amax(a),
        np.amin(a, axis=1),
    )


@case(V)
def pads(v):
    return (
        np.pad(v, 2),
        np.pad(v, (1, 2), "constant", constant_values=3.0),
        np.pad(v, 2, mode="reflect"),
        np.pad(v, 1, mode="wrap"),
        np.pad(v, 2, "linear_ramp"),
        np.pad(v, 2, "mean"),
        np.tile(v, 2),
        np.tile(v, (2, 2)),
        np.repeat(v, 3),
        np.resize(v, (2, 3)),
        np.broadcast_to(v, (2, 7)),
        np.atleast_2d(v),
        np.expand_dims(v, 1),
        v[:, np.newaxis],
        v[None, :],
        np.squeeze(v[None], 0),
    )


@case(V[:6])
def transforms(v):
    f = np.fft.fft(v)
    return (
        f,
        np.fft.ifft(f).real,
        np.fft.rfft(v),
        np.fft.fftfreq(6, 0.1),
        np.fft.fftshift(v),
        np.abs(np.fft.fft2(v.reshape(2, 3))),
        np.fft.irfft(np.fft.rfft(v)),
        np.fft.rfft(v, n=8),
    )


@case(M, V)
def outs2(a, v):
    out = np.empty_like(a)
    np.add(a, 1, out=out)
    np.multiply(out, 2.0, out)
    s = np.zeros(5)
    np.sum(a, axis=0, out=s)
    np.clip(v, -0.5, 0.5, out=v)
    w = np.zeros(7)
    np.sqrt(v, out=w, where=v > 0)
    d = np.zeros((4, 4))
    np.dot(a, a.T, out=d)
    return out, s, v, w, d


@case(V)
def dtypes(v):
    a = np.zeros(3, dtype=np.int64)
    b = np.ones(3, dtype="float32")
    c = np.array([1, 2, 3], dtype=float)
    d = v.astype(int)
    e = v.astype("int32")
    f = np.arange(3, dtype=np.uint8)
    g = (v > 0).astype(float)
    h = np.full(3, 7)
    i = np.full((2, 2), 1.5)
    j = np.array([1, 2.5])
    k = np.asarray(v, dtype=np.float32)
    l = np.array([[True, False]])
    m = np.empty(3, bool)
    m[:] = True
    return (
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m,
        v.dtype == np.float64,
        np.float32(3) * v[0],
        np.int64(3) / 2,
        np.zeros_like(d),
        np.ones_like(v, dtype=int),
        np.issubdtype(v.dtype, np.floating),
    )
