"""``RandomState`` and ``Generator``: NumPy's, with a stream for ``'jax'`` beside it.

Each is of NumPy's class, so libraries take it; what a library draws, and what is drawn
on ``'numpy'``, are NumPy's own bits.  User code on ``'jax'`` draws from a key.  Both
come from the one seed.
"""

from __future__ import annotations

import copy
import functools
import os
from typing import Any

import numpy as np

from ..array import core
from ..convert import context as contexts
from ..dispatch.backend import active
from ..face import generators as face
from ..face.traced_draws import Drawing, Making
from ..ground.compat import frame_above
from ..ground.errors import UnsupportedError
from ..ground.users import in_library
from ..namespace.wrappers import present
from . import keys
from .methods import jax_methods
from .stream import Stream

_HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))) + os.sep


@functools.cache
def _is_foreign(filename: str) -> bool:
    """Whether a file is of a library that wants NumPy's own arrays."""
    return in_library(filename) and not os.path.realpath(filename).startswith(_HERE) and "/jax/" not in filename


def on_jax(depth: int = 2) -> bool:
    """Whether a draw comes from the key: the caller is user code, and the backend ``'jax'``."""
    if contexts.current() is not None:
        return True
    return active().name == "jax" and not _is_foreign(frame_above(depth).f_code.co_filename)


def key_of(seed: Any) -> np.ndarray:
    """The key of a seed: an integer, integers, None, or something of NumPy's that has a state."""
    if seed is None:
        return np.random.SeedSequence().generate_state(keys.WORDS)
    if isinstance(seed, np.random.BitGenerator):
        return key_of_bits(seed)
    numbers = np.asarray(core.host_values(seed))
    if numbers.ndim == 0:
        return keys.seeded(int(numbers))
    return np.random.SeedSequence([int(x) for x in numbers.ravel()]).generate_state(keys.WORDS)


def key_of_bits(bits: np.random.BitGenerator) -> np.ndarray:
    """The key that belongs to a bit generator: of its seed, or else of its state."""
    sequence: Any = getattr(bits, "seed_seq", None)
    if hasattr(sequence, "generate_state"):
        return sequence.generate_state(keys.WORDS)
    words = np.frombuffer(repr(bits.state).encode().ljust(4), np.uint8)
    return np.random.SeedSequence(words.tolist()).generate_state(keys.WORDS)


def _method(name: str, real: type, on_key):
    """A method that draws from the key, or lets NumPy draw."""
    numpys = getattr(real, name)
    writes = name in ("shuffle", "permuted")

    def method(self, *args, **kwargs):
        context = contexts.current()
        if context is not None and context.for_numpy:
            return Drawing(self, name)(*args, **kwargs)
        if on_jax():
            return on_key(self, *args, **kwargs)
        if _is_foreign(frame_above(1).f_code.co_filename) and not writes:
            return numpys(self, *args, **kwargs)
        function = functools.partial(numpys, self)
        return face._writes(function, args, kwargs) if name == "shuffle" else face.draw(function, args, kwargs)

    return present(method, numpys, f"npbridge.random.{real.__name__}", name)


def attach(real: type):
    """Give a class of ours its drawing methods."""

    def decorate(cls):
        for name, on_key in jax_methods(real).items():
            setattr(cls, name, _method(name, real, on_key))
        return cls

    return decorate


def see_that_it_may_be_made() -> None:
    """Refuse to make a generator in what is compiled for ``'numpy'``: it would be made once, and not at each call."""
    context = contexts.current()
    if context is not None and context.for_numpy:
        raise UnsupportedError(
            "a generator of npbridge.random that is made in a function has no compiled form on the 'numpy' backend. "
            "Make it before, or with numpy.random."
        )


