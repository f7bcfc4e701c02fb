"""Saving and loading models, trees of arrays, optimizer states, random states."""

from __future__ import annotations

import collections
import dataclasses
import io
import os
import random
import stat
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import Base, JaxArray, TrainVar, Variable
from npbridge.errors import CheckpointError

ENDINGS = ["safetensors", "npz"]


class Leaf(Base):
    def __init__(self, n, fill=0.0):
        self.n = n
        self.w = TrainVar(np.full((n, 2), fill))
        self.table = npbridge.array(np.full(n, fill))


class Net(Base):
    def __init__(self, fill=0.0, sizes=(1, 2)):
        self.gain = fill  # a number of an object: configuration
        self.leaves = [Leaf(n, fill) for n in sizes]
        self.options = {"depth": 3, "codes": np.full(2, int(fill), np.int8)}
        self.constant = jnp.full(3, fill)
        self.wave = Variable(np.full(2, fill + 1j * fill))
        self.last = self.leaves[-1]
        self.me = self
        self.state = (Variable(fill), (npbridge.array([bool(fill)]), "text"))


NAMES = [
    "leaves.0.w", "leaves.0.table", "leaves.1.w", "leaves.1.table", "options.codes", "constant", "wave", "state.0",
    "state.1.0",
]  # fmt: skip


def same(a, b):
    for (path, x), (_, y) in zip(contents(a).items(), contents(b).items(), strict=True):
        assert x.dtype == y.dtype and x.shape == y.shape, path
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y), err_msg=path)


def contents(net):
    found = {}
    for i, leaf in enumerate(net.leaves):
        found |= {f"{i}.w": leaf.w, f"{i}.table": leaf.table}
    return found | {
        "codes": net.options["codes"], "constant": net.constant, "wave": net.wave, "state": net.state[0],
        "flag": net.state[1][0],
    }  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_model_comes_back(ours, ending, tmp_path):
    path = tmp_path / f"model.{ending}"
    net, other = Net(1.5), Net(0.0)
    arrays = contents(other)
    assert npbridge.save(path, net) is None
    assert npbridge.load(path, into=other) is other
    same(net, other)
    assert other.gain == 0.0
    for name, array in contents(other).items():
        assert (array is arrays[name]) != isinstance(array, jax.Array), "arrays are written where they are"
    assert [name for name in npbridge.load(path) if not name.startswith("npbridge")] == NAMES


def test_without_a_model_a_dictionary(ours, tmp_path):
    path = str(tmp_path / "model.safetensors")
    npbridge.save(path, Net(1.0))
    found = npbridge.load(path)
    assert list(found) == NAMES
    assert all(type(x) is JaxArray for x in found.values())
    assert found["wave"].tolist() == [1 + 1j] * 2
    assert found["state.1.0"].dtype == bool


@pytest.mark.parametrize("ending", ENDINGS)
def test_all_that_does_not_fit_is_one_error_that_changes_nothing(ours, ending, tmp_path):
    path = tmp_path / f"model.{ending}"
    npbridge.save(path, Net(1.0))
    other = Net(0.0, sizes=(1, 3))
    other.extra = Variable(2.0)
    other.options["codes"] = np.zeros(2, np.int16)
    del other.constant
    other.rng = np.random.default_rng(0)
    before = {name: np.array(x) for name, x in other.vars("relative").items()}
    with pytest.raises(CheckpointError) as caught:
        npbridge.load(path, other)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"cannot load model.{ending} into Net 'Net") and "nothing was changed" in lines[0]
    text = "\n".join(lines)
    for part in (
        "shape: leaves.1.w is (2, 2) in the file, (3, 2) in Net",
        "shape: leaves.1.table is (2,) in the file, (3,) in Net",
        "has extra, the file does not",
        "dtype: options.codes is int8 in the file, int16 in Net",
        "left over: the file has constant",
        "has the generator rng, the file does not",
    ):
        assert part in text
    assert len(lines) == 7
    for name, values in before.items():
        np.testing.assert_array_equal(np.asarray(other.vars("relative")[name]), values)
    assert isinstance(caught.value, ValueError)


def test_long_lists_are_cut(tmp_path):
    path = tmp_path / "many.npz"
    npbridge.save(path, {"a": np.ones(1)})
    with pytest.raises(CheckpointError, match="and 11 more"):
        npbridge.load(path, {f"x{i}": np.ones(1) for i in range(30)})


