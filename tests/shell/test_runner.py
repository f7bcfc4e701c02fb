"""``python -m npbridge`` against plain python: what the program sees, and what is seen of it."""

import pytest

from .programs import AUTO, OURS, PLAIN, WAYS, both, run, write

ways = pytest.mark.parametrize("way", WAYS)

KINDS = """
import importlib, sys
import numpy as np
import numpy.linalg as la
from numpy import *
from numpy.linalg import solve
import helper, package.inner
from added import deep
from library import made_there

def late():
    import numpy
    return numpy.ones(2)

made = [np.zeros(1), zeros(1), late(), helper.made, package.inner.made, deep,
        solve([[2.0]], [4.0]), la.inv([[2.0]]), importlib.import_module("numpy").ones(1),
        __import__("numpy").ones(1), eval("np.ones(1)")]
print({type(x).__name__ for x in made})
namespace = {}
exec("import numpy; made = numpy.ones(1)", namespace)
print(type(namespace["made"]).__name__)
print(type(sys.modules["numpy"].ones(1)).__name__, type(made_there).__name__)
print(isinstance(made[0], np.ndarray), made[0].dtype)
"""


def test_user_code_and_no_other_has_our_arrays(tmp_path):
    added = "import sys, os\nhere = os.path.dirname(__file__)\n"
    added += "sys.path += [os.path.join(here, 'elsewhere'), os.path.join(here, 'site-packages')]\n"
    write(
        tmp_path,
        main=added + KINDS,
        helper="from numpy import arange\nmade = arange(3)\n",
        package__in____init__="",
        package__in__inner="import numpy as np\nmade = np.eye(2)\n",
        elsewhere__in__added="import numpy\ndeep = numpy.full(3, 1.0)\n",
    )
    write(tmp_path / "site-packages", library="import numpy\nmade_there = numpy.ones(2)\n")
    plain, ours = both(["main.py"], tmp_path)
    assert (plain.returncode, ours.returncode, ours.stderr) == (0, 0, "")
    assert plain.stdout.splitlines() == ["{'ndarray'}", "ndarray", "ndarray ndarray", "True float64"]
    assert ours.stdout.splitlines() == ["{'JaxArray'}", "JaxArray", "ndarray ndarray", "True float64"]


FACTS = """
import pickle, sys, __main__, builtins
class Thing:
    pass
print(sys.argv, __file__, __name__, __package__, __spec__, sys.path[0])
print(__main__.Thing is Thing, type(pickle.loads(pickle.dumps(Thing()))) is Thing)
print(sorted(name for name in globals() if name.startswith("__")))
builtins.extra = 5
print(extra, __import__("helper").__name__, sys.flags.safe_path)
sys.stderr.write("to stderr\\n")
sys.exit(sys.argv[1] if sys.argv[1] == "message" else int(sys.argv[1]))
"""


@ways
@pytest.mark.parametrize("status", ["3", "message"])
def test_the_program_sees_what_it_always_sees(tmp_path, status, way):
    write(tmp_path, main=FACTS, helper="")
    plain, ours = both(["main.py", status, "--help", "-m"], tmp_path, way=way)
    assert plain.stdout
    assert (ours.stdout, ours.stderr, ours.returncode) == (plain.stdout, plain.stderr, plain.returncode)


TROUBLE = """
import sys
import numpy as np

def inner(x):
    return x + np.zeros(4)

try:
    inner(np.zeros(3))
except ValueError as error:
    if sys.argv[1] == "cause":
        raise RuntimeError("again") from error
    if sys.argv[1] == "context":
        [][1]
    if sys.argv[1] == "import":
        import broken
    if sys.argv[1] == "hook":
        sys.excepthook = lambda kind, error, trace: print(kind, trace.tb_lineno)
    raise
"""


@ways
@pytest.mark.parametrize("what", ["plain", "cause", "context", "import", "hook"])
def test_tracebacks_are_plain_pythons(tmp_path, what, way):
    write(tmp_path, main=TROUBLE, broken="import numpy as np\nnp.ones(3)[7]\n")
    plain, ours = both(["main.py", what], tmp_path, way=way)
    assert plain.returncode == ours.returncode == 1
    assert (plain.stdout, plain.stderr) == (ours.stdout, ours.stderr)


