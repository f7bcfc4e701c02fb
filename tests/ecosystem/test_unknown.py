"""Libraries that nobody has looked at are handed ndarrays, whenever they are imported."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import npbridge
from npbridge._src.adapters import borders

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

    def __call__(self, x):
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
STAND_INS = """
import numpy as np

class Missing:
    def __getattribute__(self, name):
        raise ModuleNotFoundError("not installed")

engine = Missing()

def kind(x):
    return type(x).__name__

def fitted(formula, data):
    return type(data).__name__
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
        assert library.Model(x).fit(x).tolist() == library.Model(x)(x=x).tolist() == [0, 2, 4]
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


def test_what_stands_for_a_missing_library_is_not_asked(imported):
    assert imported("unheard_missing", STAND_INS).kind(npbridge.arange(2)) == "ndarray"


def test_functions_of_formulas_stay(imported):
    """Names in a formula are looked up in the frame of the caller, which is found by counting."""
    assert imported("unheard_formulas", STAND_INS).fitted("y ~ x", npbridge.arange(2)) == "JaxArray"


def test_the_users_own_modules_stay(imported):
    library = imported("my_own", LIBRARY, folder="project")
    assert library.kind(npbridge.arange(2)) == "JaxArray"


def test_under_the_names_that_others_imported_before(imported):
    """Whoever imports npbridge first, and uses it later, has the functions of libraries by name already."""
    library = types.ModuleType("somebodys")

    def given(x):
        return type(x).__name__

    user = types.ModuleType("users")
    user.given, user.other = given, 7
    library.given = given
    given.__module__ = "somebodys"
    sys.modules["users"], sys.modules["somebodys"] = user, library
    try:
        with borders.wherever_they_are():
            library.given = borders.border(given, borders.handing_ndarrays)
        assert user.given is library.given and user.given(npbridge.arange(2)) == "ndarray" and user.other == 7
    finally:
        del sys.modules["users"], sys.modules["somebodys"]


ORDER = """
import npbridge as nb
from unheard_order import asks
from unheard_face import Model, asks as also
from numpy.testing import assert_allclose
from jax import grad
import numpy as np

x = nb.arange(3.0)
assert asks(x).tolist() == also(x).tolist() == [0.0, 1.0, 2.0]
assert Model(x).fit(x).tolist() == [0.0, 2.0, 4.0]
assert_allclose(x, [0.0, 1.0, 2.0])
assert grad(lambda v: np.sum(nb.asarray(v) ** 2))(x).tolist() == [0.0, 2.0, 4.0]
print("good")
"""


def test_libraries_imported_before_npbridge_is_used(tmp_path):
    place = tmp_path / "site-packages"
    place.mkdir()
    (place / "unheard_order.py").write_text(LIBRARY)
    (place / "unheard_face.py").write_text("from unheard_order import *\n")
    (tmp_path / "program.py").write_text(ORDER)
    root = str(Path(npbridge.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(place), root])}
    command = [sys.executable, str(tmp_path / "program.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout == "good\n", done.stderr


HELPED = """
import collections, sys
import numpy as np
from collections import namedtuple

def names(depth=1):
    return sorted(sys._getframe(depth).f_locals)

def asks_for(x):
    return type(x).__name__, names(2)

def kind(x):
    return type(x).__name__

class Model:
    def asks_for(self, x):
        return type(x).__name__, names(2)

    def kind(self, x):
        return type(x).__name__
"""


def test_only_functions_that_look_at_their_callers_stay(imported):
    library = imported("unheard_helped", HELPED)

    def caller(function):
        found = npbridge.arange(2)
        return function(found)

    for holder in (library, library.Model()):
        assert caller(holder.asks_for) == ("JaxArray", ["found", "function"])
        assert caller(holder.kind) == "ndarray"


COMPILED = """
import numpy as np
from numba import njit
from numba.extending import overload

def twice(x):
    return 2 * x

@overload(twice)
def of_twice(x):
    return lambda x: 2 * x

@njit
def four_times(x):
    return twice(twice(x))
"""


def test_functions_that_compiled_code_knows_stay(imported):
    library = imported("unheard_compiled", COMPILED)
    assert library.four_times(3) == 12 and library.four_times(np.arange(2)).tolist() == [0, 4]


def test_a_library_that_looks_at_its_callers_stays(imported):
    library = imported("unheard_frames", FRAMES)

    def caller():
        found = 1
        return library.names() if found else None

    assert caller() == ["found", "library"]
