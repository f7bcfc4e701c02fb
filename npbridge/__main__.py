"""``python -m npbridge``: run an unchanged NumPy program."""

from __future__ import annotations

from ._src.shell.runner import main

if __name__ == "__main__":
    main()
