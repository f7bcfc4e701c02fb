"""Sparse matrices and graphs."""

import numpy as np

from npbridge.errors import ControlFlowError

from .table import program

INDPTR = np.array([0, 2, 3, 6, 7, 9])
INDICES = np.array([0, 3, 1, 0, 2, 4, 3, 1, 4])
DATA = np.array([4.0, 1.0, 5.0, 1.5, 6.0, 0.5, 7.0, -1.0, 8.0])
LINKS = np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 1, 0]])
ROADS = np.array(
    [[0, 7, 9, 0, 0, 14], [7, 0, 10, 15, 0, 0], [9, 10, 0, 11, 0, 2], [0, 15, 11, 0, 6, 0], [0, 0, 0, 6, 0, 9],
     [14, 0, 2, 0, 9, 0]]
)  # fmt: skip
EDGES = np.array([[0, 1], [1, 2], [3, 4], [5, 6], [4, 5], [7, 7]])


@program(DATA, INDICES, INDPTR, np.arange(5.0), narrow=True)
def csr_product(data, indices, indptr, x):
    n = len(indptr) - 1
    y = np.zeros(n)
    for row in range(n):
        total = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            total += data[k] * x[indices[k]]
        y[row] = total
    return y


@program(DATA, INDICES, INDPTR, np.arange(5.0))
def csr_product_with_slices(A_val, A_col, A_row, x):
    y = np.empty(A_row.size - 1, A_val.dtype)
    for i in range(A_row.size - 1):
        cols = A_col[A_row[i] : A_row[i + 1]]
        vals = A_val[A_row[i] : A_row[i + 1]]
        y[i] = vals @ x[cols]
    return y


@program(DATA, INDICES, INDPTR, np.ones(5), 15)
def csr_jacobi(data, indices, indptr, b, sweeps):
    x = np.zeros_like(b)
    for _ in range(sweeps):
        new = b.copy()
        for i in range(b.size):
            diagonal = 1.0
            for k in range(indptr[i], indptr[i + 1]):
                j = indices[k]
                if j == i:
                    diagonal = data[k]
                else:
                    new[i] -= data[k] * x[j]
            new[i] /= diagonal
        if np.max(np.abs(new - x)) < 1e-9:
            break
        x = new
    return x


@program(LINKS, 0.85, 1e-8)
def pagerank(links, d, tol):
    n = links.shape[0]
    outgoing = links.sum(axis=1, keepdims=True)
    M = (links / outgoing).T
    r = np.ones(n) / n
    iterations = 0
    while True:
        new = d * M @ r + (1 - d) / n
        iterations += 1
        if np.abs(new - r).sum() < tol:
            break
        r = new
    return new, iterations


@program(ROADS, 0)
def dijkstra(graph, source):
    n = len(graph)
    dist = np.full(n, np.inf)
    visited = np.zeros(n, dtype=bool)
    parent = np.full(n, -1)
    dist[source] = 0
    for _ in range(n):
        u = -1
        best = np.inf
        for v in range(n):
            if not visited[v] and dist[v] < best:
                best = dist[v]
                u = v
        if u == -1:
            break
        visited[u] = True
        for v in range(n):
            if graph[u, v] > 0 and not visited[v]:
                alternative = dist[u] + graph[u, v]
                if alternative < dist[v]:
                    dist[v] = alternative
                    parent[v] = u
    return dist, parent


@program(ROADS, 2)
def breadth_first(adjacency, start):
    n = adjacency.shape[0]
    queue = np.zeros(n, dtype=int)
    depth = -np.ones(n, dtype=int)
    head, tail = 0, 1
    queue[0] = start
    depth[start] = 0
    while head < tail:
        node = queue[head]
        head += 1
        for neighbour in range(n):
            if adjacency[node, neighbour] and depth[neighbour] < 0:
                depth[neighbour] = depth[node] + 1
                queue[tail] = neighbour
                tail += 1
    return queue[:], depth


@program(EDGES, 8)
def union_find(edges, n):
    parent = np.arange(n)
    rank = np.zeros(n, dtype=int)

    def find(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def union(a, b):
        ra, rb = find(a), find(b)
        if ra == rb:
            return False
        if rank[ra] < rank[rb]:
            ra, rb = rb, ra
        parent[rb] = ra
        if rank[ra] == rank[rb]:
            rank[ra] += 1
        return True

    merged = 0
    for k in range(len(edges)):
        if union(edges[k, 0], edges[k, 1]):
            merged += 1
    roots = np.array([find(i) for i in range(n)])
    return merged, roots


@program(ROADS)
def prim_spanning_tree(graph):
    V = graph.shape[0]
    key = np.ones(V) * 1e9
    inside = np.zeros(V, dtype=bool)
    parent = np.zeros(V, dtype=int)
    key[0] = 0
    parent[0] = -1
    for _ in range(V):
        masked = np.where(inside, np.inf, key)
        u = np.argmin(masked)
        inside[u] = True
        for v in range(V):
            if 0 < graph[u, v] < key[v] and not inside[v]:
                key[v] = graph[u, v]
                parent[v] = u
    return parent, key.sum()


@program(
    np.array([[0, 1], [0, 2], [1, 3], [2, 3], [3, 4]]),
    5,
    refused={"jit-jax": (ControlFlowError, "list order changes its length under a condition")},
)
def topological_order(edges, n):
    indegree = np.zeros(n, dtype=int)
    for u, v in edges:
        indegree[v] += 1
    order = []
    done = np.zeros(n, dtype=bool)
    for step in range(n):
        for u in range(n):
            if indegree[u] == 0 and not done[u]:
                done[u] = True
                order.append(u)
                for a, b in edges:
                    if a == u:
                        indegree[b] -= 1
                break
    return np.array(order), indegree
