"""The steps that programs do on each element, on registers."""

from __future__ import annotations

import numpy as np

from ...program.builder import OWN, NotHeld
from ...program.named import LIBRARYS
from ...program.ranges import BEYOND
from .code import FLOAT, HALF, Code, Register, literal, part_of, type_of

# of the C library, for single elements: those by the names of LLVM's, which writes turns of them one after the other
_LIBM = {
    "log1p": "log1p", "expm1": "expm1", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "cbrt": "cbrt",
    "erf": "erf", "erfc": "erfc", "lgamma": "lgamma", "nextafter": "nextafter",
}  # fmt: skip
_LLVM = {
    "sqrt": "sqrt", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "round_even": "roundeven",
    "round_away": "round", "exp": "exp", "exp2": "exp2", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan",
    "asin": "asin", "acos": "acos", "atan": "atan", "atan2": "atan2", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "pow": "pow",
}  # fmt: skip
_ARITHMETIC = {"add": ("fadd", "add"), "sub": ("fsub", "sub"), "mul": ("fmul", "mul")}
_ORDER = {"lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}


def element(code: Code, op: str, dtype: np.dtype, args: list[Register], kinds: list[np.dtype]) -> Register:
    """The register with the result of a step: `dtype` is its own, `kinds` those of its arguments."""
    if op == "select":
        return _select(code, dtype, *args)
    if op == "convert":
        return _convert(code, dtype, args[0], kinds[0])
    if op == "whole":  # which fits
        return code.new(f"fptosi {type_of(kinds[0])} {args[0]} to {type_of(dtype)}")
    if op == "bitcast":
        return code.new(f"bitcast {type_of(kinds[0])} {args[0]} to {type_of(dtype)}")
    if op.startswith(OWN):
        return _by_inner_loop(code, op, kinds, args, dtype)
    if op in ("real", "imag"):
        return args[0][op == "imag"]
    if op == "complex":
        return args[0], args[1]
    if HALF in kinds:
        return _of_halves(code, op, dtype, args, kinds)
    if kinds[0].kind == "c":
        return _of_complex(code, op, args, kinds[0])
    if op in ("eq", "ne", *_ORDER):
        return _compare(code, op, args, kinds[0])
    if kinds[0].kind == "f":
        return _of_float(code, op, kinds, args)
    return _of_integer(code, op, kinds[0], args)


def _of_halves(code, op, dtype, args, kinds):
    """Steps on float16 are done in float32, and their results cut, as NumPy does."""
    if op == "nextafter":
        raise NotHeld("the step nextafter of float16")
    args = [_convert(code, FLOAT, a, k) if k == HALF else a for a, k in zip(args, kinds, strict=True)]
    kinds = [FLOAT if k == HALF else k for k in kinds]
    found = element(code, op, FLOAT if dtype == HALF else dtype, args, kinds)
    return _convert(code, HALF, found, FLOAT) if dtype == HALF else found


def _select(code, dtype, which, no, yes):
    if dtype.kind == "c":
        part = part_of(dtype)
        return tuple(_select(code, part, which, n, y) for n, y in zip(no, yes, strict=True))
    kind = type_of(dtype)
    return code.new(f"select i1 {which}, {kind} {yes}, {kind} {no}")


def _compare(code, op, args, dtype):
    kind = type_of(dtype)
    if dtype.kind == "f":
        return code.new(f"fcmp {'une' if op == 'ne' else 'o' + op} {kind} {args[0]}, {args[1]}")
    sign = "" if op in ("eq", "ne") else "s" if dtype.kind == "i" else "u"
    return code.new(f"icmp {sign}{op} {kind} {args[0]}, {args[1]}")


def _convert(code, dtype, x, old):
    if old == dtype:
        return x
    if dtype.kind == "c":
        part = part_of(dtype)
        if old.kind == "c":
            return tuple(_convert(code, part, p, part_of(old)) for p in x)
        return _convert(code, part, x, old), literal(0, part)
    if old.kind == "c":
        if dtype.kind == "b":
            parts = [_convert(code, dtype, p, part_of(old)) for p in x]
            return code.new(f"or i1 {parts[0]}, {parts[1]}")
        return _convert(code, dtype, x[0], part_of(old))
    if HALF in (dtype, old) and FLOAT not in (dtype, old):
        if old.str[1:] == "f8":
            x = _odd(code, x)
        else:
            x = _convert(code, FLOAT, x, old)
        return _convert(code, dtype, x, FLOAT)
    new_kind, old_kind = type_of(dtype), type_of(old)
    if dtype.kind == "b":
        if old.kind == "f":
            return code.new(f"fcmp une {old_kind} {x}, {literal(0, old)}")
        return code.new(f"icmp ne {old_kind} {x}, 0")
    if dtype.kind == "f":
        if old.kind == "f":
            return code.new(f"{'fpext' if dtype.itemsize > old.itemsize else 'fptrunc'} {old_kind} {x} to {new_kind}")
        return code.new(f"{'sitofp' if old.kind == 'i' else 'uitofp'} {old_kind} {x} to {new_kind}")
    if old.kind == "f":
        sign = "s" if dtype.kind == "i" else "u"
        short = {"float": "f32", "double": "f64"}[old_kind]
        return code.call(new_kind, f"llvm.fpto{sign}i.sat.{new_kind}.{short}", (old_kind, x))
    if old_kind == new_kind:
        return x
    if old.kind == "b" or dtype.itemsize > old.itemsize:
        return code.new(f"{'sext' if old.kind == 'i' else 'zext'} {old_kind} {x} to {new_kind}")
    return code.new(f"trunc {old_kind} {x} to {new_kind}")


def _odd(code, x):
    """A double as a float whose last bit tells whether anything was cut off, so that cutting it again rounds once."""
    near = code.new(f"fptrunc double {x} to float")
    back = code.new(f"fpext float {near} to double")
    sizes = [code.call("double", "llvm.fabs.f64", ("double", v)) for v in (back, x)]
    above, other = (code.new(f"fcmp {how} double {sizes[0]}, {sizes[1]}") for how in ("ogt", "one"))
    bits = code.new(f"bitcast float {near} to i32")
    bits = code.new(f"sub i32 {bits}, {code.new(f'zext i1 {above} to i32')}")
    bits = code.new(f"or i32 {bits}, {code.new(f'zext i1 {other} to i32')}")
    return code.new(f"bitcast i32 {bits} to float")


# -- numbers with a point


def _short(dtype) -> str:
    return f"f{8 * dtype.itemsize}"


def _of_float(code, op, kinds, args):
    dtype = kinds[0]
    kind, x = type_of(dtype), args[0]
    if op in _ARITHMETIC:
        return code.new(f"{_ARITHMETIC[op][0]} {kind} {x}, {args[1]}")
    if op == "div":
        return code.new(f"fdiv {kind} {x}, {args[1]}")
    if op == "rem":
        return code.new(f"frem {kind} {x}, {args[1]}")
    if op == "neg":
        return code.new(f"fneg {kind} {x}")
    if op == "abs":
        return code.call(kind, f"llvm.fabs.{_short(dtype)}", (kind, x))
    if op in ("max", "min"):
        return _larger(code, op, kind, dtype, x, args[1])
    if op in _LLVM or op in _LIBM or op.startswith(LIBRARYS):
        if op == "pow" and kinds[1] != dtype:
            args = [x, _convert(code, dtype, args[1], kinds[1])]
        if op in _LLVM:
            name = f"llvm.{_LLVM[op]}.{_short(dtype)}"
        else:
            name = _LIBM.get(op, op.removeprefix(LIBRARYS)) + ("f" if dtype.itemsize == 4 else "")
        return code.call(kind, name, *((kind, a) for a in args))
    if op == "sign":
        up = code.new(f"fcmp ogt {kind} {x}, {literal(0, dtype)}")
        down = code.new(f"fcmp olt {kind} {x}, {literal(0, dtype)}")
        one = code.new(f"select i1 {down}, {kind} {literal(-1, dtype)}, {kind} {x}")
        return code.new(f"select i1 {up}, {kind} {literal(1, dtype)}, {kind} {one}")
    if op == "is_finite":
        size = code.call(kind, f"llvm.fabs.{_short(dtype)}", (kind, x))
        return code.new(f"fcmp olt {kind} {size}, {literal(np.inf, dtype)}")
    raise NotHeld(f"the step {op} of {dtype}")


def _larger(code, op, kind, dtype, x, y):
    """As XLA and NumPy: a NaN stays."""
    first = code.new(f"fcmp {'ogt' if op == 'max' else 'olt'} {kind} {x}, {y}")
    missing = code.new(f"fcmp uno {kind} {x}, {literal(0, dtype)}")
    either = code.new(f"or i1 {first}, {missing}")
    return code.new(f"select i1 {either}, {kind} {x}, {kind} {y}")


# -- integers and bools


def _of_integer(code, op, dtype, args):
    kind, x = type_of(dtype), args[0]
    signed = dtype.kind == "i"
    if op.startswith(BEYOND):
        word = f"llvm.s{op.removeprefix(BEYOND)}.with.overflow.{kind}"
        both = f"{{{kind}, i1}}"
        return code.new(f"extractvalue {both} {code.call(both, word, (kind, x), (kind, args[1]))}, 1")
    if op in _ARITHMETIC and dtype.kind != "b":
        return code.new(f"{_ARITHMETIC[op][1]} {kind} {x}, {args[1]}")
    if op in ("and", "or", "xor") or (dtype.kind == "b" and op in ("add", "mul", "max", "min")):
        word = {"add": "or", "max": "or", "mul": "and", "min": "and"}.get(op, op)
        return code.new(f"{word} {kind} {x}, {args[1]}")
    if op == "not":
        return code.new(f"xor {kind} {x}, {'true' if dtype.kind == 'b' else -1}")
    if op == "neg":
        return code.new(f"sub {kind} 0, {x}")
    if op == "abs":
        return code.call(kind, f"llvm.abs.{kind}", (kind, x), ("i1", "false")) if signed else x
    if op in ("max", "min"):
        return code.call(kind, f"llvm.{'s' if signed else 'u'}{op}.{kind}", (kind, x), (kind, args[1]))
    if op == "sign":
        up = code.new(f"icmp {'sgt' if signed else 'ugt'} {kind} {x}, 0")
        up = code.new(f"zext i1 {up} to {kind}")
        return code.new(f"select i1 {code.new(f'icmp slt {kind} {x}, 0')}, {kind} -1, {kind} {up}") if signed else up
    if op in ("div", "rem"):
        return _divide(code, op, kind, signed, x, args[1])
    if op in ("floor_div", "floor_rem"):
        return _round_down(code, op, kind, x, args[1])
    if op in ("shift_left", "shift_right_arithmetic", "shift_right_logical"):
        return _shift(code, op, kind, dtype, x, args[1])
    if op == "population_count":
        return code.call(kind, f"llvm.ctpop.{kind}", (kind, x))
    if op == "clz":
        return code.call(kind, f"llvm.ctlz.{kind}", (kind, x), ("i1", "false"))
    if op == "is_finite":
        return "true"
    raise NotHeld(f"the step {op} of {dtype}")


def _divide(code, op, kind, signed, x, y):
    """XLA's: by zero -1 and the number itself; the smallest by -1 is itself, and 0."""
    zero = code.new(f"icmp eq {kind} {y}, 0")
    if not signed:
        safe = code.new(f"select i1 {zero}, {kind} 1, {kind} {y}")
        found = code.new(f"u{op} {kind} {x}, {safe}")
        return code.new(f"select i1 {zero}, {kind} {'-1' if op == 'div' else x}, {kind} {found}")
    minus = code.new(f"icmp eq {kind} {y}, -1")
    odd = code.new(f"or i1 {zero}, {minus}")
    safe = code.new(f"select i1 {odd}, {kind} 1, {kind} {y}")
    found = code.new(f"s{op} {kind} {x}, {safe}")
    if op == "div":
        negative = code.new(f"sub {kind} 0, {x}")
        found = code.new(f"select i1 {minus}, {kind} {negative}, {kind} {found}")
        return code.new(f"select i1 {zero}, {kind} -1, {kind} {found}")
    return code.new(f"select i1 {zero}, {kind} {x}, {kind} {found}")


def _round_down(code, op, kind, x, y):
    """By a positive number: the quotient is one less where there is a rest below zero, which becomes one above."""
    if not y.startswith("%") and int(y) & (int(y) - 1) == 0:
        return code.new(
            f"ashr {kind} {x}, {int(y).bit_length() - 1}" if op == "floor_div" else f"and {kind} {x}, {int(y) - 1}"
        )
    rest = code.new(f"srem {kind} {x}, {y}")
    below = code.new(f"icmp slt {kind} {rest}, 0")
    if op == "floor_rem":
        return code.new(f"select i1 {below}, {kind} {code.new(f'add nsw {kind} {rest}, {y}')}, {kind} {rest}")
    quotient = code.new(f"sdiv {kind} {x}, {y}")
    return code.new(f"add nsw {kind} {quotient}, {code.new(f'sext i1 {below} to {kind}')}")


def _shift(code, op, kind, dtype, x, by):
    bits = 8 * dtype.itemsize
    word = {"shift_left": "shl", "shift_right_arithmetic": "ashr", "shift_right_logical": "lshr"}[op]
    if op == "shift_right_arithmetic" and dtype.kind == "u":
        word = "ashr"
    far = code.new(f"icmp uge {kind} {by}, {bits}")
    safe = code.new(f"select i1 {far}, {kind} {bits - 1}, {kind} {by}")
    found = code.new(f"{word} {kind} {x}, {safe}")
    if word == "ashr":
        return found  # all bits are the sign's
    return code.new(f"select i1 {far}, {kind} 0, {kind} {found}")


# -- complex numbers


def _of_complex(code, op, args, own):
    part = part_of(own)
    kind = type_of(part)

    def do(word, a, b):
        return code.new(f"{word} {kind} {a}, {b}")

    (a, b), *rest = args
    if op in ("add", "sub"):
        word = "f" + op
        return do(word, a, rest[0][0]), do(word, b, rest[0][1])
    if op == "mul":
        c, d = rest[0]
        return do("fsub", do("fmul", a, c), do("fmul", b, d)), do("fadd", do("fmul", a, d), do("fmul", b, c))
    if op == "neg":
        return code.new(f"fneg {kind} {a}"), code.new(f"fneg {kind} {b}")
    if op == "conj":
        return a, code.new(f"fneg {kind} {b}")
    if op in ("eq", "ne"):
        c, d = rest[0]
        word = "oeq" if op == "eq" else "une"
        first, second = (code.new(f"fcmp {word} {kind} {x}, {y}") for x, y in ((a, c), (b, d)))
        return code.new(f"{'and' if op == 'eq' else 'or'} i1 {first}, {second}")
    if op == "abs":
        return _hypot(code, part, a, b)
    if op == LIBRARYS + "hypot":
        return code.call(kind, "hypot" + ("f" if kind == "float" else ""), (kind, a), (kind, b))
    if op == LIBRARYS + "div":
        return _pythons_quotient(code, part, kind, do, a, b, *rest[0])
    if op == "is_finite":
        first, second = (_of_float(code, op, [part], [x]) for x in (a, b))
        return code.new(f"and i1 {first}, {second}")
    if op == "div":
        return _complex_quotient(code, part, kind, do, a, b, *rest[0])
    return _by_inner_loop(code, op, [own] * len(args), args, own)


def _by_inner_loop(code, op, kinds, args, own):
    """NumPy's own loop, for one number."""
    places = [code.slot(_memory_of(kind)) for kind in (*kinds, own)]
    before, code.group = code.group, None  # turns share these places
    for place, register, kind in zip(places, args, kinds, strict=False):
        code.store(register, place, "0", kind)
    if not code.loops.apply(code, op, kinds, places[:-1], own, places[-1], "1", [0] * len(kinds)):
        raise NotHeld(f"the step {op} of {own}")
    found = code.load(places[-1], "0", own)
    code.group = before
    return found


def _memory_of(dtype: np.dtype) -> str:
    return f"[{dtype.itemsize} x i8]"


def _hypot(code, part, a, b):
    """The length of a complex number to 1 ulp or so, without a call: the larger part, times what the other adds."""
    kind = type_of(part)
    a, b = (code.call(kind, f"llvm.fabs.{_short(part)}", (kind, x)) for x in (a, b))
    first = code.new(f"fcmp ogt {kind} {a}, {b}")
    large = code.new(f"select i1 {first}, {kind} {a}, {kind} {b}")
    small = code.new(f"select i1 {first}, {kind} {b}, {kind} {a}")
    ratio = code.new(f"fdiv {kind} {small}, {large}")
    square = code.new(f"fadd {kind} {literal(1, part)}, {code.new(f'fmul {kind} {ratio}, {ratio}')}")
    length = code.new(f"fmul {kind} {large}, {code.call(kind, f'llvm.sqrt.{_short(part)}', (kind, square))}")
    length = code.new(
        f"select i1 {code.new(f'fcmp oeq {kind} {small}, {literal(0, part)}')}, {kind} {large}, {kind} {length}"
    )
    for x in (a, b):
        endless = code.new(f"fcmp oeq {kind} {x}, {literal(np.inf, part)}")
        length = code.new(f"select i1 {endless}, {kind} {literal(np.inf, part)}, {kind} {length}")
    return length


def _pythons_quotient(code, part, kind, do, a, b, c, d):
    """Smith's method, as CPython has it: by the larger part of the divisor, which is not 0."""
    sizes = [code.call(kind, f"llvm.fabs.{_short(part)}", (kind, x)) for x in (c, d)]
    first = code.new(f"fcmp oge {kind} {sizes[0]}, {sizes[1]}")

    def pick(x, y):
        return code.new(f"select i1 {first}, {kind} {x}, {kind} {y}")

    ratio = do("fdiv", pick(d, c), pick(c, d))
    scale = pick(do("fadd", c, do("fmul", d, ratio)), do("fadd", do("fmul", c, ratio), d))
    real = pick(do("fadd", a, do("fmul", b, ratio)), do("fadd", do("fmul", a, ratio), b))
    imag = pick(do("fsub", b, do("fmul", a, ratio)), do("fsub", do("fmul", b, ratio), a))
    return do("fdiv", real, scale), do("fdiv", imag, scale)


def _complex_quotient(code, part, kind, do, a, b, c, d):
    """Smith's method, as NumPy's loops have it."""
    size_c, size_d = (code.call(kind, f"llvm.fabs.{_short(part)}", (kind, x)) for x in (c, d))
    first = code.new(f"fcmp oge {kind} {size_c}, {size_d}")

    def pick(x, y):
        return code.new(f"select i1 {first}, {kind} {x}, {kind} {y}")

    large, small = pick(c, d), pick(d, c)
    none = code.new(f"fcmp oeq {kind} {large}, {literal(0, part)}")
    ratio = do("fdiv", small, large)
    scale = do("fdiv", literal(1, part), do("fadd", large, do("fmul", small, ratio)))
    real_1 = do("fadd", a, do("fmul", b, ratio))
    imag_1 = do("fsub", b, do("fmul", a, ratio))
    real_2 = do("fadd", do("fmul", a, ratio), b)
    imag_2 = do("fsub", do("fmul", b, ratio), a)
    real, imag = do("fmul", pick(real_1, real_2), scale), do("fmul", pick(imag_1, imag_2), scale)
    real_0, imag_0 = do("fdiv", a, size_c), do("fdiv", b, size_c)
    return (
        code.new(f"select i1 {none}, {kind} {real_0}, {kind} {real}"),
        code.new(f"select i1 {none}, {kind} {imag_0}, {kind} {imag}"),
    )
