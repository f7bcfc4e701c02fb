"""Classes as people write them, with the method that is compiled."""

# ruff: noqa: B905, C408, E701, E702, E741, PIE810, RUF005, RUF012, SIM

import numpy as np

RNG = np.random.default_rng(1)
CASES = {}


def case(make, method, *args):
    CASES[make.__name__] = (make, method, args)


class HH:
    g_na, g_k, g_l = 120.0, 36.0, 0.3

    def __init__(self, n=3):
        self.V = np.full(n, -65.0)
        self.m = np.full(n, 0.05)
        self.h = np.full(n, 0.6)
        self.n = np.full(n, 0.32)
        self.t = 0.0

    def alpha_m(self, V):
        return 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))

    def beta_m(self, V):
        return 4 * np.exp(-(V + 65) / 18)

    def rates(self, V):
        return dict(
            ah=0.07 * np.exp(-(V + 65) / 20),
            bh=1 / (1 + np.exp(-(V + 35) / 10)),
            an=0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)),
            bn=0.125 * np.exp(-(V + 65) / 80),
        )

    def step(self, I, dt=0.01):
        r = self.rates(self.V)
        self.m = self.m + dt * (self.alpha_m(self.V) * (1 - self.m) - self.beta_m(self.V) * self.m)
        self.h = self.h + dt * (r["ah"] * (1 - self.h) - r["bh"] * self.h)
        self.n = self.n + dt * (r["an"] * (1 - self.n) - r["bn"] * self.n)
        cur = (
            self.g_na * self.m**3 * self.h * (self.V - 50)
            + self.g_k * self.n**4 * (self.V + 77)
            + self.g_l * (self.V + 54.4)
        )
        self.V = self.V + dt * (I - cur)
        return self.V

    def run(self, steps, I):
        out = np.zeros((steps, len(self.V)))
        for i in range(steps):
            out[i] = self.step(I)
        return out


case(HH, "run", 20, np.array([0.0, 5.0, 10.0]))


class Layer:
    def __init__(self, i, o, seed):
        r = np.random.default_rng(seed)
        self.W = r.standard_normal((i, o))
        self.b = np.zeros(o)
        self.x = np.zeros((4, i))
        self.z = np.zeros((4, o))

    def forward(self, x):
        self.x = x.copy()
        self.z = x @ self.W + self.b
        return np.maximum(self.z, 0)

    def backward(self, g, lr):
        g = g * (self.z > 0)
        gx = g @ self.W.T
        self.W -= lr * self.x.T @ g
        self.b -= lr * g.sum(axis=0)
        return gx


class MLP:
    layer = Layer

    def __init__(self):
        self.layers = [self.layer(3, 5, 0), self.layer(5, 2, 1)]
        self.lr = 0.01

    def train(self, x, y):
        for l in self.layers:
            x = l.forward(x)
        loss = ((x - y) ** 2).mean()
        g = 2 * (x - y) / x.size
        for l in reversed(self.layers):
            g = l.backward(g, self.lr)
        return loss


case(MLP, "train", RNG.random((4, 3)), RNG.random((4, 2)))


class KeepingLayer(Layer):
    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return np.maximum(self.z, 0)


class KeepingMLP(MLP):
    """Its first layer holds the very array that the caller passes."""

    layer = KeepingLayer


class Particles:
    def __init__(self):
        r = np.random.default_rng(0)
        self.pos = r.random((5, 2))
        self.vel = r.random((5, 2)) - 0.5
        self.box = 1.0

    def bounce(self):
        for i in range(len(self.pos)):
            for d in range(2):
                if self.pos[i, d] < 0 or self.pos[i, d] > self.box:
                    self.vel[i, d] *= -1

    def energy(self):
        return 0.5 * np.sum(self.vel**2)

    def step(self, dt):
        self.pos += self.vel * dt
        self.bounce()
        return self.energy()


case(Particles, "step", 0.3)


class Kalman:
    def __init__(self):
        self.x = np.zeros(2)
        self.P = np.eye(2)
        self.F = np.array([[1, 0.1], [0, 1]])
        self.H = np.array([[1.0, 0]])
        self.Q = np.eye(2) * 0.01
        self.R = np.array([[0.1]])

    def update(self, z):
        x = self.F @ self.x
        Pm = self.F @ self.P @ self.F.T + self.Q
        S = self.H @ Pm @ self.H.T + self.R
        K = Pm @ self.H.T @ np.linalg.inv(S)
        self.x = x + K @ (z - self.H @ x)
        self.P = (np.eye(2) - K @ self.H) @ Pm
        return self.x


case(Kalman, "update", np.array([1.0]))


class Node:
    def __init__(self, v, kids=()):
        self.v = np.array([v])
        self.kids = list(kids)

    def total(self):
        s = self.v[0]
        for k in self.kids:
            s += k.total()
        return s


def tree():
    return Node(1.0, [Node(2.0, [Node(3.0)]), Node(4.0)])


case(tree, "total")


class Parent:
    def __init__(self, **kw):
        self.params = kw
        self.hist = np.zeros(3)

    def f(self, x):
        return x * self.params["a"]

    def __call__(self, x, *, k=1):
        y = self.f(x) + k
        self.hist[0] = y.sum()
        return y


class Child(Parent):
    def f(self, x):
        return super().f(x) + self.params.get("b", 7)


def child():
    return Child(a=2.0)


case(child, "__call__", np.ones(3))


class Grid:
    N = 6

    def __init__(self):
        self.cells = np.zeros((self.N, self.N), dtype=np.int64)
        self.cells[2, 1:4] = 1
        self.generation = np.zeros((), int)

    def neighbours(self, i, j):
        c = 0
        for a in (-1, 0, 1):
            for b in (-1, 0, 1):
                if a == 0 and b == 0:
                    continue
                c += self.cells[(i + a) % self.N, (j + b) % self.N]
        return c

    def step(self):
        new = np.zeros_like(self.cells)
        for i in range(self.N):
            for j in range(self.N):
                n = self.neighbours(i, j)
                if n == 3 or (n == 2 and self.cells[i, j]):
                    new[i, j] = 1
        self.cells = new
        self.generation += 1


case(Grid, "step")


class Welford:
    def __init__(self):
        self.stats = {"mean": np.zeros(2), "m2": np.zeros(2)}
        self.n = np.array([0])

    def add(self, x):
        self.n[0] += 1
        d = x - self.stats["mean"]
        self.stats["mean"] += d / self.n[0]
        self.stats["m2"] += d * (x - self.stats["mean"])
        return self.stats["m2"] / max(self.n[0] - 1, 1)


case(Welford, "add", np.array([1.0, 2.0]))


class SGD:
    def __init__(self):
        self.params = [np.ones((2, 2)), np.ones(2)]
        self.vel = [np.zeros((2, 2)), np.zeros(2)]
        self.mu = 0.9

    def step(self, grads):
        for p, v, g in zip(self.params, self.vel, grads):
            v *= self.mu
            v -= 0.1 * g
            p += v


case(SGD, "step", [np.ones((2, 2)), np.ones(2)])


class Callbacks:
    def __init__(self):
        self.act = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh}
        self.kind = "relu"
        self.fs = [np.sin, np.cos]

    def run(self, x):
        y = self.act[self.kind](x)
        for f in self.fs:
            y = f(y)
        return [f(x) for f in self.fs], y


case(Callbacks, "run", np.linspace(-1, 1, 4))


class Loose:
    def __init__(self):
        self.cache = None
        self.last = 0.0

    def run(self, x):
        self.cache = x * 2
        y = self.cache + 1
        self.last = y.sum()
        return self.last + y
