# jax: right
# numpy: right
ARGUMENTS = [[np.array([0.0, 1.0])]]


def program(a):
    x2 = []
    return x2
