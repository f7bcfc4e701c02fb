"""Functions of Python's library that look at the world or change it, in code compiled for ``'jax'``.

Called while a function is traced they would be called once, and what they gave would be a
constant.  So they are known by themselves, and called at each run in the order of the
program, where their results are numbers or nothing; the others are refused.
"""

from __future__ import annotations

import builtins
import datetime
import io
import logging
import os
import pathlib
import queue
import random
import secrets
import sys
import tempfile
import time
import types
import uuid
import warnings
from typing import Any

import jax
import numpy as np

from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from . import late_texts, python_draws
from .host_tasks import Call

_CLOCKS = (
    time.time, time.time_ns, time.perf_counter, time.perf_counter_ns, time.monotonic, time.monotonic_ns,
    time.process_time, time.process_time_ns, time.thread_time, time.thread_time_ns, os.times,
)  # fmt: skip
_EFFECTS = (
    builtins.print, time.sleep, warnings.warn, logging.debug, logging.info, logging.warning, logging.error,
    logging.critical, logging.exception, logging.log,
)  # fmt: skip
_LOGS = {"debug", "info", "warning", "error", "critical", "exception", "log", "warn"}
_WRITES = {"write", "writelines", "flush"}
_REFUSED = (
    builtins.input, builtins.open, io.open, uuid.uuid1, uuid.uuid3, uuid.uuid4, uuid.uuid5, os.urandom, os.getenv,
    os.listdir, os.remove, os.mkdir, os.makedirs, os.rename, os.system, os.open, os.read, os.write, os.stat, os.scandir,
    time.localtime, time.gmtime, time.ctime, time.strftime, time.asctime, secrets.token_bytes, secrets.token_hex,
    secrets.token_urlsafe, secrets.choice, secrets.randbelow, secrets.randbits, tempfile.mkdtemp, tempfile.mkstemp,
)  # fmt: skip
_REFUSED_METHODS = {
    datetime.date: {"today", "now", "utcnow"},
    pathlib.PurePath: {
        "read_text", "read_bytes", "write_text", "write_bytes", "open", "exists", "is_file", "is_dir", "stat", "unlink",
        "mkdir", "touch", "iterdir", "glob", "rglob", "cwd", "home", "resolve",
    },
    io.IOBase: {"read", "readline", "readlines", "seek", "tell", "close", "truncate", "getvalue", "readinto"},
    random.SystemRandom: set(dir(random.SystemRandom)),
    type(os.environ): {"get", "pop", "setdefault", "__getitem__", "__setitem__"},
    queue.Queue: {"put", "get", "put_nowait", "get_nowait", "qsize", "empty", "full", "join", "task_done"},
    queue.SimpleQueue: {"put", "get", "put_nowait", "get_nowait", "qsize", "empty"},
}  # fmt: skip
_PURE_UUID = {id(uuid.uuid3), id(uuid.uuid5)}
_known: dict[int, Any] = {}


def replaced(f):
    """What to call for `f` while tracing, where it has to do with the world; else None."""
    found = _table().get(id(f))
    if found is not None:
        return found(f)
    owner = getattr(f, "__self__", None)
    if owner is None or isinstance(owner, types.ModuleType):
        return None
    name = getattr(f, "__name__", "")
    if type(owner) is str:
        return late_texts.Method(f) if name in late_texts.METHODS else None
    if type(owner) is random.Random:
        return python_draws.Drawing(owner, name)
    if isinstance(owner, (logging.Logger, logging.LoggerAdapter)):
        return Effect(f) if name in _LOGS else None
    if name in _WRITES and (owner is sys.stdout or owner is sys.stderr):
        return Effect(_Present("stdout" if owner is sys.stdout else "stderr", name))
    if isinstance(owner, io.IOBase) and name in _WRITES:
        return Effect(f)
    kind = owner if isinstance(owner, type) else type(owner)
    if any(name in names and issubclass(kind, base) for base, names in _REFUSED_METHODS.items()):
        return Refused(f)
    return None


def _table():
    if not _known:
        _known.update((id(f), Clock) for f in _CLOCKS if f is not os.times)
        _known.update((id(f), Effect) for f in _EFFECTS)
        _known.update((id(f), Refused) for f in _REFUSED if id(f) not in _PURE_UUID)
        _known[id(os.times)] = Refused
        _known.update((id(f), lambda f: late_texts.FUNCTIONS[f]) for f in late_texts.FUNCTIONS)
    return _known


class _Present:
    """A method of the stream that ``sys.stdout`` or ``sys.stderr`` is when it is called."""

    def __init__(self, stream: str, method: str) -> None:
        self.stream, self.__name__ = stream, method
        self.__qualname__ = f"sys.{stream}.{method}"

    def __call__(self, *args):
        return getattr(getattr(sys, self.stream), self.__name__)(*args)


def name_of(f) -> str:
    owner = getattr(f, "__self__", None)
    name = getattr(f, "__qualname__", None) or getattr(f, "__name__", repr(f))
    module = getattr(f, "__module__", None) or getattr(owner, "__module__", None) or ""
    return name if module in ("", "builtins", None) else f"{module}.{name}"


class Refused:
    """A function whose result has no form in compiled code, and is another one at each call."""

    def __init__(self, function) -> None:
        self.function = function

    def __call__(self, *args, **kwargs):
        raise UnsupportedError(
            f"{name_of(self.function)} looks at the world outside of the program, or changes it: in a compiled "
            "function that would happen once, while it is compiled, and its result is no number that could be asked "
            "for at each call. Call it outside, and hand in what it gives."
        )


class Clock:
    """A function without arguments that gives a number."""

    def __init__(self, function) -> None:
        self.function = function

    def __call__(self):
        return _host(self.function).call(Call(self.function, (), {}, type(self.function())))


class Effect:
    """A function that is called for what it does."""

    def __init__(self, function) -> None:
        self.function = function

    def __call__(self, *args, **kwargs):
        function = self.function
        call = Call(function, args, kwargs, None)
        _host(function, effect=True).do(call)
        if getattr(function, "__name__", "") == "write" and not call.traced:
            return len(args[0])
        return None


class _Lanes:
    """Who calls for many lanes at once: once for each."""

    @staticmethod
    def do(call) -> None:
        jax.debug.callback(lambda *values: call(None, [np.asarray(x) for x in values]), *call.values)


def _host(function, effect=False):
    context: Any = contexts.current()
    what = name_of(function)
    if context.refuses_host:
        raise UnsupportedError(f"{what} runs on the host, which strict=True forbids. Call it outside of the function.")
    if context.host is None:
        if effect:
            return _Lanes
        raise UnsupportedError(f"{what} gives one number, and inside vmap there are many lanes: call it outside.")
    context.note_here(f"{what} is called at each run, on the host")
    return context.host