class Keyed:
    """What both classes add to NumPy's."""

    _stream: Stream

    def split_key(self):
        """A key for ``jax.random``, off the stream of ``'jax'``.

        Returns
        -------
        JaxArray
            Two words of type uint32.

        Examples
        --------
        >>> import jax, npbridge
        >>> key = npbridge.random.RandomState(0).split_key()
        >>> jax.random.normal(key.value, (2,)).shape
        (2,)
        """
        return core.array_of_device(self._stream.draw(_itself, ()))

    def split_keys(self, n: int):
        """`n` keys for ``jax.random``, of shape ``(n, 2)``, off the stream of ``'jax'``."""
        return core.array_of_device(self._stream.draw(keys.split, (n,)) if n else np.zeros((0, 2), np.uint32))

    def __copy__(self):
        return copy.deepcopy(self)

    def _key_now(self) -> np.ndarray:
        if self._stream.buffer.traced:
            raise UnsupportedError("a generator cannot be copied or pickled while a function that draws is compiled")
        return self._stream.buffer.read().copy()


def _itself(key):
    return key


@attach(np.random.RandomState)
class RandomState(Keyed, np.random.RandomState):
    """``numpy.random.RandomState``, which on ``'jax'`` draws from a key.

    Parameters
    ----------
    seed : None, int, array_like of int, or BitGenerator
        As NumPy takes it.  On ``'jax'`` an integer gives the key
        ``jax.random.PRNGKey(seed)``.

    Notes
    -----
    Compiled functions that draw carry the state: their second call gives other
    numbers than the first, those that the plain function would have given.

    Examples
    --------
    >>> import npbridge
    >>> rng = npbridge.random.RandomState(12345)
    >>> rng.random(5)
    JaxArray([0.47887695, 0.5548092 , 0.8850775 , 0.30382073, 0.6007602 ],
             dtype=float32)
    """

    def __init__(self, seed=None) -> None:
        see_that_it_may_be_made()
        if contexts.current() is not None and seed is None:
            from . import functions

            super().__init__(0)
            self._stream = Stream(functions.state.split_key()._value())
            return
        super().__init__(face.given(seed))
        self._stream = Stream(key_of(seed))

    def seed(self, seed=None) -> None:
        """Start again from `seed`, on both backends."""
        context = contexts.current()
        if context is None:
            super().seed(face.given(seed))
            self._stream.set(key_of(seed))
        elif context.for_numpy:
            Drawing(self, "seed")(seed)
        else:  # NumPy's side would be seeded once, and not at each call
            self._stream.set(_key_while_tracing(seed))

    def get_state(self, legacy: bool = True):
        """The state of the active backend's stream, for :meth:`set_state`."""
        if on_jax():
            key = self._stream.get()
            return (NAME, key) if legacy else {"bit_generator": NAME, "state": {"key": key}}
        return super().get_state(legacy)  # type: ignore[call-overload]

    def set_state(self, state) -> None:
        """Go on from a state: a key's, or one of NumPy's."""
        key = key_in(state)
        if key is not None:
            self._stream.set(key)
        elif contexts.current() is not None:
            raise UnsupportedError("a state of numpy.random cannot be set in a function compiled for 'jax'")
        else:
            super().set_state(state)

    def split(self, n: int = 2) -> list[RandomState]:
        """`n` new states, each with a stream of its own, on either backend."""
        if on_jax():
            made = [RandomState(0) for _ in range(n)]
            for new, key in zip(made, self.split_keys(n), strict=True):
                new._stream = Stream(key._value())
            return made
        words = super().randint(0, 1 << 32, (n, 8), np.uint32)
        return [RandomState(row) for row in words]

    def __reduce__(self):
        return _state_again, (super().get_state(legacy=False), self._key_now())

    def __deepcopy__(self, memo):
        return _state_again(super().get_state(legacy=False), self._key_now())


NAME = "Threefry2x32"


def key_in(state):
    """The key in a state that ``get_state`` gave on ``'jax'``; None where it is NumPy's."""
    if isinstance(state, dict):
        return state["state"]["key"] if state.get("bit_generator") == NAME else None
    return state[1] if isinstance(state, (tuple, list)) and len(state) == 2 and state[0] == NAME else None


