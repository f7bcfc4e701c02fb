"""Models: names, collecting, assignment, copies."""

from __future__ import annotations

import collections
import copy
import dataclasses
import gc
import pickle

import numpy as np
import pytest

import npbridge
from npbridge import Base, Collector, TrainVar, Variable
from npbridge.errors import NameInUseError, VariableError

Pair = collections.namedtuple("Pair", "first second")


class Leaf(Base):
    def __init__(self, n=2):
        self.n = n
        self.w = TrainVar(np.zeros(n))
        self.mean = Variable(0.0)


class Plain:
    def __init__(self):
        self.hidden = Variable(1.0)


class Slotted:
    __slots__ = ("v",)

    def __init__(self):
        self.v = Variable(2.0)


@dataclasses.dataclass
class Data(Base):
    rate: float
    v: Variable


class Net(Base):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.bias = Variable(1.0)
        self.layers = [Leaf(1), Leaf(2)]
        self.named = {"a": Leaf(3), "more": (Variable(3.0), Pair(Variable(4.0), None))}
        self.plain = Plain()
        self.slotted = Slotted()
        self.again = self.layers[0]
        self.shared = self.bias
        self.me = self
        self.text, self.table, self.function = "v", npbridge.zeros(3), np.exp


PATHS = [
    "bias", "layers.0.w", "layers.0.mean", "layers.1.w", "layers.1.mean", "named.a.w", "named.a.mean", "named.more.0",
    "named.more.1.first", "plain.hidden", "slotted.v",
]  # fmt: skip


# -- names


def fresh_class(name):
    return type(name, (Base,), {})


def test_names_are_the_class_and_a_number():
    kind = fresh_class("Synapse2")
    objects = [kind() for _ in range(3)]
    assert objects[1].name == "Synapse21", "numbers follow the order in which objects were made"
    named = kind(name="mine")
    more = kind()
    assert [x.name for x in (*objects, named, more)] == ["Synapse20", "Synapse21", "Synapse22", "mine", "Synapse23"]
    other = fresh_class("Synapse")
    some = [other() for _ in range(21)]
    assert len({x.name for x in (*objects, *some)}) == 24, "Synapse with the number 20 is another name"


def test_a_name_that_is_taken_is_refused():
    first = Net("the net")
    with pytest.raises(NameInUseError, match="already a model named 'the net': a Net"):
        Net("the net")
    first.name = "another"
    second = Net("the net")
    second.name = "the net"
    with pytest.raises(ValueError, match="another"):
        second.name = "another"
    assert (first.name, second.name) == ("another", "the net")


def test_the_dead_have_no_names():
    class Node(Base):
        pass

    node = Node(name="node of the dead")
    del node
    node = Node(name="node of the dead")
    node.me = node  # only the garbage collector ends this one
    del node
    assert Node(name="node of the dead").name == "node of the dead"


@pytest.mark.parametrize("name", ["", "a.b"])
def test_names_are_parts_of_paths(name):
    with pytest.raises(ValueError, match="cannot name a model"):
        Net(name)


def test_other_bases_get_their_arguments():
    class Failure(Base, Exception):
        def __init__(self, text):
            self.v = Variable(2.5)

    assert Failure("reason").args == ("reason",)
    assert Failure("reason").vars("relative")["v"] == 2.5
    with pytest.raises(TypeError, match="argument"):
        Base(1, 2, 3)


def test_a_name_is_text():
    with pytest.raises(TypeError, match="is a str, not int"):
        Net(3)


def test_init_need_not_be_called():
    class Quiet(Base):
        def __init__(self):
            self.v = Variable(1.0)

    assert list(Quiet().vars("relative")) == ["v"]
    assert Quiet().name.startswith("Quiet")
    assert Data(0.5, Variable(1.0)).vars("relative")["v"] == 1


# -- collecting


def test_vars_by_path(ours):
    net = Net()
    found = net.vars("relative")
    assert isinstance(found, Collector)
    assert list(found) == PATHS
    assert found["layers.1.w"] is net.layers[1].w
    assert found["bias"] is net.shared


def test_vars_by_the_names_of_models():
    net = Net()
    leaves = [*net.layers, net.named["a"]]
    expected = [f"{net.name}.bias"]
    expected += [f"{leaf.name}.{name}" for leaf in leaves for name in ("w", "mean")]
    expected += [f"{net.name}.{path}" for path in PATHS[-4:]]
    assert list(net.vars()) == list(net.vars("absolute")) == expected
    with pytest.raises(ValueError, match="'absolute' or 'relative'"):
        net.vars("by heart")


def test_nodes():
    net = Net()
    assert list(net.nodes("relative")) == ["", "layers.0", "layers.1", "named.a"]
    assert net.nodes()[net.layers[1].name] is net.layers[1]


def test_subsets():
    net = Net()
    assert list(net.train_vars("relative")) == ["layers.0.w", "layers.1.w", "named.a.w"]
    assert net.vars().subset(TrainVar).keys() == net.train_vars().keys()
    both = Collector({"x": net.bias, "y": net.bias, "z": net.layers[0].w})
    assert list(both.unique()) == ["x", "z"]
    joined = both.subset(TrainVar) | {"more": net.bias}
    assert isinstance(joined, Collector) and list(joined) == ["z", "more"]
    assert isinstance(both.copy(), Collector)
    assert repr(Collector(a=1)) == "Collector({'a': 1})"


