"""Particles: gravity, molecular dynamics, SPH, springs, trees, boids."""

import numpy as np

from .table import program

G = np.random.default_rng(17)
POSITIONS = G.standard_normal((6, 3))
VELOCITIES = 0.1 * G.standard_normal((6, 3))
MASSES = np.ones((6, 1)) / 3
PLANE = G.random((10, 2))
LATTICE = np.stack(np.meshgrid(np.arange(3.0), np.arange(3.0)), -1).reshape(-1, 2) * 1.1 + 0.05 * G.random((9, 2))


@program(POSITIONS, VELOCITIES, MASSES, 8, narrow=True)
def nbody_with_broadcasting(pos, vel, mass, steps):
    def acceleration(pos):
        x = pos[:, 0:1]
        y = pos[:, 1:2]
        z = pos[:, 2:3]
        dx = x.T - x
        dy = y.T - y
        dz = z.T - z
        inv_r3 = dx**2 + dy**2 + dz**2 + 0.1**2
        inv_r3[inv_r3 > 0] = inv_r3[inv_r3 > 0] ** (-1.5)
        return np.hstack(((dx * inv_r3) @ mass, (dy * inv_r3) @ mass, (dz * inv_r3) @ mass))

    acc = acceleration(pos)
    energy = np.zeros(steps)
    for i in range(steps):
        vel += acc * 0.005
        pos += vel * 0.01
        acc = acceleration(pos)
        vel += acc * 0.005
        energy[i] = 0.5 * np.sum(np.sum(mass * vel**2))
    return energy


@program(POSITIONS, VELOCITIES, np.array([3.0, 1.0, 2.0, 0.5, 1.0, 1.0]), 5)
def nbody_with_loops(r, v, m, steps):
    n = len(m)
    for t in range(steps):
        a = np.zeros((n, 3))
        potential = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                d = r[j] - r[i]
                dist = np.sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2 + 0.01)
                f = d / dist**3
                a[i] += m[j] * f
                a[j] -= m[i] * f
                potential -= m[i] * m[j] / dist
        v += 0.01 * a
        r += 0.01 * v
    return potential


@program(LATTICE, 6, 4.0)
def lennard_jones_in_a_box(r, steps, L):
    n, dim = r.shape
    v = np.zeros((n, dim))
    dt = 0.004
    rc2 = 2.5**2

    def forces(r):
        f = np.zeros((n, dim))
        u = 0.0
        for i in range(n - 1):
            for j in range(i + 1, n):
                rij = r[i] - r[j]
                rij = rij - L * np.round(rij / L)
                r2 = np.dot(rij, rij)
                if r2 < rc2:
                    ir2 = 1.0 / r2
                    ir6 = ir2**3
                    u += 4 * ir6 * (ir6 - 1)
                    fij = 48 * ir6 * (ir6 - 0.5) * ir2 * rij
                    f[i] += fij
                    f[j] -= fij
        return f, u

    f, u = forces(r)
    energies = np.zeros((steps, 2))
    for s in range(steps):
        v += 0.5 * dt * f
        r += dt * v
        r %= L
        f, u = forces(r)
        v += 0.5 * dt * f
        energies[s] = u, 0.5 * np.sum(v**2)
    return energies


@program(PLANE, 3)
def smoothed_particles(x, steps):
    n = x.shape[0]
    h = 0.4
    v = np.zeros_like(x)
    for s in range(steps):
        dx = x[:, None, :] - x[None, :, :]
        r = np.sqrt((dx**2).sum(axis=-1))
        q = r / h
        W = np.where(q < 1, (1 - q) ** 3, 0.0)
        rho = W.sum(axis=1) * 0.1
        p = 0.5 * rho**2
        gradient = np.zeros((n, n, 2))
        close = (q < 1) & (r > 0)
        gradient[close] = dx[close] * ((1 - q[close]) ** 2 / r[close])[:, None]
        a = np.sum(((p / rho**2)[:, None] + (p / rho**2)[None, :])[:, :, np.newaxis] * gradient, axis=1)
        a[:, 1] -= 0.1
        v += 0.01 * a
        x += 0.01 * v
        below = x[:, 1] < 0
        x[below, 1] = -x[below, 1]
        v[below, 1] *= -0.5
    return v, rho


@program(7, 20)
def hanging_chain_of_springs(n, steps):
    pos = np.zeros((n, 2))
    pos[:, 0] = np.arange(n) * 0.1
    old = pos.copy()
    rest = 0.1
    for step in range(steps):
        temp = pos.copy()
        pos += (pos - old) * 0.99 + np.array([0.0, -9.81]) * 0.001**2 * 100
        old = temp
        for sweep in range(3):
            for i in range(n - 1):
                delta = pos[i + 1] - pos[i]
                d = np.linalg.norm(delta)
                correction = delta * (1 - rest / d) * 0.5
                pos[i] += correction
                pos[i + 1] -= correction
            pos[0] = 0.0
            pos[n - 1] = [0.6, 0.0]
    return pos


