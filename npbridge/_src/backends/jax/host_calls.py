"""NumPy itself on the host, called by compiled code, for what has no form of its own."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core, traced_index, traced_number
from ...array.either import Either
from ...array.ragged import Extent, Ragged
from ...convert import context as contexts
from ...dispatch import fallback
from ...facts import Fact
from ...facts.answers import Constant, Leaf, of_kind
from ...facts.trees import mapped
from ...ground.errors import ControlFlowError, UnsupportedError
from ...program.hosted import taking_arrays
from ...storage.buffer import canonical
from .traced_calls import kind_of

OURS = core.OURS
_ROOM = 256  # so many elements more than the arguments together may an array have whose length depends on values


class Hole:
    """The place of an argument that is known at run time only."""

    __slots__ = ("kind", "position")

    def __init__(self, position: int, kind) -> None:
        self.position, self.kind = position, kind


class Site:
    """One call from compiled code: a function, its known arguments, and what it raised last."""

    def __init__(self, fact: Fact, template, forms, written) -> None:
        self.fact, self.template, self.forms, self.written = fact, template, forms, written
        self.error: BaseException | None = None

    def run(self, *values):
        """``(whether NumPy raised, the results, what was written)``, flat."""
        try:
            args, kwargs = filled(self.template, [np.array(v) for v in values])
            with np.errstate(all="ignore"):
                result = self.fact.function(*args, **kwargs)
            found = [*arrays_of(result), *[args_at(self.fact, name, args, kwargs) for name in self.written]]
            given = [form.packed(np.asarray(x), self.fact) for x, form in zip(found, self.forms, strict=True)]
            return np.bool_(False), *[part for parts in given for part in parts]
        except Exception as error:
            self.error = error
            return np.bool_(True), *[np.zeros(s.shape, s.dtype) for form in self.forms for s in form.specs()]


class Form:
    """How one result travels: at full length with the lengths beside it, in the widest dtype with a number beside it.

    Attributes
    ----------
    shape : tuple of int
        As long as it may get.
    dtypes : tuple of numpy.dtype
        Those that it may have.
    open : tuple of int
        The axes whose lengths are known only at run time.
    """

    def __init__(self, leaf: Leaf, longest: int) -> None:
        assert leaf.shape is not None
        self.leaf = leaf
        self.shape = tuple(longest if n is None else n for n in leaf.shape)
        self.dtypes = tuple(dict.fromkeys(map(canonical, leaf.dtypes)))
        self.dtype = canonical(np.result_type(*self.dtypes))
        self.open = tuple(i for i, n in enumerate(leaf.shape) if n is None)

    def specs(self) -> list:
        number = jax.ShapeDtypeStruct((), np.int32)
        more = len(self.open) + (len(self.dtypes) > 1)
        return [jax.ShapeDtypeStruct(self.shape, self.dtype), *[number] * more]

    def packed(self, value: np.ndarray, fact: Fact) -> list:
        if value.ndim != len(self.shape) or any(
            n > m if i in self.open else n != m for i, (n, m) in enumerate(zip(value.shape, self.shape, strict=True))
        ):
            raise UnsupportedError(
                f"{fact.name} gave an array of shape {value.shape}, for which there was no room in code compiled for "
                f"'jax': at most {self.shape} was expected. Run the function on the 'numpy' backend."
            )
        dtype = canonical(value.dtype)
        if dtype not in self.dtypes and not (len(self.dtypes) == 1 and np.can_cast(dtype, self.dtype)):
            raise UnsupportedError(
                f"{fact.name} gave {dtype} where {' or '.join(map(str, self.dtypes))} was expected: a dtype that "
                "depends on values has no form in code compiled for 'jax'. Run the function on the 'numpy' backend."
            )
        whole = value.astype(self.dtype, copy=False)
        if self.open:
            whole = np.zeros(self.shape, self.dtype)
            whole[tuple(map(slice, value.shape))] = value
        lengths = [np.int32(value.shape[i]) for i in self.open]
        code = [np.int32(self.dtypes.index(dtype))] if len(self.dtypes) > 1 else []
        return [np.ascontiguousarray(whole).reshape(self.shape), *lengths, *code]

    def unpacked(self, found):
        """The result, of the values that arrived."""
        value = next(found)
        lengths = {i: next(found) for i in self.open}
        array = core.of_device(value) if self.leaf.scalar else core.array_of_device(value)
        if lengths:
            ends = {i: traced_number.of_value(n.astype(canonical(np.dtype(int))), int) for i, n in lengths.items()}
            array = Ragged(array, [Extent(0, ends[i]) if i in ends else None for i in range(value.ndim)])
        if len(self.dtypes) == 1:
            return array
        return Either(next(found), [_in_dtype(array, dtype) for dtype in self.dtypes])


def call(fact: Fact, args, kwargs, expected, failure):
    """``fact.function(*args, **kwargs)`` at run time, on the host."""
    leaves = list(_leaves(expected))
    if any(x.shape is None for x in leaves):
        raise _by_values(fact, failure) from None
    announce(fact, failure)
    values: list = []
    template = templated((args, kwargs), values)
    targets = [args_at(fact, name, args, kwargs) for name in fact.writes]
    longest = _ROOM + sum(_sizes((args, kwargs)))
    forms = [Form(x, longest) for x in leaves] + [Form(Leaf(x.shape, (x.dtype,), False), 0) for x in targets]
    site = Site(fact, template, forms, fact.writes)
    failed, *flat = called(site)(*values)
    check(failed, site)
    rest = iter(flat)
    found = [form.unpacked(rest) for form in forms]
    for target, value in zip(targets, found[len(leaves) :], strict=True):
        target[...] = value
    return rebuilt(expected, iter(found))


def _sizes(tree):
    """How many elements each array or sequence among the arguments has."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (list, tuple)):
        yield len(tree)
        for x in tree:
            yield from _sizes(x)
    else:
        yield 1 if isinstance(tree, type) else getattr(tree, "size", 1)


