"""Each step of a program, as plain loops, gives what XLA gives."""

from __future__ import annotations

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.program import build, reference

_R = np.random.default_rng(0)
X, Y = _R.random((5, 7)), _R.random((7, 5))
Z = _R.random(20) + 1j * _R.random(20)
I = _R.integers(-5, 5, (6,))  # noqa: E741
ODD = np.array([0.0, -0.0, 1.0, -2.5, 1e300, np.inf, -np.inf, np.nan])
ENDS = np.array([np.iinfo(int).min, -7, -1, 0, 1, 7, np.iinfo(int).max])

STEPS = {
    "sort": (jnp.sort, X),
    "argsort": (lambda x: jnp.argsort(x, 0), X),
    "lexsort": (lambda x: jnp.lexsort((x[0], x[1])), X),
    "fft": (jnp.fft.fft, Z),
    "rfft": (jnp.fft.rfft, X),
    "irfft": (jnp.fft.irfft, Z),
    "cholesky": (lambda x: jnp.linalg.cholesky(x @ x.T + jnp.eye(5)), X),
    "inv": (lambda x: jnp.linalg.inv(x[:, :5]), X),
    "eigh": (lambda x: jnp.linalg.eigh(x @ x.T), X),
    "solve": (lambda x: jnp.linalg.solve(x @ x.T, x[:, 0]), X),
    "svd": (lambda x: jnp.linalg.svd(x)[1], X),
    "det": (lambda x: jnp.linalg.det(x @ x.T), X),
    "whole powers": (lambda x: jnp.stack([jnp.power(x, float(n)) for n in (3, 4, -2, -3)]), ODD),
    "complex": (lambda z: z * z + 1 / z - jnp.conj(z), Z),
    "absolute": (jnp.abs, Z),
    "complex exp": (jnp.exp, Z),
    "angle": (jnp.angle, Z),
    "complex power": (lambda z: z**2, Z),
    "complex sum": (lambda z: z.sum() * z.prod(), Z),
    "take": (lambda x: x[I], X),
    "add at": (lambda x: x.at[I].add(1.0), X),
    "set at": (lambda x: x.at[I[0], 2].set(5.0), X),
    "max at": (lambda x: x.at[I].max(0.5), X),
    "cumsum": (lambda x: jnp.cumsum(x, 0), X),
    "cumsum along": (lambda x: jnp.cumsum(x, 1), X),
    "cummax": (lambda x: jax.lax.cummax(x, axis=1, reverse=True), X),
    "cumprod": (lambda x: jnp.cumprod(x[::-1]), X),
    "matmul": (jnp.matmul, X, Y),
    "large matmul": (lambda x: jnp.tile(x, (6, 6)) @ jnp.tile(x, (6, 6)).T, X),
    "einsum": (lambda x: jnp.einsum("ij,kj->ik", x, x) + jnp.einsum("ij,ij->i", x, x)[:, None], X),
    "tensordot": (lambda x: jnp.tensordot(x, x, ((0, 1), (0, 1))), X),
    "stacked": (lambda x, y: x[None] @ jnp.ones((3, 7, 2)), X, Y),
    "vmap of dot": (jax.vmap(lambda r: r @ r), X),
    "integer matmul": (lambda i: i[:, None] @ i[None], I),
    "concatenate": (lambda x: jnp.concatenate([x, x * 2], 0), X),
    "stack": (lambda x: jnp.stack([x, x], 2), X),
    "pad": (lambda x: jnp.pad(x, ((1, 2), (0, 3))), X),
    "crop": (lambda x: jax.lax.pad(x, 0.0, ((-1, 2, 0), (1, -2, 0))), X),
    "spread": (lambda x: jax.lax.pad(x, 0.0, ((0, 0, 1), (0, 0, 2))), X),
    "roll": (lambda x: jnp.roll(x, 2, 1), X),
    "tile": (lambda x: jnp.tile(x, (2, 3)), X),
    "repeat": (lambda x: jnp.repeat(x, 3, 1), X),
    "kron": (lambda x: jnp.kron(x, x), X),
    "views": (lambda x: x.reshape(7, 5)[::-1, ::2].T, X),
    "flat": (lambda x: (x + 1).reshape(-1)[3:9], X),
    "tril": (jnp.tril, X),
    "split": (lambda x: jnp.split(x, [2, 3], 1), X),
    "broadcast": (lambda x: x + x[:, :1], X),
    "one": (lambda x, y: x * y[:1, :1], X, Y),
    "var": (lambda x: jnp.var(x, axis=0), X),
    "mean": (lambda x: jnp.mean(x, axis=1), X),
    "long sum": (lambda x: jnp.tile(x.ravel(), 99).sum(), X),
    "max": (lambda x: x.max(), X),
    "prod": (jnp.prod, X),
    "any": (lambda x: jnp.any(x > 0.9, axis=1), X),
    "count": (lambda x: (x > 0.5).sum(0), X),
    "max of NaN": (lambda o: (o.max(), o.min(), jnp.nanmax(o)), ODD),
    "largest of many": (lambda x: jnp.tile(x.ravel(), 200).max(), X),
    "argmax": (lambda x: jnp.argmax(x, axis=0), X),
    "argmin": (jnp.argmin, X),
    "argmax of NaN": (jnp.argmax, ODD),
    "sign": (lambda o: (jnp.sign(o), jnp.maximum(o, 0), jnp.minimum(o, 1), o == o, jnp.isfinite(o)), ODD),
    "rounding": (lambda o: (jnp.round(o), jnp.floor(o), jnp.ceil(o), jnp.trunc(o)), ODD),
    "to integers": (lambda o: (o.astype(jnp.int32), o.astype(jnp.int64), o.astype(jnp.uint8), o.astype(bool)), ODD),
    "quotients": (lambda e: (e // 3, e % 3, e // -1, e % -1, jax.lax.div(e, 0 * e), jax.lax.rem(e, 0 * e)), ENDS),
    "shifts": (lambda e: (e << 2, e >> 3, e << 70, e >> 70, jax.lax.shift_right_logical(e, 0 * e + 3)), ENDS),
    "integers": (lambda e: (e + e, e * e, -e, abs(e), jnp.sign(e), e & 5, e | 5, e ^ 5, ~e, e.astype(jnp.int8)), ENDS),
    "unsigned": (lambda e: (e.astype(jnp.uint32) // 3, e.astype(jnp.uint64) > 3, e.astype(jnp.uint8) >> 1), ENDS),
    "float32": (lambda x: (jnp.sin(x.astype(jnp.float32)) / 3, x.astype(jnp.float32).sum()), X),
    "power": (lambda x: x**2.5 + x**3 + x**-1.0, X),
    "elementary": (lambda x: jnp.tanh(x) + jnp.arctan2(x, x + 1) + jnp.log1p(x) + jnp.cbrt(x) + jnp.expm1(x), X),
    "elementary of few": (lambda x: jnp.exp(x[:2, :2]) + jnp.hypot(x[:2, :2], 1), X),
    "choice": (lambda x: jnp.select([x < 0.3, x < 0.6], [x, -x], 0.0), X),
    "interp": (lambda x: jnp.interp(x[0], jnp.sort(x[1]), x[2]), X),
    "searchsorted": (lambda x: jnp.searchsorted(jnp.sort(x[0]), x[1]), X),
    "histogram": (lambda x: jnp.histogram(x, bins=4)[0], X),
    "unique": (lambda x: jnp.unique(x, size=4), X),
    "median": (jnp.median, X),
    "convolve": (lambda x: jnp.convolve(x[0], x[1]), X),
    "bincount": (lambda i: jnp.bincount(i + 5, length=12), I),
    "outer": (lambda x: jnp.outer(x[0], x[1]), X),
    "while": (lambda x: jax.lax.while_loop(lambda c: c[0].sum() < 90, lambda c: (c[0] * 1.5, c[1] + 1), (x, 0)), X),
    "scan": (lambda x: jax.lax.scan(lambda c, r: (c + r, c * r), jnp.zeros(7), x), X),
    "scan back": (lambda x: jax.lax.scan(lambda c, r: (c + r, c), 0 * x[0], x, reverse=True), X),
    "switch": (lambda i: jax.lax.switch(i[0], [lambda: 1.0, lambda: 2.0, lambda: 3.0]), I),
    "nothing": (lambda x: (x[:0].sum(), x[:0] * 2), X),
}


@pytest.mark.parametrize("name", STEPS)
def test_step(name):
    function, *inputs = STEPS[name]
    with jax.enable_x64(True):
        compiled = Compiled(jax.make_jaxpr(function)(*inputs))
        wanted = jax.tree.leaves(jax.jit(function)(*inputs))
    for _ in range(2):
        found = compiled(*inputs)
        for ours, theirs in zip(found, wanted, strict=True):
            theirs = np.asarray(theirs)
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
            np.testing.assert_allclose(ours, theirs, rtol=1e-6 if ours.dtype == np.float32 else 1e-12, atol=1e-14)


def test_elementary_functions_of_rows_are_numpys_own():
    x = np.random.default_rng(1).random((3, 700)) * 20 - 10
    with jax.enable_x64(True):
        compiled = Compiled(jax.make_jaxpr(lambda x: (jnp.exp(x), jnp.sin(x), jnp.tanh(x)))(x))
    for ours, theirs in zip(compiled(x), (np.exp(x), np.sin(x), np.tanh(x)), strict=True):
        assert np.array_equal(ours, theirs)


PARTS = [0.0, -0.0, 1.5, np.inf, -np.inf, np.nan]


def of_known_numbers(function):
    """What plain loops give for a function without arguments, and what the reference gives."""
    with jax.enable_x64(True), warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)  # JAX's own, as it traces
        closed = jax.make_jaxpr(function)()
    return Compiled(closed)(), reference.run(build.program(closed), [])


def assert_same_numbers(found, wanted):
    """The same numbers, with the signs of zeros."""
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    ours, theirs = (np.atleast_1d(x).astype(complex).view(float) for x in (found, wanted))
    np.testing.assert_array_equal(ours, theirs)
    known = ~np.isnan(theirs)  # the sign of a NaN says nothing
    np.testing.assert_array_equal(np.signbit(ours)[known], np.signbit(theirs)[known])


@pytest.mark.parametrize("imag", PARTS)
@pytest.mark.parametrize("real", PARTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_known_complex_numbers_with_infinite_parts(dtype, real, imag):
    wanted = np.array(complex(real, imag), np.result_type(dtype, np.complex64))
    for found in of_known_numbers(lambda: [jax.lax.complex(dtype(real), dtype(imag))]):
        assert_same_numbers(found[0], wanted)


@pytest.mark.parametrize("imag", PARTS)
@pytest.mark.parametrize("real", PARTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.bool_, np.complex64])
def test_real_part_of_a_known_number(dtype, real, imag):
    number = np.complex128(complex(real, imag))
    wanted = np.asarray(number if dtype in (np.bool_, np.complex64) else number.real).astype(dtype)
    for found in of_known_numbers(lambda: [jax.lax.convert_element_type(jax.lax.complex(real, imag), dtype)]):
        assert_same_numbers(found[0], wanted)


@pytest.mark.parametrize("imag", PARTS)
def test_integer_of_a_known_complex_number(imag):
    for found in of_known_numbers(lambda: [jax.lax.convert_element_type(jax.lax.complex(-2.5, imag), int)]):
        assert_same_numbers(found[0], np.array(-2))


def test_what_a_function_of_the_host_raises_is_raised_by_the_call(monkeypatch):
    from npbridge._src.program import hosted

    def fails(params, *arrays):
        raise ZeroDivisionError("on the host")

    monkeypatch.setitem(hosted.FORMS, "sort", fails)
    with jax.enable_x64(True):
        compiled = Compiled(jax.make_jaxpr(jnp.sort)(np.ones(100)))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="on the host"):
            compiled(np.ones(100))
