"""Backends, platforms and precision, and the errors that name the right ones."""

from __future__ import annotations

import jax
import pytest

import npbridge
from npbridge import errors
from npbridge._src.dispatch import backend as backend_module
from npbridge._src.dispatch import platform
from npbridge._src.ground.config import Config


@pytest.fixture
def settings():
    wide, device = jax.config.jax_enable_x64, jax.config.jax_default_device
    default = backend_module._default
    yield
    jax.config.update("jax_enable_x64", wide)
    jax.config.update("jax_default_device", device)
    backend_module._default = default


def test_use_backend(settings):
    npbridge.use_backend("numba")
    assert npbridge.get_backend_name() == "numpy"
    with npbridge.backend("jax"):
        assert npbridge.get_backend_name() == "jax"
    assert npbridge.get_backend_name() == "numpy"
    for name in ("torch", None, 3):
        with pytest.raises(errors.BackendError, match="'jax' and 'numpy'"):
            npbridge.use_backend(name)
    assert npbridge.get_backend_name() == "numpy"


def test_set_platform(settings):
    npbridge.set_platform("cpu")
    assert npbridge.zeros(2).device == "cpu"
    assert platform.default_device().platform == "cpu"
    for name in ("abacus", None, "CPU"):
        with pytest.raises(errors.BackendError, match=r"there is no platform .* you can choose 'cpu'"):
            npbridge.set_platform(name)


def test_a_platform_that_this_machine_lacks(settings, monkeypatch):
    real = jax.local_devices

    def only_cpu(*args, backend=None, **kwargs):
        if backend not in (None, "cpu"):
            raise RuntimeError("Unknown backend")
        return real(*args, backend=backend, **kwargs)

    monkeypatch.setattr(jax, "local_devices", only_cpu)
    with pytest.raises(errors.BackendError, match=r"this machine has no platform 'tpu'\. Here you can choose 'cpu'"):
        npbridge.set_platform("tpu")


def test_enable_x64(settings):
    npbridge.use_backend("jax")
    npbridge.enable_x64()
    assert npbridge.ones(2).dtype == npbridge.float64
    npbridge.enable_x64(False)
    assert npbridge.ones(2).dtype == npbridge.float32
    with pytest.raises(errors.BackendError, match="True or False"):
        npbridge.enable_x64("no")


@pytest.mark.parametrize(
    "variable, wrong, right",
    [
        ("NPBRIDGE_PLATFORM", "abacus", "'cpu'"),
        ("NPBRIDGE_ENABLE_X64", "perhaps", "1, true"),
        ("NPBRIDGE_FALLBACK", "loud", "'warn', 'error', 'silent'"),
        ("NPBRIDGE_BACKEND", "torch", "'jax' and 'numpy'"),
    ],
)
def test_wrong_environment_variables(settings, monkeypatch, variable, wrong, right):
    monkeypatch.setenv(variable, wrong)
    with pytest.raises(errors.BackendError, match=f"{variable}: .*{wrong}.*{right}|{variable} .*{wrong}.*{right}"):
        platform.apply_environment()
        Config()
        backend_module._start()


def test_right_environment_variables(settings, monkeypatch):
    monkeypatch.setenv("NPBRIDGE_PLATFORM", "cpu")
    monkeypatch.setenv("NPBRIDGE_ENABLE_X64", "On")
    monkeypatch.setenv("NPBRIDGE_BACKEND", "numpy")
    monkeypatch.setenv("NPBRIDGE_FALLBACK", "silent")
    platform.apply_environment()
    assert jax.config.jax_enable_x64
    assert Config().fallback == "silent"
    assert backend_module._start().name == "numpy"


def test_errors_are_what_numpy_code_catches():
    assert issubclass(errors.BackendError, ValueError)
    assert issubclass(errors.UnsupportedError, TypeError)
    assert issubclass(errors.UnsupportedDtypeError, TypeError)
    assert issubclass(errors.FallbackWarning, UserWarning)
    for name in errors.__all__:
        assert getattr(errors, name).__module__ == "npbridge.errors"
