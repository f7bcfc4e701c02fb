"""Random numbers: NumPy's streams on ``'numpy'``, keys on ``'jax'``, one face."""
