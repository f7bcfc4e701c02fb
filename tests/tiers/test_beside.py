"""Trials beside: a child that is a copy, whose work nobody sees but by its result."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from npbridge._src.engine import memory
from npbridge._src.ground import cache
from npbridge._src.tiers import beside

pytestmark = pytest.mark.skipif(not beside.CAN_FORK, reason="no fork")


def tried(work):
    return beside.start(lambda: beside.watched(work)).result()


def test_the_result_comes_back_and_nothing_else(capfd):
    x = np.zeros(3)

    def work():
        x[0] = 5
        return {"sum": float(x.sum())}

    assert tried(work) == {"sum": 5.0} and x[0] == 0
    assert beside.start(lambda: print("loud")).result() is None  # noqa: T201
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (lambda: print("x"), "it prints"),  # noqa: T201
        (lambda: sys.stderr.write("x"), "it prints"),
        (lambda: open("written", "w"), "it writes a file"),  # noqa: SIM115
        (lambda: os.open("written", os.O_CREAT | os.O_WRONLY), "it writes a file"),
        (lambda: os.remove("nothing"), "os.remove"),
        (lambda: os.mkdir("made"), "os.mkdir"),
        (lambda: subprocess.run(["true"], check=False), "subprocess.Popen"),
        (lambda: input(), "builtins.input"),
        (lambda: __import__("socket").create_connection(("localhost", 1)), "socket."),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: sys.exit(3), "SystemExit"),
    ],
    ids=[
        "print",
        "stderr",
        "file",
        "descriptor",
        "remove",
        "folder",
        "process",
        "input",
        "connection",
        "error",
        "exit",
    ],
)
def test_what_would_be_seen_is_not_done(work, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert says in tried(work)["reason"]
    assert list(tmp_path.iterdir()) == []


def test_files_can_be_read(tmp_path):
    (tmp_path / "data").write_text("5")
    assert tried(lambda: (tmp_path / "data").read_text()) == "5"


def test_a_child_that_dies_is_noticed():
    assert beside.start(lambda: os.kill(os.getpid(), 9)).result() is None


def test_it_is_nobodys_child_and_can_be_ended():
    child = beside.start(lambda: time.sleep(60))
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)
    child.end()
    assert child.result() is None


# -- what is remembered


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_remembered(folder):
    key = memory.key_of(tried.__code__, (int, 3))
    assert memory.recall(key) is None
    memory.remember(key, {"winner": "plain loops"})
    assert memory.recall(key) == {"winner": "plain loops"}
    assert (
        len({key, memory.key_of(tried.__code__, (int, 4)), memory.key_of(test_files_can_be_read.__code__, (int, 3))})
        == 3
    )
    memory.forget(key)
    memory.forget(key)
    assert memory.recall(key) is None


def test_another_file_of_the_users_is_another_key(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "changing_module.py").write_text("a = 1\n")
    __import__("changing_module")
    before = memory.key_of(tried.__code__, ())
    (tmp_path / "changing_module.py").write_text("a = 2\n")
    assert memory.key_of(tried.__code__, ()) != before


def test_what_cannot_be_read_is_not_there(folder):
    memory.remember("key", {"winner": "plain loops"})
    for text in ("", "[1]", "{", "\x00"):
        (folder / "auto" / "key").write_text(text)
        assert memory.recall("key") is None
        memory.shelf.write("key", text.encode())
        assert memory.recall("key") is None


def test_it_is_bounded_and_can_be_switched_off(folder, monkeypatch):
    monkeypatch.setattr(memory.shelf, "most", 10 * 4096)
    for k in range(30):
        memory.remember(f"key{k}", {"k": "x" * 1000})
    assert len(list((folder / "auto").iterdir())) <= 10
    monkeypatch.setenv("NPBRIDGE_CACHE_DIR", "")
    memory.remember("key", {})
    assert memory.recall("key29") is None


def test_compilers_keep_what_they_made_meanwhile(folder):
    kept = cache.usable()

    def work():
        memory.remember("key", {"k": 1})
        return memory.recall("key")

    assert beside.start(lambda: beside.watched(work, str(kept))).result() == {"k": 1} == memory.recall("key")


def test_a_folder_that_others_can_write_is_not_used(folder):
    memory.remember("key", {"k": 1})
    folder.chmod(0o777)
    assert memory.recall("key") is None
