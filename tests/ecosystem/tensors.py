"""Arrays of other kinds and their files: numba, einops, dask, JAX's libraries, zarr, h5py, safetensors."""

from __future__ import annotations

import io
import tempfile

import numpy as np

from .table import library

X = np.array([[1.0, 2.0], [3.0, 4.0]])
V = np.array([1.5, 2.0, 0.5])


def nb():
    import numba

    return numba


def njit(f):
    return nb().njit(f)


def _fill(v):
    v[0] = 9.0


def _loop(v):
    total = 0.0
    for i in range(v.shape[0]):
        total += v[i]
    return total


def _window(v, out):
    for i in range(v.shape[0]):
        out[i] = v[i] + v.sum()


library(
    "numba",
    sum=lambda A: njit(lambda v: v.sum() + v[0])(A(V)),
    loop=lambda A: njit(_loop)(A(V)),
    two=lambda A: njit(lambda a, b: a @ b)(A(X), A(X)),
    int=lambda A: njit(lambda v: v.max())(A([3, 1])),
    bool=lambda A: njit(lambda v: v.any())(A([False, True])),
    complex=lambda A: njit(lambda v: v.real.sum())(A([1 + 2j])),
    float32=lambda A: njit(lambda v: v * 2)(A(V, dtype="f4")),
    writes=lambda A: [x := A(V), njit(_fill)(x), x][-1],
    writes_view=lambda A: [x := A(X), njit(_fill)(x[:, 1]), x][-1],
    returns=lambda A: njit(lambda v: v * 2)(A(V)),
    returns_self=lambda A: njit(lambda v: v)(A(V)),
    scalar=lambda A: njit(lambda s: s * 2)(A(V)[0]),
    scalar_mean=lambda A: njit(lambda s: s * 2)(A(V).mean()),
    transposed=lambda A: njit(lambda v: v[0, 1])(A(X).T),
    tuple=lambda A: njit(lambda t: t[0].sum() + t[1])((A(V), 2.0)),
    list=lambda A: njit(lambda t: t[0].sum())(nb().typed.List([A(V), A(V)])),
    reflected=lambda A: njit(lambda v: v.shape[0])(A(V)),
    prange=lambda A: nb().njit(parallel=True)(lambda v: v.sum())(A(V)),
    vectorize=lambda A: nb().vectorize(lambda a, b: a * 3 + b)(A(V), A(V)),
    vectorize_typed=lambda A: nb().vectorize(["float64(float64)"])(lambda a: a * 3)(A(V)),
    vectorize_scalar=lambda A: nb().vectorize(["float64(float64, float64)"])(lambda a, b: a + b)(A(V), 2.0),
    vectorize_reduce=lambda A: nb().vectorize(["float64(float64, float64)"])(lambda a, b: a + b).reduce(A(V)),
    vectorize_out=lambda A: [
        o := A(np.zeros(3)),
        nb().vectorize(["float64(float64)"])(lambda a: a * 3)(A(V), out=o),
        o,
    ][-1],
    guvectorize=lambda A: nb().guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")(_window)(A(V)),
    guvectorize_dynamic=lambda A: nb().guvectorize("(n)->(n)")(_window)(A(V), A(np.zeros(3))),
    guvectorize_out=lambda A: [
        o := A(np.zeros(3)),
        nb().guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")(_window)(A(V), o),
        o,
    ][-1],
    stencil=lambda A: nb().stencil(lambda a: a[-1] + a[1])(A(V)),
    typeof=lambda A: str(nb().typeof(A(V))),
    signature=lambda A: nb().njit("float64(float64[:])")(_loop)(A(V)),
    signature_layout=lambda A: nb().njit("float64(float64[::1])")(_loop)(A(V)),
    jitclass=lambda A: _jitclass()(A(V)).total(),
    closure=lambda A: (lambda k: njit(lambda v: v + k)(1.0))(A(V)),
    object_mode=lambda A: nb().jit(forceobj=True)(lambda v: v.sum())(A(V)),
    npbridge_of_njit=lambda A: _compiled(njit(_loop))(A(V)),
    optional=lambda A: njit(lambda v, w=None: v.sum())(A(V)),
    star=lambda A: njit(lambda *a: a[0].sum())(A(V)),
    cfunc=lambda A: njit(lambda v: np.sqrt(v))(A(V)),
)


