"""What one process leaves to the next: whole files or none, the user's own, and not too many."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from npbridge._src.ground import cache
from npbridge._src.ground.cache import Shelf


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


def names(folder):
    return sorted(f.name for f in (folder / "shelf").iterdir())


def test_what_was_written_is_read(folder):
    shelf = Shelf("shelf", 1 << 20)
    assert shelf.read("a") is None
    for content in (b"", b"one", bytes(range(256)) * 1000):
        shelf.write("a", content)
        assert shelf.read("a") == Shelf("shelf", 1).read("a") == content
    assert names(folder) == ["a"]
    assert Shelf("other", 1 << 20).read("a") is None
    shelf.remove("a")
    shelf.remove("a")
    assert shelf.read("a") is None


def test_what_is_not_as_it_was_written_is_not_there(folder):
    shelf = Shelf("shelf", 1 << 20)
    shelf.write("a", b"content")
    path = folder / "shelf" / "a"
    right = path.read_bytes()
    for k in range(8 * len(right)):
        wrong = bytearray(right)
        wrong[k // 8] ^= 1 << k % 8
        path.write_bytes(wrong)
        assert shelf.read("a") is None
    for wrong in (b"", right[:-1], right[:20], right + b"\0"):
        path.write_bytes(wrong)
        assert shelf.read("a") is None
    path.write_bytes(right)
    path.rename(folder / "shelf" / "b")
    assert shelf.read("b") is None
    (folder / "shelf" / "c").mkdir()
    assert shelf.read("c") is None
    shelf.write("c", b"content")  # which cannot be: nothing is left aside
    assert names(folder) == ["b", "c"]


def test_what_was_used_longest_ago_goes_first(folder):
    shelf = Shelf("shelf", 20 * 4096)
    for k in range(20):
        shelf.write(f"{k}", b"x" * 4000)
        os.utime(folder / "shelf" / f"{k}", (k, k))
    assert len(names(folder)) == 20
    assert shelf.read("0")
    shelf.write("new", b"x" * 4000)
    left = names(folder)
    assert {"0", "new"} < {*left}
    assert {*left} == {"0", "new", *(f"{k}" for k in range(20 - len(left) + 2, 20))}
    assert len(left) <= 18


def test_small_files_are_bounded_as_well(folder):
    shelf = Shelf("shelf", 50 * 4096)
    for k in range(400):
        shelf.write(f"{k}", b"")
    assert len(names(folder)) < 50 + 100


def test_a_folder_that_is_deleted_is_made_anew(folder):
    shelf = Shelf("shelf", 1 << 20)
    shelf.write("a", b"content")
    for place in (folder / "shelf", folder):
        subprocess.run(["rm", "-r", str(place)], check=True)
        assert shelf.read("a") is None
        shelf.write("a", b"content")
        assert shelf.read("a") == b"content"


@pytest.mark.parametrize("place", ["", "file/inside", "file", "open"])
def test_where_there_is_no_folder_nothing_is_kept(place, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)  # others could write there
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", place and str(tmp_path / place))
    shelf = Shelf("shelf", 1 << 20)
    shelf.write("a", b"content")
    shelf.remove("a")
    assert cache.usable() is None and shelf.read("a") is None
    assert not list((tmp_path / "open").iterdir())


def test_without_a_home_nothing_is_kept(monkeypatch):
    for name in ("NPBRIDGE_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(pathlib.Path, "home", home)
    assert cache.usable() is None


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="whoever may write anywhere")
def test_a_folder_that_cannot_be_written_is_read(folder):
    shelf = Shelf("shelf", 1 << 20)
    shelf.write("a", b"content")
    for place in (folder / "shelf" / "a", folder / "shelf", folder):
        place.chmod(0o500)
    shelf.write("b", b"content")
    assert shelf.read("a") == b"content" and shelf.read("b") is None
    for place in (folder, folder / "shelf"):
        place.chmod(0o700)


def test_a_folder_by_a_relative_name_stays_where_it_was_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", "kept")
    assert cache.usable() == tmp_path / "kept"


WRITING = """
import sys
from npbridge._src.ground.cache import Shelf
shelf = Shelf("shelf", 8 * 4096)
for k in range(300):
    content = bytes([k % 7]) * 3000
    shelf.write(f"{k % 11}", content)
    found = shelf.read(f"{k % 11}")
    assert found is None or len(found) == 3000 and len(set(found)) == 1
"""


def test_several_processes_write_at_once(folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [subprocess.Popen([sys.executable, "-c", WRITING], env=environment) for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    assert {*names(folder)} <= {f"{k}" for k in range(11)}  # nothing is left that was written aside
