"""``numpy.linalg`` and the products, on ``jax.numpy.linalg``.

JAX answers a singular or indefinite matrix with NaN where NumPy raises
``LinAlgError``: a result that is not finite is shown to NumPy, which raises or not.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core, traced_number
from ...array.ragged import Extent, Ragged
from ...dispatch.registry import Rule, implements, register, tables
from ...facts import fact_of
from ...storage.buffer import Tracer, canonical
from . import small_matrices
from .by_name import ByName, Policy
from .checked_forms import check
from .compositions import Composition
from .host_calls import where_not_finite
from .kernels import KERNELS
from .moves import traced

HIGHEST = lax.Precision.HIGHEST


class Factorization(ByName):
    """A ``numpy.linalg`` function: square, inexact, and raising as NumPy does."""

    def __init__(self, function, policy, result=None):
        super().__init__(function, policy)
        self.result_type = result

    def __call__(self, args, kwargs):
        for x in args:
            if isinstance(x, core.JaxArray) and x.dtype == np.float16:
                raise TypeError("array type float16 is unsupported in linalg")
        return super().__call__(args, kwargs)

    def run(self, bound, static, out):
        for name in self.policy.arrays:
            value = bound.get(name)
            if isinstance(value, core.JaxArray):
                self.check_shape(value, name)
        result = super().run(bound, static, out)
        parts = result if isinstance(result, tuple) else (result,)
        if traced(tuple(parts)):
            fact = fact_of(self.function)
            given, named = fact.arguments({**{k: bound[k] for k in self.policy.arrays if k in bound}, **static})
            few = self.function in _BY_NUMBER and all(small_matrices.are_few(bound[k]) for k in ("a",) if k in bound)
            found = where_not_finite(fact, given, named, list(map(core.value_of, parts)), few)
            parts = tuple(map(core.of_device, found))
            result = parts if isinstance(result, tuple) else parts[0]
        elif not all(_finite(p) for p in parts):
            self.ask_numpy(bound, static)
        return self.result_type(*parts) if self.result_type is not None else result

    def check_shape(self, value, name):
        if name == "a" and value.ndim < 2:
            raise np.linalg.LinAlgError(f"{value.ndim}-dimensional array given. Array must be at least two-dimensional")
        if name == "a" and self.function in _SQUARE and value.shape[-1] != value.shape[-2]:
            raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")

    def ask_numpy(self, bound, static):
        """Raise what NumPy raises for these matrices."""
        values = {k: np.asarray(core.host_values(v)) for k, v in bound.items() if k in self.policy.arrays}
        with np.errstate(all="ignore"):
            self.function(**values, **static)


_SQUARE = {
    np.linalg.cholesky, np.linalg.det, np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh,
    np.linalg.inv, np.linalg.slogdet, np.linalg.solve,
}  # fmt: skip


_BY_NUMBER = {np.linalg.cholesky, np.linalg.det, np.linalg.inv, np.linalg.solve}  # where there are few rows


@jax.jit
def _all_finite(x):
    return jnp.all(jnp.isfinite(x))


def _finite(x) -> bool:
    value = core.value_of(x)
    if isinstance(value, Tracer) or value.dtype.kind not in "fc":
        return True
    with jax.ensure_compile_time_eval():  # values that are known, in a function that is being traced
        return bool(_all_finite(value))


def _factorization(function, result=None, arrays=("a",), twin=None):
    policy = Policy(arrays=arrays, inexact=True, twin=twin)
    register(
        "jax", function, Rule(Factorization(function, policy, result), "native", "jax.numpy.linalg", writes_out=True)
    )


_results = np.linalg._linalg


def _eigh(a, UPLO="L"):
    return jnp.linalg.eigh(_one_triangle(a, UPLO), symmetrize_input=False)


def _eigvalsh(a, UPLO="L"):
    return _eigh(a, UPLO)[0]


def _one_triangle(a, UPLO):
    """The Hermitian matrix that one triangle of `a` stands for, as LAPACK reads it."""
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    half = jnp.tril(a, -1) if UPLO.upper() == "L" else jnp.triu(a, 1)
    diagonal = jnp.einsum("...ii->...i", a).real
    middle = jnp.eye(a.shape[-1], dtype=a.dtype) * diagonal[..., None, :]
    return half + jnp.conj(jnp.swapaxes(half, -1, -2)) + middle


def _cholesky(a, upper=False):
    if small_matrices.are_few(a):
        lower = small_matrices.cholesky(jnp.conj(jnp.swapaxes(a, -1, -2)) if upper else a)
        return jnp.conj(jnp.swapaxes(lower, -1, -2)) if upper else lower
    lower = jnp.linalg.cholesky(_one_triangle(a, "U" if upper else "L"))
    return jnp.conj(jnp.swapaxes(lower, -1, -2)) if upper else lower


def _svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    return jnp.linalg.svd(a, full_matrices=full_matrices, compute_uv=compute_uv, hermitian=hermitian)


def _solve(a, b):
    # b is a vector only when it has one dimension (NumPy 2)
    vector = b.ndim == 1
    columns = b[:, None] if vector else b
    if columns.shape[-2] != a.shape[-1]:
        raise ValueError("solve: the shapes do not match")
    shape = jnp.broadcast_shapes(a.shape[:-2], columns.shape[:-2])
    a = jnp.broadcast_to(a, shape + a.shape[-2:])
    columns = jnp.broadcast_to(columns, shape + columns.shape[-2:])
    if 0 in a.shape or 0 in columns.shape:
        x = jnp.zeros(shape + (a.shape[-1], columns.shape[-1]), a.dtype)
    else:
        x = small_matrices.solve(a, columns) if small_matrices.are_few(a) else jnp.linalg.solve(a, columns)
    return x[..., 0] if vector else x


def _inv(a):
    if 0 in a.shape:
        return a
    if small_matrices.are_few(a):
        return small_matrices.solve(a, jnp.eye(a.shape[-1], dtype=a.dtype))
    return jnp.linalg.inv(a)


def _det(a):
    return jnp.ones(a.shape[:-2], a.dtype) if a.shape[-1] == 0 else jnp.linalg.det(a)


def _qr(a, mode="reduced"):
    if mode == "raw":
        raise NotImplementedError("mode 'raw'")
    return jnp.linalg.qr(a, mode=mode)


_factorization(np.linalg.cholesky, twin=_cholesky)
_factorization(np.linalg.det, twin=_det)
_factorization(np.linalg.slogdet, _results.SlogdetResult)
_factorization(np.linalg.inv, twin=_inv)
_factorization(np.linalg.solve, arrays=("a", "b"), twin=_solve)
_factorization(np.linalg.eig, _results.EigResult)
_factorization(np.linalg.eigvals)
for _function in (np.linalg.eig, np.linalg.eigvals):  # complex, also where all eigenvalues are real, as in JAX
    register("jax", _function, tables["jax"][_function]._replace(settles=True))
_factorization(np.linalg.eigh, _results.EighResult, twin=_eigh)
_factorization(np.linalg.eigvalsh, twin=_eigvalsh)


class _Several(Factorization):
    """Functions whose result is one array or a tuple, depending on an argument."""

    def __call__(self, args, kwargs):
        if kwargs.get("hermitian") or (self.function is np.linalg.svd and len(args) > 3 and args[3]):
            return Composition(self.function)(args, kwargs)
        result = super().__call__(args, kwargs)
        return self.named(*result) if isinstance(result, tuple) else result


for _function, _twin, _named in ((np.linalg.svd, _svd, _results.SVDResult), (np.linalg.qr, _qr, _results.QRResult)):
    _policy = Policy(arrays=("a",), inexact=True, twin=_twin)
    _rule = _Several(_function, _policy)
    _rule.named = _named
    register("jax", _function, Rule(_rule, "native", "jax.numpy.linalg", writes_out=True))


@implements(np.linalg.lstsq, backend="jax", how="jax.numpy.linalg")
def lstsq(a, b, rcond=None):
    a, b = (x if isinstance(x, core.JaxArray) else core.from_object(x, copy=False) for x in (a, b))
    if a.ndim != 2 or b.ndim not in (1, 2) or a.shape[0] != b.shape[0] or 0 in a.shape or 0 in b.shape:
        result = np.linalg.lstsq(np.asarray(a), np.asarray(b), rcond)  # NumPy's errors and empty cases
        return tuple(core.from_object(r, copy=True) if isinstance(r, np.ndarray) else r for r in result)
    dtype = canonical(np.result_type(a.dtype, b.dtype, np.float32))
    if a.dtype.kind in "biu" or b.dtype.kind in "biu":
        dtype = canonical(np.result_type(dtype, np.float64))
    if rcond is None:
        rcond = float(np.finfo(dtype).eps) * max(a.shape)
    if not rcond >= 0:
        rcond = np.finfo(dtype).eps / 2  # what LAPACK takes for its machine precision
    x, residuals, rank, s = _lstsq(a._value(), b._value(), float(rcond), dtype.name)
    if isinstance(rank, Tracer):
        check(~jnp.all(jnp.isfinite(s)), np.linalg.LinAlgError("SVD did not converge in Linear Least Squares"))
        return _traced_fit(a, x, residuals, rank, s)
    rank = int(rank)
    if rank != a.shape[1] or a.shape[0] <= a.shape[1]:
        residuals = jnp.zeros((0,), residuals.dtype)
    return core.array_of_device(x), core.array_of_device(residuals), np.int32(rank), core.of_device(s)


def _traced_fit(a, x, residuals, rank, s):
    """The results of `lstsq` where the rank is known only at run time, and with it whether there are residuals."""
    count = jnp.where((rank == a.shape[1]) & (a.shape[0] > a.shape[1]), residuals.shape[0], 0)
    residuals = core.array_of_device(residuals)
    if a.shape[0] <= a.shape[1]:
        left = residuals[:0]
    else:
        left = Ragged(residuals, (Extent(0, traced_number.of_value(count, int)),))
    return core.array_of_device(x), left, core.of_device(rank.astype(jnp.int32)), core.of_device(s)


@functools.partial(jax.jit, static_argnums=3)
def _lstsq(a, b, rcond, dtype):
    # in double precision where there is one: LAPACK's solver is more accurate than
    # the singular values alone
    wide = jnp.promote_types(dtype, canonical(np.dtype(np.float64)))
    a, b = a.astype(wide), b.astype(wide)
    columns = b[:, None] if b.ndim == 1 else b
    u, s, vh = jnp.linalg.svd(a, full_matrices=False)
    keep = s > rcond * s[0]
    inverse = jnp.where(keep, 1 / jnp.where(keep, s, 1), 0).astype(wide)
    uh_b = jnp.matmul(u.conj().T, columns, precision=HIGHEST)
    x = jnp.matmul(vh.conj().T, inverse[:, None] * uh_b, precision=HIGHEST)
    off = columns - jnp.matmul(a, x, precision=HIGHEST)
    residuals = jnp.sum(off.real**2 + off.imag**2 if jnp.iscomplexobj(off) else off * off, axis=0)
    real = jnp.zeros((), dtype).real.dtype
    x = (x[:, 0] if b.ndim == 1 else x).astype(dtype)
    return x, residuals.astype(real), jnp.sum(keep), s.astype(real)


# np.linalg.cond calls the ufunc below np.linalg.inv
KERNELS[np.linalg._umath_linalg.inv] = _inv


# -- products


def _product(function, arrays=("a", "b"), twin=None):
    register(
        "jax",
        function,
        Rule(ByName(function, Policy(arrays=arrays, twin=twin)), "native", "jax.numpy", writes_out=True),
    )


def _of_bools(product):
    def call(a, b, **kwargs):
        if a.dtype == bool:
            return product(a.astype(jnp.int32), b.astype(jnp.int32), **kwargs) != 0
        return product(a, b, **kwargs)

    return call


class Dot(ByName):
    """``np.dot``, whose `out` must be exactly what it would have returned."""

    def run(self, bound, static, out):
        result = super().run(bound, static, None)
        if out is None:
            return result
        right = out.dtype == result.dtype and out.shape == result.shape and out.flags.c_contiguous
        if not right:
            raise ValueError(
                "output array is not acceptable (must have the right datatype, number of dimensions, and be a C-Array)"
            )
        out[...] = result
        return out

    def numpys_answer(self, args, kwargs, error):
        if "output array" in str(error):
            raise error
        return super().numpys_answer(args, kwargs, error)


_dot_policy = Policy(arrays=("a", "b"), twin=_of_bools(functools.partial(jnp.dot, precision=HIGHEST)))
register("jax", np.dot, Rule(Dot(np.dot, _dot_policy), "native", "jax.numpy", writes_out=True))
_product(np.inner, twin=_of_bools(functools.partial(jnp.inner, precision=HIGHEST)))
_product(np.vdot, twin=_of_bools(lambda a, b: jnp.vdot(a, b, precision=HIGHEST)))
