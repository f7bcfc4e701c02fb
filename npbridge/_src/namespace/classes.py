"""NumPy's classes and indexing objects that make arrays, making ours."""

from __future__ import annotations

import numpy as np

from ..array import core
from ..array.core import JaxArray, JaxScalar
from ..face import face
from ..face.objects import Archive
from .wrappers import adopt, adopt_numbers


class _ArrayType(type):
    """The type of `ndarray`: it stands for ``JaxArray`` and for ``numpy.ndarray``."""

    def __instancecheck__(cls, obj) -> bool:
        kind = type(obj)
        return isinstance(obj, np.ndarray) or (issubclass(kind, JaxArray) and kind is not JaxScalar)

    def __subclasscheck__(cls, kind) -> bool:
        return issubclass(kind, (np.ndarray, JaxArray)) and kind is not JaxScalar

    def __getattr__(cls, name):
        return getattr(JaxArray, name)


class ndarray(metaclass=_ArrayType):
    """NumPy's way to make an array of a shape, and the type of all arrays.

    Our arrays and NumPy's are instances, as are not our scalars.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype, optional
    buffer : object, optional
        Memory with the values; they are copied.
    offset : int, optional
        Where in `buffer` they begin, in bytes.
    strides : tuple of int, optional
        How they lie in `buffer`, in bytes.
    order : {"C", "F"}, optional

    Examples
    --------
    >>> import npbridge
    >>> isinstance(npbridge.ones(2), npbridge.ndarray)
    True
    >>> npbridge.ndarray((2,), "<i4", b"\\1\\0\\0\\0\\2\\0\\0\\0")
    JaxArray([1, 2], dtype=int32)
    """

    def __new__(cls, shape, dtype=float, buffer=None, offset=0, strides=None, order=None):
        core.check_dtype(np.dtype(dtype))
        return adopt(np.ndarray(core.host_values(shape), dtype, buffer, offset, strides, order))

    def __init_subclass__(cls, **kwargs):
        raise TypeError("npbridge.ndarray only stands for npbridge.JaxArray: derive from that")


class Indexer:
    """``mgrid``, ``ogrid``, ``r_``, ``c_``: NumPy's, making our arrays.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.r_[1:4, 0, npbridge.array([7])]
    JaxArray([1, 2, 3, 0, 7], dtype=int32)
    >>> npbridge.mgrid[:2, :2].shape
    (2, 2, 2)
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, key):
        return adopt_numbers(getattr(face(), self._name)[key])

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return f"npbridge.{self._name}"


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10_000):
    """Load arrays from a ``.npy`` or ``.npz`` file, or a pickle: ``numpy.load``.

    Parameters
    ----------
    file : file-like, str or Path
    mmap_mode : str, optional
        With a mode the result is a ``numpy.memmap``, a window on the file.
    allow_pickle, fix_imports, encoding, max_header_size
        As in NumPy.

    Returns
    -------
    JaxArray, NpzFile or object
        Text, records and objects come as NumPy's arrays.

    Examples
    --------
    >>> import io, npbridge
    >>> file = io.BytesIO()
    >>> npbridge.save(file, npbridge.ones(2))
    >>> _ = file.seek(0)
    >>> npbridge.load(file)
    JaxArray([1., 1.], dtype=float32)
    """
    result = np.load(
        file, mmap_mode, allow_pickle, fix_imports=fix_imports, encoding=encoding, max_header_size=max_header_size
    )
    if type(result) is np.lib.npyio.NpzFile:
        result.__class__ = Archive
        return result
    return adopt(result)