def _key_while_tracing(seed):
    if seed is None:
        raise UnsupportedError(
            "seed() without a number cannot be compiled: each call would start from the same numbers. Seed before the "
            "call, or give a number."
        )
    return key_of(seed)


def _state_again(state, key) -> RandomState:
    new = RandomState(0)
    new.set_state(state)
    new._stream = Stream(key)
    return new


class KeyedBits:
    """The bit generator of a :class:`Generator` on ``'jax'``: its state has the key, too."""

    def __init__(self, generator: Any, bits: np.random.BitGenerator) -> None:
        self.generator, self.bits = generator, bits

    def __getattr__(self, name):
        return getattr(self.bits, name)

    @property  # type: ignore[misc]
    def __class__(self):
        return type(self.bits)

    @property
    def state(self) -> dict:
        """As NumPy gives it, with the entry ``"key"``."""
        return {**self.bits.state, "key": self.generator._key_now()}

    @state.setter
    def state(self, new: dict) -> None:
        self.bits.state = {name: value for name, value in new.items() if name != "key"}
        words = np.frombuffer(repr(self.bits.state).encode(), np.uint8)
        key = np.random.SeedSequence(words.tolist()).generate_state(keys.WORDS)
        self.generator._stream.set(new.get("key", key))


@attach(np.random.Generator)
class Generator(Keyed, np.random.Generator):
    """``numpy.random.Generator``, which on ``'jax'`` draws from a key.

    Parameters
    ----------
    bit_generator : BitGenerator
        What NumPy draws from.  The key is made of its seed.

    Examples
    --------
    >>> import npbridge
    >>> rng = npbridge.random.default_rng(1)
    >>> rng.integers(0, 10, 5).shape
    (5,)
    """

    def __init__(self, bit_generator) -> None:
        see_that_it_may_be_made()
        bits = bit_generator.bits if type(bit_generator) is KeyedBits else bit_generator
        super().__init__(bits)
        self._stream = Stream(key_of_bits(bits))

    @property
    def bit_generator(self):
        """What NumPy draws from; for user code on ``'jax'`` its ``state`` has the key, too."""
        bits = np.random.Generator.bit_generator.__get__(self)
        in_user_code = not in_library(frame_above(1).f_code.co_filename)
        return KeyedBits(self, bits) if in_user_code and active().name == "jax" else bits

    def spawn(self, n_children: int):
        """`n_children` new generators, each with a stream of its own."""
        if not on_jax():
            return super().spawn(n_children)
        tracing = contexts.current() is not None
        bits = [np.random.PCG64(0) for _ in range(n_children)] if tracing else self.bit_generator.spawn(n_children)
        made = [Generator(b) for b in bits]
        for new, key in zip(made, self.split_keys(n_children), strict=True):
            new._stream = Stream(key._value())
        return made

    def __reduce__(self):
        return _generator_again, (self.bit_generator, self._key_now())

    def __deepcopy__(self, memo):
        return _generator_again(copy.deepcopy(self.bit_generator), self._key_now())


def _generator_again(bits, key) -> Generator:
    new = Generator(bits)
    new._stream = Stream(key)
    return new


def default_rng(seed=None) -> Generator:
    """A generator, as ``numpy.random.default_rng`` makes it.

    Parameters
    ----------
    seed : None, int, array_like of int, SeedSequence, BitGenerator, Generator, or RandomState

    Returns
    -------
    Generator
        On ``'numpy'`` it gives NumPy's numbers; on ``'jax'`` those of a key made of the seed.

    Examples
    --------
    >>> import npbridge
    >>> with npbridge.backend("numpy"):
    ...     npbridge.random.default_rng(12345).random(2)
    JaxArray([0.22733602, 0.31675834])
    """
    if isinstance(seed, Generator):
        return seed
    context = contexts.current()
    if context is not None and context.for_numpy:
        return Making(np.random.default_rng)(seed)
    if seed is None and context is not None:
        from . import functions

        new = Generator(np.random.PCG64(0))
        new._stream = Stream(functions.state.split_key()._value())
        return new
    return Generator(np.random.default_rng(face.given(seed)).bit_generator)
