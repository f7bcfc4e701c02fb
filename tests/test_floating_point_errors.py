"""``np.errstate`` and filters of warnings: who asks about floating-point errors has NumPy's answer."""

import json
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.ground.floating import asked

from .oracle import VARIANTS, set_up

OURS = [v for v in VARIANTS if v.name in ("jax-64", "jax-32", "numpy-64")]


def loop(x):
    s = 0.0
    for i in range(3):
        if x[i] > 0:
            s += np.log(x[i] - 1.0)
        x[i] = s
    return s


def many_turns(x):
    n = 0
    while n < 400:
        x *= 10.0
        n += 1
    return x


def raising_inside(x):
    with np.errstate(divide="raise"):
        return 1 / x


def silenced_inside(x):
    with np.errstate(divide="ignore"):
        return 1 / x


def first_written(x):
    x += 1
    return np.log(x)


def no_error(x):
    return np.where(x > 0, 1 / (x + 1), 0.0)


HUGE, TINY = np.float32([3e38, 3e38]), np.float32([1e-30, 1e-30])
PROGRAMS = {
    "log": (lambda x: np.log(x), [0.0, 1.0]),
    "divide": (lambda x, y: x / y, [1.0, 2.0], [0.0, 1.0]),
    "divide by a number": (lambda x: x / 0, [1.0, 2.0]),
    "integers //": (lambda x, y: x // y, [1, 2], [0, 1]),
    "integers %": (lambda x, y: x % y, [1, 2], [0, 1]),
    "integers divmod": (lambda x, y: np.divmod(x, y), [1, 2], [0, 1]),
    "smallest //": (lambda x, y: x // y, np.int8([-128, 1]), np.int8([-1, -1])),
    "smallest divmod": (lambda x, y: np.divmod(x, y), np.int32([-(2**31)]), np.int32([-1])),
    "opposites": (lambda x, y: x // y, np.int8([-127, 1]), np.int8([-1, -1])),
    "unsigned //": (lambda x, y: x // y, np.uint8([1, 2]), np.uint8([0, 1])),
    "exp": (lambda x: np.exp(x), [1000.0]),
    "mean": (lambda x: np.mean(x), [np.inf, -np.inf]),
    "sum": (lambda x: np.sum(x), HUGE),
    "sum, a method": (lambda x: x.sum(), HUGE),
    "multiply": (lambda x, y: x * y, TINY, TINY),
    "exp under": (lambda x: np.exp(x), [-800.0]),
    "dot under": (lambda x, y: np.dot(x, y), TINY, TINY),
    "var": (lambda x: np.var(x), HUGE * np.float32([1, -1])),
    "std": (lambda x: x.std(), [np.inf, 1.0]),
    "dot": (lambda x: np.dot(x, x), HUGE),
    "matmul": (lambda x: x @ x, HUGE[:1, None]),
    "cast": (lambda x: x.astype(np.int32), [np.nan, 1.0]),
    "cumsum": (lambda x: np.cumsum(x), HUGE),
    "sqrt": (lambda x: np.sqrt(x), [-1.0, 4.0]),
    "in place": (lambda x, y: np.divide(x, y, out=x), [1.0, 2.0], [0.0, 1.0]),
    **{f.__name__: (f, a) for f, a in (
        (loop, [1.0, 2.0, 3.0]), (many_turns, [1.0, 2.0]), (raising_inside, [1.0, 0.0]), (silenced_inside, [1.0, 0.0]),
        (first_written, [-1.0, 0.0]), (no_error, [0.0, 4.0]),
    )},
}  # fmt: skip


def told(program, arguments, how):
    """What a program has to say at two calls: warnings, calls of a function, the error."""
    heard = []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for _ in range(2):
            modes = {"raise": {"all": "raise"}, "warn": {"all": "warn"}, "filter": {}}.get(how)
            modes = {"all": "call", "call": lambda *what: heard.append(what)} if modes is None else modes
            try:
                with np.errstate(**modes):
                    program(*arguments())
            except FloatingPointError as error:
                heard.append(str(error))
    return [str(w.message) for w in said if w.category is RuntimeWarning], heard


@pytest.fixture(params=OURS, ids=lambda v: v.name)
def ours(request, monkeypatch):
    monkeypatch.setattr(npbridge.config, "fallback", "silent")
    with set_up(request.param), np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"):
        yield request.param


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_it_is_told_as_numpy_tells_it(ours, compiled, name):
    program, *arguments = PROGRAMS[name]
    arguments = [np.array(a) for a in arguments]
    if ours.narrows:
        arguments = [a.astype({"f": np.float32, "i": np.int32}.get(a.dtype.kind, a.dtype)) for a in arguments]
    run = npbridge.jit(program) if compiled else program
    for how in ("raise", "warn", "call", "filter"):
        expected = told(program, lambda: [a.copy() for a in arguments], how)
        assert told(run, lambda: [npbridge.array(a) for a in arguments], how) == expected, how


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_an_error_leaves_the_arguments_of_compiled_code(ours, compiled):
    x = npbridge.array([-1.0, 0.0])
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="divide by zero encountered in log"):
        (npbridge.jit(first_written) if compiled else first_written)(x)
    assert x.tolist() == ([-1.0, 0.0] if compiled else [0.0, 1.0])


def test_filters_ask():
    with np.errstate(divide="warn", over="ignore", invalid="raise", under="ignore"), warnings.catch_warnings():
        warnings.resetwarnings()
        assert asked() == {"invalid"}
        warnings.simplefilter("error", RuntimeWarning)
        assert asked() == {"divide", "invalid"}
        warnings.filterwarnings("ignore", "divide by zero")  # of other messages something is still wanted
        assert asked() == {"divide", "invalid"}
        warnings.simplefilter("ignore")
        assert asked() == {"invalid"}
        warnings.simplefilter("error")
        assert asked() == {"divide", "invalid"}
    assert asked() == set()


def test_the_line_is_the_users():  # on 'numpy' NumPy's own loops warn, of the line that calls them
    with warnings.catch_warnings(record=True) as said, np.errstate(divide="warn"):
        warnings.simplefilter("always")
        np.log(npbridge.array([0.0]))
        npbridge.jit(lambda x: np.log(x))(npbridge.array([0.0]))
    assert npbridge.get_backend_name() == "jax"
    assert [w.filename for w in said if w.category is RuntimeWarning] == [__file__] * 2


def test_the_option_of_python_asks(tmp_path):
    (tmp_path / "program.py").write_text(
        textwrap.dedent("""
        import numpy as np, npbridge, json
        said = []
        for backend in ("jax", "numpy"):
            with npbridge.backend(backend):
                for f in (np.log, npbridge.jit(lambda x: np.log(x))):
                    try:
                        f(npbridge.zeros(3))
                    except RuntimeWarning as error:
                        said.append(str(error))
        print(json.dumps(said))
    """)
    )
    command = [sys.executable, "-W", "error::RuntimeWarning", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["divide by zero encountered in log"] * 4