@program(PLANE, np.ones(10), 0.6)
def barnes_hut_with_arrays(points, masses, theta):
    n = len(points)
    limit = 200
    child = np.full((limit, 4), -1)
    center = np.zeros((limit, 2))
    half = np.zeros(limit)
    mass = np.zeros(limit)
    com = np.zeros((limit, 2))
    body = np.full(limit, -1)
    center[0] = 0.5
    half[0] = 0.5
    count = 1
    for i in range(n):
        node = 0
        placing = i
        x, y = points[i, 0], points[i, 1]
        while True:
            if child[node, 0] >= 0:
                q = (1 if x > center[node, 0] else 0) + (2 if y > center[node, 1] else 0)
                node = child[node, q]
            elif body[node] < 0:
                body[node] = placing
                break
            else:
                other = body[node]
                body[node] = -1
                for q in range(4):
                    child[node, q] = count
                    half[count] = half[node] / 2
                    center[count, 0] = center[node, 0] + (1 if q & 1 else -1) * half[count]
                    center[count, 1] = center[node, 1] + (1 if q & 2 else -1) * half[count]
                    count += 1
                q = (1 if points[other, 0] > center[node, 0] else 0) + (2 if points[other, 1] > center[node, 1] else 0)
                body[child[node, q]] = other
    for node in range(count - 1, -1, -1):
        if body[node] >= 0:
            mass[node] = masses[body[node]]
            com[node] = points[body[node]]
        elif child[node, 0] >= 0:
            for q in range(4):
                c = child[node, q]
                mass[node] += mass[c]
                com[node] += mass[c] * com[c]
            com[node] /= mass[node]
    force = np.zeros((n, 2))
    stack = np.zeros(limit, dtype=int)
    for i in range(n):
        top = 1
        stack[0] = 0
        while top > 0:
            top -= 1
            node = stack[top]
            if mass[node] == 0 or body[node] == i:
                continue
            d = com[node] - points[i]
            r = np.sqrt(d @ d + 1e-4)
            if child[node, 0] < 0 or 2 * half[node] / r < theta:
                force[i] += mass[node] * d / r**3
            else:
                for q in range(4):
                    stack[top] = child[node, q]
                    top += 1
    return force, mass[0], count


@program(PLANE, 0.1 * PLANE[::-1], 4)
def boids(position, velocity, steps):
    n = len(position)
    for _ in range(steps):
        dx = np.subtract.outer(position[:, 0], position[:, 0])
        dy = np.subtract.outer(position[:, 1], position[:, 1])
        distance = np.hypot(dx, dy)
        mask_0 = distance > 0
        mask_1 = (distance < 0.3) * mask_0
        mask_2 = (distance < 0.6) * mask_0
        count_1 = np.maximum(mask_1.sum(axis=1), 1).reshape(n, 1)
        count_2 = np.maximum(mask_2.sum(axis=1), 1).reshape(n, 1)
        target = np.dot(mask_2, velocity) / count_2
        norm = np.sqrt((target * target).sum(axis=1)).reshape(n, 1)
        alignment = 0.1 * np.divide(target, norm, out=target, where=norm != 0) - velocity
        cohesion = np.dot(mask_2, position) / count_2 - position
        repulsion = np.dstack((dx * mask_1, dy * mask_1)).sum(axis=1) / count_1
        velocity += 0.1 * (1.5 * repulsion + alignment + cohesion)
        position += velocity
        position += 1.0
        position %= 1.0


class ParticleBox:
    """Elastic particles in a box, pairwise collisions."""

    def __init__(self, state, size=0.04):
        self.state = state.copy()
        self.radius = size
        self.bounds = [0.0, 1.0, 0.0, 1.0]
        self.collisions = np.zeros(1, dtype=int)

    def step(self, dt):
        self.state[:, :2] += dt * self.state[:, 2:]
        n = self.state.shape[0]
        for i in range(n):
            for j in range(i + 1, n):
                d = self.state[i, :2] - self.state[j, :2]
                if np.sqrt(np.sum(d**2)) < 2 * self.radius:
                    vi = self.state[i, 2:].copy()
                    self.state[i, 2:] = self.state[j, 2:]
                    self.state[j, 2:] = vi
                    self.collisions[0] += 1
        left = self.state[:, 0] < self.bounds[0] + self.radius
        right = self.state[:, 0] > self.bounds[1] - self.radius
        low = self.state[:, 1] < self.bounds[2] + self.radius
        high = self.state[:, 1] > self.bounds[3] - self.radius
        self.state[left, 0] = self.bounds[0] + self.radius
        self.state[right, 0] = self.bounds[1] - self.radius
        self.state[low, 1] = self.bounds[2] + self.radius
        self.state[high, 1] = self.bounds[3] - self.radius
        self.state[left | right, 2] *= -1
        self.state[low | high, 3] *= -1

    def run(self, steps):
        for k in range(steps):
            self.step(1 / 30)
        return 0.5 * np.sum(self.state[:, 2:] ** 2)


program(10, build=(np.hstack([PLANE, 2 * PLANE[::-1] - 1]),), method="run")(ParticleBox)
