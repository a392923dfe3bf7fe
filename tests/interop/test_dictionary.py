"""docs/how-to/from-keras.md, the dictionary: its Python runs in Keras, and a model that stands there twice has the same parameters
and outputs in both. That its recipes are recipes is tested without Keras, in tests/app/pages.cpp."""

import json
import re
from pathlib import Path

import keras
import numpy as np
from keras import layers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "from-keras.md"
DATA = '[data]\ntype = "npz"\nfile = "data.npz"\n'
TRAIN = '[train]\nloss = "{loss}"\n'


def pairs():
    """[(python, recipe)] in the order of the page: a block of Python and the recipe behind it."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text(), flags=re.DOTALL | re.MULTILINE)
    return [(text, blocks[i + 1][1]) for i, (language, text) in enumerate(blocks) if language == "python"]


def write_data(folder, model):
    """Zeros in the shapes of the model, so that the program can read samples; named as its inputs and outputs are."""
    several = len(model.inputs) > 1
    arrays = {value.name if several else "x": np.zeros([20, *value.shape[1:]], np.float32) for value in model.inputs}
    names = model.output_names if len(model.outputs) > 1 else ["y"]
    for name, output in zip(names, model.outputs):
        width = output.shape[-1]
        arrays[name] = np.arange(20, dtype=np.int32) % width if width > 1 else np.zeros([20, 1], np.float32)
    np.savez(folder / "data.npz", **arrays)


def test_the_dictionary(program):
    rng = np.random.default_rng(1)
    names = {"keras": keras, "layers": layers, "x": rng.standard_normal([40, 16, 16, 8]).astype(np.float32),
             "y": np.arange(40) % 2}
    samples = names["x"], names["y"]
    compared = 0
    for python, recipe in pairs():
        names["x"], names["y"] = samples
        exec(compile(python, str(PAGE), "exec"), names)
        if "model = " not in python:
            continue
        model = names["model"]
        write_data(program.folder, model)
        text = DATA + recipe
        if "[train]" not in recipe:
            text += TRAIN.format(loss="sparse_categorical_crossentropy")
        (program.folder / "model.toml").write_text(text)
        checked = json.loads(program.run("check", "model.toml", "--static", "--json"))["static"]
        assert checked["parameters"] == model.count_params()
        shapes = {"[" + ", ".join(map(str, output.shape[1:])) + "]" for output in model.outputs}
        assert shapes <= {layer["output"] for layer in checked["layers"]}
        compared += 1
    assert compared >= 3
