"""Which functions are borders: what of which library is handed ndarrays, or JAX's values.

A row is a function, a method, or with ``*`` all public ones of a class or of a module;
``**`` stands for the functions of a module and the methods of its classes.  Everything
else that libraries do with arrays goes by NumPy's protocols.
"""

from __future__ import annotations

_PANDAS = (
    "DataFrame", "Series", "Index", "MultiIndex", "RangeIndex", "Categorical", "IntervalIndex", "CategoricalIndex",
    "core.indexing._LocIndexer", "core.indexing._iLocIndexer", "core.indexing._AtIndexer", "core.indexing._iAtIndexer",
)  # fmt: skip
_FORMATTERS = ("plain.Default", "plain.Compact", "plain.Pretty", "plain.Raw", "html.HTML", "latex.Latex")
_SPARSE = ("COO", "GCXS", "DOK")

# Of a class that raises where it might decline.
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
_SUMS = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv")
_OPERATORS = (*_ARITHMETIC, "eq", "ne", "lt", "le", "gt", "ge")

_POLARS = tuple(f"{kind}.__{name}__" for kind in ("Series", "Expr", "DataFrame") for name in _OPERATORS)
_POLARS = (*_POLARS, "Series.__array_ufunc__")
_OF_PANDAS = tuple(
    f"{kind}.__{name}__"
    for kind in ("DataFrame", "Series", "Index")
    for name in (*_OPERATORS, *[f"r{name}" for name in _ARITHMETIC], "divmod", "rdivmod", "array_ufunc")
)

# They ask for an instance of ``numpy.ndarray``.
NDARRAYS: dict[str, tuple[str, ...]] = {
    # tables
    "pandas": ("*", "api.types.*", "api.extensions.*", *[f"{name}.*" for name in _PANDAS], *_OF_PANDAS),
    "polars": ("*", "Series.*", "DataFrame.*", "LazyFrame.*", "Expr.*", *_POLARS),
    "pyarrow": ("**",),
    "pyarrow.compute": ("*",),
    "xarray.core.dataset": ("Dataset._validate_interp_indexers",),
    # graphs, quantities, sparse arrays, samples
    "networkx.convert": ("to_networkx_graph",),
    "arviz": ("*",),
    "corner": ("*",),
    "arviz_base": ("*",),
    "arviz_stats": ("*",),
    "pint": tuple(f"delegates.formatter.{name}Formatter.format_magnitude" for name in _FORMATTERS),
    "sparse": ("*", *[f"{name}.{what}" for name in _SPARSE for what in ("*", "__matmul__", "__rmatmul__")]),
    "awkward": ("*", "Array.__array_function__", "Array.__array_ufunc__"),
    "unyt": ("unyt_array.__new__", "unyt_quantity.__new__"),
    "pyamg.*": ("**",),
    "bottleneck": ("*",),
    "pyfftw": ("*", "FFTW.*"),
    "rdkit.Chem.rdchem": ("Conformer.*",),
    "rdkit.DataStructs.cDataStructs": ("ConvertToNumpyArray",),
    # pictures of numbers
    "matplotlib.axes._axes": ("Axes.*",),
    "matplotlib.colors": ("**",),
    "matplotlib.collections": ("**",),
    "matplotlib.markers": ("MarkerStyle.*",),
    "mpl_toolkits.mplot3d.axes3d": ("Axes3D.*",),
    "seaborn": ("*",),
    # images and sounds
    "PIL.Image": ("**",),
    "cv2": ("**",),
    "skimage.*": ("*",),
    "soundfile": ("**",),
    "librosa.*": ("*",),
    "mne.*": ("**",),
    "SimpleITK": ("GetImageFromArray",),
    "torchvision.transforms.functional": ("*",),
    # files and messages
    "h5py": ("Dataset.*",),
    "tables": ("**",),
    "h5py.h5d": ("DatasetID.*",),
    "netCDF4": ("**",),
    "safetensors.numpy": ("save", "save_file"),
    "flax.serialization": ("*",),
    "msgpack_numpy": ("*",),
    "orjson": ("dumps",),
    # memory
    "base64": ("*",),
    "binascii": ("*",),
    "hashlib": ("*",),
    "lzma": ("*",),
    "bz2": ("*",),
    "zlib": ("*",),
    # numbers
    "numpy.ctypeslib": ("as_ctypes", "_ndptr.from_param"),
    "scipy.linalg.interpolative": ("*",),
    "scipy.odr": tuple(f"{kind}.__init__" for kind in ("Data", "RealData", "ODR")),
    "scipy.optimize": ("lsq_linear", "root_scalar"),
    "scipy.optimize._lbfgsb": ("*",),
    "scipy.optimize._nonlin": ("asjacobian",),
    "scipy.optimize._slsqplib": ("*",),
    "scipy.signal": ("find_peaks", "find_peaks_cwt", *[f"StateSpace.__{name}__" for name in _SUMS]),
    "scipy.sparse._sputils": ("isdense",),
    "scipy.stats": ("multiscale_graphcorr",),
    "scipy.sparse.linalg": ("*", "SuperLU.*"),
    "scipy.ndimage": ("*",),
    "scipy.spatial.distance": ("cdist", "pdist"),
    "sklearn.utils._param_validation": ("validate_parameter_constraints",),
    "sklearn.model_selection._search": ("ParameterGrid.__init__", "ParameterSampler.__init__"),
    "astropy.convolution": ("**",),
    "astropy.io.fits": ("**",),
    "astropy.table": ("Table.*",),
    "healpy": ("*",),
    # tests
    "numpy.testing": ("*",),
    "hypothesis.strategies": ("sampled_from",),
    # optimization, control, learning
    "cvxpy": ("**",),
    "osqp": ("**",),
    "control": ("**",),
    "gymnasium.*": ("**",),
    "lightgbm": ("**",),
    "lightgbm.basic": ("_list_to_1d_numpy",),
    "xgboost": ("**",),
    "xgboost.objective": ("_grad_arrinf",),
    "catboost": ("**",),
    "faiss": ("**",),
    "quadprog": ("*",),
    "torch": ("from_numpy", "as_tensor", "asarray", "tensor"),
    "torch.utils.data": ("default_collate", "default_convert"),
    "torch.utils.data._utils.collate": ("*",),
}  # fmt: skip

# They call functions, and ask for instances of ``numpy.ndarray`` as results.
CALLING: dict[str, tuple[str, ...]] = {
    "polars": ("map_batches", "Expr.map_batches"),
}

# They put trees of one structure in the place of others, or ask for leaves.
VALUES: dict[str, tuple[str, ...]] = {
    "jax.experimental.ode": ("odeint",),
    "jax.numpy": ("split", "array_split", "hsplit", "vsplit", "dsplit"),
    "jax.scipy.optimize": ("minimize",),
    "jax.test_util": ("*",),
    "equinox": ("is_array", "is_array_like", "is_inexact_array", "is_inexact_array_like"),
    "diffrax": ("**",),
    "lineax": ("**",),
    "optimistix": ("**",),
    "numpyro.infer": ("**",),
    "orbax.checkpoint": ("**",),
    "orbax.checkpoint.args": ("**",),
}
