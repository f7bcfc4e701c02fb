"""Argument forms of NumPy functions that compiled code takes, one by one.

Forms that belong together are compiled together: compiling is most of the time.
"""

import numpy as np
import pytest

from .compare import same

RNG = np.random.default_rng(7)
X1, X2, X3 = RNG.standard_normal(5), RNG.standard_normal((3, 4)), RNG.standard_normal((2, 3, 4))
K2 = RNG.integers(-5, 5, (3, 4))
F2 = X2.astype(np.float32)
B2 = X2 > 0


def sums(x, k, b):
    return (
        x.sum(axis=0),
        np.sum(x, axis=-1, keepdims=True),
        np.sum(x, (0, 2)),
        k.sum(1),
        b.sum(axis=0),
        x.sum(),
        k.prod(0),
    )


def extremes(x, k):
    return x.max(axis=1), np.min(x, axis=0, keepdims=True), k.argmax(axis=0), x.argmin(-1), np.ptp(k, axis=0), k.max()


def moments(x, k):
    return x.mean(axis=0), np.mean(k), np.std(x, axis=1), x.var(0, ddof=1), np.var(k), x.std(keepdims=True), k.mean(1)


def truths(b, x):
    return b.any(axis=0), np.all(b, axis=1), b.all(), np.count_nonzero(b, axis=0), np.count_nonzero(x), np.any(x > 1)


def running(x, k):
    return np.cumsum(x, axis=0), x.cumsum(), np.cumprod(k, axis=1), k.cumsum(axis=-1)


def axis_at_run_time(x, n):
    total = 0.0
    for k in range(n):
        total += x.sum(axis=k)[0, 0] + np.max(x, axis=k)[0, 0]
    return total


def clips(x, k):
    return np.clip(x, None, 0.5), np.clip(x, 0, None), x.clip(-1, 1), k.clip(0, 3), np.clip(k, -2, 2)


def grids(n, m):
    a, b = np.meshgrid(np.arange(n), np.linspace(0.0, 1.0, m))
    c, d = np.meshgrid(np.arange(n), np.arange(m), indexing="ij")
    y, x = np.mgrid[0:n, 0:m]
    p, q = np.ogrid[0:n, 0:m:2]
    return a, b, c, d, y, x, p, q, p + q


def spaced(n):
    return (
        np.linspace(0, 1, n),
        np.linspace(0, n, 4, dtype=int),
        np.linspace(1, 2, n, endpoint=False),
        np.arange(1.5, n),
    )


def created(n):
    z = np.zeros((n, 2), dtype=int)
    o, f = np.ones(n, "float32"), np.full((2, n), 3, dtype=float)
    return (
        z,
        o,
        f,
        np.ones_like(f),
        np.zeros_like(f, dtype=bool),
        np.eye(n, k=1),
        np.identity(n),
        np.array([1, 2.5]),
    )


def joined(x, y):
    a = np.concatenate([x, y]), np.concatenate((x, y), axis=1), np.stack([x, y], axis=2), np.vstack([x, y])
    return *a, np.hstack([x, y]), np.column_stack([x[:, 0], y[:, 1]]), np.array([x[0], y[0]])


def joined_lists(x):
    rows = []
    for i in range(3):
        rows.append(x[i] * i)
    return np.array(rows), np.stack(rows), np.vstack(rows), np.concatenate(rows)


def repeated(x, v):
    return np.tile(v, 3), np.tile(x, (2, 3)), np.repeat(v, 2), np.repeat(x, 2, axis=0), np.tile(v, (2, 1))


def padded(x, v):
    a = np.pad(x, 1), np.pad(x, ((1, 2), (0, 1)), constant_values=5.0), np.pad(v, (2, 1), mode="edge")
    return *a, np.pad(x, 1, mode="wrap"), np.pad(v, 2, "reflect"), np.pad(v, 2, mode="symmetric")


def moved(x, v):
    a = np.roll(v, 2), np.roll(x, 1, axis=0), np.roll(x, -1, axis=1), np.roll(x, (1, 2), axis=(0, 1)), np.flip(x, 0)
    return *a, np.diff(v), np.diff(x, axis=0), np.diff(v, n=2), x[None, :, 0], np.swapaxes(x, 0, 1), x.T.reshape(-1)


def gradients(v, x):
    gy, gx = np.gradient(x)
    return np.gradient(v), np.gradient(v, 0.5), gy, gx, np.trapezoid(v), np.trapezoid(v, dx=0.1), np.polyval(v, 2.0)


def products(x, y, v):
    a = np.einsum("ij,kj->ik", x, y), np.einsum("ij->j", x), np.einsum("ii", x @ y.T), np.einsum("i,i->", v, v)
    return *a, np.tensordot(x, y, axes=([1], [1])), np.inner(v, v), np.dot(x, v), x @ v, np.outer(v, v), np.vdot(v, v)


def integer_products(k):
    return k @ k.T, np.dot(k, k.T), k[0] @ k[1], k.dot(k[0])


