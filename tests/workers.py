"""Work done in a process of its own, which may crash or never end.

The process reads one line for each item and writes one line of JSON for it.  Where
it dies or takes too long, the item is answered for, and another process goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .verdict import Verdict

# After so many items another process goes on: what was compiled for them is some gigabytes.
ITEMS = 300


class Worker:
    """A process that runs ``python -m module arguments`` and answers lines with lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.command = [sys.executable, "-m", module, *arguments]
        self.process: subprocess.Popen | None = None
        self.answers = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc: object) -> None:
        self._end()

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _line(self, seconds: float) -> str | None:
        """What the process says next; empty where it has died, None where it took too long."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            return self.process.stdout.readline() if selector.select(seconds) else None

    def ask(self, item: str, seconds: float = 180) -> Any:
        """The answer to an item: what its JSON says, or a list like that of a `Verdict`."""
        self.answers += 1
        if self.answers % ITEMS == 0:
            self._end()
        if self.process is None:
            # No kernel of an earlier day: what is compiled now is what is judged.
            environment = {**os.environ, "NPBRIDGE_CACHE_DIR": ""}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(self.command, env=environment, text=True, bufsize=1, **pipes)
            self._line(120)  # it is ready
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{item}\n")
            self.process.stdin.flush()
        line = self._line(seconds)
        if line:
            return json.loads(line)
        code = self.process.poll() if line is None else self.process.wait()
        self._end()
        return ["slow", f"no answer in {seconds} s"] if line is None else ["crash", f"the process ended: {code}"]

    def verdicts(self, items: Iterable[str]) -> Iterator[tuple[str, Verdict]]:
        for item in items:
            yield item, Verdict(*self.ask(item))


def serve(answer: Callable[[str], Any]) -> None:
    """Be such a process: answer each line of the input."""
    out = os.fdopen(os.dup(1), "w", buffering=1)  # what an item prints must not come between the lines
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore")
    print('"ready"', file=out)
    for line in sys.stdin:
        print(json.dumps(answer(line.strip())), file=out)
    out.flush()
    os._exit(0)  # threads that an item left behind do not matter
