"""Objects of classes made in Python export memory, on every version of Python."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from npbridge._src.ground.exported import export_as, export_memory


def made():
    class Exporter:
        def __init__(self, memory):
            self.memory = memory

        def given(self):
            return self.memory

        def __buffer__(self, flags):
            return memoryview(self.given())

    export_memory(Exporter, "given")
    return Exporter


def derived():
    class Derived(made()):
        pass

    class Again(Derived):
        pass

    return Again


@pytest.mark.parametrize("make", [made, derived])
def test_memory_is_that_of_what_the_method_gives(make):
    values = np.arange(3.0)
    exporter = make()(values)
    for _ in range(3):  # the first call makes the code
        memory = memoryview(exporter)
        memory[1] += 1
        assert memory.tolist() == values.tolist() and bytes(exporter) == values.tobytes()
        assert np.shares_memory(np.frombuffer(exporter), values)


def test_classes_made_later_export_the_same():
    Exporter = made()
    memoryview(Exporter(np.zeros(1))).release()

    class Later(Exporter):
        pass

    export_as(Exporter, Later)
    values = np.arange(3.0)
    assert memoryview(Later(values)).obj is values


def test_errors_are_those_of_the_method():
    class Refusing:
        def given(self):
            raise BufferError("not now")

        def __buffer__(self, flags):
            return self.given()

    export_memory(Refusing, "given")
    with pytest.raises((BufferError, SystemError)):  # of a first call, the reason may be lost
        memoryview(Refusing())
    for _ in range(2):
        with pytest.raises(BufferError, match="not now"):
            memoryview(Refusing())


def test_memory_that_cannot_be_written_is_not_given_for_writing():
    values = np.zeros(2)
    values.flags.writeable = False
    exporter = made()(values)
    assert memoryview(exporter).readonly
    with pytest.raises(TypeError, match="read-write"):
        io.BytesIO(bytes(16)).readinto(exporter)


def test_nothing_is_kept():
    values = np.zeros(2)
    exporter = made()(values)
    memoryview(exporter).release()
    before = sys.getrefcount(values), sys.getrefcount(exporter)
    for _ in range(100):
        memoryview(exporter).release()
    assert (sys.getrefcount(values), sys.getrefcount(exporter)) == before
