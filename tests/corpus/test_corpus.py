"""Programs as people write them: each way of running them gives NumPy's answer."""

from __future__ import annotations

import pytest

from .compare import run
from .slow import SLOW
from .table import WAYS, all_programs

PROGRAMS = all_programs()
CASES = [
    pytest.param(name, way, id=f"{name}-{way}", marks=pytest.mark.long if name in SLOW.get(way, ()) else ())
    for name, row in PROGRAMS.items()
    for way in row.ways
]


@pytest.mark.parametrize("name, way", CASES)
def test_program(name, way):
    program = PROGRAMS[name]
    if way not in program.refused:
        run(program, way)
        return
    error, text = program.refused[way]
    with pytest.raises(error, match=text):
        run(program, way)


def test_every_program_runs_on_a_backend():
    assert len(PROGRAMS) >= 80
    assert set().union(*SLOW.values()) <= set(PROGRAMS)
    for name, row in PROGRAMS.items():
        assert set(row.refused) <= set(WAYS), name
        assert not {"eager-jax", "eager-numpy"} & set(row.refused), f"{name}: nothing stops NumPy's own interpreter"
        assert not {"jit-jax", "jit-numpy"} <= set(row.refused), f"{name}: no backend compiles it"