def batched(x, y):
    return x @ y, np.matmul(x, y)


def norms(x, v):
    a = np.linalg.norm(v), np.linalg.norm(x), np.linalg.norm(x, axis=0), np.linalg.norm(x, axis=1, keepdims=True)
    return *a, np.linalg.norm(v, 1), np.linalg.norm(x, ord=1, axis=1), np.cross(v[:3], v[1:4])


def indexed(x, i, b):
    x[b] = 0.5
    x[b] += 1
    x[i, i] *= 2
    return x[i], x[i, i], x[b], x[:, i], x[i[:, None], i], x[i].T, x[[2, 0]], x[..., 1], x[b].sum()


def written(x, i, v):
    x[i, 0] = 9.0
    x[:, i] = -1.0
    x[1] = v
    x[i, :] += v
    np.add.at(v, i, 1.0)
    return x


def wheres(x, b):
    i, j = np.where(b)
    return np.where(x > 0, x, 0.0), i, j, np.argwhere(b), np.flatnonzero(b), np.nonzero(x[0] > 0)[0]


def sorted_forms(x, v):
    v2 = v.copy()
    v2.sort()
    u, c = np.unique(np.round(v), return_counts=True)
    return (
        np.sort(x),
        np.sort(x, axis=0),
        np.argsort(v),
        np.argsort(x, axis=1),
        v2,
        u,
        c,
        np.median(x, axis=0),
        np.median(v),
    )


def outs(x, v):
    out = np.zeros(x.shape[1])
    np.sum(x, axis=0, out=out)
    np.exp(v, out=v)
    np.maximum(v, 1.5, out=v)
    return out, v, np.add.reduce(x), np.maximum.reduce(v), np.add.accumulate(v), np.multiply.outer(v, v)


def scalars(x):
    s = x[0]
    return (
        s.astype(int),
        x.item(1),
        float(s),
        np.float32(s),
        x.ndim,
        x.size,
        x.dtype == np.float64,
        np.pi,
        np.sqrt(2),
        np.sign(s),
    )


def nans(x):
    x[1] = np.nan
    return np.isnan(x), np.isnan(x).any(), np.nansum(x), np.nanmax(x), np.max(x), np.nan_to_num(x), np.isfinite(x)


def narrow(f, i, u):
    a = f * 2, f + 0.5, 1 / f, f.sum(), f.mean(axis=0), f.std(), -f, f**2, np.sqrt(f * f), np.maximum(f, 0), f[0, 0] + 1
    return *a, i * 2, i[0] + i[1], i / 2, i // 2, i.sum(), i > 1, u + u, u[0] + u[1], ~u, u << 1, np.where(f > 0, f, 0)


def narrow_in_place(f, i):
    f += 0.5
    f[0] *= 2
    f[1, 1] -= 1
    i[1:] += 3
    for k in range(3):
        i[k] += k
    total = np.float32(0)
    for v in f[0]:
        total += v
    return f, i, total


def reshaped(x):
    y = x.reshape(4, -1)
    z = np.reshape(x, (2, 6))
    w = x.ravel()
    w[0] = 5
    t = x.copy()
    t.shape = (6, 2)
    return y, z, x.flatten(), x.T.ravel(), np.squeeze(x[None], axis=0), np.expand_dims(x, 0), t, x.transpose(1, 0)


FORMS = [
    (sums, X3, K2, B2), (extremes, X2, K2), (moments, X2, K2), (truths, B2, X2), (running, X2, K2),
    (axis_at_run_time, X3, 3), (clips, X2, K2), (grids, 3, 4), (spaced, 5), (created, 3), (joined, X2, X2 + 1),
    (joined_lists, X2), (repeated, X2, X1), (padded, X2, X1), (moved, X2, X1), (gradients, X1, X2),
    (products, X2, X2 + 1, X1[:4]), (integer_products, K2), (batched, X3, X3.transpose(0, 2, 1)), (norms, X2, X1),
    (indexed, X2[:3, :3].copy(), np.array([2, 0]), B2[:, :3].copy()),
    (written, X2[:3, :3].copy(), np.array([2, 0]), X1[:3].copy()),
    (wheres, X2, B2), (sorted_forms, X2, X1), (outs, X2, X1), (scalars, X1), (nans, X1),
    (narrow, F2, np.arange(4, dtype=np.int32), np.array([200, 100, 3], np.uint8)),
    (narrow_in_place, F2, np.arange(4, dtype=np.int32)), (reshaped, X2),
]  # fmt: skip


# These take more than a few seconds to compile.
SLOW = {sorted_forms, moved, narrow, moments, joined, padded, gradients, products, norms, extremes, wheres, created}


@pytest.mark.parametrize(
    "form", [pytest.param(f, marks=pytest.mark.long if f[0] in SLOW else (), id=f[0].__name__) for f in FORMS]
)
def test_form(form):
    function, *args = form
    same(function, *args, rtol=1e-5 if function.__name__.startswith("narrow") else 1e-9)
