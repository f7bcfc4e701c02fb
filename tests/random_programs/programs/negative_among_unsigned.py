# numpy: right
# jax: right
ARGUMENTS = [[np.array([0.75, -3.0, -0.25, -2.75]), np.array([0, 1, 2, 3], dtype=np.uint32)]]


def program(a, b):
    b[1:] = a[:-1]
    return b
