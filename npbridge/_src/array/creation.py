"""Making arrays from data and from shapes, with NumPy's signatures.

Whatever NumPy can make without an array to start from is made by NumPy on the
host and adopted: no copy, no compilation for each new shape; it moves to the
device when a kernel first reads it.  Only the functions whose arguments mean
something else for our arrays are written out.
"""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch import protocol
from ..dispatch.backend import active
from ..storage.buffer import canonical
from . import core, strangers
from .core import OURS, JaxArray, JaxScalar

# -- from data


def array(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, ndmax=0, like=None):
    """Make an array from data.

    Parameters
    ----------
    object : array_like
        Numbers, nested sequences, our arrays, arrays of any other library.
    dtype : dtype, optional
        Canonicalised on ``'jax'``: 32 bits unless x64 is enabled.
    copy : bool or None, optional
        True: always copy.  None: copy where needed.  False: raise where needed.
    order : {"K", "A", "C", "F"}, optional
        The order of the elements in memory.
    subok : bool, optional
        Keep a subclass of ``JaxArray`` as it is.
    ndmin, ndmax : int, optional
        The least number of dimensions, and the depth at which sequences end
        (0: no limit).
    like : array_like, optional
        A reference that makes the array instead, where it is not ours.

    Returns
    -------
    JaxArray

    Raises
    ------
    UnsupportedDtypeError
        A ``TypeError``: the data are objects, text, records or dates.
    ValueError
        ``copy=False`` and a copy is needed.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.array([[1, 2], [3, 4]])
    JaxArray([[1, 2],
              [3, 4]], dtype=int32)
    """
    if elsewhere(like):
        return np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin, like=like)
    if ndmax:
        object = np.array(core.host_values(object), dtype, ndmax=ndmax)
    return convert(object, dtype, copy, order, subok, ndmin)


