"""The code that was compiled, as texts, and what became of each line."""

from __future__ import annotations

import inspect
import linecache
import types

import jax
import numpy as np
from jax.extend.core import jaxpr_as_fun

from ..convert import pipeline


def first_sentence(error: Exception) -> str:
    """What an error says, without its advice and its place."""
    return str(error).partition("\n")[0].partition(". ")[0].rstrip(".").replace(" for 'jax'", "")


def converted_source(function, entry=None) -> str:
    """The converted source of a function and of the user's functions that it called."""
    functions = [*(entry.functions if entry is not None else ()), function]
    found = dict.fromkeys(pipeline.text_of(f) for f in functions)
    return "\n\n\n".join(text for text in found if text)


def _section(title: str, text: str) -> str:
    return f"{title}\n{'-' * len(title)}\n\n{text}\n"


def shown_on_jax(compiled, entry) -> str:
    """What ``show_code`` prints."""
    source = converted_source(compiled.function, entry)
    return _section("The recompiled function:", source) + "\n" + _section("Its jaxpr:", str(entry.usual))


def shown_in_loops(compiled, entry) -> str:
    """The same of plain loops."""
    source = converted_source(compiled.function, entry)
    program = str(entry.on_host.compiled.program)
    return _section("The recompiled function:", source) + "\n" + _section("Its program:", program)


# -- lowering without running


class LoweredOnJax:
    """The compiled form of one call on ``'jax'``.

    Attributes
    ----------
    source : str
        The converted source.
    jaxpr : str
    stablehlo : str
        What JAX hands to XLA.
    hlo : str
        What XLA made of it.
    """

    def __init__(self, source, jaxpr, lowered) -> None:
        self.source = source
        self.jaxpr = str(jaxpr)
        self._lowered = lowered

    @property
    def stablehlo(self) -> str:
        return self._lowered.as_text()

    @property
    def hlo(self) -> str:
        return self._lowered.compile().as_text()

    def as_text(self) -> str:
        return self.hlo


def lower_on_jax(compiled, entry, binding, signature) -> LoweredOnJax:
    values = [*(x for _, x in signature.numbers), *binding.raws]
    buffers = [jax.ShapeDtypeStruct(b.shape, b.dtype) for b in binding.buffers]
    lowered = jax.jit(jaxpr_as_fun(entry.usual)).lower(*buffers, *values)
    return LoweredOnJax(converted_source(compiled.function, entry), entry.usual, lowered)


class LoweredInLoops:
    """The compiled form of one call on ``'numpy'``, as plain loops.

    Attributes
    ----------
    source : str
        The converted source.
    jaxpr : str
    program : str
        A node a line.
    llvm : str
    """

    def __init__(self, source, jaxpr, compiled) -> None:
        self.source, self.jaxpr = source, str(jaxpr)
        self.program, self.llvm = str(compiled.program), compiled.text

    def as_text(self) -> str:
        return self.llvm


def lowered_in_loops(compiled, entry, binding, signature) -> LoweredInLoops:
    return LoweredInLoops(converted_source(compiled.function, entry), entry.jaxpr, entry.on_host.compiled)


# -- explaining


def explained(compiled, entry, pools) -> str:
    """The text of ``explain()``."""
    lines = [f"{compiled.__name__}: compiled {compiled._compiles} times; the last reason: {compiled._reason}"]
    if entry is None:
        return lines[0]
    if entry.on_host is not None:  # it has run
        lines.append("runs as plain loops" if entry.on_host else f"runs on XLA: {entry.not_on_host}")
    lines += [f"takes: {text}" for text in entry.inputs]
    pool = pools.latest()
    if pool is not None:
        constants = [f"{g.path} = {_brief(g.value)}" for g in pool.state.guards if _is_constant(g.value)]
        lines += [f"constant, looked at before each call: {text}" for text in constants]
    notes: dict[str, dict[int, list[str]]] = {}
    for file, line, text in entry.notes:
        notes.setdefault(file, {}).setdefault(line, []).append(text)
    for function in plain_functions([compiled.function, *entry.functions]):
        lines += ["", *_annotated(function, notes.get(function.__code__.co_filename, {}))]
    return "\n".join(lines)


def plain_functions(functions):
    """The functions behind methods, partials and objects that are called, each once."""
    seen = set()
    for f in functions:
        while not isinstance(f, types.FunctionType):
            if isinstance(f, types.MethodType):
                f = f.__func__
            elif hasattr(f, "func"):
                f = f.func
            else:
                f = getattr(type(f), "__call__", None)  # noqa: B004
                if not isinstance(f, types.FunctionType):
                    break
        if isinstance(f, types.FunctionType) and f.__code__ not in seen:
            seen.add(f.__code__)
            yield f


def _annotated(function, notes) -> list[str]:
    """The lines of a function, each with what became of it under it."""
    code = function.__code__
    try:
        count = len(inspect.getsourcelines(function)[0])
    except (OSError, TypeError):
        return [f"{code.co_filename}:{line}  {text}" for line, texts in sorted(notes.items()) for text in texts]
    first = code.co_firstlineno
    out = [f"{code.co_filename}"]
    for line in range(first, first + count):
        text = linecache.getline(code.co_filename, line).rstrip()
        out.append(f"{line:5} | {text}")
        indent = " " * (len(text) - len(text.lstrip()))
        out += [f"      | {indent}^ {note}" for note in notes.get(line, ())]
    return out


def _is_constant(value) -> bool:
    return isinstance(value, (int, float, complex, str, bytes, type(None), np.generic, np.dtype))


def _brief(value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
