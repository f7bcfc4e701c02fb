"""Pictures, maps and tools: bokeh, altair, geopandas, pyproj, unyt, quantities, polars' operators, pytest, numpy.testing."""

from __future__ import annotations

import io
import json
import tempfile

import numpy as np

from .data import M, V, lib
from .table import library


def bk():
    return lib("bokeh.plotting")


def al():
    return lib("altair")


def gp():
    return lib("geopandas")


def uy():
    return lib("unyt")


def qn():
    return lib("quantities")


def pl():
    return lib("polars")


def bok(A, draw):
    p = bk().figure()
    draw(p)
    data = [{k: np.asarray(v).tolist() for k, v in r.data_source.data.items()} for r in p.renderers]
    return data, len(json.dumps(lib("bokeh.embed").json_item(p))) > 0


library(
    "bokeh",
    line=lambda A: bok(A, lambda p: p.line(A(V), A(V))),
    scat=lambda A: bok(A, lambda p: p.scatter(x=A(V), y=A(V), size=A(V))),
    cds=lambda A: bok(
        A, lambda p: p.scatter("a", "b", source=lib("bokeh.models").ColumnDataSource({"a": A(V), "b": A(V)}))
    ),
    img=lambda A: bok(A, lambda p: p.image([A(M)], x=0, y=0, dw=1, dh=1)),
    bar=lambda A: bok(A, lambda p: p.vbar(x=A([1, 2]), top=A([1.0, 2.0]))),
    patch=lambda A: bok(A, lambda p: p.patches([A(V)], [A(V)])),
    quad=lambda A: bok(A, lambda p: p.quad(top=A(V), bottom=0, left=A(V), right=A(V))),
    multi=lambda A: bok(A, lambda p: p.multi_line([A(V), A(V)], [A(V), A(V)])),
    rang=lambda A: bk().figure(x_range=(A(V)[0], A(V)[1])).x_range.end,
    ser=lambda A: str(lib("bokeh.core.serialization").Serializer().encode(A(V)))[:20],
    stream=lambda A: [
        s := lib("bokeh.models").ColumnDataSource({"a": [1.0]}),
        s.stream({"a": A([2.0])}),
        list(s.data["a"]),
    ][-1],
    segm=lambda A: bok(A, lambda p: p.segment(A(V), A(V), A(V), A(V))),
    filt=lambda A: lib("bokeh.models").BooleanFilter(A([True, False])).booleans,
    trans=lambda A: lib("bokeh.transform").linear_cmap("a", "Viridis256", A(V).min(), A(V).max())["transform"].high,
    contour=lambda A: len(
        bk()
        .figure()
        .contour(A([[0.0, 1], [0, 1]]), A([[0.0, 0], [1, 1]]), A(M), A([2.0, 3.0]), line_color="black")
        .line_renderer.data_source.data
    ),
)
library(
    "altair",
    ch=lambda A: (
        al().Chart(lib("pandas").DataFrame({"a": A(V), "b": A(V)})).mark_line().encode(x="a", y="b").to_dict()["mark"]
    ),
    val=lambda A: (
        al().value(A(V)[0]).to_dict() if hasattr(al().value(A(V)[0]), "to_dict") else str(al().value(A(V)[0]))
    ),
    seq=lambda A: al().Scale(domain=list(A([0.0, 1.0]))).to_dict(),
    npd=lambda A: al().Chart(al().Data(values=[{"a": float(v)} for v in A(V)])).mark_point().to_dict()["mark"],
)
library(
    "geopandas",
    pts=lambda A: gp().points_from_xy(A(V), A(V)).x,
    gdf=lambda A: gp().GeoDataFrame({"a": A(V)}, geometry=gp().points_from_xy(A(V), A(V))).total_bounds,
    idx=lambda A: gp().GeoSeries(gp().points_from_xy(A(V), A(V)))[A([True, False, True, False, False])].x,
    buf=lambda A: gp().GeoSeries(gp().points_from_xy(A(V), A(V))).buffer(A(V)).area,
    dist=lambda A: gp().GeoSeries(gp().points_from_xy(A(V), A(V))).translate(A(V)[0], 0).x,
    setc=lambda A: [g := gp().GeoDataFrame(geometry=gp().points_from_xy(V, V)), g.__setitem__("k", A(V)), g.k.sum()][
        -1
    ],
    iloc=lambda A: gp().GeoSeries(gp().points_from_xy(V, V)).iloc[A([0, 1])].x,
    poly=lambda A: gp().GeoSeries([lib("shapely").Polygon(A([[0.0, 0], [1, 0], [1, 1]]))]).area,
    interp=lambda A: gp().GeoSeries([lib("shapely").LineString(A([[0.0, 0], [1, 0]]))]).interpolate(A([0.5])[0]).x,
    sind=lambda A: gp().GeoSeries(gp().points_from_xy(V, V)).sindex.query(lib("shapely").box(0, 0, 2, 2)),
    to=lambda A: gp().GeoSeries(gp().points_from_xy(A(V), A(V)), crs=4326).to_crs(3857).x,
)
library(
    "pyproj",
    tr=lambda A: lib("pyproj").Transformer.from_crs(4326, 3857).transform(A(V), A(V)),
    trs=lambda A: lib("pyproj").Transformer.from_crs(4326, 3857).transform(A(V)[0], A(V)[0]),
    geod=lambda A: lib("pyproj").Geod(ellps="WGS84").inv(A(V), A(V), A(V) + 1, A(V)),
    proj=lambda A: lib("pyproj").Proj("EPSG:3857")(A(V), A(V)),
    inpl=lambda A: [x := A(V), lib("pyproj").Transformer.from_crs(4326, 3857).transform(x, A(V), inplace=True)][-1],
    itr=lambda A: list(lib("pyproj").Transformer.from_crs(4326, 3857).itransform(A(M))),
    area=lambda A: lib("pyproj").Geod(ellps="WGS84").polygon_area_perimeter(A([0.0, 1.0, 1.0]), A([0.0, 0.0, 1.0])),
)
library(
    "unyt",
    arr=lambda A: uy().unyt_array(A(V), "m").value,
    mul=lambda A: (A(V) * uy().m).value,
    rmul=lambda A: (uy().m * A(V)).value,
    q=lambda A: uy().unyt_quantity(A(V)[0], "m").value,
    add=lambda A: (uy().unyt_array(V, "m") + uy().unyt_array(A(V), "cm")).value,
    sc=lambda A: (uy().unyt_array(V, "m") * A(V)).value,
    rsc=lambda A: (A(V) * uy().unyt_array(V, "m")).units.__str__(),
    cmp=lambda A: uy().unyt_array(V, "dimensionless") > A(V),
    div=lambda A: (A(V) / uy().s).units.__str__(),
    np_=lambda A: np.multiply(A(V), uy().unyt_array(V, "m")).units.__str__(),
    conc=lambda A: np.concatenate([uy().unyt_array(A(V), "m"), uy().unyt_array(A(V), "m")]).value,
)
library(
    "quantities",
    arr=lambda A: qn().Quantity(A(V), "m").magnitude,
    mul=lambda A: (A(V) * qn().m).magnitude,
    rmul=lambda A: (qn().m * A(V)).magnitude,
    add=lambda A: (A(V) * qn().m + A(V) * qn().cm).magnitude,
    unc=lambda A: str(qn().UncertainQuantity(A(V), "m", A(V)).magnitude),
    sc=lambda A: (qn().Quantity(V, "m") * A(V)).magnitude,
    rsc=lambda A: (A(V) * qn().Quantity(V, "m")).dimensionality.__str__(),
    ip=lambda A: [x := qn().Quantity(V, "m"), x.__imul__(A(V)), x.magnitude][-1],
)
library(
    "pytest",
    approx=lambda A: A(V) == lib("pytest").approx(V),
    rapprox=lambda A: lib("pytest").approx(A(V)) == A(V),
    raises=lambda A: A(V) != lib("pytest").approx([1.0, 2, 3, 4, 5]),
    sc=lambda A: A(V).sum() == lib("pytest").approx(15.0),
    nest=lambda A: {"a": A(V)[0]} == lib("pytest").approx({"a": 1.0}),
    ll=lambda A: [A(V)[0]] == lib("pytest").approx([1.0]),
    repr=lambda A: repr(lib("pytest").approx(A(V))),
    mixed=lambda A: np.array(V) == lib("pytest").approx(A(V)),
)
library(
    "numpy.testing",
    ae=lambda A: np.testing.assert_array_equal(A(V), V),
    ac=lambda A: np.testing.assert_allclose(A(V), A(V)),
    less=lambda A: np.testing.assert_array_less(A(V), A(V) + 1),
    eq=lambda A: np.testing.assert_equal({"a": A(V)}, {"a": A(V)}),
    ulp=lambda A: np.testing.assert_array_max_ulp(A(V), A(V)),
    al=lambda A: np.testing.assert_almost_equal(A(V), A(V)),
)
library(
    "joblib",
    par=lambda A: lib("joblib").Parallel(n_jobs=1)(lib("joblib").delayed(lambda v: v.sum())(A(V)) for _ in range(2)),
    dump=lambda A: [p := tempfile.mktemp(), lib("joblib").dump({"a": A(V)}, p), lib("joblib").load(p)["a"]][-1],
    mem=lambda A: lib("joblib").Memory(tempfile.mkdtemp(), verbose=0).cache(np.sum)(A(V)),
    hsh=lambda A: lib("joblib").hash(A(V)) == lib("joblib").hash(A(V)),
    hsh2=lambda A: lib("joblib").hash(A(V)) == lib("joblib").hash(A(V) + 1),
    zip=lambda A: [p := tempfile.mktemp(), lib("joblib").dump(A(V), p, compress=3), lib("joblib").load(p)][-1],
    thr=lambda A: lib("joblib").Parallel(n_jobs=2, backend="threading")(
        lib("joblib").delayed(np.sum)(A(V)) for _ in range(3)
    ),
)
library(
    "tqdm",
    it=lambda A: [float(x) for x in lib("tqdm").tqdm(A(V), disable=True)],
    tot=lambda A: lib("tqdm").tqdm(total=A([3])[0], disable=False, file=io.StringIO()).total,
    rng=lambda A: len(lib("tqdm").trange(A([3])[0], disable=True)),
    fmt=lambda A: lib("tqdm").tqdm.format_sizeof(A(V)[0]),
    post=lambda A: lib("tqdm").tqdm(range(2), file=io.StringIO()).set_postfix(a=A(V)[0]),
)
library(
    "simpy",
    t=lambda A: [e := lib("simpy").Environment(), e.timeout(A(V)[1]), e.run(), e.now][-1],
    unt=lambda A: [e := lib("simpy").Environment(), e.run(until=A(V)[1]), e.now][-1],
    cont=lambda A: [
        e := lib("simpy").Environment(),
        c := lib("simpy").Container(e, A(V)[3], init=A(V)[0]),
        c.put(A(V)[0]),
        e.run(),
        c.level,
    ][-1],
)
library(
    "mpmath",
    mpf=lambda A: str(lib("mpmath").mpf(A(V)[0])),
    mat=lambda A: str(lib("mpmath").matrix(A(M).tolist())),
    mat2=lambda A: str(lib("mpmath").matrix(A(M))),
    fn=lambda A: str(lib("mpmath").sin(A(V)[0])),
    mul=lambda A: str(lib("mpmath").mpf(2) * A(V)[0]),
    poly=lambda A: str(lib("mpmath").polyval(list(A(V)), 2)),
    fsum=lambda A: str(lib("mpmath").fsum(A(V))),
    arr=lambda A: [str(x) for x in A(V) * lib("mpmath").mpf(2)],
)
library(
    "polars",
    s=lambda A: pl().Series("a", A(V)).to_list(),
    df=lambda A: pl().DataFrame({"a": A(V), "b": A([1, 2, 3, 4, 5])}).to_dict(as_series=False),
    df2=lambda A: pl().DataFrame(A(M)).to_dict(as_series=False),
    fn=lambda A: pl().from_numpy(A(M)).to_dict(as_series=False),
    lit=lambda A: pl().select(pl().lit(A(V)[0])).to_dict(as_series=False),
    lits=lambda A: pl().select(pl().lit(pl().Series(A(V)))).to_dict(as_series=False),
    filt=lambda A: pl().DataFrame({"a": V}).filter(A([True, False, True, False, False])).to_dict(as_series=False),
    isin=lambda A: pl().Series(V).is_in(A([1.0, 2.0])).to_list(),
    add=lambda A: (pl().Series(V) + A(V)).to_list(),
    radd=lambda A: A(V) + pl().Series(V),
    gather=lambda A: pl().Series(V).gather(A([0, 1])).to_list(),
    get=lambda A: pl().Series(V)[A([0, 1])].to_list(),
    wc=lambda A: pl().DataFrame({"a": V}).with_columns(b=pl().Series(A(V))).to_dict(as_series=False),
    wc2=lambda A: pl().DataFrame({"a": V}).with_columns(b=A(V)).to_dict(as_series=False),
    npf=lambda A: np.sqrt(pl().Series(A(V))).to_list(),
    lst=lambda A: pl().Series([A(V), A(V)]).to_list(),
    scat=lambda A: pl().Series(V).scatter(A([0]), A([9.0])).to_list(),
    ss=lambda A: pl().Series(sorted(V)).search_sorted(A([2.0, 3.0])).to_list(),
    cut=lambda A: pl().Series(V).cut(list(A([2.0]))).to_list(),
    sch=lambda A: str(pl().DataFrame({"a": A(np.float32(V))}).schema),
    rows=lambda A: pl().DataFrame([{"a": A(V)[0]}]).to_dict(as_series=False),
    dot=lambda A: pl().Series(V).dot(A(V)),
    ext=lambda A: pl().Series(V).clip(A([2.0])[0], 3.0).to_list(),
    rep=lambda A: pl().Series(V).replace(A([1.0]), A([9.0])).to_list(),
    concat=lambda A: pl().concat([pl().Series(A(V)), pl().Series(A(V))]).to_list(),
)
