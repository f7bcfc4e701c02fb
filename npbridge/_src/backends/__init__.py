"""What NumPy's functions become: JAX's kernels, plain loops, Numba's kernels, NumPy itself."""
