"""The speeds of all programs as a picture, written as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from .summary import TITLES, speed

# name: colour and shape of its marks, in the order in which they are drawn
MARKS = {
    "numba": ("#e69f00", "square"),
    "jax": ("#56b4e9", "square"),
    "npbridge_auto": ("#000000", "disc"),
}
LABELS = {"numba": "Numba by hand", "jax": "JAX by hand", "npbridge_auto": "npbridge, 'auto', the plain source"}
LEFT, RIGHT, TOP, ROW = 150, 640, 64, 13
LOW, HIGH = 0.1, 1000.0
SIZE = 3.6


def place(value: float) -> float:
    """Where a speed lies from left to right; what is out of range lies at the border."""
    share = math.log(min(max(value, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return LEFT + share * (RIGHT - LEFT)


def mark(engine: str, x: float, y: float) -> str:
    colour, shape = MARKS[engine]
    if shape == "disc":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{SIZE}" fill="{colour}"/>'
    corner = f'x="{x - SIZE:.1f}" y="{y - SIZE:.1f}" width="{2 * SIZE}" height="{2 * SIZE}"'
    return f'<rect {corner} fill="{colour}"/>'


def text(x: float, y: float, words: str, anchor: str = "start", size: int = 10) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'


def grid(bottom: float) -> Iterator[str]:
    """A line for each power of ten, and a strong one where NumPy is."""
    for power in range(round(math.log10(LOW)), round(math.log10(HIGH)) + 1):
        x = place(10.0**power)
        colour = "#444444" if power == 0 else "#dddddd"
        yield f'<line x1="{x:.1f}" y1="{TOP - 10}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{colour}"/>'
        yield text(x, TOP - 14, "NumPy" if power == 0 else f"{10.0**power:g}", "middle")


def legend() -> Iterator[str]:
    x = 12.0
    for engine, label in LABELS.items():
        yield mark(engine, x, 24)
        yield text(x + 9, 27.5, label)
        x += 40 + 6.2 * len(label)


def rows(programs: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each program, under the name of its kind."""
    y, kind = float(TOP), ""
    for found in programs:
        if found["kind"] != kind:
            kind = found["kind"]
            y += ROW
            yield f'<g font-weight="bold">{text(8, y + 3.5, kind)}</g>'
            y += ROW
        yield text(LEFT - 10, y + 3.5, found["name"].replace("_", " "), "end")
        places = {engine: place(value) for engine in MARKS if (value := speed(found, engine)) is not None}
        if places:
            first, last = min(places.values()), max(places.values())
            yield f'<line x1="{first:.1f}" y1="{y}" x2="{last:.1f}" y2="{y}" stroke="#bbbbbb"/>'
        yield from (mark(engine, x, y) for engine, x in places.items())
        y += ROW


def picture(programs: Sequence[dict[str, Any]]) -> str:
    """The whole picture."""
    kinds = len({found["kind"] for found in programs})
    bottom = TOP + ROW * (len(programs) + 2 * kinds)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{RIGHT + 20}" height="{bottom + 20}"'
    what = "Times the speed of NumPy, on a logarithmic scale: further right is faster"
    title = f"{what}; {', '.join(TITLES[engine] for engine in MARKS)}"
    lines = [
        f'{head} viewBox="0 0 {RIGHT + 20} {bottom + 20}" font-family="sans-serif" role="img">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(8, 12, what),
        *legend(),
        *grid(bottom),
        *rows(programs),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