def _compiled(f):
    import npbridge

    return npbridge.jit(lambda v: f(v) * 2)


def _jitclass():
    from numba.experimental import jitclass

    class Holder:
        def __init__(self, values):
            self.values = values

        def total(self):
            return self.values.sum()

    return jitclass([("values", nb().float64[:])])(Holder)


def ei():
    import einops

    return einops


library(
    "einops",
    rearrange=lambda A: ei().rearrange(A(X), "a b -> (b a)"),
    split=lambda A: ei().rearrange(A(np.arange(8.0)), "(a b) -> a b", a=2),
    list=lambda A: ei().rearrange([A(X), A(X)], "n a b -> a (n b)"),
    reduce=lambda A: ei().reduce(A(X), "a b -> a", "mean"),
    reduce_max=lambda A: ei().reduce(A(X), "a b -> b", "max"),
    reduce_sum=lambda A: ei().reduce(A(X), "a b -> ", "sum"),
    reduce_prod=lambda A: ei().reduce(A(X), "a b -> a 1", "prod"),
    reduce_any=lambda A: ei().reduce(A(X) > 2, "a b -> a", "any"),
    reduce_callable=lambda A: ei().reduce(A(X), "a b -> a", lambda v, axes: v.std(axes)),
    repeat=lambda A: ei().repeat(A(X), "a b -> a b c", c=2),
    einsum=lambda A: ei().einsum(A(X), A(X), "a b, b c -> a c"),
    pack=lambda A: ei().pack([A(X), A(V[:2])], "* b")[0],
    unpack=lambda A: ei().unpack(A(X), [[1], [1]], "* b"),
    parse_shape=lambda A: ei().parse_shape(A(X), "a b"),
    asnumpy=lambda A: ei().asnumpy(A(X)),
    ellipsis=lambda A: ei().rearrange(A(np.ones((2, 3, 4))), "... b -> b ..."),
)


def dk():
    import dask.array

    return dask.array


def D():
    return dk().ones(2, chunks=1)


