"""Exceptions that compiled code raises."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from .values import Known, Value


class Raising:
    """The part of the walker that handles what is raised."""

    def exception(self, node: ast.expr) -> ast.expr:
        """The expression of a raise statement.

        Text that is made from computed values becomes a number and the values;
        :mod:`.executable` makes the text when the exception arrives.
        """
        if not isinstance(node, ast.Call):
            value, _ = self.expr(node)
            return _exception_name(self, value, node)
        cls, _ = self.expr(node.func)
        name = _exception_name(self, cls, node)
        args: list[ast.expr] = []
        for arg in node.args:
            parts = _text_parts(arg)
            if parts is None:
                value, made = self.expr(arg)
                args.append(self.node(value, made, arg))
                continue
            template, values = [], []
            for part in parts:
                self._text_part(part, template, values)
            if not values:
                args.append(ast.Constant("".join(template)))
                continue
            self.program.messages.append("".join(template))
            args = [ast.Constant(f"\x00{len(self.program.messages) - 1}"), *values]
            break
        return ast.copy_location(ast.Call(name, args, []), node)

    def _text_part(self, part: ast.expr, template: list[str], values: list[ast.expr]) -> None:
        if isinstance(part, ast.Constant):
            template.append(str(part.value).replace("{", "{{").replace("}", "}}"))
            return
        value, made = self.expr(part.value)
        spec = "".join(str(p.value) for p in part.format_spec.values) if part.format_spec is not None else ""
        conversion = "" if part.conversion == -1 else "!" + chr(part.conversion)
        if isinstance(value, Known):
            text = ("{0" + conversion + ":" + spec + "}").format(value.value)
            template.append(text.replace("{", "{{").replace("}", "}}"))
        else:
            template.append("{" + conversion + (":" + spec if spec else "") + "}")
            values.append(self.node(value, made, part))


def _text_parts(node: ast.expr) -> list[ast.expr] | None:
    return list(node.values) if isinstance(node, ast.JoinedStr) else None


def _exception_name(unit: Any, value: Value, node: ast.AST) -> ast.expr:
    if not isinstance(value, Known) or not (isinstance(value.value, type) and issubclass(value.value, BaseException)):
        raise unit.error(node, "what is raised must be an exception class that is known while compiling")
    if getattr(builtins, value.value.__name__, None) is value.value:
        return ast.Name(value.value.__name__, ast.Load())
    return unit.program.constant(value.value, value.value.__name__)
