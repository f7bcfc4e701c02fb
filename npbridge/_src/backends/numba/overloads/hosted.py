"""NumPy functions that Numba lacks, called through the interpreter.

The type of the result is found by running the function once on small examples
while compiling.  A call costs about 2 us more than the function itself; what is
called this way is listed by ``explain()``.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import cgutils, errors, types
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype, from_dtype

from ..floating import watching
from ..lowering.errors import LoweringError

_SIZES = (3, 6, 4, 2, 1)


class Mismatch(LoweringError):
    """The kind of a result depends on values: the function cannot be compiled."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(
            f"a NumPy function called from compiled code gave {found} where {expected} was expected from the "
            "kinds of its arguments. Convert its result, with astype() say, or call it outside of compiled code."
        )


class Hole:
    """The place of an argument that is known at run time only."""

    def __init__(self, position: int, strong: bool) -> None:
        self.position = position
        self.strong = strong

    def key(self) -> tuple:
        return "hole", self.position, self.strong


def filled(template: Any, values: tuple) -> Any:
    """`template` with `values` in its holes."""
    if isinstance(template, Hole):
        return values[template.position]
    if isinstance(template, (list, tuple)):
        items = [filled(t, values) for t in template]
        return type(template)(*items) if hasattr(template, "_fields") else type(template)(items)
    if isinstance(template, dict):
        return {k: filled(t, values) for k, t in template.items()}
    return template


_unwatched = contextlib.nullcontext()


class Site:
    """A function and its constant arguments; what is left are values of compiled code."""

    def __init__(self, function: Callable, args: list, kwargs: dict, strong: list[bool], gives: Any) -> None:
        self.gives = gives
        self.function = function
        self.args, self.kwargs, self.strong = args, kwargs, strong
        self.callers: dict[Any, Callable] = {}

    def result_of(self, kinds: tuple) -> tuple[Any, Callable]:
        """The Numba type of the result, and the function that the compiled code calls."""
        if kinds not in self.callers:
            spec, result = self._tried(kinds) if self.gives is ... else spec_of(self.gives, [])
            self.callers[kinds] = self._caller(kinds, spec), result
        caller, result = self.callers[kinds]
        return result, caller

    def _tried(self, kinds: tuple) -> tuple[Any, Any]:
        reasons: list[Exception] = []
        plain = getattr(self.function, "__wrapped__", self.function)
        # what draws takes no state from compiled code here, and may want probabilities
        makers = (_examples,) if plain is self.function else (_examples, _shares, _counts)
        for size, make in itertools.product(_SIZES, makers):
            values = make(kinds, size)
            values = tuple(_strengthened(v, k, s) for v, k, s in zip(values, kinds, self.strong, strict=True))
            state = np.random.get_state()
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    found = plain(*filled(self.args, values), **filled(self.kwargs, values))
                return spec_of(found, [v for v in values if isinstance(v, np.ndarray)])
            except Exception as error:
                reasons.append(error)
            finally:
                np.random.set_state(state)
        if len({type(r) for r in reasons}) == 1 and isinstance(reasons[0], (ValueError, IndexError)):
            return _nothing, types.none  # the call's own error, most likely
        raise errors.TypingError(
            f"No match: what it gives cannot be told from the kinds of its arguments ({reasons[-1]})"
        )

    def _caller(self, kinds: tuple, spec: Any) -> Callable:
        function, args, kwargs = self.function, self.args, self.kwargs
        strong = [_strength(k) if s else None for k, s in zip(kinds, self.strong, strict=True)]

        def call(*values: Any) -> Any:
            given = tuple(v if s is None else s(v) for v, s in zip(values, strong, strict=True))
            watch = watching.get()
            with watch.outside() if watch is not None else _unwatched:
                return spec(function(*filled(args, given), **filled(kwargs, given)))

        return call


def random_state_kept(function: Callable) -> Callable:
    """A function of ``numpy.random`` that goes on from where compiled code stopped."""
    from ..lowering import random_state

    def call(*args: Any, **kwargs: Any) -> Any:
        random_state.from_numba()
        try:
            return function(*args, **kwargs)
        finally:
            random_state.to_numba()

    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call


# -- types by example