library(
    "dask",
    from_array=lambda A: dk().from_array(A(V)).compute(),
    from_array_chunks=lambda A: dk().from_array(A(X), chunks=1).sum().compute(),
    asarray=lambda A: dk().asarray(A(V)).compute(),
    plus=lambda A: (D() + A([1.0, 2.0])).compute(),
    rplus=lambda A: (A([1.0, 2.0]) + D()).compute(),
    times_scalar=lambda A: (D() * A([1.0, 2.0])[1]).compute(),
    scalar_times=lambda A: (A([1.0, 2.0])[1] * D()).compute(),
    ufunc=lambda A: np.add(dk().from_array(A(V)), A(V)).compute(),
    ufunc_reversed=lambda A: np.add(A(V), dk().from_array(A(V))).compute(),
    concatenate=lambda A: np.concatenate([A(V), dk().from_array(A(V))]),
    concatenate_dask=lambda A: dk().concatenate([dk().from_array(A(V)), dk().from_array(A(V))]).compute(),
    stack=lambda A: dk().stack([dk().from_array(A(V)), A(V)]).compute(),
    matmul=lambda A: (dk().from_array(A(X)) @ A(X)).compute(),
    rmatmul=lambda A: (A(X) @ dk().from_array(A(X))).compute(),
    dot=lambda A: dk().dot(dk().from_array(A(X)), dk().from_array(A(X))).compute(),
    mean=lambda A: dk().from_array(A(X)).mean(axis=0).compute(),
    std=lambda A: dk().from_array(A(X), chunks=1).std().compute(),
    max=lambda A: dk().from_array(A(X), chunks=1).max(axis=1).compute(),
    argmax=lambda A: dk().from_array(A(X), chunks=1).argmax(axis=1).compute(),
    cumsum=lambda A: dk().from_array(A(V), chunks=1).cumsum(0).compute(),
    compare=lambda A: (D() > A([0.5, 2.0])).compute(),
    rcompare=lambda A: (A([0.5, 2.0]) > D()).compute(),
    mask=lambda A: dk().from_array(V)[A([True, False, True])].compute(),
    index=lambda A: dk().from_array(V)[A([0, 2])].compute(),
    take=lambda A: dk().take(dk().from_array(A(V)), A([0, 2])).compute(),
    where=lambda A: dk().where(dk().from_array(A([True, False])), A([1.0, 2.0]), 0.0).compute(),
    map_blocks=lambda A: dk().from_array(A(V), chunks=1).map_blocks(lambda b: b * 2).compute(),
    map_overlap=lambda A: dk().from_array(A(V), chunks=2).map_overlap(lambda b: b * 2, depth=1).compute(),
    apply_gufunc=lambda A: dk().apply_gufunc(lambda b: b.sum(-1), "(i)->()", dk().from_array(A(X))).compute(),
    blockwise=lambda A: dk().blockwise(np.add, "i", dk().from_array(A(V)), "i", dk().from_array(A(V)), "i").compute(),
    rechunk=lambda A: dk().from_array(A(X), chunks=1).rechunk(2).compute(),
    transpose=lambda A: dk().from_array(A(X), chunks=1).T.compute(),
    reshape=lambda A: dk().from_array(A(X), chunks=1).reshape(4).compute(),
    setitem=lambda A: [d := dk().from_array(V), d.__setitem__(0, A(V)[1]), d.compute()][-1],
    setitem_array=lambda A: [d := dk().from_array(V), d.__setitem__(slice(0, 2), A([7.0, 8.0])), d.compute()][-1],
    histogram=lambda A: dk().histogram(dk().from_array(A(V)), bins=A([0.0, 1.0, 3.0]))[0].compute(),
    percentile=lambda A: dk().percentile(dk().from_array(A(V)), 50).compute(),
    tensordot=lambda A: dk().tensordot(dk().from_array(A(X)), dk().from_array(A(X)), 1).compute(),
    einsum=lambda A: dk().einsum("ij,jk->ik", dk().from_array(A(X)), dk().from_array(A(X))).compute(),
    svd=lambda A: dk().linalg.svd(dk().from_array(A(X), chunks=(1, 2)))[1].compute(),
    fft=lambda A: dk().fft.fft(dk().from_array(A(V))).compute(),
    exp=lambda A: np.exp(dk().from_array(A(V))).compute(),
    unique=lambda A: dk().unique(dk().from_array(A([2, 1, 2]))).compute(),
    delayed=lambda A: _delayed(lambda v: v.sum())(A(V)).compute(),
    delayed_array=lambda A: dk().from_delayed(_delayed(lambda: A(V))(), (3,), float).compute(),
    tokenize=lambda A: _tokenize(A(V)) == _tokenize(A(V)),
    tokenize_differs=lambda A: _tokenize(A(V)) == _tokenize(A(V) + 1),
    bag=lambda A: _bag().from_sequence([A(V), A(V)]).map(np.sum).compute(scheduler="sync"),
    store=lambda A: [o := A(np.zeros(3)), dk().store(dk().from_array(V), o), o][-1],
)


def _delayed(f):
    import dask

    return dask.delayed(f)


def _tokenize(x):
    from dask.base import tokenize

    return tokenize(x)


def _bag():
    import dask.bag

    return dask.bag


def spx():
    import sparse

    return sparse


def S():
    return spx().COO(np.array([[1.0, 0.0], [0.0, 2.0]]))


library(
    "pydata sparse",
    coo=lambda A: spx().COO(A(X)),
    from_numpy=lambda A: spx().COO.from_numpy(A(X)),
    plus=lambda A: S() + A(X),
    rplus=lambda A: A(X) + S(),
    times=lambda A: S() * A(X),
    rtimes=lambda A: A(X) * S(),
    times_scalar=lambda A: S() * A(V)[0],
    matmul=lambda A: S() @ A(X),
    rmatmul=lambda A: A(X) @ S(),
    matvec=lambda A: S() @ A([1.0, 2.0]),
    dot=lambda A: spx().dot(S(), A(X)),
    tensordot=lambda A: spx().tensordot(S(), A(X), 1),
    maximum=lambda A: np.maximum(S(), A(X)),
    where=lambda A: np.where(S() > 0, A(X), 0) if False else spx().where(S() > 0, S(), S()),
    index=lambda A: S()[A([0, 1])] if False else S()[A([0])[0]],
    coords=lambda A: spx().COO(A([[0, 1], [1, 0]]), A([3.0, 4.0]), shape=(2, 2)),
    concatenate=lambda A: spx().concatenate([S(), spx().COO(A(X))]),
    einsum=lambda A: spx().einsum("ij,jk->ik", S(), A(X)),
    gcxs=lambda A: spx().GCXS(A(X)),
)


