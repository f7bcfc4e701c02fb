"""Calls into the libraries that people use beside NumPy, compared with the same calls on ndarrays."""
