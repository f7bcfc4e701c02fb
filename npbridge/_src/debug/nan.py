"""``nan_check``: where in the user's code a NaN was made.

A compiled function runs as always.  When a NaN is in what comes out, its jaxpr is run
again from the same inputs, one operation at a time; each value keeps the operation
that made its first NaN, so that NaNs which do not come out are nobody's fault.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import re
import traceback
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core
from ..dispatch.backend import active
from ..ground import debugging
from ..ground.users import in_library

OURS = core.OURS


class nan_check(contextlib.ContextDecorator):
    """Raise where a NaN is made: a context manager, and a decorator.

    Parameters
    ----------
    function : callable, optional
        What is decorated.

    Raises
    ------
    FloatingPointError
        At the line that made the first NaN of those that come out of a compiled
        function; its text names the array, the operation and the iteration.  What the
        function wrote is as it was before.

    Notes
    -----
    Outside of compiled functions each operation is checked: one that makes a NaN raises,
    be it used or not.  On ``'numpy'`` compiled functions run as plain Python, and are
    checked in that way; what they wrote before the error stays.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> @npbridge.debug.nan_check()
    ... @npbridge.jit
    ... def entropy(p):
    ...     logs = np.log(p)
    ...     return (p * logs).sum()
    >>> entropy(npbridge.array([0.5, 0.5]))
    np.float32(-0.6931472)
    >>> entropy(npbridge.array([0.0, 1.0]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: ...
    """

    def __new__(cls, function=None):
        made = super().__new__(cls)
        return made if function is None else made(function)

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(np.errstate(invalid="raise"))
        if active().name != "jax":
            self.stack.enter_context(debugging.look_with(watched_plainly))
        else:
            self.stack.enter_context(jax.debug_nans(True))
            self.stack.enter_context(debugging.look_with(watched))
        return self

    def __exit__(self, kind, error, trace):
        self.stack.__exit__(kind, error, trace)
        say_where(error, trace)

    def _recreate_cm(self):
        return nan_check()


def watched(compiled, args, kwargs):
    """Run a compiled function; where a NaN comes out, undo it and say who made it."""
    with jax.debug_nans(False), np.errstate(invalid="ignore"):
        entry, binding, signature = compiled.prepared(args, kwargs)
        before = [jnp.array(b.to_device(), copy=True) for b in binding.buffers]
        result = compiled.on_jax(args, kwargs)
        if not _any_nan(result, binding, entry):
            return result
        numbers, raws = signature.given(), binding.raws
        with debugging.look_with(None):
            origin = Walk().run(entry.jaxpr, [*before, *numbers, *raws])
        if origin is None:  # it came with the inputs
            return result
        for i in entry.written:
            with binding.buffers[i].lock:
                binding.buffers[i].replace(before[i])
        for original, array in binding.ndarrays:
            np.copyto(original, array._read())
    raise_at(origin)


def watched_plainly(compiled, args, kwargs):
    """Run a function as plain Python, and say which line made a NaN."""
    try:
        return debugging.plainly(compiled, args, kwargs)
    except FloatingPointError as error:
        say_where(error, error.__traceback__)
        raise


vars(watched_plainly)["plain"] = True


def say_where(error, trace) -> None:
    """Raise what names the user's line, where `error` is what an operation on its own raises."""
    found = re.match(r"invalid value .*encountered in (.+)", str(error))
    if not isinstance(error, FloatingPointError) or found is None:
        return
    places = [(f.f_code.co_filename, line, f.f_code.co_name) for f, line in traceback.walk_tb(trace)]
    places = [p for p in places if not in_library(p[0])]
    if places:
        raise_at(Origin(*places[-1], found[1], ()))


_INEXACT = (jax.Array, np.inexact, float, complex)


def _any_nan(result, binding, entry) -> bool:
    leaves = jax.tree.leaves(result, is_leaf=lambda x: type(x) in OURS)
    values = [core.value_of(x) for x in leaves if type(x) in OURS or isinstance(x, _INEXACT)]
    values += [binding.buffers[i].to_device() for i in entry.written]
    return any(map(has_nan, values))


def has_nan(x) -> bool:
    return jnp.issubdtype(jnp.result_type(x), jnp.inexact) and bool(jnp.isnan(x).any())


class Origin(NamedTuple):
    """What made a NaN."""

    file: str
    line: int
    function: str
    primitive: str
    iterations: tuple


# -- running a jaxpr one operation at a time


class Walk:
    """The values of a jaxpr, and for each the origin of its first NaN."""

    def __init__(self) -> None:
        self.iterations: list[int] = []
        self.kernels: list[tuple] = []  # the compiled calls that are being run: place and name

    def run(self, closed, inputs) -> Origin | None:
        """The origin of the first NaN in the outputs that did not come with the inputs."""
        pairs = self.jaxpr(closed.jaxpr, closed.consts, [(jnp.asarray(x), None) for x in inputs])
        return next((origin for value, origin in pairs if origin is not None and has_nan(value)), None)

    def jaxpr(self, jaxpr, consts, pairs) -> list:
        env: dict[Any, tuple] = dict(zip(jaxpr.constvars, ((c, None) for c in consts), strict=True))
        env.update(zip(jaxpr.invars, pairs, strict=True))

        def read(atom):
            return (atom.val, None) if hasattr(atom, "val") else env[atom]

        for eqn in jaxpr.eqns:
            outs = self.equation(eqn, [read(a) for a in eqn.invars])
            env.update(zip(eqn.outvars, outs, strict=True))
        return [read(a) for a in jaxpr.outvars]

    def equation(self, eqn, pairs) -> list:
        special = getattr(self, f"_{eqn.primitive.name}", None)
        if special is not None:
            return special(eqn.params, pairs)
        inner = next((eqn.params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if k in eqn.params), None)
        if inner is not None and hasattr(inner, "eqns" if not hasattr(inner, "jaxpr") else "jaxpr"):
            closed = hasattr(inner, "jaxpr")
            jaxpr, consts = (inner.jaxpr, inner.consts) if closed else (inner, ())
            if len(jaxpr.invars) == len(pairs):
                self.kernels.append((place_of(eqn), str(eqn.params.get("name", eqn.primitive.name))))
                outs = self.jaxpr(jaxpr, consts, pairs)
                self.kernels.pop()
                return outs
        if eqn.effects and not eqn.outvars:  # it was printed when the function ran
            return []
        return self._computed(eqn, pairs)

    def _computed(self, eqn, pairs) -> list:
        values = eqn.primitive.bind(*[v for v, _ in pairs], **eqn.primitive.get_bind_params(eqn.params))
        values = list(values) if eqn.primitive.multiple_results else [values]
        inherited = next((origin for v, origin in pairs if origin is not None and has_nan(v)), None)
        given = inherited is None and any(has_nan(v) for v, _ in pairs)
        return [(v, self._origin(eqn, v, inherited, given)) for v in values]

    def _origin(self, eqn, value, inherited, given):
        if not has_nan(value) or given:
            return None
        file, line, function, operation = self._place(eqn)
        return inherited or Origin(file, line, function, operation, tuple(self.iterations))

    def _place(self, eqn) -> tuple:
        """File, line, function and operation.  A kernel was traced for its first use: its use counts."""
        own = place_of(eqn)
        if own[0] and not from_kernel(eqn):
            return *own, eqn.primitive.name
        for place, name in reversed(self.kernels):
            if place[0]:
                return *place, name
        return *own, eqn.primitive.name

    def _cond(self, params, pairs) -> list:
        (index, _), *rest = pairs
        branch = params["branches"][int(index)]
        return self.jaxpr(branch.jaxpr, branch.consts, rest)

    def _while(self, params, pairs) -> list:
        n, m = params["cond_nconsts"], params["body_nconsts"]
        for_test, for_body, carry = pairs[:n], pairs[n : n + m], pairs[n + m :]
        test, body = params["cond_jaxpr"], params["body_jaxpr"]
        self.iterations.append(0)
        while self.jaxpr(test.jaxpr, test.consts, [*for_test, *carry])[0][0]:
            carry = self.jaxpr(body.jaxpr, body.consts, [*for_body, *carry])
            self.iterations[-1] += 1
        self.iterations.pop()
        return carry

    def _scan(self, params, pairs) -> list:
        n, m, length = params["num_consts"], params["num_carry"], params["length"]
        consts, carry, columns = pairs[:n], pairs[n : n + m], pairs[n + m :]
        body, rows = params["jaxpr"], []
        self.iterations.append(0)
        for k in range(length):
            i = length - 1 - k if params["reverse"] else k
            self.iterations[-1] = i
            outs = self.jaxpr(body.jaxpr, body.consts, [*consts, *carry, *[(v[i], o) for v, o in columns]])
            carry = outs[:m]
            rows.append(outs[m:])
        self.iterations.pop()
        rows = rows[::-1] if params["reverse"] else rows
        if not rows:
            empty = [jnp.zeros((0, *v.aval.shape), v.aval.dtype) for v in body.jaxpr.outvars[m:]]
            return [*carry, *[(v, None) for v in empty]]
        return [*carry, *map(_stacked, zip(*rows, strict=True))]


def _stacked(column):
    origin = next((o for _, o in column if o is not None), None)
    return jnp.stack([v for v, _ in column]), origin


# -- saying where


def from_kernel(eqn) -> bool:
    """Whether npbridge's code, and not the user's, calls the operation."""
    frames = eqn.source_info.traceback.frames if eqn.source_info.traceback is not None else ()
    for frame in frames:
        if "npbridge" in frame.file_name or not in_library(frame.file_name):
            return in_library(frame.file_name)
    return True


def place_of(eqn) -> tuple[str, int, str]:
    """File, line and function of the user's code that an operation comes from."""
    frames = eqn.source_info.traceback.frames if eqn.source_info.traceback is not None else ()
    for frame in frames:
        if not in_library(frame.file_name) and not frame.file_name.startswith("<frozen"):
            return frame.file_name, frame.line_num, frame.function_name
    return "", 0, ""


def _words(primitive: str) -> str:
    return primitive.replace("_", " ")


def raise_at(origin: Origin):
    """Raise with a traceback that ends at the user's line."""
    text = linecache.getline(origin.file, origin.line).strip()
    name = assigned(text)
    what = f"{name} becomes NaN" if name else "a NaN is made"
    times = ", ".join(str(i) for i in origin.iterations)
    when = f", in iteration {times} of the loop" if len(origin.iterations) == 1 else ""
    when = f", in iterations {times} of the loops" if len(origin.iterations) > 1 else when
    message = f"{what} at {origin.file}:{origin.line}, by {_words(origin.primitive)}{when}: {text}"
    raising = "\n" * (origin.line - 1) + "raise error from None"
    code = compile(raising, origin.file or "<compiled code>", "exec")
    exec(code.replace(co_name=origin.function or "compiled code"), {"error": FloatingPointError(message)})


def assigned(text: str) -> str | None:
    """The name that a line of source gives its value to."""
    with contextlib.suppress(SyntaxError, IndexError):
        statement = ast.parse(text).body[0]
        if isinstance(statement, ast.Assign):
            return ast.unparse(statement.targets[0])
        if isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
            return ast.unparse(statement.target)
        if isinstance(statement, ast.Return):
            return "the result"
    return None
