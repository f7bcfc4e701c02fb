"""``x.flags`` and ``x.setflags``."""

from __future__ import annotations

from .core import JaxArray, JaxScalar


def _setflags(self, write=None, align=None, uic=None):
    layout = _own_layout(self)
    layout.setflags(write=write, align=align, uic=uic)


def _own_layout(self):
    """A layout object of this array alone, whose flags may be set."""
    window = self._window()
    if window is self._buffer.host or self._layout is None:
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


JaxArray.setflags = _setflags
JaxScalar.setflags = _scalar_setflags
JaxArray.flags = property(Flags)
