"""``grad`` and its kin: derivatives with respect to arguments and to variables."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import jacfwd as _jacfwd
from jax import jacrev as _jacrev
from jax import value_and_grad as _value_and_grad

from ..array import core
from ..ground.errors import TransformError
from . import lift
from .compiled import Transformed
from .results import Value, backward
from .variables import Selection, flat_variables

OURS = core.OURS


class Derivative(Transformed):
    """A derivative of a function; the subclasses say which."""

    def __init__(self, name, function, grad_vars, argnums, has_aux, return_value, holomorphic, allow_int) -> None:
        if grad_vars is None and argnums is None:
            argnums = 0
        argnums = argnums if argnums is None or isinstance(argnums, int) else tuple(argnums)
        self.variables = None if grad_vars is None else flat_variables(grad_vars)
        self.argnums, self.has_aux, self.return_value = argnums, has_aux, return_value
        self.holomorphic, self.allow_int = holomorphic, allow_int
        held, _, structure = self.variables or ((), None, None)
        options = (structure, argnums, has_aux, return_value, holomorphic, allow_int)
        super().__init__(name, function, options, tuple(held))

    def run(self, function, args, kwargs):
        selection = Selection(self.variables, self.argnums, args, kwargs)
        lifted = lift.Lifted(function, selection.leaves, selection.tree, selection.inputs)
        self.check_inputs(selection)
        value = Value(lifted, self.has_aux, self.name)
        derivatives, outs = self.derivatives(value, lifted)
        result = lifted.finish(outs)
        answer = self.build(value, selection, derivatives)
        if not self.return_value:
            return (answer, result[1]) if self.has_aux else answer
        return (answer, *result) if self.has_aux else (answer, result)

    def derivatives(self, value, lifted):
        """``(derivatives, outputs)`` at the values of the inputs."""
        raise NotImplementedError

    def build(self, value, selection, derivatives):
        """The derivatives in the structure of the variables and arguments."""
        raise NotImplementedError

    def check_inputs(self, selection) -> None:
        for item in selection.inputs:
            dtype = item.value.dtype
            what = "a variable" if isinstance(item, lift.Held) else "an argument"
            if self.holomorphic and dtype.kind != "c":
                raise TransformError(
                    f"npbridge.{self.name} with holomorphic=True takes complex inputs, and {what} is {dtype}"
                )
            if dtype.kind == "c" and not self.holomorphic and not self.takes_complex:
                raise TransformError(
                    f"npbridge.{self.name} of a function of complex numbers: {what} is {dtype}. Say holomorphic=True "
                    "where the function is, or take real and imaginary parts as arguments."
                )
            if dtype.kind in "iub" and not self.allow_int:
                raise TransformError(
                    f"npbridge.{self.name} takes derivatives with respect to real numbers, and {what} of shape "
                    f"{item.value.shape} has dtype {dtype}. Give it as floating point (x.astype(float)), leave it out "
                    "with argnums=, or say allow_int=True."
                )

    takes_complex = True


class Gradient(Derivative):
    """The gradient of one number."""

    takes_complex = True

    def derivatives(self, value, lifted):
        def of(values):
            outs = lifted.run(*values)
            return value.number(outs, self.holomorphic), outs

        differentiate = _value_and_grad(of, has_aux=True, holomorphic=self.holomorphic, allow_int=self.allow_int)
        with backward(self.name):
            (_, outs), gradients = differentiate(lifted.values())
        return gradients, outs

    def build(self, value, selection, derivatives):
        return selection.build(
            [like(derivatives[i], g) for i, g in zip(selection.slots, selection.given(), strict=True)]
        )


class ValueAndGradient(Gradient):
    """The value and its gradient, in JAX's order."""

    def run(self, function, args, kwargs):
        answer, *rest = super().run(function, args, kwargs)
        return (tuple(rest), answer) if self.has_aux else (rest[0], answer)


