"""Look for programs that part: ``python -m tests.random_programs --backend jax --count 1000 --seed 7``.

Prints each difference with the program, shrunk, then how many there were of each
kind and why programs were refused, and adds a line to the ledger of seeds.
"""

from __future__ import annotations

import argparse
import collections
import re
from pathlib import Path

from ..verdict import Verdict
from ..workers import Worker, serve
from .generate import Program, program
from .run import BACKENDS, judge
from .shrink import shrunk

LEDGER = Path(__file__).parent / "ledger.txt"


def answer(backend: str, item: str) -> list:
    """The verdict on the program of a seed; with ``shrink``, also the smallest program like it."""
    seed, _, word = item.partition(" ")
    made = program(int(seed))
    verdict = judge(backend, made)
    if not word:
        return [verdict.kind, verdict.text]
    small = shrunk(made, lambda p: same_way(verdict, _safely(backend, p)))
    return [verdict.kind, verdict.text, small.source, repr_of(small)]


def _safely(backend: str, candidate: Program) -> Verdict:
    try:
        return judge(backend, candidate)
    except Exception as error:
        return Verdict("right", repr(error))


def same_way(one: Verdict, two: Verdict) -> bool:
    return one.kind == two.kind and reason(one.text)[:60] == reason(two.text)[:60]


def reason(text: str) -> str:
    """A text without what changes from program to program."""
    text = re.sub(r"^(eagerly, )?call \d+, ", r"\1", text)
    return re.sub(r"\b(x\d+|[a-cnhp]|k\d)\b|-?\d+(\.\d+)?(e-?\d+)?", "#", text.split(": [")[0])[:110]


def repr_of(made: Program) -> str:
    def one(value: object) -> str:
        text = repr(vars(value)) if hasattr(value, "__dict__") else repr(value)
        return " ".join(text.replace("array", "np.array").split())

    return "; ".join(map(one, made.arguments[0]))


def search(backend: str, seeds: range, small: int) -> tuple[dict, dict]:
    """Run programs; the seeds of the differences by kind, and of the refusals by reason."""
    differences: dict[str, list[int]] = collections.defaultdict(list)
    refused: dict[str, list[int]] = collections.defaultdict(list)
    with Worker("tests.random_programs", "--serve", backend) as worker:
        for seed, verdict in ((int(s), v) for s, v in worker.verdicts(map(str, seeds))):
            if verdict.kind == "refused":
                refused[reason(verdict.text)].append(seed)
            elif verdict.kind != "right":
                key = f"{verdict.kind}: {reason(verdict.text)}"
                differences[key].append(seed)
                if len(differences[key]) == 1 and len(differences) <= small:
                    print(f"-- seed {seed}: {verdict}", flush=True)
                    told = worker.ask(f"{seed} shrink", 300)
                    print("\n".join(told[2:]), flush=True)
    return differences, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=sorted(BACKENDS), default="jax")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first program")
    parser.add_argument("--shrink", type=int, default=20, help="how many kinds of differences to show shrunk")
    parser.add_argument("--serve", metavar="BACKEND", help="answer seeds on the input")
    options = parser.parse_args()
    if options.serve:
        serve(lambda item: answer(options.serve, item))
    seeds = range(options.seed, options.seed + options.count)
    differences, refused = search(options.backend, seeds, options.shrink)
    for title, found in (("differences", differences), ("refused", refused)):
        print(f"{title}: {sum(map(len, found.values()))} of {options.count}")
        for text, which in sorted(found.items(), key=lambda pair: -len(pair[1])):
            print(f"  {len(which):4} {text} (seeds {', '.join(map(str, which[:5]))})")
    numbers = [sum(map(len, found.values())) for found in (differences, refused)]
    with LEDGER.open("a", encoding="utf-8") as file:
        file.write(f"{options.backend} {options.seed} {options.count} {numbers[0]} {numbers[1]}\n")


if __name__ == "__main__":
    main()