def _in_dtype(array, dtype):
    """An array in one of the dtypes that it may have."""
    return (np.real(array) if array.dtype.kind == "c" and dtype.kind != "c" else array).astype(dtype)


def where_not_finite(fact: Fact, args, kwargs, parts, few: bool) -> list:
    """The results of a form, or NumPy's where one of them is not finite: it raises then, or gives the same.

    Code for 'numpy' asks NumPy at once, unless the matrices have but a `few` rows; the form is what has a derivative.
    """
    values: list = []
    template = templated((args, kwargs), values)
    trace = contexts.current()
    at_once = trace is not None and trace.for_numpy and not few
    site = Site(fact, template, [Form(Leaf(tuple(p.shape), (np.dtype(p.dtype),), False), 0) for p in parts], ())

    @jax.custom_jvp
    def shown(parts, *values):
        return _called_back(site, values)

    @shown.defjvp
    def derivative(primals, tangents):
        out = shown(*primals)
        return out, (_no_tangent(out[0]), *(tangents[0] if at_once else map(_no_tangent, out[1:])))

    if at_once:
        failed, *found = shown(tuple(parts), *values)
        check(failed, site, np.linalg.LinAlgError)
        return found
    lost = jnp.stack([jnp.any(~jnp.isfinite(p)) for p in parts if jnp.issubdtype(p.dtype, jnp.inexact)]).any()
    failed, *found = jax.lax.cond(lost, shown, lambda parts, *_: (jnp.bool_(False), *parts), tuple(parts), *values)
    check(failed, site, np.linalg.LinAlgError)
    return found


def _no_tangent(x):
    if jnp.issubdtype(x.dtype, jnp.inexact):
        return jnp.full_like(x, jnp.nan)
    return np.zeros(x.shape, jax.dtypes.float0)


