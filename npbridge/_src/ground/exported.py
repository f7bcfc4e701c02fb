"""The buffer protocol of classes made in Python: ``memoryview(x)``, ``file.write(x)``, Cython's ``double[:]``.

Only classes in C have a slot for it; here a few instructions are put there, which hand the memory of another
object over.  From 3.12 on Python fills the slot of a class that has ``__buffer__``, with an object in between
from which not everybody takes memory (``pickle.PickleBuffer``).
"""

from __future__ import annotations

import ctypes
import importlib
import sys

from .compat import lies_as_expected

_BUFFER_AT = 160  # of tp_as_buffer in a PyTypeObject; bf_getbuffer comes first in what it points to
_OWNER_AT = 8  # of `obj` in a Py_buffer

# self, view, flags -> PyObject_GetBuffer(getattr(self, name)(), view, flags)
_TEXT = """
define i32 @get(ptr %self, ptr %view, i32 %flags) {{
  %owner = getelementptr i8, ptr %view, i64 {owner}
  store ptr null, ptr %owner
  %method = call ptr {PyObject_GetAttr}(ptr %self, ptr inttoptr (i64 {name} to ptr))
  %missing = icmp eq ptr %method, null
  br i1 %missing, label %failed, label %found
found:
  %memory = call ptr {PyObject_CallNoArgs}(ptr %method)
  call void {Py_DecRef}(ptr %method)
  %refused = icmp eq ptr %memory, null
  br i1 %refused, label %failed, label %given
given:
  %result = call i32 {PyObject_GetBuffer}(ptr %memory, ptr %view, i32 %flags)
  call void {Py_DecRef}(ptr %memory)
  ret i32 %result
failed:
  ret i32 -1
}}
"""
_CALLED = ("PyObject_GetAttr", "PyObject_CallNoArgs", "Py_DecRef", "PyObject_GetBuffer")
_kept: list[object] = []  # the code, and the names in it


def export_memory(kind: type, method: str) -> bool:
    """Let objects of a class, and of those made of it later, export what a method gives; whether it could be done.

    The code is made when it is first called, for LLVM takes its time to load.
    """
    if sys.implementation.name != "cpython" or not lies_as_expected(kind):
        return False

    @_GETS_BUFFER
    def first(exporter: object, view: int, flags: int) -> int:
        code = _code_for(method)
        for each in _with_subclasses(kind):
            _put(each, code)
        try:
            return _GETS_BUFFER(code)(exporter, view, flags)
        except Exception:
            return -1  # of a first call that fails the reason is lost: nothing made in Python can hand it on

    _kept.append(first)
    _put(kind, _address(first))
    return True


def export_as(base: type, kind: type) -> None:
    """Let objects of a class that was made of another export what those do, whatever Python has put in the slot."""
    slots = ctypes.c_void_p.from_address(id(base) + _BUFFER_AT).value if lies_as_expected(base) else None
    code = ctypes.c_void_p.from_address(slots).value if slots is not None else None
    if code is not None:
        _put(kind, code)


_GETS_BUFFER = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_int)


def _address(function: object) -> int:
    found = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert found is not None
    return found


def _put(kind: type, code: int) -> None:
    slots = ctypes.c_void_p.from_address(id(kind) + _BUFFER_AT).value
    if slots is not None:
        ctypes.c_void_p.from_address(slots).value = code


def _with_subclasses(kind: type) -> list[type]:
    made: list[type] = kind.__subclasses__()
    return [kind, *(each for below in made for each in _with_subclasses(below))]


def _code_for(method: str) -> int:
    llvm = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name = sys.intern(method)
    called = {x: f"inttoptr (i64 {_address(getattr(ctypes.pythonapi, x))} to ptr)" for x in _CALLED}
    module = llvm.parse_assembly(_TEXT.format(owner=_OWNER_AT, name=id(name), **called))
    machine = llvm.Target.from_default_triple().create_target_machine(opt=1, jit=True)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _kept.extend((engine, name))
    return engine.get_function_address("get")
