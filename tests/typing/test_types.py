"""The stubs are fresh, complete, and find no fault in ordinary code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import npbridge
from npbridge._src import stubs

ROOT = Path(__file__).parents[2]
CODE = Path(__file__).with_name("user_code.py")


def test_stubs_are_fresh():
    stubs.main(check=True)


@pytest.mark.parametrize("name", npbridge.__all__)
def test_every_public_name_is_declared(name):
    text = (ROOT / "npbridge" / "__init__.pyi").read_text()
    assert any(form in text for form in (f"\n{name}: ", f"def {name}(", f"class {name}", f" as {name}\n"))


def test_the_code_runs():
    done = subprocess.run([sys.executable, "-W", "ignore", CODE], capture_output=True, text=True, cwd=ROOT, check=False)
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("checker", [["mypy", "--strict", "--follow-imports=silent", "--config-file="], ["pyright"]])
def test_no_false_error(checker):
    program = shutil.which(checker[0], path=f"{Path(sys.executable).parent}")
    if program is None:
        pytest.skip(f"{checker[0]} is not installed")
    done = subprocess.run([program, *checker[1:], CODE], capture_output=True, text=True, cwd=ROOT, check=False)
    assert not done.returncode, done.stdout
