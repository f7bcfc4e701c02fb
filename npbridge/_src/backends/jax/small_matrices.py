"""Matrices of a few rows: solved and factorized number by number, in step with all of a stack."""

from __future__ import annotations

import jax.numpy as jnp

FEW = 4  # rows


def are_few(a) -> bool:
    return 0 < a.shape[-1] <= FEW


def solve(a, b):
    """``a @ x == b`` by elimination, with the largest of each column as pivot; not finite where `a` is singular."""
    n = a.shape[-1]
    shape = jnp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left = [[jnp.broadcast_to(a[..., i, j], shape) for j in range(n)] for i in range(n)]
    right = [jnp.broadcast_to(b[..., i, :], (*shape, b.shape[-1])) for i in range(n)]
    for k in range(n):
        _let_the_largest_lead(left, right, k)
        for i in range(k + 1, n):
            times = left[i][k] / left[k][k]
            left[i] = [x - times * y if j > k else x for j, (x, y) in enumerate(zip(left[i], left[k], strict=True))]
            right[i] = right[i] - times[..., None] * right[k]
    for k in reversed(range(n)):
        for j in range(k + 1, n):
            right[k] = right[k] - left[k][j][..., None] * right[j]
        right[k] = right[k] / left[k][k][..., None]
    return jnp.stack(right, axis=-2)


def _let_the_largest_lead(left, right, k: int) -> None:
    """Let the row with the largest number in a column change places with the one that is to lead."""
    which, largest = k, _size(left[k][k])
    for i in range(k + 1, len(left)):
        larger = _size(left[i][k]) > largest
        which, largest = jnp.where(larger, i, which), jnp.where(larger, _size(left[i][k]), largest)
    for i in range(k + 1, len(left)):
        swap = which == i
        first, second = left[k], left[i]
        left[k] = [jnp.where(swap, y, x) for x, y in zip(first, second, strict=True)]
        left[i] = [jnp.where(swap, x, y) for x, y in zip(first, second, strict=True)]
        swap = swap[..., None]
        right[k], right[i] = jnp.where(swap, right[i], right[k]), jnp.where(swap, right[k], right[i])


def _size(x):
    return jnp.abs(x.real) + jnp.abs(x.imag) if jnp.iscomplexobj(x) else jnp.abs(x)


def cholesky(a):
    """The lower triangle whose square is the Hermitian matrix `a`, of which the lower half is read; else NaN."""
    n = a.shape[-1]
    rows: list[list] = []
    for i in range(n):
        row: list = []
        for j in range(i + 1):
            rest = a[..., i, j] if j < i else a[..., i, i].real
            for k in range(j):
                rest = rest - (row[k] * jnp.conj(rows[j][k]) if j < i else (row[k] * jnp.conj(row[k])).real)
            row.append(rest / rows[j][j] if j < i else jnp.sqrt(rest))
        rows.append(row)
    zero = jnp.zeros_like(a[..., 0, 0])
    whole = [[*(x.astype(a.dtype) for x in row), *[zero] * (n - len(row))] for row in rows]
    found = jnp.stack([jnp.stack(row, axis=-1) for row in whole], axis=-2)
    failed = jnp.stack([~(row[-1].real > 0) for row in rows], axis=-1).any(axis=-1)
    return jnp.where(failed[..., None, None], jnp.nan, found)
