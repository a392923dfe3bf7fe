#!/usr/bin/env python3
"""Trains the models of recipes/benchmarks with dltrain and with its peers, in turns, and writes what each took.

    scripts/bench [--quick] [--models NAME...] [--precision mixed_bfloat16] [--rounds N] [--output FOLDER]

In every round each contestant runs once, one after the other, the order turned round in every second round; the median
over rounds of the median over steps counts. Beside steps: the time from the start of the process to the end of the first
step, and the most memory of the process. Writes results.json with every single step, and page.md with tables and charts.
Only ratios within one such run mean anything; the machine should do nothing else.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MODELS = ["mlp", "cnn", "resnet20", "mobilenet", "unet", "lstm", "gru", "transformer", "tabular"]
CONTESTANTS = {
    "dltrain": None,
    "torch": ["torch_steps.py"],
    "torch compile": ["torch_steps.py", "--compile"],
    "keras": ["keras_steps.py"],
}


def run(command, environment=None):
    """Lines of JSON with the seconds at which they came, and what the process took; None if it failed."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True,
                                   env={**os.environ, **(environment or {})})
        lines = []
        for line in process.stdout:
            if line.startswith("{"):
                lines.append((time.perf_counter() - begin, json.loads(line)))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            print(f"failed: {' '.join(map(str, command))}\n{errors.read().decode()[-2000:]}", file=sys.stderr)
            return None
    return {"lines": lines, "seconds": time.perf_counter() - begin, "memory": usage.ru_maxrss * 1024}


def first(lines, event):
    return next(((at, line) for at, line in lines if line.get("event") == event), (None, None))


def measure_dltrain(program, model, options, folder):
    recipe = ROOT / "recipes/benchmarks" / f"{model}.toml"
    given = ["--threads", str(options.threads), "--set", f'run.precision="{options.precision}"']
    steps = run([program, "--json", "profile", recipe, "--steps", str(options.steps), *given])
    whole = run([program, "--json", "fit", recipe, "--epochs", "1", "--set", "run.log_every=1", "--run",
                 folder / f"run-{time.monotonic_ns()}", *given])
    if steps is None or whole is None:
        return None
    profile = first(steps["lines"], "profile")[1]
    return {"steps": profile["steps"], "first_step": first(whole["lines"], "step")[0], "memory": whole["memory"],
            "device": profile["device"], "limits": [profile["flops_limit"], profile["bandwidth_limit"]],
            "kernels": profile["kernels"]}


def measure_peer(words, model, options):
    ended = run([sys.executable, HERE / "peers" / words[0], model, *words[1:], "--steps", str(options.steps), "--threads",
                 str(options.threads), "--precision", options.precision])
    if ended is None:
        return None
    at, _ = first(ended["lines"], "first_step")
    _, steps = first(ended["lines"], "steps")
    return {"steps": steps["steps"], "first_step": at, "memory": ended["memory"], "version": steps["version"],
            "parameters": steps["parameters"]}


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return {"processor": names[0] if names else platform.processor(), "cores": len(os.sched_getaffinity(0)),
            "system": platform.platform(), "date": time.strftime("%Y-%m-%d")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "scripts/dltrain"), help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="about five minutes: one round, few steps, no torch.compile")
    parser.add_argument("--models", nargs="+", choices=MODELS, metavar="NAME")
    parser.add_argument("--contestants", nargs="+", choices=list(CONTESTANTS), metavar="NAME")
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32",
                        help="of all contestants; PyTorch's autocast and Keras' policy of that name are its peers")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=Path, default=Path("bench"))
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.steps = options.steps or (12 if options.quick else 50)
    names = options.contestants or [name for name in CONTESTANTS if not (options.quick and name == "torch compile")]
    models = [m for m in options.models or MODELS if (ROOT / "recipes/benchmarks" / f"{m}.toml").exists()]
    results = {"machine": machine(), "options": {k: str(v) for k, v in vars(options).items()}, "models": {}}
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            rounds = results["models"][model] = {name: [] for name in names}
            for number in range(options.rounds):
                for name in names if number % 2 == 0 else reversed(names):
                    words = CONTESTANTS[name]
                    found = (measure_dltrain(options.program, model, options, Path(folder)) if words is None else
                             measure_peer(words, model, options))
                    if found is None:
                        continue
                    rounds[name].append(found)
                    print(f"{model:12} {name:14} {1e3 * statistics.median(found['steps']):9.3f} ms  first step "
                          f"{found['first_step']:6.2f} s  {found['memory'] / 2**20:6.0f} MiB", flush=True)
            (options.output / "results.json").write_text(json.dumps(results))
    (options.output / "page.md").write_text(page.markdown(results, options.output))
    print(f"written: {options.output / 'results.json'}, {options.output / 'page.md'}")


if __name__ == "__main__":
    main()
