# jax: right
# numpy: right
ARGUMENTS = [[np.array([1.0, 2.0]), np.arange(12.0).reshape(3, 4)]]


def program(a, b):
    k = 0
    total = 0.0
    while a[0] > k:
        k += 1
    for row in b:
        for _ in range(k):
            total += row.sum()
        total -= row[1:].max()
    return total, k
