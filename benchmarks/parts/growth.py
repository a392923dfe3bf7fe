"""How the time of a step grows with the batch, the width, the depth and the threads, and that of planning with the
layers: of dltrain alone, since the question is whether anything grows faster than the work."""

import statistics

from processes import first, run
from text import lines, table

NAME = "growth"
DOC = "how steps grow with batch, width, depth and threads, and planning with the layers"
RECIPE = """[data]
type = "synthetic"
shape = {inputs}
samples = {samples}

[model]
layers = [
  {{ type = "Dense", units = {units}, activation = "relu", repeat = {depth} }},
  {{ type = "Dense", units = 10 }},
]

[train]
batch_size = {batch}
loss = {{ type = "SparseCategoricalCrossentropy", from_logits = true }}
optimizer = "Adam"
"""
CURVES = {"batch": [1, 4, 16, 64, 256, 1024], "width": [64, 128, 256, 512], "depth": [1, 2, 4, 8], "layers": [10, 100, 1000]}


def shape_of(curve, value):
    shape = {"batch": 128, "units": 256, "depth": 2}
    if curve == "width":
        shape["units"] = value
    elif curve == "layers":
        shape |= {"depth": value, "units": 16, "batch": 8}
    else:
        shape[curve] = value
    return shape | {"inputs": shape["units"], "samples": 4 * shape["batch"]}


def measure(bench):
    found = {}
    for curve, values in CURVES.items():
        for value in values:
            recipe = bench.fresh_folder().with_suffix(".toml")
            recipe.write_text(RECIPE.format(**shape_of(curve, value)))
            found.setdefault(curve, []).append([value, *profiled(bench, recipe, 4 if curve == "layers" else bench.steps)])
    for model in ("mlp", "cnn", "resnet20"):
        if not bench.has(model):
            continue
        for threads in range(1, bench.threads + 1):
            seconds = profiled(bench, bench.recipe(model), bench.steps, ["--threads", threads])
            found.setdefault(f"threads, {model}", []).append([threads, *seconds])
    for curve, points in found.items():
        bench.say(f"{curve}: " + ", ".join(f"{value}: {1e3 * step:.3f} ms" for value, step, *_ in points))
    return found


def profiled(bench, recipe, steps, changes=()):
    """Of the fastest of three processes: seconds of a step, of planning, multiplications and additions of a step."""
    best = None
    for _ in range(3):
        ended = run([*bench.program, "--json", "profile", recipe, "--steps", steps, *(changes or bench.changes)],
                    bench.environment)
        if ended is None:
            raise SystemExit("a step could not be profiled")
        profile = first(ended["lines"], "profile")[1]
        taken = (statistics.median(profile["steps"]), profile["plan_seconds"],
                 sum(k["flops"] * k["runs"] for k in profile["kernels"]))
        best = taken if best is None else (min(best[0], taken[0]), min(best[1], taken[1]), taken[2])
    return best


def section(found, bench):
    tables = []
    for curve, points in found.items():
        head = [curve.split(",")[0], "step, ms", "GFLOP/s", "planning, ms", "step, of the one above", "work, of the one above"]
        rows, before = [], None
        for value, step, planning, flops in points:
            rows.append([str(value), f"{1e3 * step:.3f}", f"{1e-9 * flops / step:.0f}", f"{1e3 * planning:.1f}",
                         f"{step / before[0]:.2f}x" if before else "", f"{flops / before[1]:.2f}x" if before else ""])
            before = (step, flops)
        tables.append(f"### {curve}\n\n{table(head, rows)}")
    curves = {f"{curve}": [(value, 1e3 * step) for value, step, *_ in points] for curve, points in found.items()
              if curve in ("batch", "width", "depth")}
    (bench.output / "growth.svg").write_text(lines(curves, "batch, width, depth", "ms"))
    return """## How the time of a step grows

Dense layers of 256 units, two of them, and batches of 128 samples, but for what a table changes ("layers": 16 units, batches
of 8). The fastest of three processes. Both axes of the drawing are logarithmic.

![Time of a step over batch, width and depth](growth.svg)

""" + "\n".join(tables)