@pytest.mark.parametrize("name", ["missing", "narrow", "key"])
def test_single_misfits(name, tmp_path):
    path = tmp_path / "one.safetensors"
    npbridge.save(path, {"a": np.ones(2)})
    into = {"missing": {}, "narrow": {"a": np.ones(2, np.float32)}, "key": {"a": jax.random.key(0)}}[name]
    with pytest.raises(CheckpointError, match={"missing": "left over", "narrow": "dtype", "key": "random key"}[name]):
        npbridge.load(path, into=into)


# -- trees


State = collections.namedtuple("State", "count mu nu")


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Frozen:
    m: jax.Array
    k: int = 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_trees(ours, ending, tmp_path):
    path = tmp_path / f"tree.{ending}"

    def tree(x):
        return {
            "state": State(jnp.array(int(x), jnp.int32), {"w": npbridge.full(2, x)}, (jnp.full(3, x), None)),
            "frozen": [Frozen(jnp.full(1, x), int(x))],
            "steps": int(x) * 10**12,
            "rate": x / 3,
            "on": bool(x),
            "z": x * 2j,
            "small": np.float16(x),
            "half": jnp.full(2, x, jnp.bfloat16),
            "empty": np.zeros((0, 3)),
            "label": "kept",
        }

    npbridge.save(path, tree(1.0))
    into = tree(0.0)
    held = into["state"].mu["w"]
    got = npbridge.load(path, into)
    assert got is into
    expected = tree(1.0)
    assert jax.tree.structure(got) == jax.tree.structure(expected)
    for x, y in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        assert type(x) is type(y)
        assert getattr(x, "dtype", None) == getattr(y, "dtype", None)
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y))
    assert got["state"].mu["w"] is held
    assert got["frozen"][0].k == 1


def test_a_tuple_is_replaced(tmp_path):
    path = tmp_path / "state.safetensors"
    state = State(jnp.ones((), jnp.int32), {"w": jnp.ones(2)}, ())
    npbridge.save(path, state)
    old = State(jnp.zeros((), jnp.int32), {"w": jnp.zeros(2)}, ())
    new = npbridge.load(path, into=old)
    assert type(new) is State and int(new.count) == 1 and new.mu["w"].tolist() == [1, 1]
    assert int(old.count) == 0


def test_variables_alone(tmp_path):
    path = tmp_path / "variables.npz"
    net, other = Net(1.0), Net(0.0)
    npbridge.save(path, net.vars("relative"))
    npbridge.load(path, other.vars("relative"))
    assert float(other.state[0]) == 1
    assert other.leaves[0].table.tolist() == [0]


def test_optax(tmp_path):
    optax = pytest.importorskip("optax")
    optimizer = optax.chain(optax.clip(1.0), optax.adam(1e-2))
    params = {"w": npbridge.ones(3), "b": npbridge.zeros(())}
    state = optimizer.init(params)
    _, state = optimizer.update(jax.tree.map(lambda x: x + 1, params), state)
    path = tmp_path / "opt.safetensors"
    npbridge.save(path, state)
    got = npbridge.load(path, into=optimizer.init(params))
    assert jax.tree.structure(got) == jax.tree.structure(state)
    for x, y in zip(jax.tree.leaves(got), jax.tree.leaves(state), strict=True):
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y))


def test_a_plain_object(tmp_path):
    class Plain:
        def __init__(self, x):
            self.v = npbridge.full(2, x)

    path = tmp_path / "plain.safetensors"
    npbridge.save(path, Plain(1.0))
    other = Plain(0.0)
    held = other.v
    npbridge.load(path, into=other)
    assert other.v is held and held.tolist() == [1, 1]


def test_shared_and_read_only_arrays(tmp_path):
    class Holder(Base):
        def __init__(self, x):
            self.a = npbridge.full(4, x)
            self.b = self.a
            self.part = self.a[1:3]
            self.fixed = np.full(2, x)
            self.fixed.flags.writeable = False

    path = tmp_path / "shared.safetensors"
    npbridge.save(path, Holder(1.0))
    other = Holder(0.0)
    npbridge.load(path, other)
    assert other.a is other.b
    assert other.part.tolist() == [1, 1] and other.fixed.tolist() == [1, 1]
    other.part += 1
    assert other.a.tolist() == [1, 2, 2, 1]


# -- random states


