"""What is measured of the programs, and what is told of it."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

import npbridge
from benchmarks import __main__ as command
from benchmarks import engines, page, peers, picture, scripts, summary, table
from benchmarks.by_hand import record, registry
from npbridge._src.shell import bench


def made(name, speeds, **more):
    told = {engine: {"first": 0.5, "agrees": True, "deviation": 0.0, "speed": s} for engine, s in speeds.items()}
    told["numpy"] = {"first": 0.01, "warm": 0.01, "speed": 1.0, "agrees": True, "deviation": 0.0}
    for engine, other in more.items():
        told.setdefault(engine, {}).update(other)
    return {"name": name, "kind": "kind", "sizes": [3], "engines": told}


PROGRAMS = [
    made("one", {"numba": 4.0, "jax": 2.0, "npbridge_jax": 2.0, "npbridge_numpy": 0.5, "npbridge_auto": 1.0}),
    made(
        "two",
        {"numba": 4.0, "jax": 8.0, "npbridge_numpy": 8.0, "npbridge_auto": 4.0},
        npbridge_jax={"refused": "SomeError: of a kind"},
        npbridge_numpy={"agrees": False, "deviation": 0.25},
    ),
]
REPORT = {
    "versions": {"npbridge": "1", "numpy": "2"},
    "cpu": "a CPU",
    "cores": 2,
    "command": "python -m benchmarks --peers",
    "programs": PROGRAMS,
}


def test_means_are_of_what_ran_rightly():
    assert summary.summary(PROGRAMS, "numba")[0] == pytest.approx(4.0)
    assert summary.summary(PROGRAMS, "by_hand")[0] == pytest.approx(32**0.5)
    told = summary.summary(PROGRAMS, "npbridge_numpy")
    assert (told.mean, told.slower, told.wrong) == (pytest.approx(0.5), ("one",), ("two",))
    assert summary.summary(PROGRAMS, "npbridge_jax").refused == ("two",)
    assert summary.against(PROGRAMS, "npbridge_auto", "by_hand") == (pytest.approx(8**-0.5), 2, 0)


def test_losses_are_told():
    text = page.render(REPORT)
    assert "| `one` | 'numpy' | 0.50 of NumPy's speed |" in text
    assert "| `two` | 'jax' | refused: SomeError: of a kind |" in text
    assert "| `two` | 'numpy' | not NumPy's result: off by 0.2 of its scale |" in text
    rows = table.row(PROGRAMS[1])
    assert "refused: SomeError: of a kind" in rows and "8.00*" in rows
    assert "'auto' against the better form by hand: 0.35; as fast or faster in 0 of 2" in table.footer(REPORT)


def test_page_and_picture_depend_on_nothing_but_what_was_measured():
    again = json.loads(json.dumps(REPORT))
    assert page.render(again) == page.render(REPORT)
    assert picture.picture(again["programs"]) == picture.picture(PROGRAMS)
    assert picture.picture(PROGRAMS).count("<circle") == 1 + len(PROGRAMS)


def test_the_page_is_of_what_was_measured():
    assert page.main(["--check"]) == 0
    measured = json.loads(page.MEASURED.read_text(encoding="utf-8"))
    assert [found["name"] for found in measured["programs"]] == list(registry.PROGRAMS)


def test_a_deviation_is_in_terms_of_the_scale():
    far = engines.deviation((np.array([1.0, 100.0]), 3), (np.array([1.0, 101.0]), 3))
    assert far == pytest.approx(1 / 101)
    assert engines.deviation(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 5])) == 0.25
    assert engines.deviation(np.array([np.nan, 1.0]), np.array([np.nan, 1.0])) == 0.0
    assert engines.deviation(np.array([np.inf, 1.0]), np.array([np.nan, 1.0])) == np.inf
    assert engines.deviation(np.ones(3), np.ones((3, 1))) == np.inf
    assert engines.deviation(None, None) == 0.0
    assert engines.other_types(np.ones(2, np.float32), np.ones(2))


def refuses(x):
    raise ValueError("never")


def doubled(x):
    return 2 * x


def test_what_an_engine_does_not_do_is_written_down(monkeypatch):
    """A form that fails, and one that is wrong, among others that go on."""
    before = jax.config.jax_enable_x64
    program = record.Program(doubled, lambda n: (np.ones(n),), (5,), (3,), refuses, lambda x: 3 * x)
    monkeypatch.setattr(peers, "TURN_SECONDS", 0.0)
    try:
        (found,) = peers.measure([program], 1, lambda told: None)
    finally:
        jax.config.update("jax_enable_x64", before)
    told = found["engines"]
    assert told["numba"] == {"refused": "ValueError: never"}
    assert told["jax"]["agrees"] is False and told["jax"]["deviation"] == 0.5
    assert all(told[engine]["agrees"] and told[engine]["speed"] > 0 for engine in ("numpy", *engines.OURS))


def test_a_program_is_also_a_script():
    found = scripts.compared(registry.PROGRAMS["jacobi_2d"], 0.1, 0.1)
    assert found["agrees"] and found["deviation"] == 0.0 and found["speed"] > 0


def test_programs_are_chosen_by_name_and_by_kind():
    assert [program.name for program in peers.chosen(["sieve"])] == ["sieve"]
    assert {program.kind for program in peers.chosen(["odes", "graphs"])} == {"odes", "graphs"}
    with pytest.raises(SystemExit, match="no program or kind nothing"):
        peers.chosen(["nothing"])


def test_the_command_line_hands_over(monkeypatch):
    calls = []
    monkeypatch.setattr(peers, "run", lambda *told: calls.append(told) or 0)
    assert bench.bench(["--quick", "--only", "sieve,odes"]) == 0
    assert command.main(["--peers", "--scripts", "some", "--json", "found.json"]) == 0
    assert calls[0][:4] == (["sieve", "odes"], True, None, None)
    assert calls[1][:4] == ([], False, "some", "found.json")


def test_without_sources_it_is_told_where_they_are(monkeypatch, capsys):
    monkeypatch.setattr(bench, "ROOT", Path(npbridge.__file__).parent)
    assert bench.bench([]) == 2
    assert "Get the sources of npbridge" in capsys.readouterr().err
