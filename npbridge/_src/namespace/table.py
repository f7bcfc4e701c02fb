"""What becomes of each public name of NumPy: rows; a name without a row is generated.

A generated function calls NumPy's function of the same name, which dispatches, after
it has made its first argument one of our arrays.  That is right unless a row here
says otherwise.
"""

from __future__ import annotations

# Taken over as they are: they make no arrays of numbers, or they write into what
# they are given, or they are about NumPy itself.
AS_IS = {
    "broadcast", "broadcast_shapes", "busdaycalendar", "can_cast", "common_type", "copyto", "dtypes", "errstate",
    "exceptions", "fill_diagonal", "flatiter", "format_float_positional", "format_float_scientific", "frompyfunc",
    "get_include", "get_printoptions", "getbufsize", "geterr", "geterrcall", "info", "iscomplexobj", "isdtype",
    "isfortran", "isrealobj", "isscalar", "issubdtype", "iterable", "may_share_memory", "memmap", "min_scalar_type",
    "mintypecode", "ndenumerate", "ndim", "ndindex", "nested_iters", "place", "poly1d", "printoptions",
    "promote_types", "put", "put_along_axis", "putmask", "result_type", "save", "savetxt", "savez",
    "savez_compressed", "set_printoptions", "setbufsize", "seterr", "seterrcall", "shape", "shares_memory",
    "show_config", "show_runtime", "size", "typename", "ufunc", "array2string", "array_repr", "array_str",
    "base_repr", "binary_repr", "datetime_data", "datetime_as_string", "einsum_path", "dtype", "LinAlgError",
    "Arrayterator", "NumpyVersion", "add_docstring", "add_newdoc", "array_utils", "format", "introspect", "mixins",
    "npyio", "tracemalloc_domain",
}  # fmt: skip

# Made by NumPy on the host out of no array at all; the result is adopted.
MADE = {
    "arange", "bartlett", "blackman", "busday_count", "busday_offset", "diag_indices", "eye", "frombuffer", "fromiter",
    "fromstring", "hamming", "hanning", "identity", "indices", "is_busday", "isnat", "kaiser", "mask_indices", "tri",
    "tril_indices", "triu_indices",
}  # fmt: skip

# Read from files; text and records in them stay in the ndarray that NumPy makes.
READ = {"fromfile", "fromregex", "genfromtxt", "loadtxt"}

# These put arrays together that may lie in nested sequences, which must stay
# sequences: where none of them is ours, what NumPy makes is adopted.
JOINS = {
    "block", "column_stack", "concat", "concatenate", "dstack", "histogramdd", "hstack", "ix_", "lexsort",
    "ravel_multi_index", "row_stack", "select", "stack", "vstack",
    # made from numbers, unless one of the ends is an array of ours
    "geomspace", "linspace", "logspace",
}  # fmt: skip

# Where the array is that decides: a position and a name, if not the first argument.
DECISIVE = {"apply_along_axis": (2, "arr"), "apply_over_axes": (1, "a")}

# They take a `device`, which the active backend must understand instead of NumPy.
PLACED = {"arange", "astype", "empty_like", "eye", "full_like", "linspace", "ones_like", "zeros_like"}

ABSENT = {
    "asmatrix": "matrices are a subclass of ndarray; use numpy.asmatrix",
    "bmat": "matrices are a subclass of ndarray; use npbridge.block",
    "char": "text is not stored; use numpy.char",
    "core": "it is private to NumPy",
    "ctypeslib": "it gives away the address of the values, which can change; use numpy.ctypeslib on numpy.asarray(x)",
    "f2py": "it is a tool and no part of an array library; use numpy.f2py",
    "ma": "masked arrays are a subclass of ndarray; use numpy.ma",
    "matrix": "matrices are a subclass of ndarray; use numpy.matrix",
    "rec": "records are not stored; use numpy.rec",
    "recarray": "records are not stored; use numpy.recarray",
    "recfunctions": "records are not stored; use numpy.lib.recfunctions",
    "record": "records are not stored; use numpy.record",
    "strings": "text is not stored; use numpy.strings",
    "test": "it runs NumPy's own tests; use numpy.test",
    "testing": "use numpy.testing, which takes our arrays",
    "typing": "it describes ndarray; use numpy.typing",
}
