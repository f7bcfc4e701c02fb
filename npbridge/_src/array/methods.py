"""The methods and attributes of ``JaxArray``, made from tables.

``FUNCTIONS`` are methods that a NumPy function does as well; ``HOST`` are methods
about bytes and files, which read the host values; ``ABSENT`` are attributes of
``ndarray`` that make no sense here, with the reason.
"""

from __future__ import annotations

import sys

import jax
import numpy as np

from ..dispatch.backend import active
from ..dispatch.platform import default_device, device_name
from ..dispatch.protocol import apply
from ..ground import events
from ..storage.buffer import Buffer, canonical
from . import core
from .core import OURS, JaxArray, JaxScalar, of_view

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

HOST = ("byteswap", "dump", "dumps", "tobytes", "tofile")

ABSENT = {
    "ctypes": "the address of the values can change, and may be on a device",
    "getfield": "records are not stored",
    "setfield": "records are not stored",
    "__array_interface__": "it would give away writable memory; numpy.asarray uses __array__",
    "__array_struct__": "it would give away writable memory; numpy.asarray uses __array__",
    "__array_finalize__": "a hook of ndarray subclasses",
    "__buffer__": "the buffer protocol gives away memory; `data` is a read-only memoryview",
    "__setstate__": "pickles are made by __reduce__",
    "__divmod__": "",
}
del ABSENT["__divmod__"]


def _method(name, function):
    unbound = getattr(np.ndarray, name)

    def method(self, *args, **kwargs):
        backend = active()
        if events.listeners:
            events.emit("dispatch", name, backend=backend.name, method="method")
        rules = backend.rules
        rule = rules.get(unbound) or rules.get(function)
        if rule is None:
            return backend.missing(function, (self, *args), kwargs)
        return apply(backend, rule, unbound, (self, *args), kwargs)

    return _named(method, name)


def _named(method, name):
    method.__name__ = name
    method.__qualname__ = f"JaxArray.{name}"
    method.__doc__ = f"As ``numpy.ndarray.{name}``."
    return method


def _host_method(name):
    unbound = getattr(np.ndarray, name)

    def method(self, *args, **kwargs):
        result = unbound(np.asarray(self._read()), *args, **kwargs)
        return core.of_fresh(result) if isinstance(result, np.ndarray) else result

    return _named(method, name)


# -- views


def view_or_copy(self, cut):
    """``cut(self)`` as NumPy does it: a view where `cut` can make one."""
    window = self._window()
    result = cut(window)
    buffer = self._buffer
    if type(result) is np.ndarray and result.base is not None and core.view.owner_of(result) is buffer.owner:
        return of_view(buffer, result, self if self._base is None else self._base)
    if buffer.traced:
        return None
    return core.of_fresh(np.array(cut(self._read())))


def _transpose(self, *axes):
    return view_or_copy(self, lambda a: a.transpose(*axes))


def _reshape(self, *shape, order="C", copy=None):
    shape = _plain_shape(shape)
    if copy:
        return core.of_fresh(np.array(self._read()).reshape(*shape, order=order))
    result = view_or_copy(self, lambda a: a.reshape(*shape, order=order, copy=copy))
    if result is None:
        result = core.array_of_device(jax.numpy.reshape(self._value(), _shape_of(self, shape), order=order))
    return result


def _plain_shape(shape):
    return tuple(
        tuple(int(n) for n in s) if isinstance(s, (tuple, list)) or type(s) is JaxArray and s.ndim else s for s in shape
    )


def _shape_of(self, shape):
    return self._window().reshape(*shape).shape


def _flatten(self, order="C"):
    if self._buffer.traced:
        return core.array_of_device(jax.numpy.ravel(self._value(), order=order))
    if order == "C" and self._buffer.device is not None and not self._buffer.current and self._whole:
        return core.array_of_device(self._buffer.device.reshape(-1))
    return core.of_fresh(self._read().flatten(order))


_class = type


def _view(self, dtype=None, type=None):
    wanted = dtype if type is None else type
    if isinstance(wanted, _class) and issubclass(wanted, np.ndarray):
        if wanted is np.ndarray:
            return np.asarray(self)  # a read-only snapshot
        return core.shared_memory(self).view(wanted)
    if dtype is None and (type is None or type is JaxArray) or dtype is JaxArray:
        return view_or_copy(self, lambda a: a.view())
    core.check_dtype(np.dtype(dtype))
    return view_or_copy(self, lambda a: a.view(dtype))


