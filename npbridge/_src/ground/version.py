"""The version, where the package builder can read it without importing jax."""

__version__ = "0.1.0"
