"""Cellular automata, fractals, percolation."""

# ruff: noqa: E741

import numpy as np

from .table import program

G = np.random.default_rng(29)
CELLS = (G.random((8, 9)) < 0.4).astype(int)
FOREST = (G.random((8, 8)) < 0.7).astype(int)


@program(CELLS, 6)
def game_of_life_with_views(Z, steps):
    for _ in range(steps):
        N = np.zeros(Z.shape, dtype=int)
        N[1:-1, 1:-1] += (
            Z[:-2, :-2] + Z[:-2, 1:-1] + Z[:-2, 2:]
            + Z[1:-1, :-2] + Z[1:-1, 2:]
            + Z[2:, :-2] + Z[2:, 1:-1] + Z[2:, 2:]
        )  # fmt: skip
        birth = (N == 3)[1:-1, 1:-1] & (Z[1:-1, 1:-1] == 0)
        survive = ((N == 2) | (N == 3))[1:-1, 1:-1] & (Z[1:-1, 1:-1] == 1)
        Z[...] = 0
        Z[1:-1, 1:-1][birth | survive] = 1
    return Z.sum()


@program(CELLS.tolist(), 2)
def game_of_life_with_lists(cells, generations):
    world = np.array(cells)
    rows, cols = world.shape
    for g in range(generations):
        new = world.copy()
        for i in range(rows):
            for j in range(cols):
                total = 0
                for di in (-1, 0, 1):
                    for dj in (-1, 0, 1):
                        if di != 0 or dj != 0:
                            total += world[(i + di) % rows, (j + dj) % cols]
                if world[i, j] == 1 and (total < 2 or total > 3):
                    new[i, j] = 0
                elif world[i, j] == 0 and total == 3:
                    new[i, j] = 1
        world = new
    return world


@program(FOREST, G.random((5, 8, 8)))
def forest_fire(forest, chances):
    forest[3, 3] = 2
    burnt = np.zeros(len(chances), dtype=int)
    for t in range(len(chances)):
        fire = forest == 2
        near = np.zeros_like(fire)
        near[1:, :] |= fire[:-1, :]
        near[:-1, :] |= fire[1:, :]
        near[:, 1:] |= fire[:, :-1]
        near[:, :-1] |= fire[:, 1:]
        catches = (forest == 1) & (near | (chances[t] < 0.02))
        grows = (forest == 0) & (chances[t] > 0.95)
        forest[fire] = 0
        forest[catches] = 2
        forest[grows] = 1
        burnt[t] = np.count_nonzero(fire)
    return burnt


@program(np.full((6, 6), 3), narrow=True)
def sandpile(z):
    z[2, 3] += 9
    topplings = 0
    while np.any(z >= 4):
        unstable = z >= 4
        topplings += unstable.sum()
        z[unstable] -= 4
        z[1:, :][unstable[:-1, :]] += 1
        z[:-1, :][unstable[1:, :]] += 1
        z[:, 1:][unstable[:, :-1]] += 1
        z[:, :-1][unstable[:, 1:]] += 1
    return topplings


@program(2 * CELLS[:6, :6] - 1, G.integers(0, 6, (40, 2)), G.random(40), 0.6)
def ising_metropolis(spins, sites, uniforms, beta):
    n = spins.shape[0]
    energy = 0.0
    for i in range(n):
        for j in range(n):
            energy -= spins[i, j] * (spins[(i + 1) % n, j] + spins[i, (j + 1) % n])
    magnetization = np.zeros(len(uniforms))
    for k, u in enumerate(uniforms):
        i, j = sites[k]
        around = spins[(i + 1) % n, j] + spins[i - 1, j] + spins[i, (j + 1) % n] + spins[i, j - 1]
        dE = 2 * spins[i, j] * around
        if dE <= 0 or u < np.exp(-beta * dE):
            spins[i, j] *= -1
            energy += dE
        magnetization[k] = spins.mean()
    return energy, magnetization


@program(30, 15, 12)
def elementary_automaton(rule, width, steps):
    table = np.array([(rule >> i) & 1 for i in range(8)], dtype=np.uint8)
    history = np.zeros((steps, width), dtype=np.uint8)
    history[0, width // 2] = 1
    for t in range(1, steps):
        left = np.roll(history[t - 1], 1)
        right = np.roll(history[t - 1], -1)
        history[t] = table[4 * left + 2 * history[t - 1] + right]
    return history


@program(8, 6, 20)
def mandelbrot_by_pixel(h, w, max_iter):
    image = np.zeros((h, w), dtype=int)
    for i in range(h):
        for j in range(w):
            c = complex(-2 + 3 * j / (w - 1), -1.2 + 2.4 * i / (h - 1))
            z = 0
            for k in range(max_iter):
                z = z * z + c
                if abs(z) > 2:
                    break
            image[i, j] = k
    return image


@program(9, 12, 15)
def mandelbrot_that_shrinks(xn, yn, itermax):
    Xi, Yi = np.mgrid[0:xn, 0:yn]
    X = np.linspace(-2, 0.5, xn)[Xi]
    Y = np.linspace(-1.25, 1.25, yn)[Yi]
    C = X + Y * 1j
    N_ = np.zeros(C.shape, dtype=np.int64)
    Z_ = np.zeros(C.shape, dtype=np.complex128)
    Xi.shape = Yi.shape = C.shape = xn * yn
    Z = np.zeros(C.shape, np.complex128)
    for i in range(itermax):
        if not len(Z):
            break
        np.multiply(Z, Z, Z)
        np.add(Z, C, Z)
        I = abs(Z) > 2.0
        N_[Xi[I], Yi[I]] = i + 1
        Z_[Xi[I], Yi[I]] = Z[I]
        np.logical_not(I, I)
        Z = Z[I]
        Xi, Yi = Xi[I], Yi[I]
        C = C[I]
    return Z_.T, N_.T


@program(10, 12, -0.7 + 0.3j)
def julia_with_masks(h, w, c):
    y, x = np.ogrid[-1.4 : 1.4 : h * 1j, -1.4 : 1.4 : w * 1j]
    z = x + y * 1j
    divergence = 20 + np.zeros(z.shape, dtype=int)
    for i in range(20):
        z = z**2 + c
        diverge = z * np.conj(z) > 4
        now = diverge & (divergence == 20)
        divergence[now] = i
        z[diverge] = 2
    return divergence


@program(G.random(60), np.array([0.85, 0.92, 0.99]))
def barnsley_fern(numbers, thresholds):
    maps = np.array(
        [[0.85, 0.04, -0.04, 0.85, 0.0, 1.6], [-0.15, 0.28, 0.26, 0.24, 0.0, 0.44],
         [0.2, -0.26, 0.23, 0.22, 0.0, 1.6], [0.0, 0.0, 0.0, 0.16, 0.0, 0.0]]
    )  # fmt: skip
    x, y = 0.0, 0.0
    points = np.zeros((len(numbers), 2))
    counts = np.zeros(4, dtype=int)
    for i in range(len(numbers)):
        k = 0
        while k < 3 and numbers[i] > thresholds[k]:
            k += 1
        a, b, c, d, e, f = maps[k]
        x, y = a * x + b * y + e, c * x + d * y + f
        points[i] = x, y
        counts[k] += 1
    return points, counts
