"""Every program of the benchmark gives what NumPy gives, by hand and on npbridge, at a small size."""

import jax
import pytest

from benchmarks import engines
from benchmarks.by_hand import registry

# What an engine refuses, and why; told on the page as well.
REFUSED = {("breadth_first", "npbridge_jax"): "a list that grows under a condition has no compiled form on 'jax'"}


def rows():
    for name in registry.PROGRAMS:
        for engine in engines.ENGINES[1:]:
            reason = REFUSED.get((name, engine))
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            yield pytest.param(name, engine, marks=marks, id=f"{name}-{engine}")


@pytest.fixture
def wide():
    """64 bits, as the benchmark has them."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def told(runner, arguments):
    """The result of one call, and the arguments after it."""
    copied = runner.copied(arguments)
    return runner.first_run(copied), copied


@pytest.mark.parametrize(("name", "engine"), list(rows()))
def test_a_program_gives_what_numpy_gives(name, engine, wide):
    program = registry.PROGRAMS[name]
    arguments = program.inputs(*program.small)
    numpys = told(engines.Runner(program, "numpy"), arguments)
    runner = engines.Runner(program, engine)
    for _ in range(2):  # the second call takes another way than the first
        result, copied = told(runner, arguments)
        found, asked = runner.outcome(result, copied), runner.asked(*numpys)
        assert engines.deviation(found, asked) <= engines.TOLERANCE
        if engine in engines.OURS:
            assert not engines.other_types(found, asked)


def test_there_are_programs_of_many_kinds():
    assert len(registry.PROGRAMS) >= 44
    assert len(registry.PROGRAMS) == sum(len(kind.PROGRAMS) for kind in registry.KINDS)
    assert len({program.kind for program in registry.PROGRAMS.values()}) == len(registry.KINDS)


@pytest.mark.parametrize("name", list(registry.PROGRAMS))
def test_a_program_changes_no_inputs_that_are_kept(name):
    """Every call has copies of its own."""
    program = registry.PROGRAMS[name]
    arguments = program.inputs(*program.small)
    engines.Runner(program, "numpy").run(engines.Runner(program, "numpy").copied(arguments))
    assert engines.deviation(arguments, program.inputs(*program.small)) == 0.0
