"""What random programs are made of: expressions and statements with slots.

A slot is filled with something that fits at that place of the program: ``{a}`` an
array of numbers, ``{f}`` one of real floats, ``{i}`` one of integers, ``{m}`` a mask,
``{v}`` an array of one dimension, ``{M}`` one of two or more, ``{x}`` a number, ``{n}``
a small integer, ``{k}`` an axis, ``{o}`` an array that may be written, ``{s}`` a number
that changes, ``{q}`` an attribute's array.
"""

from __future__ import annotations

ARITHMETIC = """
{a} + {a}|{a} - {a}|{a} * {a}|{a} / {x}|{a} * {x}|{x} - {a}|{a} // {n1}|{a} % {n1}|-{a}|abs({a})|{a} ** 2|{f} ** 0.5
{a} > {x}|{a} <= {a}|{a} == {a}|({a} > {x}) & ({a} < {x})|~{m}|{m} | {m}|{i} & 3|{i} << 1|{i} ^ {i}|{a} @ {a}
{a} + {s}|{s} * {a}|{a} * {a}[0]
"""
ELEMENTWISE = """
np.sqrt(abs({a}))|np.exp(-abs({f}))|np.sin({f})|np.tanh({f})|np.log1p(abs({f}))|np.maximum({a}, {x})
np.minimum({a}, {a})
np.where({m}, {a}, {x})|np.where({a} > {x}, {a}, {a})|np.clip({a}, -1, 2)|np.round({f}, 1)|np.floor({f})|np.sign({a})
np.abs({a})|np.square({a})|np.isfinite({a})|np.isnan({f})|np.logical_and({a}, {a})|np.hypot({f}, {f})|np.add({a}, {a})
np.nan_to_num({a})|np.conj({a})|np.real({a})|{a}.real|np.isclose({a}, {a})|np.power({f}, 2)|np.mod({a}, 3)
np.negative({f})
np.arctan2({f}, {f})|np.floor_divide({a}, {n1})|np.sign({f}) * {f}|np.heaviside({f}, 0.5)
np.square({a}, dtype=np.float64)
"""
REDUCTIONS = """
{a}.sum()|{a}.sum(axis={k})|np.sum({a}, axis={k}, keepdims=True)|{a}.mean()|np.mean({a}, axis={k})|{a}.max()
np.min({a}, axis={k})
np.prod({a}, axis={k})|{a}.std()|np.var({f}, axis={k})|np.any({m})|np.all({a} > {x})|{a}.argmax()
np.argmin({a}, axis={k})
np.cumsum({a}, axis={k})|np.cumsum({a})|np.count_nonzero({a})|np.median({f})|np.ptp({f})|np.diff({a})
np.linalg.norm({f})
np.dot({v}, {v})|np.trace({M})|np.average({f})|np.percentile({f}, 30)|np.nansum({f})|np.cumprod({a}, axis={k})
np.max({a}, initial=0)
np.add.reduce({a})|np.maximum.accumulate({a})|np.sum({a}, where={a} > {x})|np.sum({a}, dtype=np.float64)
"""
MOVES = """
{a}.copy()|{a}.T|{a}.reshape(-1)|{a}.ravel()|np.reshape({a}, (-1, 1))|{a}[::-1]|{a}[1:]|{a}[:-1]|{a}[..., 0]|{a}[None]
{a}[:, 0]
{a}[{n}]|{a}[-1]|{a}[{i}]|{a}[{a} > {x}]|{a}[[0, -1]]|np.flip({a})|np.roll({a}, {n})|np.concatenate([{a}, {a}])
np.stack([{a}, {a}])
np.sort({a})|np.argsort({a})|np.sort({a}, axis=0)|np.unique({a})|np.tile({v}, 2)|np.repeat({v}, {n})|np.transpose({a})
np.squeeze({a})
np.zeros_like({a})|np.ones_like({a})|np.full_like({a}, {n})|np.zeros({a}.shape)|np.zeros(len({a}))
np.full_like({a}, 1)
np.arange({n1})|np.arange(len({a}))|np.linspace(0.0, 1.0, {n1})|np.eye({n1})|np.outer({v}, {v})|np.take({a}, [0, 1])
np.expand_dims({a}, 0)|np.broadcast_to({v}, (2,) + {v}.shape)|np.atleast_2d({a})|np.tril({M})|np.diag({v})
np.diag({M})
{a}.astype(np.float32)|{a}.astype(np.int64)|{f}.astype(int)|np.array({a}, dtype=float)
np.searchsorted(np.sort({v}), {x})
np.nonzero({v})[0]|np.flatnonzero({a})|np.argwhere({v} > {x})|np.interp({f}, [0.0, 1.0], [1.0, 3.0])|np.pad({v}, 1)
np.array([{s}, {x}, {n}])|np.array([{a}.sum(), {x}])|np.split({v}, 2)[0]|np.swapaxes({a}, 0, -1)|np.array({a})
np.asarray({a})
{a}[{n}:]|{a}[:{n}]|{a}[::2]|np.delete({v}, 0)|np.insert({v}, 1, {n})|np.append({v}, {x})|np.bincount(abs({i}) % 5)
np.vstack([{v}, {v}])
np.isin({v}, [0, 1])|np.histogram({f}, 3)[0]|np.einsum("i,i->", {v}, {v})|np.meshgrid({v}, {v})[0]
np.digitize({v}, [0.0, 1.0])
"""
NUMBERS = """
float({a}.sum())|int({i}.max())|len({a})|{a}.shape[0]|{a}.ndim|{a}.size|{s} + 1|{s} * 0.5|{s} + {a}.sum()
{a}.sum() / {n1}|{a}[0]
{a}.max() - {x}|abs({s})|max({s}, {n})|min({n}, {s})|float({f}.mean())|int({s})|{s} // 2|{s} % 3
{n} if {s} > 1 else {x}|{a}.item(0)
bool({m}.any())|{a}.sum() > {x}|round({s}, 2)|{s} > {n}|sum([float(t) for t in {v}])
"""
WRITES = """
{o}[0] = {x}|{o}[{n}] = {s}|{o}[1:] = {a}[:-1]|{o}[1:] += {a}[:-1]|{o}[{a} > {x}] = {x}|{o}[...] = {a}|{o}[:] = {x}
{o}[-1] += {n}
{o} += {a}|{o} *= {n}|{o} -= {x}|{o}[::2] = {n}|{o}[::-1] += {a}|{o}[{i}] = {x}|{o}[{i}] += 1|{o}.fill({n})|{o}.sort()
{o}[0], {o}[-1] = {o}[-1], {o}[0]
np.add({a}, {a}, out={o})|np.multiply({o}, {n}, out={o})|np.sqrt(abs({o}), out={o})|np.copyto({o}, {a})
np.cumsum({a}, axis=0, out={o})
np.add.at({o}, [0, 0], 1)|np.putmask({o}, {o} > {x}, {n})|np.maximum({o}, {x}, {o})|{o} //= {n1}|{o}.T[0] = {n}
{o}.reshape(-1)[0] = {x}
{o}.ravel()[{n}] += {n}|np.clip({o}, -1, 1, out={o})|{o}[1:] = {o}[:-1]|{o}[:, 0] = {x}
np.place({o}, {o} < {x}, [{n}])|{o}[{n}:] *= 2
np.negative({a}, out={o}, where={a} > {x})|{o}[{a} < 0] *= -1|np.fill_diagonal({o}, {n})|np.put({o}, [0], {n})
{o}[1:-1] = {o}[:-2] + {o}[2:]
"""
STATE = """
p.t += 0.5|p.n += 1|p.t = p.t + {s}|p.last = {a}|p.w = p.w + {x}|p.w += {n}|p.w[0] = {x}|p.w[:] = {a}|p.w *= 0.5
p.n = {n}
p.t = float({a}.sum())|p.last = {a}.copy()|p.w = {f}|p.items.append({s})|p.table["n"] += 1|p.table["w"] = {a}
p.pair = (p.pair[1], {s})
"""
CONDITIONS = """
{a}.sum() > {x}|{a}[0] > {x}|{s} > {n}|({a} > {x}).any()|np.all({a} >= 0)|len({a}) > {n}|{a}.ndim == 1|{s} % 2 == 0
p.n > {n}
{a}.max() > {x} and {s} > 0|not {m}.all()|p.t < {x}|{a}.size == 0|p.last is None|{x} < {s} <= {n}
{a}.mean() < 0 or {s} < {n}
"""
RAISING = """
raise ValueError("negative")|raise ValueError(f"no {{{n}}}")|raise RuntimeError("no convergence")
raise KeyError("name")|{a}[99]|{o}[99] = 1|np.reshape({a}, (7, 9))|np.concatenate([{v}, np.zeros((1, 2))])
assert {s} < -99|{o}[0] = "text"|np.linalg.inv(np.zeros((2, 2)))|{v} + np.zeros(97)|np.sum({a}, axis=7)
[1, 2][{n} + 5]|{{}}["missing"]
np.take({a}, 99)|1 // ({n} - {n})|{a}.missing|int("x")|np.argmax(np.zeros(0))|np.arange(3)[{i} + 50]
"""
LOOPS = """
for i in range({n1})|for i in range(len({a}))|for row in {a}|for i, row in enumerate({a})|for i in range({n1}, 0, -1)
for i in range({s0})
for u, w in zip({v}, {v})|for i in range(1, {a}.shape[0])|for i in [0, 1, 2]|for item in ({n}, {x})
for i in np.arange({n1})
"""


def table(text: str) -> tuple[str, ...]:
    """The forms of a text; an ``|`` between spaces is an operator."""
    parts = text.replace(" | ", "\0").replace("\n", "|").split("|")
    return tuple(form.replace("\0", " | ") for form in parts if form)


VALUES = (*table(ARITHMETIC), *table(ELEMENTWISE), *table(REDUCTIONS), *table(MOVES))
