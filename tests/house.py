"""The layers of npbridge, and a picture of them: ``python -m tests.house`` draws ``docs/architecture.svg`` anew."""

from __future__ import annotations

import ast
import sys
import textwrap
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "npbridge" / "_src"
PICTURE = ROOT / "docs" / "architecture.svg"
# Lowest first.  Packages on one line know each other.
LAYERS = [
    {"ground"},
    {"storage"},
    {"dispatch", "array"},  # the protocol and the class it serves: see core.dispatch_ufunc
    {"facts"},
    {"state"},
    {"program"},  # which is made of what JAX has traced
    # NumPy's own compositions run with the face in place of numpy; control flow and whole functions are
    # lowered by a backend, with forms that the backend supplies
    {"backends", "face", "convert"},
    {"namespace", "random", "support_table", "accuracy"},
    {"io"},
    {"engine"},
    {"jit"},
    {"transforms"},
    {"adapters"},
    {"debug"},
    {"public", "loading"},
    {"tiers"},
    {"shell"},
    {"stubs"},
]
WIDE, GAP, LINE = 960, 6, 13
COLOURS = ("#dbe9f6", "#e6f2df", "#fdeeda", "#efe4f5")


def caption(name: str) -> str:
    """What a package or module says that it is, in its first sentence."""
    path = SOURCE / name / "__init__.py"
    text = ast.get_docstring(ast.parse((path if path.exists() else SOURCE / f"{name}.py").read_text())) or ""
    return text.partition("\n")[0].replace("``", "").partition(": ``python")[0]


def drawn() -> str:
    """The picture: a row for each layer, who is above may import who is below."""
    body: list[str] = []
    y = GAP
    for k, layer in enumerate(reversed(LAYERS)):
        width = (WIDE - GAP) // len(layer) - GAP
        texts = {name: textwrap.wrap(caption(name), (width - 16) // 6) for name in sorted(layer)}
        high = 26 + LINE * max(map(len, texts.values()))
        for j, (name, lines) in enumerate(texts.items()):
            x = GAP + j * (width + GAP)
            colour = COLOURS[k % len(COLOURS)]
            body.append(f'<rect x="{x}" y="{y}" width="{width}" height="{high}" rx="6" fill="{colour}"/>')
            body.append(f'<text x="{x + 10}" y="{y + 17}" font-size="14" font-weight="bold">{escape(name)}</text>')
            for i, text in enumerate(lines):
                body.append(f'<text x="{x + 10}" y="{y + 32 + i * LINE}" font-size="11">{escape(text)}</text>')
        y += high + GAP
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {y}" font-family="sans-serif" role="img">',
        "<title>The layers of npbridge: each imports those below it</title>",
        f'<rect width="{WIDE}" height="{y}" fill="#ffffff"/>',
    ]
    return "\n".join([*head, *body, "</svg>", ""])


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        PICTURE.write_text(drawn(), encoding="utf-8")
        return 0
    if PICTURE.read_text(encoding="utf-8") == drawn():
        return 0
    sys.stderr.write(f"{PICTURE.relative_to(ROOT)} is not what `python -m tests.house` draws\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
