"""The methods of ``JaxArray``, made from tables, and those that make copies.

``FUNCTIONS`` are methods that a NumPy function does as well; ``HOST`` are methods
about bytes and files, which read the host values; ``ABSENT`` are attributes of
``ndarray`` that make no sense here, with the reason.
"""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch.backend import active
from ..dispatch.precision import asked_for
from ..dispatch.protocol import apply, more_than_values
from ..ground import events
from ..ground.floating import asked
from ..storage import compiling
from ..storage.casts import cast
from . import core
from .core import JaxArray, JaxScalar

FUNCTIONS = {
    "all": np.all,
    "any": np.any,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "argpartition": np.argpartition,
    "argsort": np.argsort,
    "cumprod": np.cumprod,
    "cumsum": np.cumsum,
    "diagonal": np.diagonal,
    "dot": np.dot,
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "nonzero": np.nonzero,
    "prod": np.prod,
    "ravel": np.ravel,
    "repeat": np.repeat,
    "round": np.round,
    "searchsorted": np.searchsorted,
    "squeeze": np.squeeze,
    "std": np.std,
    "sum": np.sum,
    "swapaxes": np.swapaxes,
    "take": np.take,
    "trace": np.trace,
    "var": np.var,
}

HOST = ("dump", "dumps", "tobytes", "tofile")

ABSENT = {
    "__array_finalize__": "a hook of ndarray subclasses",
    "__setstate__": "pickles are made by __reduce__",
}


def _method(name, function):
    unbound = getattr(np.ndarray, name)

    def method(self, *args, **kwargs):
        backend = active()
        if kwargs and kwargs.get("where", True) is None:
            # what JAX's libraries write for no mask; NumPy would take it for False, and sum up nothing
            kwargs = {key: value for key, value in kwargs.items() if key != "where"}
        if events.listeners:
            events.emit("dispatch", name, backend=backend.name, method="method")
        rules = backend.rules
        rule = rules.get(unbound) or rules.get(function)
        if rule is None:
            return backend.missing(function, (self, *args), kwargs)
        if rule.first is not None and not asked():
            result = rule.first((self, *args), kwargs, unbound)
            if result is not NotImplemented:
                return result
        return apply(backend, rule, function, (self, *args), kwargs, unbound)

    return named(method, name)


def named(method, name):
    method.__name__ = name
    method.__qualname__ = f"JaxArray.{name}"
    method.__doc__ = f"As ``numpy.ndarray.{name}``."
    return method


def _host_method(name):
    unbound = getattr(np.ndarray, name)

    def method(self, *args, **kwargs):
        result = unbound(np.asarray(self._read()), *args, **kwargs)
        return core.of_fresh(result) if isinstance(result, np.ndarray) else result

    return named(method, name)


def _of_classes(method, function):
    """A method of which an argument may be an ndarray of a class with rules of its own: they are the function's."""

    def call(self, *args, **kwargs):
        if args and more_than_values(type(args[0])):
            return function(self, *args, **kwargs)
        return method(self, *args, **kwargs)

    return named(call, method.__name__)


def _byteswap(self, inplace=False):
    if not inplace:
        return core.of_fresh(np.asarray(self._read()).byteswap())
    with self._buffer.lock:
        self._writable().byteswap(True)
    return self


def _copy(self, order="C"):
    return core._converted(self, None, order)


def _conjugate(self, *args, **kwargs):
    if not args and not kwargs and self.dtype.kind != "c":
        return self
    return np.conjugate(self, *args, **kwargs)


def _astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
    asked, dtype = dtype, np.dtype(dtype)
    if dtype.char not in core.STORED_KINDS:
        return self._read().astype(dtype, order=order, casting=casting, copy=copy)
    source = self.dtype
    if casting == "same_value":
        # which values decide: NumPy looks at all of them before it gives any
        result = self._read().astype(dtype, order=order, casting=casting)
        return core.of_fresh(result.astype(asked_for(asked) if active().name == "jax" else dtype, copy=False))
    if not np.can_cast(source, dtype, casting):
        np.empty(0, source).astype(dtype, casting=casting)  # NumPy's own error
    if active().name == "jax":
        dtype = asked_for(asked)
    buffer = self._buffer
    if source == dtype and not copy:
        return self
    if buffer.traced or (
        buffer.device is not None
        and not buffer.current
        and self._whole
        and not _needs_host(source, dtype)
        and active().name == "jax"
    ):
        value = self._value()
        wrap = core.of_device if type(self) is not JaxArray and not self.shape else core.array_of_device
        return wrap(value if source == dtype else _cast(value, dtype))
    if type(self) is JaxScalar:
        return self._read().astype(dtype)
    return core.of_fresh(self._read().astype(dtype, order=order))  # `casting` was checked above


def _needs_host(source, target):
    # casts whose result XLA defines otherwise than NumPy does
    if source.kind in "fc" and target.kind in "biu" or source.kind == "c" and target.kind != "c":
        return True
    return target == np.float16 and source.itemsize == 8  # rounded twice, through float32


_cast = compiling.kernel(cast, static_argnums=1)


def _clip(self, min=None, max=None, out=None, **kwargs):
    return np.clip(self, min, max, out, **kwargs)


def _choose(self, *choices, out=None, mode="raise"):
    if not choices:
        raise TypeError("choose() takes at least 1 argument (0 given)")
    return np.choose(self, choices[0] if len(choices) == 1 else choices, out, mode)


def _compress(self, condition, axis=None, out=None):
    return np.compress(condition, self, axis, out)


def _to_device(self, device, /, *, stream=None):
    if stream is not None:
        raise ValueError("The stream argument in to_device() is not supported")
    if device is None or device == self.device:
        return self
    if device == "cpu":
        device = jax.local_devices(backend="cpu")[0]
    if isinstance(device, str):
        raise ValueError(f"Unsupported device {device!r}: use 'cpu' or one of jax.devices()")
    return core.array_of_device(jax.device_put(self.value, device))


def _to_numpy(self, dtype=None, copy=False):
    """The values as ``numpy.asarray(self, dtype)`` gives them, or as an ndarray of the caller's own."""
    return np.array(self, dtype) if copy else np.asarray(self, dtype)


def _delitem(self, key):
    raise ValueError("cannot delete array elements")


def _block_until_ready(self):
    """Wait until the values have been computed; returns the array."""
    device = self._buffer.device
    if device is not None and not self._buffer.traced:
        device.block_until_ready()
    return self


for _name, _function in FUNCTIONS.items():
    setattr(JaxArray, _name, _method(_name, _function))
JaxArray.dot = _of_classes(JaxArray.dot, np.dot)
for _name in HOST:
    setattr(JaxArray, _name, _host_method(_name))

JaxArray.byteswap = named(_byteswap, "byteswap")
JaxArray.copy = _copy
JaxArray.conj = JaxArray.conjugate = _conjugate
JaxArray.astype = _astype
JaxArray.clip = named(_clip, "clip")
JaxArray.choose = named(_choose, "choose")
JaxArray.compress = _compress
JaxArray.__delitem__ = _delitem
JaxArray.to_device = _to_device
JaxArray.to_numpy = named(_to_numpy, "to_numpy")
JaxArray.block_until_ready = _block_until_ready
