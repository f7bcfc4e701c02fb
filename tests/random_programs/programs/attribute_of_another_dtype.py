# jax: right
# numpy: right
ARGUMENTS = [[np.arange(4), State(w=np.arange(4))]]


def program(a, p):
    p.w = p.w + 1.5
