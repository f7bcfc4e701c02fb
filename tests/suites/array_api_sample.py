"""The Array API standard of 2024.12: its names, its signatures, and a call of each.

The expectation of each call is what ``array_api_compat.numpy`` gives, NumPy made
to conform.  Printed is what is missing or differs; the exit status says whether
that is nothing.

    python -m tests.suites.array_api_sample [--backend jax|numpy]
"""

from __future__ import annotations

import argparse
import inspect
import sys
import warnings

import array_api_compat
import array_api_compat.numpy as reference
import numpy as np

import npbridge

VERSION = "2024.12"

# Every function of the standard, as the standard writes it.
SIGNATURES = """
abs(x, /); acos(x, /); acosh(x, /); add(x1, x2, /); asin(x, /); asinh(x, /); atan(x, /); atan2(x1, x2, /)
atanh(x, /); bitwise_and(x1, x2, /); bitwise_left_shift(x1, x2, /); bitwise_invert(x, /); bitwise_or(x1, x2, /)
bitwise_right_shift(x1, x2, /); bitwise_xor(x1, x2, /); ceil(x, /); clip(x, /, min, max); conj(x, /)
copysign(x1, x2, /); cos(x, /); cosh(x, /); divide(x1, x2, /); equal(x1, x2, /); exp(x, /); expm1(x, /); floor(x, /)
floor_divide(x1, x2, /); greater(x1, x2, /); greater_equal(x1, x2, /); hypot(x1, x2, /); imag(x, /); isfinite(x, /)
isinf(x, /); isnan(x, /); less(x1, x2, /); less_equal(x1, x2, /); log(x, /); log1p(x, /); log2(x, /); log10(x, /)
logaddexp(x1, x2, /); logical_and(x1, x2, /); logical_not(x, /); logical_or(x1, x2, /); logical_xor(x1, x2, /)
maximum(x1, x2, /); minimum(x1, x2, /); multiply(x1, x2, /); negative(x, /); nextafter(x1, x2, /)
not_equal(x1, x2, /); positive(x, /); pow(x1, x2, /); real(x, /); reciprocal(x, /); remainder(x1, x2, /); round(x, /)
sign(x, /); signbit(x, /); sin(x, /); sinh(x, /); square(x, /); sqrt(x, /); subtract(x1, x2, /); tan(x, /)
tanh(x, /); trunc(x, /)
arange(start, /, stop, step, *, dtype, device); asarray(obj, /, *, dtype, device, copy); empty(shape, *, dtype, device)
empty_like(x, /, *, dtype, device); eye(n_rows, n_cols, /, *, k, dtype, device); from_dlpack(x, /, *, device, copy)
full(shape, fill_value, *, dtype, device); full_like(x, /, fill_value, *, dtype, device)
linspace(start, stop, /, num, *, dtype, device, endpoint); meshgrid(*arrays, indexing); ones(shape, *, dtype, device)
ones_like(x, /, *, dtype, device); tril(x, /, *, k); triu(x, /, *, k); zeros(shape, *, dtype, device)
zeros_like(x, /, *, dtype, device)
astype(x, dtype, /, *, copy, device); broadcast_arrays(*arrays); broadcast_to(x, /, shape); can_cast(from_, to, /)
finfo(type, /); iinfo(type, /); isdtype(dtype, kind); result_type(*arrays_and_dtypes)
take(x, indices, /, *, axis); take_along_axis(x, indices, /, *, axis)
matmul(x1, x2, /); matrix_transpose(x, /); tensordot(x1, x2, /, *, axes); vecdot(x1, x2, /, *, axis)
concat(arrays, /, *, axis); expand_dims(x, /, *, axis); flip(x, /, *, axis); moveaxis(x, source, destination, /)
permute_dims(x, /, axes); repeat(x, repeats, /, *, axis); reshape(x, /, shape, *, copy); roll(x, /, shift, *, axis)
squeeze(x, /, axis); stack(arrays, /, *, axis); tile(x, repetitions, /); unstack(x, /, *, axis)
argmax(x, /, *, axis, keepdims); argmin(x, /, *, axis, keepdims); count_nonzero(x, /, *, axis, keepdims); nonzero(x, /)
searchsorted(x1, x2, /, *, side, sorter); where(condition, x1, x2, /)
unique_all(x, /); unique_counts(x, /); unique_inverse(x, /); unique_values(x, /)
argsort(x, /, *, axis, descending, stable); sort(x, /, *, axis, descending, stable)
cumulative_prod(x, /, *, axis, dtype, include_initial); cumulative_sum(x, /, *, axis, dtype, include_initial)
max(x, /, *, axis, keepdims); mean(x, /, *, axis, keepdims); min(x, /, *, axis, keepdims)
prod(x, /, *, axis, dtype, keepdims); std(x, /, *, axis, correction, keepdims); sum(x, /, *, axis, dtype, keepdims)
var(x, /, *, axis, correction, keepdims)
all(x, /, *, axis, keepdims); any(x, /, *, axis, keepdims); diff(x, /, *, axis, n, prepend, append)
linalg.cholesky(x, /, *, upper); linalg.cross(x1, x2, /, *, axis); linalg.det(x, /); linalg.diagonal(x, /, *, offset)
linalg.eigh(x, /); linalg.eigvalsh(x, /); linalg.inv(x, /); linalg.matmul(x1, x2, /)
linalg.matrix_norm(x, /, *, keepdims, ord); linalg.matrix_power(x, n, /); linalg.matrix_rank(x, /, *, rtol)
linalg.matrix_transpose(x, /); linalg.outer(x1, x2, /); linalg.pinv(x, /, *, rtol); linalg.qr(x, /, *, mode)
linalg.slogdet(x, /); linalg.solve(x1, x2, /); linalg.svd(x, /, *, full_matrices); linalg.svdvals(x, /)
linalg.tensordot(x1, x2, /, *, axes); linalg.trace(x, /, *, offset, dtype); linalg.vecdot(x1, x2, /, *, axis)
linalg.vector_norm(x, /, *, axis, keepdims, ord)
fft.fft(x, /, *, n, axis, norm); fft.ifft(x, /, *, n, axis, norm); fft.fftn(x, /, *, s, axes, norm)
fft.ifftn(x, /, *, s, axes, norm); fft.rfft(x, /, *, n, axis, norm); fft.irfft(x, /, *, n, axis, norm)
fft.rfftn(x, /, *, s, axes, norm); fft.irfftn(x, /, *, s, axes, norm); fft.hfft(x, /, *, n, axis, norm)
fft.ihfft(x, /, *, n, axis, norm); fft.fftfreq(n, /, *, d, dtype, device); fft.rfftfreq(n, /, *, d, dtype, device)
fft.fftshift(x, /, *, axes); fft.ifftshift(x, /, *, axes)
"""
OBJECTS = (
    *("e", "inf", "nan", "newaxis", "pi", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    *("uint64", "float32", "float64", "complex64", "complex128", "__array_api_version__", "__array_namespace_info__"),
)
METHODS = (
    *("__abs__", "__add__", "__and__", "__array_namespace__", "__bool__", "__complex__", "__dlpack__", "__eq__"),
    *("__dlpack_device__", "__float__", "__floordiv__", "__ge__", "__getitem__", "__gt__", "__index__", "__int__"),
    *("__invert__", "__le__", "__lshift__", "__lt__", "__matmul__", "__mod__", "__mul__", "__ne__", "__neg__"),
    *("__or__", "__pos__", "__pow__", "__rshift__", "__setitem__", "__sub__", "__truediv__", "__xor__", "to_device"),
    *("dtype", "device", "mT", "ndim", "shape", "size", "T"),
    *(f"__{p}{n}__" for p in "ir" for n in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")),
    *(f"__{p}{n}__" for p in "ir" for n in ("and", "or", "xor", "lshift", "rshift")),
)

F = [[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]]
S = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]
I = [[3, 1, 2], [0, 5, 1]]  # noqa: E741

# Calls on every dtype that a function takes are the job of the conformance suite;
# here each function is called as its signature says it can be.
CALLS = {
    "clip": lambda xp, x: xp.clip(x, min=0, max=1),
    "arange": lambda xp, x: (xp.arange(3), xp.arange(1, 7, 2, dtype=xp.float32), xp.arange(1.0, stop=2.0, step=0.5)),
    "asarray": lambda xp, x: (xp.asarray([1, 2]), xp.asarray(x, dtype=xp.float32), xp.asarray(x, copy=True)),
    "eye": lambda xp, x: xp.eye(2, 3, k=1, dtype=xp.int8),
    "full": lambda xp, x: (xp.full((2,), 7), xp.full((), True), xp.full(3, 1.5)),
    "full_like": lambda xp, x: xp.full_like(x, 2, dtype=xp.int16),
    "linspace": lambda xp, x: (xp.linspace(0, 1, 5), xp.linspace(0, 1, num=4, endpoint=False, dtype=xp.float32)),
    "meshgrid": lambda xp, x: tuple(xp.meshgrid(x[0, :], x[1, :], indexing="ij")),
    "ones": lambda xp, x: xp.ones((2, 2), dtype=xp.uint8),
    "zeros": lambda xp, x: xp.zeros(3),
    "empty": lambda xp, x: xp.empty((2, 0)),
    "empty_like": lambda xp, x: xp.empty_like(x[:, :0]),
    "ones_like": lambda xp, x: xp.ones_like(x, dtype=xp.int32),
    "zeros_like": lambda xp, x: xp.zeros_like(x),
    "tril": lambda xp, x: xp.tril(x, k=-1),
    "triu": lambda xp, x: xp.triu(x, k=1),
    "from_dlpack": lambda xp, x: xp.from_dlpack(x),
    "astype": lambda xp, x: (xp.astype(x, xp.int16), xp.astype(x, x.dtype, copy=False)),
    "broadcast_arrays": lambda xp, x: tuple(xp.broadcast_arrays(x, x[0, :])),
    "broadcast_to": lambda xp, x: xp.broadcast_to(x, (2, 2, 3)),
    "can_cast": lambda xp, x: (xp.can_cast(xp.int8, xp.int16), xp.can_cast(x, xp.float32)),
    "finfo": lambda xp, x: (xp.finfo(xp.float32).bits, float(xp.finfo(x.dtype).eps)),
    "iinfo": lambda xp, x: (xp.iinfo(xp.int8).max, xp.iinfo(xp.uint16).min),
    "isdtype": lambda xp, x: (xp.isdtype(x.dtype, "real floating"), xp.isdtype(xp.int8, ("integral", xp.bool))),
    "result_type": lambda xp, x: (xp.result_type(xp.int8, xp.uint8) == xp.int16, xp.result_type(x, 1) == x.dtype),
    "take": lambda xp, x: xp.take(x, xp.asarray([1, 0]), axis=1),
    "take_along_axis": lambda xp, x: xp.take_along_axis(x, xp.asarray([[0], [1]]), axis=1),
    "tensordot": lambda xp, x: (xp.tensordot(x, x, axes=2), xp.tensordot(x, x, axes=((0,), (0,)))),
    "vecdot": lambda xp, x: (xp.vecdot(x, x), xp.vecdot(x, x, axis=0)),
    "matmul": lambda xp, x: xp.matmul(x, x.mT),
    "matrix_transpose": lambda xp, x: xp.matrix_transpose(x),
    "concat": lambda xp, x: (xp.concat([x, x]), xp.concat((x, x), axis=1), xp.concat([x, x], axis=None)),
    "expand_dims": lambda xp, x: xp.expand_dims(x, axis=1),
    "flip": lambda xp, x: (xp.flip(x), xp.flip(x, axis=1)),
    "moveaxis": lambda xp, x: xp.moveaxis(x, 0, -1),
    "permute_dims": lambda xp, x: xp.permute_dims(x, axes=(1, 0)),
    "repeat": lambda xp, x: (xp.repeat(x, 2), xp.repeat(x, xp.asarray([1, 2]), axis=0)),
    "reshape": lambda xp, x: (xp.reshape(x, (3, -1)), xp.reshape(x, shape=(6,), copy=True)),
    "roll": lambda xp, x: (xp.roll(x, 1), xp.roll(x, shift=(1, 2), axis=(0, 1))),
    "squeeze": lambda xp, x: xp.squeeze(x[None, ...], axis=0),
    "stack": lambda xp, x: (xp.stack([x, x]), xp.stack([x, x], axis=-1)),
    "tile": lambda xp, x: xp.tile(x, (2, 1)),
    "unstack": lambda xp, x: tuple(xp.unstack(x, axis=1)),
    "searchsorted": lambda xp, x: xp.searchsorted(xp.sort(x[0, :]), x[1, :], side="right"),
    "where": lambda xp, x: (xp.where(x > 0, x, -x), xp.where(x > 0, x, 0)),
    "nonzero": lambda xp, x: tuple(xp.nonzero(x > 0)),
    "unique_all": lambda xp, x: tuple(xp.unique_all(x)),
    "unique_counts": lambda xp, x: tuple(xp.unique_counts(x)),
    "unique_inverse": lambda xp, x: tuple(xp.unique_inverse(x)),
    "argsort": lambda xp, x: (xp.argsort(x), xp.argsort(x, axis=0, descending=True, stable=True)),
    "sort": lambda xp, x: (xp.sort(x), xp.sort(x, axis=0, descending=True, stable=False)),
    "cumulative_sum": lambda xp, x: xp.cumulative_sum(x, axis=1, include_initial=True),
    "cumulative_prod": lambda xp, x: xp.cumulative_prod(x, axis=0, dtype=xp.float32),
    "std": lambda xp, x: (xp.std(x), xp.std(x, axis=0, correction=1, keepdims=True)),
    "var": lambda xp, x: (xp.var(x), xp.var(x, axis=(0, 1), correction=0.5)),
    "diff": lambda xp, x: (xp.diff(x), xp.diff(x, axis=0, n=1, prepend=x[:1, :])),
    "linalg.cholesky": lambda xp, x: xp.linalg.cholesky(spd(xp), upper=True),
    "linalg.cross": lambda xp, x: xp.linalg.cross(x, x[::-1, :], axis=-1),
    "linalg.det": lambda xp, x: xp.linalg.det(spd(xp)),
    "linalg.diagonal": lambda xp, x: xp.linalg.diagonal(x, offset=1),
    "linalg.eigh": lambda xp, x: xp.linalg.eigh(spd(xp)).eigenvalues,
    "linalg.eigvalsh": lambda xp, x: xp.linalg.eigvalsh(spd(xp)),
    "linalg.inv": lambda xp, x: xp.linalg.inv(spd(xp)),
    "linalg.matmul": lambda xp, x: xp.linalg.matmul(x, x.mT),
    "linalg.matrix_norm": lambda xp, x: (xp.linalg.matrix_norm(x), xp.linalg.matrix_norm(x, ord="nuc", keepdims=True)),
    "linalg.matrix_power": lambda xp, x: xp.linalg.matrix_power(spd(xp), -2),
    "linalg.matrix_rank": lambda xp, x: xp.linalg.matrix_rank(x, rtol=1e-3),
    "linalg.matrix_transpose": lambda xp, x: xp.linalg.matrix_transpose(x),
    "linalg.outer": lambda xp, x: xp.linalg.outer(x[0, :], x[1, :]),
    "linalg.pinv": lambda xp, x: xp.linalg.pinv(x, rtol=1e-9),
    "linalg.qr": lambda xp, x: xp.abs(xp.linalg.qr(x, mode="complete").R),
    "linalg.slogdet": lambda xp, x: tuple(xp.linalg.slogdet(spd(xp))),
    "linalg.solve": lambda xp, x: xp.linalg.solve(spd(xp), x.mT),
    "linalg.svd": lambda xp, x: xp.linalg.svd(x, full_matrices=False).S,
    "linalg.svdvals": lambda xp, x: xp.linalg.svdvals(x),
    "linalg.tensordot": lambda xp, x: xp.linalg.tensordot(x, x, axes=2),
    "linalg.trace": lambda xp, x: xp.linalg.trace(x, offset=1, dtype=xp.float32),
    "linalg.vecdot": lambda xp, x: xp.linalg.vecdot(x, x, axis=0),
    "linalg.vector_norm": lambda xp, x: (xp.linalg.vector_norm(x), xp.linalg.vector_norm(x, axis=0, ord=1)),
    "fft.fftfreq": lambda xp, x: xp.fft.fftfreq(5, d=0.5, dtype=xp.float32),
    "fft.rfftfreq": lambda xp, x: xp.fft.rfftfreq(6),
}
INTEGERS = ("bitwise_and", "bitwise_left_shift", "bitwise_invert", "bitwise_or", "bitwise_right_shift", "bitwise_xor")
REDUCTIONS = ("all", "any", "argmax", "argmin", "count_nonzero", "max", "mean", "min", "prod", "sum")


def spd(xp):
    return xp.asarray(S)


def signatures() -> dict[str, list[str]]:
    """Name to parameters; ``/`` and ``*`` are kept."""
    found = {}
    for text in SIGNATURES.replace("\n", ";").split(";"):
        if text.strip():
            name, _, parameters = text.strip().rstrip(")").partition("(")
            found[name] = [p.strip() for p in parameters.split(",")]
    return found


def lookup(xp, name: str):
    for part in name.split("."):
        xp = getattr(xp, part)
    return xp


def call(xp, name: str, parameters: list[str]):
    """The call of `name` on namespace `xp`."""
    if name in INTEGERS:
        x = xp.asarray(I)
        return lookup(xp, name)(*([x, x % 3] if "x2" in parameters else [x]))
    if name.startswith("logical"):
        x = xp.asarray(F) > 0
        return lookup(xp, name)(*([x, ~x] if "x2" in parameters else [x]))
    x = xp.asarray(F)
    if name in ("acos", "asin", "atanh", "log", "log2", "log10", "log1p", "sqrt", "acosh", "reciprocal"):
        x = xp.abs(x) / 4 + (1 if name == "acosh" else 0)
    if name in ("real", "imag", "conj"):
        x = x + 2j * x
    if name in CALLS:
        return CALLS[name](xp, x)
    if name in REDUCTIONS:
        return lookup(xp, name)(x), lookup(xp, name)(x, axis=1, keepdims=True)
    if "x2" in parameters:
        return lookup(xp, name)(x, x[::-1, :] + 0.25), lookup(xp, name)(x, 2.0)
    return lookup(xp, name)(x)


def difference(expected, got) -> str:
    if isinstance(expected, tuple):
        if not isinstance(got, tuple) or len(got) != len(expected):
            return f"{type(got).__name__} instead of a tuple of {len(expected)}"
        return next(filter(None, map(difference, expected, got)), "")
    if not isinstance(expected, (np.ndarray, np.generic)):
        return "" if got == expected else f"{got!r} instead of {expected!r}"
    if not isinstance(got, npbridge.JaxArray):
        return f"a {type(got).__name__}"
    if got.dtype != expected.dtype or got.shape != expected.shape:
        return f"{got.dtype}{got.shape} instead of {expected.dtype}{expected.shape}"
    precise = 1e-5 if expected.dtype.itemsize <= 4 or expected.dtype == np.complex64 else 1e-12
    close = np.allclose(np.asarray(got), expected, rtol=precise, atol=precise, equal_nan=True)
    return "" if close else f"{got!r} instead of {expected!r}"


def signature_problem(name: str, parameters: list[str]) -> str:
    """What of the standard's parameters cannot be passed as the standard says."""
    function = lookup(npbridge, name)
    try:
        has = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ""  # ufuncs have none; the call below tells
    kinds = [p.kind for p in has.values()]
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return ""
    first = parameters.index("/") if "/" in parameters else 0
    wanted = [p for p in parameters[first:] if p.isidentifier()]
    by_keyword = [n for n, p in has.items() if p.kind is not inspect.Parameter.POSITIONAL_ONLY]
    missing = [p for p in wanted if p not in by_keyword and not any(q.startswith("*") for q in parameters[:first])]
    return f"no parameter {', '.join(missing)}" if missing else ""


def problems() -> list[str]:
    found = []
    if npbridge.__array_api_version__ != VERSION:
        found.append(f"__array_api_version__ is {npbridge.__array_api_version__}")
    if array_api_compat.array_namespace(npbridge.zeros(1)) is not npbridge:
        found.append("array_api_compat does not take npbridge for the namespace of its arrays")
    found += [f"{name}: missing" for name in OBJECTS if not hasattr(npbridge, name)]
    found += [f"array.{name}: missing" for name in METHODS if not hasattr(npbridge.JaxArray, name)]
    for name, parameters in signatures().items():
        try:
            text = signature_problem(name, parameters)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                text = text or difference(call(reference, name, parameters), call(npbridge, name, parameters))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        if text:
            found.append(f"{name}: {text}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=("jax", "numpy"), action="append")
    failed = 0
    npbridge.enable_x64()
    total = len(signatures()) + len(OBJECTS) + len(METHODS)
    for backend in parser.parse_args().backend or ("numpy", "jax"):
        npbridge.use_backend(backend)
        found = problems()
        failed += len(found)
        print("".join(f"  {line}\n" for line in found) + f"{backend}: {total - len(found)} passed, {len(found)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
