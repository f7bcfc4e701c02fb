"""Scalars of NumPy's that are written into arrays of signed integers, seen once Numba has typed a function.

That may raise, so a program in which it happens is compiled anew: with the looks, and as
one that can fail after it has written something.
"""

from __future__ import annotations

from typing import Any

from numba.core import errors, ir, types
from numba.core.compiler_machinery import FunctionPass, register_pass

from ..overloads.storing import look_for

MARK = "npbridge looks at what is stored"


@register_pass(mutates_CFG=False, analysis_only=False)
class LookAtStores(FunctionPass):
    """Lets what is stored go through a function that raises where it does not fit."""

    _name = "npbridge_look_at_stores"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        looks = getattr(state.func_id.func, "__npbridge_looks__", False)
        changed = False
        for block in state.func_ir.blocks.values():
            body = []
            for node in block.body:
                look = _look(node, state.typemap)
                if look is not None and not looks:
                    raise errors.TypingError(MARK, loc=node.loc)
                if look is not None:
                    body += _through(look, node, block.scope, state)
                    changed = True
                body.append(node)
            block.body = body
        return changed


def _look(node: Any, kinds: dict) -> Any:
    if not isinstance(node, (ir.SetItem, ir.StaticSetItem)):
        return None
    if isinstance(node, ir.SetItem) and not _picks(kinds[node.index.name]):
        return None
    return look_for(kinds[node.target.name], kinds[node.value.name])


def _picks(key: Any) -> bool:
    """Whether an index is made of numbers and slices: what arrays select is cast."""
    parts = key.types if isinstance(key, types.BaseTuple) else [key]
    return not any(isinstance(p, (types.Array, types.List)) for p in parts)


def _through(look: Any, node: Any, scope: Any, state: Any) -> list:
    """The statements that call `look`; the store takes its result."""
    place = node.loc
    function, result = (scope.redefine(name, place) for name in ("$look", "$looked"))
    kind = types.Dispatcher(look)
    signature = kind.get_call_type(state.typingctx, (types.unliteral(state.typemap[node.value.name]),), {})
    call = ir.Expr.call(function, [node.value], (), place)
    state.typemap[function.name] = kind
    state.typemap[result.name] = signature.return_type
    state.calltypes[call] = signature
    have = state.calltypes.pop(node)
    state.calltypes[node] = have.replace(args=(*have.args[:-1], signature.return_type))
    node.value = result
    return [ir.Assign(ir.Global("look", look, place), function, place), ir.Assign(call, result, place)]
