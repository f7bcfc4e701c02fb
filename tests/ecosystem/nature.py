"""Weather, earthquakes, rasters, atoms, molecules, genes, and their pictures."""

from __future__ import annotations

import numpy as np

from .data import IMG, M3, V8, R, W, X, lib
from .table import library

library(
    "cftime",
    n2d=lambda A: str(lib("cftime").num2date(A(V8), "days since 2000-01-01")),
    n2py=lambda A: str(lib("cftime").num2pydate(A(V8), "hours since 2000-01-01")),
    scalar=lambda A: str(lib("cftime").num2date(A(V8)[0], "days since 2000-01-01")),
)

library(
    "rasterio",
    shapes=lambda A: len(list(lib("rasterio.features").shapes(A(IMG)))),
    sieve=lambda A: lib("rasterio.features").sieve((A(IMG) > 100).astype(np.uint8), 4),
    fill=lambda A: lib("rasterio.fill").fillnodata(A(IMG).astype(np.float32), mask=(A(IMG) > 50).astype(np.uint8)),
    tr=lambda A: [list(q) for q in lib("rasterio.warp").transform("EPSG:4326", "EPSG:3857", A(V8), A(V8))],
)

library(
    "metpy",
    q=lambda A: lib("metpy.units").units.Quantity(A(V8), "m").to("km").m,
    smooth=lambda A: np.asarray(lib("metpy.calc").smooth_gaussian(A(IMG).astype(float), 3)),
    grad=lambda A: [np.asarray(q) for q in lib("metpy.calc").gradient(A(M3), deltas=(1, 1))],
)

library(
    "obspy",
    trace=lambda A: lib("obspy").Trace(A(W)).data,
    filt=lambda A: lib("obspy").Trace(A(W).copy(), {"sampling_rate": 20.0}).filter("lowpass", freq=2.0).data[:20],
    detrend=lambda A: lib("obspy").Trace(A(W).copy()).detrend("linear").data[:20],
    taper=lambda A: lib("obspy").Trace(A(W).copy()).taper(0.1).data[:20],
    resample=lambda A: lib("obspy").Trace(A(W).copy(), {"sampling_rate": 20.0}).resample(10.0).data[:20],
    decimate=lambda A: lib("obspy").Trace(A(W).copy(), {"sampling_rate": 20.0}).decimate(2, no_filter=True).data[:20],
    norm=lambda A: lib("obspy").Trace(A(W).copy()).normalize().data[:20],
    trig=lambda A: lib("obspy.signal.trigger").classic_sta_lta(A(W), 5, 20)[30:40],
    rec=lambda A: lib("obspy.signal.trigger").recursive_sta_lta(A(W), 5, 20)[30:40],
    onset=lambda A: lib("obspy.signal.trigger").trigger_onset(A(W), 0.8, 0.2),
    env=lambda A: lib("obspy.signal.filter").envelope(A(W))[:10],
    bp=lambda A: lib("obspy.signal.filter").bandpass(A(W), 1, 3, 20)[:10],
    xc=lambda A: lib("obspy.signal.cross_correlation").correlate(A(W), A(W), 5),
    stream=lambda A: lib("obspy").Stream([lib("obspy").Trace(A(W).copy())]).merge()[0].data[:5],
    slice=lambda A: lib("obspy").Trace(A(W)).slice().max(),
    integrate=lambda A: lib("obspy").Trace(A(W).copy()).integrate().data[:5],
    rotate=lambda A: lib("obspy.signal.rotate").rotate_ne_rt(A(V8), A(V8), 30.0),
)

library(
    "ase",
    idx=lambda A: lib("ase").Atoms("H2O", positions=A(np.eye(3)))[A([0, 2])].get_chemical_symbols(),
    mask=lambda A: lib("ase").Atoms("H2O", positions=A(np.eye(3)))[A([True, False, True])].positions,
    constraint=lambda A: lib("ase.constraints").FixAtoms(indices=A([0])).get_indices(),
    rep=lambda A: lib("ase").Atoms("H", cell=A([1.0, 1.0, 1.0]), pbc=True).repeat(A([2, 1, 1]).tolist()).positions,
)

library(
    "pymatgen",
    lat=lambda A: lib("pymatgen.core").Lattice(A(M3)).volume,
    frac=lambda A: lib("pymatgen.core").Lattice(A(M3)).get_fractional_coords(A([0.1, 0.2, 0.3])),
    mol=lambda A: lib("pymatgen.core").Molecule(["H", "O"], A([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])).center_of_mass,
)

library(
    "rdkit",
    bits=lambda A: lib("rdkit.DataStructs").CreateFromBitString("0110").GetNumOnBits() + int(A([1]).sum()),
    getatom2=lambda A: lib("rdkit.Chem").MolFromSmiles("CCO").GetAtomWithIdx(int(A([2])[0])).GetSymbol(),
    pt=lambda A: list(lib("rdkit.Geometry").Point3D(*A(V8)[:3])),
)

library(
    "Bio",
    cluster=lambda A: lib("Bio.Cluster").kcluster(A(X), 2, npass=1)[0].shape,
    pd=lambda A: [np.asarray(r) for r in lib("Bio.Cluster").distancematrix(A(X)[:4])],
    vec=lambda A: lib("Bio.PDB.vectors").Vector(A(V8)[:3]).norm(),
    rot=lambda A: lib("Bio.PDB.vectors").Vector(1, 0, 0).left_multiply(A(M3)).get_array(),
    tree=lambda A: lib("Bio.Cluster").treecluster(A(X)[:6])[0].distance,
    pca=lambda A: lib("Bio.Cluster").pca(A(X)[:6])[3],
)

library(
    "pyvista",
    poly=lambda A: np.asarray(lib("pyvista").PolyData(A(X)).points),
    grid=lambda A: lib("pyvista").StructuredGrid(*np.meshgrid(A(V8), A(V8), A(V8)[:2])).n_points,
    rect=lambda A: lib("pyvista").RectilinearGrid(A([0.0, 1.0, 2.0]), A([0.0, 1.0]), A([0.0, 1.0])).n_cells,
    idx=lambda A: (lambda p: (p.__setitem__("v", A(R)), np.asarray(p["v"]))[1])(lib("pyvista").PolyData(A(X))),
    tr=lambda A: np.asarray(lib("pyvista").PolyData(A(X)).transform(A(np.eye(4)), inplace=False).points),
    lines=lambda A: lib("pyvista").lines_from_points(A(X)[:5]).n_cells,
    probe=lambda A: np.asarray(lib("pyvista").PolyData(A(X)).center),
    wrap=lambda A: np.asarray(lib("pyvista").wrap(A(X)).points),
)