class Jacobian(Derivative):
    """All first derivatives of all results."""

    takes_complex = False
    transform: Any = staticmethod(_jacrev)

    def derivatives(self, value, lifted):
        value.check_real()

        def of(values):
            outs = lifted.run(*values)
            return value.of(outs), outs

        options = {"holomorphic": self.holomorphic}
        if self.transform is not _jacfwd:
            options["allow_int"] = self.allow_int
        with backward(self.name):
            return self.transform(of, has_aux=True, **options)(lifted.values())

    def build(self, value, selection, derivatives):
        rows = [self._row(row, selection) for row in derivatives]
        return jax.tree.unflatten(value.tree, rows)

    def _row(self, row, selection):
        given = selection.given()
        return selection.build([like(row[i], g, True) for i, g in zip(selection.slots, given, strict=True)])


class ForwardJacobian(Jacobian):
    """The same, by forward mode."""

    transform = staticmethod(_jacfwd)


class Hessian(Jacobian):
    """All second derivatives of all results."""

    def derivatives(self, value, lifted):
        value.check_real()

        def of(values):
            outs = lifted.run(*values)
            return value.of(outs), outs

        inner = _jacrev(of, has_aux=True, holomorphic=self.holomorphic, allow_int=self.allow_int)
        with backward(self.name):
            return _jacfwd(inner, has_aux=True, holomorphic=self.holomorphic)(lifted.values())

    def _row(self, row, selection):
        given = selection.given()
        columns = [
            selection.build([like(row[i][j], h, True) for j, h in zip(selection.slots, given, strict=True)])
            for i in selection.slots
        ]
        return selection.build(columns)


def like(derivative, given, composite: bool = False):
    """A derivative as what it belongs to has it: raw for a ``jax.Array``, else ours."""
    if isinstance(given, jax.Array) and type(given) not in OURS:
        return derivative
    if derivative.dtype == jax.dtypes.float0:
        derivative = jnp.zeros(derivative.shape)  # of an integer
    scalar = type(given) in (int, float, complex) or isinstance(given, np.generic)
    if not derivative.shape and (scalar or composite):
        return core.of_device(derivative)
    return core.array_of_device(derivative)


def _decorator(cls, name, function, **options):
    if function is None:
        return lambda decorated: cls(name, decorated, **options)
    return cls(name, function, **options)


def grad(
    function=None, grad_vars=None, argnums=None, *,
    has_aux=False, return_value=False, holomorphic=False, allow_int=False,
):  # fmt: skip
    """The gradient of a function that returns one number.

    Parameters
    ----------
    function : callable
        A function, bound method or object.  Its loops, branches, in-place writes and
        state are what they are under :func:`npbridge.jit`.  Without it, a decorator.
    grad_vars : array, or list, tuple or dict of arrays, or object with ``vars()``, optional
        Arrays that the function reaches, in attributes say, with respect to which the
        gradient is taken.
    argnums : int or sequence of int, optional
        Positional arguments with respect to which it is taken: the first one, unless
        `grad_vars` is given.
    has_aux : bool
        The function returns ``(value, aux)``; `aux` is returned beside the gradient.
    return_value : bool
        Return the value, too.
    holomorphic : bool
        The function is one of complex numbers, and holomorphic.
    allow_int : bool
        Accept integer inputs, whose derivatives are zero and of no use.

    Returns
    -------
    callable
        Its result is the gradient, in the structure of `grad_vars` or of the arguments;
        with both, ``(of the variables, of the arguments)``.  With `has_aux` or
        `return_value` a tuple ``(gradient, value, aux)`` of those that are asked for.
        Gradients are our arrays; that of a ``jax.Array`` is a ``jax.Array``.

    Raises
    ------
    TransformError
        A ``TypeError``, when called: the function does not return one real number, or
        an input is no real number.
    UnsupportedError
        When called on a backend without derivatives.

    Notes
    -----
    What the function writes is written once, as if it had been called.

    Examples
    --------
    >>> import npbridge
    >>> def loss(x):
    ...     y = x.copy()
    ...     y[0] *= 10
    ...     return (y * x).sum()
    >>> npbridge.grad(loss)(npbridge.array([1.0, 2.0]))
    JaxArray([20.,  4.], dtype=float32)
    """
    return _decorator(
        Gradient, "grad", function, grad_vars=grad_vars, argnums=argnums, has_aux=has_aux,
        return_value=return_value, holomorphic=holomorphic, allow_int=allow_int,
    )  # fmt: skip


