"""Tracebacks and warnings as plain Python would show them."""

from __future__ import annotations

import os
import sys
import warnings

from ..tiers import trampolines

# The name under which the import function of user code stands in tracebacks.  `warnings` counts
# stack levels without frames whose file has "importlib" and "_bootstrap" in its name.
IMPORT_FILE = "<npbridge importlib._bootstrap>"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_MACHINERY = ("jax", "jaxlib", "numba", "llvmlite", "contextlib")


def hide_frames(above: bool) -> None:
    """Let the traceback that ends the program show the user's frames.

    Frames of npbridge are left out, and below them those of JAX and Numba.
    ``NPBRIDGE_TRACEBACK=full`` keeps everything.

    Parameters
    ----------
    above : bool
        Leave out the frames above npbridge's first too.
    """
    if os.environ.get("NPBRIDGE_TRACEBACK") == "full":
        return
    hook = sys.excepthook

    def show(kind, error, trace):
        if above:
            while trace is not None and not _ours(trace):
                trace = trace.tb_next
            error.__traceback__ = trace
        hook(kind, cleaned(error), error.__traceback__)

    sys.excepthook = show


def cleaned(error: BaseException) -> BaseException:
    """`error`, and what it came from, without the frames that plain Python has not."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        e = waiting.pop()
        if id(e) in seen:
            continue
        seen.add(id(e))
        e.__traceback__ = _cleaned(e.__traceback__)
        if _internal(e.__context__):
            e.__suppress_context__ = True
        origins = (e.__cause__, None if e.__suppress_context__ else e.__context__, *getattr(e, "exceptions", ()))
        waiting += [origin for origin in origins if origin is not None]
    return error


def _internal(error: BaseException | None) -> bool:
    """Whether an error was raised and caught without the user's code in between."""
    return error is not None and error.__traceback__ is not None and _cleaned(error.__traceback__) is None


def _cleaned(trace):
    kept = []
    below = False  # whether npbridge was entered and no other code since
    while trace is not None:
        if _ours(trace):
            below = True
        elif not (below and _machinery(trace)):
            below = False
            kept.append(trace)
        trace = trace.tb_next
    for i, entry in enumerate(kept):
        entry.tb_next = kept[i + 1] if i + 1 < len(kept) else None
    return kept[0] if kept else None


def _ours(trace) -> bool:
    code = trace.tb_frame.f_code
    return code.co_filename == IMPORT_FILE or code.co_filename.startswith(_PACKAGE) or id(code) in trampolines.made


def _machinery(trace) -> bool:
    return trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in _MACHINERY


def point_warnings() -> None:
    """Let warnings that NumPy raises inside npbridge name the line that called it."""
    show = warnings.showwarning

    def showwarning(message, category, filename, lineno, file=None, line=None):
        if filename.startswith(_PACKAGE):
            filename, lineno = _caller(filename, lineno)
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = showwarning


def _caller(filename: str, lineno: int) -> tuple[str, int]:
    """Where the innermost frame is that called npbridge."""
    from ..ground.compat import frame_above  # with which JAX is imported

    frame = frame_above(2)
    inside = False
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE) or id(frame.f_code) in trampolines.made:
            inside = True
        elif inside and frame.f_globals.get("__name__", "").partition(".")[0] not in _MACHINERY:
            return name, frame.f_lineno
        frame = frame.f_back
    return filename, lineno