def test_cycles_between_models():
    a, b = Leaf(), Leaf()
    a.other, b.other = b, a
    assert list(a.vars("relative")) == ["w", "mean", "other.w", "other.mean"]


def test_deep_chains():
    first = node = fresh_class("Chain")()
    for _ in range(3000):
        node.next = type(first)()
        node = node.next
    node.v = Variable(1.0)
    assert len(first.vars("relative")) == 1


def test_two_things_with_one_path():
    net = Leaf()
    net.table = {0: Variable(1.0), "0": Variable(2.0)}
    with pytest.raises(NameInUseError, match=r"table\.0'"):
        net.vars()


# -- assignment


def test_assigning_writes_into_the_variable(ours):
    leaf = Leaf()
    w = leaf.w
    leaf.w = [1.0, 2.0]
    leaf.w += 1
    leaf.w = leaf.w * 2
    leaf.w = np.array([4, 6])
    assert leaf.w is w
    assert type(w) is TrainVar
    assert w.tolist() == [4, 6]
    with pytest.raises(VariableError, match=r"Leaf\.w, a TrainVar of shape \(2,\) cannot become one of shape \(\)"):
        leaf.w = 0.0
    assert w.tolist() == [4, 6]


def test_a_new_variable_takes_the_place_of_the_old_one():
    leaf = Leaf()
    new = leaf.w = Variable(np.ones(5))
    assert leaf.w is new
    assert type(leaf.vars("relative")["w"]) is Variable


def test_a_variable_of_a_model_is_copied_from():
    a, b = Leaf(), Leaf()
    a.w[...] = 5
    held = b.w
    b.w = a.w
    assert b.w is held and b.w.tolist() == [5, 5]
    del b.w
    b.w = a.w
    assert b.w is a.w
    c = Leaf()
    c.kept = [Variable(np.array([7.0, 8.0]))]
    c.w = c.kept[0]
    assert c.w is not c.kept[0] and c.w.tolist() == [7, 8]


def test_other_attributes_are_plain():
    leaf = Leaf()
    leaf.n = 5
    leaf.w2 = leaf.n
    del leaf.n
    assert not hasattr(leaf, "n")


# -- copies


def test_copies():
    net = Net("to be copied")
    shallow, deep = copy.copy(net), copy.deepcopy(net)
    assert shallow.bias is net.bias
    assert deep.bias is not net.bias and deep.shared is deep.bias and deep.me is deep
    assert list(deep.vars("relative")) == PATHS
    assert net.name == "to be copied"
    assert len({net.name, shallow.name, deep.name}) == 3


def test_pickles_keep_the_name_where_it_is_free():
    net = Leaf()
    net.name = "pickled leaf"
    stored = pickle.dumps(net)
    assert pickle.loads(stored).name != "pickled leaf"
    del net
    gc.collect()
    again = pickle.loads(stored)
    assert again.name == "pickled leaf"
    assert "_npbridge_name" not in vars(again)
    again.w = np.ones(2)
    assert again.w.tolist() == [1, 1]


class Picky(Base):
    """With its own way to be pickled."""

    __slots__ = ("extra",)

    def __init__(self):
        self.extra = Variable(1.0)
        self.v = Variable(2.0)

    def add(self):
        self.extra = self.extra + 1


def test_slots_are_collected_and_pickled():
    one = Picky()
    assert one.name.startswith("Picky")
    again = pickle.loads(pickle.dumps(one))
    assert list(again.vars("relative")) == ["extra", "v"]


def test_slots_that_hold_variables_are_written():
    one = Picky()
    held = one.extra
    one.extra = 3.0
    npbridge.jit(one.add)()
    assert one.extra is held and held == 4
    with pytest.raises(npbridge.errors.VariableError):
        one.extra = np.zeros(2)
    one.extra = Variable(5.0)
    assert one.extra is not held


def test_repr_is_short():
    assert repr(Leaf()).startswith("<tests.state.test_base.Leaf object at 0x")


def test_notebooks_show_the_tree():
    class Printer:
        def text(self, text):
            self.shown = text

    leaf, printer = Leaf(), Printer()
    leaf._repr_pretty_(printer, cycle=False)
    assert printer.shown == repr(npbridge.tree(leaf))


def test_values_are_assigned_all_or_none():
    leaf = Leaf()
    found = leaf.vars("relative")
    before = {name: v.copy() for name, v in found.items()}
    first, *_ = found
    found.assign({first: before[first] + 1})
    assert (found[first] == before[first] + 1).all()
    with pytest.raises(KeyError, match="no variable of the name 'nothing'"):
        found.assign({first: before[first], "nothing": 1.0})
    with pytest.raises(VariableError):
        Collector(a=Variable([1.0]), b=(b := Variable([2.0]))).assign({"b": [3.0], "a": [1.0, 2.0]})
    assert b == 2
    assert (found[first] == before[first] + 1).all()
