# Made by `python -m npbridge._src.stubs`: change that.
# ruff: noqa
# mypy: ignore-errors
# pyright: basic
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NoReturn, Self

import numpy as np
from .. import JaxArray, _Ufunc as _Ufunc
from . import scimath as scimath
from . import stride_tricks as stride_tricks
from numpy.lib import Arrayterator as Arrayterator
from numpy.lib import NumpyVersion as NumpyVersion
from numpy.lib import add_docstring as add_docstring
from numpy.lib import add_newdoc as add_newdoc
from numpy.lib import array_utils as array_utils
from numpy.lib import format as format
from numpy.lib import introspect as introspect
from numpy.lib import mixins as mixins
from numpy.lib import npyio as npyio
from numpy.lib import tracemalloc_domain as tracemalloc_domain
