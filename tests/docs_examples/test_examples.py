"""Every example runs: in docstrings, in the docs, in the README."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.dispatch import fallback

ROOT = Path(npbridge.__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture(autouse=True)
def as_at_the_start(tmp_path, monkeypatch):
    """Backend, precision and settings as a fresh process has them, before and after."""
    monkeypatch.chdir(tmp_path)
    yield
    npbridge.use_backend("jax")
    npbridge.enable_x64(False)
    npbridge.config.fallback = "warn"
    npbridge.config.repr = "npbridge"
    fallback.reset()
    jax.config.update("jax_enable_x64", False)


# Methods of arrays have NumPy's docstrings, whose examples are NumPy's to keep.
OF_NUMPY = {method.__doc__ for method in vars(np.ndarray).values()}


def modules():
    names = [m.name for m in pkgutil.walk_packages(npbridge.__path__, "npbridge.")]
    return ["npbridge", *(n for n in names if not n.endswith("__main__"))]


def run(test):
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    report = []
    runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)


@pytest.mark.parametrize("name", modules())
def test_docstrings(name):
    """Those of the objects that are defined in the module."""
    module = importlib.import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name, globs={}):
        if test.examples and test.docstring not in OF_NUMPY:
            run(test)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_page(page):
    text = page.read_text(encoding="utf-8")
    # one namespace a page; the fences would otherwise look like expected output
    examples = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, str(page.relative_to(ROOT)), str(page), 0)
    run(test)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_public_functions_have_examples():
    names = "backend config enable_x64 listen load save set_platform tree use_backend"
    own = {"npbridge": (*names.split(), "Base", "Collector", "JaxArray", "TrainVar", "Variable")}
    for module, names in own.items():
        for name in names:
            value = getattr(importlib.import_module(module), name)
            text = (value if callable(value) else type(value)).__doc__
            assert ">>>" in text, f"{module}.{name} has no example"
