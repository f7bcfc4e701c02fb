"""Children made by ``fork`` after JAX was used: they compute, or say at once that they cannot."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

USED = """
import os, sys
import numpy as np
import npbridge
npbridge.enable_x64({x64})
x = npbridge.array(np.linspace(0.0, 1.0, 300))
big = np.exp(npbridge.array(np.linspace(0.0, 1.0, 40_000).reshape(200, 200)))
double = npbridge.jit(lambda v: (v * 2).sum())
first = float(double(x))
npbridge.random.normal(size=3)
sys.stdout.flush()
child = os.fork()
if child == 0:
    try:
        {body}
    except BaseException as error:
        print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""

CALLS = [
    "print(np.exp(x).sum() == np.exp(np.asarray(x)).sum())",
    "print(np.isclose(big[3:7].T @ big[3:7], np.asarray(big)[3:7].T @ np.asarray(big)[3:7]).all())",
    "big[2:4, 1] = 7; print(big.sum() == np.asarray(big).sum() and big[3, 1] == 7)",
    "print(np.array_equal(big.astype('f4').flatten(), np.asarray(big).astype('f4').ravel()))",
    "print(np.isclose(double(x), first) and np.isclose(npbridge.jit(lambda v: v.max())(x), 1))",
    "print(npbridge.arange(5).sum() == 10 and float(np.linalg.det(big[:3, :3])) == float(np.linalg.det(big[:3, :3])))",
]


def run(body, x64=True, code=USED):
    code = code.format(body=body, x64=x64)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("call", CALLS)
def test_a_child_computes_on_the_host(call):
    assert run(call) == "True"


@pytest.mark.parametrize(
    "call",
    [
        "npbridge.grad(lambda v: (v**2).sum())(x)",
        "npbridge.jit(lambda v: v + 1, backend='jax')(x)",
        "npbridge.vmap(lambda v: v + 1)(x)",
    ],
)
def test_what_only_jax_does_is_an_error_in_a_child(call):
    assert "was forked after JAX had been used" in run(call)


@pytest.mark.parametrize(
    "call", ["np.exp(x)", "x.sum()", "x + 1", "double(x)", "npbridge.random.normal(size=2)", "x += 1"]
)
def test_a_child_that_would_have_other_dtypes_says_so(call):
    assert run(call, x64=False).startswith("ForkedError")


LU = """
import npbridge._src.backends.loops.compile as loops
import jax.lax.linalg
m = np.eye(3) + 1
lu = loops.Compiled(jax.make_jaxpr(lambda v: jax.lax.linalg.lu(v)[0])(m)){called}
assert float(npbridge.jit(np.linalg.det, backend="numpy")(m)) > 0
det = npbridge.jit(lambda v: np.linalg.det(v), backend="numpy")
assert round(float(det(m))) == 4
"""


@pytest.mark.parametrize("called", ["", "\nlu(m)"])
def test_a_step_of_plain_loops_that_xla_computes_is_an_error_in_a_child(called):
    before = USED.replace("sys.stdout.flush()", LU.format(called=called) + "sys.stdout.flush()", 1)
    assert "was forked after JAX had been used" in run("lu(m)", code=before)
    assert run("print(round(float(det(m))))", code=before) == "4"


def test_a_pool_in_an_unchanged_script(tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(
        "import multiprocessing\n"
        "import numpy as np\n"
        "def energy(seed):\n"
        "    x = np.random.default_rng(seed).normal(size=500)\n"
        "    return round(float((x**2).sum()), 3)\n"
        "if __name__ == '__main__':\n"
        "    np.sin(np.arange(4.0)).sum()\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        print(pool.map(energy, range(3)))\n"
    )
    outputs = []
    for start in ([], ["-m", "npbridge", "--backend", "jax"]):
        done = subprocess.run([sys.executable, *start, script], capture_output=True, text=True, timeout=60, check=True)
        assert not done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
