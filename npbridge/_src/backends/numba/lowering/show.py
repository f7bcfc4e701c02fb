"""The compiled code as text."""

from __future__ import annotations

import ast
import copy
import pprint
import re
from typing import Any

import numpy as np


class _AsWritten(ast.NodeTransformer):
    """Puts back assignments in the form in which the user wrote them."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        shown = getattr(node, "shown", None)
        return ast.copy_location(shown, node) if shown is not None else self.generic_visit(node)


def text_of(unit: Any) -> str:
    tree = _AsWritten().visit(copy.deepcopy(unit.emitted))
    return ast.unparse(ast.fix_missing_locations(tree))


def source_of(program: Any) -> str:
    """The functions of a program, the entry last."""
    return "\n\n\n".join(ast.unparse(ast.fix_missing_locations(unit.emitted)) for unit in program.order)


class Shown:
    """What ``show_code`` prints for one variant."""

    def __init__(self, executable: Any, program: Any, entry: Any, leaves: list[str]) -> None:
        self.executable = executable
        self.program = program
        self.entry = entry
        self.leaves = leaves

    def driver(self) -> str:
        """The function that hands state over at each call."""
        plain = [text.removeprefix("arg_") for text in self.leaves]
        lifted = [f"{x.name}={_value_text(x)}" for x in self.entry.needs]
        name = self.entry.name
        signature = str(self.executable.signature)
        arguments = "".join(f"{part}, " for part in plain) + "".join(f"{part}," for part in lifted)
        return f"def new_{name}{signature}:\n    return {name}({arguments if lifted else arguments.rstrip(', ')})"

    def space(self, dispatcher: Any) -> dict[str, Any]:
        """The names that the driver uses."""
        used = {x.key.root.text.split("[")[0].split(".")[0]: None for x in self.entry.needs}
        found = {name: self.program.roots[name] for name in used if name in self.program.roots}
        found[self.entry.name] = dispatcher
        return found


def _value_text(lifted: Any) -> str:
    text = lifted.key.text
    return f"{text}.value" if hasattr(type(lifted.initial), "value") else text


def _section(source: str, space: dict[str, Any]) -> str:
    names = pprint.pformat({k: _Brief(v) for k, v in space.items()}) if space else "{}"
    return "\n".join(
        [
            "The recompiled function:",
            "-" * 25,
            "",
            source,
            "",
            "The namespace of the above function:",
            "-" * 36,
            names,
            "",
        ]
    )


class _Brief:
    """An object in a namespace, shown on one line where it is large."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        if isinstance(self.value, dict):
            return f"<the globals of {self.value.get('__name__')}>"
        return repr(self.value)


def preview(executable: Any) -> str:
    """What :func:`format_code` will say, before the first call; empty where it depends on the arguments.

    The function is lowered for numbers and for arrays in the place of the arguments: where
    that comes out the same, it does not depend on them.
    """
    parameters = executable.signature.parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return ""
    needed = [p for p in parameters if p.default is p.empty]
    texts = [_code_for(executable, parameters, instead) for instead in ((1.0, np.ones(1)) if needed else (None,))]
    return texts[0] if len({re.sub("0x[0-9a-f]+", "", text) for text in texts}) == 1 else ""


def _code_for(executable: Any, parameters: Any, instead: Any) -> str:
    from .refusals import Settings
    from .variant import Variant

    try:
        Variant(executable, tuple([instead if p.default is p.empty else p.default for p in parameters]), Settings())
        return format_code(executable)
    except Exception:  # it does not take this: the first call will tell
        return ""
    finally:
        executable.latest = None


def format_code(executable: Any) -> str:
    """The functions that were compiled last, and the names that they use.

    Parameters
    ----------
    executable : Executable
        It must have been called.

    Returns
    -------
    str
        A section for each compiled function, the called functions first, and one
        for the function that hands over state at each call.
    """
    variant = executable.latest
    if variant is None:
        return ""
    shown = variant.shown
    sections = []
    for unit in variant.program.order:
        used = {n.id for n in ast.walk(unit.emitted) if isinstance(n, ast.Name)}
        space = {k: v for k, v in variant.dispatcher.py_func.__globals__.items() if k in used and k != unit.name}
        space = {k: v for k, v in space.items() if k in variant.program.constants or _is_unit(variant.program, k)}
        sections.append(_section(text_of(unit), space))
    sections.append(_section(shown.driver(), shown.space(variant.dispatcher)))
    return "\n".join(sections)


def _is_unit(program: Any, name: str) -> bool:
    return any(unit.name == name for unit in program.order)


# -- explaining


def explained(executable: Any, name: str) -> str:
    """The text of ``explain()``: what was compiled, what it writes, what goes through the interpreter."""
    variants = [v for kept in executable.variants.values() for v in kept]
    lines = [f"{name}: {len(variants)} compiled forms, one for each kind of arguments"]
    for reason in executable.refused.values():
        lines.append(f"runs as plain Python for some arguments, because it cannot be compiled: {reason}")
    variant = executable.latest
    if variant is None or variant not in variants:
        return "\n".join(lines)
    program = variant.program
    written = [p for p, w in zip(variant.entry.parameters, variant.written, strict=True) if w]
    lines.append(f"writes: {', '.join(written) or 'nothing'}")
    constants = [path.text for path, guard in program.guards.items() if path not in program.lifted]
    lines.append(f"compiles again when one of these changes: {', '.join(constants) or 'nothing'}")
    lines += [_RISKS[int(variant.risk)]]
    lines += [f"{file}:{line}  {called} goes through the interpreter" for file, line, called in program.host_notes]
    return "\n".join([*lines, "", format_code(executable)])


_RISKS = (
    "needs no copies: it cannot fail after it has written something",
    "copies what it writes before a call with new shapes or integers, to put it back should the call fail",
    "copies what it writes before each call, to put it back should the call fail",
)
