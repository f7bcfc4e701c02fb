"""Control flow of the user's functions as calls of operators."""

from .pipeline import convert

__all__ = ["convert"]