def _copy(self, order="C"):
    return core._converted(self, None, order)


def _conjugate(self, *args, **kwargs):
    if not args and not kwargs and self.dtype.kind != "c":
        return self
    return np.conjugate(self, *args, **kwargs)


def _astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
    dtype = np.dtype(dtype)
    if dtype.char not in core.STORED_KINDS:
        return self._read().astype(dtype, order=order, casting=casting, copy=copy)
    source = self.dtype
    if not np.can_cast(source, dtype, casting):
        np.empty(0, source).astype(dtype, casting=casting)  # NumPy's own error
    if active().name == "jax":
        dtype = canonical(dtype)
    buffer = self._buffer
    if source == dtype and not copy:
        return self
    if buffer.traced or (
        buffer.device is not None and not buffer.current and self._whole and not _needs_host(source, dtype)
    ):
        value = self._value()
        return core.array_of_device(value if source == dtype else _cast(value, dtype))
    if type(self) is JaxScalar:
        return core.of_number(self._number.astype(dtype))
    return core.of_fresh(self._read().astype(dtype, order=order))  # `casting` was checked above


def _needs_host(source, target):
    # casts whose result XLA defines otherwise than NumPy does
    if source.kind in "fc" and target.kind in "biu" or source.kind == "c" and target.kind != "c":
        return True
    return target == np.float16 and source.itemsize == 8  # rounded twice, through float32


_cast_compiled = jax.jit(lambda x, dtype: x.astype(dtype), static_argnums=1)


def _cast(value, dtype):
    return _cast_compiled(value, dtype.name)


def _clip(self, min=None, max=None, out=None, **kwargs):
    return np.clip(self, min, max, out, **kwargs)


def _choose(self, *choices, out=None, mode="raise"):
    if not choices:
        raise TypeError("choose() takes at least 1 argument (0 given)")
    return np.choose(self, choices[0] if len(choices) == 1 else choices, out, mode)


def _compress(self, condition, axis=None, out=None):
    return np.compress(condition, self, axis, out)


# -- writing


def write_host(self, write, /):
    """``write(ndarray)`` on the host values."""
    with self._buffer.lock:
        return write(self._writable())


def _in_place(name):
    unbound = getattr(np.ndarray, name)
    traced = _traced_put if name == "put" else getattr(np, name)

    def method(self, *args, **kwargs):
        if self._buffer.traced:
            self[...] = traced(self, *args, **kwargs)
            return
        args = tuple(core.host_values(a) for a in args)
        kwargs = {k: core.host_values(a) for k, a in kwargs.items()}
        write_host(self, lambda a: unbound(a, *args, **kwargs))

    return _named(method, name)


def _traced_put(self, indices, values, mode="raise"):
    result = self.copy()
    np.put(result, indices, values, mode)
    return result


def _fill(self, value):
    if type(value) in OURS and value.ndim == 0 and value._buffer.traced:
        self[...] = value
        return
    value = core.host_values(value)
    if self.ndim == 0 or not core.np.isscalar(value):
        write_host(self, lambda a: a.fill(value))
    else:
        self[...] = value


def _resize(self, *new_shape, refcheck=True):
    if not new_shape or new_shape == (None,):
        return
    host = np.array(self._read())
    host.resize(*new_shape, refcheck=False)
    if host.size == self.size:
        self.shape = host.shape
        return
    if self._base is not None:
        raise ValueError("cannot resize this array: it does not own its data")
    if refcheck and sys.getrefcount(self) > _REFERENCES:
        raise ValueError(
            "cannot resize an array that references or is referenced by another array in this way.\n"
            "Use the np.resize function or refcheck=False"
        )
    fresh = core.of_fresh(host)
    self._buffer, self._layout, self._cached = fresh._buffer, fresh._layout, None


class _Alone:
    """An object that one name refers to, asked as :func:`_resize` asks."""

    def resize(self, *new_shape, refcheck=True):
        return sys.getrefcount(self)


