"""More classes: nested objects, inheritance, containers of objects, properties, chained calls."""

# ruff: noqa: B905, E501, E701, E702, E704, E741, RUF012, SIM

import abc
from dataclasses import dataclass, field

import numpy as np

import npbridge as nb

M = np.random.default_rng(3).standard_normal((4, 5))
CASES = {}


def case(make, name="step", *args):
    CASES[make.__name__] = (make, name, args)
    return make


@case
class Nested:
    class Inner:
        gain = 2.0

        def __init__(s):
            s.w = nb.ones(3)

        def f(s, x):
            return s.w * x * s.gain

    def __init__(s):
        s.a, s.b = Nested.Inner(), Nested.Inner()
        s.b.gain = 3.0
        s.total = nb.zeros(3)

    def step(s):
        for c in (s.a, s.b):
            s.total += c.f(2.0)
        s.a.w[1] += 1
        return s.total.sum()


class Base0:
    rate = 0.1

    def __init__(s, n):
        s.v = nb.zeros(n)
        s.n = n

    def update(s, i):
        s.v += s.rate * (i - s.v)
        return s.v.mean()

    @property
    def mean(s):
        return s.v.mean()

    @staticmethod
    def clip(x):
        return np.clip(x, -1, 1)

    @classmethod
    def scale(cls):
        return cls.rate * 2


class Child(Base0):
    rate = 0.5

    def __init__(s):
        super().__init__(4)
        s.u = nb.ones(4)
        s.k = 0

    def update(s, i):
        m = super().update(i)
        s.u *= 1 + s.scale()
        return m + s.mean + s.clip(s.u).sum()


CASES["Inherit"] = (Child, "update", (2.0,))


@case
class Dyn:
    def __init__(s):
        s.layers = [Base0(2), Base0(2), Child()]
        s.d = {"a": Base0(3), "b": nb.ones(2)}
        s.consts = [1.0, 2.0, 3.0]
        s.names = ["x", "y"]

    def step(s):
        t = 0.0
        for i, l in enumerate(s.layers):
            t += l.update(float(i))
        for k, v in s.d.items():
            if k == "a":
                t += v.update(1.0)
            else:
                v[0] += 1
                t += v.sum()
        for c in s.consts:
            t += c
        t += sum(s.consts) + len(s.layers) + s.layers[0].v[1] + s.layers[-1].mean
        if "x" in s.names:
            t += 1
        return t


@case
@dataclass
class Data:
    x: object = field(default_factory=lambda: nb.ones(3))
    k: float = 2.0

    def step(self):
        self.x[:] = self.x * self.k
        return self.x.sum()


@case
class Rebinds:
    def __init__(s):
        s.v = nb.zeros(3)
        s.w = nb.ones(3)

    def step(s):
        s.v, s.w = s.w, s.v
        s.v = s.v + 1
        return s.v.sum()


@case
class Recursion:
    def __init__(s):
        s.kids = [Leaf(1.0), Leaf(2.0)]
        s.v = nb.zeros(2)

    def total(s, d):
        return d if d <= 0 else d + s.total(d - 1)

    def step(s):
        t = s.total(4)
        for k in s.kids:
            t += k.value()
        s.v += t
        return t


class Leaf:
    def __init__(s, x):
        s.x = nb.array([x])
        s.kids = [] if x > 1 else [Leaf(x + 1)]

    def value(s):
        r = s.x[0]
        for k in s.kids:
            r += k.value()
        return r


@case
class KwOnly:
    def __init__(s):
        s.v = nb.zeros(3)

    def f(s, a, /, b=2.0, *args, c: float = 1.0, **kw) -> float:
        t = a + b + c
        for x in args:
            t += x
        return t + kw.get("z", 0.5)

    def step(s):
        "docstring mentions self.v and self.nothing"
        s.v += np.exp(s.f(1.0)) + s.f(1.0, 2.0, 3.0, c=4.0, z=5.0) + s.f(*(1.0, 2.0), c=2.0)
        return np.exp(s.f(s.v[0]))


class Act:
    def __call__(s, x):
        return np.maximum(x, 0)


class Lin:
    def __init__(s, n, m):
        s.W = nb.asarray(np.random.default_rng(0).standard_normal((n, m)))
        s.b = nb.zeros(m)

    def __call__(s, x):
        return x @ s.W + s.b


@case
class MLP:
    def __init__(s):
        s.net = [Lin(3, 4), Act(), Lin(4, 1)]
        s.x = nb.ones((5, 3))
        s.act = {"relu": Act(), "id": lambda t: t}
        s.mode = "relu"

    def step(s):
        h = s.x
        for l in s.net:
            h = l(h)
        h = s.act[s.mode](h)
        s.net[0].b += 0.1
        return h.sum()


@case
class Counter:
    def __init__(s):
        s.v = nb.Variable(nb.zeros(3))
        s.t = nb.Variable(nb.zeros(()))
        s.dt = 0.1

    def step(s):
        s.t += s.dt
        s.v = s.v + s.t
        if s.t > 0.15:
            s.v[0] = 0
        return s.v.sum()


class Abs(abc.ABC):
    @abc.abstractmethod
    def f(self, x): ...
    def run(self, x):
        return self.f(x) + 1


@case
class Impl(Abs):
    def __init__(self):
        self.a = nb.ones(2)

    def f(self, x):
        return self.a * x

    def step(self):
        return self.run(3.0)


@case
class Matrix:
    def __init__(s):
        s.m = nb.asarray(M.copy())
        s.idx = nb.array([0, 2])
        s.mask = nb.array([True, False, True, False])

    def step(s):
        s.m[s.idx] *= 2
        s.m[s.mask, 1:] -= 1
        s.m[:, 0] = s.m.sum(axis=1)
        s.m -= s.m.mean(axis=0, keepdims=True)
        return s.m[s.idx, :].max(axis=0)


@case
class Ring:
    def __init__(s):
        s.buf = nb.zeros((4, 3))
        s.pos = nb.array([0])

    def push(s, x):
        s.buf[s.pos[0]] = x
        s.pos[0] = (s.pos[0] + 1) % len(s.buf)

    def step(s):
        for i in range(3):
            s.push(np.full(3, float(i)))
        return s.buf[(s.pos[0] - 1) % 4]


@case
class Getters:
    def __init__(s):
        s._v = nb.zeros(3)
        s.log = []

    @property
    def v(s):
        return s._v

    @v.setter
    def v(s, x):
        s._v[:] = x

    def __len__(s):
        return 3

    def __getitem__(s, i):
        return s._v[i]

    def step(s):
        s.v = s.v + 1
        s.v += 2
        return s[1] + len(s)


@case
class Chain:
    def __init__(s):
        s.v = nb.ones(3)

    def add(s, x):
        s.v += x
        return s

    def mul(s, x):
        s.v *= x
        return s

    def step(s):
        s.add(1).mul(2.0).add(s.v[0])
        return s.v


@case
class Rand:
    def __init__(s):
        s.v = nb.zeros(3)

    def step(s):
        np.random.seed(3)
        s.v += (
            np.random.normal(0, 1, 3)
            + np.random.rand(3)
            + np.random.randint(0, 5, 3)
            + np.random.uniform(-1, 1, size=3)
            + np.random.exponential(1.0, 3)
            + np.random.permutation(3)
            + np.random.choice(5, 3)
        )
        i = np.random.randint(10)
        return (
            s.v,
            i,
            np.random.random(),
            np.random.standard_normal((2, 2)),
            np.random.poisson(3.0, 4),
            np.random.binomial(10, 0.5),
        )
