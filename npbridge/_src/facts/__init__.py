"""What is known of NumPy's functions: one fact per function object, whatever the backend.

``fact_of(function)`` is the fact; the rows stand in the other modules of this package,
by what the functions do, and are read when a fact is first asked for.
"""

from .fact import Fact, fact_of, facts  # noqa: F401
