"""The npz format: NumPy's archive of arrays, with texts about them beside."""

from __future__ import annotations

import json
import zipfile
from typing import Any, BinaryIO

import ml_dtypes
import numpy as np

from ..ground.errors import CheckpointError

_METADATA = "npbridge.metadata"
_VIEWED = "npbridge.viewed"
# dtypes that NumPy's format would store as bytes without a meaning
_FOREIGN = {
    np.dtype(kind).name: np.dtype(kind) for kind in (ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)
}


def write(file: BinaryIO, arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write named arrays, and text about them."""
    viewed = {name: values.dtype.name for name, values in arrays.items() if values.dtype.name in _FOREIGN}
    texts = json.dumps({**metadata, _VIEWED: json.dumps(viewed)}).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _write_member(archive, _METADATA, np.frombuffer(texts, np.uint8))
        for name, values in arrays.items():
            if name == _METADATA:
                raise CheckpointError(f"{name!r} is the name under which texts are stored in npz files")
            plain = values.view(f"u{values.dtype.itemsize}") if name in viewed else values
            _write_member(archive, name, plain)


def _write_member(archive: zipfile.ZipFile, name: str, values: np.ndarray) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array(member, np.asarray(values), allow_pickle=False)


def read(file: BinaryIO, size: int, what: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the texts of a file; `what` is its name in messages."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        texts = arrays.pop(_METADATA, np.frombuffer(b"{}", np.uint8))
        metadata = dict(json.loads(texts.tobytes()))
        for name, kind in dict(json.loads(metadata.pop(_VIEWED, "{}"))).items():
            arrays[name] = arrays[name].view(_FOREIGN[kind])
        strange = [name for name, values in arrays.items() if not isinstance(values, np.ndarray)]
    except Exception as error:  # a damaged archive raises whatever its parts run into
        raise _damaged(what, f"{type(error).__name__}: {error}") from None
    if strange:
        raise _damaged(what, f"{strange[0]!r} is no array")
    return arrays, metadata


def _damaged(what: str, why: str) -> CheckpointError:
    return CheckpointError(f"{what} is no npz file, or is damaged: {why}. Nothing was loaded.")
