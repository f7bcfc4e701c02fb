# jax: right
# numpy: right
ARGUMENTS = [[np.arange(6).reshape(2, 3)]]


def program(b):
    x = np.linspace(0.0, 1.0, 3)
    for row in b:
        row[x < 0] *= 1
