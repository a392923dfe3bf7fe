"""Keras goes on from a file of ours, state of the optimizer included, exactly where the program would have gone on."""

import json

import keras
import numpy as np
import pytest
from keras import layers

RECIPE = """
[data]
type = "npz"
file = "data.npz"

[model]
layers = [
  { type = "Conv2D", filters = 4, kernel_size = 3, use_bias = false },
  "BatchNormalization",
  "ReLU",
  "Flatten",
  { type = "Dense", units = 8, activation = "tanh" },
  { type = "Dense", units = 3, activation = "softmax" },
]

[train]
batch_size = 16
shuffle = false
loss = "sparse_categorical_crossentropy"
"""
OPTIMIZERS = [
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    {"type": "RMSprop", "learning_rate": 0.002, "momentum": 0.5, "centered": True},
    {"type": "Adam", "learning_rate": 0.01, "amsgrad": True},
    {"type": "AdamW", "learning_rate": 0.01, "weight_decay": 0.1},
    {"type": "Adam", "learning_rate": {"type": "ExponentialDecay", "initial_learning_rate": 0.02, "decay_steps": 2, "decay_rate": 0.8}},
]


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


def build(description):
    options = {k: build_schedule(v) if isinstance(v, dict) else v for k, v in description.items() if k != "type"}
    return getattr(keras.optimizers, description["type"])(**options)


def build_schedule(description):
    options = dict(description)
    return getattr(keras.optimizers.schedules, options.pop("type"))(**options)


def model_of():
    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    return keras.Sequential([
        keras.Input([8, 8, 1]), layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization(), layers.ReLU(), layers.Flatten(),
        layers.Dense(8, activation="tanh"), layers.Dense(3, activation="softmax")])


def weights_of(model):
    return [keras.ops.convert_to_numpy(v) for v in model.weights]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o["type"] + ("" if not isinstance(o["learning_rate"], dict) else " scheduled"))
def test_keras_goes_on_exactly(program, optimizer):
    rng = np.random.default_rng(11)
    x = rng.standard_normal([64, 8, 8, 1]).astype(np.float32)
    y = (np.arange(64) % 3).astype(np.int32)
    np.savez(program.folder / "data.npz", x=x, y=y)
    (program.folder / "r.toml").write_text(RECIPE + f"optimizer = {toml(optimizer)}\n")
    for epochs in 2, 3:
        program.run("fit", "r.toml", "--epochs", epochs, "--run", f"run{epochs}")

    model = model_of()
    model.compile(optimizer=build(optimizer), loss="sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    model.load_weights(program.folder / "run2" / "model" / "model.weights.h5")
    assert int(model.optimizer.iterations.numpy()) == 8, "the state of the optimizer was not loaded"
    before = weights_of(model)
    model.fit(x, y, batch_size=16, epochs=1, shuffle=False, verbose=0)
    after = weights_of(model)
    assert max(np.abs(a - b).max() for a, b in zip(after, before)) > 1e-3, "Keras trained nothing"

    expected = model_of()
    expected.load_weights(program.folder / "run3" / "model" / "model.weights.h5")
    for ours, theirs in zip(weights_of(expected), after):
        np.testing.assert_allclose(theirs, ours, rtol=2e-4, atol=2e-5)


def test_keras_goes_on_with_the_learning_rate_that_was_reached(program):
    x = np.random.default_rng(2).standard_normal([64, 8, 8, 1]).astype(np.float32)
    np.savez(program.folder / "data.npz", x=x, y=(np.arange(64) % 3).astype(np.int32))
    reduce = 'callbacks = [{ type = "ReduceLROnPlateau", monitor = "loss", patience = 1, min_delta = 100.0, factor = 0.5 }]\n'
    (program.folder / "r.toml").write_text(reduce + RECIPE + "optimizer = { type = \"SGD\", learning_rate = 0.04 }\n")
    program.run("fit", "r.toml", "--epochs", 3, "--run", "run")
    model = model_of()
    model.compile(optimizer=keras.optimizers.SGD(0.04), loss="sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    model.load_weights(program.folder / "run" / "model" / "model.weights.h5")
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
