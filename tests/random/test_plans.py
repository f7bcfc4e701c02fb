"""Draws with the arguments of an earlier one: nothing that tells arguments apart is lost."""

import jax
import numpy as np
import pytest

import npbridge as nb
from npbridge.errors import UnsupportedError


def test_the_second_draw_is_the_next_one():
    one, other = nb.random.RandomState(3), nb.random.RandomState(3)
    drawn = [one.normal(1.0, 2.0, 4).tolist() for _ in range(3)]
    assert drawn == [other.normal(np.array(1.0), 2.0, [4]).tolist() for _ in range(3)]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    "first, then",
    [
        ("normal(0.0, 0.0)", "normal(0.0, -0.0)"),
        ("random(1)", "random(True)"),
        ("randint(0, 2, 3)", "randint(0, 2, 3.5)"),
        ("poisson(2)", "poisson(lam=float('nan'))"),
        ("rand(2)", "rand(size=2)"),
        ("choice(3)", "choice(3, replace=False, size=4)"),
        ("randint(0, 1, 2)", "randint(0, 0, 2)"),
    ],
)
def test_what_numpy_refuses_is_refused_after_what_it_takes(first, then):
    space = {"R": nb.random.RandomState(0), "np": np.random.RandomState(0)}
    for _ in range(2):
        eval(f"R.{first}", space)
        with pytest.raises(Exception) as expected:  # noqa: B017  whatever NumPy raises
            eval(f"np.{then}", space)
        with pytest.raises(expected.type):
            eval(f"R.{then}", space)


def test_types_of_arguments_count():
    rng = nb.random.RandomState(0)
    assert [rng.randint(0, 2, 2, dtype=d).dtype.name for d in (bool, "uint8", np.int16)] == ["bool", "uint8", "int16"]
    assert nb.random.default_rng(0).random(2, dtype=np.float32).dtype == np.float32
    assert (rng.random(1).shape, rng.random((1,)).shape, rng.random().shape) == (
        *[(1,)] * 2,
        (),
    )


def test_precision_counts():
    rng = nb.random.RandomState(0)
    before = jax.config.jax_enable_x64
    found = []
    try:
        for on in (False, True, False):
            jax.config.update("jax_enable_x64", on)
            found += [rng.random(2).dtype.name, rng.permutation(2).dtype.name, rng.tomaxint().dtype.name]
    finally:
        jax.config.update("jax_enable_x64", before)
    assert found == ["float32", "int32", "int32", "float64", "int64", "int64", "float32", "int32", "int32"]


def test_more_arguments_than_are_kept():
    rng, other = nb.random.RandomState(5), nb.random.RandomState(5)
    got = [float(rng.normal(float(i))) for i in range(1100)]
    assert got[-1] == [float(other.normal(float(i))) for i in range(1100)][-1]


def test_arguments_first_seen_while_compiling():
    rng, other = nb.random.default_rng(2), nb.random.default_rng(2)
    f = nb.jit(lambda: rng.gumbel(0.25, 1.75, 3) + rng.choice(9, 3))
    plain = lambda: other.gumbel(0.25, 1.75, 3) + other.choice(9, 3)  # noqa: E731
    for call in (f, f, lambda: rng.gumbel(0.25, 1.75, 3) + rng.choice(9, 3), f):
        np.testing.assert_allclose(np.asarray(call()), np.asarray(plain()), rtol=1e-6)


def test_a_population_that_needs_64_bits():
    rng = nb.random.default_rng(0)
    with pytest.raises(ValueError, match="enable_x64"):
        rng.choice(1 << 40, 3)
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        assert (rng.choice(1 << 40, 50) > 1 << 32).any()
    finally:
        jax.config.update("jax_enable_x64", before)


def test_text_is_chosen_and_permuted():
    rng = nb.random.default_rng(0)
    assert set(rng.choice(["a", "b"], 20).tolist()) == {"a", "b"}
    assert sorted(rng.permutation(list("cab")).tolist()) == ["a", "b", "c"]
    names = np.array([["a", "b"], ["c", "d"]])
    assert rng.choice(names, 3, axis=1).shape == (2, 3)


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_bytes(backend):
    with nb.backend(backend):
        for rng in (nb.random, nb.random.RandomState(0), nb.random.default_rng(0)):
            assert type(rng.bytes(5)) is bytes and len(rng.bytes(5)) == 5 and rng.bytes(0) == b""
            with pytest.raises(TypeError):
                rng.bytes("a")


def test_bytes_are_refused_in_compiled_code():
    rng = nb.random.RandomState(0)
    f = nb.jit(lambda: rng.bytes(4))
    for _ in range(2):
        with pytest.raises(UnsupportedError, match="uint8"):
            f()
    assert float(rng.random()) == float(nb.random.RandomState(0).random())
