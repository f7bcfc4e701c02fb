"""Image processing."""

# ruff: noqa: RUF046

import numpy as np

from .table import program

G = np.random.default_rng(59)
PHOTO = (255 * G.random((8, 9))).astype(np.uint8)
BLOBS = (G.random((7, 8)) < 0.5).astype(int)


@program(PHOTO)
def sobel_edges(image):
    Kx = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    Ky = Kx.T
    img = image.astype(float)
    h, w = img.shape
    magnitude = np.zeros((h, w))
    direction = np.zeros((h, w))
    for i in range(1, h - 1):
        for j in range(1, w - 1):
            patch = img[i - 1 : i + 2, j - 1 : j + 2]
            gx = (patch * Kx).sum()
            gy = (patch * Ky).sum()
            magnitude[i, j] = np.sqrt(gx * gx + gy * gy)
            direction[i, j] = np.arctan2(gy, gx)
    edges = magnitude > 0.5 * magnitude.max()
    return edges, np.round(direction, 6)


@program(PHOTO, 3)
def median_filter(image, size):
    pad = size // 2
    padded = np.pad(image, pad, mode="edge")
    out = np.zeros_like(image)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            window = padded[i : i + size, j : j + size]
            out[i, j] = np.sort(window.ravel())[size * size // 2]
    return out


@program(PHOTO)
def otsu_threshold(image):
    histogram = np.zeros(256, dtype=np.int64)
    for value in image.ravel():
        histogram[value] += 1
    total = image.size
    sum_all = 0.0
    for i in range(256):
        sum_all += i * histogram[i]
    sum_b, w_b = 0.0, 0
    best, threshold = 0.0, 0
    for t in range(256):
        w_b += histogram[t]
        if w_b == 0:
            continue
        w_f = total - w_b
        if w_f == 0:
            break
        sum_b += t * histogram[t]
        between = w_b * w_f * (sum_b / w_b - (sum_all - sum_b) / w_f) ** 2
        if between > best:
            best, threshold = between, t
    return threshold, (image > threshold).astype(np.uint8)


@program(BLOBS, 3, 3, 7)
def flood_fill(image, row, col, colour):
    h, w = image.shape
    old = image[row, col]
    stack = np.zeros((h * w * 4, 2), dtype=int)
    stack[0] = row, col
    top = 1
    filled = 0
    while top > 0:
        top -= 1
        r, c = stack[top]
        if r < 0 or r >= h or c < 0 or c >= w:
            continue
        if image[r, c] != old:
            continue
        image[r, c] = colour
        filled += 1
        for dr, dc in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            stack[top] = r + dr, c + dc
            top += 1
    return filled


@program(BLOBS)
def connected_components(binary):
    h, w = binary.shape
    labels = np.zeros((h, w), dtype=int)
    parent = np.arange(h * w + 1)
    following = 1

    def root(x):
        while parent[x] != x:
            x = parent[x]
        return x

    for i in range(h):
        for j in range(w):
            if binary[i, j]:
                up = labels[i - 1, j] if i > 0 else 0
                left = labels[i, j - 1] if j > 0 else 0
                if up == 0 and left == 0:
                    labels[i, j] = following
                    following += 1
                elif up != 0 and left != 0:
                    a, b = root(up), root(left)
                    labels[i, j] = min(a, b)
                    parent[max(a, b)] = min(a, b)
                else:
                    labels[i, j] = max(up, left)
    for i in range(h):
        for j in range(w):
            if labels[i, j]:
                labels[i, j] = root(labels[i, j])
    return labels, following - 1


@program(BLOBS, 12)
def hough_lines(edges, angles):
    h, w = edges.shape
    diagonal = int(np.ceil(np.hypot(h, w)))
    thetas = np.pi * np.arange(angles) / angles
    accumulator = np.zeros((2 * diagonal + 1, angles), dtype=np.uint64)
    for y in range(h):
        for x in range(w):
            if edges[y, x]:
                for t in range(angles):
                    rho = int(round(x * np.cos(thetas[t]) + y * np.sin(thetas[t]))) + diagonal
                    accumulator[rho, t] += 1
    best = np.unravel_index(np.argmax(accumulator), accumulator.shape)
    return accumulator, best[0] - diagonal, thetas[best[1]]


@program(PHOTO)
def histogram_equalization(image):
    hist, bins = np.histogram(image.flatten(), 16, (0, 256))
    cdf = hist.cumsum()
    cdf = 255 * cdf / cdf[-1]
    table = np.zeros(256)
    for v in range(256):
        table[v] = cdf[v // 16]
    out = table[image].astype(np.uint8)
    return out, hist


@program(PHOTO, 5, 7)
def bilinear_resize(image, new_h, new_w):
    h, w = image.shape
    out = np.empty((new_h, new_w))
    for i in range(new_h):
        for j in range(new_w):
            y = i * (h - 1) / (new_h - 1)
            x = j * (w - 1) / (new_w - 1)
            y0, x0 = int(np.floor(y)), int(np.floor(x))
            y1, x1 = min(y0 + 1, h - 1), min(x0 + 1, w - 1)
            dy, dx = y - y0, x - x0
            top = image[y0, x0] * (1 - dx) + image[y0, x1] * dx
            bottom = image[y1, x0] * (1 - dx) + image[y1, x1] * dx
            out[i, j] = top * (1 - dy) + bottom * dy
    return out


@program(PHOTO.astype(float) / 255, narrow=True)
def floyd_steinberg(image):
    h, w = image.shape
    for y in range(h):
        for x in range(w):
            old = image[y, x]
            new = 1.0 if old > 0.5 else 0.0
            image[y, x] = new
            err = old - new
            if x + 1 < w:
                image[y, x + 1] += err * 7 / 16
            if y + 1 < h:
                if x > 0:
                    image[y + 1, x - 1] += err * 3 / 16
                image[y + 1, x] += err * 5 / 16
                if x + 1 < w:
                    image[y + 1, x + 1] += err / 16
    return np.count_nonzero(image)


@program(BLOBS)
def erode_dilate_distance(mask):
    m = mask.astype(bool)
    eroded = m.copy()
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            eroded &= np.roll(np.roll(m, dy, axis=0), dx, axis=1)
    dilated = np.zeros_like(m)
    dilated[:-1] |= m[1:]
    dilated[1:] |= m[:-1]
    distance = np.where(m, 99, 0)
    changed = True
    while changed:
        padded = np.pad(distance, 1, constant_values=99)
        smallest = np.minimum(
            np.minimum(padded[:-2, 1:-1], padded[2:, 1:-1]), np.minimum(padded[1:-1, :-2], padded[1:-1, 2:])
        )
        new = np.minimum(distance, smallest + 1)
        changed = bool(np.any(new != distance))
        distance = new
    return eroded, dilated, distance
