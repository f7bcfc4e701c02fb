"""The rows of the face: which NumPy names user code gets in another form.

A name that is in no row is NumPy's own object.  Overridable functions are all
wrapped (their results on plain data become ours) except the ones that are KEPT.
"""

from __future__ import annotations

# Turn anything into an array.  The value is what `copy`, `order`, `ndmin` and `subok`
# are when the caller does not say.
CONVERT = {
    "array": (True, "K", 0, False),
    "asarray": (None, "K", 0, False),
    "asanyarray": (None, "K", 0, True),
    "ascontiguousarray": (None, "C", 1, False),
    "asfortranarray": (None, "F", 1, False),
}

# Make arrays from sizes, files, text; NumPy cannot dispatch them.  Arrays of ours
# among the arguments are handed over as NumPy's.
CREATE = """
    arange asarray_chkfinite bartlett blackman diag_indices empty eye frombuffer fromfile fromiter fromregex
    fromstring full genfromtxt hamming hanning identity indices kaiser load loadtxt mask_indices ones tri
    tril_indices triu_indices zeros
""".split()

# The same in submodules.
CREATE_IN = {
    "numpy.fft": ("fftfreq", "rfftfreq"),
    "numpy.lib.stride_tricks": ("as_strided",),
    "numpy.random": (),
}

# Overridable functions that stay NumPy's objects.  Their results on plain data
# are numbers, tuples of numbers, text or nothing; and libraries look some of them
# up by identity (pandas replaces `agg(np.sum)` by its own sum).
KEPT = set(
    """
    all allclose amax amin any argmax argmin array2string array_equal array_equiv array_repr array_str average
    busday_count busday_offset can_cast common_type copyto count_nonzero cumprod cumsum datetime_as_string
    einsum_path fill_diagonal iscomplexobj isrealobj is_busday max may_share_memory mean median min min_scalar_type
    nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar ndim place prod ptp put put_along_axis putmask
    result_type save savetxt savez savez_compressed shape shares_memory size std sum trapezoid var
    """.split()
)

# Modules whose plain functions run in NumPy on our arrays' values.
HOSTED = (
    "numpy.polynomial.chebyshev",
    "numpy.polynomial.hermite",
    "numpy.polynomial.hermite_e",
    "numpy.polynomial.laguerre",
    "numpy.polynomial.legendre",
    "numpy.polynomial.polynomial",
    "numpy.polynomial.polyutils",
    "numpy.testing",
)

# Modules that have a face.  The others hold what we do not store (text, records,
# masks, types) and stay NumPy's.
FACED = (
    "numpy",
    "numpy.emath",
    "numpy.fft",
    "numpy.lib",
    "numpy.lib.npyio",
    "numpy.lib.scimath",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.polynomial",
    "numpy.random",
    *HOSTED,
)

# Names of numpy.random that are no samplers, and are left alone.
RANDOM_KEPT = {"seed", "get_state", "bytes", "get_bit_generator", "set_bit_generator"}
# Samplers that write their first argument.
RANDOM_WRITES = {"shuffle"}
