"""From LLVM's text to machine code, which is kept on disk: the same text is not compiled again in another process.

A text has no addresses.  What it names and does not define is bound when the code is loaded, and all at once: LLVM has
one table of names for the process, and there a name may stand for something else when the next program is loaded.
"""

from __future__ import annotations

import functools
import hashlib
import platform
import re
import threading

import llvmlite
import llvmlite.binding as llvm
import numpy as np

from ...ground.cache import Shelf
from ...ground.version import __version__
from ...program.builder import NotHeld

shelf = Shelf("loops", 1 << 26)
_lock = threading.Lock()
_MISSING = re.compile(rb"__(trunc|extend)\w*hf")  # functions that may be nowhere: they would be called at address 0
_TUNING = {
    "loop_vectorization": True,
    "slp_vectorization": True,
    "loop_unrolling": True,  # each loop says whether
}


@functools.cache
def _target() -> tuple[llvm.Target, str, str]:
    """What code is made for, the name of the processor, and what it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def _machine() -> llvm.TargetMachine:
    """What makes code, in which all addresses have 64 bits; an engine takes one over."""
    target, processor, features = _target()
    return target.create_target_machine(
        cpu=processor,
        features=features,
        opt=3,
        reloc="static" if target.name.startswith("x86") else "default",  # else calls out of the code go astray
        jit=True,
    )


def engine(text: str, symbols: dict[str, int], function: str) -> llvm.ExecutionEngine:
    """An engine of its own, which holds the code.

    Parameters
    ----------
    text : str
    symbols : dict of str to int
        Names that it uses, and where they are.
    function : str
        The name of a function in it.
    """
    key = _key(text)
    code = shelf.read(key)
    if code is None:
        with _lock:
            code = compiled(text)
        shelf.write(key, code)
    with _lock:
        return _loaded(code, symbols, function)


def _key(text: str) -> str:
    return hashlib.sha256(_surroundings() + text.encode()).hexdigest()


@functools.cache
def _surroundings() -> bytes:
    """All that the code of a text depends on."""
    _, processor, features = _target()
    versions = __version__, np.__version__, llvmlite.__version__, llvm.llvm_version_info, platform.python_version()
    return f"{versions} {llvm.get_process_triple()} {processor} {features} {_TUNING}\n".encode()


def compiled(text: str) -> bytes:
    """The machine code of a text, as an object file."""
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple = llvm.get_process_triple()
    module.data_layout = str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    for name, value in _TUNING.items():
        setattr(options, name, value)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    code = machine.emit_object(module)
    if " half" in text and _MISSING.search(code):
        raise NotHeld("a step on float16 that the machine does not have")
    return code


def _loaded(code: bytes, symbols: dict[str, int], function: str) -> llvm.ExecutionEngine:
    for symbol, address in symbols.items():
        llvm.add_symbol(symbol, address)
    found = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    found.add_object_file(llvm.ObjectFileRef.from_data(code))
    found.get_function_address(function)  # which binds all names, and makes no code of the empty module
    return found
