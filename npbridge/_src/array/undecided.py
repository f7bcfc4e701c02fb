"""An array whose dtype is known only at run time: what ``np.emath.sqrt`` gives."""

from __future__ import annotations

from ..ground.errors import UnsupportedError

_REFUSED = (
    "the dtype of this array ({dtypes}) depends on values that are known only at run time: a function compiled for "
    "'jax' can return it, and nothing else. Convert the argument first (to complex, say), or run the function on the "
    "'numpy' backend."
)


class Undecided:
    """An array that can leave a compiled function, where its dtype is chosen.

    Attributes
    ----------
    data : JaxArray, JaxScalar or Ragged
        The values in a dtype that holds them all.
    dtypes : tuple of numpy.dtype
    code : tracer
        Which of them it is.
    """

    __slots__ = ("code", "data", "dtypes")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, data, dtypes, code) -> None:
        self.data, self.dtypes, self.code = data, dtypes, code

    def _refuse(self, *args, **kwargs):
        raise UnsupportedError(_REFUSED.format(dtypes=" or ".join(map(str, self.dtypes))))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __setitem__ = __bool__ = __len__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __abs__ = __float__ = __int__ = _refuse
