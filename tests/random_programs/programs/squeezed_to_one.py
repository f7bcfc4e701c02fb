# jax: refused
# numpy: refused
ARGUMENTS = [[np.array([1.0, -2.0])], [np.array([1.0, 2.0])]]


def program(a):
    return np.squeeze(a[a > 0]), np.squeeze(a[None][:, a > 0])
