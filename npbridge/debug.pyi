# Made by `python -m npbridge._src.stubs`: change that.
# ruff: noqa
# mypy: ignore-errors
# pyright: basic
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NoReturn, Self

import numpy as np
from . import JaxArray, _Ufunc as _Ufunc
def breakpoint(**values: Any) -> Any: ...
def disable_jit() -> Any: ...
class nan_check:
    def __new__(cls, function: Any = ...) -> Self: ...
def print(fmt: Any, *args: Any, **kwargs: Any) -> Any: ...
