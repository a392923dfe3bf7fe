"""TensorBoard itself reads our event files: its event accumulator, and its server over HTTP."""

import contextlib
import csv
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

RECIPES = Path(__file__).resolve().parents[2] / "recipes"
EPOCHS = 3
# Everything that is off unless it is asked for.
LOOKS = """
[[callbacks]]
type = "TensorBoard"
histogram_freq = 1
write_images = true
predictions_freq = 1
embeddings_freq = 1
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run of digits_cnn.toml, which has a validation part."""
    from conftest import Program

    program = Program(tmp_path_factory.mktemp("tensorboard"))
    recipe = program.folder / "digits_cnn.toml"
    recipe.write_text((RECIPES / "digits_cnn.toml").read_text() + LOOKS)
    program.run("fit", recipe, "--epochs", EPOCHS, "--quiet", "--run", "runs/digits")
    return program.folder / "runs" / "digits"


def accumulator(run, name):
    loaded = EventAccumulator(str(run / "events" / name), size_guidance={"tensors": 0})
    loaded.Reload()
    return loaded


def scalars(loaded, tag):
    """[(step, value)] of a tag."""
    return [(event.step, float(tensor_util.make_ndarray(event.tensor_proto))) for event in loaded.Tensors(tag)]


def text(loaded, tag):
    return loaded.Tensors(tag)[0].tensor_proto.string_val[0].decode()


def test_epochs_are_those_of_the_history(run):
    history = list(csv.DictReader(open(run / "history.csv")))
    train, validation = accumulator(run, "train"), accumulator(run, "validation")
    for name in ("loss", "accuracy"):
        for loaded, column in ((train, name), (validation, "val_" + name)):
            points = scalars(loaded, "epoch_" + name)
            assert [step for step, _ in points] == list(range(EPOCHS))
            assert [value for _, value in points] == pytest.approx([float(row[column]) for row in history], rel=1e-6)
    steps = [int(row["step"]) for row in history]
    assert [step for step, _ in scalars(validation, "evaluation_loss_vs_iterations")] == steps


def test_every_tag_is_there_once(run):
    for name in ("train", "validation", ""):
        loaded = accumulator(run, name)
        for tag in loaded.Tags()["tensors"]:
            steps = [event.step for event in loaded.Tensors(tag)]
            assert steps == sorted(set(steps)), f"{name} {tag}"


def test_texts_and_graphs(run):
    train = accumulator(run, "train")
    assert 'type = "digits"' in text(train, "recipe")
    assert "| conv2d_1 | Conv2D | [8, 8, 64] | 18,496 |" in text(train, "model")
    model = json.loads(text(train, "keras"))
    assert model["class_name"] == "Functional"
    nodes = {node.name: node for node in train.Graph().node}
    assert any(name.startswith("conv2d_1/") for name in nodes)
    for node in nodes.values():
        for source in node.input:
            assert source.split(":")[0] in nodes


def test_hyper_parameters(run):
    loaded = accumulator(run, "")
    metadata = loaded.SummaryMetadata("_hparams_/session_start_info")
    start = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info
    assert start.hparams["batch_size"].number_value == 64
    assert start.hparams["optimizer"].string_value == "Adam"
    history = list(csv.DictReader(open(run / "history.csv")))
    best = max(float(row["val_accuracy"]) for row in history)
    assert scalars(loaded, "best_val_accuracy")[0][1] == pytest.approx(best, rel=1e-6)


