#!/usr/bin/env python3
"""What event files cost: trains recipes with and without them, alternating, and compares the seconds of training.

    benchmarks/cost_of_events.py [--repeats N] [--epochs N] PROGRAM RECIPE...

Prints a row of a Markdown table for each recipe: the smallest time of each kind, and the median of the rounds' differences
with the quarter of them below and above.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path


def seconds(program, recipe, extra, run):
    """Seconds of training, as the run itself notes them."""
    subprocess.run([program, "fit", recipe, "--quiet", "--run", run, *extra], check=True, stdout=subprocess.DEVNULL)
    return json.loads((run / "run.json").read_text())["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("recipes", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--epochs", type=int, help="of each run (default: the recipe's)")
    options = parser.parse_args()
    extra = ["--epochs", str(options.epochs)] if options.epochs else []
    print("| recipe | without | with | median difference | half of the rounds |\n|---|---:|---:|---:|---:|")
    for recipe in options.recipes:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            variants = {}
            for enabled in ("false", "true"):
                variants[enabled] = folder / f"{enabled}.toml"
                variants[enabled].write_text(
                    recipe.read_text() + f'\n[[callbacks]]\ntype = "TensorBoard"\nenabled = {enabled}\n')
            times = {"false": [], "true": []}
            for repeat in range(options.repeats):
                for enabled in sorted(variants, reverse=repeat % 2 == 1):
                    run = folder / f"{enabled}-{repeat}"
                    times[enabled].append(seconds(options.program, variants[enabled], extra, run))
            differences = [100 * (on / off - 1) for off, on in zip(times["false"], times["true"])]
            low, middle, high = statistics.quantiles(differences, n=4)
            epochs = f" ({options.epochs} epochs)" if options.epochs else ""
            print(f"| {recipe.stem}{epochs} | {min(times['false']):.4f} s | {min(times['true']):.4f} s "
                  f"| {middle:+.1f} % | {low:+.1f} to {high:+.1f} % |", flush=True)


if __name__ == "__main__":
    main()
