"""Pictures of matplotlib's, drawn on ndarrays and on ours and compared; and figures of plotly's."""

from __future__ import annotations

import numpy as np

from .data import IMG, M, P, V, W, X, lib
from .table import library


def px():
    return lib("plotly.express")


def go():
    return lib("plotly.graph_objects")


def drawn(draw):
    """What a picture's pixels sum up to, and the limits of its data."""

    def call(A):
        plt = lib("matplotlib.pyplot")
        figure, axes = plt.subplots()
        try:
            draw(axes, A)
            figure.canvas.draw()
            return np.asarray(figure.canvas.buffer_rgba()).astype(int).sum(), tuple(axes.dataLim.bounds)
        finally:
            plt.close(figure)

    return call


PICTURES = {
    "plot": lambda a, A: a.plot(A(V), A(V)),
    "plot2": lambda a, A: a.plot(A(X)),
    "plotm": lambda a, A: a.plot(A(M), A(M)),
    "scatter": lambda a, A: a.scatter(A(V), A(V), s=A(V), c=A(V)),
    "scatterc": lambda a, A: a.scatter(A(V), A(V), c=A(P[:5]) / 10),
    "bar": lambda a, A: a.bar(A([1, 2, 3, 4, 5]), A(V), yerr=A(V)),
    "barh": lambda a, A: a.barh(A([1, 2, 3, 4, 5]), A(V)),
    "barl": lambda a, A: a.bar_label(a.bar(A([1, 2, 3, 4, 5]), A(V))),
    "hist": lambda a, A: a.hist(A(V), bins=A([0.0, 2.0, 6.0])),
    "hist2": lambda a, A: a.hist(A(X)),
    "histw": lambda a, A: a.hist(A(V), weights=A(V)),
    "hists": lambda a, A: a.hist([A(V), A(V)], stacked=True),
    "hist2d": lambda a, A: a.hist2d(A(V), A(V)),
    "hexbin": lambda a, A: a.hexbin(A(X[:, 0]), A(X[:, 1]), gridsize=5),
    "box": lambda a, A: a.boxplot(A(X)),
    "box1": lambda a, A: a.boxplot(A(V)),
    "boxl": lambda a, A: a.boxplot([A(V), A(V)]),
    "violin": lambda a, A: a.violinplot(A(X)),
    "err": lambda a, A: a.errorbar(A(V), A(V), yerr=A(V), xerr=A(M[0] * 2 + [1.0])),
    "err2": lambda a, A: a.errorbar(A(V), A(V), yerr=A(np.array([V, V]))),
    "fill": lambda a, A: a.fill_between(A(V), A(V), A(V) + 1, where=A([True, False, True, True, True])),
    "fillx": lambda a, A: a.fill_betweenx(A(V), A(V)),
    "fillp": lambda a, A: a.fill(A(V), A(V)),
    "stack": lambda a, A: a.stackplot(A(np.arange(5)), A(np.array([V, V]))),
    "step": lambda a, A: a.step(A(V), A(V)),
    "stairs": lambda a, A: a.stairs(A(V), A(np.arange(6.0))),
    "stem": lambda a, A: a.stem(A(V), A(V)),
    "event": lambda a, A: a.eventplot(A(np.array([V, V]))),
    "eventl": lambda a, A: a.eventplot([A(V), A(V)]),
    "pie": lambda a, A: a.pie(A(V), explode=A(V) / 100),
    "imshow": lambda a, A: a.imshow(A(IMG)),
    "imrgb": lambda a, A: a.imshow(A(np.dstack([IMG] * 3))),
    "imext": lambda a, A: a.imshow(A(M), extent=A([0.0, 1.0, 0.0, 1.0])),
    "mat": lambda a, A: a.matshow(A(M)),
    "spy": lambda a, A: a.spy(A(M)),
    "pcm": lambda a, A: a.pcolormesh(A(np.arange(3.0)), A(np.arange(3.0)), A(M)),
    "pcol": lambda a, A: a.pcolor(A(M)),
    "contour": lambda a, A: a.contour(A(M), levels=A([2.0, 3.0])),
    "contourf": lambda a, A: a.contourf(A(np.arange(2.0)), A(np.arange(2.0)), A(M)),
    "tri": lambda a, A: a.tripcolor(A([0.0, 1, 0]), A([0.0, 0, 1]), A([1.0, 2.0, 3.0])),
    "triplot": lambda a, A: a.triplot(A([0.0, 1, 0]), A([0.0, 0, 1]), A([[0, 1, 2]])),
    "tric": lambda a, A: a.tricontour(A([0.0, 1, 0, 1]), A([0.0, 0, 1, 1]), A([1.0, 2.0, 3.0, 4.0])),
    "quiver": lambda a, A: a.quiver(A(V), A(V), A(V), A(V)),
    "barbs": lambda a, A: a.barbs(A(V), A(V), A(V), A(V)),
    "stream": lambda a, A: a.streamplot(A(np.arange(3.0)), A(np.arange(3.0)), A(np.ones((3, 3))), A(np.ones((3, 3)))),
    "loglog": lambda a, A: a.loglog(A(V), A(V)),
    "semx": lambda a, A: a.semilogx(A(V), A(V)),
    "hl": lambda a, A: a.hlines(A(V), 0, A(V)),
    "vl": lambda a, A: a.vlines(A(V), A(V) * 0, 1),
    "axh": lambda a, A: a.axhline(A(V)[0]),
    "axs": lambda a, A: a.axvspan(A(V)[0], A(V)[1]),
    "text": lambda a, A: a.text(A(V)[0], A(V)[1], "a"),
    "ann": lambda a, A: a.annotate("a", A([1.0, 2.0]), xytext=A([2.0, 3.0])),
    "ticks": lambda a, A: (a.set_xticks(A(V)), a.set_xticklabels(A(V))),
    "lims": lambda a, A: (a.set_xlim(A([0.0, 2.0])), a.set_ylim(A(V)[0], A(V)[1])),
    "psd": lambda a, A: a.psd(A(W), NFFT=32),
    "spec": lambda a, A: a.specgram(A(W), NFFT=32, noverlap=8),
    "ac": lambda a, A: a.acorr(A(V), maxlags=3),
    "coh": lambda a, A: a.cohere(A(W), A(W), NFFT=32),
    "mag": lambda a, A: a.magnitude_spectrum(A(W)),
    "table": lambda a, A: a.table(A(M)),
    "broken": lambda a, A: a.broken_barh([(A(V)[0], A(V)[1])], (0, 1)),
    "patch": lambda a, A: a.add_patch(lib("matplotlib.patches").Polygon(A([[0.0, 0], [1, 0], [1, 1]]))),
    "circ": lambda a, A: a.add_patch(lib("matplotlib.patches").Circle(A([0.5, 0.5]), A(V)[0])),
    "lc": lambda a, A: a.add_collection(
        lib("matplotlib.collections").LineCollection(A(np.zeros((2, 3, 2)) + np.arange(3)[:, None]))
    ),
    "lcl": lambda a, A: a.add_collection(
        lib("matplotlib.collections").LineCollection([A(M), A(M)], array=A([1.0, 2.0]))
    ),
    "pc": lambda a, A: a.add_collection(
        lib("matplotlib.collections").PatchCollection(
            [lib("matplotlib.patches").Rectangle((0, 0), 1, 1)], array=A([1.0])
        )
    ),
    "setd": lambda a, A: a.plot([1, 2], [1, 2])[0].set_data(A([1.0, 2.0]), A([3.0, 4.0])),
    "setd2": lambda a, A: a.plot([1, 2], [1, 2])[0].set_ydata(A([3.0, 4.0])),
    "seto": lambda a, A: a.scatter([1, 2], [1, 2]).set_offsets(A(M)),
    "seta": lambda a, A: a.imshow(np.array(M)).set_data(A(M)),
    "setarr": lambda a, A: a.scatter([1, 2], [1, 2], c=[1, 2]).set_array(A([3.0, 4.0])),
    "clr": lambda a, A: a.plot(V, V, color=A([0.1, 0.2, 0.3])),
    "clrs": lambda a, A: a.scatter(V[:2], V[:2], color=A([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]])),
    "cm": lambda a, A: a.imshow(lib("matplotlib").colormaps["viridis"](A(M) / 4)),
    "nrm": lambda a, A: a.imshow(M, norm=lib("matplotlib.colors").BoundaryNorm(A([0.0, 2.0, 5.0]), 256)),
    "lcm": lambda a, A: a.imshow(
        M, cmap=lib("matplotlib.colors").ListedColormap(A(np.random.RandomState(0).rand(4, 3)))
    ),
    "mask": lambda a, A: a.plot(np.ma.masked_greater(A(V), 4)),
    "dates": lambda a, A: a.plot(lib("matplotlib.dates").num2date(A(V)), A(V)),
    "nan": lambda a, A: a.plot(A([1.0, np.nan, 3.0])),
    "ints": lambda a, A: a.plot(A([1, 2, 3])),
    "data": lambda a, A: a.plot("x", "y", data={"x": A(V), "y": A(V)}),
    "markev": lambda a, A: a.plot(A(V), A(V), markevery=A([0, 2])),
    "ecdf": lambda a, A: a.ecdf(A(V)),
    "grpd": lambda a, A: a.secondary_xaxis(A(V)[0] / 10),
}