def generators():
    found = {
        "legacy": np.random.RandomState(3), "mt": np.random.Generator(np.random.MT19937(3)),
        "pcg": np.random.default_rng(3), "philox": np.random.Generator(np.random.Philox(3)),
        "ours_legacy": npbridge.random.RandomState(3), "ours": npbridge.random.default_rng(3),
    }  # fmt: skip
    return found


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", list(generators()))
def test_generators_go_on(ours, name, ending, tmp_path):
    class Noisy(Base):
        def __init__(self):
            self.rng = generators()[name]
            self.v = Variable(0.0)

    def draw(model):
        return np.asarray(model.rng.normal(size=5)).tolist()

    path = tmp_path / f"random.{ending}"
    model, other = Noisy(), Noisy()
    draw(model)
    npbridge.save(path, model)
    expected = draw(model)
    npbridge.load(path, into=other)
    assert draw(other) == expected


def test_the_streams_of_modules_and_keys(ours, tmp_path):
    path = tmp_path / "streams.safetensors"
    tree = {"ours": npbridge.random, "numpy": np.random, "key": jax.random.key(5), "old": jax.random.PRNGKey(6)}
    npbridge.random.seed(1)
    np.random.seed(2)
    npbridge.save(path, tree)

    def draw():
        return np.asarray(npbridge.random.random(3)).tolist(), np.random.random(3).tolist()

    expected = draw()
    other = {**tree, "key": jax.random.key(0), "old": jax.random.PRNGKey(0)}
    npbridge.load(path, into=other)
    assert draw() == expected
    assert other["key"].dtype == tree["key"].dtype
    assert (jax.random.key_data(other["key"]) == jax.random.key_data(tree["key"])).all()
    assert (other["old"] == tree["old"]).all()


def test_another_kind_of_generator(tmp_path):
    path = tmp_path / "g.safetensors"
    npbridge.save(path, {"g": np.random.default_rng(0), "x": np.ones(1)})
    into = {"g": np.random.Generator(np.random.MT19937(0)), "x": np.zeros(1)}
    before = into["g"].bit_generator.state["state"]["pos"]
    with pytest.raises(CheckpointError, match="g is of another kind in the file"):
        npbridge.load(path, into)
    assert into["g"].bit_generator.state["state"]["pos"] == before
    assert into["x"][0] == 0


def test_generators_are_set_all_or_none(tmp_path):
    class Fussy:
        """As a library has it; takes only even states."""

        state = 2

        def get_state(self):
            return {"n": self.state}

        def set_state(self, state):
            if state["n"] % 2:
                raise ValueError("odd")
            self.state = state["n"]

    Fussy.__module__ = "numpy.elsewhere"
    path = tmp_path / "fussy.npz"
    first, second = Fussy(), Fussy()
    first.state, second.state = 4, 5
    npbridge.save(path, {"a": first, "b": second, "x": np.ones(1)})
    into = {"a": Fussy(), "b": Fussy(), "x": np.zeros(1)}
    with pytest.raises(CheckpointError, match="odd"):
        npbridge.load(path, into)
    assert (into["a"].state, into["b"].state, into["x"][0]) == (2, 2, 0)


# -- files


def test_nothing_is_pickled(tmp_path):
    path = tmp_path / "model.npz"
    npbridge.save(path, Net(1.0))
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failed_save_leaves_the_old_file(ending, tmp_path, monkeypatch):
    path = tmp_path / f"model.{ending}"
    npbridge.save(path, {"a": np.ones(2)})
    before = path.read_bytes()
    from npbridge._src.io import npz, safetensors

    def fails(file, *rest):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr({"npz": npz, "safetensors": safetensors}[ending], "write", fails)
    with pytest.raises(OSError, match="disk full"):
        npbridge.save(path, {"a": np.zeros(2)})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="modes and links of files are POSIX's")
def test_modes_and_links_stay(tmp_path):
    path, link = tmp_path / "real.npz", tmp_path / "link.npz"
    npbridge.save(path, {"a": np.ones(1)})
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o640)
    link.symlink_to(path)
    npbridge.save(link, {"a": np.zeros(1)})
    assert link.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o640
    assert npbridge.load(path, {"a": np.ones(1)})["a"][0] == 0


def test_open_files(ours):
    file = io.BytesIO()
    npbridge.save(file, Net(1.0))
    other = Net(0.0)
    npbridge.load(file, other)
    same(other, Net(1.0))