def oe():
    import opt_einsum

    return opt_einsum


library(
    "opt_einsum",
    contract=lambda A: oe().contract("ij,jk->ik", A(X), A(X)),
    three=lambda A: oe().contract("ij,jk,kl->il", A(X), A(X), A(X)),
    path=lambda A: oe().contract_path("ij,jk->ik", A(X), A(X))[0],
    expression=lambda A: oe().contract_expression("ij,jk->ik", (2, 2), (2, 2))(A(X), A(X)),
    constants=lambda A: oe().contract_expression("ij,jk->ik", A(X), (2, 2), constants=[0])(A(X)),
    scalar=lambda A: oe().contract("i,i->", A(V), A(V)),
    outer=lambda A: oe().contract("i,j->ij", A(V), A(V)),
    trace=lambda A: oe().contract("ii->", A(X)),
    interleaved=lambda A: oe().contract(A(X), [0, 1], A(X), [1, 2]),
    out=lambda A: [o := A(np.zeros((2, 2))), oe().contract("ij,jk->ik", A(X), A(X), out=o), o][-1],
)


def ar():
    import autoray

    return autoray


library(
    "autoray",
    do_sum=lambda A: ar().do("sum", A(X), axis=0),
    do_exp=lambda A: ar().do("exp", A(X)),
    do_einsum=lambda A: ar().do("einsum", "ij,jk->ik", A(X), A(X)),
    do_stack=lambda A: ar().do("stack", (A(V), A(V))),
    do_svd=lambda A: ar().do("linalg.svd", A(X))[1],
    do_qr=lambda A: np.abs(ar().do("linalg.qr", A(X))[1]),
    do_eye=lambda A: ar().do("eye", 2, like=A(X)),
    do_zeros=lambda A: ar().do("zeros", (2,), like=A(X)),
    do_array=lambda A: ar().do("array", [1.0, 2.0], like=A(X)),
    do_random=lambda A: ar().do("random.normal", size=(2,), like=A(X)).shape,
    to_numpy=lambda A: ar().to_numpy(A(X)),
    astype=lambda A: ar().astype(A(X), "float32"),
    shape=lambda A: ar().shape(A(X)),
    dtype=lambda A: ar().get_dtype_name(A(X)),
    transpose=lambda A: ar().transpose(A(X)),
    conj=lambda A: ar().conj(A(X)),
    reshape=lambda A: ar().reshape(A(X), (4,)),
    dag=lambda A: ar().dag(A(X)),
    lazy=lambda A: (ar().lazy.array(A(X)) @ ar().lazy.array(A(X))).compute(),
    tensordot=lambda A: ar().do("tensordot", A(X), A(X), 1),
    infer=lambda A: ar().do("where", A(X) > 2, A(X), 0.0),
    autojit=lambda A: ar().autojit(lambda v: v * 2)(X) if False else ar().do("clip", A(X), 1.5, 3.0),
    namespace=lambda A: ar().get_namespace(A(X)).sum(A(X)),
)


def aac():
    import array_api_compat

    return array_api_compat


library(
    "array_api_compat",
    namespace=lambda A: aac().array_namespace(A(X)).sum(A(X)),
    mean=lambda A: aac().array_namespace(A(X)).mean(A(X), axis=0),
    is_array=lambda A: aac().is_array_api_obj(A(X)),
    size=lambda A: aac().size(A(X)),
    device=lambda A: str(aac().device(A(X))),
    to_device=lambda A: aac().to_device(A(X), "cpu"),
    unique=lambda A: np.asarray(aac().array_namespace(A(V)).unique_counts(A([5, 0, 5]))[0]),
    writeable=lambda A: aac().is_writeable_array(A(X)),
    lazy=lambda A: aac().is_lazy_array(A(X)),
    is_cupy=lambda A: aac().is_cupy_array(A(X)),
    is_torch=lambda A: aac().is_torch_array(A(X)),
)


