"""Random numbers in compiled functions: those of the plain run, at each call."""

import copy

import numpy as np
import pytest

import npbridge as nb


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with nb.backend(request.param):
        yield request.param


def simple(x):
    return x + nb.random.normal(0.0, 1.0, 3)


def in_loops(x, n):
    for i in range(n):
        x[i] = nb.random.normal()
        if x[i] > 0:
            x[i] += nb.random.random()
    while x[0] < 2.0:
        x[0] += nb.random.exponential()
    return x


def noise(n):
    return nb.random.uniform(-1.0, 1.0, n)


def in_a_callee(x, n):
    for _ in range(n):
        x += noise(3)
    return x


PROGRAMS = {
    simple: lambda: (nb.zeros(3),),
    in_loops: lambda: (nb.zeros(6), 6),
    in_a_callee: lambda: (nb.zeros(3), 4),
}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_compiled_draws_are_the_plain_ones(backend, program):
    nb.random.seed(9)
    plain = [np.asarray(program(*PROGRAMS[program]())) for _ in range(3)]
    last = float(nb.random.random())
    nb.random.seed(9)
    compiled = nb.jit(program)
    got = [np.asarray(compiled(*PROGRAMS[program]())) for _ in range(3)]
    for a, b in zip(plain, got, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    assert float(nb.random.random()) == last
    assert not np.array_equal(got[0], got[1])


class Model:
    def __init__(self, rng):
        self.rng = rng

    def step(self):
        return self.rng.random(2) + self.rng.normal(0.0, 1.0, 2)


MAKERS = [
    lambda: nb.random.default_rng(0),
    lambda: np.random.default_rng(0),
]


@pytest.mark.parametrize("make", MAKERS)
def test_generators_in_attributes(backend, make):
    model = Model(make())
    plain = [np.asarray(model.step()) for _ in range(3)]
    model = Model(make())
    step = nb.jit(model.step)
    np.testing.assert_allclose([np.asarray(step()) for _ in range(3)], plain, rtol=1e-5)


def draws_then_fails(x):
    y = nb.random.normal(0.0, 1.0, 3)
    if x[0] < 0:
        raise ValueError("negative")
    return y


def test_a_failure_gives_the_state_back(backend):
    compiled = nb.jit(draws_then_fails)
    nb.random.seed(2)
    compiled(nb.ones(1))
    second = np.asarray(compiled(nb.ones(1)))
    nb.random.seed(2)
    compiled(nb.ones(1))
    with pytest.raises(ValueError, match="negative"):
        compiled(-nb.ones(1))
    np.testing.assert_array_equal(np.asarray(compiled(nb.ones(1))), second)


def test_parameters_known_at_run_time_are_checked():
    compiled = nb.jit(lambda scale: nb.random.normal(0.0, scale))
    assert compiled(nb.ones(2)).shape == (2,)
    with pytest.raises(ValueError, match="scale < 0"):
        compiled(nb.array([1.0, -1.0]))
    rejecting = nb.jit(lambda lam: nb.random.poisson(lam))
    with pytest.raises(ValueError, match="lam < 0"):
        rejecting(nb.array([1.0, -1.0]))


def test_states_made_and_set_in_compiled_code():
    @nb.jit
    def seeded(x):
        rng = nb.random.RandomState(3)
        state = nb.random.get_state()
        y = nb.random.random(2)
        nb.random.set_state(state)
        return x + rng.random(2), y, nb.random.random(2)

    a, y, z = seeded(nb.zeros(2))
    np.testing.assert_allclose(np.asarray(a), np.asarray(nb.random.RandomState(3).random(2)))
    np.testing.assert_array_equal(np.asarray(y), np.asarray(z))
    unseeded = nb.jit(lambda: nb.random.default_rng().random(2))
    assert unseeded().tolist() != unseeded().tolist()


def test_gradients_pass_through_parameters():
    nb.random.seed(1)
    slope = nb.grad(lambda s: nb.random.normal(0.0, s))(2.0)
    nb.random.seed(1)
    assert abs(float(slope) - float(nb.random.normal(0.0, 1.0))) < 1e-5


def test_lanes_have_numbers_of_their_own():
    drawn = nb.vmap(lambda x: x + nb.random.random())(nb.zeros(4))
    assert len(set(drawn.tolist())) == 4


def test_the_key_compiles_once():
    compiled = nb.jit(simple)
    for _ in range(5):
        compiled(nb.zeros(3))
    assert compiled.cache_info()["compiles"] == 1


class TestHeldStates:
    """``RandomState`` objects that compiled code of ``'numpy'`` draws from."""

    @pytest.mark.parametrize("make", [np.random.RandomState, nb.random.RandomState])
    def test_numbers_are_those_of_the_plain_run(self, make):
        class Model:
            def __init__(self):
                self.rng, self.v = make(3), nb.zeros(3)

            def step(self, low):
                for i in range(3):
                    self.v[i] += self.rng.normal() + self.rng.choice(5) + self.rng.randint(low, 5, size=2).sum()
                if self.rng.rand() > 0.5:
                    self.v *= 2
                order = np.arange(3)
                self.rng.shuffle(order)
                return self.v[order]

        with nb.backend("numpy"):
            plain, compiled = Model(), Model()
            step = nb.jit(compiled.step, strict=True)
            for _ in range(4):
                assert plain.step(1).tolist() == step(1).tolist()
            assert plain.rng.rand() == compiled.rng.rand()

    def test_a_failure_gives_the_state_back(self):
        rng = nb.random.RandomState(3)

        def draw(x):
            y = rng.rand()
            if x > 0:
                raise ValueError("too much")
            return y

        with nb.backend("numpy"):
            compiled = nb.jit(draw, strict=True)
            compiled(0)
            expected = copy.deepcopy(rng).rand()
            with pytest.raises(ValueError, match="too much"):
                compiled(1)
            assert rng.rand() == expected

    def test_what_cannot_be_compiled_is_said(self):
        @nb.jit(strict=True)
        def made(seed):
            return [np.random.default_rng(seed + i).normal() for i in range(2)]

        with nb.backend("numpy"):
            assert made(3) == made.function(3)
