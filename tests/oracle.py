"""NumPy is the oracle: run a program on NumPy and on ours, compare everything.

A *program* is a function of arrays.  It is called once with ndarrays and once
with our arrays of the same values; what comes out, what it did to its arguments,
what aliases what, and what it raised must agree.
"""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

import npbridge
from npbridge._src.array import core
from npbridge._src.backends.jax import small
from npbridge._src.dispatch import backend as backends
from npbridge._src.ground.errors import FallbackWarning, PrecisionWarning, UnsupportedDtypeError
from npbridge._src.storage.buffer import canonical

# The sizes and prices by which a buffer decides where to compute; with zeros it
# stays on the device, whatever its size.
LIMITS = ("SMALL", "BYTES_PER_UPDATE", "BYTES_PER_COMPILATION")
NARROW = {"f": np.float32, "c": np.complex64, "i": np.int32, "u": np.uint32}


@dataclass(frozen=True)
class Variant:
    """One way to run our side.

    Attributes
    ----------
    backend : {"jax", "numpy", None}
        None runs NumPy in our place, which keeps the tests honest.
    x64 : bool
        Whether JAX is set to 64 bits.
    place : {"host", "kernels", "device"}
        Where the values are before the program runs.  ``"kernels"`` takes away the
        rule that NumPy computes what is small, so that the kernels of large arrays
        run; ``"device"`` also the rule that small arrays move to the host.
    """

    name: str
    backend: str | None
    x64: bool
    place: str = "host"

    @property
    def narrows(self) -> bool:
        return self.backend == "jax" and not self.x64

    def give(self, value: Any) -> Any:
        """`value` for our side; `value` is an ndarray, a NumPy scalar, or a container of them."""
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            return type(value)(map(self.give, value))
        if isinstance(value, dict):
            return {k: self.give(v) for k, v in value.items()}
        if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.char not in core.STORED_KINDS:
            return copy.deepcopy(value)
        if self.backend is None:
            return np.array(value) if isinstance(value, np.ndarray) else value
        if isinstance(value, np.generic):
            return value
        if self.place == "device":
            return on_device(value)
        return npbridge.array(value)

    def kind(self, value: Any) -> type:
        """The class that our side must return where NumPy returned `value`."""
        stored = getattr(value, "dtype", None) is not None and value.dtype.char in core.STORED_KINDS
        if self.backend is None or not stored:
            return type(value)
        if isinstance(value, np.generic):
            return canonical(value.dtype).type if self.narrows else type(value)
        return core.JaxArray


def on_device(value: np.ndarray) -> core.JaxArray:
    """An array with the values and the memory order of `value`, on the device alone."""
    order = sorted(range(value.ndim), key=lambda i: -abs(value.strides[i]))
    whole = core.array_of_device(
        jax.numpy.asarray(np.ascontiguousarray(value.transpose(order)).reshape([value.shape[i] for i in order]))
    )
    return whole if order == sorted(order) else whole.transpose([int(i) for i in np.argsort(order)])


VARIANTS = [
    Variant("np", None, True),
    Variant("numpy-64", "numpy", True),
    Variant("numpy-32", "numpy", False),
    Variant("jax-64", "jax", True),
    Variant("jax-32", "jax", False),
    Variant("jax-64-device", "jax", True, "device"),
]
# what kernels compute of values on the host
KERNELS = [Variant("jax-64-kernels", "jax", True, "kernels"), Variant("jax-32-kernels", "jax", False, "kernels")]


