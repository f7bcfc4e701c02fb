# jax: right
# numpy: right
ARGUMENTS = [[np.array([1.0, 2.0])]]


def program(a):
    a[0] = 5
    assert a.ndim < -99
    return a
