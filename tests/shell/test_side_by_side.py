"""``python -m npbridge --compare``."""

from .programs import OURS, run, write

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
print("sum", int(np.arange(10).sum()))
if "differ" in sys.argv:
    print(type(np.ones(1)).__name__)
folder = Path(__file__).parent / "output"
folder.mkdir(exist_ok=True)
(folder / "drawn.png").write_bytes(b"picture")
"""


def test_the_same_each_time(tmp_path):
    write(tmp_path, main=PROGRAM)
    done = run([*OURS, "--compare", "main.py"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "    sum 45\n" in done.stdout
    assert done.stdout.count("the same") == 3
    assert sorted(p.name for p in (tmp_path / "output").iterdir()) == [
        f"drawn-{how}.png" for how in ("auto", "jax", "numpy", "python")
    ]


def test_differences_are_shown(tmp_path):
    write(tmp_path, main=PROGRAM)
    done = run([*OURS, "--compare", "main.py", "differ"], tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("DIFFERS") == 2
    assert "-ndarray\n" in done.stdout
    assert "+JaxArray\n" in done.stdout


def test_a_script_that_fails(tmp_path):
    write(tmp_path, main="raise SystemExit(4)")
    done = run([*OURS, "--compare", "main.py"], tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("FAILED (4)") == 4
    assert run([*OURS, "--compare", "nothing.py"], tmp_path).returncode == 2
