"""Making arrays from data and from shapes, with NumPy's signatures.

Whatever NumPy can make without an array to start from is made by NumPy on the
host and adopted: no copy, no compilation for each new shape; it moves to the
device when a kernel first reads it.  Only the functions whose arguments mean
something else for our arrays are written out.
"""

from __future__ import annotations

import jax
import numpy as np

from ..storage.casts import cast
from . import core
from .conversion import CopyNeededError, convert, elsewhere, place, storable
from .core import OURS

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
    except CopyNeededError as error:
        raise BufferError(str(error)) from None


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
        return place(core.array_of_device(jax.numpy.full(shape, cast(fill_value._value(), dtype))), device)
    value = core.host_values(fill_value)
    if dtype is None:
        value = core.from_object(value, copy=False)._read()
    dtype = value.dtype if dtype is None else storable(dtype)
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
