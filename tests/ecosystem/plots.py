"""Pictures and images: matplotlib, seaborn, Pillow, scikit-image, plotly."""

from __future__ import annotations

import io

import numpy as np

from .table import library


def ax(projection=None):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.close("all")
    return plt.figure().add_subplot(projection=projection)


W = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]])
X = np.linspace(0.0, 1.0, 5)

library(
    "matplotlib",
    plot=lambda A: [line.get_xydata() for line in ax().plot(A(X), A(X) ** 2)],
    plot_columns=lambda A: [line.get_xydata() for line in ax().plot(A(W))],
    plot_one=lambda A: [line.get_xydata() for line in ax().plot(A(X))],
    plot_scalars=lambda A: [line.get_xydata() for line in ax().plot([A(X)[1], A(X)[2]], [A(X)[0], A(X)[1]], "o")],
    errorbar=lambda A: ax().errorbar(A(X), A(X), yerr=A(X))[0].get_xydata(),
    scatter=lambda A: ax().scatter(A(X), A(X), c=A(X), s=A(X) * 10).get_offsets().data,
    bar=lambda A: [p.get_height() for p in ax().bar(A(X), A(X))],
    barh=lambda A: [p.get_width() for p in ax().barh(A(X), A(X))],
    hist=lambda A: ax().hist(A(X), bins=3)[:2],
    hist_bins=lambda A: ax().hist(A(X), bins=A([0.0, 0.5, 1.0]))[:2],
    hist_columns=lambda A: ax().hist(A(W.T), bins=4)[0],
    hist_weights=lambda A: ax().hist(A(X), weights=A(X))[0],
    hist_list=lambda A: ax().hist([A(X), A(X)], bins=2)[0],
    hist2d=lambda A: ax().hist2d(A(X), A(X), bins=2)[0],
    hexbin=lambda A: ax().hexbin(A(X), A(X), gridsize=3).get_array(),
    boxplot=lambda A: len(ax().boxplot(A(W))["boxes"]),
    boxplot_list=lambda A: len(ax().boxplot([A(X), A(X)])["boxes"]),
    violin=lambda A: len(ax().violinplot(A(W))["bodies"]),
    violin_list=lambda A: len(ax().violinplot([A(X), A(X)])["bodies"]),
    eventplot=lambda A: len(ax().eventplot(A(W))),
    stackplot=lambda A: len(ax().stackplot(A(X[:4]), A(W))),
    fill_between=lambda A: ax().fill_between(A(X), A(X)).get_paths()[0].vertices,
    fill_where=lambda A: len(ax().fill_between(A(X), A(X), where=A(X) > 0.3).get_paths()),
    imshow=lambda A: ax().imshow(A(W)).get_array().data,
    imshow_rgb=lambda A: ax().imshow(A(np.zeros((2, 2, 3)))).get_array().shape,
    matshow=lambda A: ax().matshow(A(W)).get_array().data,
    spy=lambda A: ax().spy(A(np.eye(3))).get_array().data,
    pcolormesh=lambda A: ax().pcolormesh(A(W)).get_array().data,
    pcolormesh_grid=lambda A: ax().pcolormesh(A(X), A([0.0, 1.0, 2.0]), A(W)).get_array().data,
    contour=lambda A: ax().contour(A(np.outer(X, X))).levels,
    contourf=lambda A: ax().contourf(A(X), A(X), A(np.outer(X, X)), levels=A([0.0, 0.3, 0.6])).levels,
    quiver=lambda A: ax().quiver(A(X), A(X), A(X), A(X)).U,
    streamplot=lambda A: ax().streamplot(A(X), A(X), A(np.ones((5, 5))), A(np.ones((5, 5)))) and 1,
    step=lambda A: ax().step(A(X), A(X))[0].get_xydata(),
    stem=lambda A: ax().stem(A(X), A(X))[0].get_xydata(),
    pie=lambda A: len(ax().pie(A([1.0, 2.0]))[0]),
    psd=lambda A: ax().psd(A(np.sin(np.arange(64.0))), NFFT=16)[0],
    specgram=lambda A: ax().specgram(A(np.sin(np.arange(64.0))), NFFT=16, noverlap=8)[0],
    acorr=lambda A: ax().acorr(A(X), maxlags=2)[1],
    xcorr=lambda A: ax().xcorr(A(X), A(X), maxlags=2)[1],
    axhline=lambda A: ax().axhline(A(X)[1]).get_ydata(),
    axvspan=lambda A: ax().axvspan(A(X)[1], A(X)[2]) and 1,
    hlines=lambda A: len(ax().hlines(A(X), A(X)[0], A(X)[1]).get_segments()),
    vlines=lambda A: len(ax().vlines(A(X), 0, A(X)).get_segments()),
    xlim=lambda A: ax().set_xlim(A(X)[0], A(X)[1]),
    xticks=lambda A: [a := ax(), a.set_xticks(A(X)), a.get_xticks()][-1],
    text=lambda A: ax().text(A(X)[1], A(X)[2], "t").get_position(),
    annotate=lambda A: ax().annotate("t", (A(X)[0], A(X)[1])).xy,
    semilogy=lambda A: ax().semilogy(A(X) + 1)[0].get_xydata(),
    loglog=lambda A: ax().loglog(A(X) + 1, A(X) + 1)[0].get_xydata(),
    plot3d=lambda A: ax("3d").plot(A(X), A(X), A(X)) and 1,
    surface=lambda A: ax("3d").plot_surface(A(np.outer(X, X)), A(np.outer(X, X)), A(np.outer(X, X))) and 1,
    scatter3d=lambda A: ax("3d").scatter(A(X), A(X), A(X)) and 1,
    polar=lambda A: ax("polar").plot(A(X), A(X))[0].get_xydata(),
    tripcolor=lambda A: ax().tripcolor(A([0.0, 1.0, 0.0]), A([0.0, 0.0, 1.0]), A([1.0, 2.0, 3.0])) and 1,
    line_collection=lambda A: len(_collection(A).get_segments()),
    polygon=lambda A: _patch(A).get_xy(),
    colormap=lambda A: _cm()(A(X)),
    colormap_scalar=lambda A: _cm()(A(X)[2]),
    normalize=lambda A: _norm()(A(X)),
    color=lambda A: _colors().to_rgba(A([0.1, 0.2, 0.3])),
    hex=lambda A: _colors().to_hex(A([0.1, 0.2, 0.3])),
    savefig=lambda A: [a := ax(), a.plot(A(X), A(X)), a.figure.savefig(f := io.BytesIO()), len(f.getvalue()) > 100][-1],
    set_data=lambda A: [line := ax().plot([0], [0])[0], line.set_data(A(X), A(X)), line.get_xydata()][-1],
    image_set=lambda A: [im := ax().imshow(W), im.set_data(A(W)), im.get_array().data][-1],
    gridspec=lambda A: len(_plt().subplots(2, 2, width_ratios=A([1, 2]))[1]),
    clabel=lambda A: ax().contour(A(np.outer(X, X)), levels=A([0.1, 0.2])).get_array(),
    ecdf=lambda A: ax().ecdf(A(X)).get_xydata(),
    stairs=lambda A: ax().stairs(A(X[:4]), A(X)).get_data().values,
)


