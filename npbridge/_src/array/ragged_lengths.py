"""Calls on arrays of a length known only at run time, written out for each length that they may have.

``np.tile(x[x > 0], 2)`` has no form over the whole axis.  Where few lengths are possible the
call is made for each of them, on arrays of that length, and the result of the one that it is
at run time is taken: an array of such a length again, where the results differ in theirs.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer, canonical, recorder_here
from ..storage.recording import Recorder, freeze_copy
from . import core, ragged, traced_index, traced_number, traced_range
from .core import OURS
from .ragged import Chosen, Extent, Ragged, raw
from .ragged_operands import write_whole
from .ragged_parts import packed
from .traced_number import TracedNumber

MOST = 48  # so many calls may be written out
_OF_PYTHON = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# the trace under way, which takes checks; the front end puts it here
current: Any = None


class NotWrittenOut(Exception):
    """A call cannot be written out for each length."""


def tried(form, call, *given):
    """``form(*given)``, or, where that refuses, ``call(*given)`` for each length."""
    trace = current()
    before = len(trace.checks) if trace is not None else 0
    try:
        return form(*given)
    except UnsupportedError as error:
        if trace is not None:
            del trace.checks[before:]
        try:
            return written_out(call, *given)
        except NotWrittenOut:
            raise error from None


def written_out(call, *given):
    """``call(*given)``, where arrays of a length known only at run time are among what is given.

    Raises
    ------
    NotWrittenOut
        Too many lengths are possible, or the results have nothing in common.
    """
    found: list = []
    _each(given, lambda x: found.append(x) if isinstance(x, Ragged) and not any(x is y for y in found) else None)
    return _written_out(call, given, found, [])


def for_each_number(call, *given):
    """The same, where the integers that are known to lie between close limits are those that they may be.

    ``np.arange(len(x[x > 0]))`` has a length known only at run time.
    """
    found: list = []
    _each(given, lambda x: found.append(x) if type(x) is TracedNumber and not any(x is y for y in found) else None)
    numbers = [(x, *_limits(x)) for x in found if x.weak is int]
    if not numbers or any(None in limits for _, *limits in numbers):
        raise NotWrittenOut
    return _written_out(call, given, [], numbers)


def _limits(x) -> tuple:
    """The least and the greatest value of an integer, None where it is not known."""
    form = traced_number.form_of(x)
    return traced_range.extreme(form, -1), traced_range.extreme(form, 1)


def _written_out(call, given, found, numbers):
    groups = _groups(found)
    lengths = [range(n + 1) for group in groups for n in group.sizes]
    lengths += [range(least, greatest + 1) for _, least, greatest in numbers]
    if math.prod(map(len, lengths)) > MOST or current() is None or recorder_here() is None:
        raise NotWrittenOut
    if ragged.on_note is not None:
        what = "numbers that an integer may be" if numbers else "lengths that an array may have"
        ragged.on_note(f"written out for {math.prod(map(len, lengths))} {what}")
    items = {id(x): _at_the_beginning(x) for x in found}
    integers = [x for x, _, _ in numbers]
    cases = [_Case(call, given, items, groups, integers, sizes) for sizes in itertools.product(*lengths)]
    actual = [length for group in groups for length in group.lengths]
    actual += [raw(x) - least for x, least, _ in numbers]
    which = functools.reduce(lambda n, pair: n * len(pair[1]) + raw(pair[0]), zip(actual, lengths, strict=True), 0)
    return _chosen(which, cases, found)


class _Group:
    """Arrays with the same places that count, hence the same lengths."""

    def __init__(self, x: Ragged) -> None:
        self.members = [x]
        axes = [(n, e) for n, e in zip(x.data.shape, x.extents, strict=True) if e is not None]
        self.sizes, self.lengths = [n for n, _ in axes], [e.length for _, e in axes]


def _groups(found) -> list[_Group]:
    groups: list[_Group] = []
    for x in found:
        group = next((g for g in groups if _same_lengths(g.members[0], x)), None)
        if group is None:
            groups.append(_Group(x))
        else:
            group.members.append(x)
    return groups


def _same_lengths(x: Ragged, y: Ragged) -> bool:
    one, two = ([(n, e) for n, e in zip(z.data.shape, z.extents, strict=True) if e is not None] for z in (x, y))
    return len(one) == len(two) and all(
        n == m and (e is f or type(e) is type(f) is Chosen and e.source is f.source)
        for (n, e), (m, f) in zip(one, two, strict=True)
    )


def _at_the_beginning(x: Ragged) -> Ragged:
    for axis, e in enumerate(x.extents):
        if e is not None and not (type(e) is Extent and type(e.start) is int and e.start == 0):
            x = packed(x, axis)
    return x


class _Case:
    """The call for one length of each group of arrays: what came out, or was raised, and what was written."""

    def __init__(self, call, given, items, groups, integers, sizes) -> None:
        self.error, self.result = None, None
        trace, recorder = current(), Recorder()
        checks, trace.checks = trace.checks, []
        try:
            with recorder:
                self.arrays = _of_lengths(items, groups, sizes)
                self.before = {key: x._buffer.version for key, x in self.arrays.items()}
                known = dict(zip(map(id, integers), sizes[len(sizes) - len(integers) :], strict=True))
                self.result = call(*_each(given, lambda x: known.get(id(x), self.arrays.get(id(x), x))))
        except _OF_PYTHON as error:
            if type(error).__module__.partition(".")[0] in ("jax", "jaxlib", "npbridge"):
                raise NotWrittenOut from error
            self.error = error
        finally:
            self.checks, trace.checks = trace.checks, checks
            # what older buffers would hold
            self.buffers = {key: (buffer, buffer.to_device()) for key, (buffer, _) in recorder.saved.items()}
            recorder.restore()

    def has_view_of(self, x: Ragged) -> bool:
        """Whether there is a view of an array, which is not the array, in the result."""
        array, views = self.arrays[id(x)], []
        _each(self.result, lambda y: views.append(y.data if isinstance(y, Ragged) else y))
        views = [y for y in views if type(y) is core.JaxArray and y is not array]
        return any(traced_index.root(y._buffer) is array._buffer for y in views)

    def has_written(self, x: Ragged) -> bool:
        return self.arrays[id(x)]._buffer.version != self.before[id(x)]


def _of_lengths(items, groups, sizes) -> dict[int, core.JaxArray]:
    """New arrays of so many items, by the identities of those that they stand for."""
    arrays, rest = {}, iter(sizes)
    for group in groups:
        own = [next(rest) for _ in group.sizes]
        for x in group.members:
            ends = iter(own)
            key = tuple(slice(None) if e is None else slice(0, next(ends)) for e in x.extents)
            arrays[id(x)] = core.array_of_device(jnp.asarray(items[id(x)].data[key]._value()))
    return arrays


def _each(tree, function):
    """The tree with what the function gives for each thing in it."""
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind(_each(x, function) for x in tree)
    if kind is dict:
        return {k: _each(v, function) for k, v in tree.items()}
    if kind is slice:
        return slice(*(_each(x, function) for x in (tree.start, tree.stop, tree.step)))
    return function(tree)


def _chosen(which, cases, found):
    """The result of the case that it is, with its checks, its error, and what it wrote."""
    for k, case in enumerate(cases):
        current().checks += [((which == k) & flag, error) for flag, error in case.checks]
        if case.error is not None:
            _see(which == k, case.error)
    good = [(k, case) for k, case in enumerate(cases) if case.error is None]
    if not good:
        raise cases[-1].error
    result = _joined(which, [(k, case.result) for k, case in good])
    _freeze(result, [x for x in found if any(case.has_view_of(x) for _, case in good)])
    for x in found:
        if any(case.has_written(x) for _, case in good):
            arrays = [(k, case.arrays[id(x)]) for k, case in good]
            if any(a.dtype != x.dtype or a.ndim != x.ndim for _, a in arrays):
                raise NotWrittenOut
            write_whole(x, _joined(which, arrays))
    for key, (buffer, _) in {key: pair for _, case in good for key, pair in case.buffers.items()}.items():
        now = buffer.to_device()
        new = _select(which, [(k, case.buffers[key][1] if key in case.buffers else now) for k, case in good])
        with buffer.lock:
            buffer.replace(new)
    for x in found:  # what changes an array in place may give the array
        if all(case.result is case.arrays[id(x)] for _, case in good):
            return x
    return result


def _freeze(result, viewed) -> None:
    """Refuse writes to what is a view in NumPy, and to what it is one of: the result is a copy."""
    if not viewed:
        return
    results: list = []
    _each(result, results.append)
    for x in (*results, *viewed):
        if type(x) is core.JaxArray or isinstance(x, Ragged):
            array = x.data if isinstance(x, Ragged) else x
            freeze_copy(array, "a view of an array of a length known only at run time, or that array,")


def _see(failed, error) -> None:
    from . import traced_errors

    traced_errors.see(failed, error)


def _joined(which, results):
    """One value of the values for each case: ``(number of the case, value)``."""
    first = results[0][1]
    kinds = {type(value) for _, value in results}
    if all(isinstance(value, (tuple, list)) for _, value in results) and len(kinds) == 1:
        if len({len(value) for _, value in results}) > 1:
            raise NotWrittenOut
        parts = [_joined(which, [(k, value[i]) for k, value in results]) for i in range(len(first))]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    if all(value is None for _, value in results):
        return None
    if any(isinstance(value, Ragged) for _, value in results):
        return _joined_ragged(which, results)
    if not all(type(value) in OURS or isinstance(value, (np.ndarray, np.generic, int, float)) for _, value in results):
        raise NotWrittenOut
    return _joined_arrays(which, results)


def _joined_arrays(which, results):
    weak = {getattr(v, "weak", None) or (type(v) if type(v) in (int, float, bool) else None) for _, v in results}
    scalars = {not isinstance(v, np.ndarray) and type(v) is not core.JaxArray for _, v in results}
    values = [(k, jnp.asarray(raw(v))) for k, v in results]
    if len(weak) > 1 or len(scalars) > 1 or len({(v.dtype, v.ndim) for _, v in values}) > 1:
        raise NotWrittenOut
    longest = _longest([v.shape for _, v in values])
    whole = _select(which, [(k, _padded(v, longest)) for k, v in values])
    if weak != {None}:
        kind = next(iter(weak))
        return traced_number.of_value(whole, kind)
    if scalars == {True}:
        return core.of_device(whole)
    extents: list[Extent | None] = []
    for axis in range(len(longest)):
        lengths = [(k, v.shape[axis]) for k, v in values]
        differ = len({n for _, n in lengths}) > 1
        extents.append(Extent(0, _number(_select(which, lengths))) if differ else None)
    array = core.array_of_device(whole)
    if not any(type(v) is core.JaxArray and v.flags.writeable for _, v in results):
        array.flags.writeable = False  # as the views are that NumPy gives
    return Ragged(array, extents) if any(e is not None for e in extents) else array


def _joined_ragged(which, results):
    """Of arrays that have a length known only at run time for one number of items given, too."""
    made = [(k, _at_the_beginning(v) if isinstance(v, Ragged) else _whole(v)) for k, v in results]
    if len({(v.dtype, v.ndim) for _, v in made}) > 1:
        raise NotWrittenOut
    longest = _longest([v.data.shape for _, v in made])
    padded = [(k, _padded(raw(v.data), longest)) for k, v in made]
    extents: list[Extent | None] = []
    for axis, most in enumerate(longest):
        differ = any(v.extents[axis] is not None or v.data.shape[axis] != most for _, v in made)
        lengths = [(k, raw(v.shape[axis])) for k, v in made]
        extents.append(Extent(0, _number(_select(which, lengths))) if differ else None)
    return Ragged(core.array_of_device(_select(which, padded)), extents)


def _longest(shapes) -> tuple[int, ...]:
    return tuple(map(max, zip(*shapes, strict=True)))


def _padded(value, shape):
    return jnp.pad(value, [(0, m - n) for n, m in zip(value.shape, shape, strict=True)]) if shape else value


def _whole(value) -> Ragged:
    array = value if type(value) in OURS else core.array_of_device(jnp.asarray(value))
    return Ragged(array, [None] * array.ndim)


def _select(which, values):
    """The value whose number `which` is; any of them for another number."""
    whole = jnp.asarray(values[0][1])
    for k, value in values[1:]:
        whole = jnp.where(which == k, value, whole)
    return whole


def _number(value):
    if isinstance(value, Tracer):
        return traced_number.of_value(value.astype(canonical(np.dtype(int))), int)
    return int(value)
