"""Predictions of a batch in memory, with the same weights for all: those that dltrain has trained."""

import statistics

import numpy as np

from parts.training import names_in, step
from processes import first, in_turns, run
from text import NAMES, cell, median_of, milliseconds, table

NAME = "inference"
DOC = "predictions of batches of 1 and 128"
MODELS = ["mlp", "cnn", "resnet20", "mobilenet"]
BATCHES = [1, 128]
CONTESTANTS = ["dltrain", "torch", "torch compile", "onnxruntime", "keras"]


def measure(bench):
    found = {}
    names = [name for name in CONTESTANTS if bench.takes(name)]
    for model in MODELS:
        if not bench.has(model):
            continue
        trained = bench.fresh_folder()
        if run([*bench.program, "--json", "fit", bench.recipe(model), "--epochs", "1", "--run", trained, *bench.changes],
               bench.environment) is None:
            continue
        for batch in BATCHES:
            case = Case(bench, model, batch, trained)
            rounds = found[f"{model}, {batch}"] = {name: [] for name in names}
            for name in in_turns(bench.rounds, names):
                measured = case.measured(name)
                if measured is None:
                    continue
                rounds[name].append(measured)
                bench.say(f"predict {model:12} {batch:4} {name:14} {1e3 * statistics.median(measured['steps']):9.3f} ms" +
                          (f"  off by {measured['difference']:.1e}" if "difference" in measured else ""))
    return found


class Case:
    def __init__(self, bench, model, batch, trained):
        self.bench, self.model, self.batch, self.trained = bench, model, batch, trained
        self.onnx, self.answers = trained / f"{batch}.onnx", trained / f"{batch}.npz"
        run([*bench.peer("onnx_export.py"), model, trained / "model/model.weights.h5", "--batch-size", batch, "--onnx",
             self.onnx, "--answers", self.answers])

    def measured(self, name):
        bench, steps = self.bench, ["--steps", self.bench.steps * (4 if self.batch == 1 else 1)]
        if name == "dltrain":
            ended = run([*bench.program, "--json", "profile", bench.recipe(self.model), "--work", "predict", "--batch-size",
                         self.batch, *steps, *bench.changes], bench.environment)
            if ended is None:
                return None
            profile = first(ended["lines"], "profile")[1]
            return {"steps": profile["steps"], "device": profile["device"], "difference": self.difference()}
        if name == "onnxruntime":
            command = [*bench.peer("onnx_steps.py"), self.onnx, self.answers, *bench.peer_threads]
        else:
            program = "keras_steps.py" if name == "keras" else "torch_steps.py"
            command = [*bench.peer(program), self.model, "--work", "predict", "--batch-size", self.batch,
                       *bench.peer_options]
            command += ["--compile"] if name == "torch compile" else []
        ended = run([*command, *steps], bench.environment)
        return None if ended is None else first(ended["lines"], "steps")[1]

    def difference(self):
        """Of our probabilities from PyTorch's, with the same weights: the largest."""
        with np.load(self.answers) as file:
            given, expected = file["x"], file["y"]
        samples, answers = self.trained / "samples.npy", self.trained / "answers.npy"
        np.save(samples, given)
        answers.unlink(missing_ok=True)
        run([*self.bench.program, "predict", self.trained, "--input", samples, "--output", answers, "--quiet"])
        # Predictions hold probabilities where a loss takes logits.
        powers = np.exp(expected - expected.max(-1, keepdims=True))
        return float(np.abs(np.load(answers) - powers / powers.sum(-1, keepdims=True)).max())


def section(found, bench):
    names = names_in(found)
    rows = []
    for case, rounds in found.items():
        times = {name: median_of(rounds.get(name, []), step) for name in names}
        our = times.get("dltrain")

        def ratio(*of, times=times, our=our):
            others = [times[name] for name in of if times.get(name)]
            return f"{min(others) / our:.2f}x" if others and our else "-"
        worst = max((f["difference"] for r in rounds.values() for f in r if "difference" in f), default=None)
        rows.append([f"`{case}`"] + [cell(times[name], milliseconds) for name in names] +
                    [ratio("torch", "torch compile"), ratio("onnxruntime"), cell(worst, lambda v: f"{v:.0e}")])
    return f"""## Predictions, ms for a batch

The weights are those that dltrain has trained, taken into PyTorch and from there into ONNX; Keras and PyTorch are timed with
weights of their own, which takes as long. The last column is the largest difference of a logit (dltrain: of a probability) from PyTorch's.

{table(["model, batch"] + [NAMES[n] for n in names] + ["best PyTorch / dltrain", "ONNX Runtime / dltrain", "difference"], rows)}"""


def versions(found):
    return {NAMES[n]: f["version"] for rounds in found.values() for n, measured in rounds.items() for f in measured
            if "version" in f}