def h5(write):
    import h5py

    with tempfile.TemporaryDirectory() as folder, h5py.File(f"{folder}/f.h5", "w") as file:
        return write(file)


library(
    "h5py",
    create=lambda A: h5(lambda f: f.create_dataset("x", data=A(X))[:]),
    item=lambda A: h5(lambda f: [f.__setitem__("x", A(V)), f["x"][:]][-1]),
    write=lambda A: h5(lambda f: [d := f.create_dataset("x", (3,), "f8"), d.__setitem__(slice(None), A(V)), d[:]][-1]),
    write_slice=lambda A: h5(
        lambda f: [d := f.create_dataset("x", (3,), "f8"), d.__setitem__(slice(0, 2), A(V)[:2]), d[:]][-1]
    ),
    write_scalar=lambda A: h5(lambda f: [d := f.create_dataset("x", (3,), "f8"), d.__setitem__(0, A(V)[1]), d[:]][-1]),
    mask=lambda A: h5(lambda f: f.create_dataset("x", data=V)[A([True, False, True])]),
    index=lambda A: h5(lambda f: f.create_dataset("x", data=V)[A([0, 2])]),
    index_scalar=lambda A: h5(lambda f: f.create_dataset("x", data=V)[A([1])[0]]),
    attribute=lambda A: h5(lambda f: [f.attrs.__setitem__("a", A(V)), f.attrs["a"]][-1]),
    attribute_scalar=lambda A: h5(lambda f: [f.attrs.__setitem__("a", A(V)[0]), f.attrs["a"]][-1]),
    read_direct=lambda A: h5(lambda f: [o := A(np.zeros(3)), f.create_dataset("x", data=V).read_direct(o), o][-1]),
    write_direct=lambda A: h5(lambda f: [d := f.create_dataset("x", (3,), "f8"), d.write_direct(A(V)), d[:]][-1]),
    chunks=lambda A: h5(lambda f: f.create_dataset("x", data=A(X), chunks=(1, 2), compression="gzip")[:]),
    bool=lambda A: h5(lambda f: f.create_dataset("x", data=A([True, False]))[:]),
    complex=lambda A: h5(lambda f: f.create_dataset("x", data=A([1j]))[:]),
    shape=lambda A: h5(lambda f: f.create_dataset("x", tuple(A([2, 3])), "f8").shape),
)


def za():
    import zarr

    return zarr


library(
    "zarr",
    array=lambda A: za().array(A(X))[:],
    create=lambda A: za().create_array({}, data=A(X))[:],
    write=lambda A: [z := za().zeros((3,)), z.__setitem__(slice(None), A(V)), z[:]][-1],
    write_part=lambda A: [z := za().zeros((2, 2)), z.__setitem__((0, slice(None)), A(V[:2])), z[:]][-1],
    write_scalar=lambda A: [z := za().zeros((3,)), z.__setitem__(0, A(V)[1]), z[:]][-1],
    chunks=lambda A: za().array(A(X), chunks=(1, 2))[:],
    mask=lambda A: za().array(V).get_mask_selection(A([True, False, True])),
    orthogonal=lambda A: za().array(X).oindex[A([0]), :],
    coordinate=lambda A: za().array(V).vindex[A([0, 2])],
    set_mask=lambda A: [z := za().array(V), z.set_mask_selection(A([True, False, True]), 0.0), z[:]][-1],
    attribute=lambda A: [z := za().zeros((3,)), z.attrs.__setitem__("a", A(V)[0].item()), z.attrs["a"]][-1],
    int=lambda A: za().array(A([1, 2], dtype="i4"))[:],
    full=lambda A: za().full((2,), fill_value=A(V)[0])[:],
    append=lambda A: [z := za().array(V), z.append(A(V)), z[:]][-1],
    view=lambda A: za().array(A(X).T)[:],
)


def st():
    import safetensors.numpy

    return safetensors.numpy