def _plt():
    import matplotlib.pyplot as plt

    return plt


def _cm():
    import matplotlib

    return matplotlib.colormaps["viridis"]


def _norm():
    from matplotlib.colors import Normalize

    return Normalize(0, 2)


def _colors():
    from matplotlib import colors

    return colors


def _collection(A):
    from matplotlib.collections import LineCollection

    return LineCollection(A(np.zeros((2, 3, 2))))


def _patch(A):
    from matplotlib.patches import Polygon

    return Polygon(A([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))


def sns():
    import seaborn

    ax()
    return seaborn


library(
    "seaborn",
    lineplot=lambda A: len(sns().lineplot(x=A(X), y=A(X)).lines),
    scatterplot=lambda A: len(sns().scatterplot(x=A(X), y=A(X)).collections),
    histplot=lambda A: [p.get_height() for p in sns().histplot(A(X), bins=3).patches],
    heatmap=lambda A: sns().heatmap(A(W)).collections[0].get_array().data,
    kdeplot=lambda A: sns().kdeplot(A(X)).lines[0].get_xydata()[:3],
    boxplot=lambda A: len(sns().boxplot(A(X)).patches),
    boxplot_wide=lambda A: len(sns().boxplot(A(W)).patches),
    violinplot=lambda A: len(sns().violinplot(A(X)).collections),
    stripplot=lambda A: len(sns().stripplot(A(X)).collections),
    barplot=lambda A: len(sns().barplot(x=A([0, 1]), y=A([1.0, 2.0])).patches),
    regplot=lambda A: sns().regplot(x=A(X), y=A(X)).lines[0].get_xydata()[:3],
    ecdfplot=lambda A: sns().ecdfplot(A(X)).lines[0].get_xydata(),
    palette=lambda A: sns().color_palette(A([[0.1, 0.2, 0.3]])),
)


def Image():
    from PIL import Image

    return Image


B = np.array([[0, 255, 3], [7, 9, 200]], "u1")

library(
    "Pillow",
    gray=lambda A: Image().fromarray(A(B)),
    data=lambda A: list(Image().fromarray(A(B)).getdata()),
    rgb=lambda A: list(Image().fromarray(A(np.zeros((2, 2, 3), "u1"))).getdata()),
    float=lambda A: list(Image().fromarray(A(B.astype("f4"))).getdata()),
    mode=lambda A: Image().fromarray(A(B)).mode,
    bool=lambda A: list(Image().fromarray(A(B) > 5).getdata()),
    back=lambda A: np.asarray(Image().fromarray(A(B))),
    resize=lambda A: np.asarray(Image().fromarray(A(B)).resize((2, 2))),
    putpixel=lambda A: [im := Image().fromarray(A(B)), im.putpixel((0, 0), int(A(B)[0, 1])), list(im.getdata())][-1],
    frombytes=lambda A: list(Image().frombytes("L", (3, 2), A(B).tobytes()).getdata()),
    frombuffer=lambda A: list(Image().frombuffer("L", (3, 2), A(B).tobytes(), "raw", "L", 0, 1).getdata()),
    save=lambda A: [Image().fromarray(A(B)).save(f := io.BytesIO(), "PNG"), len(f.getvalue()) > 10][-1],
    view=lambda A: list(Image().fromarray(A(B)[:, ::2]).getdata()),
    crop=lambda A: list(Image().fromarray(A(B)).crop((A([0])[0], 0, A([2])[0], 1)).getdata()),
)


def ski():
    import skimage.color
    import skimage.exposure
    import skimage.feature
    import skimage.filters
    import skimage.measure
    import skimage.morphology
    import skimage.segmentation
    import skimage.transform
    import skimage.util

    return skimage


G = np.outer(np.sin(np.arange(12.0)), np.cos(np.arange(12.0))) * 0.5 + 0.5

library(
    "scikit-image",
    gaussian=lambda A: ski().filters.gaussian(A(G), 1),
    sobel=lambda A: ski().filters.sobel(A(G)),
    otsu=lambda A: ski().filters.threshold_otsu(A(G)),
    median=lambda A: ski().filters.median(A(G)),
    resize=lambda A: ski().transform.resize(A(G), (6, 6)),
    rotate=lambda A: ski().transform.rotate(A(G), 30),
    warp=lambda A: ski().transform.warp(A(G), ski().transform.AffineTransform(translation=A([1.0, 2.0]))),
    radon=lambda A: ski().transform.radon(A(G), A([0.0, 45.0]), circle=False),
    label=lambda A: ski().measure.label(A(G > 0.5)),
    regionprops=lambda A: [r.area for r in ski().measure.regionprops(A((G > 0.5).astype(int)))],
    contours=lambda A: [len(c) for c in ski().measure.find_contours(A(G), 0.5)],
    erosion=lambda A: ski().morphology.erosion(A(G), A(np.ones((3, 3)))),
    dilation=lambda A: ski().morphology.dilation(A(G)),
    skeletonize=lambda A: ski().morphology.skeletonize(A(G > 0.4)),
    remove=lambda A: ski().morphology.remove_small_objects(A(G > 0.5), 3),
    equalize=lambda A: ski().exposure.equalize_hist(A(G)),
    rescale=lambda A: ski().exposure.rescale_intensity(A(G)),
    gamma=lambda A: ski().exposure.adjust_gamma(A(G), 2),
    canny=lambda A: ski().feature.canny(A(G)),
    corner=lambda A: ski().feature.corner_harris(A(G)),
    peaks=lambda A: ski().feature.peak_local_max(A(G)),
    hog=lambda A: ski().feature.hog(A(G), pixels_per_cell=(4, 4), cells_per_block=(1, 1)),
    rgb2gray=lambda A: ski().color.rgb2gray(A(np.dstack([G] * 3))),
    rgb2hsv=lambda A: ski().color.rgb2hsv(A(np.dstack([G] * 3))),
    ubyte=lambda A: ski().util.img_as_ubyte(A(G)),
    noise=lambda A: ski().util.random_noise(A(G), rng=1),
    slic=lambda A: ski().segmentation.slic(A(np.dstack([G] * 3)), n_segments=4),
    watershed=lambda A: ski().segmentation.watershed(A(G)),
    ssim=lambda A: _metrics().structural_similarity(A(G), A(G**2), data_range=1),
    psnr=lambda A: _metrics().peak_signal_noise_ratio(A(G), A(G**2), data_range=1),
)


def _metrics():
    import skimage.metrics

    return skimage.metrics


def go():
    import plotly.graph_objects

    return plotly.graph_objects


library(
    "plotly",
    scatter=lambda A: go().Scatter(x=A(X), y=A(X)).x,
    heatmap=lambda A: go().Heatmap(z=A(W)).z,
    bar=lambda A: go().Bar(x=A(X), y=A(X)).y,
    surface=lambda A: go().Surface(z=A(W)).z,
    marker=lambda A: go().Scatter(x=A(X), y=A(X), marker={"size": A(X)}).marker.size,
    range=lambda A: go().Figure(layout={"xaxis": {"range": [A(X)[0], A(X)[1]]}}).layout.xaxis.range,
    json=lambda A: len(go().Figure(go().Scatter(x=A(X), y=A(X))).to_json()) > 10,
    express=lambda A: _px().line(x=A(X), y=A(X)).data[0].y,
    imshow=lambda A: _px().imshow(A(W)).data[0].z,
)


def _px():
    import plotly.express

    return plotly.express
