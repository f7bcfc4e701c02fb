"""Rules for what only moves elements: other shapes, parts of arrays, arrays put together."""

from __future__ import annotations

from . import views
from .builder import RULES, NotHeld, dtype_of, rule

SHORT = 64  # rows that are sorted number by number

# -- views


@rule("broadcast_in_dim")
def _broadcast(b, eqn, x, *dynamic):
    if dynamic:
        raise NotHeld("a shape of the run time")
    shape, dimensions = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    return b.view(x, views.broadcast(x.shape, dimensions), shape)


@rule("reshape")
def _reshape(b, eqn, x, *dynamic):
    if dynamic:
        raise NotHeld("a shape of the run time")
    order = eqn.params.get("dimensions")
    if order is not None:
        x = b.view(x, views.transpose(order), [x.shape[k] for k in order])
    return reshaped(b, x, eqn.outvars[0].aval.shape)


def reshaped(b, x, new):
    """The elements of `x` in their order, in another shape."""
    if x.shape == tuple(new):
        return x
    to = views.reshape(x.shape, new)
    if to is not None:
        return b.view(x, to, new)
    return b.once("reshape", [x], new, x.dtype)


@rule("squeeze")
def _squeeze(b, eqn, x):
    return reshaped(b, x, eqn.outvars[0].aval.shape)


@rule("transpose")
def _transpose(b, eqn, x):
    return b.view(x, views.transpose(eqn.params["permutation"]), eqn.outvars[0].aval.shape)


@rule("rev")
def _rev(b, eqn, x):
    return b.view(x, views.reverse(x.shape, eqn.params["dimensions"]), x.shape)


@rule("tile")
def _tile(b, eqn, x):
    reps = eqn.params["reps"]
    pairs = [n for pair in zip(reps, x.shape, strict=True) for n in pair]
    wide = b.view(x, views.broadcast(x.shape, tuple(range(1, 2 * len(reps), 2))), pairs)
    return reshaped(b, wide, eqn.outvars[0].aval.shape)


@rule("slice")
def _slice(b, eqn, x):
    starts = eqn.params["start_indices"]
    strides = eqn.params["strides"] or (1,) * len(starts)
    return b.view(x, views.window(starts, strides), eqn.outvars[0].aval.shape)


@rule("dynamic_slice")
def _dynamic_slice(b, eqn, x, *starts):
    shape = eqn.outvars[0].aval.shape
    inside = tuple(b.clamped(s, n - m) for s, n, m in zip(starts, x.shape, shape, strict=True))
    return b.view(x, views.window(inside, (1,) * len(shape)), shape)


@rule("dynamic_update_slice")
def _dynamic_update_slice(b, eqn, x, new, *starts):
    inside = tuple(b.clamped(s, n - m) for s, n, m in zip(starts, x.shape, new.shape, strict=True))
    return b.write(x, new, views.window(inside, (1,) * len(x.shape)))


@rule("split")
def _split(b, eqn, x):
    axis, outs, at = eqn.params["axis"], [], 0
    for out in eqn.outvars:
        starts = tuple(at if i == axis else 0 for i in range(len(x.shape)))
        outs.append(b.view(x, views.window(starts, (1,) * len(x.shape)), out.aval.shape))
        at += out.aval.shape[axis]
    return outs


@rule("iota")
def _iota(b, eqn):
    aval = eqn.outvars[0].aval
    return b.once("iota", [], aval.shape, dtype_of(aval), axis=eqn.params["dimension"])


@rule("sort")
def _sort(b, eqn, *args):
    """Short rows of real numbers are sorted where they stand; others by the host."""
    p, shape = eqn.params, args[0].shape
    if shape[p["dimension"]] > SHORT or p["num_keys"] != 1 or args[0].dtype.kind == "c" or args[0].size == 0:
        return RULES[""](b, eqn, *args)
    node = b.node("sort", args, axis=p["dimension"])
    return [node.out(x.shape, x.dtype) for x in args]


# -- parts put together


@rule("concatenate")
def _concatenate(b, eqn, *args):
    aval, axis = eqn.outvars[0].aval, eqn.params["dimension"]
    return _joined(b, aval, axis, args)


def _joined(b, aval, axis, args):
    whole, at = b.empty(aval.shape, dtype_of(aval)), 0
    for x in args:
        starts = tuple(at if i == axis else 0 for i in range(len(aval.shape)))
        whole = b.write(whole, x, views.window(starts, (1,) * len(aval.shape)))
        at += x.shape[axis]
    return whole


@rule("stack")
def _stack(b, eqn, *args):
    aval = eqn.outvars[0].aval
    axis = eqn.params.get("axis", eqn.params.get("dimension", 0))
    one = tuple(1 if i == axis else n for i, n in enumerate(aval.shape))
    return _joined(b, aval, axis, [reshaped(b, x, one) for x in args])


@rule("pad")
def _pad(b, eqn, x, value):
    shape, config = eqn.outvars[0].aval.shape, eqn.params["padding_config"]
    starts, strides = [0] * len(shape), [1] * len(shape)
    low, sizes = [], list(x.shape)
    for i, (before, after, between) in enumerate(config):
        if (before < 0 or after < 0) and between:
            raise NotHeld("a negative pad between elements")
        starts[i] = max(-before, 0)
        sizes[i] = max(x.shape[i] - starts[i] - max(-after, 0), 0)
        low.append(max(before, 0))
        strides[i] = between + 1
    part = b.view(x, views.window(tuple(starts), (1,) * len(shape)), sizes)
    return b.write(b.splat(value, shape), part, views.window(tuple(low), tuple(strides)))
