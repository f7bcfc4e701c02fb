# jax: right
# numpy: right
ARGUMENTS = [[State(n=1)]]


def program(p):
    x2 = round(p.n, 2)
    p.n = 3
    return x2