def _called_back(site: Site, values):
    forms = (jax.ShapeDtypeStruct((), bool), *[s for form in site.forms for s in form.specs()])
    return jax.pure_callback(taking_arrays(site.run), forms, *values, vmap_method="sequential")


def called(site: Site):
    """The call as a function of JAX's; nothing can be differentiated through it."""

    @jax.custom_jvp
    def through(*values):
        return _called_back(site, values)

    @through.defjvp
    def derivative(primals, tangents):
        raise UnsupportedError(
            f"{site.fact.name} with these arguments runs on the host, and has no derivative there. Use forms that "
            "compile: explain() of the plain function tells why this one does not."
        )

    return through


def check(failed, site: Site, kind=None) -> None:
    """Have what NumPy raised on the host raised at the user's line; of one `kind`, where it is known."""
    trace = contexts.current()
    if traced_index.on_check is None or trace is None:
        return
    if trace.handlers and kind is None:
        traced_index.on_check(failed, UnsupportedError(
            f"{site.fact.name} runs on the host here, and has raised something that an `except` around it may catch: "
            "compiled code cannot go on in a handler. Move it out of the `try`, or run the function on the 'numpy' "
            "backend."
        ))  # fmt: skip
        return
    error = (kind or RuntimeError)(f"{site.fact.name} failed on the host")
    error.late = lambda: site.error  # type: ignore[attr-defined]
    traced_index.on_check(failed, error)


def announce(fact: Fact, failure) -> None:
    """Tell that a call goes to the host, and why."""
    why = str(failure).strip().partition("\n")[0][:120]
    trace = contexts.current()
    if trace is not None:
        if trace.refuses_host:
            raise UnsupportedError(
                f"{fact.name} with these arguments has no compiled form: {why}. It would run on the host."
            )
        trace.note_here(f"{fact.name} is called on the host: {why}")
        if trace.for_numpy:
            return
    fallback.announce(
        fact.name.removeprefix("numpy."), "jax", f"in compiled code it is called through the interpreter ({why})"
    )


def _by_values(fact: Fact, failure) -> Exception:
    if isinstance(failure, (UnsupportedError, ControlFlowError)):
        return failure
    return UnsupportedError(
        f"{fact.name} gives an array whose length depends on values, which are known only at run time, and code "
        "compiled for 'jax' has no such arrays here. Use a mask over the whole array, or run the function on the "
        "'numpy' backend."
    )


# -- arguments and results


def templated(tree, values):
    """`tree` with holes for what is known only at run time; these are added to `values`."""

    def leaf(x):
        if not (type(x) in OURS and x._buffer.traced or isinstance(x, jax.Array)):
            return np.copy(core.host_values(x)) if type(x) in core.ARRAYS else core.host_values(x)
        values.append(jnp.asarray(x._value() if type(x) in OURS else x))
        return Hole(len(values) - 1, kind_of(x) if type(x) in OURS else np.ndarray)

    return mapped(tree, leaf)


def filled(tree, values):
    def leaf(x):
        if type(x) is Hole:
            return of_kind(values[x.position], x.kind)
        return x.copy() if type(x) is np.ndarray else x

    return mapped(tree, leaf)


def args_at(fact: Fact, name: str, args, kwargs):
    return fact.bound(args, kwargs)[name]


def arrays_of(result) -> list:
    if isinstance(result, (tuple, list)):
        return [x for part in result for x in arrays_of(part)]
    return [] if result is None or not isinstance(result, (np.ndarray, np.generic)) else [result]


def _leaves(tree):
    if type(tree) is Leaf:
        yield tree
    elif isinstance(tree, (tuple, list)) and type(tree) is not Constant:
        for part in tree:
            yield from _leaves(part)
    elif tree is not None:
        raise UnsupportedError("a result that is no array has no form in code compiled for 'jax'")


def rebuilt(tree, found):
    """The results of a call, in NumPy's containers."""
    if type(tree) is Leaf:
        return next(found)
    if isinstance(tree, (tuple, list)):
        parts = [rebuilt(x, found) for x in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return tree
