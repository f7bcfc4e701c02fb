"""The examples print the same under plain python and on both backends, and draw."""

import shutil

import pytest

from .programs import OURS, ROOT, run


@pytest.mark.parametrize("name", ["digits", "terrain", "spiking"])
def test_three_ways(tmp_path, name):
    for needed in ("matplotlib", "sklearn"):
        pytest.importorskip(needed)
    script = tmp_path / f"{name}.py"
    shutil.copy(ROOT / "examples" / script.name, script)
    assert "npbridge" not in script.read_text()
    done = run([*OURS, "--compare", script.name], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the same") == 2
    assert "wrote to stderr" not in done.stdout
    for how in ("python", "numpy", "jax"):
        assert (tmp_path / "output" / f"{name}-{how}.png").read_bytes().startswith(b"\x89PNG")