@contextlib.contextmanager
def tensorboard(logdir, runs):
    """(path, arguments) -> answer of a TensorBoard that shows a folder, once it has found that many runs."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", "0", "--host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        address = None
        for line in process.stdout:
            if "http://" in line:
                address = line[line.index("http://"):].split()[0].rstrip("/")
                break
        assert address, "TensorBoard did not start"

        def get(path, raw=None, body=None, **arguments):
            query = "?" + urllib.parse.urlencode(arguments) if arguments else ""
            data = None if body is None else json.dumps(body).encode()
            question = urllib.request.Request(f"{address}/data/{path}{query}", data, {"Content-Type": "application/json"})
            with urllib.request.urlopen(question, timeout=30) as answer:
                body = answer.read()
                return body if raw is bytes else body.decode() if raw is str else json.loads(body)

        for _ in range(100):
            if len(get("runs")) == runs:
                break
            time.sleep(0.2)
        try:
            yield get
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(run):
    with tensorboard(run.parent, 3) as get:
        yield get


def test_server_lists_the_runs(server):
    assert sorted(server("runs")) == ["digits/events", "digits/events/train", "digits/events/validation"]


def test_server_gives_scalars(server, run):
    history = list(csv.DictReader(open(run / "history.csv")))
    points = server("plugin/scalars/scalars", run="digits/events/validation", tag="epoch_accuracy")
    assert [step for _, step, _ in points] == list(range(EPOCHS))
    assert [value for _, _, value in points] == pytest.approx([float(row["val_accuracy"]) for row in history], rel=1e-6)


def test_server_draws_the_layers_with_their_connections(server):
    # The graph itself is protobuf text, not JSON.
    graph = server("plugin/graphs/graph", raw=str, run="digits/events/train", tag="keras", conceptual="true")
    names = [line.split('"')[1] for line in graph.splitlines() if line.startswith("  name:")]
    assert "digits_cnn/conv2d_1" in names
    inputs = [line.split('"')[1] for line in graph.splitlines() if line.startswith("  input:")]
    assert "digits_cnn/conv2d_1" in inputs


def test_server_gives_hyper_parameters_and_layout(server):
    assert server("plugin/custom_scalars/layout")["category"][0]["title"] == "training and validation"
    assert "digits/events/train" in server("plugin/text/tags")


def test_server_gives_histograms_and_images(server):
    histograms = server("plugin/histograms/histograms", run="digits/events/train", tag="conv2d/kernel/histogram")
    assert [step for _, step, _ in histograms] == list(range(EPOCHS))
    assert sum(count for _, _, count in histograms[0][2]) == 3 * 3 * 1 * 32
    images = server("plugin/images/images", run="digits/events/validation", tag="dense/confusion_matrix")
    assert [image["step"] for image in images] == list(range(EPOCHS))
    picture = server("plugin/images/individualImage?" + images[0]["query"], raw=bytes)
    assert picture.startswith(b"\x89PNG")
    assert {"first_batch/input", "conv2d/kernel/image"} <= set(server("plugin/images/tags")["digits/events/train"])


def test_projector_has_the_samples(server):
    assert server("plugin/projector/runs") == ["digits/events/train"]
    config = server("plugin/projector/info", run="digits/events/train")
    name = config["embeddings"][0]["tensorName"]
    table = server("plugin/projector/tensor", raw=bytes, run="digits/events/train", name=name)
    labels = server("plugin/projector/metadata", raw=str, run="digits/events/train", name=name).split()
    assert len(table) == 4 * len(labels) * 1024


def test_curves_of_two_classes(tmp_path):
    from conftest import Program

    program = Program(tmp_path)
    rows = "".join(f"{i - 20},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(40))
    (tmp_path / "two.csv").write_text("x,kind\n" + rows)
    (tmp_path / "two.toml").write_text("""
[data]
type = "csv"
file = "two.csv"
target = "kind"
classes = ["no", "yes"]
[model]
layers = [{ name = "answer", type = "Dense", units = 1, activation = "sigmoid" }]
[train]
epochs = 2
loss = "binary_crossentropy"
[[callbacks]]
type = "TensorBoard"
predictions_freq = 1
""")
    program.run("fit", "two.toml", "--quiet", "--run", "run")
    loaded = accumulator(tmp_path / "run", "validation")
    curve = tensor_util.make_ndarray(loaded.Tensors("answer/pr_curves")[-1].tensor_proto)
    assert curve.shape == (6, 201)
    assert curve[0, 0] == 10 and curve[1, 0] == 30


def test_runs_of_several_recipes_stand_side_by_side(tmp_path):
    from conftest import Program

    program = Program(tmp_path)
    for name, recipe, change in (("a", "digits", "train.batch_size=64"), ("b", "digits", "train.optimizer=\"SGD\""), ("c", "iris", "seed=3")):
        program.run("fit", RECIPES / f"{recipe}.toml", "--epochs", 1, "--quiet", "--run", f"runs/{name}", "--set", change)
    with tensorboard(tmp_path / "runs", 9) as get:
        experiment = get("plugin/hparams/experiment", body={"experimentName": "", "hparamsLimit": 0})
        known = {info["name"] for info in experiment["hparamInfos"]}
        assert {"batch_size", "epochs", "optimizer", "optimizer.learning_rate", "recipe", "seed"} <= known
        metrics = {(info["name"]["group"], info["name"]["tag"]) for info in experiment["metricInfos"]}
        assert {("", "best_val_accuracy"), ("", "test_loss"), ("validation", "epoch_loss")} <= metrics
        question = {"allowedStatuses": ["STATUS_SUCCESS"], "startIndex": 0, "sliceSize": 10,
                    "colParams": [{"metric": {"group": "", "tag": "best_loss"}}]}
        sessions = get("plugin/hparams/session_groups", body=question)["sessionGroups"]
    rows = {(s["hparams"]["recipe"], s["hparams"]["optimizer"], s["hparams"]["batch_size"]) for s in sessions}
    assert rows == {("digits", "Adam", 64), ("digits", "SGD", 32), ("iris", "Adam", 16)}
    assert all(s["metricValues"][0]["value"] > 0 for s in sessions)
