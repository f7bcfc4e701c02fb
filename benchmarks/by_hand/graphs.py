"""Graphs: loops over edges in Numba, sums by segments in JAX."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit

from ..programs import graphs as plain
from .record import Program


@njit
def numba_floyd_warshall(d):
    n = d.shape[0]
    d = d.copy()
    for k in range(n):
        for i in range(n):
            through = d[i, k]
            for j in range(n):
                new = through + d[k, j]
                d[i, j] = new if new < d[i, j] else d[i, j]
    return d


@jax.jit
def jax_floyd_warshall(d):
    return lax.fori_loop(0, d.shape[0], lambda k, d: jnp.minimum(d, d[:, k, None] + d[k]), d)


@njit
def numba_bellman_ford(start, end, weight, nodes):
    distance = np.full(nodes, np.inf)
    distance[0] = 0.0
    for _ in range(nodes - 1):
        changed = False
        for e in range(start.shape[0]):
            new = distance[start[e]] + weight[e]
            if new < distance[end[e]]:
                distance[end[e]] = new
                changed = True
        if not changed:
            break
    return distance


@functools.partial(jax.jit, static_argnums=3)
def jax_bellman_ford(start, end, weight, nodes):
    """All edges at once: more sweeps, each of them of whole arrays."""

    def sweep(state):
        distance, _ = state
        new = distance.at[end].min(distance[start] + weight)
        return new, jnp.any(new < distance)

    first = jnp.full(nodes, jnp.inf).at[0].set(0.0)
    return lax.while_loop(lambda state: state[1], sweep, (first, True))[0]


@njit(fastmath=True)
def numba_page_rank(source, target, n, damping, steps):
    degree = np.zeros(n, dtype=np.int64)
    for e in range(source.shape[0]):
        degree[source[e]] += 1
    rank, new = np.full(n, 1.0 / n), np.empty(n)
    share = np.empty(n)
    for _ in range(steps):
        dangling = 0.0
        for i in range(n):
            new[i] = 0.0
            if degree[i]:
                share[i] = rank[i] / degree[i]
            else:
                dangling += rank[i]
        for e in range(source.shape[0]):
            new[target[e]] += share[source[e]]
        for i in range(n):
            rank[i] = (1.0 - damping) / n + damping * (new[i] + dangling / n)
    return rank


@functools.partial(jax.jit, static_argnums=(2, 4))
def jax_page_rank(source, target, n, damping, steps):
    degree = jnp.bincount(source, length=n)

    def step(_, rank):
        share = rank / jnp.maximum(degree, 1)
        new = jax.ops.segment_sum(share[source], target, n)
        dangling = jnp.sum(jnp.where(degree == 0, rank, 0.0))
        return (1.0 - damping) / n + damping * (new + dangling / n)

    return lax.fori_loop(0, steps, step, jnp.full(n, 1.0 / n))


@njit
def numba_label_propagation(source, target, labels):
    """In place: labels travel several edges in one sweep, and end where they would."""
    labels = labels.copy()
    changed = True
    while changed:
        changed = False
        for e in range(source.shape[0]):
            s, t = source[e], target[e]
            if labels[s] < labels[t]:
                labels[t] = labels[s]
                changed = True
            elif labels[t] < labels[s]:
                labels[s] = labels[t]
                changed = True
    return labels


@jax.jit
def jax_label_propagation(source, target, labels):
    def sweep(state):
        labels, _ = state
        new = labels.at[target].min(labels[source]).at[source].min(labels[target])
        return new, jnp.any(new != labels)

    return lax.while_loop(lambda state: state[1], sweep, (labels, True))[0]


@njit
def numba_breadth_first(adjacency, root):
    n = adjacency.shape[0]
    level, queue = np.full(n, -1), np.empty(n, dtype=np.int64)
    level[root], queue[0] = 0, root
    first, last = 0, 1
    while first < last:
        node = queue[first]
        first += 1
        for other in range(n):
            if adjacency[node, other] and level[other] < 0:
                level[other] = level[node] + 1
                queue[last] = other
                last += 1
    return level


@jax.jit
def jax_breadth_first(adjacency, root):
    """A whole level at a time."""

    def deeper(state):
        level, depth, front = state
        reached = jnp.any(adjacency & front[:, None], axis=0) & (level < 0)
        return jnp.where(reached, depth + 1, level), depth + 1, reached

    front = jnp.zeros(adjacency.shape[0], dtype=bool).at[root].set(True)
    level = jnp.where(front, 0, -1)
    return lax.while_loop(lambda state: jnp.any(state[2]), deeper, (level, 0, front))[0]


PROGRAMS = (
    Program(plain.floyd_warshall, plain.floyd_warshall_inputs, (220,), (8,), numba_floyd_warshall, jax_floyd_warshall),
    Program(plain.bellman_ford, plain.bellman_ford_inputs, (600, 4000), (6, 15), numba_bellman_ford, jax_bellman_ford),
    Program(plain.page_rank, plain.page_rank_inputs, (5000, 40_000, 90), (10, 30, 5), numba_page_rank, jax_page_rank),
    Program(
        plain.label_propagation,
        plain.label_propagation_inputs,
        (40_000, 100_000),
        (20, 15),
        numba_label_propagation,
        jax_label_propagation,
    ),
    Program(plain.breadth_first, plain.breadth_first_inputs, (400,), (12,), numba_breadth_first, jax_breadth_first),
)
