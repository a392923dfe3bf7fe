#!/usr/bin/env python3
"""Turns the text of a terminal into an SVG: terminal_to_svg.py TITLE < text > picture.svg

docs/pictures/fit.svg shows a real run, captured from a terminal of 84 columns:

    tmux new-session -d -s fit -x 84 -y 40
    tmux send-keys -t fit 'clear; dltrain fit recipes/digits.toml --epochs 5' Enter
    tmux capture-pane -p -t fit | docs/pictures/terminal_to_svg.py 'dltrain fit' > docs/pictures/fit.svg
"""
import html
import sys

CHARACTER = 8.4  # width of a character of 14 pixels
LINE = 19
MARGIN = 18
BAR = 30


def colour(line):
    if line.startswith("$ "):
        return "#9ece6a"
    if line.startswith(("epoch ", "test_")):
        return "#e0e6ff"
    return "#a9b1d6"


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else ""
    lines = sys.stdin.read().rstrip().split("\n")
    width = round(max(len(line) for line in lines) * CHARACTER + 2 * MARGIN)
    height = BAR + len(lines) * LINE + MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{html.escape(title)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#1a1b26"/>',
        *(f'<circle cx="{18 + 18 * i}" cy="16" r="5" fill="#3b4261"/>' for i in range(3)),
        '<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        y = BAR + (number + 1) * LINE - 5
        # textLength keeps columns in line whatever font the reader has.
        out.append(
            f'<text x="{MARGIN}" y="{y}" fill="{colour(line)}" textLength="{len(line) * CHARACTER:.1f}"'
            f' lengthAdjust="spacingAndGlyphs" style="white-space:pre">{html.escape(line)}</text>'
        )
    out += ["</g>", "</svg>"]
    print("\n".join(out))


main()
