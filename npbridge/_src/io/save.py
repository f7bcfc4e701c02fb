"""``npbridge.save`` and ``npbridge.load``: NumPy's, and models besides."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import jax
import numpy as np

from ..array import core
from ..ground.errors import CheckpointError
from ..namespace import classes
from ..namespace.wrappers import adopt
from ..state.variable import Variable
from ..state.walk import is_model
from . import npz, safetensors, states
from .atomic import replacing
from .entries import Entry, collect, mapped

FORMATS = {".safetensors": safetensors, ".npz": npz}
_SHOWN = 20


def save(file, arr, allow_pickle=True):
    """Save a model or a tree of arrays; one array as ``numpy.save`` does.

    Parameters
    ----------
    file : str, path or binary file
        For models and trees its name ends in ``.safetensors`` or ``.npz``; a file that
        is open gets the former.  What is there under the name is replaced when all
        has been written, and not before.
    arr : object
        A model or any object, a dictionary, list or tuple, an optax state: all arrays
        in it, its random number generators, and the numbers of a tree, named by path;
        the numbers that an object holds are its configuration and are not saved.  An
        array, a number, or a list that is one goes into a ``.npy`` file; for a list or
        tuple the ending of the name decides.
    allow_pickle : bool, optional
        For arrays of objects in ``.npy`` files.  Models and trees are never pickled.

    Raises
    ------
    CheckpointError
        A ``ValueError``: there is nothing to save, the name has another ending, or two
        parts have the same path.
    OSError
        The file cannot be made: there is no such folder (``FileNotFoundError``), say.

    See Also
    --------
    load

    Examples
    --------
    >>> import npbridge
    >>> class Model(npbridge.Base):
    ...     def __init__(self, n):
    ...         self.w = npbridge.TrainVar(npbridge.ones(n))
    >>> npbridge.save("model.safetensors", Model(2))
    >>> npbridge.load("model.safetensors", Model(2)).w
    TrainVar([1., 1.], dtype=float32)
    >>> npbridge.load("model.safetensors")
    {'w': JaxArray([1., 1.], dtype=float32)}
    """
    if not _is_tree(file, arr):
        return np.save(file, arr, allow_pickle)
    found = collect(arr)
    if not found:
        raise CheckpointError(
            f"there is nothing to save in {_called(arr)}: it holds no arrays. Keep what changes in Variables or arrays."
        )
    arrays = {name: entry.host() for name, entry in found.items() if entry.kind != "random"}
    generators = {name: states.state_of(e.value) for name, e in found.items() if e.kind == "random"}
    metadata = {}
    if generators:
        metadata["npbridge.random"] = json.dumps({k: states.to_text(s) for k, s in generators.items()})
    keys = {name: str(jax.random.key_impl(e.value)) for name, e in found.items() if e.kind == "key"}
    if keys:
        metadata["npbridge.keys"] = json.dumps(keys)
    form = _format_of(file)
    if hasattr(file, "write"):
        form.write(file, arrays, metadata)
    else:
        with replacing(os.fspath(file)) as new:
            form.write(new, arrays, metadata)
    return None


def load(
    file,
    mmap_mode=None,
    allow_pickle=False,
    fix_imports=True,
    encoding="ASCII",
    *,
    max_header_size=10_000,
    into=None,
):
    """Load into a model or a tree of arrays; without one, as ``numpy.load`` does.

    Parameters
    ----------
    file : str, path or binary file
    mmap_mode : str, optional
        As in NumPy.  A model or a tree here is taken as `into`.
    allow_pickle, fix_imports, encoding, max_header_size
        As in NumPy.
    into : object, optional
        What was saved, or something with the same names, shapes and dtypes (a variable
        that is ``dynamic`` takes any).  What can
        be changed is written in place: arrays keep their identity; tuples,
        ``jax.Array``\\ s and numbers are replaced where they are held.

    Returns
    -------
    object
        `into`, or what replaces it (an optax state is a tuple).  Without `into`:
        from a ``.safetensors`` file a dictionary from names to arrays, otherwise what
        ``numpy.load`` gives, as ours.

    Raises
    ------
    CheckpointError
        A ``ValueError`` that lists everything that is missing, left over, or of another
        shape or dtype.  Nothing has been changed then.

    Examples
    --------
    >>> import npbridge
    >>> params = {"w": npbridge.zeros(2), "steps": 7}
    >>> npbridge.save("params.npz", params)
    >>> npbridge.load("params.npz", into={"w": npbridge.ones(2), "steps": 0})
    {'w': JaxArray([0., 0.], dtype=float32), 'steps': 7}
    >>> npbridge.load("params.npz", into={"w": npbridge.ones(3)})
    Traceback (most recent call last):
    npbridge.errors.CheckpointError: cannot load params.npz into the dict; nothing was changed:
      shape: w is (2,) in the file, (3,) in the dict
      left over: the file has steps (int64, shape ()), the dict has no such thing
    """
    if into is None and mmap_mode is not None and not isinstance(mmap_mode, str):
        into, mmap_mode = mmap_mode, None
    if into is None:
        if not hasattr(file, "read") and os.fspath(file).endswith(".safetensors"):
            return _dictionary(*_read(file))
        return classes.load(file, mmap_mode, allow_pickle, fix_imports, encoding, max_header_size=max_header_size)
    return _put(*_read(file), into, _what(file))


# -- which function is meant, which format


def _is_tree(file: Any, value: Any) -> bool:
    """Whether a model or a tree is saved, and not an array as NumPy does it."""
    if type(value) in core.OURS or isinstance(value, (np.ndarray, np.generic, jax.Array, int, float, complex)):
        return False
    if isinstance(value, (str, bytes)) or value is None:
        return False
    if is_model(value) or isinstance(value, dict) or hasattr(value, "_fields"):
        return True
    if isinstance(value, (list, tuple)):
        return not hasattr(file, "write") and os.fspath(file).endswith(tuple(FORMATS))
    # other nodes of pytrees, and objects; not what knows how to become an array
    return not any(hasattr(value, name) for name in ("__array__", "__array_interface__", "__buffer__"))


def _format_of(file: Any) -> Any:
    if hasattr(file, "write") or hasattr(file, "read"):
        return safetensors
    path = os.fspath(file)
    for ending, form in FORMATS.items():
        if path.endswith(ending):
            return form
    raise CheckpointError(f"{path!r} does not end in '.safetensors' or '.npz': the ending says how a model is stored")


def _what(file: Any) -> str:
    return "the file" if hasattr(file, "read") else os.path.basename(os.fspath(file))


def _called(tree: Any) -> str:
    return f"the {type(tree).__name__}" if not is_model(tree) else f"{type(tree).__name__} {tree.name!r}"


# -- reading


def _read(file: Any) -> tuple[dict[str, np.ndarray], dict[str, Any], dict[str, str]]:
    """The arrays, the states of generators, and the kinds of keys."""
    form = _format_of(file)
    with _opened(file) as source:
        source.seek(0, os.SEEK_END)
        size = source.tell()
        source.seek(0)
        arrays, metadata = form.read(source, size, _what(file))
    try:
        texts = dict(json.loads(metadata.get("npbridge.random", "{}")))
        keys = dict(json.loads(metadata.get("npbridge.keys", "{}")))
        saved = {name: states.from_text(text) for name, text in texts.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{_what(file)} is damaged: what it says about generators ({error})") from None
    return arrays, saved, keys


@contextlib.contextmanager
def _opened(file: Any) -> Iterator[BinaryIO]:
    if hasattr(file, "read"):
        yield file
        return
    with open(file, "rb") as source:
        yield source


def _dictionary(arrays, saved, keys) -> dict[str, Any]:
    found = {name: _as_array(values, keys.get(name)) for name, values in arrays.items()}
    return found | saved


def _as_array(values: np.ndarray, key: str | None) -> Any:
    if key is not None:
        return jax.random.wrap_key_data(values, impl=key)
    return adopt(values) if values.dtype.char in core.STORED_KINDS else jax.numpy.asarray(values)


# -- putting back


def _put(arrays, saved, keys, into: Any, what: str) -> Any:
    found = collect(into)
    reasons = _misfits(arrays, saved, keys, found, _called(into))
    if reasons:
        shown = reasons[:_SHOWN] + [f"and {len(reasons) - _SHOWN} more"] * (len(reasons) > _SHOWN)
        lines = "".join(f"\n  {line}" for line in shown)
        raise CheckpointError(f"cannot load {what} into {_called(into)}; nothing was changed:{lines}")
    _set_generators({name: (found[name].value, state) for name, state in saved.items()}, what)

    def new(name: str, kind: str, old: Any) -> Any:
        if kind == "random":
            return old
        values = arrays[name]
        if kind == "key":
            return jax.random.wrap_key_data(values, impl=keys[name])
        return _into(old, values)

    return mapped(into, new)


def _misfits(arrays, saved, keys, found: dict[str, Entry], called: str) -> list[str]:
    """Everything that does not fit, a line each."""
    reasons = []
    for name, entry in found.items():
        if entry.kind == "random":
            if name not in saved:
                reasons.append(f"missing: {called} has the generator {name}, the file does not")
            elif states.kind_of(saved[name]) != states.kind_of(states.state_of(entry.value)):
                reasons.append(f"generator: {name} is of another kind in the file")
            continue
        if name not in arrays:
            reasons.append(f"missing: {called} has {name}, the file does not")
            continue
        if (name in keys) != (entry.kind == "key"):
            reasons.append(f"dtype: {name} is a random key either in the file or in {called}, not in both")
        if _is_dynamic(entry.value):
            continue
        dtype, shape = entry.layout()
        values = arrays[name]
        if values.shape != shape:
            reasons.append(f"shape: {name} is {values.shape} in the file, {shape} in {called}")
        if values.dtype != dtype:
            reasons.append(f"dtype: {name} is {values.dtype} in the file, {dtype} in {called}")
    for name in (*arrays, *saved):
        if name not in found:
            about = f"{arrays[name].dtype}, shape {arrays[name].shape}" if name in arrays else "a generator"
            reasons.append(f"left over: the file has {name} ({about}), {called} has no such thing")
    return reasons


def _set_generators(pairs: dict[str, tuple[Any, Any]], what: str) -> None:
    """All generators, or none."""
    before = [(generator, states.state_of(generator)) for generator, _ in pairs.values()]
    try:
        for generator, state in pairs.values():
            states.set_state(generator, state)
    except (ValueError, TypeError, KeyError) as error:
        for generator, state in before:
            states.set_state(generator, state)
        raise CheckpointError(f"{what} holds the state of another kind of generator: {error}") from None


def _is_dynamic(value: Any) -> bool:
    """Whether a variable takes arrays of any shape and dtype."""
    return isinstance(value, Variable) and value.dynamic


def _into(old: Any, values: np.ndarray) -> Any:
    """`values` written into `old`, or something like it that holds them."""
    kind = type(old)
    if _is_dynamic(old):
        old.value = values
        return old
    if kind in core.ARRAYS and old._window().flags.writeable:
        old[...] = values
        return old
    if kind in core.ARRAYS:
        return core.of_fresh(values)
    if isinstance(old, np.ndarray):
        if not old.flags.writeable:
            return values
        old[...] = values
        return old
    if isinstance(old, jax.Array):
        return jax.device_put(values, old.sharding)
    return values[()] if isinstance(old, np.generic) else kind(values[()])
