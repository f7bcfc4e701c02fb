"""A model as a tree of text."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

import npbridge
from npbridge import Base, TrainVar, Variable

TEXT = """\
Net 'shown net'  (4 arrays, 58 bytes)
├── layers: list of 2
│   ├── 0: Dense 'shown dense'
│   │   ├── w: TrainVar float32[2, 3]  24 bytes
│   │   └── activation: function tanh
│   └── 1: -> layers.0
├── state: dict of 2
│   ├── v: Variable int32[4]  16 bytes
│   └── key: jax.Array float16[]  2 bytes
├── data: ndarray float64[2]  16 bytes
├── sizes: [1, 2, 3]
├── note: '{0}…
├── kind: Variable
├── up: -> the root
└── same: -> data"""


class Dense(Base):
    def __init__(self):
        self.name = "shown dense"
        self.w = TrainVar(np.zeros((2, 3), np.float32))
        self.activation = np.tanh


class Net(Base):
    def __init__(self):
        super().__init__(name="shown net")
        dense = Dense()
        self.layers = [dense, dense]
        self.state = {"v": Variable(np.zeros(4, np.int32)), "key": jnp.zeros((), jnp.float16)}
        self.data = np.ones(2)
        self.sizes = [1, 2, 3]
        self.note = "x" * 100
        self.kind = Variable
        self.up = self
        self.same = self.data


def test_tree():
    net = Net()
    shown = npbridge.tree(net)
    assert str(shown) == repr(net.tree()) == TEXT.format("x" * 58)
    assert (shown.arrays, shown.nbytes) == (4, 58)


def test_other_trees():
    assert str(npbridge.tree({"a": np.ones(2, np.int8)})) == (
        "dict of 1  (1 array, 2 bytes)\n└── a: ndarray int8[2]  2 bytes"
    )
    assert str(npbridge.tree(3)) == "3  (0 arrays, 0 bytes)"
    assert "JaxArray" in str(npbridge.tree(npbridge.ones(2)))
