"""Training steps, the time to the first one, memory, and where our time goes."""

import statistics

from processes import first, in_turns, run
from text import NAMES, bars, cell, median_of, milliseconds, table

NAME = "training"
DOC = "a training step of each model, the first step, memory"
# Recipes of recipes/benchmarks, some with another batch.
CASES = {"mlp": {}, "mlp, batch of 32": {"model": "mlp", "batch": 32}, "cnn": {}, "resnet20": {}, "mobilenet": {}, "unet": {},
         "lstm": {}, "gru": {}, "transformer": {}, "tabular": {}}
CPU_PEAK = "what fused multiply-adds reach in registers and what copying reaches beyond the caches, measured in each run"
GPU_PEAK = "that of float32 without matrix units, and that of the memory, by what the GPU says of its clocks"
CONTESTANTS = {"dltrain": None, "torch": ["torch_steps.py"], "torch compile": ["torch_steps.py", "--compile"],
               "keras": ["keras_steps.py"]}


def measure(bench):
    found = {}
    names = [name for name in CONTESTANTS if bench.takes(name)]
    for case, words in CASES.items():
        model, batch = words.get("model", case), words.get("batch")
        if not bench.has(model):
            continue
        rounds = found[case] = {name: [] for name in names}
        for name in in_turns(bench.rounds, names):
            measured = ours(bench, model, batch) if name == "dltrain" else peer(bench, CONTESTANTS[name], model, batch)
            if measured is None:
                continue
            rounds[name].append(measured)
            bench.say(f"{case:18} {name:14} {1e3 * statistics.median(measured['steps']):9.3f} ms  first step "
                      f"{measured['first_step']:6.2f} s  {measured['memory'] / 2**20:6.0f} MiB")
    return found


def ours(bench, model, batch):
    changes = bench.changes + (["--set", f"train.batch_size={batch}"] if batch else [])
    steps = run([*bench.program, "--json", "profile", bench.recipe(model), "--steps", bench.steps, *changes], bench.environment)
    whole = run([*bench.program, "--json", "fit", bench.recipe(model), "--epochs", "1", "--set", "run.log_every=1", "--run",
                 bench.fresh_folder(), *changes], bench.environment)
    if steps is None or whole is None:
        return None
    profile = first(steps["lines"], "profile")[1]
    return {"steps": profile["steps"], "first_step": first(whole["lines"], "step")[0],
            "memory": profile.get("device_memory_bytes") or whole["memory"],
            "device": profile["device"], "limits": [profile["flops_limit"], profile["bandwidth_limit"]],
            "kernels": profile["kernels"]}


def peer(bench, words, model, batch):
    ended = run([*bench.peer(words[0]), model, *words[1:], "--steps", bench.steps, *bench.peer_options,
                 *(["--batch-size", batch] if batch else [])], bench.environment)
    if ended is None:
        return None
    steps = first(ended["lines"], "steps")[1]
    return {"steps": steps["steps"], "first_step": first(ended["lines"], "first_step")[0],
            "memory": steps.get("device_memory") or ended["memory"],
            "version": steps["version"], "parameters": steps["parameters"]}


def step(found):
    return statistics.median(found["steps"])


def ratios(found):
    """For each case: how many times longer the fastest peer takes for a step; above 1 is a win."""
    won = {}
    for case, rounds in found.items():
        our = median_of(rounds.get("dltrain", []), step)
        peers = [median_of(r, step) for name, r in rounds.items() if name != "dltrain" and r]
        if our and peers:
            won[case] = min(peers) / our
    return won


def names_in(found):
    return [name for name in NAMES if any(name in rounds for rounds in found.values())]


def by_contestant(found, value, text):
    names = names_in(found)
    return table(["model"] + [NAMES[name] for name in names],
                 [[f"`{case}`"] + [cell(median_of(rounds.get(name, []), value), text) for name in names]
                  for case, rounds in found.items()])


