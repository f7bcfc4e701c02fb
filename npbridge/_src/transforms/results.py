"""What of a function's results is differentiated, and what cannot be."""

from __future__ import annotations

import contextlib
import math

import jax
import jax.numpy as jnp

from ..backends.jax.control_flow_values import Leaf
from ..ground.errors import TransformError


@contextlib.contextmanager
def backward(name: str):
    """Say what a backward pass cannot go through, in the user's terms."""
    try:
        yield
    except ValueError as error:
        if "Reverse-mode differentiation does not work" not in str(error):
            raise
        raise TransformError(
            f"npbridge.{name} goes backward through the iterations of a loop, and how many there are is known only at "
            "run time (a while loop, or a break). Use a for loop of fixed length with a mask for what is done, or "
            "take derivatives forward with npbridge.jacfwd or npbridge.jvp."
        ) from None


class Value:
    """The part of the outputs that is differentiated."""

    def __init__(self, lifted, has_aux: bool, name: str) -> None:
        self.name = name
        result = jax.tree.unflatten(lifted.result_tree, lifted.result)
        if has_aux:
            if not isinstance(result, (tuple, list)) or len(result) != 2:
                raise TransformError(
                    f"npbridge.{name} with has_aux=True takes a function that returns a pair: the value, and whatever "
                    f"else. This one returns {describe(result)}."
                )
            result = result[0]
        self.result = result
        self.leaves, self.tree = jax.tree.flatten(result)
        self.lifted = lifted

    def of(self, outs) -> list:
        return [jnp.asarray(self.lifted.output(leaf, outs)) for leaf in self.leaves]

    def number(self, outs, holomorphic):
        """The value, which has to be one number that can be differentiated."""
        if len(self.leaves) != 1 or not isinstance(self.leaves[0], Leaf):
            raise self.wrong("takes a function that returns one real number", describe(self.result))
        (leaf,) = self.leaves
        if math.prod(leaf.shape) != 1 or leaf.shape:
            raise self.wrong("takes a function that returns one real number", leaf.describe())
        if leaf.dtype.kind not in ("c" if holomorphic else "f"):
            kind = "a complex" if holomorphic else "a real"
            raise self.wrong(f"takes a function that returns {kind} number", leaf.describe())
        return self.of(outs)[0]

    def check_real(self) -> None:
        for leaf in self.leaves:
            if not isinstance(leaf, Leaf):
                raise self.wrong("takes a function that returns arrays", describe(self.result))
            if leaf.dtype.kind not in "fc":
                raise self.wrong("takes a function that returns floating point numbers", leaf.describe())

    def wrong(self, takes: str, got: str) -> TransformError:
        return TransformError(
            f"npbridge.{self.name} {takes}, and this one returns {got}. Return the sum or the mean of an array, or "
            "take all its derivatives with npbridge.jacrev or npbridge.jacfwd."
        )


def describe(result) -> str:
    if isinstance(result, Leaf):
        return result.describe()
    if hasattr(result, "value"):
        return f"a {type(result.value).__name__}"
    if result is None:
        return "None: is a return statement missing?"
    return f"a {type(result).__name__}" + (f" of {len(result)}" if isinstance(result, (tuple, list, dict)) else "")
