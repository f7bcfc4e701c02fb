# jax: right
# numpy: right
ARGUMENTS = [[State(w=np.array([[1.0, 2.0], [3.0, 4.0]]))]]


def program(p):
    x = p.w[1]
    p.w = p.w + 0.5
    return x, p.w[1]
