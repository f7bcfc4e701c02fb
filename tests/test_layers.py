"""Each module imports its own layer or a lower one; numba has one home."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import npbridge

from . import house
from .house import LAYERS
from .seeds import SEED

ROOT = Path(npbridge.__file__).parent
RANK = {name: i for i, names in enumerate(LAYERS) for name in names}


def layer_of(path: Path) -> str | None:
    parts = path.relative_to(ROOT).parts
    return parts[1].removesuffix(".py") if parts[0] == "_src" and len(parts) > 1 else None


def imported(path: Path, tree: ast.AST):
    """``(layer, line)`` of each npbridge import at module level of `path`."""
    package = ("npbridge", *path.relative_to(ROOT).parts[:-1])
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            full = (*base, *(node.module or "").split(".")) if node.module else base
            names = [(*full, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        for name in names:
            if name[:2] == ("npbridge", "_src") and len(name) > 2:
                yield name[2], node.lineno


# Run when the user's program has imported numba itself, and when the backend asks for a private name of it.
TOLD_BY_THE_PROGRAM = {"_src/shell/user_code.py", "_src/ground/compat.py"}

MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down(path):
    own = layer_of(path)
    if own is None or own == "__init__":
        return
    assert own in RANK, f"{own} is not in LAYERS"
    for other, line in imported(path, ast.parse(path.read_text())):
        assert RANK[other] <= RANK[own], f"{path.name}:{line} imports {other}, which lies above {own}"


def test_the_picture_of_the_layers_is_fresh():
    assert house.main(["--check"]) == 0, "python -m tests.house"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_numba_backend_imports_numba(path):
    relative = path.relative_to(ROOT)
    if {"numba"} & set(relative.parts) or str(relative) in TOLD_BY_THE_PROGRAM:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        assert not any(n.split(".")[0] == "numba" for n in names), f"{path.name}:{node.lineno}"


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_npbridge_imports_nothing_that_takes_long():
    heavy = "{'numpy', 'jax', 'numba', 'llvmlite'} & set(sys.modules)"
    assert (
        run(f"import sys, npbridge; npbridge.__version__, hasattr(npbridge, '__wrapped__'); print({heavy})")
        == "set()\n"
    )
    assert run(f"import sys, npbridge; npbridge.arange(3) + 1; print({heavy} - {{'numpy', 'jax'}})") == "set()\n"


@pytest.mark.parametrize(
    "code",
    [
        "from npbridge import *; print(arange(3))",
        "import npbridge; print(npbridge.arange(3))",
        "from npbridge.random import rand; import npbridge; print(npbridge.arange(3))",
        "import npbridge.lib.stride_tricks; print(npbridge.arange(3))",
        "import npbridge; dir(npbridge); print(npbridge.__dict__['arange'](3))",
        "import threading, npbridge\n"
        "ts = [threading.Thread(target=lambda: npbridge.arange(3).sum()) for _ in range(8)]\n"
        "for t in ts: t.start()\nfor t in ts: t.join()\nprint(npbridge.arange(3))",
    ],
)
def test_all_is_there_when_one_name_is_asked_for(code):
    assert run(code) == "[0 1 2]\n"


def test_a_pickle_brings_all_along():
    import pickle

    data = pickle.dumps(npbridge.arange(3))
    assert run(f"import pickle; x = pickle.loads({data!r}); print(x[1:] + 1, x.sum())") == "[2 3] 3\n"


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is(path):
    if path.name not in ("__main__.py", "__init__.py"):
        assert importlib.import_module(name_of(path)).__doc__, "a caption is missing"


# Imports each of the modules that it is given, as the first of ours, in a child of its own.
FIRST = """
import importlib, os, sys
import numpy, numba, jax, jax.numpy

failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(name, repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    failed += [name] if os.waitpid(child, 0)[1] else []
sys.exit(len(failed))
"""


def imported_first(paths):
    names = [name_of(path) for path in paths if path.name != "__main__.py"]
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FIRST, *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="makes children by fork")
def test_any_module_can_be_imported_first():
    """A share that changes with each run."""
    imported_first(MODULES[SEED % 16 :: 16])


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="makes children by fork")
def test_every_module_can_be_imported_first():
    imported_first(MODULES)