library("matplotlib", **{f"draw_{name}": drawn(draw) for name, draw in PICTURES.items()})
library(
    "plotly",
    sc=lambda A: go().Scatter(x=A(V), y=A(V)).to_plotly_json()["x"],
    px=lambda A: px().line(x=A(V), y=A(V)).to_json(),
    pxs=lambda A: px().scatter(x=A(V), y=A(V), color=A(V), size=A(V)).to_json(),
    pxh=lambda A: px().histogram(x=A(V)).to_json(),
    pim=lambda A: px().imshow(A(M)).to_json(),
    pim3=lambda A: px().imshow(A(np.dstack([IMG] * 3))).data[0].type,
    surf=lambda A: go().Surface(z=A(M)).to_plotly_json()["z"],
    heat=lambda A: go().Figure(go().Heatmap(z=A(M))).to_json(),
    err=lambda A: go().Scatter(y=A(V), error_y={"array": A(V)}).to_plotly_json()["error_y"]["array"],
    mk=lambda A: go().Scatter(y=A(V), marker={"color": A(V), "size": A(V)}).to_plotly_json()["marker"]["color"],
    up=lambda A: [f := go().Figure(go().Scatter(y=[1, 2])), f.update_traces(y=A(V)), f.to_json()][-1],
    rng=lambda A: go().Figure(layout={"xaxis": {"range": A([0.0, 1.0])}}).to_json(),
    bar=lambda A: px().bar(x=A([1, 2]), y=A([3.0, 4.0])).to_json(),
    box=lambda A: go().Box(y=A(V)).to_plotly_json()["y"],
    vl=lambda A: [f := go().Figure(), f.add_vline(x=A(V)[0]), f.to_json()][-1],
    cont=lambda A: go().Contour(z=A(M), x=A([0.0, 1.0]), y=A([0.0, 1.0])).to_plotly_json()["x"],
    tbl=lambda A: go().Table(cells={"values": A(M)}).to_plotly_json()["cells"]["values"],
    d3=lambda A: px().scatter_3d(x=A(V), y=A(V), z=A(V)).to_json(),
    dfp=lambda A: px().line(A(M)).to_json(),
    mat=lambda A: px().scatter_matrix(A(X)).to_json()[:50],
    par=lambda A: go().Parcoords(dimensions=[{"values": A(V)}]).to_plotly_json()["dimensions"][0]["values"],
    quiv=lambda A: lib("plotly.figure_factory").create_quiver(A(V), A(V), A(V), A(V)).to_json()[:100],
    dend=lambda A: lib("plotly.figure_factory").create_dendrogram(A(X)).to_json()[:100],
)
