"""Three epochs of MNIST with evaluation, from the start of the process to its exit."""

import os
from pathlib import Path

from processes import first, in_turns, run
from text import NAMES, cell, median_of, table

NAME = "whole run"
DOC = "three epochs of MNIST and its evaluation, whole processes; needs DLTRAIN_DATA"
CONTESTANTS = ["dltrain", "torch", "keras"]
EPOCHS = 3


def measure(bench):
    data = Path(os.environ.get("DLTRAIN_DATA", "")) / "mnist"
    if not (data / "train-images-idx3-ubyte.gz").exists():
        bench.say("whole run: left out, since $DLTRAIN_DATA/mnist holds no train-images-idx3-ubyte.gz")
        return {}
    names = [name for name in CONTESTANTS if bench.takes(name)]
    rounds = {name: [] for name in names}
    for name in in_turns(bench.rounds, names):
        ended = (run([*bench.program, "--json", "fit", bench.root / "recipes/mnist_mlp.toml", "--epochs", EPOCHS, "--run",
                      bench.fresh_folder(), *bench.changes], bench.environment) if name == "dltrain" else
                 run([*bench.peer("whole_run.py"), name, "--data", data, "--epochs", EPOCHS, *bench.peer_threads],
                     bench.environment))
        if ended is None:
            continue
        line = first(ended["lines"], "run_done" if name == "dltrain" else "whole")[1]
        accuracy = line["values"]["accuracy"] if name == "dltrain" else line["accuracy"]
        rounds[name].append({"seconds": ended["seconds"], "memory": ended["memory"], "accuracy": accuracy})
        bench.say(f"whole run {name:14} {ended['seconds']:6.2f} s  {ended['memory'] / 2**20:6.0f} MiB  accuracy {accuracy:.4f}")
    return rounds


def section(rounds, bench):
    if not rounds:
        return ""
    our = median_of(rounds.get("dltrain", []), lambda f: f["seconds"])
    rows = []
    for name, found in rounds.items():
        seconds = median_of(found, lambda f: f["seconds"])
        rows.append([NAMES[name], cell(seconds, lambda s: f"{s:.2f}"),
                     cell(seconds, lambda s: f"{s / our:.2f}x") if our else "-",
                     cell(median_of(found, lambda f: f["memory"]), lambda b: f"{b / 2**20:.0f}"),
                     cell(median_of(found, lambda f: f["accuracy"]), lambda a: f"{100 * a:.2f} %"),
                     ", ".join(f"{f['seconds']:.2f}" for f in found)])
    return f"""## A whole run: {EPOCHS} epochs of MNIST and its evaluation, from start to exit

{table(["", "s", "of ours", "most memory, MiB", "accuracy", "all rounds, s"], rows)}"""
