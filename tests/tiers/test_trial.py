"""A call of a hot function on each engine, in a child."""

from __future__ import annotations

import numpy as np
import pytest

from npbridge._src.tiers import beside, trial

pytestmark = pytest.mark.skipif(not beside.CAN_FORK, reason="no fork")


def relax(u):
    for _ in range(20):
        u = 0.5 * (u + u[::-1])
    return u


@pytest.mark.parametrize("place", ["", "kept", "deeper/kept", "file/inside", "open"])
def test_what_compilers_keep_is_no_effect_of_the_call(place, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", place and str(tmp_path / place))
    found = beside.start(lambda: trial.of_call(relax, (np.ones(50),), {}, [], "decisions")).result()
    assert {name for name, _, _, reason in found["trials"] if not reason} >= {"NumPy", "plain loops"}, found
    kept = list((tmp_path / place / "loops").iterdir()) if place.endswith("kept") else []
    assert bool(kept) is place.endswith("kept")
