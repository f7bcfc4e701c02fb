"""Dynamic programming and other recurrences over tables."""

import numpy as np

from .table import program

G = np.random.default_rng(11)
DNA1 = G.integers(0, 4, 9)
DNA2 = G.integers(0, 4, 11)
FLIGHTS = np.array([[0, 3, 999, 7], [8, 0, 2, 999], [5, 999, 0, 1], [2, 999, 999, 0]])


@program(DNA1, DNA2)
def longest_common_subsequence(a, b):
    m, n = len(a), len(b)
    dp = np.zeros((m + 1, n + 1), dtype=int)
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            if a[i - 1] == b[j - 1]:
                dp[i, j] = dp[i - 1, j - 1] + 1
            else:
                dp[i, j] = max(dp[i - 1, j], dp[i, j - 1])
    sequence = np.full(min(m, n), -1)
    i, j, k = m, n, 0
    while i > 0 and j > 0:
        if a[i - 1] == b[j - 1]:
            sequence[k] = a[i - 1]
            k += 1
            i -= 1
            j -= 1
        elif dp[i - 1, j] >= dp[i, j - 1]:
            i -= 1
        else:
            j -= 1
    return dp, sequence, k


@program(DNA1, DNA2)
def edit_distance(s, t):
    rows = len(s) + 1
    cols = len(t) + 1
    dist = np.zeros((rows, cols), dtype=np.int64)
    for i in range(1, rows):
        dist[i][0] = i
    for j in range(1, cols):
        dist[0][j] = j
    for col in range(1, cols):
        for row in range(1, rows):
            cost = 0 if s[row - 1] == t[col - 1] else 1
            dist[row][col] = min(dist[row - 1][col] + 1, dist[row][col - 1] + 1, dist[row - 1][col - 1] + cost)
    return dist[row][col]


@program(np.array([2, 3, 4, 5]), np.array([3, 4, 5, 6]), 9)
def knapsack(weights, values, capacity):
    n = len(weights)
    K = np.zeros((n + 1, capacity + 1), dtype=int)
    for i in range(1, n + 1):
        for w in range(capacity + 1):
            if weights[i - 1] <= w:
                K[i, w] = max(values[i - 1] + K[i - 1, w - weights[i - 1]], K[i - 1, w])
            else:
                K[i, w] = K[i - 1, w]
    chosen = np.zeros(n, dtype=bool)
    w = capacity
    for i in range(n, 0, -1):
        if K[i, w] != K[i - 1, w]:
            chosen[i - 1] = True
            w -= weights[i - 1]
    return K[n, capacity], chosen


@program(DNA1, DNA2)
def smith_waterman(a, b, match=2, mismatch=-1, gap=-2):
    H = np.zeros((a.size + 1, b.size + 1))
    best, best_i, best_j = 0, 0, 0
    for i in range(1, a.size + 1):
        for j in range(1, b.size + 1):
            s = match if a[i - 1] == b[j - 1] else mismatch
            H[i, j] = max(0, H[i - 1, j - 1] + s, H[i - 1, j] + gap, H[i, j - 1] + gap)
            if H[i, j] > best:
                best, best_i, best_j = H[i, j], i, j
    return H, best, best_i, best_j


@program(
    np.array([0, 1, 2, 2, 0, 1]),
    np.array([0.6, 0.4]),
    np.array([[0.7, 0.3], [0.4, 0.6]]),
    np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]),
)
def viterbi(obs, pi, A, B):
    T, S = len(obs), len(pi)
    delta = np.zeros((T, S))
    psi = np.zeros((T, S), dtype=int)
    delta[0] = pi * B[:, obs[0]]
    for t in range(1, T):
        for s in range(S):
            scores = delta[t - 1] * A[:, s]
            psi[t, s] = np.argmax(scores)
            delta[t, s] = np.max(scores) * B[s, obs[t]]
    path = np.zeros(T, dtype=int)
    path[-1] = np.argmax(delta[-1])
    for t in range(T - 2, -1, -1):
        path[t] = psi[t + 1, path[t + 1]]
    return path, delta.max()


@program(np.sin(np.linspace(0, 3, 10)), np.sin(np.linspace(0.3, 3, 8)), narrow=True)
def dynamic_time_warping(x, y):
    n, m = len(x), len(y)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0
    for i in range(n):
        for j in range(m):
            d = abs(x[i] - y[j])
            cost[i + 1, j + 1] = d + min(cost[i, j + 1], cost[i + 1, j], cost[i, j])
    return cost[n, m], cost[1:, 1:]


@program(FLIGHTS)
def floyd_warshall(dist):
    n = dist.shape[0]
    following = np.tile(np.arange(n), (n, 1))
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if dist[i, k] + dist[k, j] < dist[i, j]:
                    dist[i, j] = dist[i, k] + dist[k, j]
                    following[i, j] = following[i, k]
    return following


@program(np.array([30, 35, 15, 5, 10, 20, 25]))
def matrix_chain(p):
    n = len(p) - 1
    m = np.zeros((n, n), dtype=np.int64)
    s = np.zeros((n, n), dtype=np.int64)
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            m[i, j] = np.iinfo(np.int64).max
            for k in range(i, j):
                q = m[i, k] + m[k + 1, j] + p[i] * p[k + 1] * p[j + 1]
                if q < m[i, j]:
                    m[i, j] = q
                    s[i, j] = k
    return m[0, n - 1], s


@program(np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]))
def longest_increasing_subsequence(a):
    n = len(a)
    length = np.ones(n, dtype=int)
    parent = -np.ones(n, dtype=int)
    for i in range(n):
        for j in range(i):
            if a[j] < a[i] and length[j] + 1 > length[i]:
                length[i] = length[j] + 1
                parent[i] = j
    best = np.argmax(length)
    out = np.zeros(n, dtype=a.dtype)
    k = length[best]
    while best != -1:
        k -= 1
        out[k] = a[best]
        best = parent[best]
    return length, out


@program(np.array([1, 2, 5, 10, 25]), 43)
def coin_change(coins, amount):
    ways = np.zeros(amount + 1, dtype=np.int64)
    ways[0] = 1
    for c in coins:
        for a in range(c, amount + 1):
            ways[a] += ways[a - c]
    fewest = np.full(amount + 1, amount + 1)
    fewest[0] = 0
    for a in range(1, amount + 1):
        for c in coins:
            if c <= a:
                fewest[a] = min(fewest[a], fewest[a - c] + 1)
    return ways, fewest[amount]


@program(np.array([-2.0, 1, -3, 4, -1, 2, 1, -5, 4]))
def kadane(x):
    best = current = x[0]
    start = end = s = 0
    for i in range(1, len(x)):
        if current < 0:
            current = x[i]
            s = i
        else:
            current += x[i]
        if current > best:
            best = current
            start, end = s, i
    return best, start, end


@program(np.array([1, 0, 2, 3, 1, 2, 0, 3, 3, 0]))
def nussinov(seq):
    N = len(seq)
    table = np.zeros((N, N), np.int32)
    for i in range(N - 1, -1, -1):
        for j in range(i + 1, N):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < N:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < N:
                if i < j - 1:
                    bond = 1 if seq[i] + seq[j] == 3 else 0
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + bond)
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return table
