"""Images, videos and tensors of C++: OpenCV, PyTorch, imageio, tifffile, nibabel, trimesh."""

from __future__ import annotations

import os
import tempfile

import numpy as np

from .data import M, V, lib
from .table import library

U8 = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
IMG = (np.arange(64).reshape(8, 8) * 3 % 255).astype(np.uint8)


def tmp(suffix):
    return os.path.join(tempfile.mkdtemp(), "file" + suffix)


def cv():
    return lib("cv2")


def th():
    return lib("torch")


def im():
    return lib("imageio.v3")


library(
    "cv2",
    blur=lambda A: cv().blur(A(IMG), (3, 3)),
    gauss=lambda A: cv().GaussianBlur(A(IMG), (3, 3), 1.0),
    cvt=lambda A: cv().cvtColor(A(U8), cv().COLOR_BGR2GRAY),
    resize=lambda A: cv().resize(A(U8), (8, 8)),
    thr=lambda A: cv().threshold(A(IMG), 100, 255, cv().THRESH_BINARY),
    rect=lambda A: [x := A(IMG.copy()), cv().rectangle(x, (1, 1), (3, 3), 255, 1), np.asarray(x)],
    rect2=lambda A: [x := A(IMG.copy()), cv().rectangle(x, (1, 1), (3, 3), 255, 1), x][-1],
    line=lambda A: [x := A(np.zeros((8, 8, 3), np.uint8)), cv().line(x, (0, 0), (5, 5), (1, 2, 3)), x][-1],
    dst=lambda A: [x := A(np.zeros((8, 8), np.uint8)), cv().blur(A(IMG), (3, 3), dst=x), x][-1],
    filter2D=lambda A: cv().filter2D(A(IMG), -1, A(np.ones((3, 3)) / 9)),
    contours=lambda A: cv().findContours(A(IMG), cv().RETR_LIST, cv().CHAIN_APPROX_SIMPLE)[0],
    draw=lambda A: [
        x := A(np.zeros((8, 8), np.uint8)),
        cv().drawContours(x, [A(np.array([[1, 1], [4, 1], [4, 4]], np.int32))], -1, 255, -1),
        x,
    ][-1],
    poly=lambda A: [
        x := A(np.zeros((8, 8), np.uint8)),
        cv().fillPoly(x, [A(np.array([[1, 1], [4, 1], [4, 4]], np.int32))], 255),
        x,
    ][-1],
    warp=lambda A: cv().warpAffine(A(IMG), A(np.array([[1.0, 0, 1], [0, 1, 1]])), (8, 8)),
    persp=lambda A: cv().getPerspectiveTransform(
        A(np.float32([[0, 0], [1, 0], [0, 1], [1, 1]])), A(np.float32([[0, 0], [2, 0], [0, 2], [2, 2]]))
    ),
    canny=lambda A: cv().Canny(A(IMG), 10, 20),
    calc=lambda A: cv().calcHist([A(IMG)], [0], None, [8], [0, 256]),
    add=lambda A: cv().add(A(IMG), A(IMG)),
    addw=lambda A: cv().addWeighted(A(IMG), 0.5, A(IMG), 0.5, 0),
    enc=lambda A: cv().imdecode(cv().imencode(".png", A(IMG))[1], 0),
    write=lambda A: [p := tmp(".png"), cv().imwrite(p, A(IMG)), cv().imread(p, 0)][-1],
    merge=lambda A: cv().merge([A(IMG), A(IMG), A(IMG)]),
    split=lambda A: cv().split(A(U8)),
    inRange=lambda A: cv().inRange(A(U8), A(np.array([0, 0, 0], np.uint8)), A(np.array([30, 30, 30], np.uint8))),
    norm=lambda A: cv().norm(A(IMG), A(IMG)),
    match=lambda A: cv().matchTemplate(A(IMG), A(IMG[:2, :2].copy()), cv().TM_SQDIFF),
    kmeans=lambda A: cv().kmeans(A(np.float32([[0], [0.1], [5], [5.1]])), 2, None, (3, 10, 1.0), 1, 0)[0],
    rodr=lambda A: cv().Rodrigues(A(np.array([0.1, 0.2, 0.3])))[0],
    morph=lambda A: cv().morphologyEx(A(IMG), cv().MORPH_OPEN, A(np.ones((3, 3), np.uint8))),
    kalman=lambda A: [
        k := cv().KalmanFilter(2, 1),
        setattr(k, "transitionMatrix", A(np.eye(2, dtype=np.float32))),
        k.predict(),
    ][-1],
    kalman2=lambda A: [k := cv().KalmanFilter(1, 1), k.correct(A(np.float32([[1.0]])))][-1],
    put=lambda A: [x := A(np.zeros((20, 40), np.uint8)), cv().putText(x, "a", (1, 15), 0, 0.5, 255), x][-1],
    sub=lambda A: [x := A(np.zeros((20, 40), np.uint8)), cv().circle(x[:10], (5, 5), 3, 255), x][-1],
    orb=lambda A: len(cv().ORB_create().detect(A(np.random.RandomState(0).randint(0, 255, (64, 64)).astype(np.uint8)))),
    boundingRect=lambda A: cv().boundingRect(A(np.array([[1, 1], [4, 1], [4, 4]], np.int32))),
    remap=lambda A: cv().remap(A(IMG), A(np.float32(np.zeros((2, 2)))), A(np.float32(np.ones((2, 2)))), 1),
    idct=lambda A: cv().dct(A(np.eye(4))),
    lut=lambda A: cv().LUT(A(IMG), A(np.arange(256, dtype=np.uint8)[::-1].copy())),
)
library(
    "torch",
    from_numpy=lambda A: th().from_numpy(A(V)).sum().item(),
    share=lambda A: [x := A(V), th().from_numpy(x).mul_(2), x][-1],
    as_tensor=lambda A: th().as_tensor(A(M)),
    tensor=lambda A: th().tensor(A(M)),
    tensor_list=lambda A: th().tensor([A(V), A(V)]),
    ft=lambda A: th().FloatTensor(A(V)),
    Tensor=lambda A: th().Tensor(A(V)),
    dlp=lambda A: th().from_dlpack(A(V)),
    asarr=lambda A: th().asarray(A(V)),
    stack=lambda A: th().stack([th().from_numpy(A(V)), th().tensor(A(V))]),
    plus=lambda A: th().ones(5) + A(V),
    index=lambda A: th().arange(5)[A([0, 1])],
    mask=lambda A: th().arange(3)[A([True, False, True])],
    setitem=lambda A: [t := th().zeros(5, dtype=th().float64), t.__setitem__(slice(None), th().from_numpy(A(V))), t][
        -1
    ],
    new=lambda A: th().zeros(1).new_tensor(A(V)),
    ds=lambda A: th().utils.data.default_collate([A(V), A(V)]),
    dl=lambda A: [
        list(b) for b in th().utils.data.DataLoader(th().utils.data.TensorDataset(th().from_numpy(A(V))), batch_size=2)
    ],
    dlarr=lambda A: list(th().utils.data.DataLoader(A(V), batch_size=2)),
    full=lambda A: th().full((2,), A(V)[0]),
    scal=lambda A: th().tensor(A(V)[0]),
    mul=lambda A: th().ones(5) * A(V)[1],
    npfn=lambda A: np.add(A(V), th().ones(5).numpy()),
    lin=lambda A: th().nn.functional.linear(th().from_numpy(A(M)), th().from_numpy(A(M))),
    bool=lambda A: th().from_numpy(A([True, False])),
    u8=lambda A: th().from_numpy(A(IMG)).float().mean().item(),
    interp=lambda A: th().from_numpy(A(V)[::2]),
    neg=lambda A: th().from_numpy(A(V)[::-1].copy()),
    where=lambda A: th().where(th().tensor(A([True, False])), 1.0, 2.0),
)
library(
    "imageio",
    w=lambda A: im().imread(im().imwrite("<bytes>", A(IMG), extension=".png"), extension=".png"),
    w2=lambda A: [p := tmp(".png"), im().imwrite(p, A(U8)), im().imread(p)][-1],
    v2=lambda A: [p := tmp(".png"), lib("imageio.v2").imwrite(p, A(U8)), lib("imageio.v2").imread(p)][-1],
    gif=lambda A: [p := tmp(".gif"), lib("imageio.v2").mimsave(p, [A(U8), A(U8)]), 1][-1],
    tiff=lambda A: [p := tmp(".tiff"), im().imwrite(p, A(IMG)), im().imread(p)][-1],
)
library(
    "tifffile",
    w=lambda A: [p := tmp(".tif"), lib("tifffile").imwrite(p, A(IMG)), lib("tifffile").imread(p)][-1],
    w2=lambda A: [
        p := tmp(".tif"),
        lib("tifffile").imwrite(p, data=A(U8), photometric="rgb"),
        lib("tifffile").imread(p),
    ][-1],
)
library(
    "nibabel",
    im=lambda A: lib("nibabel").Nifti1Image(A(np.ones((2, 2, 2))), A(np.eye(4))).get_fdata(),
    tb=lambda A: (
        lib("nibabel")
        .Nifti1Image.from_bytes(lib("nibabel").Nifti1Image(A(np.ones((2, 2, 2), "f4")), A(np.eye(4))).to_bytes())
        .get_fdata()
    ),
    aff=lambda A: lib("nibabel").affines.apply_affine(A(np.eye(4)), A([[1.0, 2.0, 3.0]])),
    vox=lambda A: lib("nibabel").affines.voxel_sizes(A(np.eye(4) * 2)),
    orn=lambda A: lib("nibabel").io_orientation(A(np.eye(4))),
)
library(
    "trimesh",
    mesh=lambda A: lib("trimesh").Trimesh(vertices=A([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), faces=A([[0, 1, 2]])).area,
    tr=lambda A: lib("trimesh").transform_points(A([[0.0, 0, 0]]), A(np.eye(4))),
    rot=lambda A: lib("trimesh").transformations.rotation_matrix(0.3, A([0.0, 0, 1])),
    bounds=lambda A: (
        lib("trimesh").Trimesh(vertices=A([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), faces=A([[0, 1, 2]])).bounds
    ),
    apply=lambda A: [m := lib("trimesh").creation.box(), m.apply_translation(A([1.0, 0, 0])), m.centroid][-1],
    unit=lambda A: lib("trimesh").unitize(A(M)),
    pc=lambda A: lib("trimesh").PointCloud(A([[0.0, 0, 0], [1, 0, 0]])).centroid,
)
