"""Geometry and ray tracing."""

import numpy as np

from .table import program

G = np.random.default_rng(61)
CLOUD = G.random((9, 2))
POLYGON = np.array([[0.0, 0.0], [4.0, 0.5], [3.0, 3.0], [1.5, 1.0], [0.5, 3.5]])


@program(CLOUD)
def gift_wrapping(points):
    n = len(points)
    hull = -np.ones(n, dtype=int)
    start = np.argmin(points[:, 0])
    on_hull = start
    count = 0
    while True:
        hull[count] = on_hull
        count += 1
        endpoint = 0
        for j in range(n):
            a = points[endpoint] - points[on_hull]
            b = points[j] - points[on_hull]
            if endpoint == on_hull or a[0] * b[1] - a[1] * b[0] > 0:
                endpoint = j
        on_hull = endpoint
        if on_hull == start or count >= n:
            break
    return hull, count


@program(CLOUD * 4, POLYGON, narrow=True)
def points_in_polygon(points, polygon):
    inside = np.zeros(len(points), dtype=bool)
    for k in range(len(points)):
        x, y = points[k]
        j = len(polygon) - 1
        odd = False
        for i in range(len(polygon)):
            xi, yi = polygon[i]
            xj, yj = polygon[j]
            if (yi > y) != (yj > y) and x < (xj - xi) * (y - yi) / (yj - yi) + xi:
                odd = not odd
            j = i
        inside[k] = odd
    x, y = polygon[:, 0], polygon[:, 1]
    area = 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    return inside, area


@program(CLOUD)
def closest_pair_and_distances(p):
    n = p.shape[0]
    D = np.zeros((n, n))
    best = np.inf
    pair = (0, 0)
    for i in range(n):
        for j in range(i):
            d = 0.0
            for k in range(p.shape[1]):
                d += (p[i, k] - p[j, k]) ** 2
            d = np.sqrt(d)
            D[i, j] = D[j, i] = d
            if d < best:
                best = d
                pair = (i, j)
    return D, best, pair


@program(6, 8)
def ray_marching_a_sphere(h, w):
    def scene(p):
        return np.sqrt(np.sum(p**2)) - 1.0

    image = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            ray = np.array([(j - w / 2) / w * 2, (i - h / 2) / h * 2, 1.0])
            ray = ray / np.linalg.norm(ray)
            origin = np.array([0.0, 0.0, -3.0])
            t = 0.0
            for step in range(30):
                d = scene(origin + t * ray)
                if d < 1e-3:
                    break
                t += d
                if t > 10:
                    break
            if t < 10 and d < 1e-3:
                normal = (origin + t * ray) / np.linalg.norm(origin + t * ray)
                image[i, j] = max(0.0, -normal[2])
    return image


@program(5, 6)
def ray_tracing_with_bounces(h, w):
    centers = np.array([[0.0, 0.0, 4.0], [1.2, 0.3, 3.0]])
    radii = np.array([1.0, 0.5])
    light = np.array([5.0, 5.0, -5.0])
    out = np.zeros((h, w))

    def hit(o, d):
        nearest, which = np.inf, -1
        for s in range(len(radii)):
            oc = o - centers[s]
            b = np.dot(oc, d)
            disc = b * b - (np.dot(oc, oc) - radii[s] ** 2)
            if disc > 0:
                t = -b - np.sqrt(disc)
                if 1e-4 < t < nearest:
                    nearest, which = t, s
        return nearest, which

    for i, y in enumerate(np.linspace(-1, 1, h)):
        for j, x in enumerate(np.linspace(-1, 1, w)):
            d = np.array([x, y, 1.5])
            d /= np.linalg.norm(d)
            o = np.zeros(3)
            strength = 1.0
            for bounce in range(3):
                t, s = hit(o, d)
                if s < 0:
                    break
                p = o + t * d
                n = (p - centers[s]) / radii[s]
                to_light = light - p
                to_light /= np.linalg.norm(to_light)
                out[i, j] += strength * max(np.dot(n, to_light), 0)
                o = p
                d = d - 2 * np.dot(d, n) * n
                strength *= 0.4
    return out


@program(np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 3.0], [4.0, 0.0]]), 11)
def de_casteljau(control, samples):
    curve = np.zeros((samples, 2))
    for s, t in enumerate(np.linspace(0, 1, samples)):
        p = control.copy()
        n = len(p)
        for k in range(1, n):
            for i in range(n - k):
                p[i] = (1 - t) * p[i] + t * p[i + 1]
        curve[s] = p[0]
    lengths = np.sqrt((np.diff(curve, axis=0) ** 2).sum(axis=1))
    return curve, lengths.sum()


@program(np.array([0.1, 0.7, 0.3]), np.array([0.0, 1.0, 0.0]))
def rotations_and_quaternions(angles, axis):
    q = np.array([1.0, 0.0, 0.0, 0.0])
    R = np.eye(3)
    for a in angles:
        w = np.cos(a / 2)
        x, y, z = np.sin(a / 2) * axis
        q = np.array([
            w * q[0] - x * q[1] - y * q[2] - z * q[3],
            w * q[1] + x * q[0] + y * q[3] - z * q[2],
            w * q[2] - x * q[3] + y * q[0] + z * q[1],
            w * q[3] + x * q[2] - y * q[1] + z * q[0],
        ])  # fmt: skip
        K = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        R = R @ (np.eye(3) + np.sin(a) * K + (1 - np.cos(a)) * K @ K)
        axis = np.roll(axis, 1)
    return q, R, np.cross(R[0], R[1])
