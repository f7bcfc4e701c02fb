"""NumPy code, unchanged, on JAX and on Numba.

The names of NumPy are here, and make and take our arrays; ``numpy``'s own functions
take them too.  The namespace conforms to the Array API standard of 2024.12.
"""

# Nothing is imported before it is needed: NumPy, JAX and what is ours take as long as ten times `import numpy`.
from ._src.ground.version import __version__ as __version__


def __getattr__(name: str) -> object:
    from ._src import loading

    return loading.find(name, globals())


def __dir__() -> list[str]:
    from ._src import loading

    return loading.listed(globals())
