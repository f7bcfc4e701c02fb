"""Ordinary user code: no checker may find a fault in it.  It also runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import npbridge
import npbridge as nb
from npbridge import Base, JaxArray, TrainVar, Variable
from npbridge.errors import VariableError


def norm(x: np.ndarray) -> float:
    return float(np.sqrt((x**2).sum()))


def scaled(x: npt.NDArray[np.float64], by: float = 2.0) -> npt.NDArray[np.float64]:
    return x * by


def arithmetic() -> JaxArray:
    x = npbridge.arange(6.0).reshape(2, 3)
    y = x + 1
    y += 2 * x
    y[0, 1:] = 5
    z = (y @ x.T)[0] - 1.0 / y.mean()
    n, m = x.shape
    for row in x:
        y[n - 1] -= row * m
    mask = (y > 0) & ~(x == 1)
    total: float = float(y[mask].sum())
    if x.any() and not np.isnan(total):
        y = -(abs(y) ** 2) // 3 % 2
    index = int(np.argmax(y))
    print(index, y.dtype.name, x.ndim, x.size, x.T.strides, len(x), z.tolist())
    return y


def functions() -> None:
    x = nb.linspace(0, 1, 5)
    print(
        nb.exp(x).sum(), nb.add.reduce(x), nb.linalg.norm(x), nb.fft.fft(x).real.max(), nb.sum(x, axis=0, keepdims=True)
    )
    print(
        nb.concatenate([x, x]).shape, nb.where(x > 0.5, x, 0.0), nb.zeros((2, 3), dtype=nb.float32), nb.pi, nb.newaxis
    )
    q, r = nb.linalg.qr(nb.eye(2))
    a, b = nb.meshgrid(x, x)
    values, counts = nb.unique_counts(nb.array([1, 1, 2]))
    print(
        q,
        r,
        a,
        b,
        values,
        counts,
        nb.r_[1:3, 5],
        nb.mgrid[:2, :2],
        nb.random.normal(size=3),
        nb.random.default_rng(1).random(2),
    )
    print(norm(x), scaled(np.ones(2)), np.add(x, 1), np.concatenate([x, x]), x.to_numpy().tobytes(), x.value)


@npbridge.jit
def step(x: JaxArray, rate: float = 0.1) -> JaxArray:
    return x - rate * x


@npbridge.jit(static_argnums=1)
def repeated(x: JaxArray, n: int) -> JaxArray:
    for _ in range(n):
        x = x * 2
    return x


class Layer(Base):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.weight = TrainVar(npbridge.ones((n, n)))
        self.steps = Variable(0)

    @npbridge.jit
    def __call__(self, x: JaxArray) -> JaxArray:
        self.steps += 1
        return self.weight @ x


def models() -> None:
    layer = Layer(3)
    print(layer(npbridge.ones(3)), layer.train_vars(), layer.weight.shape, layer.steps.value)
    gradient = npbridge.grad(lambda w: (w**2).sum())(npbridge.ones(2))
    value, slope = npbridge.value_and_grad(lambda w: (w**2).sum())(npbridge.ones(2))
    print(
        gradient,
        value,
        slope,
        npbridge.vmap(lambda v: v * 2)(npbridge.ones((2, 2))),
        npbridge.jit(lambda v: v + 1)(gradient),
    )
    print(step(gradient), step(gradient, 0.5), repeated(gradient, 2), step.explain())
    try:
        layer.weight.value = npbridge.ones(2)
    except VariableError as error:
        print(error)


def settings() -> None:
    with npbridge.backend("numpy"):
        print(npbridge.get_backend_name())
    with npbridge.host():
        print(npbridge.to_host({"x": npbridge.ones(2)}))
    npbridge.config.fallback = "warn"
    print(isinstance(npbridge.ones(1), JaxArray), npbridge.__version__, npbridge.float64(1.5), npbridge.dtype("f4"))


if __name__ == "__main__":
    arithmetic()
    functions()
    models()
    settings()
