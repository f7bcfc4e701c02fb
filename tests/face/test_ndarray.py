"""The face's ``ndarray``: a class that takes ours for its own."""

import functools

import numpy as np
import pytest

import npbridge
from npbridge._src.face import face

ournp = face()


def test_instances_and_subclasses(ours):
    x = npbridge.ones(3)
    assert isinstance(x, ournp.ndarray)
    assert isinstance(np.ones(3), ournp.ndarray)
    assert not isinstance(x[0], ournp.ndarray)
    assert not isinstance([1], ournp.ndarray)
    assert issubclass(type(x), ournp.ndarray)
    assert type(x) == ournp.ndarray  # noqa: E721
    assert type(x) in (list, ournp.ndarray)
    assert type(np.ones(3)) == ournp.ndarray  # noqa: E721
    assert isinstance(x, ournp.ndarray | int)


def test_methods_of_the_class(ours):
    x = npbridge.array([3.0, 1.0, 2.0])
    assert ournp.ndarray.sum(x) == 6
    assert ournp.ndarray.reshape(np.ones(4), 2, 2).shape == (2, 2)
    ournp.ndarray.sort(x)
    assert x.tolist() == [1, 2, 3]
    assert list(map(ournp.ndarray.max, [x, np.zeros(1)])) == [3, 0]


def test_match(ours):
    match npbridge.ones(2):
        case ournp.ndarray():
            found = True
        case _:
            found = False
    assert found


@pytest.mark.xfail(strict=True, reason="singledispatch compares classes with ==, which is True for type(x) == ndarray")
def test_single_dispatch():
    @functools.singledispatch
    def kind(value):
        return "other"

    kind.register(ournp.ndarray, lambda value: "array")
    assert kind(npbridge.ones(1)) == "array"


def test_subclasses_are_numpys(ours):
    class Tagged(ournp.ndarray):
        def __new__(cls, values, tag):
            made = ournp.array(values, dtype=float).view(cls)
            made.tag = tag
            return made

        def __array_finalize__(self, origin):
            self.tag = getattr(origin, "tag", None)

        def total(self):
            return ournp.ndarray.sum(self)

    tagged = Tagged([1, 2, 3], "t")
    assert Tagged.__mro__[1] is np.ndarray
    assert isinstance(tagged, ournp.ndarray)
    assert (tagged * 2).tag == "t"
    assert tagged.total() == 6


def test_annotations():
    assert ournp.ndarray[tuple, np.dtype[np.float64]] == np.ndarray[tuple, np.dtype[np.float64]]
    assert (ournp.ndarray | None).__args__[0] is ournp.ndarray


def test_views_of_ours_as_a_subclass_share_memory(ours):
    class Plain(ournp.ndarray):
        pass

    x = npbridge.arange(3.0)
    half = x[:2]
    assert (half + 1)[0] == 1
    plain = x.view(Plain)
    for value in (9, 11):
        plain[0] = value
        assert x[0] == value
        assert (x + 1)[0] == (half + 1)[0] == value + 1
    x += 5
    assert plain.tolist() == [16, 6, 7]


def test_it_makes_ours():
    assert type(ournp.ndarray(shape=(2, 2), dtype=int)) is npbridge.JaxArray
    memory = bytearray(16)
    over = ournp.ndarray((2,), float, memory)
    over[0] = 1
    assert any(memory)
    with pytest.raises(TypeError):
        ournp.ndarray()
