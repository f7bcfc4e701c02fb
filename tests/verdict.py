"""What one call did on NumPy and on ours, compared: right, or in which way not.

`oracle.py` asserts; here the answer is a word, so that outcomes can be counted,
stored and compared with those of another day.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from npbridge._src.array import core
from npbridge._src.ground.errors import NpbridgeError
from npbridge._src.storage.buffer import canonical

from .oracle import Variant, warns_on_write

# From the best to the worst.  "refused" is an error of npbridge's own; "foreign" one that NumPy does not raise here.
KINDS = (
    *("right", "refused", "foreign", "error class", "container", "dtype", "shape", "alias", "state", "value"),
    *("missing error", "slow", "memory", "crash"),
)
KIND_OF = {bool: "b", int: "i", float: "f", complex: "c"}
PUBLIC = ("builtins", "numpy.exceptions", "numpy.linalg")


@dataclass(frozen=True)
class Verdict:
    """One of `KINDS`, and what was seen."""

    kind: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}" if self.text else self.kind


RIGHT = Verdict("right")


@dataclass
class Told:
    """What a call returned or raised, and its arguments after it."""

    value: Any
    error: BaseException | None
    arguments: list


def call(function: Callable, arguments: list) -> Told:
    """Call `function` and keep everything that is compared."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return Told(function(*arguments), None, arguments)
        except Exception as error:
            return Told(None, error, arguments)


