"""The page of scripts/bench: tables and charts from its results."""

import statistics

NAMES = {"dltrain": "dltrain", "torch": "PyTorch eager", "torch compile": "PyTorch compile", "keras": "Keras"}


def median_of(rounds, value):
    values = [value(found) for found in rounds if value(found) is not None]
    return statistics.median(values) if values else None


def step(found):
    return statistics.median(found["steps"])


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cell(value, text):
    return "-" if value is None else text(value)


def milliseconds(seconds):
    return f"{1e3 * seconds:.3f}" if seconds < 0.01 else f"{1e3 * seconds:.1f}"


def ratios(results):
    """For each model: how many times longer the fastest peer takes for a step; above 1 is a win."""
    found = {}
    for model, rounds in results["models"].items():
        ours = median_of(rounds.get("dltrain", []), step)
        peers = [median_of(r, step) for name, r in rounds.items() if name != "dltrain" and r]
        if ours and peers:
            found[model] = min(peers) / ours
    return found


def by_contestant(results, value, text):
    names = [name for name in NAMES if any(name in rounds for rounds in results["models"].values())]
    rows = []
    for model, rounds in results["models"].items():
        rows.append([f"`{model}`"] + [cell(median_of(rounds.get(name, []), value), text) for name in names])
    return table(["model"] + [NAMES[name] for name in names], rows)


def steps_table(results):
    names = [name for name in NAMES if any(name in rounds for rounds in results["models"].values())]
    won = ratios(results)
    rows = []
    for model, rounds in results["models"].items():
        row = [f"`{model}`"] + [cell(median_of(rounds.get(name, []), step), milliseconds) for name in names]
        ratio = won.get(model)
        rows.append(row + ["-" if ratio is None else f"{ratio:.2f}x" + (" **(lost)**" if ratio < 1 else "")])
    return table(["model"] + [NAMES[name] for name in names] + ["best peer / dltrain"], rows)


def share_table(results):
    """What part of a step each kind of operation takes, and how near to the machine's limits the step is."""
    rows = []
    for model, rounds in results["models"].items():
        if not rounds.get("dltrain"):
            continue
        kernels = rounds["dltrain"][-1]["kernels"]
        total = sum(k["seconds"] * k["runs"] for k in kernels)
        bound = sum(k.get("bound_seconds", 0) * k["runs"] for k in kernels)
        flops = sum(k["flops"] * k["runs"] for k in kernels)
        ops = {}
        for k in kernels:
            ops[k["op"]] = ops.get(k["op"], 0) + k["seconds"] * k["runs"]
        most = sorted(ops.items(), key=lambda item: -item[1])[:4]
        rows.append([f"`{model}`", f"{1e-9 * flops / total:.0f}", f"{100 * flops / total / rounds['dltrain'][-1]['limits'][0]:.0f} %",
                     f"{100 * bound / total:.0f} %", ", ".join(f"{op} {100 * s / total:.0f} %" for op, s in most)])
    return table(["model", "GFLOP/s", "of the peak", "of the bounds of its kernels", "where the time goes"], rows)


def rounds_table(results):
    rows = []
    for model, rounds in results["models"].items():
        for name, found in rounds.items():
            rows.append([f"`{model}`", NAMES[name], ", ".join(milliseconds(step(f)) for f in found)])
    return table(["model", "", "median of each round, ms"], rows)


def chart(results):
    """How many times faster than the best peer, as an SVG; the line is a draw."""
    won = ratios(results)
    left, unit, height = 110, 70, 24
    most = max(list(won.values()) + [2.0])
    width = left + int(unit * most) + 70
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(won) + 30}" '
             'font-family="sans-serif" font-size="13">', f'<rect width="100%" height="100%" fill="white"/>']
    for i, (model, ratio) in enumerate(won.items()):
        y = 8 + i * height
        colour = "#2f7d4f" if ratio >= 1 else "#b04a3a"
        parts += [f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{model}</text>',
                  f'<rect x="{left}" y="{y}" width="{unit * ratio:.1f}" height="{height - 7}" fill="{colour}"/>',
                  f'<text x="{left + unit * ratio + 6:.1f}" y="{y + 13}">{ratio:.2f}x</text>']
    parts += [f'<line x1="{left + unit}" y1="2" x2="{left + unit}" y2="{height * len(won) + 8}" stroke="black"/>',
              f'<text x="{left + unit}" y="{height * len(won) + 22}" text-anchor="middle">best peer</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def markdown(results, folder):
    (folder / "speed.svg").write_text(chart(results))
    machine = results["machine"]
    versions = {NAMES[n]: f["version"] for rounds in results["models"].values() for n, found in rounds.items() for f in found
                if "version" in f}
    devices = {f["device"] for rounds in results["models"].values() for f in rounds.get("dltrain", [])}
    limits = [f["limits"] for rounds in results["models"].values() for f in rounds.get("dltrain", [])]
    won = list(ratios(results).values())
    mean = statistics.geometric_mean(won) if won else 0
    return f"""# Benchmarks

{machine['date']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}; dltrain on {', '.join(sorted(devices))};
{', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}. float32. All contestants ran in turns, in
{results['options']['rounds']} rounds of {results['options']['steps']} steps with {results['options']['threads']} threads; medians. `scripts/bench` makes this page.

![How many times faster than the best peer](speed.svg)

## A training step, ms

{steps_table(results)}
Geometric mean of the last column: {mean:.2f}x.

## From the start of the process to the end of the first step, s

{by_contestant(results, lambda f: f['first_step'], lambda s: f'{s:.2f}')}
## The most memory of the process, MiB

{by_contestant(results, lambda f: f['memory'], lambda b: f'{b / 2**20:.0f}')}
## How near to the limits of the machine

The peak is what fused multiply-adds reach in registers ({median_of([{'v': l[0]} for l in limits], lambda f: f['v']) * 1e-9:.0f} GFLOP/s), measured in each run, as
is copying beyond the caches ({median_of([{'v': l[1]} for l in limits], lambda f: f['v']) * 1e-9:.1f} GB/s). The bound of a kernel is the larger of its operations at the peak and its bytes at that
rate; kernels whose data are in a cache go below it.

{share_table(results)}
## All rounds

{rounds_table(results)}"""
