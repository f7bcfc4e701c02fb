"""Printed form: NumPy's own text, under our name or under NumPy's."""

import numpy as np
import pytest

import npbridge

VALUES = [
    np.arange(12).reshape(3, 4),
    np.linspace(0, 1, 5),
    np.array(2.5),
    np.zeros((0, 3)),
    np.array([1e-10, 1e10]),
    np.array([True, False]),
    np.array([1 + 2j]),
    np.arange(2000),
]


@pytest.fixture
def as_numpy():
    npbridge.config.repr = "numpy"
    yield
    npbridge.config.repr = "npbridge"


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{v.dtype}-{v.shape}")
def test_str_is_numpys(ours, value):
    x = npbridge.asarray(value)
    assert str(x) == str(np.asarray(x))


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{v.dtype}-{v.shape}")
def test_repr_differs_in_the_name_alone(ours, value):
    x = npbridge.asarray(value)
    ours, numpys = repr(x).split(), repr(np.asarray(x)).split()
    assert ours[0].replace("JaxArray(", "array(") == numpys[0]
    assert ours[1:] == numpys[1:]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{v.dtype}-{v.shape}")
def test_repr_can_be_numpys(ours, as_numpy, value):
    x = npbridge.asarray(value)
    assert repr(x) == repr(np.asarray(x))


def test_scalars(ours, as_numpy):
    x = npbridge.asarray(np.array([1.5, 2.5], np.float32))
    assert repr(x[0]) == "np.float32(1.5)"
    assert f"{x[0]:.3f}" == "1.500"


def test_print_options_are_respected(ours):
    with np.printoptions(precision=2, suppress=True):
        assert str(npbridge.asarray([1 / 3, 1e-9])) == "[0.33 0.  ]"


def test_an_unknown_choice_names_the_choices():
    with pytest.raises(ValueError, match="'npbridge', 'numpy'"):
        npbridge.config.repr = "plain"