@pytest.mark.parametrize("name", ["model", "model.npy", "model.pkl"])
def test_the_ending_says_how(name, tmp_path):
    with pytest.raises(CheckpointError, match=r"'\.safetensors' or '\.npz'"):
        npbridge.save(tmp_path / name, Net())
    with pytest.raises(CheckpointError, match=r"'\.safetensors' or '\.npz'"):
        npbridge.load(tmp_path / name, into=Net())


def test_nothing_to_save(tmp_path):
    class Empty(Base):
        pass

    with pytest.raises(CheckpointError, match="nothing to save"):
        npbridge.save(tmp_path / "empty.npz", Empty())
    with pytest.raises(CheckpointError, match="64 bits"):
        npbridge.save(tmp_path / "huge.npz", {"n": 2**70})


def test_two_parts_of_one_name(tmp_path):
    with pytest.raises(CheckpointError, match=r"'a\.b'"):
        npbridge.save(tmp_path / "x.npz", {"a": {"b": np.ones(1)}, "a.b": np.ones(1)})


@pytest.mark.parametrize("value", [[1, 2], 3.0, np.arange(3), (1, 2), True, np.float32(2), "text"], ids=repr)
def test_what_numpy_saves(ours, value, tmp_path):
    theirs, mine = tmp_path / "theirs.npy", tmp_path / "mine.npy"
    np.save(theirs, value)
    npbridge.save(mine, value)
    assert mine.read_bytes() == theirs.read_bytes()


def test_what_numpy_does_with_our_arrays(ours, tmp_path):
    path = tmp_path / "array.npy"
    npbridge.save(path, npbridge.arange(4))
    assert npbridge.load(path).tolist() == [0, 1, 2, 3]
    assert isinstance(npbridge.load(path, "r"), np.memmap)
    npbridge.save(path, Variable([1.0, 2.0]))
    assert npbridge.load(path).tolist() == [1, 2]
    npbridge.savez(tmp_path / "more.npz", a=npbridge.ones(2))
    assert npbridge.load(tmp_path / "more.npz")["a"].tolist() == [1, 1]
    file = io.BytesIO()
    npbridge.save(file, [1, 2])
    file.seek(0)
    assert npbridge.load(file).tolist() == [1, 2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_damaged_files_are_refused(ending, tmp_path):
    path = tmp_path / f"model.{ending}"
    npbridge.save(path, {"a": np.arange(100.0), "b": np.ones(3, np.int8)})
    whole = path.read_bytes()
    choose = random.Random(0)
    cases = [b"", b"x", whole[:-1], whole[:100], whole + b"x", b"\xff" * 200]
    for _ in range(200):
        place = choose.randrange(len(whole))
        cases.append(whole[:place] + bytes([whole[place] ^ (1 << choose.randrange(8))]) + whole[place + 1 :])
    refused = 0
    for data in cases:
        path.write_bytes(data)
        into = {"a": np.zeros(100), "b": np.zeros(3, np.int8)}
        try:
            npbridge.load(path, into)
        except CheckpointError:
            refused += 1
            assert not into["a"].any() and not into["b"].any()
    assert refused >= 5


def test_an_archive_that_holds_a_pickle_is_refused(tmp_path):
    path = tmp_path / "evil.npz"
    np.savez(path, a=np.array([{}, []], object))
    with pytest.raises(CheckpointError, match="evil"):
        npbridge.load(path, {"a": np.zeros(2)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"nonsense")
    with pytest.raises(CheckpointError, match="evil"):
        npbridge.load(path, {"a": np.zeros(2)})


@pytest.mark.parametrize("ending", ENDINGS)
def test_where_nothing_can_be_written_the_error_names_the_path(ending, tmp_path):
    missing, folder = tmp_path / "no" / f"m.{ending}", tmp_path / f"m.{ending}"
    folder.mkdir()
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*make it first") as error:
        npbridge.save(missing, {"w": npbridge.ones(2)})
    assert error.value.filename == str(missing)
    with pytest.raises(IsADirectoryError) as error:
        npbridge.save(folder, {"w": npbridge.ones(2)})
    assert error.value.filename == str(folder) and list(tmp_path.iterdir()) == [folder]


def test_dynamic_variables_take_what_was_saved(ours, tmp_path):
    class Grown(npbridge.Base):
        def __init__(self, n):
            self.seen = npbridge.Variable(np.zeros(n), dynamic=True)

    model = Grown(2)
    held = model.seen
    npbridge.save(tmp_path / "m.npz", Grown(5))
    npbridge.load(tmp_path / "m.npz", into=model)
    assert model.seen is held and held.shape == (5,)
