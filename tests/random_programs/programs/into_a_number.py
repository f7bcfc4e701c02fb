# jax: right
# numpy: right
ARGUMENTS = [[np.arange(4.0)], [np.zeros(0)]]


def program(a):
    if a.size == 0:
        a = 1.5
        np.negative(a, out=a, where=a > 0)
    return a
