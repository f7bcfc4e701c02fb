# jax: right
# numpy: right
ARGUMENTS = [[np.arange(4.0), 2]]


def program(a, n):
    x = np.negative(np.zeros(a.shape))
    x.fill(n)
    return x
