"""The command line: which program to run, and how.

The program sees what it would see under plain ``python``: its arguments, file name,
search path, ``__main__`` module, exit status.  Only its ``numpy`` is another.
"""

from __future__ import annotations

import builtins
import ctypes
import functools
import os
import runpy
import sys
import types
import warnings
from importlib.machinery import PathFinder, SourceFileLoader, SourcelessFileLoader

HELP = """\
usage: python -m npbridge [options] script.py [args ...]
       python -m npbridge [options] -m module [args ...]
       python -m npbridge [options] -c code [args ...]
       python -m npbridge [options] - [args ...]         (the program comes from stdin)
       python -m npbridge --compare script.py [args ...]
       python -m npbridge bench [--quick] [--only NAMES] [--scripts] [--json FILE]

Run a NumPy program, unchanged.

With the 'auto' backend, which is the default, it runs as under plain python; functions and
loops of its own that use up time are compiled beside it, and go on compiled where that is
faster and gave what NumPy gave. Numbers that decide something (a branch, an integer, an order)
or are given back, as a sum is, have NumPy's last digits; elements of arrays may be rounded
otherwise. With 'jax' or 'numpy' its arrays are npbridge's, with 64-bit numbers; libraries keep
their own NumPy.

bench measures programs on npbridge beside Numba and JAX written by hand; a script or folder of
that name is run instead, where there is one.

options:
  --backend NAME  'auto', 'jax' or 'numpy' (NumPy, plain loops, Numba); also NPBRIDGE_BACKEND
  --exact         whatever is compiled ('auto') gives NumPy's results, bit for bit
  --fast          whatever is compiled ('auto') may be rounded otherwise, and Python's integers
                  have 64 bits there; XLA takes part
  --compare       run the script under plain python and on each backend, and show
                  output, time and pictures side by side
  --report        tell at the end, on stderr, what became of functions that used up time
                  ('auto'); which functions of libraries were handed ndarrays at which lines,
                  and which NumPy functions ran on the host ('jax', 'numpy')
  --version       say which npbridge this is
  -h, --help      this text

environment:
  NPBRIDGE_BACKEND         as --backend
  NPBRIDGE_AUTO            with 'auto': 'race' (default); 'wait' for each trial, so that two runs
                           compile the same calls; 'static' goes by no clock, but takes
                           whatever gives what NumPy gives; 'off' compiles nothing
  NPBRIDGE_FALLBACK        'warn' (default), 'error' or 'silent': functions that have no
                           native form on the backend and run in NumPy
  NPBRIDGE_TRACEBACK=full  keep the frames of npbridge and JAX in tracebacks
"""


_FLAGS = ("-h", "--help", "--version", "--compare", "--report", "--fast", "--exact")


class UsageError(Exception):
    """The command line makes no sense."""


class _NoModule(Exception):
    """There is no such module for ``-m``."""


def main(arguments: list[str] | None = None) -> None:
    """Run what the command line says."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options, program = _parse(arguments)
        _run(options, program)
    except UsageError as error:
        sys.stderr.write(f"python -m npbridge: {error}\n\n{HELP}")
        raise SystemExit(2) from None


def _parse(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options before the program, and the program with its arguments."""
    options: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "-m", "-c"):
        name, equals, value = rest.pop(0).partition("=")
        if name in _FLAGS and not equals:
            options[name.lstrip("-")] = "yes"
        elif name == "--backend":
            if not equals and not rest:
                raise UsageError("--backend needs a name: 'auto', 'jax' or 'numpy'")
            options["backend"] = value if equals else rest.pop(0)
        else:
            raise UsageError(f"there is no option {name!r}")
    if "exact" in options and "fast" in options:
        raise UsageError("--exact and --fast exclude each other")
    return options, rest


def _run(options: dict[str, str], program: list[str]) -> None:
    if "h" in options or "help" in options:
        sys.stdout.write(HELP)
    elif "version" in options:
        from ..ground.version import __version__

        sys.stdout.write(f"npbridge {__version__}\n")
    elif "compare" in options:
        if not program or program[0] in ("-", "-m", "-c"):
            raise UsageError("--compare needs a script")
        from .side_by_side import compare

        raise SystemExit(compare(program))
    elif program[:1] == ["bench"] and not options and not os.path.exists("bench"):
        from .bench import bench

        raise SystemExit(bench(program[1:]))
    elif not program and sys.stdin.isatty():
        sys.stdout.write(HELP)
    elif (options.get("backend") or os.environ.get("NPBRIDGE_BACKEND") or "auto") == "auto":
        _run_plainly(_located(program or ["-"]), options)
    else:
        prepare(options.get("backend"))
        located = _located(program or ["-"])
        if "report" not in options:
            execute(*located)
            return
        _reported(located)


def _run_plainly(located: tuple, options: dict[str, str]) -> None:
    """Run a program as plain python does, and look after what uses up its time."""
    from ..ground.config import chosen
    from ..ground.users import in_library
    from ..tiers.hot import Tiers
    from .tracebacks import hide_frames, point_warnings

    code, attributes, _ = located
    chosen.add("auto")
    exact = "all" if "exact" in options else "" if "fast" in options else "decisions"
    tiers = Tiers(lambda file: not file.startswith("<") and not in_library(file), exact)
    compiles = tiers.can_start()
    main = types.ModuleType("__main__")
    if "__annotations__" in sys.modules["__main__"].__dict__:
        main.__annotations__ = {}  # Python before 3.14 puts it there at once
    main.__dict__.update(attributes, __builtins__=builtins)
    sys.modules["__main__"] = main
    _keep_to_the_end(main)
    point_warnings()
    if compiles:
        # the program did not ask for JAX
        warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
        warnings.filterwarnings("ignore", r"This process .* is multi-threaded, use of fork", DeprecationWarning)
        tiers.start()
    try:
        looked_after = functools.partial(tiers.loops.compiled, namespace=main.__dict__)
        exec(code(looked_after) if compiles else code(), main.__dict__)
    except SystemExit:
        raise
    except BaseException:
        hide_frames(above=main.__spec__ is None)
        raise
    finally:
        told = tiers.stop()
        if "report" in options:
            sys.stderr.write(told)


