"""Functions of the host that are called in the middle of a program."""

from __future__ import annotations

import ctypes
import sys
from _thread import get_ident

import numpy as np

from ...program.nodes import Node
from .code import Code

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Callback:
    """A function on arrays, as code that is not Python's calls it: with the addresses of arguments and results.

    What it raises is kept, and ends the program.
    """

    def __init__(self, function, arguments, results, errors: dict) -> None:
        self.function, self.errors = function, errors
        self.arguments, self.results = [(v.shape, v.dtype) for v in arguments], [(v.shape, v.dtype) for v in results]
        self.entry = _CALLBACK(self.run)
        self.address = ctypes.cast(self.entry, ctypes.c_void_p).value

    def run(self, places) -> int:
        """Whether it failed."""
        try:
            addresses = (ctypes.c_void_p * (len(self.arguments) + len(self.results))).from_address(places)
            arrays = [_at(a, *what) for a, what in zip(addresses, (*self.arguments, *self.results), strict=True)]
            n = len(self.arguments)
            for x in arrays[:n]:
                x.flags.writeable = False
            for target, found in zip(arrays[n:], self.function(*arrays[:n]), strict=True):
                np.copyto(target, found)
        except BaseException:
            self.errors[get_ident()] = sys.exc_info()[1]
            return True
        return False


def _at(address, shape, dtype) -> np.ndarray:
    size = dtype.itemsize
    for n in shape:
        size *= n
    if not size:
        return np.empty(shape, dtype)
    return np.frombuffer((ctypes.c_char * size).from_address(address), dtype).reshape(shape)


def call(emitter, node: Node) -> None:
    """Arguments and results stand in memory; numbers on the stack."""
    code: Code = emitter.code
    pointers = []
    for arg in node.args:
        if arg.shape:
            pointers.append(emitter.place(arg).pointer())
            continue
        slot = code.slot(f"[{arg.dtype.itemsize} x i8]")
        code.store(emitter.scalar(arg), slot, "0", arg.dtype)
        pointers.append(slot)
    targets = []
    for out in node.outs:
        if out.shape:
            targets.append(emitter.take(out))
            pointers.append(targets[-1].pointer())
        else:
            targets.append(code.slot(f"[{out.dtype.itemsize} x i8]"))
            pointers.append(targets[-1])
    places = code.slot("ptr", len(pointers))
    for k, pointer in enumerate(pointers):
        at = code.new(f"getelementptr inbounds ptr, ptr {places}, i64 {k}")
        code.do(f"store ptr {pointer}, ptr {at}")
    entry = emitter.callback(node.params["function"], node.args, node.outs)
    status = code.new(f"call i32 inttoptr (i64 {entry.address} to ptr)(ptr {places})")
    code.leave_if(code.new(f"icmp ne i32 {status}, 0"))
    for out, target in zip(node.outs, targets, strict=True):
        if out.shape:
            emitter.put(out, target)
        else:
            emitter.scalars[out] = code.load(target, "0", out.dtype)
