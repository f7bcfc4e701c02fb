"""NumPy's own Python functions over our arrays."""

import numpy as np
import pytest

import npbridge
from npbridge._src.array.core import JaxArray
from npbridge._src.face import rebind

x = np.random.default_rng(0).normal(size=(3, 10))

CASES = [
    (np.cov, (x,), {}),
    (np.corrcoef, (x,), {}),
    (np.median, (x,), {"axis": 1}),
    (np.percentile, (x, [25, 50]), {"axis": 0}),
    (np.gradient, (x[0],), {}),
    (np.vander, (x[0], 3), {}),
    (np.kron, (x[:, :2], x[:2, :2]), {}),
    (np.pad, (x, 2), {"mode": "reflect"}),
    (np.nanmean, (x,), {"axis": 0}),
    (np.linalg.matrix_power, (x[:, :3], 3), {}),
    (np.linalg.cond, (x[:, :3],), {}),
]


@pytest.mark.parametrize(("function", "args", "kwargs"), CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_values_and_nothing_leaves(ours, monkeypatch, function, args, kwargs):
    expected = function(*args, **kwargs)
    given = [npbridge.array(a) if isinstance(a, np.ndarray) else a for a in args]
    left = []
    convert = JaxArray.__array__
    monkeypatch.setattr(JaxArray, "__array__", lambda self, *a, **k: left.append(self) or convert(self, *a, **k))
    got = rebind(function.__wrapped__)(*given, **kwargs)
    assert not left
    monkeypatch.undo()
    assert isinstance(got, (JaxArray, np.generic))
    np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-3 if ours.narrows else 1e-10, atol=1e-5)


def test_it_is_the_same_function():
    bound = rebind(np.cov.__wrapped__)
    assert bound.__code__ is np.cov.__wrapped__.__code__
    assert bound.__name__ == "cov"
    assert bound.__defaults__ == np.cov.__wrapped__.__defaults__
    assert bound.__globals__ is rebind(np.corrcoef.__wrapped__).__globals__
    assert np.cov.__wrapped__.__globals__["array"] is np.array


def test_errors_are_numpys():
    with pytest.raises(ValueError, match="m has more than 2 dimensions"):
        rebind(np.cov.__wrapped__)(npbridge.ones((2, 2, 2)))