def _strength(kind: Any) -> Any:
    """What makes a NumPy scalar of a number that the interpreter was handed."""
    if isinstance(kind, (types.Number, types.Boolean)):
        return as_dtype(types.unliteral(kind)).type
    return None


def _strengthened(value: Any, kind: Any, strong: bool) -> Any:
    make = _strength(kind) if strong else None
    return value if make is None else make(value)


def _examples(kinds: tuple, size: int) -> tuple:
    return tuple(example(k, size) for k in kinds)


def _shares(kinds: tuple, size: int) -> tuple:
    """Examples whose floating numbers add up to one: those of each array, or all that stand alone."""
    alone = sum(isinstance(types.unliteral(k), types.Float) for k in kinds)
    values = []
    for kind, value in zip(kinds, _examples(kinds, size), strict=True):
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            value = np.full(value.shape, 1 / max(value.shape[-1] if value.ndim else 1, 1), value.dtype)
        elif isinstance(types.unliteral(kind), types.Float):
            value = type(value)(1 / alone)
        values.append(value)
    return tuple(values)


def _counts(kinds: tuple, size: int) -> tuple:
    """Examples whose integers are large: an urn that holds what is drawn from it."""
    values = _examples(kinds, size)
    return tuple(map(_large, map(types.unliteral, kinds), values))


def _large(kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array) and isinstance(kind.dtype, types.Integer):
        return np.full_like(value, 100)
    return 100 if isinstance(kind, types.Integer) else value


def example(kind: Any, size: int) -> Any:
    """A value of a Numba type."""
    kind = types.unliteral(kind)
    if isinstance(kind, types.Array):
        return _example_array(as_dtype(kind.dtype), kind.ndim, size)
    if isinstance(kind, types.BaseTuple):  # most often a shape
        return tuple(size if isinstance(types.unliteral(k), types.Integer) else example(k, size) for k in kind.types)
    if isinstance(kind, types.DType):
        return as_dtype(kind.dtype)
    if isinstance(kind, types.List):
        return [example(kind.dtype, size) for _ in range(size)]
    if isinstance(kind, types.Boolean):
        return True
    if isinstance(kind, types.Integer):
        return 1
    if isinstance(kind, types.Float):
        return 1.0
    if isinstance(kind, types.Complex):
        return 1.0 + 0.5j
    if isinstance(kind, types.NoneType):
        return None
    if isinstance(kind, types.UnicodeType):
        return "a"
    if isinstance(kind, types.NumPyRandomGeneratorType):
        return np.random.default_rng(0)
    raise errors.TypingError(f"No match: {kind} cannot be handed to the interpreter")


def _example_array(dtype: np.dtype, ndim: int, size: int) -> np.ndarray:
    """Something regular: increasing, with a dominant diagonal, usable as indices."""
    count = size**ndim
    made = np.arange(count).reshape((size,) * ndim)
    if dtype.kind in "iu":
        return (made % size).astype(dtype)
    if dtype.kind == "b":
        return made % 2 == 0
    made = made / count + (np.eye(size) * 4 if ndim >= 2 else 0)
    return (made + 0.1j * made if dtype.kind == "c" else made).astype(dtype)


def spec_of(found: Any, given: list[np.ndarray]) -> tuple[Callable, Any]:
    """A function that brings results into the form of `found`, and its Numba type."""
    if isinstance(found, np.ndarray):
        locked = not found.flags.num & _WRITEABLE  # one number, broadcast, is so without an array that is given
        shared = locked or any(np.may_share_memory(found, g) for g in given)
        return _array_spec(found.dtype, found.ndim, shared, locked)
    if isinstance(found, (tuple, list)):
        parts = [spec_of(f, given) for f in found]
        kinds = [t for _, t in parts]
        named = type(found) if hasattr(found, "_fields") else list_of(len(found)) if type(found) is list else None
        return _tuple_spec([p for p, _ in parts], named), _tuple_type(kinds, named)
    if found is None:
        return lambda result: None, types.none
    if isinstance(found, str):
        return str, types.unicode_type
    dtype = np.asarray(found).dtype
    if dtype.char not in "?bBhHiIlLqQfdFD":
        raise TypeError(f"{type(found).__name__} is no result that compiled code can hold")
    return _scalar_spec(dtype), from_dtype(dtype)