library(
    "safetensors",
    save=lambda A: st().load(st().save({"x": A(X)}))["x"],
    int=lambda A: st().load(st().save({"x": A([1, 2], dtype="i4")}))["x"],
    bool=lambda A: st().load(st().save({"x": A([True, False])}))["x"],
    float32=lambda A: st().load(st().save({"x": A(V, dtype="f4")}))["x"],
    view=lambda A: st().load(st().save({"x": A(X).T}))["x"],
    file=lambda A: _safetensors_file({"x": A(X), "y": A(V)}),
)


def _safetensors_file(tensors):
    with tempfile.TemporaryDirectory() as folder:
        st().save_file(tensors, f"{folder}/f.safetensors")
        return st().load_file(f"{folder}/f.safetensors")


def _npz(A):
    file = io.BytesIO()
    np.savez(file, x=A(X))
    file.seek(0)
    return np.load(file)["x"]


def jx():
    import jax

    return jax


def opx():
    import optax

    return optax


def _optax(make, A):
    params = {"w": A(V)}
    state = make.init(params)
    updates, state = make.update({"w": A(V) * 2}, state, params)
    return opx().apply_updates(params, updates)["w"]


library(
    "jax",
    jnp_sin=lambda A: jx().numpy.sin(A(V)),
    jnp_dot=lambda A: jx().numpy.dot(A(X), A(X)),
    jnp_asarray=lambda A: jx().numpy.asarray(A(V)),
    jnp_stack=lambda A: jx().numpy.stack([A(V), A(V)]),
    jnp_concatenate=lambda A: jx().numpy.concatenate([A(V), A(V)]),
    jnp_where=lambda A: jx().numpy.where(A(V) > 1, A(V), 0.0),
    jnp_scalar=lambda A: jx().numpy.sin(A(V)[0]),
    jnp_index=lambda A: jx().numpy.asarray(V)[A([0, 2])],
    jnp_set=lambda A: jx().numpy.asarray(V).at[A([0, 2])].set(A([7.0, 8.0])),
    jit=lambda A: jx().jit(lambda v: v * 2)(A(V)),
    jit_sum=lambda A: jx().jit(lambda v: v.sum())(A(V)),
    jit_numpy=lambda A: jx().jit(lambda v: jx().numpy.sin(v) + 1)(A(V)),
    cond=lambda A: jx().jit(lambda v: jx().lax.cond(v[0] > 0, lambda u: u + 1, lambda u: u - 1, v))(A(V)),
    cond_eager=lambda A: jx().lax.cond(A(V)[0] > 0, lambda u: u + 1, lambda u: u - 1, A(V)),
    scan=lambda A: jx().lax.scan(lambda t, v: (t + v, t), A(0.5), A(V))[0],
    scan_float=lambda A: jx().lax.scan(lambda t, v: (t + v, t), 0.5, A(V))[1],
    scan_array=lambda A: jx().lax.scan(lambda t, v: (t + v, t * 2), A(V), A(X[:, :1] * np.ones(3)))[0],
    fori=lambda A: jx().lax.fori_loop(0, 3, lambda i, t: t + i, A(V)),
    fori_scalar=lambda A: jx().lax.fori_loop(0, 3, lambda i, t: t + 1.0, A(0.5)),
    while_=lambda A: jx().lax.while_loop(lambda t: t.sum() < 10, lambda t: t + 1, A(V)),
    map=lambda A: jx().lax.map(lambda v: v * 2, A(V)),
    switch=lambda A: jx().lax.switch(A([1])[0], [lambda v: v, lambda v: v * 2], A(V)),
    select=lambda A: jx().lax.select(A(V) > 1, A(V), A(V) * 2),
    vmap=lambda A: jx().vmap(lambda v: v * 2)(A(X)),
    vmap_sum=lambda A: jx().vmap(lambda v: v.sum())(A(X)),
    grad=lambda A: jx().grad(lambda v: jx().numpy.sum(v**2))(A(V)),
    grad_method=lambda A: jx().grad(lambda v: (v**2).sum())(A(V)),
    value_and_grad=lambda A: jx().value_and_grad(lambda v: jx().numpy.sum(v**2))(A(V)),
    jacobian=lambda A: jx().jacobian(lambda v: v**2)(A(V)),
    tree_map=lambda A: jx().tree.map(lambda v: v * 2, {"x": A(V)}),
    tree_leaves=lambda A: len(jx().tree.leaves({"x": A(V), "y": A(V)})),
    tree_structure=lambda A: jx().tree.structure(jx().tree.map(lambda v: None, {"x": A(V)})).num_leaves,
    eval_shape=lambda A: jx().eval_shape(lambda v: v * 2, A(V)).shape,
    shape_dtype=lambda A: jx().tree.map(lambda v: jx().ShapeDtypeStruct(np.shape(v), v.dtype), {"x": A(V)})["x"].shape,
    ravel=lambda A: _ravel(A),
    random=lambda A: jx().random.normal(jx().random.key(A([0])[0]), (2,)),
    random_choice=lambda A: jx().random.choice(jx().random.key(0), A(V)),
    nn=lambda A: jx().nn.softmax(A(V)),
    scipy=lambda A: _jsp().logsumexp(A(V)),
    device_put=lambda A: jx().device_put(A(V)),
    block=lambda A: jx().block_until_ready(A(V)),
    linalg=lambda A: jx().numpy.linalg.solve(A(X), A([1.0, 2.0])),
    pure_callback=lambda A: jx().pure_callback(lambda v: np.asarray(v) * 2, jx().ShapeDtypeStruct((3,), "f8"), A(V)),
    checkpoint=lambda A: jx().checkpoint(lambda v: v * 2)(A(V)),
    custom=lambda A: jx().numpy.einsum("ij,j->i", A(X), A([1.0, 2.0])),
    lower=lambda A: jx().jit(lambda v: v * 2).lower(A(V)).compile()(A(V)),
    experimental=lambda A: jx().numpy.interp(A([1.0]), A([0.0, 2.0]), A([0.0, 4.0])),
)


