"""Graphs, as matrices and as lists of edges."""

import numpy as np


def floyd_warshall(d):
    for k in range(d.shape[0]):
        d = np.minimum(d, d[:, k, np.newaxis] + d[np.newaxis, k, :])
    return d


def floyd_warshall_inputs(n):
    rng = np.random.default_rng(71)
    d = np.where(rng.random((n, n)) < 0.2, rng.random((n, n)) * 10.0, np.inf)
    np.fill_diagonal(d, 0.0)
    return (d,)


def bellman_ford(start, end, weight, nodes):
    distance = np.full(nodes, np.inf)
    distance[0] = 0.0
    for _ in range(nodes - 1):
        changed = False
        for e in range(len(start)):
            new = distance[start[e]] + weight[e]
            if new < distance[end[e]]:
                distance[end[e]] = new
                changed = True
        if not changed:
            break
    return distance


def bellman_ford_inputs(nodes, edges):
    rng = np.random.default_rng(72)
    return rng.integers(0, nodes, edges), rng.integers(0, nodes, edges), rng.random(edges), nodes


def page_rank(source, target, n, damping, steps):
    degree = np.bincount(source, minlength=n)
    rank = np.full(n, 1.0 / n)
    for _ in range(steps):
        share = rank / np.maximum(degree, 1)
        new = np.zeros(n)
        np.add.at(new, target, share[source])
        dangling = rank[degree == 0].sum()
        rank = (1.0 - damping) / n + damping * (new + dangling / n)
    return rank


def page_rank_inputs(n, edges, steps):
    rng = np.random.default_rng(73)
    return rng.integers(0, n, edges), rng.integers(0, n, edges), n, 0.85, steps


def label_propagation(source, target, labels):
    while True:
        new = labels.copy()
        np.minimum.at(new, target, labels[source])
        np.minimum.at(new, source, labels[target])
        if np.array_equal(new, labels):
            return labels
        labels = new


def label_propagation_inputs(n, edges):
    rng = np.random.default_rng(74)
    return rng.integers(0, n, edges), rng.integers(0, n, edges), np.arange(n)


def breadth_first(adjacency, root):
    n = adjacency.shape[0]
    level = np.full(n, -1)
    level[root] = 0
    queue = [root]
    while queue:
        node = queue.pop(0)
        for other in range(n):
            if adjacency[node, other] and level[other] < 0:
                level[other] = level[node] + 1
                queue.append(other)
    return level


def breadth_first_inputs(n):
    rng = np.random.default_rng(75)
    half = np.triu(rng.random((n, n)) < 4.0 / n, 1)
    return half | half.T, 0