def _references() -> int:
    alone = _Alone()
    return alone.resize(1)


_REFERENCES = _references()


def _setflags(self, write=None, align=None, uic=None):
    layout = _own_layout(self)
    layout.setflags(write=write, align=align, uic=uic)


def _own_layout(self):
    """A layout object of this array alone, whose flags may be set."""
    window = self._window()
    if window is self._buffer.host:
        window = self._layout = window.view()
    return window


def _scalar_setflags(self, write=None, align=None, uic=None):
    return None


class Flags:
    """``x.flags``: as NumPy's, for the array and not for the memory below it."""

    __slots__ = ("_array",)

    def __init__(self, array):
        object.__setattr__(self, "_array", array)

    def _now(self):
        return self._array._window().flags

    def __getattr__(self, name):
        if name == "owndata":
            return self._array._base is None
        if name == "writeable" and type(self._array) is JaxScalar:
            return False
        return getattr(self._now(), name)

    def __setattr__(self, name, value):
        setattr(_own_layout(self._array).flags, name, value)

    def __getitem__(self, key):
        if key in ("OWNDATA", "O"):
            return self.owndata
        if key in ("WRITEABLE", "W"):
            return self.writeable
        return self._now()[key]

    def __setitem__(self, key, value):
        _own_layout(self._array).flags[key] = value

    def __eq__(self, other):
        if isinstance(other, Flags):
            other = other._now()
        return self._now() == other

    __hash__ = None

    def __repr__(self):
        return "\n".join(
            line if "OWNDATA" not in line else f"  OWNDATA : {self.owndata}" for line in repr(self._now()).split("\n")
        )


class Flat:
    """``x.flat``: the elements in C order, to iterate over, read and write."""

    __slots__ = ("base", "index")

    def __init__(self, array):
        if array.ndim > 32:
            _ = array._window().flat  # NumPy's own error
        self.base = array
        self.index = 0

    def __len__(self):
        return self.base.size

    def __iter__(self):
        return self

    def __next__(self):
        if self.index >= self.base.size:
            raise StopIteration
        number = self.base._read().flat[self.index]
        self.index += 1
        return core.of_number(number)

    @property
    def coords(self):
        iterator = self.base._window().flat
        for _ in range(self.index):
            next(iterator)
        return iterator.coords

    def __getitem__(self, key):
        self.index = 0  # as NumPy does
        result = self.base._read().flat[_flat_key(key)]
        return core.of_fresh(result) if type(result) is np.ndarray else core.of_number(result)

    def __setitem__(self, key, value):
        key, value = _flat_key(key), core.host_values(value)

        def write(a):
            a.flat[key] = value

        write_host(self.base, write)

    def __delitem__(self, key):
        raise TypeError("Cannot delete iterator elements")

    def copy(self):
        return self.base.flatten()

    def __array__(self, dtype=None, copy=None):
        return np.array(self.base._read().flat, dtype=dtype)

    def _compare(name):
        def compare(self, other):
            return getattr(self.base.flatten(), name)(other.base.flatten() if type(other) is Flat else other)

        return compare

    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = map(
        _compare, ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
    )
    __hash__ = None


def _flat_key(key):
    from .indexing import plain_key

    return plain_key(key)


# -- attributes


def _shape(self):
    layout = self._layout
    return layout.shape if layout is not None else self._buffer.shape


def _set_shape(self, shape):
    window = self._window()
    try:
        self._layout = window.reshape(shape, copy=False) if window.size else window.reshape(shape)
    except ValueError:
        window.reshape(shape)  # raises where the sizes differ
        raise AttributeError(
            "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired shape."
        ) from None
    self._cached = None


def _dtype(self):
    layout = self._layout
    return layout.dtype if layout is not None else self._buffer.dtype


def _set_dtype(self, dtype):
    core.check_dtype(np.dtype(dtype))
    self._layout = self._window().view(dtype)
    self._cached = None


def _read_only(name, read):
    """An attribute that NumPy lets nobody set; the error is NumPy's own."""

    def write(self, value):
        setattr(np.empty(0), name, value)

    return property(read, write, doc=f"As ``numpy.ndarray.{name}``.")


