"""Derivatives, lanes, loops: what JAX does to pure functions, done to functions with state."""
