"""Functions of the host that are called in the middle of a program."""

from __future__ import annotations

import ctypes
import math

import numpy as np

from ...program.nodes import Node
from . import helpers
from .code import Code


class Callback:
    """A function on arrays, as the code calls it: with the address of the addresses of arguments and results."""

    def __init__(self, function, arguments, results) -> None:
        self.function = function
        self.reads = [_reading(v.shape, v.dtype) for v in arguments]
        self.writes = [_writing(v.shape, v.dtype) for v in results]
        self.places = ctypes.c_void_p * (len(arguments) + len(results))
        self.entry = self.run
        self.address = id(self.entry)

    def run(self, places: int) -> None:
        addresses = self.places.from_address(places)
        found = self.function(*[read(a) for read, a in zip(self.reads, addresses, strict=False)])
        n = len(self.reads)
        for write, address, value in zip(self.writes, addresses[n:], found, strict=True):
            write(address, value)


def symbol(k: int) -> str:
    """The name under which code finds the address of a callback."""
    return f"npbridge_callback{k}"


def _reading(shape, dtype):
    """``read(address)``: an array on memory, which cannot be written."""
    at = _at(shape, dtype)

    def read(address):
        array = at(address)
        array.flags.writeable = False
        return array

    return read


_NUMBERS = {"d": (ctypes.c_double, float), "f": (ctypes.c_float, float), "l": (ctypes.c_int64, int)}


def _writing(shape, dtype):
    """``write(address, value)``: put a value into memory, numbers of the usual types by the short way."""
    if not shape and dtype.char in _NUMBERS:
        kind, number = _NUMBERS[dtype.char]

        def write_number(address, value):
            kind.from_address(address).value = number(value)

        return write_number
    at = _at(shape, dtype)
    return lambda address, value: np.copyto(at(address), value)


def _at(shape, dtype):
    """What makes an array on memory."""
    size = dtype.itemsize * math.prod(shape)
    if not size:
        return lambda address: np.empty(shape, dtype)
    memory = ctypes.c_char * size
    return lambda address: np.frombuffer(memory.from_address(address), dtype).reshape(shape)


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
    emitter.callback(node.params["function"], node.args, node.outs)
    name = symbol(len(emitter.callbacks) - 1)
    code.declared[name] = f"@{name} = externally_initialized global ptr null"
    function = code.new(f"load ptr, ptr @{name}")
    code.declared["npbridge_call"] = "declare i1 @npbridge_call(ptr, ptr)"
    emitter.loops.used["npbridge_call"] = helpers.call()
    code.leave_if(code.new(f"call i1 @npbridge_call(ptr {function}, ptr {places})"))
    for out, target in zip(node.outs, targets, strict=True):
        if out.shape:
            emitter.put(out, target)
        else:
            emitter.scalars[out] = code.load(target, "0", out.dtype)