def _of_layout(name):
    def read(self):
        return getattr(self._window(), name)

    return _read_only(name, read) if name != "strides" else property(read, doc="As ``numpy.ndarray.strides``.")


def _ndim(self):
    return len(_shape(self))


def _size(self):
    n = 1
    for d in _shape(self):
        n *= d
    return n


def _part(name):
    def read(self):
        if name == "real" and self.dtype.kind != "c":
            return self
        if self.dtype.kind == "c":
            if self._buffer.traced:
                return core.of_device(getattr(self._value(), name))
            return view_or_copy(self, lambda a: getattr(a, name))
        zeros = core.of_fresh(np.zeros(self.shape, self.dtype))
        zeros.flags.writeable = False
        return zeros

    def write(self, value):
        if name == "imag" and self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        read(self)[...] = value

    return property(read, write, doc=f"As ``numpy.ndarray.{name}``: a view.")


def _scalar_part(name):
    def read(self):
        if self._buffer.traced:
            return core.of_device(getattr(jax.numpy, name)(self._value()))
        return core.of_number(getattr(self._number, name))

    return property(read)


def _set_flat(self, value):
    Flat(self)[:] = value


def _device(self):
    """Where the values are: ``"cpu"``, or a ``jax.Device`` elsewhere."""
    device = self._buffer.device
    if device is None or self._buffer.current or self._buffer.traced:
        return "cpu" if active().name == "numpy" else device_name(default_device())
    return device_name(device.device)


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


def _delitem(self, key):
    raise ValueError("cannot delete array elements")


def _block_until_ready(self):
    """Wait until the values have been computed; returns the array."""
    if self._buffer.device is not None and not self._buffer.traced:
        self._buffer.device.block_until_ready()
    return self


for _name, _function in FUNCTIONS.items():
    setattr(JaxArray, _name, _method(_name, _function))
for _name in HOST:
    setattr(JaxArray, _name, _host_method(_name))
for _name in ("sort", "partition", "put"):
    setattr(JaxArray, _name, _in_place(_name))
for _name in ("strides", "itemsize", "nbytes"):
    setattr(JaxArray, _name, _of_layout(_name))

JaxArray.transpose = _transpose
JaxArray.reshape = _reshape
JaxArray.flatten = _flatten
JaxArray.view = _view
JaxArray.copy = _copy
JaxArray.conj = JaxArray.conjugate = _conjugate
JaxArray.astype = _astype
JaxArray.clip = _named(_clip, "clip")
JaxArray.choose = _named(_choose, "choose")
JaxArray.compress = _compress
JaxArray.fill = _fill
JaxArray.resize = _resize
JaxArray.setflags = _setflags
JaxScalar.setflags = _scalar_setflags
JaxArray.shape = property(_shape, _set_shape)
JaxArray.dtype = property(_dtype, _set_dtype)
JaxArray.ndim = _read_only("ndim", _ndim)
JaxArray.size = _read_only("size", _size)
JaxArray.T = property(lambda self: _transpose(self))
JaxArray.mT = property(lambda self: view_or_copy(self, lambda a: a.mT))
JaxArray.real = _part("real")
JaxArray.imag = _part("imag")
JaxScalar.real = _scalar_part("real")
JaxScalar.imag = _scalar_part("imag")
JaxArray.flat = property(Flat, _set_flat)
JaxArray.flags = property(Flags)
JaxArray.base = _read_only("base", lambda self: self._base)
JaxArray.data = property(lambda self: memoryview(self._snapshot()))
JaxArray.device = _read_only("device", _device)
JaxArray.__delitem__ = _delitem
JaxArray.to_device = _to_device
JaxArray.block_until_ready = _block_until_ready


def _scalar_shape(self):
    return ()


def _scalar_dtype(self):
    return self._buffer.dtype if self._buffer.traced else self._number.dtype


JaxScalar.shape = property(_scalar_shape)
JaxScalar.ndim = property(lambda self: 0)
JaxScalar.size = property(lambda self: 1)


def _scalar_dtype_fast(self):
    try:
        return object_number(self).dtype
    except AttributeError:
        return self._buffer.dtype


object_number = JaxScalar._number.__get__
JaxScalar.dtype = property(_scalar_dtype_fast)
_ = Buffer, OURS
