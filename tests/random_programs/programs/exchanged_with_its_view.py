# jax: right
# numpy: right
ARGUMENTS = [[np.array([0, 1, 2]), 4]]


def program(a, n):
    for i in range(n):
        pass
    for _ in zip(a, a, strict=True):
        x = a[::-1]
        for _ in (i, 1.5):
            a, x = x, a
    return x
