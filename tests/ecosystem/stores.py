"""Arrays in stores, buffers, images and printed tables."""

from __future__ import annotations

import numpy as np

from .data import IMG, M3, RGB, V8, Y, lib
from .table import library

library(
    "pyfftw",
    fft=lambda A: lib("pyfftw.interfaces.numpy_fft").fft(A(V8)),
    rfft=lambda A: lib("pyfftw.interfaces.scipy_fft").rfft(A(V8)),
    builder=lambda A: lib("pyfftw").builders.fft(A(V8))(),
    fft2=lambda A: lib("pyfftw.interfaces.numpy_fft").fft2(A(M3)),
)

library(
    "blosc2",
    pack=lambda A: lib("blosc2").unpack_array2(lib("blosc2").pack_array2(A(V8))),
    asarr=lambda A: lib("blosc2").asarray(A(V8))[:],
    comp=lambda A: lib("blosc2").decompress2(lib("blosc2").compress2(A(V8).tobytes())),
    expr=lambda A: (lib("blosc2").asarray(A(V8)) * 2).compute()[:],
    tens=lambda A: lib("blosc2").unpack_tensor(lib("blosc2").pack_tensor(A(M3))),
    zeros=lambda A: (lambda z: (z.__setitem__(slice(None), A(V8)), z[:])[1])(lib("blosc2").zeros((8,))),
    direct=lambda A: len(lib("blosc2").compress2(A(V8))) > 0,
)

library(
    "numcodecs",
    z=lambda A: np.frombuffer(lib("numcodecs").Zlib().decode(lib("numcodecs").Zlib().encode(A(V8)))),
    blosc=lambda A: np.frombuffer(lib("numcodecs").Blosc().decode(lib("numcodecs").Blosc().encode(A(V8)))),
    delta=lambda A: lib("numcodecs").Delta(dtype="f8").decode(lib("numcodecs").Delta(dtype="f8").encode(A(V8))),
    quant=lambda A: lib("numcodecs").Quantize(1, "f8").encode(A(V8)),
    fso=lambda A: lib("numcodecs").FixedScaleOffset(0, 10, "f8", "i4").encode(A(V8)),
)

library(
    "safetensors",
    save_again=lambda A: lib("safetensors.numpy").load(lib("safetensors.numpy").save({"a": A(V8), "b": A(M3)}))["b"],
    i=lambda A: lib("safetensors.numpy").load(lib("safetensors.numpy").save({"a": A(Y)}))["a"],
    u8=lambda A: lib("safetensors.numpy").load(lib("safetensors.numpy").save({"a": A(RGB)}))["a"],
    meta=lambda A: len(lib("safetensors.numpy").save({"a": A(V8)}, {"x": "y"})),
    view_again=lambda A: lib("safetensors.numpy").load(lib("safetensors.numpy").save({"a": A(M3).T}))["a"],
    flax=lambda A: lib("safetensors.flax").load(lib("safetensors.flax").save({"a": A(V8)}))["a"],
    bool_again=lambda A: lib("safetensors.numpy").load(lib("safetensors.numpy").save({"a": A(V8) > 3}))["a"],
)

