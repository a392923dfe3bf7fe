#!/usr/bin/env python3
"""Measures dltrain and its peers in turns, and writes what each took.

    scripts/bench [--device cuda] [--quick] [--parts NAME...] [--models NAME...] [--precision NAME]
        [--rounds N] [--output FOLDER]

In every round each contestant runs once, one after the other, the order turned round in every second round; the median
over rounds of the median over steps counts. Writes results.json with every single step, and page.md with tables and
charts. Only ratios within one such run mean anything; the machine should do nothing else. Parts:
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import page

NO_DEVICE = 8  # dltrain's code where a device cannot be used
ON_GPU = {"parts": ["training"], "contestants": ["dltrain", "torch", "torch compile"]}
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PARTS = [importlib.import_module(f"parts.{name}") for name in ("training", "inference", "whole_run", "start", "growth")]
# What makes each contestant do without newer instructions. XLA and ONNX Runtime: their own switch, or none.
ISA = {"avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
                "XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}}


class Bench:
    """What parts need to know."""

    def __init__(self, options, scratch):
        self.options, self.scratch, self.root = options, scratch, ROOT
        self.rounds, self.steps, self.threads, self.output = options.rounds, options.steps, options.threads, options.output
        self.program = [options.program]
        self.changes = ["--threads", options.threads, "--device", options.device,
                        "--set", f"run.precision=\"{options.precision}\""]
        self.peer_threads = ["--threads", options.threads]
        self.peer_options = [*self.peer_threads, "--precision", options.precision]
        if options.device != "cpu":
            self.peer_options += ["--device", options.device]
        self.environment = ISA.get(options.isa, {})

    def takes(self, contestant):
        if self.options.device != "cpu" and contestant not in ON_GPU["contestants"]:
            return False
        if self.options.contestants:
            return contestant in self.options.contestants
        return not (self.options.quick and contestant == "torch compile")

    def has(self, model):
        return not self.options.models or model in self.options.models

    def recipe(self, model):
        return ROOT / "recipes/benchmarks" / f"{model}.toml"

    def peer(self, program):
        return [sys.executable, HERE / "peers" / program]

    def fresh_folder(self):
        return self.scratch / f"{time.monotonic_ns()}"

    def say(self, text):
        print(text, flush=True)


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return {"processor": names[0] if names else platform.processor(), "cores": len(os.sched_getaffinity(0)),
            "system": platform.platform(), "date": time.strftime("%Y-%m-%d")}


def refuse(text, code=2):
    print(f"bench: {text}", file=sys.stderr)
    sys.exit(code)


def look_for_gpu(options):
    """Ends with one line where dltrain or PyTorch finds no GPU."""
    said = subprocess.run([options.program, "--json", "devices"], capture_output=True, text=True, check=True).stdout
    gpus = next(line for line in map(json.loads, said.splitlines()) if line["device"] == "cuda")
    if not gpus["available"]:
        refuse(f"--device {options.device}: dltrain finds no GPU that it can use: {gpus['text']}", NO_DEVICE)
    if options.contestants == ["dltrain"]:
        return
    found = subprocess.run([sys.executable, "-c", "import torch; print(torch.cuda.is_available())"], capture_output=True,
                           text=True).stdout.strip()
    if found != "True":
        refuse(f"--device {options.device}: the PyTorch of {sys.executable} finds no GPU; DLTRAIN_PYTHON names a Python "
               "whose PyTorch does", NO_DEVICE)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__ + "".join(f"\n  {p.NAME:12} {p.DOC}" for p in PARTS),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    models = sorted(path.stem for path in (ROOT / "recipes/benchmarks").glob("*.toml"))
    parser.add_argument("--program", default=str(ROOT / "scripts/dltrain"), help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="about five minutes: training, one round, few steps, no torch.compile")
    parser.add_argument("--parts", nargs="+", choices=[p.NAME for p in PARTS], metavar="NAME", help="default: all")
    parser.add_argument("--models", nargs="+", choices=models, metavar="NAME")
    parser.add_argument("--contestants", nargs="+", choices=list(page.NAMES), metavar="NAME", help=", ".join(page.NAMES))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--precision", choices=("float32", "tensorfloat32", "mixed_bfloat16"), default="float32",
                        help="of all contestants; PyTorch's autocast and Keras' policy of that name are its peers")
    parser.add_argument("--device", default="cpu", help="cpu (default), or a GPU: cuda, cuda:1; of all contestants")
    parser.add_argument("--isa", choices=list(ISA), help="do without newer instructions, all of them")
    parser.add_argument("--output", type=Path, default=Path("bench"))
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.steps = options.steps or (12 if options.quick else 50)
    on_gpu = options.device != "cpu"
    options.parts = options.parts or (ON_GPU["parts"] if options.quick or on_gpu else [p.NAME for p in PARTS])
    if on_gpu and set(options.parts) - set(ON_GPU["parts"]):
        parser.error(f"--device {options.device} measures {', '.join(ON_GPU['parts'])} only")
    if not on_gpu and options.precision == "tensorfloat32":
        parser.error("tensorfloat32 is a precision of GPUs (--device cuda)")
    return options


def main():
    options = read_options()
    if options.device != "cpu":
        look_for_gpu(options)
    options.output.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    said = [word for i, word in enumerate(sys.argv[1:], 1) if "--program" not in sys.argv[i - 1:i + 1]]
    results = {"machine": machine(), "command": " ".join(["scripts/bench", *said]),
               "options": {k: str(v) for k, v in vars(options).items()}, "parts": {}}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, Path(folder))
        for part in PARTS:
            if part.NAME not in options.parts:
                continue
            results["parts"][part.NAME] = part.measure(bench)
            results["minutes"] = (time.monotonic() - begin) / 60
            # After every part, so that what is cut off leaves what was done.
            (options.output / "results.json").write_text(json.dumps(results))
            (options.output / "page.md").write_text(page.markdown(results, PARTS, bench))
    print(f"written: {options.output / 'results.json'}, {options.output / 'page.md'}")


if __name__ == "__main__":
    main()
