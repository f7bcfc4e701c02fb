"""Looking for mistakes: what compiled code does, and where it goes wrong."""

from ._src import public as _public  # noqa: F401  the classes are put together
from ._src.debug.nan import nan_check
from ._src.debug.output import breakpoint, print
from ._src.ground.debugging import disable_jit

__all__ = ["breakpoint", "disable_jit", "nan_check", "print"]

for _name in __all__:
    globals()[_name].__module__ = __name__
