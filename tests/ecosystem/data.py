"""What the tables of calls compute with, and how they reach the libraries."""

from __future__ import annotations

import importlib

import numpy as np

V = [1.0, 3.0, 2.0, 5.0, 4.0]
M = [[4.0, 1.0], [1.0, 3.0]]
X = np.random.RandomState(0).randn(40, 3)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
R = X @ np.array([1.0, 2.0, 3.0])
W = np.sin(np.linspace(0, 20, 128))
P = np.abs(X)
IMG = (np.arange(256).reshape(16, 16) * 7 % 255).astype(np.uint8)
V8 = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0, 9.0]
M3 = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]
RGB = np.stack([IMG, IMG.T, 255 - IMG], -1)


def lib(name):
    """A library, imported when the first call needs it."""
    return importlib.import_module(name)
