# jax: right
# numpy: right
ARGUMENTS = [[np.zeros((0, 3)), np.array([0, 1, 2])]]


def program(a, c):
    x1 = np.flatnonzero(a)
    for u, w in zip(x1, c, strict=False):
        x1.sort()
    return x1
