#!/usr/bin/env python3
"""What event files cost: trains recipes with and without them, alternating, and compares the seconds of training.

    benchmarks/cost_of_events.py [--repeats N] [--epochs N] PROGRAM RECIPE...

Prints a row of a Markdown table for each recipe; the smallest time of each kind counts.
"""

import argparse
import json
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
    print("| recipe | without | with | difference |\n|---|---:|---:|---:|")
    for recipe in options.recipes:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            variants = {}
            for enabled in ("false", "true"):
                variants[enabled] = folder / f"{enabled}.toml"
                variants[enabled].write_text(
                    recipe.read_text() + f'\n[[callbacks]]\ntype = "TensorBoard"\nenabled = {enabled}\n')
            least = {"false": float("inf"), "true": float("inf")}
            for repeat in range(options.repeats):
                for enabled in sorted(variants, reverse=repeat % 2 == 1):
                    run = folder / f"{enabled}-{repeat}"
                    least[enabled] = min(least[enabled], seconds(options.program, variants[enabled], extra, run))
            off, on = least["false"], least["true"]
            epochs = f" ({options.epochs} epochs)" if options.epochs else ""
            print(f"| {recipe.stem}{epochs} | {off:.4f} s | {on:.4f} s | {100 * (on / off - 1):+.1f} % |", flush=True)


if __name__ == "__main__":
    main()
