"""Calls that look for an instance of ``ndarray``, or for memory, in C: a program, which is run as it is.

Each function is one call into a library, as users write it.  `main` prints what each gives.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import os
import sys
import tempfile
import warnings
import zlib

import numpy as np

FOLDER = tempfile.mkdtemp()
IMAGE = (np.arange(64).reshape(8, 8) * 3 % 255).astype(np.uint8)
V = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
M = np.array([[4.0, 1.0], [1.0, 3.0]])


def opencv_filters():
    import cv2

    return (
        cv2.GaussianBlur(IMAGE, (3, 3), 1.0),
        cv2.calcHist([IMAGE], [0], None, [4], [0, 256]),
        cv2.Canny(IMAGE, 10, 20),
    )


def opencv_draws_into():
    import cv2

    picture = np.zeros((8, 8), np.uint8)
    cv2.rectangle(picture, (1, 1), (3, 3), 255, 1)
    cv2.circle(picture[4:], (2, 2), 1, 7)
    cv2.fillPoly(picture, [np.array([[5, 5], [7, 5], [7, 7]], np.int32)], 9)
    return picture


def opencv_objects():
    import cv2

    k = cv2.KalmanFilter(2, 1)
    k.transitionMatrix = np.eye(2, dtype=np.float32)
    k.measurementMatrix = np.ones((1, 2), np.float32)
    k.predict()
    noise = np.random.RandomState(0).randint(0, 255, (64, 64)).astype(np.uint8)
    return k.correct(np.float32([[1.0]])), len(cv2.ORB_create().detect(noise))


def torch_shares_memory():
    import torch

    x = np.zeros(3)
    torch.from_numpy(x).add_(2)
    return x


def torch_makes_tensors():
    import torch

    return torch.tensor(M).sum().item(), torch.as_tensor(V).sum().item(), torch.Tensor(V).sum().item()


def torch_loads_batches():
    import torch.utils.data

    data = [(np.arange(3.0) + i, i) for i in range(4)]
    return [(x.tolist(), y.tolist()) for x, y in torch.utils.data.DataLoader(data, batch_size=2)]


def netcdf_variables():
    import netCDF4

    file = netCDF4.Dataset(os.path.join(FOLDER, "a.nc"), "w", diskless=True)
    file.createDimension("n", 5)
    variable = file.createVariable("v", "f8", ("n",))
    variable[:] = V
    variable[1:3] = V[:2]
    file.limits = V
    return np.asarray(variable[:]), np.asarray(variable[np.array([0, 2])]), np.asarray(file.limits)


def hdf5_reads_into():
    import h5py

    data = h5py.File(io.BytesIO(), "w").create_dataset("a", data=V)
    x = np.zeros(5)
    data.read_direct(x)
    return x


def hdf5_below():
    import h5py

    data = h5py.File(io.BytesIO(), "w").create_dataset("a", (5,), "f8")
    data.id.write(h5py.h5s.ALL, h5py.h5s.ALL, V)
    return data[:]


def skimage_paths():
    from skimage.graph import MCP, route_through_array

    return MCP(M).find_costs([(0, 0)])[0], route_through_array(M, (0, 0), (1, 1))[1]


def skimage_compiled():
    from skimage.measure._find_contours_cy import _get_contour_segments

    return len(_get_contour_segments(M, 2.0, False, None))


def skimage_shapes():
    from skimage.measure import find_contours, label
    from skimage.morphology import skeletonize

    return label(IMAGE > 90), skeletonize(np.ones((5, 5), bool)), find_contours(M, 2.0)


def sklearn_compiled():
    from sklearn.metrics._pairwise_fast import _chi2_kernel_fast

    result = np.zeros((2, 2))
    _chi2_kernel_fast(M, M, result)
    return result


def sklearn_in_place():
    from sklearn._isotonic import _inplace_contiguous_isotonic_regression

    y = V.copy()
    _inplace_contiguous_isotonic_regression(y, np.ones(5))
    return y


def pandas_compiled():
    from pandas._libs import algos, lib

    return algos.is_monotonic(V, False), algos.is_monotonic["float64_t"](np.sort(V), False), lib.infer_dtype(V)


def scipy_outputs():
    from scipy import ndimage

    x, labels = np.zeros(5), np.zeros(3, np.int32)
    ndimage.gaussian_filter(V, 1.0, output=x)
    ndimage.label(np.array([1, 0, 1]), output=labels)
    return x, labels


def scipy_compiled():
    from scipy.cluster._vq import vq
    from scipy.spatial import cKDTree

    return vq(M, M), cKDTree(M).query(M)[0]


def numexpr_of_the_frame():
    import numexpr

    a, out = V, np.zeros(5)  # noqa: F841
    numexpr.evaluate("a * 2", out=out)
    return out, numexpr.evaluate("a + 1")


def bottleneck_in_place():
    import bottleneck

    x = np.array([1.0, np.nan])
    bottleneck.replace(x, np.nan, 0.0)
    return x, bottleneck.move_mean(V, 2)


def numba_compiles():
    import numba

    @numba.njit
    def fill(x):
        x[0] = 9.0
        return x.sum()

    @numba.vectorize(["float64(float64)"])
    def double(x):
        return x * 2

    x = V.copy()
    return fill(x), x, double(x)


def pillow_pictures():
    from PIL import Image

    return np.asarray(Image.fromarray(IMAGE)), np.array(Image.fromarray(IMAGE).resize((4, 4)))


def arrow_tensors():
    import pyarrow

    return pyarrow.Tensor.from_numpy(V).to_numpy()


def healpix_rings():
    import healpy

    return healpy.ringinfo(2, np.arange(1, 8))


def sounds_read_into():
    import soundfile

    path = os.path.join(FOLDER, "a.wav")
    soundfile.write(path, np.sin(np.linspace(0, 20, 128)), 8000)
    x = np.zeros(128)
    soundfile.read(path, out=x)
    return x


def generators_draw_into():
    generator = np.random.default_rng(1)
    x = np.zeros(3)
    generator.random(out=x)
    generator.shuffle(x)
    return x, np.random.default_rng(np.array([1, 2])).integers(100)


def foreign_functions():
    fill = ctypes.CDLL(None).memset
    fill.argtypes = [np.ctypeslib.ndpointer(np.uint8), ctypes.c_int, ctypes.c_size_t]
    x = np.ones(3, np.uint8)
    fill(x, 5, 3)
    return x, np.ctypeslib.as_ctypes(V)[1]


def checksums():
    return hashlib.sha1(V).hexdigest(), zlib.crc32(IMAGE), np.frombuffer(zlib.decompress(zlib.compress(V)))


def texts():
    import orjson

    return orjson.dumps({"a": [V]}, option=orjson.OPT_SERIALIZE_NUMPY)


CALLS = [x for x in list(globals().values()) if callable(x) and getattr(x, "__module__", None) == __name__]


def main():
    warnings.simplefilter("ignore")
    for call in CALLS:
        try:
            found = repr(call())
        except ImportError as error:
            found = f"not installed: {error.name}"
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        print(call.__name__, " ".join(found.split()), sep="\t", flush=True)


if __name__ == "__main__":
    sys.exit(main())
