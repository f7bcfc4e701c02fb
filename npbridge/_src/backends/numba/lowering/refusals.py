"""What to do where Numba refuses a program: another form of it, or words for the user."""

from __future__ import annotations

import linecache
import os
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import hosting, unified_stores
from .errors import LoweringError
from .unified import MARK

_WIDEN = re.compile(r"npbridge widen <(.*?)> to (\w+)")

_APART = re.compile(MARK + r" <(.*?)> <(.*?)>: (.*)")


@dataclass(frozen=True)
class Settings:
    """What earlier attempts have shown to be needed."""

    robust: bool = False
    narrow: bool = False  # dtypes take part for which it matters whether a number is Python's
    boxed: frozenset = frozenset()
    widened: frozenset = frozenset()
    hosted: frozenset = frozenset()
    watched: frozenset = frozenset()  # names of units that hold a whole number before a float
    looks: bool = False  # at scalars that are stored among integers


class Retry(Exception):
    """Numba asks for another form of the program."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings


def explain(variant: Any, error: Exception, host: list) -> Exception:
    """What to do about an error of Numba: another form, or words for the user."""
    settings = variant.program.settings
    text = str(error)
    widen = _WIDEN.search(text)
    if widen is not None:
        path = next(p for p in settings.boxed if p.text == widen.group(1))
        if path not in settings.widened:
            return Retry(replace(settings, widened=settings.widened | {path}))
    apart = _APART.search(_plain(text))
    if apart is not None:
        return _kept_apart(variant, settings, apart, text)
    if unified_stores.MARK in text and not settings.looks:
        return Retry(replace(settings, looks=True))
    if not settings.robust:
        return Retry(replace(settings, robust=True))
    hosted = hosting.refused(variant.program, text, place_of(variant.program, text))
    if hosted:
        return Retry(replace(settings, hosted=settings.hosted | hosted))
    locked = any(type(h) is np.ndarray and not h.flags.writeable for h in host)
    if locked and ("readonly" in text or "read-only" in text or "immutable" in text.lower()):
        return ValueError("assignment destination is read-only")
    return refusal(variant, text)


def _kept_apart(variant: Any, settings: Settings, apart: re.Match, text: str) -> Exception:
    """Whole numbers before floats are watched; other types that would become one are left to Python."""
    place = apart.group(1), apart.group(2)
    known = any(u.name == place[0] and place[1] in (*u.locals, "return") for u in variant.program.order)
    if known and place not in settings.watched:
        return Retry(replace(settings, watched=settings.watched | {place}))
    return LoweringError(
        f"{apart.group(3).strip()}: compiled code has one type for it, Python several{_where(variant, text)}"
    )


def _where(variant: Any, text: str) -> str:
    place = place_of(variant.program, text)
    if place is None:
        return ""
    name, line = place
    return f'\n  File "{name}", line {line}\n    {linecache.getline(name, line).strip()}'


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def place_of(program: Any, text: str) -> tuple[str, int] | None:
    """The innermost of the user's lines that Numba names."""
    files = {os.path.basename(u.filename): u.filename for u in program.order}
    places = re.findall(r'File "([^"]+)", line (\d+)', _plain(text))
    return next(((files[os.path.basename(f)], int(n)) for f, n in places if os.path.basename(f) in files), None)


def refusal(variant: Any, text: str) -> LoweringError:
    """Numba's reason, and the innermost of the user's lines that it names."""
    plain = _plain(text)
    lines = [x.strip() for x in plain.splitlines() if x.strip()]
    noise = ("Failed in nopython", "During", "File", ">>>", "- ", "There are", "<source", "Overload", "Rejected")
    told = [x for x in lines if not x.startswith(noise)]
    reason = next((x for x in told if x.startswith(_REASONS)), (told or lines or ["Numba stopped without a word."])[0])
    signature = next((x for x in lines if x.startswith(">>>")), "")
    where = _where(variant, text)
    return LoweringError(
        f"Numba cannot compile this: {reason} {signature.removeprefix('>>> ')}\nWrite it with functions and arguments "
        f"that it has, or run this function on the 'jax' backend or without jit.{where}"
    )


_REASONS = (
    "No implementation", "No match", "Cannot unify", "Unknown", "Invalid use", "Use of unsupported", "Cannot cast",
    "Unsupported", "Type of variable", "einsum", "np.", "axis",
)  # fmt: skip
