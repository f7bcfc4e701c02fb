"""From LLVM's text to machine code."""

from __future__ import annotations

import functools
import re
import threading

import llvmlite.binding as llvm

from ...program.builder import NotHeld

_lock = threading.Lock()
_MISSING = re.compile(r"__(trunc|extend)\w*hf")  # functions that may be nowhere: they would be called at address 0


@functools.cache
def _machine():
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return _machine_for_engine()


def _machine_for_engine():
    """The machine that code is made for; an engine takes one over."""
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="static" if target.name.startswith("x86") else "default",  # else calls out of the code go astray
        jit=True,
    )


def engine(text: str, symbols: dict[str, int]):
    """An engine of its own, which holds the code; `symbols` are functions that it calls, and where they are."""
    with _lock:
        return _made(text, symbols)


def _made(text: str, symbols: dict[str, int]):
    machine = _machine()
    for symbol, address in symbols.items():
        llvm.add_symbol(symbol, address)
    module = llvm.parse_assembly(text)
    module.triple = llvm.get_process_triple()
    module.data_layout = str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    options.loop_unrolling = False  # but where it is asked for: what it gains costs most of the time to compile
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    if " half" in text and _MISSING.search(machine.emit_assembly(llvm.parse_assembly(str(module)))):
        raise NotHeld("a step on float16 that the machine does not have")
    found = llvm.create_mcjit_compiler(module, _machine_for_engine())
    found.finalize_object()
    return found
