"""States: saved, copied, split, shared between threads and with libraries."""

import copy
import pickle
import threading

import numpy as np
import pytest

import npbridge as nb
from npbridge._src.array.core import JaxArray
from npbridge.errors import UnsupportedError


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with nb.backend(request.param):
        yield request.param


def numbers(rng, n=3):
    return np.asarray(rng.random(n)).tolist()


@pytest.mark.parametrize("make", [nb.random.RandomState, nb.random.default_rng])
def test_copies_go_on_alike(backend, make):
    rng = make(4)
    rng.random(2)
    others = [pickle.loads(pickle.dumps(rng)), copy.copy(rng), copy.deepcopy(rng)]
    expected = numbers(rng)
    for other in others:
        assert type(other) is type(rng)
        assert numbers(other) == expected
    assert numbers(rng) != expected


def test_states(backend):
    state = nb.random.get_state()
    first = numbers(nb.random)
    nb.random.set_state(state)
    assert numbers(nb.random) == first
    rng = nb.random.RandomState(1)
    state = rng.get_state(legacy=False)
    first = numbers(rng)
    rng.set_state(state)
    assert numbers(rng) == first


def test_the_state_of_the_bit_generator(backend):
    rng, other = nb.random.default_rng(1), nb.random.default_rng(2)
    assert isinstance(rng.bit_generator, np.random.PCG64)
    other.bit_generator.state = rng.bit_generator.state
    assert numbers(other) == numbers(rng)
    state = np.random.default_rng(5).bit_generator.state  # one of NumPy's own
    rng.bit_generator.state = state
    other.bit_generator.state = state
    assert numbers(other) == numbers(rng)
    assert numbers(nb.random.Generator(np.random.PCG64(3))) == numbers(nb.random.default_rng(3))


def test_seeds(backend):
    nb.random.seed(3)
    first = numbers(nb.random)
    nb.random.seed(3)
    assert numbers(nb.random) == first
    assert numbers(nb.random.RandomState(3)) == first
    nb.random.seed([1, 2, 3])
    assert numbers(nb.random) != first
    nb.random.seed()
    assert numbers(nb.random) != first
    assert numbers(nb.random.default_rng([1, 2])) == numbers(nb.random.default_rng([1, 2]))
    assert numbers(nb.random.default_rng()) != numbers(nb.random.default_rng())


def test_splits_are_independent(backend):
    rng = nb.random.RandomState(0)
    assert len({tuple(numbers(r)) for r in [rng, *rng.split(3)]}) == 4
    rng = nb.random.default_rng(0)
    assert len({tuple(numbers(r)) for r in [rng, *rng.spawn(3), *rng.spawn(1)]}) == 5


def test_keys_for_jax():
    nb.random.seed(0)
    keys = nb.random.split_keys(3)
    assert keys.shape == (3, 2) and keys.dtype == np.uint32
    one, other = nb.random.split_key(), nb.random.split_key()
    assert len({tuple(k) for k in [*keys.tolist(), one.tolist(), other.tolist()]}) == 5


def test_what_is_drawn_is_ours(backend):
    rng = nb.random.default_rng(0)
    assert isinstance(rng, np.random.Generator)
    assert isinstance(nb.random.RandomState(0), np.random.RandomState)
    assert type(rng.normal(size=3)) is JaxArray
    assert nb.random.default_rng(rng) is rng


def test_libraries_draw_numpys_numbers(backend):
    names = {}
    exec(compile("def draw(rng): return rng.normal(size=3)", np.__file__, "exec"), names)
    got = names["draw"](nb.random.default_rng(2))
    assert type(got) is np.ndarray
    assert got.tolist() == np.random.default_rng(2).normal(size=3).tolist()


def test_in_place(backend):
    rng = nb.random.default_rng(0)
    x = nb.arange(20)
    view = x[5:15]
    rng.shuffle(view)
    assert sorted(x.tolist()) == list(range(20))
    assert x[:5].tolist() == [0, 1, 2, 3, 4] and view.tolist() != list(range(5, 15))
    out = nb.zeros(3)
    assert rng.random(out=out) is out and (out > 0).all()
    letters = list("abcdef")
    rng.shuffle(letters)
    assert sorted(letters) == list("abcdef")
    plain = np.arange(20)
    rng.shuffle(plain)
    assert sorted(plain.tolist()) == list(range(20))


def test_threads_draw_different_numbers():
    rng = nb.random.RandomState(0)
    found = []

    def work():
        found.extend(float(rng.random()) for _ in range(40))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    again = nb.random.RandomState(0)
    assert sorted(found) == sorted(float(again.random()) for _ in range(160))


def test_a_trace_of_jax_alone_is_refused():
    import jax

    rng = nb.random.RandomState(0)
    with pytest.raises(UnsupportedError, match=r"npbridge\.jit"):
        jax.jit(lambda x: x + rng.random().value)(1.0)
    assert numbers(rng) == numbers(nb.random.RandomState(0))
