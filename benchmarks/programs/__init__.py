"""Programs of published kinds as a text-book writes them: NumPy and nothing else.

Each function is what npbridge is given, as it stands; ``NAME_inputs`` makes its arguments.
"""
