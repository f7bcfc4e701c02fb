"""Libraries that nobody has looked at are handed ndarrays, whenever they are imported."""

from __future__ import annotations

import importlib
import inspect
import sys

import numpy as np
import pytest

import npbridge

LIBRARY = """
import enum
import numpy as np

def kind(x):
    return type(x).__name__

def asks(x, by=1):
    if not isinstance(x, np.ndarray):
        raise TypeError("no ndarray")
    return x * by

async def waits(x):
    return kind(x)

class Model:
    def __init__(self, x, rate=2.0):
        self.x, self.rate = x, rate

    def fit(self, x):
        return asks(x, self.rate)

class Meta(type):
    mean = property(lambda cls: 7)

class Strange(metaclass=Meta):
    def mean(self):
        return 1

class Colour(enum.Enum):
    RED = 1

    def named(self, x):
        return type(x).__name__
"""
PLAIN = "def kind(x):\n    return type(x).__name__\n"
FRAMES = "import sys\nimport numpy as np\ndef names():\n    return sorted(sys._getframe(1).f_locals)\n"


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import what is written into a folder of libraries, or into one of the user's."""

    def make(name, source, folder="site-packages"):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(str(place))
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return make


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_a_library_that_asks_for_ndarrays_gets_them(imported, backend):
    library = imported(f"unheard_{backend}", LIBRARY)
    with npbridge.backend(backend):
        x = npbridge.arange(3)
        assert library.asks(x, by=2).tolist() == [0, 2, 4]
        assert library.Model(x).fit(x).tolist() == [0, 2, 4]
        assert isinstance(library.Model(x).x, np.ndarray)
        assert library.kind([x]) == "list"


def test_what_others_see_of_it_stays(imported):
    library = imported("unheard_of", LIBRARY)
    assert inspect.getfullargspec(library.Model.__init__).args == ["self", "x", "rate"]
    assert str(inspect.signature(library.asks)) == "(x, by=1)"
    assert inspect.iscoroutinefunction(library.waits)
    assert library.Strange.mean == 7 and library.Strange.__dict__["mean"](None) == 1
    assert library.Colour.RED.named(npbridge.arange(2)) == "JaxArray"


def test_code_that_has_nothing_to_do_with_arrays_stays(imported):
    assert imported("unheard_plain", PLAIN).kind(npbridge.arange(2)) == "JaxArray"


def test_the_users_own_modules_stay(imported):
    library = imported("my_own", LIBRARY, folder="project")
    assert library.kind(npbridge.arange(2)) == "JaxArray"


def test_a_library_that_looks_at_its_callers_stays(imported):
    library = imported("unheard_frames", FRAMES)

    def caller():
        found = 1
        return library.names() if found else None

    assert caller() == ["found", "library"]