def value_and_grad(
    function=None, grad_vars=None, argnums=None, *, has_aux=False, holomorphic=False, allow_int=False
):  # fmt: skip
    """The value of a function and its gradient.

    Parameters
    ----------
    function, grad_vars, argnums, has_aux, holomorphic, allow_int
        As :func:`grad` has them.

    Returns
    -------
    callable
        Its result is ``(value, gradient)``; with `has_aux`, ``((value, aux), gradient)``.

    Raises
    ------
    TransformError, UnsupportedError
        As :func:`grad` does.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.value_and_grad(lambda x: (x ** 2).sum())(npbridge.array([1.0, 2.0]))
    (np.float32(5.0), JaxArray([2., 4.], dtype=float32))
    """
    return _decorator(
        ValueAndGradient, "value_and_grad", function, grad_vars=grad_vars, argnums=argnums, has_aux=has_aux,
        return_value=True, holomorphic=holomorphic, allow_int=allow_int,
    )  # fmt: skip


def jacrev(
    function=None, grad_vars=None, argnums=None, *,
    has_aux=False, return_value=False, holomorphic=False, allow_int=False,
):  # fmt: skip
    """All derivatives of all results, by reverse mode: for more inputs than results.

    Parameters
    ----------
    function, grad_vars, argnums, has_aux, return_value, holomorphic, allow_int
        As :func:`grad` has them; the function may return arrays, and
        lists, tuples and dictionaries of arrays.

    Returns
    -------
    callable
        Its result has, in the place of each array of shape ``s`` that the function
        returns, the derivatives with respect to each input of shape ``t``, of shape ``s + t``.

    Raises
    ------
    TransformError
        When called: an input is no real number (complex with `holomorphic`).
    UnsupportedError
        When called on a backend without derivatives.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.jacrev(lambda x: x ** 2)(npbridge.array([1.0, 2.0]))
    JaxArray([[2., 0.],
              [0., 4.]], dtype=float32)
    """
    return _decorator(
        Jacobian, "jacrev", function, grad_vars=grad_vars, argnums=argnums, has_aux=has_aux,
        return_value=return_value, holomorphic=holomorphic, allow_int=allow_int,
    )  # fmt: skip


def jacfwd(
    function=None, grad_vars=None, argnums=None, *, has_aux=False, return_value=False, holomorphic=False
):  # fmt: skip
    """All derivatives of all results, by forward mode: for more results than inputs.

    Parameters
    ----------
    function, grad_vars, argnums, has_aux, return_value, holomorphic
        As :func:`jacrev` has them.

    Returns
    -------
    callable
        Its result is that of :func:`jacrev`.

    Raises
    ------
    TransformError
        When called: an input is no real number (complex with `holomorphic`).
    UnsupportedError
        When called on a backend without derivatives.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.jacfwd(lambda t: npbridge.array([1.0, 2.0]) * t ** 2)(3.0)
    JaxArray([ 6., 12.], dtype=float32)
    """
    return _decorator(
        ForwardJacobian, "jacfwd", function, grad_vars=grad_vars, argnums=argnums, has_aux=has_aux,
        return_value=return_value, holomorphic=holomorphic, allow_int=False,
    )  # fmt: skip


def hessian(
    function=None, grad_vars=None, argnums=None, *, has_aux=False, return_value=False, holomorphic=False
):  # fmt: skip
    """All second derivatives, forward over reverse.

    Parameters
    ----------
    function, grad_vars, argnums, has_aux, return_value, holomorphic
        As :func:`grad` has them.

    Returns
    -------
    callable
        Its result has a structure of inputs within a structure of inputs; inputs of shapes
        ``s`` and ``t`` give derivatives of shape ``s + t``.

    Raises
    ------
    TransformError
        When called: an input is no real number (complex with `holomorphic`).
    UnsupportedError
        When called on a backend without derivatives.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.hessian(lambda x: x[0] ** 2 * x[1])(npbridge.array([1.0, 2.0]))
    JaxArray([[4., 2.],
              [2., 0.]], dtype=float32)
    """
    return _decorator(
        Hessian, "hessian", function, grad_vars=grad_vars, argnums=argnums, has_aux=has_aux,
        return_value=return_value, holomorphic=holomorphic, allow_int=False,
    )  # fmt: skip
