"""Every public name of NumPy is here, or is explained; nothing else is."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import array_api_compat
import numpy as np
import pytest

import npbridge
from npbridge._src.namespace import table
from npbridge._src.namespace.build import public_names

MODULES = {
    np: npbridge,
    np.linalg: npbridge.linalg,
    np.fft: npbridge.fft,
    np.lib: npbridge.lib,
    np.lib.stride_tricks: npbridge.lib.stride_tricks,
    np.emath: npbridge.emath,
}
NAMES = [(module, name) for module in MODULES for name in public_names(module)]
OURS = {"JaxArray", "JaxScalar", "backend", "config", "enable_x64", "errors", "get_backend_name", "jit"}
OURS |= {"Base", "Collector", "TrainVar", "Variable", "tree"}
OURS |= {"host", "to_host"}
OURS |= {"listen", "set_platform", "use_backend"}
OURS |= {"cond", "for_loop", "scan", "switch", "while_loop"}
OURS |= {"grad", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "value_and_grad", "vjp"}
OURS |= {"checkpoint", "custom_jvp", "custom_vjp", "debug", "pmap", "shard_map", "stop_gradient", "vmap"}
# written by hand around NumPy's function, which cannot dispatch
WRITTEN = {"as_strided", "nditer"}
# what the standard, and models, add to NumPy's signature
WIDER = {"argsort", "clip", "fftfreq", "load", "rfftfreq", "sort"}


def test_no_name_is_missing():
    missing = [
        f"{module.__name__}.{name}"
        for module, name in NAMES
        if not hasattr(MODULES[module], name) and name not in table.ABSENT
    ]
    assert missing == []


def test_absent_names_say_why():
    for name in table.ABSENT.keys() & set(np.__all__):
        with pytest.raises(AttributeError, match=r"has no attribute '\w+': \w+"):
            getattr(npbridge, name)
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = npbridge.no_such_name


def test_all_is_numpys_names_and_ours():
    extra = set(npbridge.__all__) - set(np.__all__)
    assert extra == OURS | {"__array_api_version__"}
    namespace: dict = {}
    exec("from npbridge import *", namespace)
    assert set(npbridge.__all__) <= namespace.keys()


def test_every_row_is_a_name_and_every_function_that_needs_a_row_has_one():
    names = {name for _, name in NAMES}
    rows = [table.AS_IS, table.MADE, table.READ, table.JOINS, set(table.DECISIVE), table.PLACED]
    for row in rows:
        assert row <= names
    for group in rows[:5]:
        for other in rows[:5]:
            assert group is other or not group & other
    for module, name in NAMES:
        function, made = getattr(module, name), getattr(MODULES[module], name, None)
        generated = made is not function and getattr(made, "__wrapped__", None) is function
        if generated and not isinstance(function, (type(np.sum), np.ufunc)) and name not in WRITTEN:
            assert any(name in row for row in rows), f"numpy.{name} has no row, and nothing to generate it from"


def test_functions_that_take_a_device_are_known():
    for module, name in NAMES:
        function = getattr(module, name)
        generated = getattr(MODULES[module], name, None)
        if not inspect.isroutine(function) or not hasattr(generated, "__wrapped__"):
            continue
        try:
            parameters = inspect.signature(function).parameters
        except ValueError:
            continue
        assert ("device" in parameters) == (name in table.PLACED), name


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_signatures_are_numpys(module):
    for name in public_names(module):
        theirs, ours = getattr(module, name), getattr(MODULES[module], name, None)
        if not callable(theirs) or isinstance(theirs, type) or ours is None or name in WIDER:
            continue
        try:
            expected = inspect.signature(theirs)
        except ValueError:
            continue
        if name in ("nditer", "ndarray"):
            continue
        assert str(inspect.signature(ours)) == str(expected), name


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_functions_say_where_they_are_from(module):
    target = MODULES[module]
    for name in public_names(module):
        ours = getattr(target, name, None)
        if not inspect.isfunction(ours) or getattr(ours, "__wrapped__", None) is not getattr(module, name):
            continue
        assert ours.__module__ == target.__name__
        assert pickle.loads(pickle.dumps(ours)) is ours
        assert ours.__doc__.startswith("As :func:`numpy.")


def test_aliases_are_aliases():
    assert npbridge.abs is npbridge.absolute
    assert npbridge.acos is npbridge.arccos
    assert npbridge.concat is npbridge.concatenate
    assert npbridge.emath is npbridge.lib.scimath
    assert npbridge.max is not npbridge.amax


def test_ufuncs_have_the_attributes_of_ufuncs():
    assert (npbridge.add.nin, npbridge.add.nout, npbridge.add.identity) == (2, 1, 0)
    assert npbridge.matmul.signature == np.matmul.signature
    assert npbridge.add.types == np.add.types
    assert npbridge.add.reduce.__name__ == "reduce"


def test_constants_and_dtypes_are_numpys():
    for name in ("pi", "inf", "newaxis", "float32", "bool", "int_", "complexfloating", "dtype", "errstate"):
        assert getattr(npbridge, name) is getattr(np, name)
    assert np.isnan(npbridge.nan)
    assert npbridge.polynomial is np.polynomial


def test_ndarray_stands_for_all_arrays(ours):
    x = npbridge.ones(2)
    assert isinstance(x, npbridge.ndarray) and isinstance(np.ones(2), npbridge.ndarray)
    assert not isinstance(x[0], npbridge.ndarray) and not isinstance([1], npbridge.ndarray)
    assert issubclass(npbridge.JaxArray, npbridge.ndarray)
    assert npbridge.ndarray.sum(x) == 2
    with pytest.raises(TypeError, match=r"derive from that"):
        type("Mine", (npbridge.ndarray,), {})


def test_namespace_of_arrays(ours):
    x = npbridge.ones(2)
    assert x.__array_namespace__() is npbridge
    assert x.__array_namespace__(api_version="2024.12") is npbridge
    assert array_api_compat.array_namespace(x, npbridge.sum(x)) is npbridge
    assert array_api_compat.array_namespace(x.sum(), x, 2.0, None) is npbridge  # a scalar of NumPy's is a number
    assert array_api_compat.array_namespace(np.ones(2), np.float64(1)) is array_api_compat.numpy
    with pytest.raises(TypeError, match="Multiple namespaces"):
        array_api_compat.array_namespace(x, np.ones(2))
    with pytest.raises(ValueError, match="1999"):
        x.__array_namespace__(api_version="1999.01")


def test_import_is_lean():
    code = "import sys, npbridge; print(sorted(m for m in sys.modules if m.partition('.')[0] in ('numba', 'scipy')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numba" not in done.stdout


def test_version():
    from npbridge._src.ground.version import __version__

    assert npbridge.__version__ is __version__ and isinstance(__version__, str)
