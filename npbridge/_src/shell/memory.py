"""Memory that was freed stays with the program.

The C library gives large blocks back to the system when they are freed, and a new
block costs a page fault every 4 KiB: more than the arithmetic that fills it.  NumPy
code frees and allocates an array with every operator.  Kept in the process, the sum
of two arrays of 50 MB took 8 to 11 ms on the 'jax' backend on two cores instead of 50
to 60.
"""

from __future__ import annotations

import ctypes
import os

# glibc's <malloc.h>
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST_KEPT = 1 << 30
KEPT_AT_ONCE = (1 << 31) - 1


def keep_freed_memory() -> None:
    """Tell the C library to reuse freed memory, where it is glibc and the user said nothing."""
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
    mallopt(M_TRIM_THRESHOLD, KEPT_AT_ONCE)
