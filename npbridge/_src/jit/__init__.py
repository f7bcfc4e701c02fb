"""Compiling functions, methods and objects over arrays."""
