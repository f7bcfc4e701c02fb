"""Files, messages and Python's own library: netCDF4, h5py, soundfile, msgpack, orjson, pickles, files of SciPy."""

from __future__ import annotations

import io
import json
import os
import pickle
import tempfile

import numpy as np

from .data import M, V, W, lib
from .table import library


def uniq(suffix):
    return os.path.join(tempfile.mkdtemp(), "file" + suffix)


def nc():
    return lib("netCDF4")


def ds():
    return nc().Dataset(uniq(".nc"), "w", diskless=True)


def var(t="f8"):
    d = ds()
    d.createDimension("n", 5)
    return d.createVariable("v", t, ("n",)), d


def h5():
    return lib("h5py")


def hf():
    return h5().File(io.BytesIO(), "w")


def cl():
    return lib("cloudpickle")


def ms():
    return lib("msgpack")


def oj():
    return lib("orjson")


library(
    "netCDF4",
    write=lambda A: [q := var(), q[0].__setitem__(slice(None), A(V)), np.asarray(q[0][:])][-1],
    part=lambda A: [q := var(), q[0].__setitem__(slice(1, 3), A([7.0, 8.0])), np.asarray(q[0][1:3])][-1],
    f4=lambda A: [q := var("f4"), q[0].__setitem__(slice(None), A(V)), np.asarray(q[0][:])][-1],
    attr=lambda A: [d := ds(), d.setncattr("a", A(V)), np.asarray(d.getncattr("a"))][-1],
    attr2=lambda A: [d := ds(), setattr(d, "a", A([1, 2])), np.asarray(d.a)][-1],
    vattr=lambda A: [q := var(), setattr(q[0], "valid", A([1, 2])), np.asarray(q[0].valid)][-1],
    index=lambda A: [q := var(), q[0].__setitem__(slice(None), V), np.asarray(q[0][A([0, 2])])][-1],
    mask=lambda A: [
        q := var(),
        q[0].__setitem__(slice(None), V),
        np.asarray(q[0][A([True, False, True, False, False])]),
    ][-1],
    date=lambda A: [str(t) for t in nc().num2date(A([0.0, 1.0]), "days since 2000-01-01")],
    date2num=lambda A: nc().date2num(nc().num2date(A([0.0, 1.0]), "days since 2000-01-01"), "days since 2000-01-01"),
    fill=lambda A: [
        d := ds(),
        d.createDimension("n", 2),
        v := d.createVariable("v", "f8", ("n",), fill_value=A(V)[1]),
        v[:].fill_value,
    ][-1],
    scalar=lambda A: [q := var(), q[0].__setitem__(0, A(V)[1]), np.asarray(q[0][0])][-1],
    size=lambda A: [d := ds(), d.createDimension("n", A([3])[0]), len(d.dimensions["n"])][-1],
    unlim=lambda A: [
        d := ds(),
        d.createDimension("n", None),
        v := d.createVariable("v", "f8", ("n",)),
        v.__setitem__(slice(None), A(V)),
        v.shape,
    ][-1],
)
library(
    "h5py",
    create=lambda A: [f := hf(), f.create_dataset("a", data=A(V)), f["a"][:]][-1],
    assign=lambda A: [f := hf(), f.__setitem__("a", A(V)), f["a"][:]][-1],
    attr=lambda A: [f := hf(), f.attrs.__setitem__("a", A(V)), f.attrs["a"]][-1],
    attrc=lambda A: [f := hf(), f.attrs.create("a", A(V)), f.attrs["a"]][-1],
    setp=lambda A: [f := hf(), d := f.create_dataset("a", (5,)), d.__setitem__(slice(None), A(V)), d[:]][-1],
    idx=lambda A: [f := hf(), d := f.create_dataset("a", data=V), d[A([0, 2])]][-1],
    mask=lambda A: [f := hf(), d := f.create_dataset("a", data=V), d[A([True, False, True, False, False])]][-1],
    readd=lambda A: [f := hf(), d := f.create_dataset("a", data=V), x := A(np.zeros(5)), d.read_direct(x), x][-1],
    writed=lambda A: [f := hf(), d := f.create_dataset("a", (5,)), d.write_direct(A(np.array(V, "f4"))), d[:]][-1],
    fillv=lambda A: [f := hf(), d := f.create_dataset("a", (5,), fillvalue=A(V)[1]), d[:]][-1],
    maxs=lambda A: [f := hf(), d := f.create_dataset("a", A([2, 3]), maxshape=(None, 3)), d.resize(A([4, 3])), d.shape][
        -1
    ],
    require=lambda A: [f := hf(), d := f.require_dataset("a", (5,), "f8", data=A(V)), d[:]][-1],
    scalar=lambda A: [f := hf(), f.__setitem__("a", A(V)[0]), f["a"][()]][-1],
    idxint=lambda A: [f := hf(), d := f.create_dataset("a", data=V), d[A([1])[0]]][-1],
)
library(
    "standard library",
    json=lambda A: json.dumps({"a": A(V).tolist(), "b": A(V)[0]}),
    pickle=lambda A: pickle.loads(pickle.dumps(A(V))),
    pickle2=lambda A: pickle.loads(pickle.dumps(A(V)[::2], protocol=2)),
    pickle5=lambda A: pickle.loads(pickle.dumps({"a": A(V)}, protocol=5)),
    cloud=lambda A: (lambda x: cl().loads(cl().dumps(lambda: x.sum()))())(A(V)),
    stat=lambda A: lib("statistics").mean(A(V)),
    stat2=lambda A: lib("statistics").stdev(A(V)),
    med=lambda A: lib("statistics").median(A(V)),
    fsum=lambda A: lib("math").fsum(A(V)),
    prod=lambda A: lib("math").prod(A(V)),
    sqrt=lambda A: lib("math").sqrt(A(V)[1]),
    dist=lambda A: lib("math").dist(A(V), A(V)),
    hyp=lambda A: lib("math").hypot(*A(V)),
    sumprod=lambda A: sum(A(V)),
    mx=lambda A: max(A(V)),
    srt=lambda A: sorted(A(V)),
    rev=lambda A: list(reversed(A(V))),
    zip=lambda A: list(zip(A(V), A(V))),
    enum=lambda A: list(enumerate(A(V))),
    setf=lambda A: set(A(V)),
    dic=lambda A: dict(zip(A([1, 2]), A(V))),
    arr=lambda A: list(lib("array").array("d", A(V))),
    struct=lambda A: lib("struct").pack("5d", *A(V)),
    byt=lambda A: bytes(A(np.arange(3, dtype=np.uint8))),
    bytearr=lambda A: bytearray(A(np.arange(3, dtype=np.uint8))),
    ct=lambda A: A(V).ctypes.data_as(lib("ctypes").POINTER(lib("ctypes").c_double))[1],
    ndp=lambda A: np.ctypeslib.as_ctypes(A(V))[1],
    asar=lambda A: np.ctypeslib.ndpointer(dtype=float).from_param(A(V)) is not None,
    csv=lambda A: [s := io.StringIO(), lib("csv").writer(s).writerow(A(V)), s.getvalue()][-1],
    sqlite=lambda A: lib("sqlite3").connect(":memory:").execute("select ?", (A(V)[0],)).fetchone(),
    fmt=lambda A: f"{A(V)[0]:.2f} {A(V)}",
    pct=lambda A: "%s %d" % (A(V), A([1])[0]),
    pctt=lambda A: "%.1f" % A(V)[0],
    copy=lambda A: lib("copy").copy(A(V)),
    deep=lambda A: lib("copy").deepcopy({"a": A(M)}),
    rnd=lambda A: lib("random").Random(0).choice(A(V)),
    smpl=lambda A: lib("random").Random(0).sample(list(A(V)), 2),
    shuf=lambda A: [x := A(V), lib("random").Random(0).shuffle(x), x][-1],
    choices=lambda A: lib("random").Random(0).choices(A(V), weights=A(V), k=2),
    bisect=lambda A: lib("bisect").bisect(A([1.0, 2.0, 3.0]), 2.0),
    insort=lambda A: lib("heapq").nlargest(2, A(V)),
    red=lambda A: lib("functools").reduce(lambda a, b: a + b, A(V)),
    chain=lambda A: list(lib("itertools").chain(A(V), A(V))),
    acc=lambda A: list(lib("itertools").accumulate(A(V))),
    prodi=lambda A: list(lib("itertools").product(A([1, 2]), A([3, 4]))),
    grp=lambda A: [(k, len(list(g))) for k, g in lib("itertools").groupby(A([1, 1, 2]))],
    cnt=lambda A: lib("collections").Counter(A([1, 1, 2])),
    deq=lambda A: list(lib("collections").deque(A(V), maxlen=2)),
    rng=lambda A: list(range(A([3])[0])),
    lst=lambda A: [10, 20, 30][A([1])[0]],
    sl=lambda A: [10, 20, 30][A([1])[0] : A([3])[0]],
    tm=lambda A: str(lib("datetime").timedelta(seconds=A(V)[0])),
    frac=lambda A: lib("fractions").Fraction(A(V)[0]),
    dec=lambda A: lib("decimal").Decimal(A(V)[0]),
    cplx=lambda A: complex(A(V)[0]),
    op=lambda A: lib("operator").itemgetter(1)(A(V)),
    pp=lambda A: lib("pprint").pformat({"a": A(V).tolist()}),
    mparr=lambda A: list(lib("multiprocessing").Array("d", A(V))),
    rawv=lambda A: [
        a := lib("multiprocessing").RawArray("d", 5),
        np.frombuffer(a).__setitem__(slice(None), A(V)),
        list(a),
    ][-1],
    star=lambda A: (lambda *a: a)(*A(V)),
    match=lambda A: (lambda x: [a for a in x])(A(V)),
    ab=lambda A: isinstance(A(V)[0], float),
    num=lambda A: isinstance(A(V)[0], lib("numbers").Real),
    it=lambda A: isinstance(A(V), lib("collections.abc").Iterable),
    seq=lambda A: isinstance(A(V), lib("collections.abc").Sequence),
    idx=lambda A: lib("operator").index(A([3])[0]),
    rnd2=lambda A: round(A(V)[0]),
    flo=lambda A: lib("math").floor(A(V)[0]),
    unpack=lambda A: (lambda a, *b: b)(*A(V)),
    strjoin=lambda A: " ".join(map(str, A(V))),
    repr_=lambda A: repr(A(V)[0]),
    boo1=lambda A: bool(A([1])),
    con=lambda A: 3.0 in A(V),
    cow=lambda A: A(V) == None,  # noqa: E711
    eqs=lambda A: A(V) == "a",
    lists=lambda A: [1, 2] == A([1, 2]),
    tup=lambda A: A([1, 2]) == (1, 2),
    abss=lambda A: abs(A(V)),
    divm=lambda A: divmod(A(V), 2),
    pw=lambda A: pow(A(V), 2),
    npar=lambda A: np.array([A(V), A(V)]),
    npstack=lambda A: np.stack([A(V), np.array(V)]),
)
library(
    "msgpack",
    lst=lambda A: ms().packb(A(V).tolist()),
    byts=lambda A: ms().packb(A(V).tobytes()),
    num=lambda A: lib("msgpack_numpy").unpackb(lib("msgpack_numpy").packb(A(V))),
    num2=lambda A: lib("msgpack_numpy").unpackb(lib("msgpack_numpy").packb({"a": A(V), "b": A(V)[0]})),
    enc=lambda A: ms().unpackb(
        ms().packb(A(M), default=lib("msgpack_numpy").encode), object_hook=lib("msgpack_numpy").decode
    ),
    default=lambda A: ms().packb(A(V), default=lambda o: o.tolist()),
)
library(
    "orjson",
    npy=lambda A: oj().dumps(A(V), option=oj().OPT_SERIALIZE_NUMPY),
    nested=lambda A: oj().dumps({"a": A(M)}, option=oj().OPT_SERIALIZE_NUMPY),
    sc=lambda A: oj().dumps({"a": A(V)[0]}, option=oj().OPT_SERIALIZE_NUMPY),
    dfl=lambda A: oj().dumps({"a": A(V)}, default=lambda o: o.tolist()),
    both=lambda A: oj().dumps({"a": A(V)[::2]}, default=lambda o: o.tolist(), option=oj().OPT_SERIALIZE_NUMPY),
)
library(
    "soundfile",
    w=lambda A: [p := uniq(".wav"), lib("soundfile").write(p, A(W), 8000), lib("soundfile").read(p)[0]][-1],
    w2=lambda A: [p := uniq(".wav"), lib("soundfile").write(p, A(W.reshape(64, 2)), 8000), lib("soundfile").read(p)[0]][
        -1
    ],
    w16=lambda A: [
        p := uniq(".wav"),
        lib("soundfile").write(p, A((W * 1000).astype(np.int16)), 8000),
        lib("soundfile").read(p, dtype="int16")[0],
    ][-1],
    out=lambda A: [
        p := uniq(".wav"),
        lib("soundfile").write(p, W, 8000),
        x := A(np.zeros(128)),
        lib("soundfile").read(p, out=x),
        x,
    ][-1],
    block=lambda A: [
        p := uniq(".wav"),
        f := lib("soundfile").SoundFile(p, "w", 8000, 1),
        f.write(A(W)),
        f.close(),
        lib("soundfile").info(p).frames,
    ][-1],
)
library(
    "scipy",
    wav=lambda A: [
        p := uniq(".wav"),
        lib("scipy.io.wavfile").write(p, 8000, A(W.astype("f4"))),
        lib("scipy.io.wavfile").read(p)[1],
    ][-1],
    mat=lambda A: [
        b := io.BytesIO(),
        lib("scipy.io").savemat(b, {"a": A(M), "c": A([1, 2])}),
        lib("scipy.io").loadmat(b)["a"],
    ][-1],
    mat2=lambda A: [
        b := io.BytesIO(),
        lib("scipy.io").savemat(b, {"a": {"x": A(V)}}),
        lib("scipy.io").loadmat(b)["a"]["x"][0, 0],
    ][-1],
    mm=lambda A: [
        b := io.BytesIO(),
        lib("scipy.io").mmwrite(b, A(M)),
        lib("scipy.io").mmread(io.BytesIO(b.getvalue())),
    ][-1],
    mm2=lambda A: [b := io.BytesIO(), lib("scipy.io").mmwrite(b, lib("scipy.sparse").coo_array(A(M))), b.getvalue()][
        -1
    ],
    nc=lambda A: [
        f := lib("scipy.io").netcdf_file(io.BytesIO(), "w"),
        f.createDimension("n", 5),
        v := f.createVariable("v", "d", ("n",)),
        v.__setitem__(slice(None), A(V)),
        np.array(v[:]),
    ][-1],
    fort=lambda A: [
        p := uniq(".f"),
        f := lib("scipy.io").FortranFile(p, "w"),
        f.write_record(A(V)),
        f.close(),
        lib("scipy.io").FortranFile(p).read_reals(),
    ][-1],
)
