"""The folder for what one process leaves to the next: the user's own, or none; and files in it, under keys."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import stat
import sys
import tempfile

_BLOCK = 4096  # bytes that a file takes on a disk are a multiple of this
_LEFT = 0.9  # of the bytes, where room was made
_DIGEST = hashlib.sha256().digest_size


def folder() -> pathlib.Path:
    """Where compiled programs are kept: ``NPBRIDGE_CACHE_DIR``, or the user's cache folder."""
    given = os.environ.get("NPBRIDGE_CACHE_DIR")
    if given:
        return pathlib.Path(given)
    if sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Caches"
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return base / "npbridge"


def usable() -> pathlib.Path | None:
    """The folder, made if it is not there; None where it is switched off, cannot be written, or is not the user's."""
    if os.environ.get("NPBRIDGE_CACHE_DIR") == "":
        return None
    try:
        path = folder().absolute()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path if _is_ours(path) else None  # others could put machine code there
    except (OSError, RuntimeError):
        return None  # no home, or one that cannot be written: compile, as without a cache


def _is_ours(path: pathlib.Path) -> bool:
    """Whether a folder is the user's, and nobody else can write there."""
    if not hasattr(os, "getuid"):
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


class Shelf:
    """Files of one kind in the folder, under keys that are file names.

    Another process sees all of a file or nothing of it, and what is not as it was written is not there.  Where there is
    no folder, nothing is kept, and nothing said.

    Parameters
    ----------
    name : str
        That of a folder inside.
    most : int
        Bytes that the files take together, about; those that were used longest ago go first.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most

    def read(self, key: str) -> bytes | None:
        """What was written under a key; None where nothing is, or something else."""
        place = self._place()
        if place is None:
            return None
        path = place / key
        try:
            text = path.read_bytes()
        except OSError:
            return None
        content = text[_DIGEST:]
        if text[:_DIGEST] != _digest(key, content):
            return None
        with contextlib.suppress(OSError):  # it may be there to be read only
            os.utime(path)
        return content

    def write(self, key: str, content: bytes) -> None:
        """Keep something under a key."""
        place = self._place()
        if place is None:
            return
        digest = _digest(key, content)
        with contextlib.suppress(OSError):
            place.mkdir(mode=0o700, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=place)
            os.close(handle)  # by its name it is seen where the file lies
            aside = pathlib.Path(name)
            try:
                aside.write_bytes(digest + content)
                aside.replace(place / key)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            if digest[0] < 16 or len(content) > self.most // 64:  # one in sixteen: 5000 files take 15 ms to look at
                self._make_room(place)

    def remove(self, key: str) -> None:
        """Keep nothing under a key."""
        place = self._place()
        if place is not None:
            with contextlib.suppress(OSError):
                (place / key).unlink()

    def _place(self) -> pathlib.Path | None:
        place = usable()
        return None if place is None else place / self.name

    def _make_room(self, place: pathlib.Path) -> None:
        files = []
        with os.scandir(place) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # another process makes room as well
                    found = entry.stat(follow_symlinks=False)
                    files.append((found.st_mtime, -(-found.st_size // _BLOCK) * _BLOCK, entry.path))
        taken = sum(size for _, size, _ in files)
        if taken <= self.most:
            return
        for _, size, path in sorted(files):
            pathlib.Path(path).unlink(missing_ok=True)
            taken -= size
            if taken <= _LEFT * self.most:
                return


def _digest(key: str, content: bytes) -> bytes:
    """A checksum: a file that has got another name is another one."""
    return hashlib.sha256(f"{key}\n".encode() + content).digest()
