"""Functions that ``jax.numpy`` has under the same name.

A row says which parameters are arrays; they are promoted to NumPy's common dtype,
every other argument becomes part of the key under which the compiled call is
cached.  What the ``jax.numpy`` function does not know is not dropped: a parameter
outside its signature that differs from its default makes the call a fallback.
When the compiled call raises, NumPy is asked for its own error.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from ...array import core
from ...dispatch import fallback
from ...dispatch.registry import Rule, register
from ...ground.compat import NO_VALUE
from ...storage import compiling
from ...storage.buffer import canonical
from ...storage.casts import cast
from .. import host
from .known import computed
from .moves import traced, twin_of, wrap
from .ufunc_results import write_into

OURS = core.OURS


class Policy(NamedTuple):
    """How a function differs from its twin.

    Attributes
    ----------
    arrays : tuple of str
        The parameters that hold arrays, or sequences of them.
    promote : bool
        Whether the arrays meet in a common dtype.
    inexact : bool
        Whether integers become floats, as in ``np.fft`` and ``np.linalg``.
    ignored : tuple of str
        Parameters that cannot change the values.
    twin : callable or None
        What to call instead of the ``jax.numpy`` function of that name.
    check : callable or None
        ``check(bound)`` raises NumPy's errors that JAX does not.
    result : callable or None
        ``result(dtypes) -> dtype`` of the result, where it is not the arrays'.
    """

    arrays: tuple[str, ...] = ("a",)
    promote: bool = True
    inexact: bool = False
    ignored: tuple[str, ...] = ()
    twin: Callable | None = None
    check: Callable[[dict], None] | None = None
    result: Callable | None = None


def parameters(function) -> tuple[list[str], dict[str, Any]]:
    """The names in order, and the defaults, of a NumPy function."""
    signature = inspect.signature(function)
    names = list(signature.parameters)
    defaults = {n: p.default for n, p in signature.parameters.items() if p.default is not p.empty}
    return names, defaults


def bind(function, names, args, kwargs) -> dict:
    if len(args) > len(names):
        function(*args, **kwargs)  # raises NumPy's TypeError
    bound = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name in bound or name not in names:
            function(*map(core.host_values, args), **kwargs)
        bound[name] = value
    return bound


def array_values(x):
    """``(values for the kernel, dtypes)`` of an array argument or a sequence of them."""
    kind = type(x)
    if kind in OURS:
        value = x._value()
        return value, [value.dtype]
    if (kind is list or kind is tuple) and any(type(y) in OURS or isinstance(y, (np.ndarray, jax.Array)) for y in x):
        pairs = [array_values(_as_one_array(y)) for y in x]
        return tuple(v for v, _ in pairs), [d for _, ds in pairs for d in ds]
    if isinstance(x, jax.Array):
        return x, [x.dtype]
    values = core.sequence_values(x)
    if type(values) in OURS:  # a nested list with tracers in it
        return values._value(), [values.dtype]
    values = np.array(values)
    core.check_dtype(values.dtype)
    return values, [values.dtype]  # functions that are no ufuncs take Python's numbers for arrays


def _as_one_array(x):
    """A sequence with tracers in it as one array: jax.numpy asks for arrays where NumPy takes sequences."""
    if type(x) not in (list, tuple):
        return x
    try:
        core.host_values(x)
    except core.TRACED_ERRORS:
        return core.traced_sequence(x)
    return x


def frozen(x):
    """A hashable stand-in for a static argument."""
    kind = type(x)
    if kind in OURS:
        return frozen(x.tolist())
    if isinstance(x, np.ndarray):
        return frozen(x.tolist())
    if kind is list or kind is tuple:
        return tuple(map(frozen, x))
    if isinstance(x, (np.integer, np.bool_)):
        return x.item()
    return x


class ByName:
    """The rule for one function: bind, promote, call the compiled twin, wrap."""

    def __init__(self, function, policy: Policy) -> None:
        self.function = function
        self.policy = policy
        self.twin = policy.twin or twin_of(function)
        self.names, self.defaults = parameters(function)
        self.known = set(inspect.signature(self.twin).parameters) if policy.twin is None else None
        self.compiled: dict = {}

    def __call__(self, args, kwargs):
        policy = self.policy
        bound = bind(self.function, self.names, args, kwargs)
        out = bound.pop("out", None)
        static = {}
        for name, value in bound.items():
            if name in policy.arrays or name in policy.ignored:
                continue
            default = self.defaults.get(name, inspect.Parameter.empty)
            if value is default or value is NO_VALUE:
                continue
            if self.known is not None and name not in self.known:
                if not (isinstance(value, (bool, int, str)) and value == default):
                    return self.leave(args, kwargs, f"jax.numpy does not know the parameter {name!r}")
                continue
            static[name] = frozen(value)
        try:
            return self.run(bound, static, out)
        except (TypeError, ValueError, NotImplementedError, IndexError) as error:
            arrays = {name: _as_one_array(bound[name]) for name in policy.arrays if name in bound}
            if any(arrays[name] is not bound[name] for name in arrays):
                try:
                    return self.run({**bound, **arrays}, static, out)
                except (TypeError, ValueError, NotImplementedError, IndexError):
                    pass
            return self.numpys_answer(args, kwargs, error)

    def run(self, bound, static, out):
        policy = self.policy
        if policy.check is not None:
            policy.check(bound)
        values, dtypes = {}, []
        for name in policy.arrays:
            if bound.get(name) is not None and bound.get(name) is not NO_VALUE:
                values[name], found = array_values(bound[name])
                dtypes += found
        target = self.target(dtypes) if policy.promote and dtypes else None
        result_dtype = policy.result(dtypes) if policy.result is not None else None
        key = (tuple(values), tuple(static.items()), target, result_dtype)
        compiled = self.compiled.get(key)
        if compiled is None:
            compiled = self.compiled[key] = self.compile(tuple(values), static, target, result_dtype)
        result = computed(compiled, list(values.values()))
        if out is not None:
            out = out[0] if type(out) is tuple else out
            return into(out, result)
        return wrap(result)

    def target(self, dtypes):
        dtype = np.result_type(*dtypes)
        if self.policy.inexact and dtype.kind in "biu":
            dtype = np.dtype(np.float64)
        return canonical(dtype)

    def compile(self, names, static, target, result_dtype):
        twin = self.twin

        def run(*values):
            if target is not None:
                values = jax.tree.map(lambda x: cast(x, target), values)
            result = twin(**dict(zip(names, values, strict=True)), **static)
            return result if result_dtype is None else cast(result, result_dtype)

        run.__name__ = self.function.__name__
        return compiling.kernel(run)

    def leave(self, args, kwargs, reason):
        fallback.announce(self.function.__name__, "jax", reason)
        return host.narrow(host.call_writing(self.function, args, kwargs, host.outs(kwargs)))

    def numpys_answer(self, args, kwargs, error):
        """NumPy's error for these arguments; where it has none, the host's result."""
        if traced(args, kwargs):
            raise error
        seen: list = []
        plain = [host.unwrap(x, seen) for x in args]
        named = {k: host.unwrap(x, seen) for k, x in kwargs.items() if k != "out"}
        out = kwargs.get("out")
        if out is not None:
            # its shape, dtype or type may be what is wrong
            named["out"] = np.empty(out.shape, out.dtype) if hasattr(out, "shape") else out
        try:
            result = self.function(*plain, **named)
        except Exception as numpys:
            raise numpys.with_traceback(None) from None
        fallback.announce(self.function.__name__, "jax", f"jax.numpy cannot do this call ({_first_line(error)})")
        result = host.narrow(host.wrap(result, ()))
        if out is not None:
            out[...] = result
            return out
        return result


def _first_line(error) -> str:
    return str(error).strip().partition("\n")[0][:120]


def into(out, result):
    if not isinstance(out, (core.JaxArray, np.ndarray)):
        raise TypeError("return arrays must be of ArrayType")
    if out.shape != result.shape:
        raise ValueError(f"output array has wrong shape: {out.shape}, the result has {result.shape}")
    if not np.can_cast(result.dtype, out.dtype, "same_kind"):
        raise TypeError(f"Cannot cast result from {result.dtype!r} to {out.dtype!r}")
    write_into(out, result)
    return out


def add(function, policy: Policy, how: str = "jax.numpy by name") -> None:
    register("jax", function, Rule(ByName(function, policy), "native", how, writes_out=True))
