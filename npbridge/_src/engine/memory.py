"""What was found out about a program, kept for the next process: JSON, which is read and never executed."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from types import CodeType
from typing import Any

from ..ground.cache import Shelf
from ..ground.users import in_library
from ..ground.version import __version__

shelf = Shelf("auto", 1 << 23)


def key_of(code: CodeType, kind: Any) -> str:
    """A key of a kind of calls of a function: its code, the user's files, the machine, the versions."""
    total = hashlib.sha256(_surroundings())
    for name, text in _sources():
        total.update(f"{name} {text}\n".encode())
    total.update(f"{code.co_filename} {code.co_firstlineno} {code.co_qualname} {kind!r}".encode())
    _add(total, code)
    return total.hexdigest()


def _add(total: Any, code: CodeType) -> None:
    """Take the code itself into a key, and that of the functions inside."""
    total.update(code.co_code + repr((code.co_names, code.co_varnames)).encode())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _add(total, constant)
        else:
            total.update(repr(constant).encode())


def recall(key: str) -> Any:
    """What is kept under a key; None where nothing is, or nothing that can be read."""
    text = shelf.read(key)
    if text is None:
        return None
    with contextlib.suppress(ValueError):
        found = json.loads(text)
        return found if isinstance(found, dict) else None
    return None


def remember(key: str, found: dict) -> None:
    """Keep what JSON can hold."""
    shelf.write(key, json.dumps(found).encode())


def forget(key: str) -> None:
    """Keep nothing under a key: it was no longer true."""
    shelf.remove(key)


@functools.cache
def _surroundings() -> bytes:
    packages = [f"{name} {metadata.version(name)}" for name in ("numpy", "jax", "jaxlib", "numba", "llvmlite")]
    machine = (platform.machine(), platform.processor(), _model(), str(os.cpu_count()))
    return "\n".join([sys.version, __version__, *packages, *machine]).encode()


def _model() -> str:
    """The name of the processor, where the system tells it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line
    return ""


def _sources() -> Iterable[tuple[str, str]]:
    """The user's files that are loaded, and digests of what is in them: a function may call any."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for file in sorted(f for f in files if isinstance(f, str) and not in_library(f)):
        with contextlib.suppress(OSError):
            yield file, hashlib.sha256(Path(file).read_bytes()).hexdigest()
