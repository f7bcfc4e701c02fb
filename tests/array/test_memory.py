"""The memory of an array, for what reads and writes memory: buffers, files, addresses, other dtypes."""

from __future__ import annotations

import array
import ctypes
import hashlib
import io
import pickle
import struct

import numpy as np
import pytest

import npbridge

I2 = np.arange(6, dtype=np.int32).reshape(2, 3)
LONG = np.arange(50_000, dtype=np.int32)


def read_into(x):
    return io.BytesIO(bytes(range(24))).readinto(x), x


def packed_into(x):
    struct.pack_into("i", x, 4, 77)
    return x


def written_through_a_memoryview(x):
    memory = memoryview(x)
    memory[1, 0] = 9
    x[0, 0] = 8
    return memory.tolist(), memory.format, memory.shape, memory.strides, x


def in_place(x):
    same = x.byteswap(True) is x
    return same, np.add(x, 0), x


def set_field(x):
    x.setfield(3, np.int16, 2)
    return np.add(x, 0), x


def array_in_bytes(x):
    made = array.array("i")
    made.frombytes(x)
    return made.tolist()


READING = {
    "bytes": bytes,
    "bytearray": lambda x: bytes(bytearray(x)),
    "a view": lambda x: memoryview(x[:, 1:]).tolist(),
    "turned": lambda x: memoryview(x.T).tolist(),
    "joined": lambda x: b"".join([x, x]),
    "written to a file": lambda x: (lambda file: (file.write(x), file.getvalue()))(io.BytesIO()),
    "read into": read_into,
    "packed into": packed_into,
    "through a memoryview": written_through_a_memoryview,
    "hashed": lambda x: hashlib.sha256(x).hexdigest(),
    "unpacked": lambda x: struct.unpack_from("3i", x, 4),
    "from buffer": lambda x: np.frombuffer(x, x.dtype).tolist(),
    "array of bytes": array_in_bytes,
    "pickled buffer": lambda x: bytes(pickle.PickleBuffer(x)),
    "of a number": lambda x: bytes(x[1:2, 1:2].reshape(())),
    "compared": lambda x: memoryview(x) == x,
    "bytes of a read-only array": lambda x: (x.setflags(write=False), memoryview(x).readonly)[1],
    "swapped": in_place,
    "field": lambda x: (x.getfield(np.int16, 2), x.getfield("u1")),
    "set field": set_field,
}


@pytest.mark.parametrize("call", READING.values(), ids=READING)
def test_memory_is_that_of_an_ndarray(same, call):
    same(call, I2)


@pytest.mark.parametrize("values", [I2, LONG], ids=["small", "large"])
def test_who_has_the_address_writes_into_the_array(ours, values):
    """Also after kernels have read it, and when nothing but a number tells of the memory."""
    x = ours.give(values)
    x = np.add(x, 0)  # made by a kernel, where it is large
    addresses = x.ctypes.data, x.__array_interface__["data"][0], memoryview(x)
    np.cos(x)
    for n, address in enumerate(addresses[:2]):
        assert address == addresses[0]
        for _ in range(10):  # enough to be kept elsewhere
            np.multiply(x, 2)
        ctypes.memset(address, n + 1, 4)
        expected = int.from_bytes(bytes([n + 1] * 4), "little")
        assert int(x.flat[0]) == int(np.multiply(x, 1).flat[0]) == expected


def test_interfaces_tell_what_numpys_tell(ours):
    x = ours.give(I2)
    plain = np.asarray(x)
    assert x.__array_interface__ == plain.__array_interface__
    assert type(x.__array_struct__) is type(plain.__array_struct__)


def test_bytes_of_integers_are_their_memory(ours):
    """Not one byte for each, which is what Python makes of an iterable of integers."""
    x = ours.give(np.array([1, 2], np.int32))
    assert len(bytes(x)) == len(bytearray(x)) == 8


def test_what_is_known_at_run_time_only_has_no_memory():
    seen = []

    @npbridge.jit(backend="jax")
    def f(x):
        seen.append(hasattr(x, "__array_interface__"))
        try:
            memoryview(x)
        except Exception as error:
            seen.append(str(error))
        return x + 1

    memoryview(npbridge.ones(1))
    f(npbridge.ones(3))
    assert seen[0] is False and "traced" in seen[1]