class Judge:
    """Compares under one variant.

    Parameters
    ----------
    ulps : float
        How far floating-point values may be off, in units in the last place of the largest.
    numbers : str
        Where numbers of Python may have become scalars: the kinds of their dtypes.
    ndarrays : bool
        Whether arrays may be NumPy's: eagerly ``np.arange(3)`` never asks us.
    rounding : float
        The relative error that values may have from a narrower dtype in which they were computed.
    """

    def __init__(
        self, variant: Variant, ulps: float = 0, numbers: str = "", *, ndarrays: bool = False, rounding: float = 0
    ) -> None:
        self.variant = variant
        self.rounding = rounding
        self.ndarrays = ndarrays
        self.ulps = ulps
        self.numbers = numbers

    def verdict(self, want: Told, got: Told, before: list, *, probe: bool = True) -> Verdict:
        """Compare two calls; a compiled call that raised must have left its arguments as `before`."""
        if want.error is not None or got.error is not None:
            found = self._errors(want.error, got.error)
            return found or self._same(before, got.arguments, "argument", "state") or RIGHT
        return (
            self._same(want.value, got.value, "result")
            or self._same(want.arguments, got.arguments, "argument", "state")
            or (self._aliases(want, got) if probe else None)
            or RIGHT
        )

    def _errors(self, want: BaseException | None, got: BaseException | None) -> Verdict | None:
        if isinstance(got, NpbridgeError):
            return Verdict("refused", first_words(got))
        if got is None:
            return Verdict("missing error", f"NumPy raised {want!r:.100}")
        if want is None:
            return Verdict("foreign", f"{type(got).__name__}: {first_words(got)}")
        public = next(c for c in type(want).__mro__ if c.__module__ in PUBLIC)
        if isinstance(got, public) and public is not Exception:
            return None
        return Verdict("error class", f"{type(got).__name__} instead of {public.__name__}: {first_words(got)}")

    def _same(self, want: Any, got: Any, where: str, kind: str | None = None) -> Verdict | None:
        """The first difference of two values; `kind` is what to call it, whatever it is."""
        for found, text in self._differences(want, got):
            return Verdict(kind or found, f"{where}{text}")
        return None

    def _differences(self, want: Any, got: Any) -> Iterator[tuple[str, str]]:
        if isinstance(want, (np.ndarray, np.generic)):
            yield from self._arrays(want, got)
        elif isinstance(want, (list, tuple, dict)):
            yield from self._containers(want, got)
        elif self._became_ours(want, got):
            yield from self._differences(want, got.item())
        elif type(want) is not type(got):
            numpys = "numpy." if isinstance(got, np.generic) else ""
            yield "container", f": {numpys}{type(got).__name__} instead of {type(want).__name__}"
        elif isinstance(want, (float, complex)):
            if not self._close(np.asarray(want), np.asarray(got)):
                yield "value", f": {got!r} instead of {want!r}"
        elif isinstance(want, np.dtype):
            if got not in (want, canonical(want) if self.variant.narrows else want):
                yield "value", f": {got} instead of {want}"
        elif hasattr(want, "__dict__") and not callable(want):
            yield from self._differences(vars(want), vars(got))
        elif not callable(want) and want != got:
            yield "value", f": {got!r:.100} instead of {want!r:.100}"

    def _became_ours(self, want: Any, got: Any) -> bool:
        kind = KIND_OF.get(type(want), "")
        if not kind or kind not in self.numbers:
            return False
        return (type(got) in core.OURS or isinstance(got, np.generic)) and not got.shape and got.dtype.kind == kind

    def _containers(self, want: Any, got: Any) -> Iterator[tuple[str, str]]:
        if type(want) is not type(got):
            yield "container", f": {type(got).__name__} instead of {type(want).__name__}"
        elif len(want) != len(got) or (isinstance(want, dict) and list(want) != list(got)):
            yield "shape", f": {len(got)} items instead of {len(want)}"
        else:
            for key in want if isinstance(want, dict) else range(len(want)):
                for kind, text in self._differences(want[key], got[key]):
                    yield kind, f"[{key!r}]{text}"

    def _arrays(self, want: Any, got: Any) -> Iterator[tuple[str, str]]:
        narrows = self.variant.narrows and want.dtype.char in core.STORED_KINDS
        dtype = canonical(want.dtype) if narrows else want.dtype
        numpys = self.ndarrays and type(got) is type(want)
        if type(got) is not self.variant.kind(want) and not numpys:
            yield "container", f": {type(got).__name__} instead of {self.variant.kind(want).__name__}"
        elif got.dtype != dtype and not (numpys and isinstance(got, np.generic)):
            yield "dtype", f": {got.dtype} instead of {dtype}"
        elif got.shape != want.shape:
            yield "shape", f": {got.shape} instead of {want.shape}"
        elif not self._close(np.asarray(want), np.asarray(got)):
            yield "value", f": {shown(got)} instead of {shown(want)}"
        elif isinstance(want, np.ndarray) and not warns_on_write(want):
            if got.flags.writeable != want.flags.writeable:
                yield "alias", f": writeable is {got.flags.writeable}"

    def _close(self, want: np.ndarray, got: np.ndarray) -> bool:
        with np.errstate(all="ignore"):
            want = want.astype(got.dtype)
        if want.dtype.kind not in "fc":
            return np.array_equal(want, got)
        number = np.finfo(got.dtype)
        finite = np.abs(want[np.isfinite(want)])
        largest = float(finite.max()) if finite.size else 0.0
        atol = max(self.ulps * float(number.eps), self.rounding) * max(largest, float(number.tiny))
        with np.errstate(all="ignore"):
            return np.allclose(got, want, rtol=0, atol=atol, equal_nan=True)

    def _aliases(self, want: Told, got: Told) -> Verdict | None:
        """Whether what came out shares memory with what went in, and a write to it shows there."""
        given = list(zip(everywhere(want.arguments), everywhere(got.arguments), strict=True))
        results = list(zip(everywhere(want.value), everywhere(got.value), strict=True))
        for i, (w, g) in enumerate(results):
            others = [("argument", *pair) for pair in given] + [("result", *pair) for pair in results[:i]]
            for j, (where, whole, ours) in enumerate(others):
                shared = np.shares_memory(w, whole)
                if np.shares_memory(g, ours) != shared:
                    number = j if where == "argument" else j - len(given)
                    return Verdict("alias", f"result {i} and {where} {number} share memory: not {shared}")
        for i, (w, g) in enumerate(results):
            if w.size and not warns_on_write(w) and w.flags.writeable:
                w[...] = g[...] = 1
                if found := self._same(want.arguments, got.arguments, f"write to result {i}, argument", "alias"):
                    return found
        return None


def everywhere(value: Any) -> list:
    """The arrays of numbers in a value, those in attributes too."""
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in everywhere(item)]
    if isinstance(value, dict):
        return everywhere(list(value.values()))
    if type(value) is core.JaxArray or type(value) is np.ndarray:
        return [value] if value.dtype.char in core.STORED_KINDS else []
    return everywhere(vars(value)) if hasattr(value, "__dict__") and not callable(value) else []


def first_words(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]


def shown(value: Any) -> str:
    return " ".join(np.array2string(np.asarray(value).ravel()[:4], precision=6).split())


def copied(values: list) -> list:
    return [copy.deepcopy(v) for v in values]
