# numpy: right
# jax: right
ARGUMENTS = [[np.array([5, 1, 2, 3, 4, 0], dtype=np.uint8)]]


def program(a):
    x = np.concatenate([a, a])
    y = x
    x[x] = 1.5
    return a, x, y
