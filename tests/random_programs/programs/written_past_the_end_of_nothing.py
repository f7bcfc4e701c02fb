# numpy: right
# jax: right
ARGUMENTS = [[np.array([0, 1, 2])]]


def program(a):
    b = np.eye(2)
    x4 = [t for t in a]
    assert len(x4) < 9
    b[99] = 1
