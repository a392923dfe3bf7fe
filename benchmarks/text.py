"""Tables and drawings for the page of scripts/bench."""

import math
import statistics

NAMES = {"dltrain": "dltrain", "torch": "PyTorch eager", "torch compile": "PyTorch compile", "onnxruntime": "ONNX Runtime",
         "keras": "Keras"}
COLOURS = ["#2f5d8c", "#b04a3a", "#2f7d4f", "#8a6d1f", "#6b4c9a"]


def median_of(rounds, value):
    values = [value(found) for found in rounds if value(found) is not None]
    return statistics.median(values) if values else None


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cell(value, text):
    return "-" if value is None else text(value)


def milliseconds(seconds):
    return f"{1e3 * seconds:.3f}" if seconds < 0.01 else f"{1e3 * seconds:.1f}"


def svg(width, height, parts):
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
                      'font-size="13">', '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]) + "\n"


def bars(values, line):
    """One bar a name, coloured by whether it passes 1, where a line stands."""
    left, unit, height = 140, 70, 24
    most = min(max([*values.values(), 2.0]), 8.0)
    width, parts = left + int(unit * most) + 80, []
    for i, (name, value) in enumerate(values.items()):
        y, length = 8 + i * height, unit * min(value, most)
        parts += [f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{name}</text>',
                  f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{height - 7}" '
                  f'fill="{"#2f7d4f" if value >= 1 else "#b04a3a"}"/>',
                  f'<text x="{left + length + 6:.1f}" y="{y + 13}">{value:.2f}x</text>']
    parts += [f'<line x1="{left + unit}" y1="2" x2="{left + unit}" y2="{height * len(values) + 8}" stroke="black"/>',
              f'<text x="{left + unit}" y="{height * len(values) + 22}" text-anchor="middle">{line}</text>']
    return svg(width, height * len(values) + 30, parts)


def lines(series, across, up):
    """Curves of (x, y) on logarithmic axes; `series` by name."""
    left, top, width, height = 70, 16, 420, 260
    points = [point for curve in series.values() for point in curve]
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y, high_y = min(y for _, y in points), max(y for _, y in points)

    def place(x, y):
        def share(value, low, high):
            return math.log(value / low) / math.log(high / low) if high > low else 0.5
        return left + width * share(x, low_x, high_x), top + height * (1 - share(y, low_y, high_y))

    parts = [f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>']
    for x in sorted({x for x, _ in points}):
        parts.append(f'<text x="{place(x, low_y)[0]:.1f}" y="{top + height + 18}" text-anchor="middle">{x:g}</text>')
    for y in (low_y, math.sqrt(low_y * high_y), high_y):
        parts.append(f'<text x="{left - 6}" y="{place(low_x, y)[1] + 4:.1f}" text-anchor="end">{y:.3g}</text>')
    parts += [f'<text x="{left + width / 2}" y="{top + height + 38}" text-anchor="middle">{across}</text>',
              f'<text x="{left}" y="12" text-anchor="middle">{up}</text>']
    for i, (name, curve) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (place(x, y) for x, y in sorted(curve)))
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  f'<text x="{left + width + 10}" y="{top + 14 + 18 * i}" fill="{colour}">{name}</text>']
    return svg(left + width + 190, top + height + 50, parts)
