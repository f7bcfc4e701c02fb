"""What stands for NumPy's private ``_array_converter``, which knows ndarrays alone.

Functions such as ``np.insert`` and ``np.apply_along_axis`` make their arguments
into arrays with it and their results into what the arguments were.
"""

from __future__ import annotations

import numpy as np

from ..array import core
from ..ground.compat import ARRAY_CONVERTER

OURS = core.OURS


class ArrayConverter:
    """``_array_converter`` for arguments that may be ours."""

    def __init__(self, *array_likes) -> None:
        self._given = array_likes
        self._of_numpy = ARRAY_CONVERTER(*map(_stand_in, array_likes))

    def __len__(self):
        return len(self._given)

    def __getitem__(self, index):
        array = self._of_numpy[index]
        return _ours(self._given[index], array)

    @property
    def scalar_input(self):
        return self._of_numpy.scalar_input

    def as_arrays(self, *, subok=True, pyscalars="convert_if_no_array"):
        arrays = self._of_numpy.as_arrays(subok=subok, pyscalars=pyscalars)
        return tuple(map(_ours, self._given, arrays))

    def result_type(self, *args, **kwargs):
        return self._of_numpy.result_type(*args, **kwargs)

    def wrap(self, array, /, to_scalar=None):
        if to_scalar is None:
            to_scalar = all(self.scalar_input) and np.ndim(array) == 0
        return array[()] if to_scalar else array


def _stand_in(x):
    """What NumPy may look at in place of `x`: its values do not matter."""
    if type(x) is core.JaxScalar:
        return x.dtype.type(0)
    return x._window() if type(x) in OURS else x


def _ours(given, array):
    if type(given) is core.JaxScalar:
        return core.array_of_scalar(given)
    return given if type(given) in OURS else array
