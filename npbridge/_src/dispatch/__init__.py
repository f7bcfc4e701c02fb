"""Which backend answers a call of NumPy, in which precision, and what falls back."""