@pytest.mark.parametrize("command", [AUTO, [*AUTO, "--backend", "numpy"]], ids=["auto", "numpy"])
def test_warnings_name_the_users_line(tmp_path, command):
    program = "import numpy as np\nx = np.zeros(3)\n\ny = x / x\nz = np.log(x[1:])\nnp.float64(0) / 0\n"
    write(tmp_path, main=program)
    plain = run([*PLAIN, "main.py"], tmp_path)
    ours = run([*command, "main.py"], tmp_path)
    assert plain.stderr == ours.stderr != ""


@ways
def test_modules_and_packages(tmp_path, way):
    show = "import sys, numpy\nfrom . import x\n"
    show += "print(sys.argv, __name__, __package__, __spec__.name, x, sys.path[0])\n"
    write(tmp_path, package__in____init__="x = 1\n", package__in____main__=show, package__in__tool=show)
    for arguments in (
        ["-m", "package", "a", "-m"],
        ["-m", "package.tool"],
        ["-m", "nothing"],
        ["-m", "package.nothing"],
    ):
        plain, ours = both(arguments, tmp_path, way=way)
        assert (ours.stdout, ours.stderr, ours.returncode) == (plain.stdout, plain.stderr, plain.returncode)


@ways
@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["-c", "import sys; print(sys.argv, sys.path[0], __name__)", "a"], ""),
        (["-", "a"], "import sys\nprint(sys.argv, sys.path[0] == '', __name__)\n1 / 0\n"),
        (["folder", "a"], ""),
        (["nothing.py"], ""),
        (["wrong.py"], ""),
        (["interrupted.py"], ""),
    ],
)
def test_other_programs(tmp_path, arguments, stdin, way):
    text = "import sys, near\nprint(sys.argv, __name__, __package__, near.__name__)\n"
    write(
        tmp_path,
        folder__in____main__=text,
        folder__in__near="",
        wrong="def f(:\n",
        interrupted="raise KeyboardInterrupt",
    )
    plain, ours = both(arguments, tmp_path, stdin, way)
    assert (ours.stdout, ours.stderr, ours.returncode) == (plain.stdout, plain.stderr, plain.returncode)


POOL = """
import multiprocessing
import numpy as np

def double(x):
    return 2 * x

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print([x.tolist() for x in pool.map(double, [np.arange(3), np.ones(2)])])
"""


@pytest.mark.parametrize("command", [AUTO, [*AUTO, "--backend", "numpy"]], ids=["auto", "numpy"])
def test_processes_of_the_program(tmp_path, command):
    write(tmp_path, main=POOL)
    ours = run([*command, "main.py"], tmp_path)
    assert (ours.stdout, ours.stderr) == ("[[0, 2, 4], [2.0, 2.0]]\n", "")


def test_options(tmp_path):
    write(tmp_path, main="import sys, npbridge\nprint(npbridge.get_backend_name(), sys.argv)\n")
    assert (
        run([*OURS, "--backend=numba", "main.py", "--backend", "x"], tmp_path).stdout
        == "numpy ['main.py', '--backend', 'x']\n"
    )
    assert run([*AUTO, "main.py"], tmp_path).stdout == "auto ['main.py']\n"
    for arguments, says in (
        (["--backend", "tpu", "main.py"], "there is no backend 'tpu'"),
        (["--wrong", "main.py"], "there is no option '--wrong'"),
        (["-m"], "-m needs an argument"),
        (["--compare"], "--compare needs a script"),
    ):
        done = run([*OURS, *arguments], tmp_path)
        assert done.returncode == 2
        assert says in done.stderr
    assert run([*OURS, "--help"], tmp_path).stdout.startswith("usage: python -m npbridge")
    assert run([*OURS, "--version"], tmp_path).stdout.startswith("npbridge ")


NUMBA = """
import numba
import numpy as np
from numpy import ones

@numba.njit
def total(x):
    y = np.zeros(3)
    y[:] = x * ones(3)
    return y.sum()

print(total(np.arange(3.0)))
"""


@ways
def test_compiled_user_code(tmp_path, way):
    write(tmp_path, main=NUMBA)
    assert run([*WAYS[way], "main.py"], tmp_path).stdout == "3.0\n"


DECORATED = """
import numpy as np
import npbridge

@npbridge.jit
def total(x):
    s = 0.0
    for v in x:
        s += v
    return s

print(type(np.ones(3)).__name__, total(np.arange(4.0)), total(np.arange(4.0)), (npbridge.arange(3) / 2).dtype)
"""


def test_what_is_decorated_is_compiled_as_ever(tmp_path):
    write(tmp_path, main=DECORATED)
    assert run([*AUTO, "main.py"], tmp_path).stdout == "ndarray 6.0 6.0 float64\n"