def _reported(located: tuple) -> None:
    from ..dispatch.backend import active
    from .report import Report

    report = Report()
    try:
        execute(*located)
    finally:
        sys.stderr.write(report.text(active().name))


def prepare(backend: str | None) -> None:
    """Set what ``python -m npbridge`` promises: the backend, NumPy's precision, speed."""
    from .. import public  # noqa: F401  what the program computes with, whether it names it or not
    from ..dispatch.backend import active, use_backend
    from ..dispatch.platform import enable_x64
    from ..ground.config import config
    from ..ground.errors import BackendError
    from .memory import keep_freed_memory

    keep_freed_memory()
    try:
        if backend is not None:
            use_backend(backend)
        active()
    except BackendError as error:
        raise UsageError(str(error)) from None
    enable_x64()
    config.repr = "numpy"
    # the program did not ask for JAX, and its children compute without it
    warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)


# -- what to run


def _located(program: list[str]):
    """``(code, attributes of __main__, root)`` of a program; sets argv and the path."""
    kind, rest = program[0], program[1:]
    if kind in ("-m", "-c") and not rest:
        raise UsageError(f"{kind} needs an argument")
    if kind == "-m":
        return _module(rest[0], rest[1:])
    if kind == "-c":
        return _text(rest[0], "<string>", ["-c", *rest[1:]])
    if kind == "-":
        return _text(sys.stdin.read(), "<stdin>", program)
    return _script(kind, program)


def _text(source: str, name: str, argv: list[str]):
    sys.argv[:] = argv
    _search("")
    return lambda make=_compiled: make(source, name), {"__loader__": None}, os.getcwd()


def _compiled(source, name: str):
    return compile(source, name, "exec", dont_inherit=True)


def _search(first: str) -> None:
    """Make `first` the place where imports look first, as plain python does."""
    if not sys.flags.safe_path:
        sys.path[0] = first


def _script(path: str, argv: list[str]):
    sys.argv[:] = argv
    if os.path.isdir(path) or _is_archive(path):
        return _container(path)
    full = os.path.abspath(path)
    folder = os.path.dirname(os.path.realpath(path))
    _search(folder)
    loader = (SourcelessFileLoader if path.endswith(".pyc") else SourceFileLoader)("__main__", full)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write(f"{sys.orig_argv[0]}: can't open file {full!r}: [Errno {error.errno}] {error.strerror}\n")
        raise SystemExit(2) from None

    def code(make=_compiled):
        return loader.get_code("__main__") if path.endswith(".pyc") else make(source, full)

    return code, {"__file__": full, "__cached__": None, "__loader__": loader}, folder


def _is_archive(path: str) -> bool:
    import zipfile

    return not path.endswith((".py", ".pyc")) and zipfile.is_zipfile(path)


def _container(path: str):
    """A directory or an archive with a ``__main__``."""
    _search(os.path.abspath(path))
    spec = PathFinder.find_spec("__main__", [os.path.abspath(path)])
    if spec is None:
        sys.stderr.write(f"{sys.executable}: can't find '__main__' module in {os.path.abspath(path)!r}\n")
        raise SystemExit(1)
    return lambda make=None: spec.loader.get_code("__main__"), _of_spec(spec), os.path.abspath(path)


def _of_spec(spec) -> dict:
    return {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": spec.loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }


def _module(name: str, args: list[str]):
    _search(os.getcwd())
    sys.argv[:] = ["-m", *args]

    def code(make=None):
        # looked for when the hooks are there, because the packages above it are imported
        try:
            # as python -m and the debugger of the standard library do it
            _, spec, code = runpy._get_module_details(name, _NoModule)
        except _NoModule as error:
            sys.stderr.write(f"{sys.executable}: {error}\n")
            raise SystemExit(1) from None
        sys.argv[0] = spec.origin
        sys.modules["__main__"].__dict__.update(_of_spec(spec))
        return code

    return code, {}, os.getcwd()


# -- running it

_kept = sys.modules.get("__main__")  # its globals live as long as it does


def _keep_to_the_end(main: types.ModuleType) -> None:
    """Let a module live until Python clears the globals of those that do: files that they hold are closed then.

    It would be gone before, and the files not closed, where a library still knows a function of the program's.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(main))


def execute(code, attributes: dict, root: str) -> None:
    """Run a program as ``__main__``.

    Parameters
    ----------
    code : callable
        Gives the code object, by another way of compiling if one is given; called when user code can be imported.
    attributes : dict
        Of the module ``__main__``.
    root : str
        The directory in which the user's modules are.
    """
    from ..adapters import extensions
    from ..ground.users import in_library
    from .tracebacks import hide_frames, point_warnings
    from .user_code import UserFinder, new_main

    UserFinder([root]).install()
    extensions.watch()
    point_warnings()
    main = new_main(**attributes)
    _keep_to_the_end(main)
    try:
        compiled = code()
        origin = main.__dict__.get("__file__")
        if origin and in_library(origin):
            del main.__dict__["__builtins__"]  # a library's program: cProfile, pytest
        exec(compiled, main.__dict__)
    except SystemExit:
        raise
    except BaseException:
        # plain python has runpy's frames above a module's, and none above a script's
        hide_frames(above=main.__spec__ is None)
        raise
