# Made by `python -m npbridge._src.stubs`: change that.
# ruff: noqa
# mypy: ignore-errors
# pyright: basic
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NoReturn, Self

import numpy as np
from .. import JaxArray, _Ufunc as _Ufunc
def sliding_window_view(x: Any, window_shape: Any, axis: Any = ..., *, subok: Any = ..., writeable: Any = ...) -> JaxArray: ...
def as_strided(x: Any, shape: Any = ..., strides: Any = ..., subok: Any = ..., writeable: Any = ...) -> JaxArray: ...
