# jax: right
# numpy: right
ARGUMENTS = [[np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([-2.75, -2.75, 1.75, -0.75, -1.0])]]


def program(a, b):
    while b.sum() > 0.25:
        b, a = a, b
    a[:] = 0