class set_up:
    """Put npbridge and JAX into the state that a variant asks for, and back."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant

    def __enter__(self) -> Variant:
        self.x64 = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", self.variant.x64)
        self.default = backends._default  # inside of `with npbridge.backend(...)` another one is active
        npbridge.use_backend(self.variant.backend or "jax")
        self.limits = {}
        if self.variant.place == "device":
            for name, module in list(sys.modules.items()):
                if name.startswith("npbridge._src"):
                    self.limits[module] = {n: vars(module)[n] for n in LIMITS if n in vars(module)}
                    vars(module).update(dict.fromkeys(self.limits[module], 0))
        if self.variant.place in ("kernels", "device"):
            self.limits.setdefault(small, {})["FOR_NUMPY"] = small.FOR_NUMPY
            small.FOR_NUMPY = -1
        return self.variant

    def __exit__(self, *exc: object) -> None:
        for module, limits in self.limits.items():
            vars(module).update(limits)
        backends._default = self.default
        jax.config.update("jax_enable_x64", self.x64)


def narrowed(value: Any) -> Any:
    """`value` in the dtypes that JAX stores while x64 is off."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(map(narrowed, value))
    if isinstance(value, dict):
        return {k: narrowed(v) for k, v in value.items()}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in NARROW and value.dtype.itemsize >= 8:
        target = NARROW[value.dtype.kind]
        if value.dtype != np.complex64:
            return value.astype(target) if isinstance(value, np.ndarray) else target(value)
    return value


