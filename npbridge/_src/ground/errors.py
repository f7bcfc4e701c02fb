"""The errors that npbridge raises by itself.

Where NumPy raises, npbridge raises NumPy's own class.  The classes here are for
what NumPy has no word for; each is a subclass of what NumPy code would expect to
catch.
"""

from __future__ import annotations


class NpbridgeError(Exception):
    """Base of every error that npbridge raises by itself."""


class UnsupportedError(NpbridgeError, TypeError):
    """A NumPy function, or a form of its arguments, that no backend can run.

    The message says what was asked, why it cannot be done, and what to use
    instead.
    """


class UnsupportedDtypeError(NpbridgeError, TypeError):
    """Data that npbridge does not store: objects, text, records, dates."""


class ControlFlowError(NpbridgeError, TypeError):
    """Control flow that cannot be compiled as it is written.

    The message says which variable or statement, why, and what to write instead.
    """


class FallbackError(NpbridgeError, TypeError):
    """A call would have run on the host while ``config.fallback == "error"``."""


class BackendError(NpbridgeError, ValueError):
    """A backend, platform or setting that does not exist."""


class ForkedError(NpbridgeError, RuntimeError):
    """JAX was asked to compute in a process that was forked after it had been used."""


class PrecisionError(NpbridgeError, OverflowError):
    """Numbers of 64 bits where only 32 are kept, and their values or their dtype must not change."""


class VariableError(NpbridgeError, ValueError, TypeError):
    """A ``Variable`` was given another shape, or values that its dtype does not hold; or one is missing.

    Variables keep both, so that code which was compiled for them stays right.  Make
    it ``Variable(..., dynamic=True)``, or put a new ``Variable`` in its place.  Plain
    numbers of a ``Base`` that compiled code reads and assigns should be variables.
    """


class NameInUseError(NpbridgeError, ValueError):
    """The name of a model, or the path of a variable, belongs to another one."""


class CheckpointError(NpbridgeError, ValueError):
    """A saved file does not fit what it is loaded into, or is damaged.

    The message lists everything that does not fit; nothing has been changed.
    """


class PrecisionWarning(UserWarning):
    """JAX keeps 32 bits where 64 were asked for, or an integer result wrapped around; said once."""


class FallbackWarning(UserWarning):
    """A function without a native implementation ran on the host."""


class TransformError(NpbridgeError, TypeError):
    """A derivative, a lane or a loop of a function that cannot have one as it is written.

    The message says what the function does, why that is in the way, and what to do.
    """
