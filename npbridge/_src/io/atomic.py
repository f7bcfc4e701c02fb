"""Files that are either as they were or completely written."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from typing import BinaryIO


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when the block ends without an error.

    Raises
    ------
    OSError
        It cannot be made there: of the class that ``open(path, "wb")`` raises, about `path`.
    """
    target = os.path.realpath(path)  # a link stays a link
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name}.{secrets.token_hex(6)}")
    # not the tempfile module, whose files only their owner may read
    with _about(path, folder):
        if os.path.isdir(target):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError, PermissionError):
            os.chmod(beside, os.stat(target).st_mode & 0o7777)
        with _about(path, folder):
            os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        raise


@contextlib.contextmanager
def _about(path: str, folder: str) -> Iterator[None]:
    """Let errors be about the user's path, and not about the file beside it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror
        if isinstance(error, FileNotFoundError) and not os.path.isdir(folder):
            reason = f"there is no folder {folder!r}; make it first (os.makedirs)"
        raise OSError(error.errno, reason, path) from None
