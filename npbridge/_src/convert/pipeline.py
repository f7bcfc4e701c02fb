"""``convert``: from a function to the same function with its control flow replaced."""

from __future__ import annotations

import ast
import functools
import types

from ..ground.errors import UnsupportedError
from . import operators
from .source import NoSource, tree_of
from .transform import Statements

_FUTURE_FLAGS = 0x1FF0000  # the bits of co_flags that `from __future__` sets
# keyed by file too: code objects of equal functions in two files are equal
_codes: dict[tuple, types.CodeType | None] = {}
_made: set[tuple] = set()
_trees: dict[tuple, ast.AST] = {}
reasons: dict[tuple, str] = {}


def convert(function):
    """The function with its control flow turned into operators.

    Parameters
    ----------
    function : function or bound method
        Written in Python.

    Returns
    -------
    function
        With the same name, defaults, closure, globals and line numbers.  Called with
        ordinary values it does what the original does.  A function whose source is
        not at hand, or that is converted already, is returned as it is.

    Raises
    ------
    UnsupportedError
        The function is a generator or a coroutine.

    Examples
    --------
    >>> from npbridge._src.convert.pipeline import convert
    >>> convert(abs)(-3)
    3
    """
    if isinstance(function, types.MethodType):
        return types.MethodType(convert(function.__func__), function.__self__)
    if isinstance(function, functools.partial):
        return functools.partial(convert(function.func), *function.args, **function.keywords)
    if not isinstance(function, types.FunctionType) or is_converted(function):
        return function
    code = converted_code(function)
    return function if code is None else _with_code(function, code)


def is_converted(function: types.FunctionType) -> bool:
    return _key(function.__code__) in _made


def _key(code) -> tuple:
    return code, code.co_filename


def converted_code(function) -> types.CodeType | None:
    """The converted code, made once for each code object; None where there is no source."""
    code = function.__code__
    key = _key(code)
    if key not in _codes:
        _refuse_generators(code)
        try:
            _codes[key] = _compiled(function)
        except NoSource as error:
            reasons[key] = str(error)
            _codes[key] = None
    return _codes[key]


def why_not(function) -> str:
    """Why a function is not converted; empty where it is, or needs not be."""
    while isinstance(function, (types.MethodType, functools.partial)):
        function = function.__func__ if isinstance(function, types.MethodType) else function.func
    if not isinstance(function, types.FunctionType):
        return ""
    key = _key(function.__code__)
    if key not in _codes:  # it was called as it is
        try:
            tree_of(function)
        except NoSource as error:
            return str(error)
    return reasons.get(key, "")


def text_of(function) -> str:
    """The converted source of a function; empty where it has none."""
    while isinstance(function, (types.MethodType, functools.partial)):
        function = function.__func__ if isinstance(function, types.MethodType) else function.func
    if not isinstance(function, types.FunctionType) or is_converted(function) or not converted_code(function):
        return ""
    node = _trees[_key(function.__code__)]
    if isinstance(node, ast.Return):
        return ast.unparse(node.value)
    return ast.unparse(node).replace("__npb_function__", function.__name__, 1)


def _refuse_generators(code) -> None:
    if code.co_flags & (0x20 | 0x80 | 0x100 | 0x200):
        raise UnsupportedError(
            f"{code.co_name} ({code.co_filename}:{code.co_firstlineno}) is a generator or a coroutine: it is run in "
            "pieces, and a compiled function is run as a whole. Collect what it yields in a list, and return that."
        )


def _compiled(function) -> types.CodeType:
    code = function.__code__
    node = tree_of(function)
    _mangle(node, code)
    statements = Statements(node)
    if isinstance(node, ast.Lambda):
        node.body = statements.expressions.visit(node.body)
        inner: ast.stmt = ast.Return(node)
    else:
        node.body = statements.body_of(node)
        node.name = "__npb_function__"  # its own name must stay the global, or the cell, that it is
        node.decorator_list = []
        node.returns = None
        for a in ast.walk(node.args):
            if isinstance(a, ast.arg):
                a.annotation = None
        inner = node
    node.args.defaults = [ast.copy_location(ast.Constant(None), node) for _ in node.args.defaults]
    node.args.kw_defaults = [d and ast.copy_location(ast.Constant(None), node) for d in node.args.kw_defaults]
    free = ["__npb__", *code.co_freevars]
    arguments = ast.arguments([], [ast.arg(n) for n in free], None, [], [], None, [])
    outer = ast.FunctionDef("__npb_factory__", arguments, [inner], [], None)
    if "type_params" in ast.FunctionDef._fields:
        outer.type_params = []
    ast.copy_location(outer, node)
    module = ast.fix_missing_locations(ast.Module([outer], []))
    flags = code.co_flags & _FUTURE_FLAGS
    compiled = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    _trees[_key(code)] = inner
    factory = next(c for c in compiled.co_consts if isinstance(c, types.CodeType))
    found = next(c for c in factory.co_consts if isinstance(c, types.CodeType))
    return _renamed(found, code.co_name, code.co_qualname)


def _renamed(code, name, qualname) -> types.CodeType:
    """The code under the user's names; blocks bear the name of the function they are from."""
    consts = []
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            ours = c.co_name.startswith("__npb_")
            c = _renamed(c, name if ours else c.co_name, qualname if ours else f"{qualname}.<locals>.{c.co_name}")
        consts.append(c)
    new = code.replace(co_name=name, co_qualname=qualname, co_consts=tuple(consts))
    _made.add(_key(new))
    return new


def _mangle(node, code) -> None:
    """Private names (``__x``) as the compiler writes them in the class of a method."""
    parts = code.co_qualname.split(".")
    if len(parts) < 2 or parts[-2] == "<locals>":
        return
    prefix = "_" + parts[-2].lstrip("_")
    for n in ast.walk(node):
        for field in ("id", "attr", "arg", "name"):
            name = getattr(n, field, None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__") and "." not in name:
                if n is not node and prefix != "_":
                    setattr(n, field, prefix + name)


def _with_code(function, code):
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells["__npb__"] = types.CellType(operators)
    closure = tuple(cells[name] for name in code.co_freevars)
    new = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    new.__kwdefaults__ = function.__kwdefaults__
    new.__annotations__ = function.__annotations__
    new.__qualname__ = function.__qualname__
    new.__module__ = function.__module__
    new.__doc__ = function.__doc__
    new.__dict__.update(function.__dict__)
    return new
