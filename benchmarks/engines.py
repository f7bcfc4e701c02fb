"""What is compared: NumPy, the forms by hand, and npbridge on the plain program."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numba
import numpy as np

import npbridge
from npbridge.errors import FallbackWarning

from .by_hand.record import Program

PLAIN = "numpy"
BY_HAND = ("numba", "jax")
OURS = {"npbridge_jax": "jax", "npbridge_numpy": "numpy", "npbridge_auto": "auto"}
ENGINES = (PLAIN, *BY_HAND, *OURS)
# In terms of the largest number of the result: what `backend="auto"` asks of an engine as well.
TOLERANCE = 1e-9
ALL_THREADS: int = numba.get_num_threads()


class Runner:
    """A program on one engine.

    Attributes
    ----------
    notes : list of str
        What the engine said that it could not do.
    threads : int
        How many threads a form for Numba may use.
    """

    def __init__(self, program: Program, engine: str) -> None:
        self.program, self.engine = program, engine
        self.notes: list[str] = []
        self.threads = ALL_THREADS
        self.function: Callable[..., Any] = program.plain
        if engine in BY_HAND:
            self.function = getattr(program, engine)
        elif engine in OURS:
            self.function = npbridge.jit(program.plain, backend=OURS[engine])

    def copied(self, arguments: Any) -> Any:
        """Arguments that the program may write: those of JAX are its own arrays, on their device."""
        return fresh(arguments, to_jax if self.engine == "jax" else np.copy)

    def run(self, arguments: tuple[Any, ...]) -> Any:
        """The result, when it is there."""
        if self.engine == "numba":
            numba.set_num_threads(self.threads)
        result = self.function(*arguments)
        return jax.block_until_ready(result) if self.engine == "jax" else result

    def first_run(self, arguments: tuple[Any, ...]) -> Any:
        """As `run`, and take down what npbridge says that runs in plain Python."""
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            result = self.run(arguments)
        self.notes += [str(w.message).splitlines()[0] for w in told if issubclass(w.category, FallbackWarning)]
        return result

    def outcome(self, result: Any, arguments: tuple[Any, ...]) -> Any:
        """What has to be as in NumPy: the result; of ours also what became of the arguments."""
        if self.engine in BY_HAND:
            written = tuple(arguments[i] for i in self.program.written)
            return written if written and self.engine == "numba" else result
        return result, arguments

    def asked(self, numpys: Any, arguments: tuple[Any, ...]) -> Any:
        """NumPy's side of `outcome`."""
        if self.engine in BY_HAND:
            written = tuple(arguments[i] for i in self.program.written)
            return (written if self.engine == "numba" else written[0]) if written else numpys
        return numpys, arguments


def to_jax(array: np.ndarray) -> jax.Array:
    return jax.block_until_ready(jnp.array(array))


def fresh(value: Any, make: Callable[[np.ndarray], Any]) -> Any:
    """A copy of arguments, their arrays made by `make`."""
    if isinstance(value, np.ndarray):
        return make(value)
    if isinstance(value, (tuple, list)):
        return type(value)(fresh(item, make) for item in value)
    if hasattr(value, "__dict__"):
        other = copy.copy(value)
        vars(other).update({name: fresh(item, make) for name, item in vars(value).items()})
        return other
    return value


def leaves(value: Any) -> Iterator[Any]:
    """The arrays and numbers that something is made of."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    elif hasattr(value, "__dict__") and not hasattr(value, "dtype"):
        for name in sorted(vars(value)):
            yield from leaves(vars(value)[name])
    else:
        yield value


def deviation(found: Any, numpys: Any) -> float:
    """How far something is from NumPy's, in terms of the largest finite number; infinite where the forms differ.

    Of integers and truth values it is the share of those that differ.
    """
    ours, theirs = list(leaves(found)), list(leaves(numpys))
    if len(ours) != len(theirs):
        return float("inf")
    return max((_of_leaves(a, b) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def _of_leaves(found: Any, asked: Any) -> float:
    if asked is None or isinstance(asked, str):
        return 0.0 if found == asked else float("inf")
    ours, numpys = np.asarray(found), np.asarray(asked)
    if ours.shape != numpys.shape:
        return float("inf")
    if ours.size == 0:
        return 0.0
    if numpys.dtype.kind not in "fc":
        return float(np.mean(ours != numpys))
    finite = np.isfinite(numpys)
    if not np.array_equal(np.isfinite(ours), finite) or not np.array_equal(
        ours[~finite], numpys[~finite], equal_nan=True
    ):
        return float("inf")
    if not finite.any():
        return 0.0
    scale = float(np.abs(numpys[finite]).max()) or 1.0
    return float(np.abs(ours[finite] - numpys[finite]).max()) / scale


def other_types(found: Any, numpys: Any) -> bool:
    """Whether dtypes differ from NumPy's: npbridge promises them, forms by hand need not."""
    pairs = zip(leaves(found), leaves(numpys), strict=True)
    return any(np.asarray(a).dtype != np.asarray(b).dtype for a, b in pairs)
