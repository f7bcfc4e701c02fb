"""The public namespace, generated from NumPy's own."""