def _nothing(result: Any) -> Any:
    raise Mismatch(f"{type(result).__name__}", "an error")


_WRITEABLE = 0x400  # by number: asking by name warns on what broadcast_arrays gives


def _array_spec(dtype: np.dtype, ndim: int, shared: bool, locked: bool) -> tuple[Callable, Any]:
    layout = "A" if shared else "C"
    kind = types.Array(from_dtype(dtype), ndim, layout, readonly=locked)

    def spec(result: Any) -> Any:
        if type(result) is not np.ndarray:
            raise Mismatch(type(result).__name__, f"{ndim}-d {dtype}")
        if result.dtype != dtype or result.ndim != ndim:
            raise Mismatch(f"{result.ndim}-d {result.dtype}", f"{ndim}-d {dtype}")
        return result if shared or result.flags.c_contiguous else result.copy(order="C")

    return spec, kind


def _scalar_spec(dtype: np.dtype) -> Callable:
    def spec(result: Any) -> Any:
        if (
            isinstance(result, np.ndarray)
            and result.ndim
            or not np.can_cast(np.asarray(result).dtype, dtype, "same_kind")
        ):
            raise Mismatch(repr(result), f"{dtype}")
        return result

    return spec


def _tuple_type(kinds: list, named: Any) -> Any:
    if named is None:
        return types.Tuple(kinds)
    alike = len(kinds) > 0 and all(k == kinds[0] for k in kinds)
    return types.NamedUniTuple(kinds[0], len(kinds), named) if alike else types.NamedTuple(kinds, named)


@functools.cache
def list_of(count: int) -> Any:
    """The class of what is a list in NumPy: compiled code has tuples only, which tell what they are when they leave."""
    kind = collections.namedtuple(f"ListOf{count}", [f"item{i}" for i in range(count)])  # type: ignore[misc]
    kind.is_list = True  # type: ignore[attr-defined]
    return kind


def _tuple_spec(parts: list[Callable], named: Any) -> Callable:
    def spec(result: Any) -> Any:
        if len(result) != len(parts):
            raise Mismatch(f"{len(result)} results", str(len(parts)))
        items = [p(r) for p, r in zip(parts, result, strict=True)]
        return tuple(items) if named is None else named(*items)

    return spec


# -- the call


@functools.cache
def hosted_function(function: Callable, strong: tuple[bool, ...]) -> Any:
    """What compiled code calls, with a tuple of operands, for a function of NumPy's."""
    holes = [Hole(i, s) for i, s in enumerate(strong)]
    return stub_of(Site(function, holes, {}, list(strong), ...))


def stub_of(site: Site) -> Any:
    """The function of a tuple that compiled code calls."""

    @intrinsic(prefer_literal=True)
    def hosted(typingctx: Any, values: Any) -> Any:
        kinds = tuple(types.unliteral(k) for k in values.types)
        result, caller = site.result_of(kinds)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            items = cgutils.unpack_tuple(builder, args[0])
            return _emit_call(context, builder, caller, list(zip(values.types, items, strict=True)), result)

        return result(values), codegen

    return hosted


def _emit_call(context: Any, builder: Any, caller: Callable, handed: list, result: Any) -> Any:
    api = context.get_python_api(builder)
    environment = context.get_env_manager(builder)
    state = api.gil_ensure()
    objects = []
    for kind, value in handed:
        plain = types.unliteral(kind)
        value = context.cast(builder, value, kind, plain)
        if context.enable_nrt:
            context.nrt.incref(builder, plain, value)  # boxing takes a reference
        objects.append(api.from_native_value(plain, value, environment))
    function = context.add_dynamic_addr(builder, id(caller), info="npbridge host call")
    found = api.call_function_objargs(builder.bitcast(function, api.pyobj), objects)
    for made in objects:
        api.decref(made)
    with builder.if_then(cgutils.is_null(builder, found), likely=False):
        api.gil_release(state)
        context.call_conv.return_exc(builder)
    native = api.to_native_value(result, found)
    api.decref(found)
    with builder.if_then(native.is_error, likely=False):
        api.gil_release(state)
        context.call_conv.return_exc(builder)
    api.gil_release(state)
    return native.value
