"""The models run on both backends, compiled whole, and do what is published of them."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import npbridge

EXAMPLES = Path(npbridge.__file__).parents[1] / "examples"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """``run(name, *arguments)``: what the example prints; its picture is looked at, too."""
    pytest.importorskip("matplotlib")
    backend = npbridge.get_backend_name()

    def run(name, *arguments):
        picture = tmp_path / f"{name}.png"
        monkeypatch.setattr(sys, "argv", [name, *arguments, "--output", str(picture)])
        load(name).main()
        assert picture.read_bytes().startswith(b"\x89PNG")
        return capsys.readouterr().out

    yield run
    npbridge.use_backend(backend)


def number(pattern, text):
    return float(re.search(pattern, text)[1])


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_coba(run, backend):
    out = run("coba", "--backend", backend, "--time", "250")
    assert 10 <= number(r"mean rate ([\d.]+) Hz, as published", out) <= 30
    assert number(r"intervals ([\d.]+)", out) > 0.5


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_hodgkin_huxley(run, backend):
    out = run("hodgkin_huxley", "--backend", backend, "--time", "150")
    assert number(r"potential (-[\d.]+)", out) == pytest.approx(-65, abs=0.05)
    assert number(r"from ([\d.]+) uA", out) == pytest.approx(6.3, abs=0.3)
    assert number(r"on, at ([\d.]+) Hz", out) == pytest.approx(52, abs=5)
    assert number(r"at 10 uA/cm2: ([\d.]+)", out) == pytest.approx(68.3, abs=1)


def test_rate_model_learns(run):
    out = run("rate_model", "--backend", "jax", "--steps", "60")
    before, after = (number(rf"{when} training: mean squared error ([\d.]+)", out) for when in ("before", "after"))
    assert after < 0.2 * before


def test_rate_model_runs_on_numpy(run):
    out = run("rate_model", "--backend", "numpy")
    assert number(r"before training: mean squared error ([\d.]+)", out) == pytest.approx(0.6364, abs=1e-4)
    assert "no training: derivatives are had on the 'jax' backend" in out


def test_gradient_of_the_rate_model_against_differences():
    model = load("rate_model")
    with npbridge.backend("jax"):
        network = model.RateNetwork(6, 2, np.random.default_rng(0))
        inputs, wanted = model.task()
        gradient = npbridge.grad(network.loss, grad_vars=network.w)(inputs, wanted)
        old, h, at = float(network.w[1, 2]), 1e-2, (1, 2)
        losses = []
        for value in (old - h, old + h):
            network.w[at] = value
            losses.append(float(network.loss(inputs, wanted)))
    assert float(gradient[at]) == pytest.approx((losses[1] - losses[0]) / (2 * h), rel=2e-2, abs=1e-4)
