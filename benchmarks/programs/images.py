"""Filters of images."""

import numpy as np


def gaussian_blur(image, sigma, radius):
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    height, width = image.shape
    padded = np.pad(image, ((0, 0), (radius, radius)), mode="edge")
    rows = np.zeros_like(image)
    for k in range(2 * radius + 1):
        rows += kernel[k] * padded[:, k : k + width]
    padded = np.pad(rows, ((radius, radius), (0, 0)), mode="edge")
    out = np.zeros_like(image)
    for k in range(2 * radius + 1):
        out += kernel[k] * padded[k : k + height, :]
    return out


def gaussian_blur_inputs(n, radius):
    return np.random.default_rng(51).random((n, n)), 0.4 * radius, radius


def sobel(image):
    gx = np.zeros_like(image)
    gy = np.zeros_like(image)
    gx[1:-1, 1:-1] = (
        (image[:-2, 2:] + 2.0 * image[1:-1, 2:] + image[2:, 2:])
        - (image[:-2, :-2] + 2.0 * image[1:-1, :-2] + image[2:, :-2])
    )  # fmt: skip
    gy[1:-1, 1:-1] = (
        (image[2:, :-2] + 2.0 * image[2:, 1:-1] + image[2:, 2:])
        - (image[:-2, :-2] + 2.0 * image[:-2, 1:-1] + image[:-2, 2:])
    )  # fmt: skip
    magnitude = np.hypot(gx, gy)
    return magnitude / magnitude.max()


def sobel_inputs(n):
    return (np.random.default_rng(52).random((n, n)),)


def bilateral(image, radius, sigma_space, sigma_value):
    height, width = image.shape
    padded = np.pad(image, radius, mode="reflect")
    total = np.zeros_like(image)
    weights = np.zeros_like(image)
    for di in range(-radius, radius + 1):
        for dj in range(-radius, radius + 1):
            shifted = padded[radius + di : radius + di + height, radius + dj : radius + dj + width]
            near = np.exp(-(di**2 + dj**2) / (2.0 * sigma_space**2))
            alike = np.exp(-((shifted - image) ** 2) / (2.0 * sigma_value**2))
            total += near * alike * shifted
            weights += near * alike
    return total / weights


def bilateral_inputs(n, radius):
    return np.random.default_rng(53).random((n, n)), radius, 2.0, 0.2


def equalise(image):
    counts = np.bincount(image.ravel(), minlength=256)
    cdf = np.cumsum(counts)
    low = cdf[cdf > 0][0]
    table = np.round((cdf - low) / (image.size - low) * 255.0)
    return table.astype(np.uint8)[image]


def equalise_inputs(n):
    rng = np.random.default_rng(54)
    return (np.clip(rng.normal(100.0, 20.0, (n, n)), 0, 255).astype(np.uint8),)


def median_filter(image):
    out = image.copy()
    height, width = image.shape
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            out[i, j] = np.median(image[i - 1 : i + 2, j - 1 : j + 2])
    return out


def median_filter_inputs(n):
    return (np.random.default_rng(55).random((n, n)),)
