"""A sample of NumPy's own tests, with our arrays in place of ndarray.

NumPy ships its tests in its wheel.  Each chosen test module is executed as user code
is under ``python -m npbridge``: its ``numpy`` makes our arrays, and the test code is
not touched.  Printed are the pass rate of each backend and what failed; the exit
status says whether the rates are at least what they were.

    python -m tests.suites.numpy_sample [--backend jax|numpy] [--all] [--list]
"""

from __future__ import annotations

import argparse
import collections
import resource
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

MODULES = (
    "_core/tests/test_indexing.py",
    "_core/tests/test_numeric.py",
    "_core/tests/test_shape_base.py",
    "_core/tests/test_item_selection.py",
    "_core/tests/test_ufunc.py",
    "lib/tests/test_arraypad.py",
    "lib/tests/test_arraysetops.py",
    "lib/tests/test_function_base.py",
    "lib/tests/test_index_tricks.py",
    "lib/tests/test_nanfunctions.py",
    "lib/tests/test_shape_base.py",
    "lib/tests/test_stride_tricks.py",
    "lib/tests/test_twodim_base.py",
    "linalg/tests/test_linalg.py",
    "fft/tests/test_helper.py",
    "fft/tests/test_pocketfft.py",
)

# Words in a test's name, or in its source, for what is not stored or not promised.
ABOUT = {
    "other data": (
        "object",
        "string",
        "Object",
        "datetime",
        "timedelta",
        "structured",
        "void",
        "'S",
        "'U",
        "record",
        "dtype('O",
    ),
    "other data ": (
        "dtype=object",
        "np.str_",
        "np.bytes_",
        "longdouble",
        "clongdouble",
        "Decimal",
        "Fraction",
        "'O'",
        "None]",
    ),
    "ndarray subclasses": ("subclass", "matrix", "np.ma", "recarray", "MaskedArray", "(np.ndarray)", "subok", "memmap"),
    "memory and its addresses": (
        "refcount",
        "ctypes",
        "__array_interface__",
        "unaligned",
        "aligned",
        "byteswap",
        "newbyteorder",
    ),
    "warnings and floating-point state": (
        "errstate",
        "assert_warns",
        "pytest.warns",
        "RuntimeWarning",
        "catch_warnings",
    ),
    "C API and internals": (
        "_umath_tests",
        "_multiarray_tests",
        "_core._",
        "sys.getsizeof",
        "threading",
        "requires_memory",
    ),
    "documentation and text": ("__doc__", "docstring", "array2string", "array_repr"),
}
EVERY = 4  # run every fourth test function
CASES = 3  # of a parametrised test, so many cases
# The rates of the sample when they were last raised, rounded down.
AT_LEAST = {"jax": 96.0, "numpy": 98.0}


class Sample:
    """A pytest plugin: collects NumPy's test modules as user code, and thins them out."""

    def __init__(self, everything: bool) -> None:
        self.everything = everything
        self.left_out: collections.Counter[str] = collections.Counter()
        self.outcomes: collections.Counter[str] = collections.Counter()

    def pytest_pycollect_makemodule(self, module_path, parent):
        return UserModule.from_parent(parent, path=module_path)

    def pytest_collection_modifyitems(self, items):
        counts: collections.Counter = collections.Counter()
        order: dict = {}
        kept = []
        for item in items:
            reason = why_not(item)
            if reason:
                self.left_out[reason] += 1
                continue
            function = item.nodeid.partition("[")[0]
            place = order.setdefault(function, len(order))
            counts[function] += 1
            if self.everything or (place % EVERY == 0 and counts[function] <= CASES):
                kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.failed:
            self.outcomes[report.outcome] += 1


class UserModule(pytest.Module):
    """A test module in which ``import numpy`` gives the face."""

    def _getobj(self):
        from npbridge._src.shell.user_code import USER_BUILTINS

        name = "npbridge_sample." + self.path.stem
        module = types.ModuleType(name)
        package = ".".join(("numpy", *self.path.relative_to(Path(np.__file__).parent).parts[:-1]))
        module.__dict__.update(__builtins__=USER_BUILTINS, __file__=str(self.path), __package__=package)
        sys.modules[name] = module
        # under a name outside the library, whose own code would get plain ndarrays
        code = compile(self.path.read_text(encoding="utf-8"), f"<NumPy's {self.path.name}>", "exec")
        exec(code, module.__dict__)
        return module


def why_not(item) -> str | None:
    """The reason to leave a test out, or None."""
    function = item.function
    if "free_bytes" in function.__code__.co_freevars or item.get_closest_marker("slow"):
        return "gigabytes"
    names = {*function.__code__.co_names, *map(str, function.__code__.co_consts), item.nodeid}
    text = " ".join(names)
    return next((reason.strip() for reason, words in ABOUT.items() if any(w in text for w in words)), None)


MEMORY = 12 << 30  # bytes of address space; a test that asks for more fails alone


def run(backend: str, everything: bool, listing: bool) -> int:
    import npbridge

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    npbridge.use_backend(backend)
    npbridge.enable_x64()
    npbridge.config.fallback = "silent"
    root = Path(np.__file__).parent
    sample = Sample(everything)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:warnings", "-o", "addopts=", "--rootdir", str(root)]
    options += ["--tb", "line" if listing else "no", "-c", "/dev/null", "--no-header"]
    status = pytest.main([*options, *(str(root / module) for module in MODULES)], plugins=[sample])
    passed, failed = sample.outcomes["passed"], sample.outcomes["failed"]
    if status not in (0, 1) or not passed:
        return 2
    rate = 100 * passed / (passed + failed)
    left_out = ", ".join(f"{n} about {reason}" for reason, n in sample.left_out.most_common())
    print(f"{backend}: {passed} of {passed + failed} of NumPy's tests pass, {rate:.1f} % (left out: {left_out})")
    return 0 if rate >= AT_LEAST[backend] else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=("jax", "numpy"))
    parser.add_argument("--all", action="store_true", help="every test of the modules, not a sample")
    parser.add_argument("--list", action="store_true", help="say what failed")
    options = parser.parse_args()
    if options.backend:
        return run(options.backend, options.all, options.list)
    command = [sys.executable, "-m", "tests.suites.numpy_sample", *sys.argv[1:], "--backend"]
    return max(subprocess.run([*command, backend]).returncode for backend in ("numpy", "jax"))


if __name__ == "__main__":
    sys.exit(main())
