# jax: right
# numpy: right
ARGUMENTS = [[np.array([0.0, 1.0, 2.0, 3.0])]]


def program(b):
    x = np.tile(b, 2)
    for _ in b:
        if x[0]:
            continue
        b[...] = x
    b[99] = 1
