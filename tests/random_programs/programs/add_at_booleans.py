# jax: right
# numpy: right
ARGUMENTS = [[np.array([False, True, True])]]


def program(b):
    np.add.at(b, [0, 0], 1)