library(
    "zarr",
    arr=lambda A: lib("zarr").array(A(V8))[:],
    arr2=lambda A: lib("zarr").array(A(M3), chunks=(2, 2))[:],
    data=lambda A: lib("zarr").create_array(store=lib("zarr").storage.MemoryStore(), data=A(M3))[:],
    oidx=lambda A: lib("zarr").array(A(V8)).oindex[A([0, 2])],
    mask_again=lambda A: lib("zarr").array(A(V8)).oindex[A(V8) > 3],
    vidx=lambda A: lib("zarr").array(A(M3)).vindex[A([0, 1]), A([1, 2])],
    fancy=lambda A: lib("zarr").array(A(V8))[A([0, 2])],
    idx=lambda A: lib("zarr").array(A(V8))[A([3])[0]],
    seto=lambda A: (lambda z: (z.oindex.__setitem__(A([1, 2]), A([5.0, 6.0])), z[:])[1])(lib("zarr").array(A(V8))),
    full_again=lambda A: lib("zarr").full(shape=(3,), fill_value=A(V8)[1], store=lib("zarr").storage.MemoryStore())[:],
    like=lambda A: lib("zarr").zeros_like(A(V8), store=lib("zarr").storage.MemoryStore()).shape,
    resize=lambda A: (lambda z: (z.resize(tuple(A([4]).tolist())), z.shape)[1])(lib("zarr").array(A(V8))),
    append_again=lambda A: (lambda z: (z.append(A(V8)), z[:])[1])(lib("zarr").array(A(V8))),
    add=lambda A: A(V8) + lib("zarr").array(A(V8))[:],
    npz=lambda A: np.asarray(lib("zarr").array(A(V8))),
    shape=lambda A: lib("zarr").zeros(shape=tuple(A([2, 3])), store=lib("zarr").storage.MemoryStore()).shape,
    blocks=lambda A: lib("zarr").array(A(V8), chunks=(4,)).blocks[1],
)

library(
    "tabulate",
    arr=lambda A: lib("tabulate").tabulate(A(M3)),
    rows=lambda A: lib("tabulate").tabulate([["a", A(V8)[0]], ["b", A(V8).mean()]]),
    d=lambda A: lib("tabulate").tabulate({"a": A(V8), "b": A(V8)}, headers="keys"),
    ints=lambda A: lib("tabulate").tabulate(A([[1, 2], [3, 4]])),
    fmt=lambda A: lib("tabulate").tabulate(A(M3), floatfmt=".2f", showindex=True),
)

library(
    "Pillow",
    fa=lambda A: np.asarray(lib("PIL.Image").fromarray(A(RGB))),
    gray_again=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG), mode="L")),
    f=lambda A: np.asarray(lib("PIL.Image").fromarray(A(M3).astype(np.float32))),
    i16=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG).astype(np.uint16))),
    b=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG) > 100)),
    resize_again=lambda A: np.asarray(lib("PIL.Image").fromarray(A(RGB)).resize(tuple(A([8, 8])))),
    resize2=lambda A: np.asarray(lib("PIL.Image").fromarray(A(RGB)).resize((A([8])[0], A([8])[0]))),
    crop_again=lambda A: np.asarray(lib("PIL.Image").fromarray(A(RGB)).crop(tuple(A([1, 1, 5, 5])))),
    putdata=lambda A: (lambda i: (i.putdata(A(IMG).ravel()), np.asarray(i))[1])(lib("PIL.Image").new("L", (16, 16))),
    frombytes_again=lambda A: np.asarray(lib("PIL.Image").frombytes("L", (16, 16), A(IMG).tobytes())),
    point=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG)).point(list(A(np.arange(256)[::-1])))),
    point2=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG)).point(A(np.arange(256)[::-1]))),
    rot=lambda A: np.asarray(lib("PIL.Image").fromarray(A(IMG)).rotate(A([30.0])[0])),
    npy=lambda A: np.asarray(lib("PIL.Image").fromarray(A(RGB))) + A(RGB),
    npl=lambda A: A(RGB) - lib("PIL.Image").fromarray(A(RGB)),
    new=lambda A: np.asarray(lib("PIL.Image").new("RGB", (4, 4), tuple(A([1, 2, 3])))),
    new2=lambda A: np.asarray(lib("PIL.Image").new("RGB", (4, 4), tuple(A([1, 2, 3]).tolist()))),
    merge=lambda A: np.asarray(lib("PIL.Image").merge("RGB", [lib("PIL.Image").fromarray(A(IMG))] * 3)),
)

library(
    "albumentations",
    flip=lambda A: lib("albumentations").HorizontalFlip(p=1)(image=A(RGB))["image"],
    mask=lambda A: lib("albumentations").HorizontalFlip(p=1)(image=A(RGB), mask=A(IMG))["mask"],
    crop=lambda A: lib("albumentations").CenterCrop(8, 8)(image=A(RGB))["image"],
    rot=lambda A: lib("albumentations").Rotate(limit=(30, 30), p=1)(image=A(RGB))["image"],
)
