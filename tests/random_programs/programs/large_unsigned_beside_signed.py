# jax: right
# numpy: right
ARGUMENTS = [[np.array([0, 1, 2**64 - 9, 2**63 + 5], dtype=np.uint64), 2]]


def program(a, n):
    np.place(a, a < 3, [n])
    np.putmask(a, a == 2, [n + 1])
    np.copyto(a, np.array([4, 5, 6, 7]), where=a < 3, casting="unsafe")
    np.fill_diagonal(a.reshape(2, 2), n * 1.5)
