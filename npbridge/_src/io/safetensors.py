"""The safetensors format: a JSON header, then the bytes of the arrays.

Eight bytes hold the length of the header, little-endian.  The header is a JSON
object: for each name the dtype, the shape and the place of the bytes, and under
``__metadata__`` a mapping from text to text.  The bytes of the arrays follow without
gaps, in C order, little-endian.  Complex arrays have no widely read dtype there, so
they are stored with a last axis of real and imaginary parts.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from typing import Any, BinaryIO

import ml_dtypes
import numpy as np

from ..ground.errors import CheckpointError

# The largest header that other readers accept.
HEADER_LIMIT = 100_000_000
DTYPES = {
    "BOOL": np.dtype(bool),
    "U8": np.dtype(np.uint8),
    "I8": np.dtype(np.int8),
    "U16": np.dtype(np.uint16),
    "I16": np.dtype(np.int16),
    "F16": np.dtype(np.float16),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F8_E4M3": np.dtype(ml_dtypes.float8_e4m3fn),
    "F8_E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "U32": np.dtype(np.uint32),
    "I32": np.dtype(np.int32),
    "F32": np.dtype(np.float32),
    "U64": np.dtype(np.uint64),
    "I64": np.dtype(np.int64),
    "F64": np.dtype(np.float64),
    "C64": np.dtype(np.complex64),
}
_NAMES = {dtype: name for name, dtype in DTYPES.items() if dtype.kind != "c"}
_COMPLEX = "npbridge.complex"


def write(file: BinaryIO, arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write named arrays, and text about them."""
    stored = {name: _without_complex(values) for name, values in arrays.items()}
    pairs = [name for name, values in arrays.items() if values.dtype.kind == "c"]
    about = {"format": "np", **metadata, **({_COMPLEX: json.dumps(pairs)} if pairs else {})}
    header: dict[str, Any] = {"__metadata__": about, **dict.fromkeys(stored)}
    # wide dtypes first, so that each array begins at a multiple of its item size
    order = sorted(stored, key=lambda name: -stored[name].dtype.itemsize)
    end = 0
    for name in order:
        values = stored[name]
        start, end = end, end + values.nbytes
        header[name] = {"dtype": _dtype_name(name, values), "shape": list(values.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise CheckpointError(f"the names, shapes and texts take {len(text):,} bytes; readers take {HEADER_LIMIT:,}")
    file.write(struct.pack("<Q", len(text)) + text)
    for name in order:
        file.write(_bytes_of(stored[name]))


def read(file: BinaryIO, size: int, what: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the texts of a file of `size` bytes; `what` is its name in messages."""
    header, start = _header(file, size, what)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _damaged(what, "the metadata are not a mapping from text to text")
    places = {name: _place(name, entry, what) for name, entry in header.items()}
    end = 0
    for name, (dtype, shape, (first, last)) in sorted(places.items(), key=lambda item: item[1][2]):
        if first != end or last - first != math.prod(shape) * dtype.itemsize:
            raise _damaged(what, f"the place of {name!r} does not fit its shape and its neighbours")
        end = last
    if start + end != size:
        raise _damaged(what, f"it has {size:,} bytes, its header describes {start + end:,}")
    arrays = {}
    for name, (dtype, shape, (first, _)) in places.items():
        file.seek(start + first)
        arrays[name] = _read_array(file, dtype, shape, name, what)
    try:
        for name in json.loads(metadata.pop(_COMPLEX, "[]")):
            arrays[name] = _complex_again(arrays[name])
    except (ValueError, TypeError, KeyError, IndexError):
        raise _damaged(what, "what it says about complex arrays does not fit its arrays") from None
    return arrays, metadata


def _header(file: BinaryIO, size: int, what: str) -> tuple[dict[str, Any], int]:
    file.seek(0)
    prefix = file.read(8)
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
    if not 2 <= length <= min(HEADER_LIMIT, size - 8):
        raise _damaged(what, "it does not begin with the length of a header")
    try:
        header = json.loads(file.read(length), object_pairs_hook=_without_twins)
    except ValueError as error:
        raise _damaged(what, f"its header is no JSON ({error})") from None
    if not isinstance(header, dict):
        raise _damaged(what, "its header is no JSON object")
    return header, 8 + length


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _place(name: str, entry: Any, what: str) -> tuple[np.dtype, tuple[int, ...], tuple[int, int]]:
    try:
        dtype = DTYPES[entry["dtype"]]
        shape, (first, last) = tuple(entry["shape"]), entry["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise _damaged(what, f"the entry of {name!r} is {entry!r}") from None
    if not all(type(n) is int and n >= 0 for n in (*shape, first, last)):
        raise _damaged(what, f"the entry of {name!r} is {entry!r}")
    return dtype, shape, (first, last)


def _read_array(file: BinaryIO, dtype: np.dtype, shape: tuple[int, ...], name: str, what: str) -> np.ndarray:
    values = np.empty(shape, dtype)
    place = values.reshape(-1).view(np.uint8).data
    while len(place):
        chunk = file.read(min(len(place), 1 << 24))
        if not chunk:
            raise _damaged(what, f"it ends inside {name!r}")
        place[: len(chunk)] = chunk
        place = place[len(chunk) :]
    return values if sys.byteorder == "little" else values.byteswap()


def _bytes_of(values: np.ndarray) -> memoryview:
    if sys.byteorder == "big":
        values = values.byteswap()
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).data


def _without_complex(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "c":
        return values
    part = np.dtype(f"f{values.dtype.itemsize // 2}")
    return np.ascontiguousarray(values).view(part).reshape(*values.shape, 2)


def _complex_again(values: np.ndarray) -> np.ndarray:
    return values.view(np.dtype(f"c{values.dtype.itemsize * 2}")).reshape(values.shape[:-1])


def _dtype_name(name: str, values: np.ndarray) -> str:
    found = _NAMES.get(values.dtype)
    if found is None:
        raise CheckpointError(f"{name!r} has dtype {values.dtype}, for which the safetensors format has no name")
    return found


def _damaged(what: str, why: str) -> CheckpointError:
    return CheckpointError(f"{what} is no safetensors file, or is damaged: {why}. Nothing was loaded.")
