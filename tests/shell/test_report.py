"""``--report``: what left our arrays, at which line of the program."""

import pytest

from .programs import OURS, run, write

PROGRAM = """
import binascii
import numpy as np
import helper
x = np.arange(3.0)
for _ in range(2):
    binascii.crc32(x)
helper.check(x)
print(sorted([1, 2], key=lambda i: binascii.crc32(x) * i))
"""
HELPER = "import binascii\ndef check(x):\n    return binascii.crc32(x)\n"


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_functions_and_lines_are_told(tmp_path, backend):
    write(tmp_path, main=PROGRAM, helper=HELPER)
    done = run([*OURS, "--report", "--backend", backend, "main.py"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n"), done.stderr
    told = [line.split() for line in done.stderr.splitlines() if "binascii.crc32" in line]
    main, helper = tmp_path / "main.py", tmp_path / "helper.py"
    assert told == [
        ["1", "binascii.crc32", f"({helper}:3)"],
        ["2", "binascii.crc32", f"({main}:7)"],
        ["2", "binascii.crc32", f"({main}:9)"],
    ]


def test_fallbacks_are_told(tmp_path):
    write(tmp_path, main="import numpy as np\nnp.frompyfunc(abs, 1, 1)(np.ones(2))\n")
    done = run([*OURS, "--report", "--backend", "jax", "main.py"], tmp_path)
    assert "ran on the host" in done.stderr and "1  abs" in done.stderr


def test_it_is_told_after_an_error_and_where_there_is_nothing(tmp_path):
    write(tmp_path, main="1 / 0\n")
    done = run([*OURS, "--report", "main.py"], tmp_path)
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr
    assert "what left the arrays" in done.stderr and "nothing" in done.stderr


def test_nothing_is_told_unasked(tmp_path):
    write(tmp_path, main=PROGRAM, helper=HELPER)
    done = run([*OURS, "main.py"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
