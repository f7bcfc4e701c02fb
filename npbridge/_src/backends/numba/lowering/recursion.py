"""Recursion that goes as deep as Python's, and no deeper: machine code would run off the end of the stack."""

from __future__ import annotations

import ast
import sys
from typing import Any

DEPTH = "npb_depth"


def limit(program: Any) -> bool:
    """Count the depth in functions that call themselves, through others too, and raise where Python would.

    Returns
    -------
    bool
        Whether there are any.
    """
    callees = {unit: [callee for _, callee in unit.calls] for unit in program.order}
    reached = {unit: _reached(unit, callees) for unit in program.order}
    recursive = [unit for unit in program.order if unit in reached[unit]]
    for unit in program.order:
        for node, callee in unit.calls:
            if callee in recursive:
                inside = unit in recursive and unit in reached[callee]
                deeper = ast.BinOp(ast.Name(DEPTH, ast.Load()), ast.Add(), ast.Constant(1))
                node.args.append(deeper if inside else ast.Constant(0))
                ast.fix_missing_locations(ast.copy_location(node, node))
    for unit in recursive:
        _count(unit.emitted)
    return bool(recursive)


def _reached(unit: Any, callees: dict) -> set:
    found: set = set()
    waiting = list(callees[unit])
    while waiting:
        callee = waiting.pop()
        if callee not in found:
            found.add(callee)
            waiting += callees.get(callee, ())
    return found


def _count(function: ast.FunctionDef) -> None:
    function.args.args.append(ast.arg(DEPTH, None))
    function.args.defaults.append(ast.Constant(0))
    too_deep = ast.Compare(ast.Name(DEPTH, ast.Load()), [ast.Gt()], [ast.Constant(sys.getrecursionlimit())])
    error = ast.Call(ast.Name("RecursionError", ast.Load()), [ast.Constant("maximum recursion depth exceeded")], [])
    check = ast.If(too_deep, [ast.Raise(error, None)], [])
    function.body.insert(0, ast.copy_location(check, function.body[0]))
    ast.fix_missing_locations(function)