def _ravel(A):
    from jax.flatten_util import ravel_pytree

    flat, back = ravel_pytree({"a": A(V), "b": A(X)})
    return flat, back(flat)["b"]


def _jsp():
    import jax.scipy.special

    return jax.scipy.special


library(
    "optax",
    sgd=lambda A: _optax(opx().sgd(0.1), A),
    adam=lambda A: _optax(opx().adam(0.1), A),
    adamw=lambda A: _optax(opx().adamw(0.1), A),
    rmsprop=lambda A: _optax(opx().rmsprop(0.1), A),
    momentum=lambda A: _optax(opx().sgd(0.1, momentum=0.9, nesterov=True), A),
    clip=lambda A: _optax(opx().chain(opx().clip_by_global_norm(1.0), opx().adam(0.1)), A),
    lion=lambda A: _optax(opx().lion(0.1), A),
    lbfgs=lambda A: _optax(opx().adagrad(0.1), A),
    schedule=lambda A: _optax(opx().sgd(opx().cosine_decay_schedule(0.1, 10)), A),
    norm=lambda A: opx().global_norm({"w": A(V)}),
    loss=lambda A: opx().l2_loss(A(V), A(V) * 2),
    cross=lambda A: opx().softmax_cross_entropy(A(X), A(np.eye(2))),
    huber=lambda A: opx().huber_loss(A(V), A(V) * 2),
    ema=lambda A: opx().incremental_update({"w": A(V)}, {"w": A(V) * 2}, 0.5)["w"],
)


def fl():
    import flax.serialization

    return flax.serialization


library(
    "flax",
    to_bytes=lambda A: fl().from_bytes({"w": A(V)}, fl().to_bytes({"w": A(V) * 2}))["w"],
    state_dict=lambda A: fl().to_state_dict({"w": A(V)})["w"],
    msgpack=lambda A: fl().msgpack_restore(fl().msgpack_serialize({"w": A(V)}))["w"],
    dense=lambda A: _dense(A),
)


def _dense(A):
    import flax.linen as nn

    model = nn.Dense(2)
    params = model.init(jx().random.key(0), A(X))
    return model.apply(params, A(X)).shape


def jt():
    import jaxtyping

    return jaxtyping


library(
    "jaxtyping",
    shaped=lambda A: isinstance(A(X), jt().Shaped[type(A(X)), "a b"]),
    float=lambda A: isinstance(A(X), jt().Float64[type(A(X)), "a b"]),
    wrong=lambda A: isinstance(A(X), jt().Int[type(A(X)), "a b"]),
)