def asarray(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    """Make an array from data, without a copy where there can be one array.

    Parameters
    ----------
    a : array_like
        As in `array`.  Our own arrays come back as they are; an ``ndarray`` shares
        its memory on ``'numpy'`` and is copied on ``'jax'``.
    dtype, order, copy, like
        As in `array`.
    device : str or jax.Device, optional
        Where the values shall lie: ``"cpu"``, or one of ``jax.devices()``.

    Returns
    -------
    JaxArray

    Examples
    --------
    >>> import npbridge
    >>> x = npbridge.asarray([1.0, 2.0])
    >>> npbridge.asarray(x) is x
    True
    """
    if elsewhere(like):
        return np.asarray(a, dtype, order, device=device, copy=copy, like=like)
    return place(convert(a, dtype, copy, order), device)


def asanyarray(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    """As `asarray`, but subclasses of ``JaxArray`` come back as they are.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.asanyarray([1, 2])
    JaxArray([1, 2], dtype=int32)
    """
    if elsewhere(like):
        return np.asanyarray(a, dtype, order, device=device, copy=copy, like=like)
    return place(convert(a, dtype, copy, order, subok=True), device)


def ascontiguousarray(a, dtype=None, *, like=None):
    """As `asarray`, at least one-dimensional and in C order.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.ascontiguousarray(npbridge.ones((2, 3)).T).flags.c_contiguous
    True
    """
    if elsewhere(like):
        return np.ascontiguousarray(a, dtype, like=like)
    return convert(a, dtype, None, "C", ndmin=1)


def asfortranarray(a, dtype=None, *, like=None):
    """As `asarray`, at least one-dimensional and in Fortran order.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.asfortranarray(npbridge.ones((2, 3))).flags.f_contiguous
    True
    """
    if elsewhere(like):
        return np.asfortranarray(a, dtype, like=like)
    return convert(a, dtype, None, "F", ndmin=1)


def asarray_chkfinite(a, dtype=None, order=None):
    """As `asarray`, but raise ``ValueError`` where the values are not finite.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.asarray_chkfinite([1.0, float("inf")])
    Traceback (most recent call last):
    ...
    ValueError: array must not contain infs or NaNs
    """
    result = asarray(a, dtype, order)
    if result.dtype.kind in "fc" and not np.isfinite(result).all():
        raise ValueError("array must not contain infs or NaNs")
    return result


def require(a, dtype=None, requirements=None, *, like=None):
    """As `asanyarray`, with flags that the result must have.

    Parameters
    ----------
    a : array_like
    dtype : dtype, optional
    requirements : str or sequence of str, optional
        ``"C"``, ``"F"`` (orders), ``"A"`` (aligned), ``"W"`` (writeable), ``"O"``
        (no view), ``"E"`` (no subclass), or NumPy's longer names for them.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.require(npbridge.ones((2, 3)).T, requirements=["C", "W"]).flags.c_contiguous
    True
    """
    if elsewhere(like):
        return np.require(a, dtype, requirements, like=like)
    wanted = [requirements] if isinstance(requirements, str) else list(requirements or ())
    np.require(np.empty(0), requirements=wanted)  # NumPy's own errors
    letters = {name.upper()[0] for name in wanted}
    order = next((letter for letter in "CF" if letter in letters), "A")
    result = convert(a, dtype, None, order, subok="E" not in letters)
    flags = result.flags
    if ("W" in letters and not flags.writeable) or ("O" in letters and not flags.owndata):
        result = result.copy(order)
    return result


def from_dlpack(x, /, *, device=None, copy=None):
    """Take over an array of another library by DLPack.

    Parameters
    ----------
    x : object
        Has ``__dlpack__`` and ``__dlpack_device__``.
    device : str or jax.Device, optional
        Where the values shall lie.
    copy : bool or None, optional
        As in `array`.  Memory of the host is shared on ``'numpy'`` only.

    Returns
    -------
    JaxArray

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> npbridge.from_dlpack(np.arange(3, dtype=np.int32))
    JaxArray([0, 1, 2], dtype=int32)
    """
    if not hasattr(x, "__dlpack__") or not hasattr(x, "__dlpack_device__"):
        raise AttributeError(f"{type(x).__name__!r} object has no attribute '__dlpack__': use npbridge.asarray")
    try:
        return place(convert(x, None, copy), device)
    except _CopyNeededError as error:
        raise BufferError(str(error)) from None


class _CopyNeededError(ValueError):
    """``copy=False`` was asked for, and there is no way without a copy."""


def convert(obj, dtype=None, copy=None, order=None, subok=False, ndmin=0) -> JaxArray:
    """`obj` as one of our arrays: what all of the functions above come down to."""
    order = order or "K"
    if dtype is not None:
        dtype = storable(dtype)
    if type(obj) in OURS:
        result = _from_ours(obj, dtype, copy, order, subok)
    else:
        result = _from_others(obj, dtype, copy, order)
    missing = ndmin - result.ndim
    return result[(None,) * missing] if missing > 0 else result


def _from_ours(obj: JaxArray, dtype, copy, order, subok) -> JaxArray:
    kind = type(obj)
    fits = dtype is None or dtype == obj.dtype
    if fits and order in "CF":
        fits = obj.flags.c_contiguous if order == "C" else obj.flags.f_contiguous
    if copy or not fits:
        if copy is False:
            raise _copy_needed("dtype or order")
        made = core._converted(obj, dtype, order)
    elif kind is JaxScalar:
        made = core.array_of_scalar(obj)
    elif kind is JaxArray or subok:
        return obj
    else:
        return core.of_view(obj._buffer, obj._window(), obj if obj._base is None else obj._base)
    return kind(made) if subok and kind not in (JaxArray, JaxScalar) else made


def _from_others(obj, dtype, copy, order) -> JaxArray:
    source = strangers.taken_over(obj) if strangers.is_stranger(obj) else obj
    try:
        result = core.from_object(source, dtype, copy=bool(copy), order=order)
    except core.TRACED_ERRORS:
        if type(obj) not in (list, tuple):
            raise
        result = core.traced_sequence(obj, dtype)
    if copy is False and not _shares(result, source):
        raise _copy_needed(f"memory of a {type(obj).__name__}")
    return result


def _shares(result: JaxArray, source) -> bool:
    if isinstance(source, jax.Array):
        return result._buffer.device is source
    return isinstance(source, np.ndarray) and np.may_share_memory(result._window(), source)


def _copy_needed(what: str) -> _CopyNeededError:
    return _CopyNeededError(
        f"Unable to avoid copy while creating an array as requested: this {what} cannot be shared on the "
        f"{active().name!r} backend. Use copy=None to allow a copy when it is needed."
    )


# -- what they share


def elsewhere(like) -> bool:
    """Whether `like` names a maker that is neither ours nor NumPy's own."""
    if like is None or type(like) in OURS or type(like) is np.ndarray:
        return False
    return protocol.foreign(type(like)) or not hasattr(type(like), "__array_function__")


def storable(dtype) -> np.dtype:
    """`dtype` as the active backend stores it; an error where it cannot."""
    dtype = np.dtype(dtype)
    core.check_dtype(dtype)
    return canonical(dtype) if active().name == "jax" else dtype


def place(result: JaxArray, device) -> JaxArray:
    """`result` on `device`; None leaves it where it is."""
    if device is None:
        return result
    if active().name == "numpy" and device != "cpu":
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device}')
    return result.to_device(device)


# -- from shapes


def _filled(function):
    def create(shape, dtype=None, order="C", *, device=None, like=None):
        if elsewhere(like):
            return function(shape, dtype, order, device=device, like=like)
        dtype = storable(float if dtype is None else dtype)
        return place(core.of_fresh(function(core.host_values(shape), dtype, order)), device)

    create.__name__ = create.__qualname__ = function.__name__
    create.__doc__ = f"""Make an array of a shape: as ``numpy.{function.__name__}``.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype, optional
        float64, canonicalised on ``'jax'``, if not given.
    order : {{"C", "F"}}, optional
        The order of the elements in memory.
    device : str or jax.Device, optional
        Where the values shall lie.
    like : array_like, optional
        A reference that makes the array instead, where it is not ours.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.{function.__name__}((2, 3)).shape
    (2, 3)
    """
    return create


empty = _filled(np.empty)
ones = _filled(np.ones)
zeros = _filled(np.zeros)


def full(shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    """Make an array of a shape with one value everywhere.

    Parameters
    ----------
    shape : int or tuple of int
    fill_value : array_like
        Broadcast to `shape`.
    dtype : dtype, optional
        That of `fill_value`, canonicalised on ``'jax'``, if not given.
    order, device, like
        As in `zeros`.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.full((2,), 7)
    JaxArray([7, 7], dtype=int32)
    """
    if elsewhere(like):
        return np.full(shape, fill_value, dtype, order, device=device, like=like)
    if type(fill_value) in OURS and fill_value._buffer.traced:
        dtype = fill_value.dtype if dtype is None else storable(dtype)
        shape = np.empty(core.host_values(shape), np.int8).shape
        return place(core.array_of_device(jax.numpy.full(shape, fill_value._value(), dtype)), device)
    value = core.host_values(fill_value)
    dtype = storable(np.asarray(value).dtype if dtype is None else dtype)
    return place(core.of_fresh(np.full(core.host_values(shape), value, dtype, order)), device)


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """Call a function on the index arrays of a shape, which are our arrays.

    Parameters
    ----------
    function : callable
        Called once, as ``function(*indices, **kwargs)``.
    shape : tuple of int
    dtype : dtype, optional
        Of the index arrays.
    like : array_like, optional
        A reference that makes the index arrays instead, where it is not ours.

    Returns
    -------
    object
        What `function` returns.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.fromfunction(lambda i, j: i + j, (2, 2), dtype=int)
    JaxArray([[0, 1],
              [1, 2]], dtype=int32)
    """
    if elsewhere(like):
        return np.fromfunction(function, shape, dtype=dtype, like=like, **kwargs)
    grid = np.indices(core.host_values(shape), dtype=storable(dtype))
    return function(*[core.of_fresh(index.copy()) for index in grid], **kwargs)
