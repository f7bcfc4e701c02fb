"""What was measured of the programs, as text."""

from __future__ import annotations

from typing import Any

from .summary import BY_HAND, OURS, SLOWER, TITLES, against, cell, columns, entry, short, summary

SPEEDS = (*BY_HAND, *OURS)


def header() -> str:
    """The head of the table, which rows follow one by one."""
    above = f"{'':22} {'NumPy':>8} | {'times the speed of NumPy':^44} | {'first call, s':^34}"
    titles = [*(TITLES[name] for name in SPEEDS)]
    line = f"{'program':22} {'ms':>8} | " + " ".join(f"{title:>8}" for title in titles) + " | "
    return f"{above}\n{line}{' '.join(f'{title:>6.6}' for title in titles)}\n"


def row(found: dict[str, Any]) -> str:
    """A program, and under it what the engines say that they could not do."""
    plain = found["engines"]["numpy"]["warm"]
    speeds = " ".join(f"{cell(found, engine):>8}" for engine in SPEEDS)
    firsts = " ".join(f"{_first(entry(found, engine)):>6}" for engine in SPEEDS)
    text = f"{found['name']:22} {plain * 1e3:8.2f} | {speeds} | {firsts}\n"
    for engine in SPEEDS:
        text += "".join(f"    {TITLES[engine]}: {remark}\n" for remark in remarks(entry(found, engine)))
    return text


def remarks(told: dict[str, Any]) -> list[str]:
    """What is said of an engine besides its figures."""
    found = [f"refused: {told['refused']}"] if "refused" in told else []
    if told.get("agrees") is False:
        far = told["deviation"]
        found.append("not NumPy's result: " + ("of another form" if far is None else f"off by {far:.1g} of its scale"))
    return [*found, *told.get("notes", [])]


def _first(told: dict[str, Any]) -> str:
    return f"{told['first']:.2f}" if "first" in told else ""


def footer(report: dict[str, Any]) -> str:
    """The means over all programs."""
    programs = report["programs"]
    text = f"\n{len(programs)} programs; times the speed of NumPy, geometric means\n"
    text += f"{'':16} {'mean':>6} {f'below {SLOWER}':>10} {'wrong':>6} {'refused':>8} {'first call, median':>20}\n"
    for engine in (*BY_HAND, "by_hand", *(name for name in columns(programs) if name not in BY_HAND)):
        told = summary(programs, engine)
        first = f"{told.first:.2f} s" if told.first is not None else ""
        counts = f"{len(told.slower):10d} {len(told.wrong):6d} {len(told.refused):8d}"
        text += f"{TITLES[engine]:16} {short(told.mean):>6} {counts} {first:>20}\n"
    for engine in columns(programs)[len(BY_HAND) :]:
        mean, count, wins = against(programs, engine, "by_hand")
        text += (
            f"{TITLES[engine]} against the better form by hand: {short(mean)}; as fast or faster in {wins} of {count}\n"
        )
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    return f"{text}\n{versions}; {report['cpu']}, {report['cores']} cores; {report['command']}\n"
