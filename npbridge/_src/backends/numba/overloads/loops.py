"""One loop over broadcast arrays, which computes a whole tree for each element."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np
from numba.core import types
from numba.core.typing import signature
from numba.extending import intrinsic
from numba.np import npyimpl
from numba.np.numpy_support import as_dtype, from_dtype

from . import elements
from .trees import Leaf, Node, Number, Op, dtype_of, loop_of


@functools.cache
def kernel(tree: Op, count: int, into: bool) -> Any:
    """A function for compiled code, of the leaves and, with `into`, of the array that is written.

    It broadcasts, as NumPy does; an array that is written must have the shape of the others.
    """
    names = [f"a{i}" for i in range(count + into)]
    space: dict[str, Any] = {"typed": functools.partial(_typed, tree, into)}
    exec(f"def loop(typingctx, {', '.join(names)}):\n    return typed({', '.join(names)})\n", space)
    return intrinsic(space["loop"])


def _typed(tree: Op, into: bool, *kinds: Any) -> Any:
    kinds = tuple(map(types.unliteral, kinds))
    inputs = kinds[:-1] if into else kinds
    dtypes = [as_dtype(k.dtype if isinstance(k, types.Array) else k) for k in inputs]
    result = kinds[-1] if into else _new(dtype_of(tree, dtypes), inputs)
    ufunc = SimpleNamespace(nin=len(inputs), nout=1, nargs=len(inputs) + 1, __name__="expression")

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        made = functools.partial(_Element, tree, dtypes)
        return npyimpl.numpy_ufunc_kernel(context, builder, sig, args, ufunc, made)

    return signature(result, *kinds), emit


def _new(dtype: np.dtype, inputs: tuple) -> Any:
    """The type of the array that NumPy's ufuncs would give."""
    arrays = [k for k in inputs if isinstance(k, types.Array)]
    depth = max(k.ndim for k in arrays)
    layout = "F" if depth > 1 and all(k.layout == "F" for k in arrays) else "C"
    return types.Array(from_dtype(dtype), depth, layout)


class _Element(npyimpl._Kernel):
    """The code for one element."""

    def __init__(self, tree: Op, dtypes: list, context: Any, builder: Any, outer: Any) -> None:
        super().__init__(context, builder, outer)
        self.tree, self.dtypes = tree, dtypes

    def generate(self, *values: Any) -> Any:
        self.values = values
        value, kind = self.emit(self.tree)
        return self.cast(value, kind, self.outer_sig.return_type)

    def emit(self, node: Node) -> tuple[Any, Any]:
        """The value of a part, and its type."""
        if isinstance(node, Leaf):
            return self.values[node.index], types.unliteral(self.outer_sig.args[node.index])
        if isinstance(node, Number):
            kind = from_dtype(np.asarray(node.value).dtype)
            return self.context.get_constant_generic(self.builder, kind, node.value), kind
        if node.ufunc is None:
            return self.choice(node)
        *inputs, output = map(from_dtype, loop_of(node, self.dtypes))
        given = [self.as_kind(a, k) for a, k in zip(node.args, inputs, strict=True)]
        with npyimpl.force_error_model(self.context, "numpy"):
            value = generator(node, self.dtypes)(self.context, self.builder, signature(output, *inputs), given)
        return self.context.data_model_manager[output].from_return(self.builder, value), output

    def as_kind(self, node: Node, kind: Any) -> Any:
        value, have = self.emit(node)
        return self.cast(value, have, kind)

    def choice(self, node: Op) -> tuple[Any, Any]:
        """Both values are computed: nothing in a tree can fail, and a choice goes well into vector registers."""
        kind = from_dtype(dtype_of(node, self.dtypes))
        condition, have = self.emit(node.args[0])
        condition = self.context.is_true(self.builder, have, condition)
        return self.builder.select(condition, *(self.as_kind(a, kind) for a in node.args[1:])), kind


def generator(node: Op, dtypes: list) -> Any:
    """The code generator for the loop that NumPy takes for a step; None where there is none that is NumPy's."""
    try:
        return elements.generator(node.ufunc, loop_of(node, dtypes))
    except TypeError:
        return None
