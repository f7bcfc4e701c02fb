"""Where the source of a function is found, and when it is not taken."""

from __future__ import annotations

import ast
import importlib.util
import os

import npbridge
from npbridge._src.convert.source import tree_of

TEXT = "def program(x):\n    for i in range(3):\n        x = x + {step}\n    return x\n"


def test_a_file_that_was_written_after_it_was_imported_is_not_taken(tmp_path):
    path = tmp_path / "written_again.py"
    path.write_text(TEXT.format(step=1))
    spec = importlib.util.spec_from_file_location("written_again", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path.write_text(TEXT.format(step=5))
    os.utime(path, (path.stat().st_mtime + 10,) * 2)
    compiled = npbridge.jit(module.program, backend="jax")
    assert compiled(npbridge.zeros(2)).tolist() == [3, 3]


def called(f):
    return f()


def test_lambdas_within_lambdas():
    found = called(lambda: npbridge.jit(lambda: 1 if npbridge.ones(1)[0] > 2 else 3)())
    assert int(found) == 3
    f = npbridge.jit(lambda x: (lambda x: x if x.sum() > 2 else -x)(x))
    assert float(f(npbridge.ones(1))[0]) == -1
    outer, inner = [], lambda x: (outer.append(lambda x: x + 1), x)[1]
    inner(0)
    assert [ast.unparse(tree_of(g).body) for g in (inner, outer[0])] == [
        "(outer.append(lambda x: x + 1), x)[1]",
        "x + 1",
    ]
