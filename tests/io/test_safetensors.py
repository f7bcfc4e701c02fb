"""The bytes of the format, and other programs that read them."""

from __future__ import annotations

import io
import json
import struct

import ml_dtypes
import numpy as np
import pytest

import npbridge
from npbridge._src.io import safetensors
from npbridge.errors import CheckpointError


def written(arrays, metadata=None):
    file = io.BytesIO()
    safetensors.write(file, arrays, metadata or {})
    return file.getvalue()


def read(data):
    return safetensors.read(io.BytesIO(data), len(data), "the file")


def made(header, data=b""):
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text)) + text + data


ALL = [
    np.array(values, dtype)
    for dtype in safetensors.DTYPES.values()
    for values in ([0, 1, 1], 1, [[1, 0]], np.zeros((2, 0)))
]


@pytest.mark.parametrize("values", ALL, ids=lambda x: f"{x.dtype.name}{x.shape}")
def test_every_dtype_and_shape(values):
    arrays, metadata = read(written({"first": values, "ü": values.T}, {"a": "b"}))
    assert metadata == {"format": "np", "a": "b"}
    for name, expected in (("first", values), ("ü", values.T)):
        assert arrays[name].dtype == expected.dtype and arrays[name].shape == expected.shape
        assert arrays[name].tobytes() == np.ascontiguousarray(expected).tobytes()


def test_layout():
    arrays = {"b": np.ones(3, np.int8), "a": np.arange(2.0), "c": np.ones(1, np.float32)}
    data = written(arrays)
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    assert (8 + length) % 8 == 0
    assert list(header) == ["__metadata__", "b", "a", "c"]
    assert header["a"] == {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]}
    assert header["c"]["data_offsets"] == [16, 20] and header["b"]["data_offsets"] == [20, 23]
    assert len(data) == 8 + length + 23
    assert list(read(data)[0]) == ["b", "a", "c"]


def test_complex_numbers_are_pairs():
    data = written({"z": np.array([1 + 2j], np.complex64), "w": np.array(1j)})
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    assert header["z"]["dtype"] == "F32" and header["z"]["shape"] == [1, 2]
    arrays, _ = read(data)
    assert arrays["z"].tolist() == [1 + 2j] and arrays["w"][()] == 1j


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8,
        struct.pack("<Q", 2**60) + b"{}",
        made([1]),
        made(b'{"a":'),
        made(b'{"a": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}, "a": 3}', b"x"),
        made({"a": 3}),
        made({"a": {"dtype": "I7", "shape": [1], "data_offsets": [0, 1]}}, b"x"),
        made({"a": {"dtype": "I8", "shape": [-1], "data_offsets": [0, 1]}}, b"x"),
        made({"a": {"dtype": "I8", "shape": [2], "data_offsets": [0, 1]}}, b"x"),
        made({"a": {"dtype": "I8", "shape": [1], "data_offsets": [1, 2]}}, b"xx"),
        made({"a": {"dtype": "I8", "shape": [True], "data_offsets": [0, 1]}}, b"x"),
        made({"a": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1, 2]}}, b"x"),
        made({"a": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}, b"xx"),
        made({"a": {"dtype": "I8", "shape": [10**12], "data_offsets": [0, 10**12]}}, b"xx"),
        made({"__metadata__": {"a": 1}}),
        made({"__metadata__": {"npbridge.complex": '["a"]'}}),
        made({"__metadata__": {"npbridge.complex": "["}}),
    ],
)
def test_what_is_no_such_file(data):
    with pytest.raises(CheckpointError, match="no safetensors file, or is damaged"):
        read(data)


def test_dtypes_without_a_name():
    with pytest.raises(CheckpointError, match="float8_e4m3fnuz"):
        written({"a": np.ones(1, ml_dtypes.float8_e4m3fnuz)})


def test_the_library_reads_and_writes_the_same(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b.c": np.array([True, False]), "n": np.array(3, np.int32)}
    npbridge.save(tmp_path / "ours.safetensors", dict(arrays))
    found = library.load_file(tmp_path / "ours.safetensors")
    assert found.keys() == arrays.keys()
    library.save_file(arrays, tmp_path / "theirs.safetensors")
    mine = npbridge.load(tmp_path / "theirs.safetensors", into={k: np.zeros_like(v) for k, v in arrays.items()})
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        np.testing.assert_array_equal(mine[name], values)
        assert found[name].dtype == mine[name].dtype == values.dtype
