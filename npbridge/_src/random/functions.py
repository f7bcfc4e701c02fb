"""The functions of ``npbridge.random``: NumPy's global state, and a key beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..convert import context as contexts
from ..dispatch.backend import active
from ..face import generators as face
from ..face.traced_draws import drawing
from ..namespace.wrappers import present
from . import generators
from .generators import RandomState
from .methods import jax_methods

# What the functions draw from on 'jax'; on 'numpy' they are numpy.random's own.
state = RandomState()

# The names of numpy.random that are not here, and why.
ABSENT = {
    "bit_generator": "it is a module private to NumPy; the bit generators are in npbridge.random",
    "mtrand": "it is a module private to NumPy",
    "test": "it runs NumPy's own tests; use numpy.random.test",
}

_AS_IS = "BitGenerator MT19937 PCG64 PCG64DXSM Philox SFC64 SeedSequence get_bit_generator set_bit_generator".split()
ALIASES = {"ranf": "random_sample", "sample": "random_sample"}


def _function(name: str, on_key):
    """A function that draws from the key on ``'jax'``, and as ``numpy.random`` else."""
    numpys = getattr(np.random, name)

    def function(*args, **kwargs):
        context = contexts.current()
        if context is not None and context.for_numpy:
            return drawing(numpys)(*args, **kwargs)
        if context is not None or active().name == "jax":
            return on_key(state, *args, **kwargs)
        return face._writes(numpys, args, kwargs) if name == "shuffle" else face.draw(numpys, args, kwargs)

    return present(function, numpys, "npbridge.random", name)


def seed(seed=None) -> None:
    """Start the streams of both backends from `seed`; without one, from fresh entropy.

    Parameters
    ----------
    seed : None, int or array_like of int

    Examples
    --------
    >>> import npbridge
    >>> npbridge.random.seed(12345)
    >>> npbridge.random.random(5)
    JaxArray([0.47887695, 0.5548092 , 0.8850775 , 0.30382073, 0.6007602 ],
             dtype=float32)
    """
    context = contexts.current()
    if context is not None and context.for_numpy:
        drawing(np.random.seed)(seed)
        return
    if context is None:
        np.random.seed(face.given(seed))
    state.seed(seed)


def get_state(legacy: bool = True):
    """The state of the active backend's stream, for :func:`set_state`."""
    if contexts.current() is not None or active().name == "jax":
        return state.get_state(legacy)
    return np.random.get_state(legacy)  # type: ignore[call-overload]


def set_state(new) -> None:
    """Go on from a state that :func:`get_state` gave."""
    if generators.key_in(new) is not None or contexts.current() is not None:
        state.set_state(new)
    else:
        np.random.set_state(new)


def split_key():
    """A key for ``jax.random``, off the stream of ``'jax'``.

    Returns
    -------
    JaxArray
        Two words of type uint32.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.random.split_key().shape
    (2,)
    """
    return state.split_key()


def split_keys(n: int):
    """Keys for ``jax.random``, off the stream of ``'jax'``.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    JaxArray
        Of shape ``(n, 2)`` and type uint32: a key in each row.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.random.split_keys(3).shape
    (3, 2)
    """
    return state.split_keys(n)


def split(n: int = 2) -> list[RandomState]:
    """Generators, each with a stream of its own, on either backend.

    Parameters
    ----------
    n : int, optional
        How many.

    Returns
    -------
    list of RandomState

    Examples
    --------
    >>> import npbridge
    >>> first, second = npbridge.random.split()
    >>> first.normal(size=3).shape
    (3,)
    """
    if contexts.current() is not None or active().name == "jax":
        return state.split(n)
    return [RandomState(row) for row in np.random.randint(0, 1 << 32, (n, 8), np.uint32)]


_OWN = (seed, get_state, set_state, split_key, split_keys, split)
_CLASSES = (generators.Generator, RandomState, generators.default_rng)


def namespace() -> dict[str, Any]:
    """``npbridge.random``."""
    found: dict[str, Any] = {name: getattr(np.random, name) for name in _AS_IS}
    on_key = jax_methods(np.random.RandomState)
    for name, code in on_key.items():
        if hasattr(np.random, name):
            found[name] = _function(name, code)
    for alias, name in ALIASES.items():
        found[alias] = _function(alias, on_key[name])
    for value in (*_OWN, *_CLASSES):
        value.__module__ = "npbridge.random"
        found[value.__name__] = value
    return found


def missing(name: str) -> AttributeError:
    """Why there is no `name` in ``npbridge.random``."""
    reason = ABSENT.get(name)
    text = f"module 'npbridge.random' has no attribute {name!r}"
    return AttributeError(text if reason is None else f"{text}: {reason}", name=name)
