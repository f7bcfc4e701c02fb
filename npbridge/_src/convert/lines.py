"""At which lines of the user's code something happens, and errors that show them.

An error that is found at run time is raised where the compiled function was called;
the lines that it is about were met while tracing.  They are kept with the error, and
when it is raised its traceback runs through them.
"""

from __future__ import annotations

import ast
import copy
import linecache
import types

from ..ground.compat import frame_above
from ..ground.users import in_library

_MACHINERY = ("<frozen ", "<__array_function__")
_COMPILES = "npbridge._src.jit."
_ATTRIBUTE = "_npbridge_lines"


def user_lines() -> list[tuple[str, int, str]]:
    """``(file, line, function)`` of the user's frames below the call that compiles, outermost first."""
    found: list[tuple[str, int, str]] = []
    frame = frame_above(1)
    while frame is not None:
        code = frame.f_code
        if frame.f_globals.get("__name__", "").startswith(_COMPILES):
            break
        if not in_library(code.co_filename) and not code.co_filename.startswith(_MACHINERY):
            entry = (code.co_filename, frame.f_lineno, code.co_name)
            # blocks of one function are functions inside it: the innermost says the line
            if not found or (found[-1][0], found[-1][2]) != (entry[0], entry[2]):
                found.append(entry)
        frame = frame.f_back
    return found[::-1]


def located(error: BaseException) -> BaseException:
    """`error`, which remembers where the user's code is."""
    setattr(error, _ATTRIBUTE, user_lines())
    return error


def at(error: BaseException, file: str, line: int, name: str) -> BaseException:
    """`error`, which remembers a line of the user's code."""
    setattr(error, _ATTRIBUTE, [(file, line, name)])
    return error


def located_where_raised(error: BaseException) -> BaseException:
    """`error`, which was caught here and remembers the lines through which it came."""
    lines = user_lines()
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not in_library(code.co_filename) and not code.co_filename.startswith(_MACHINERY):
            if lines and (lines[-1][0], lines[-1][2]) == (code.co_filename, code.co_name):
                lines.pop()
            lines.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    setattr(error, _ATTRIBUTE, lines)
    return error


def again(error: BaseException) -> BaseException:
    """A new exception like `error`, with a traceback through the lines where it was located."""
    lines = getattr(error, _ATTRIBUTE, [])
    late = getattr(error, "late", None)  # what was raised outside of the compiled code is known now
    error = (late() if late is not None else None) or error
    try:
        new = copy.copy(error)
        assert type(new) is type(error)
    except Exception:  # whatever a user's class does when it is copied
        new = error
    trace = None
    for file, line, name in reversed(lines):
        trace = types.TracebackType(trace, *_frame(file, line, name))
    return new.with_traceback(trace)


def _frame(file: str, line: int, name: str):
    """``(frame, last instruction, line)`` of a function called `name` that stands at a line."""
    text = linecache.getline(file, line)
    start, end = len(text) - len(text.lstrip()), max(len(text.rstrip()), 1)
    tree = ast.parse("def f():\n    return caught()\nf()")
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):  # all of the line: then Python marks no part of it
            node.lineno = node.end_lineno = line
            node.col_offset, node.end_col_offset = start, end
    tree.body[0].name = name if name.isidentifier() else "f"
    tree.body[1].value.func.id = tree.body[0].name
    tree.body[0].body[0].value.func.id = "<caught>"  # no function of the user's has such a name
    caught = []
    names = {"<caught>": lambda: caught.append(frame_above(1))}
    exec(compile(tree, file, "exec"), names)
    frame = caught[0]
    return frame, frame.f_lasti, line


def tidy(error: BaseException) -> BaseException:
    """`error` with the user's frames alone in its traceback."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if not in_library(trace.tb_frame.f_code.co_filename) and not _repeats(frames, trace):
            frames.append(trace)
        trace = trace.tb_next
    new = None
    for trace in reversed(frames):
        new = types.TracebackType(new, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
    notes = getattr(error, "__notes__", None)
    if notes:
        error.__notes__ = [note for note in notes if "JAX_TRACEBACK_FILTERING" not in note]
    return error.with_traceback(new)


def place_of(error: BaseException) -> str:
    """The innermost line of the user's in the traceback of an error, in words; empty where there is none."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not in_library(file):
            found = f'  File "{file}", line {trace.tb_lineno}\n    {linecache.getline(file, trace.tb_lineno).strip()}'
        trace = trace.tb_next
    return found


def _repeats(frames, trace) -> bool:
    """Whether the frame is of a block of the function that the last frame is of; the last is replaced."""
    if not frames:
        return False
    last, now = frames[-1].tb_frame.f_code, trace.tb_frame.f_code
    if last is now or (last.co_filename, last.co_name) != (now.co_filename, now.co_name):
        return False
    frames[-1] = trace
    return True
