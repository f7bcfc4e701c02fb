"""What became of each compiled call of the case table, as it was last written down.

``compiled/RUN.txt`` has a line for each function, with the number of its calls, and
below it one for each call that is not right: in which way, and what was seen.  The
tests fail where a call is now worse, and where it is better and its line is still
there.  The support table is made from these files.  ::

    python -m tests.dispatch.stored --run jax-64           # every call; writes the file anew
    python -m tests.dispatch.stored --run jax-64 sum pad   # the calls of these functions only
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import itertools
from collections.abc import Iterable
from pathlib import Path

from ..verdict import KINDS, RIGHT, Verdict
from ..workers import Worker, serve
from .compiled_calls import RUNS, judge, names

FOLDER = Path(__file__).parent / "compiled"
MODULE = "tests.dispatch.stored"


def load(run: str) -> dict[str, Verdict]:
    """The calls that are not right, by name."""
    found, function = {}, ""
    for line in (FOLDER / f"{run}.txt").read_text(encoding="utf-8").splitlines():
        first, rest = line.split(maxsplit=1)
        if line.startswith(" "):
            kind, _, text = rest.partition(": ")
            found[f"{function}-{first}"] = Verdict(kind, text)
        else:
            function = first
    return found


def save(run: str, found: dict[str, Verdict]) -> None:
    """Write a line for each function with the number of its calls, and below it what is not right."""
    lines = []
    for function, group in itertools.groupby(names(), lambda name: name.rpartition("-")[0]):
        calls = list(group)
        lines.append(f"{function} {len(calls)}")
        lines += [f"    {n.rpartition('-')[2]} {found[n]}" for n in calls if found.get(n, RIGHT).kind != "right"]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{run}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def fresh(run: str, chosen: Iterable[str]) -> Iterable[tuple[str, Verdict]]:
    """Run calls in a process of their own."""
    with Worker(MODULE, "--serve", run) as worker:
        yield from worker.verdicts(chosen)


def changes(run: str, chosen: Iterable[str]) -> list[str]:
    """What is no longer as it was written down, a line each."""
    known = load(run)
    told = []
    for name, now in fresh(run, chosen):
        then = known.get(name, RIGHT)
        if now.kind != then.kind:
            word = "worse" if KINDS.index(now.kind) > KINDS.index(then.kind) else "better, rewrite the file"
            told.append(f"{run} {name}: {word}: was {then}, is {now}")
    return told


def answer(run: str, name: str) -> tuple[str, str]:
    return dataclasses.astuple(judge(run, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", metavar="RUN", help="answer names on the input")
    parser.add_argument("--run", choices=RUNS, action="append")
    parser.add_argument("functions", nargs="*", help="only the calls of these functions; all others stay as written")
    options = parser.parse_args()
    if options.serve:
        serve(lambda name: answer(options.serve, name))
    for run in options.run or RUNS:
        chosen = [n for n in names() if not options.functions or n.rpartition("-")[0] in options.functions]
        found = load(run) if options.functions else {}
        count: collections.Counter[str] = collections.Counter()
        for name, verdict in fresh(run, chosen):
            found[name] = verdict
            count[verdict.kind] += 1
            if verdict != RIGHT:
                print(run, name, verdict, flush=True)
        save(run, found)
        print(f"{run}: {sum(count.values())} calls: " + ", ".join(f"{n} {kind}" for kind, n in count.most_common()))


if __name__ == "__main__":
    main()
