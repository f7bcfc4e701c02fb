"""``python -m npbridge bench``: the benchmark, unless there is a program of that name."""

from .programs import AUTO, run


def test_the_benchmark_is_reached(tmp_path):
    done = run([*AUTO, "bench", "--only", "nothing"], tmp_path)
    assert done.returncode == 1
    assert "there is no program or kind nothing; there are: " in done.stderr and " sieve " in done.stderr


def test_a_program_of_that_name_comes_first(tmp_path):
    (tmp_path / "bench").write_text("print('mine')\n")
    assert run([*AUTO, "bench"], tmp_path).stdout == "mine\n"


def test_options_are_of_programs(tmp_path):
    done = run([*AUTO, "--backend", "numpy", "bench"], tmp_path)
    assert done.returncode == 2 and "can't open file" in done.stderr
