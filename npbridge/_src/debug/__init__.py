"""Seeing what compiled code does."""
