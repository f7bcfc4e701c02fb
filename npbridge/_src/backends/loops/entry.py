"""The function that Python calls: it takes arrays and numbers apart, and has the program run.

It is a builtin of the interpreter's, written in LLVM's text like the program: a call costs as much as one of a method
of an array.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ...ground.compat import DATA_OF_ARRAY
from .code import type_of

_FASTCALL = 0x80  # METH_FASTCALL
ON_STACK = 1 << 13  # bytes of room that the stack gives
KEPT = 1 << 22  # bytes of room that stay for the next call


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]


# Names in the text.  What differs from process to process is no part of it, but is put into variables.
NAME = "npbridge"
CONSTANTS = "npbridge_constants"  # pointers to them
KEPT_ROOM = "npbridge_kept"  # a pointer to the room that was kept from the last call


def text(inputs: list, results: int, room: int, constants: int, let_go: bool, stops: bool = False) -> str:
    """``npbridge(*inputs, *results)``, which calls ``npbridge_program``.

    Parameters
    ----------
    inputs : list of (tuple, numpy.dtype, bool)
        Shape, dtype, and whether it is a number of Python's; all others are ndarrays, as results are.
    room : int
        Bytes that the program needs.
    constants : int
        How many there are.
    let_go : bool
        Whether other threads may run meanwhile.
    stops : bool
        Whether the program may end with an error of Python's.
    """
    lines = [
        f"@{CONSTANTS} = externally_initialized global [{constants} x ptr] zeroinitializer",
        f"@{KEPT_ROOM} = externally_initialized global ptr null",
        "@_Py_NoneStruct = external global i8",
        f"define ptr @{NAME}(ptr %self, ptr %args, i64 %count) {{",
        f"  %inputs = alloca ptr, i64 {max(len(inputs), 1)}",
        f"  %results = alloca ptr, i64 {max(results, 1)}",
    ]
    declared = {
        "PyErr_Occurred": "ptr ()", "PyEval_SaveThread": "ptr ()", "PyEval_RestoreThread": "void (ptr)",
        "Py_IncRef": "void (ptr)", "PyFloat_AsDouble": "double (ptr)", "PyLong_AsLongLong": "i64 (ptr)",
        "PyObject_IsTrue": "i32 (ptr)", "malloc": "ptr (i64)", "free": "void (ptr)",
        "PyErr_NoMemory": "ptr ()",
    }  # fmt: skip
    checked = False
    for k, (_, dtype, number) in enumerate(inputs):
        lines += [
            f"  %at{k} = getelementptr inbounds ptr, ptr %args, i64 {k}",
            f"  %object{k} = load ptr, ptr %at{k}",
        ]
        if number:
            lines += _number(k, dtype)
            checked = True
        else:
            lines += [
                f"  %field{k} = getelementptr inbounds i8, ptr %object{k}, i64 {DATA_OF_ARRAY}",
                f"  %data{k} = load ptr, ptr %field{k}",
            ]
        lines += [
            f"  %input{k} = getelementptr inbounds ptr, ptr %inputs, i64 {k}",
            f"  store ptr %data{k}, ptr %input{k}",
        ]
    for k in range(results):
        lines += [
            f"  %to{k} = getelementptr inbounds ptr, ptr %args, i64 {len(inputs) + k}",
            f"  %out{k} = load ptr, ptr %to{k}",
            f"  %outfield{k} = getelementptr inbounds i8, ptr %out{k}, i64 {DATA_OF_ARRAY}",
            f"  %outdata{k} = load ptr, ptr %outfield{k}",
            f"  %result{k} = getelementptr inbounds ptr, ptr %results, i64 {k}",
            f"  store ptr %outdata{k}, ptr %result{k}",
        ]
    if checked:
        lines += [
            "  %error = call ptr @PyErr_Occurred()",
            "  %failed = icmp ne ptr %error, null",
            "  br i1 %failed, label %stop, label %go",
            "stop:",
            "  ret ptr null",
            "go:",
        ]
    lines += ["  br label %start", "start:", *_taken(room)]
    if let_go:
        lines.append("  %thread = call ptr @PyEval_SaveThread()")
    lines.append(f"  call void @{NAME}_program(ptr %inputs, ptr %results, ptr @{CONSTANTS}, ptr %room)")
    if room > KEPT:
        lines.append("  call void @free(ptr %base)")
    elif room > ON_STACK:
        lines += [
            f"  %other = atomicrmw xchg ptr @{KEPT_ROOM}, ptr %base seq_cst",
            "  call void @free(ptr %other)",
        ]
    if let_go:
        lines.append("  call void @PyEval_RestoreThread(ptr %thread)")
    if stops:
        lines += [
            "  %raised = call ptr @PyErr_Occurred()",
            "  %stopped = icmp ne ptr %raised, null",
            "  br i1 %stopped, label %give, label %end",
            "give:",
            "  ret ptr null",
            "end:",
        ]
    lines += ["  call void @Py_IncRef(ptr @_Py_NoneStruct)", "  ret ptr @_Py_NoneStruct", "}"]
    heads = []
    for symbol, signature in declared.items():
        result, arguments = signature.split(" ", 1)
        heads.append(f"declare {result} @{symbol}{arguments}")
    return "\n".join([*heads, *lines])


def _taken(room: int) -> list[str]:
    """What sets ``%room``: memory that begins at a multiple of 64."""
    if room <= ON_STACK:
        return [f"  %room = alloca i8, i64 {max(room, 1)}, align 64"]
    found: list[str] = []
    known = ""
    if room <= KEPT:
        known = ", [ %found, %start ]"
        found = [
            f"  %found = atomicrmw xchg ptr @{KEPT_ROOM}, ptr null seq_cst",
            "  %none = icmp eq ptr %found, null",
            "  br i1 %none, label %fresh, label %ready",
            "fresh:",
        ]
    return [
        *found,
        f"  %new = call ptr @malloc(i64 {room + 64})",
        "  %nothing = icmp eq ptr %new, null",
        "  br i1 %nothing, label %full, label %ready",
        "full:",
        "  %told = call ptr @PyErr_NoMemory()",
        "  ret ptr null",
        "ready:",
        f"  %base = phi ptr [ %new, {'%fresh' if found else '%start'} ]{known}",
        "  %address = ptrtoint ptr %base to i64",
        "  %up = add i64 %address, 63",
        "  %rounded = and i64 %up, -64",
        "  %room = inttoptr i64 %rounded to ptr",
    ]


def _number(k: int, dtype: np.dtype) -> list[str]:
    """What puts a number of Python's on the stack."""
    if dtype.kind == "f":
        lines = [f"  %number{k} = call double @PyFloat_AsDouble(ptr %object{k})"]
        if dtype.itemsize == 4:
            lines.append(f"  %value{k} = fptrunc double %number{k} to float")
        else:
            lines.append(f"  %value{k} = fadd double %number{k}, -0.0")
    elif dtype.kind == "b":
        lines = [
            f"  %number{k} = call i32 @PyObject_IsTrue(ptr %object{k})",
            f"  %value{k} = trunc i32 %number{k} to i8",
        ]
    else:
        lines = [f"  %number{k} = call i64 @PyLong_AsLongLong(ptr %object{k})"]
        kind = type_of(dtype)
        lines.append(
            f"  %value{k} = {'add i64 0, ' if kind == 'i64' else 'trunc i64 '}%number{k}"
            + (f" to {kind}" if kind != "i64" else "")
        )
    kind = "i8" if dtype.kind == "b" else type_of(dtype)
    return [
        *lines,
        f"  %data{k} = alloca {kind}",
        f"  store {kind} %value{k}, ptr %data{k}",
    ]


def builtin(address: int) -> tuple[Any, Any]:
    """A function of Python's at an address, and an object that dies with it."""
    method = _Method(NAME.encode(), address, _FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    return make(ctypes.addressof(method), method, None), method
