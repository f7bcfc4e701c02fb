"""The same programs as somebody who knows Numba, or JAX, writes them by hand."""
