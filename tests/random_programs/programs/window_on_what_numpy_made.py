# jax: right
# numpy: right
ARGUMENTS = [[np.array([[11, 11], [4, 1]], dtype=np.uint64)]]


def program(a):
    x = np.maximum.accumulate(a)
    y = x[1:]
    return y, x