def steps_table(found):
    names, won = names_in(found), ratios(found)
    rows = []
    for case, rounds in found.items():
        ratio = won.get(case)
        rows.append([f"`{case}`"] + [cell(median_of(rounds.get(name, []), step), milliseconds) for name in names] +
                    ["-" if ratio is None else f"{ratio:.2f}x" + (" **(lost)**" if ratio < 1 else "")])
    return table(["model"] + [NAMES[name] for name in names] + ["best peer / dltrain"], rows)


def share_table(found):
    """What part of a step each kind of operation takes, and how near to the machine's limits the step is."""
    rows = []
    for case, rounds in found.items():
        if not rounds.get("dltrain"):
            continue
        last = rounds["dltrain"][-1]
        kernels = last["kernels"]
        total = sum(k["seconds"] * k["runs"] for k in kernels)
        bound = sum(k.get("bound_seconds", 0) * k["runs"] for k in kernels)
        flops = sum(k["flops"] * k["runs"] for k in kernels)
        ops = {}
        for k in kernels:
            ops[k["op"]] = ops.get(k["op"], 0) + k["seconds"] * k["runs"]
        most = sorted(ops.items(), key=lambda item: -item[1])[:4]
        rows.append([f"`{case}`", f"{1e-9 * flops / total:.0f}", f"{100 * flops / total / last['limits'][0]:.0f} %",
                     f"{100 * bound / total:.0f} %", ", ".join(f"{op} {100 * s / total:.0f} %" for op, s in most)])
    return table(["model", "GFLOP/s", "of the peak", "of the bounds of its kernels", "where the time goes"], rows)


def samples_table(found):
    sizes = {"unet": 16, "lstm": 64, "gru": 64, "transformer": 32, "tabular": 32, "mlp, batch of 32": 32}
    names = names_in(found)
    return table(["model"] + [NAMES[name] for name in names],
                 [[f"`{case}`"] + [cell(median_of(rounds.get(name, []), step), lambda s, n=sizes.get(case, 128): f"{n / s:,.0f}")
                                   for name in names] for case, rounds in found.items()])


def rounds_table(found):
    return table(["model", "", "median of each round, ms"],
                 [[f"`{case}`", NAMES[name], ", ".join(milliseconds(step(f)) for f in measured)]
                  for case, rounds in found.items() for name, measured in rounds.items()])


def section(found, bench):
    won = ratios(found)
    (bench.output / "speed.svg").write_text(bars(won, "best peer"))
    limits = [f["limits"] for rounds in found.values() for f in rounds.get("dltrain", [])]
    mean = statistics.geometric_mean(won.values()) if won else 0
    return f"""## A training step, ms

![How many times faster than the best peer](speed.svg)

{steps_table(found)}
Geometric mean of the last column: {mean:.2f}x.

### Samples per second

{samples_table(found)}
### From the start of the process to the end of the first step, s

{by_contestant(found, lambda f: f['first_step'], lambda s: f'{s:.2f}')}
### The most memory of the {"process" if bench.options.device == "cpu" else "GPU (dltrain: as planned; PyTorch: max_memory_allocated)"}, MiB

{by_contestant(found, lambda f: f['memory'], lambda b: f'{b / 2**20:.0f}')}
### How near to the limits of the machine

The peak is {CPU_PEAK if bench.options.device == "cpu" else GPU_PEAK}: {cell(median_of(limits, lambda l: l[0]), lambda v: f'{v * 1e-9:.0f}')} GFLOP/s and
{cell(median_of(limits, lambda l: l[1]), lambda v: f'{v * 1e-9:.1f}')} GB/s. The bound of a kernel is the larger of its operations at the
peak and its bytes at that rate; kernels whose data are in a cache go below it.

{share_table(found)}
### All rounds

{rounds_table(found)}"""


def versions(found):
    return {NAMES[n]: f["version"] for rounds in found.values() for n, measured in rounds.items() for f in measured
            if "version" in f}
