"""Functions that the Array API standard gives a wider signature than NumPy.

Every call that NumPy takes, these take, with NumPy's result; what the standard adds
comes on top.
"""

from __future__ import annotations

import numpy as np

from ..array import conversion, core
from ..ground.compat import NO_VALUE
from .wrappers import adopt, as_ours


def clip(a, min=None, max=None, out=None, *, a_min=NO_VALUE, a_max=NO_VALUE, **kwargs):
    """Limit values to an interval: ``numpy.clip``.

    Parameters
    ----------
    a : array_like
    min, max : array_like or None, optional
        The ends; None for no end.  NumPy's names ``a_min`` and ``a_max`` do too.
    out : JaxArray or ndarray, optional
        Where the result goes.
    **kwargs
        As for a ufunc.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.clip([1, 5, 9], 2, 6)
    JaxArray([2, 5, 6], dtype=int32)
    """
    if a_min is not NO_VALUE or a_max is not NO_VALUE:
        if min is not None or max is not None:
            raise ValueError("clip takes `min` and `max`, or `a_min` and `a_max`, not both")
        min = None if a_min is NO_VALUE else a_min
        max = None if a_max is NO_VALUE else a_max
    return adopt(np.clip(as_ours(a), min, max, out, **kwargs))


def sort(a, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """Sort along an axis: ``numpy.sort``, and downwards.

    Parameters
    ----------
    a : array_like
    axis : int or None, optional
        None sorts all elements.
    kind, order, stable
        As in NumPy.
    descending : bool, optional
        Largest first; equal elements keep their order.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.sort([3, 1, 2], descending=True)
    JaxArray([3, 2, 1], dtype=int32)
    """
    result = adopt(np.sort(as_ours(a), axis, kind, order, stable=stable))
    return np.flip(result, -1 if axis is None else axis) if descending else result


def argsort(a, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """Return the indices that sort along an axis: ``numpy.argsort``, and downwards.

    Parameters
    ----------
    a : array_like
    axis : int or None, optional
        None sorts all elements.
    kind, order
        As in NumPy.
    stable : bool, optional
        Equal elements keep their order.  True if neither this nor `kind` is given.
    descending : bool, optional
        Largest first.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.argsort([3, 1, 2], descending=True)
    JaxArray([0, 2, 1], dtype=int32)
    """
    if stable is None and kind is None:
        stable = True
    a = as_ours(a)
    if axis is None:
        a, axis = np.ravel(a), -1
    if not descending:
        return adopt(np.argsort(a, axis, kind, order, stable=stable))
    # sorted upwards from behind, equal elements come out in reverse: turned over
    # again they are in order
    result = np.argsort(np.flip(a, axis), axis, kind, order, stable=stable)
    return a.shape[axis] - 1 - np.flip(result, axis)


def unique_values(x):
    """Return the different elements of an array, sorted.

    ``numpy.unique_values`` gives them in the order of a hash table; every other library
    of the Array API sorts them, and programs that use the standard rely on it.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    JaxArray
        Each NaN counts for itself, as the standard asks.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.unique_values([5, 0, 1, 5])
    JaxArray([0, 1, 5], dtype=int32)
    """
    return adopt(np.unique(as_ours(x), equal_nan=False))


def broadcast_arrays(*args, subok=False):
    """Broadcast arrays to one shape: ``numpy.broadcast_arrays``, as a list.

    NumPy 2 returns a tuple, the standard of 2024 asks for a list.

    Parameters
    ----------
    *args : array_like
    subok : bool, optional
        Keep subclasses.

    Examples
    --------
    >>> import npbridge
    >>> [x.shape for x in npbridge.broadcast_arrays([1, 2], [[3], [4]])]
    [(2, 2), (2, 2)]
    """
    return list(np.broadcast_arrays(*map(as_ours, args), subok=subok))


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Make coordinate arrays of coordinate vectors: ``numpy.meshgrid``, as a list.

    NumPy 2 returns a tuple, the standard of 2024 asks for a list.

    Parameters
    ----------
    *xi : array_like
        One-dimensional.
    copy, sparse : bool, optional
        As in NumPy.
    indexing : {"xy", "ij"}, optional
        Which of the first two axes is the first vector's.

    Examples
    --------
    >>> import npbridge
    >>> [x.shape for x in npbridge.meshgrid([1, 2], [3, 4, 5])]
    [(3, 2), (3, 2)]
    """
    return list(np.meshgrid(*map(as_ours, xi), copy=copy, sparse=sparse, indexing=indexing))


def fftfreq(n, d=1.0, device=None, *, dtype=None):
    """Return the sample frequencies of a discrete Fourier transform.

    Parameters
    ----------
    n : int
        The length of the window.
    d : float, optional
        The spacing of the samples.
    device : str or jax.Device, optional
        Where the values shall lie.
    dtype : dtype, optional
        float64, canonicalised on ``'jax'``, if not given.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.fft.fftfreq(4)
    JaxArray([ 0.  ,  0.25, -0.5 , -0.25], dtype=float32)
    """
    return _frequencies(np.fft.fftfreq, n, d, device, dtype)


def rfftfreq(n, d=1.0, device=None, *, dtype=None):
    """Return the sample frequencies of a transform of real numbers.

    Parameters
    ----------
    n, d, device, dtype
        As in `fftfreq`.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.fft.rfftfreq(4)
    JaxArray([0.  , 0.25, 0.5 ], dtype=float32)
    """
    return _frequencies(np.fft.rfftfreq, n, d, device, dtype)


def _frequencies(function, n, d, device, dtype):
    if type(n) in core.OURS:
        n = n.item()
    if type(d) in core.OURS and not d._buffer.traced:
        d = d.item()
    result = conversion.convert(function(n), dtype) if type(d) in core.OURS else None
    result = conversion.convert(function(n, d), dtype) if result is None else result / d
    return conversion.place(result, device)