def outcome(program: Callable, inputs: list) -> tuple[Any, BaseException | None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        warnings.simplefilter("ignore", np.exceptions.RankWarning)
        warnings.simplefilter("ignore", FallbackWarning)
        warnings.simplefilter("ignore", PrecisionWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # NumPy says the same to both
        try:
            return program(*inputs), None
        except Exception as error:
            return None, error


def same_as_numpy(
    variant: Variant,
    program: Callable,
    *arrays: Any,
    ulps: float = 0,
    layout: bool = False,
    probe: bool = True,
    of_scalars: bool = False,
) -> Any:
    """Assert that `program` does on our arrays what it does on ndarrays.

    Parameters
    ----------
    variant : Variant
        How our side runs; the caller has set it up.
    program : callable
        Takes the arrays, returns anything: arrays, scalars, containers of them.
    *arrays
        ndarrays, NumPy scalars, or containers of them; other values are passed on.
    ulps : float
        How many units in the last place, of the largest magnitude in the result,
        floating-point values may be off.
    layout : bool
        Compare the strides of results too.
    probe : bool
        Write into each writable result and compare the inputs again, which
        shows what is a view of what.
    of_scalars : bool
        Some arrays in the result are made of scalars alone, and so are NumPy's.

    Returns
    -------
    object
        What our side returned.
    """
    if variant.narrows:
        arrays = tuple(narrowed(a) for a in arrays)
    theirs = [copy.deepcopy(a) for a in arrays]
    ours = [variant.give(a) for a in arrays]
    expected, error = outcome(program, theirs)
    got, failure = outcome(program, ours)
    if error is not None or failure is not None:
        compare_errors(error, failure)
    check = Check(variant, ulps, layout, of_scalars)
    check.same(expected, got, "result")
    check.inputs(theirs, ours)
    if probe and error is None:
        check.views(expected, got, theirs, ours)
    return got


def compare_errors(error: BaseException | None, failure: BaseException | None) -> None:
    if error is None:
        raise AssertionError(f"ours raised {failure!r}, NumPy did not") from failure
    if failure is None:
        raise AssertionError(f"NumPy raised {error!r}, ours did not")
    if isinstance(failure, UnsupportedDtypeError):
        return  # NumPy's error depends on the loops it has for objects and text
    public = next(c for c in type(error).__mro__ if c.__module__ in ("builtins", "numpy.exceptions", "numpy.linalg"))
    if not isinstance(failure, public):
        raise AssertionError(f"NumPy raised {error!r}, ours {failure!r}") from failure


class Check:
    """The comparison of two outcomes under one variant."""

    def __init__(self, variant: Variant, ulps: float, layout: bool, of_scalars: bool = False) -> None:
        self.variant = variant
        self.ulps = ulps
        self.layout = layout
        self.of_scalars = of_scalars

    def same(self, expected: Any, got: Any, where: str) -> None:
        if isinstance(expected, (np.ndarray, np.generic)):
            self.same_array(expected, got, where)
        elif isinstance(expected, (list, tuple)):
            assert type(got) is type(expected), f"{where}: {type(got)} instead of {type(expected)}"
            assert len(got) == len(expected), f"{where}: {len(got)} items instead of {len(expected)}"
            for i, (e, g) in enumerate(zip(expected, got, strict=True)):
                self.same(e, g, f"{where}[{i}]")
        elif isinstance(expected, dict):
            assert list(got) == list(expected), where
            for key in expected:
                self.same(expected[key], got[key], f"{where}[{key!r}]")
        elif isinstance(expected, (bool, int, str, bytes, slice, type, np.dtype, type(None))):
            assert type(got) is type(expected), f"{where}: {got!r} instead of {expected!r}"
            if self.variant.narrows and isinstance(expected, np.dtype) and got != expected:
                expected = canonical(expected)
            assert got == expected, f"{where}: {got!r} instead of {expected!r}"
        elif isinstance(expected, (float, complex)):
            assert type(got) is type(expected), f"{where}: {got!r} instead of {expected!r}"
            self.close(np.asarray(expected), np.asarray(got), where)
        else:
            assert type(got) is type(expected), f"{where}: {type(got)} instead of {type(expected)}"

    def same_array(self, expected: Any, got: Any, where: str) -> None:
        dtype = canonical(expected.dtype) if self.variant.narrows else expected.dtype
        kind = self.variant.kind(expected)
        if type(got) is not kind and (isinstance(expected, np.generic) or self.of_scalars):
            kind, dtype = type(expected), expected.dtype  # NumPy's, computed of scalars alone
        assert type(got) is kind, f"{where}: {type(got)} instead of {kind}: {got!r}"
        assert got.dtype == dtype, f"{where}: dtype {got.dtype} instead of {dtype}"
        assert got.shape == expected.shape, f"{where}: shape {got.shape} instead of {expected.shape}"
        self.close(np.asarray(expected), np.asarray(got), where)
        if isinstance(expected, np.ndarray) and not warns_on_write(expected):
            flag = expected.flags.writeable
            assert got.flags.writeable == flag, f"{where}: writeable {not flag} instead of {flag}"
            if self.layout and dtype == expected.dtype:
                assert got.strides == expected.strides, f"{where}: strides {got.strides}, not {expected.strides}"

    def close(self, expected: np.ndarray, got: np.ndarray, where: str) -> None:
        if expected.dtype != got.dtype:
            with np.errstate(all="ignore"):
                expected = expected.astype(got.dtype)
        if expected.dtype.kind not in "fc" or not self.ulps:
            np.testing.assert_array_equal(got, expected, err_msg=where)
            return
        real = np.finfo(got.dtype)
        finite = np.abs(expected[np.isfinite(expected)])
        largest = float(finite.max()) if finite.size else 0.0
        atol = self.ulps * float(real.eps) * max(largest, float(real.tiny))
        np.testing.assert_allclose(got, expected, rtol=0, atol=atol, err_msg=where)

    def inputs(self, theirs: list, ours: list) -> None:
        for i, (e, g) in enumerate(zip(theirs, ours, strict=True)):
            self.same(e, g, f"argument {i} afterwards")

    def views(self, expected: Any, got: Any, theirs: list, ours: list) -> None:
        """Write into each array that came out; the inputs must change alike."""
        for i, (e, g) in enumerate(zip(arrays_in(expected), arrays_in(got), strict=True)):
            for j, (te, to) in enumerate(zip(arrays_in(theirs), arrays_in(ours), strict=True)):
                shared = np.shares_memory(e, te)
                assert np.shares_memory(g, to) == shared, f"result {i} and argument {j} share memory: not {shared}"
            if not warns_on_write(e) and e.flags.writeable and e.size:
                e[...] = 1
                g[...] = 1
                self.inputs(theirs, ours)


def arrays_in(value: Any) -> list:
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in arrays_in(item)]
    if isinstance(value, dict):
        return arrays_in(list(value.values()))
    is_array = type(value) is core.JaxArray or type(value) is np.ndarray
    return [value] if is_array and value.dtype.char in core.STORED_KINDS else []


def warns_on_write(array: np.ndarray) -> bool:
    """Whether NumPy deprecates writing to it: what ``broadcast_arrays`` gives."""
    return bool(array.flags.num & (1 << 31))
