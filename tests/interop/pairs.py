"""Models written twice, as a recipe and in Keras, with data that both can read.

`pair.data()` gives {name: array} with inputs and targets; `pair.keras()` builds the model with Keras' own initial
weights. The recipe reads `data.npz` beside it and takes three steps.
"""

import textwrap
import zlib

import keras
import numpy as np
from keras import layers

SAMPLES = 48
PAIRS = {}


class Pair:
    def __init__(self, name, recipe, inputs, targets, build, logits):
        self.name, self.inputs, self.outputs, self.logits = name, list(inputs), list(targets), logits
        self.arrays, self.build = {**inputs, **targets}, build
        self.recipe = textwrap.dedent(recipe)

    def data(self):
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        return {name: make(rng) for name, make in self.arrays.items()}

    def keras(self):
        keras.backend.clear_session()
        keras.utils.set_random_seed(3)
        return self.build()

    def write(self, folder, weights=None):
        """The recipe and its data in a folder; gives the path of the recipe."""
        np.savez(folder / "data.npz", **self.data())
        text = '[data]\ntype = "npz"\nfile = "data.npz"\n' + self.recipe
        if weights:
            text = text.replace("[model]", f'[model]\nweights = "{weights}"', 1)
        path = folder / f"{self.name}.toml"
        path.write_text(text)
        return path

    def predictions_of(self, model):
        """What Keras predicts for the data, by output; probabilities where the model gives logits."""
        data = self.data()
        x = [data[name] for name in self.inputs]
        y = model.predict(x if len(x) > 1 else x[0], verbose=0)
        if self.logits:
            y = keras.ops.convert_to_numpy(keras.ops.softmax(y))
        return dict(zip(self.outputs, y if isinstance(y, list) else [y]))


def pair(name, recipe, inputs, targets, logits=False):
    """Registers the decorated function, which builds the Keras model, with its recipe. logits: its only output is what
    a softmax would take."""
    def register(build):
        PAIRS[name] = Pair(name, recipe, inputs, targets, build, logits)
        return build
    return register


def numbers(*shape):
    return lambda rng: rng.standard_normal([SAMPLES, *shape]).astype(np.float32)


def ids(below, *shape):
    return lambda rng: rng.integers(0, below, [SAMPLES, *shape]).astype(np.int32)


def classes(count):
    """Class numbers, each of which occurs."""
    return lambda rng: rng.permutation(np.arange(SAMPLES) % count).astype(np.int32)


@pair("dense", """
    [model]
    layers = [
      { type = "Dense", units = 12, activation = "relu" },
      { type = "Dense", units = 7, use_bias = false, activation = "gelu" },
      { type = "Dropout", rate = 0.3 },
      { type = "Dense", units = 4, activation = "softmax" },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "sparse_categorical_crossentropy"
    """, {"x": numbers(9)}, {"y": classes(4)})
def dense():
    return keras.Sequential([
        keras.Input([9]),
        layers.Dense(12, activation="relu"),
        layers.Dense(7, use_bias=False, activation="gelu"),
        layers.Dropout(0.3),
        layers.Dense(4, activation="softmax"),
    ])


@pair("convolutions", """
    [model]
    layers = [
      { type = "Conv2D", filters = 6, kernel_size = 3, padding = "same", use_bias = false },
      "BatchNormalization",
      "ReLU",
      { type = "DepthwiseConv2D", kernel_size = 3, depth_multiplier = 2 },
      { type = "BatchNormalization", scale = false, momentum = 0.8 },
      { type = "LeakyReLU", negative_slope = 0.2 },
      "MaxPooling2D",
      { type = "Conv2DTranspose", filters = 4, kernel_size = 3, strides = 2, padding = "same" },
      { type = "Conv2D", filters = 4, kernel_size = [3, 2], strides = 2, groups = 2, activation = "elu" },
      "Flatten",
      { type = "Dense", units = 3 },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = { type = "SparseCategoricalCrossentropy", from_logits = true }
    """, {"x": numbers(9, 8, 2)}, {"y": classes(3)}, logits=True)
def convolutions():
    return keras.Sequential([
        keras.Input([9, 8, 2]),
        layers.Conv2D(6, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.DepthwiseConv2D(3, depth_multiplier=2),
        layers.BatchNormalization(scale=False, momentum=0.8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.MaxPooling2D(),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
        layers.Conv2D(4, [3, 2], strides=2, groups=2, activation="elu"),
        layers.Flatten(),
        layers.Dense(3),
    ])


@pair("sequence", """
    [model]
    layers = [
      { type = "Conv1D", filters = 5, kernel_size = 3, padding = "causal", dilation_rate = 2, activation = "tanh" },
      { type = "Conv1D", filters = 6, kernel_size = 4, strides = 2, padding = "same" },
      "LayerNormalization",
      { type = "Activation", activation = "silu" },
      "GlobalMaxPooling1D",
      { type = "Dense", units = 1 },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "mse"
    """, {"x": numbers(11, 3)}, {"y": numbers()})
def sequence():
    return keras.Sequential([
        keras.Input([11, 3]),
        layers.Conv1D(5, 3, padding="causal", dilation_rate=2, activation="tanh"),
        layers.Conv1D(6, 4, strides=2, padding="same"),
        layers.LayerNormalization(),
        layers.Activation("silu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(1),
    ])


@pair("tokens", """
    [model]
    layers = [
      { type = "Embedding", input_dim = 15, output_dim = 6, mask_zero = true },
      { type = "LayerNormalization", center = false },
      { type = "Dense", units = 8, activation = "relu" },
      "GlobalAveragePooling1D",
      { type = "Dense", units = 1, activation = "sigmoid" },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "binary_crossentropy"
    """, {"x": ids(15, 7)}, {"y": classes(2)})
def tokens():
    return keras.Sequential([
        keras.Input([7], dtype="int32"),
        layers.Embedding(15, 6, mask_zero=True),
        layers.LayerNormalization(center=False),
        layers.Dense(8, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ])


@pair("recurrent", """
    [model]
    layers = [
      { type = "Embedding", input_dim = 15, output_dim = 6, mask_zero = true },
      { type = "LSTM", units = 5, return_sequences = true, dropout = 0.2 },
      { type = "LSTM", units = 4, return_sequences = true },
      { type = "SimpleRNN", units = 6, return_sequences = true },
      { type = "GRU", units = 7, return_sequences = true, go_backwards = true },
      { type = "GRU", units = 3, reset_after = false },
      { type = "Dense", units = 1, activation = "sigmoid" },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "binary_crossentropy"
    """, {"x": ids(15, 7)}, {"y": classes(2)})
def recurrent():
    return keras.Sequential([
        keras.Input([7], dtype="int32"),
        layers.Embedding(15, 6, mask_zero=True),
        layers.LSTM(5, return_sequences=True, dropout=0.2),
        layers.LSTM(4, return_sequences=True),
        layers.SimpleRNN(6, return_sequences=True),
        layers.GRU(7, return_sequences=True, go_backwards=True),
        layers.GRU(3, reset_after=False),
        layers.Dense(1, activation="sigmoid"),
    ])


@pair("attention", """
    [model]
    inputs = ["x"]
    layers = [
      { name = "tokens", type = "Embedding", input_dim = 15, output_dim = 6, inputs = "x" },
      { name = "first", type = "MultiHeadAttention", num_heads = 2, key_dim = 3, use_causal_mask = true, dropout = 0.1 },
      { name = "sum", type = "Add", inputs = ["tokens", "first"] },
      { name = "norm", type = "LayerNormalization" },
      { name = "second", type = "MultiHeadAttention", num_heads = 3, key_dim = 2, value_dim = 4, inputs = ["norm", "tokens"] },
      { name = "last", type = "Dense", units = 4, activation = "softmax" },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "sparse_categorical_crossentropy"
    """, {"x": ids(15, 7)}, {"y": lambda rng: rng.integers(0, 4, [SAMPLES, 7]).astype(np.int32)})
def attention():
    x = keras.Input([7], dtype="int32", name="x")
    tokens = layers.Embedding(15, 6, name="tokens")(x)
    first = layers.MultiHeadAttention(2, 3, dropout=0.1, name="first")(tokens, tokens, use_causal_mask=True)
    norm = layers.LayerNormalization(name="norm")(layers.Add(name="sum")([tokens, first]))
    second = layers.MultiHeadAttention(3, 2, value_dim=4, name="second")(norm, tokens)
    return keras.Model(x, layers.Dense(4, activation="softmax", name="last")(second))


@pair("normalized", """
    [model]
    layers = [
      "Normalization",
      { type = "Dense", units = 6, activation = "selu" },
      { type = "Dense", units = 2 },
    ]
    [train]
    epochs = 1
    batch_size = 16
    loss = "mse"
    """, {"x": lambda rng: (rng.standard_normal([SAMPLES, 3]) * [1, 50, 0.1] + [0, 200, -3]).astype(np.float32)},
      {"y": numbers(2)})
def normalized():
    normalization = layers.Normalization()
    normalization.adapt(PAIRS["normalized"].data()["x"])
    return keras.Sequential([
        keras.Input([3]),
        normalization,
        layers.Dense(6, activation="selu"),
        layers.Dense(2),
    ])


@pair("branches", """
    [model]
    inputs = ["meta", "image", "other"]
    layers = [
      { name = "shallow", type = "Dense", units = 3, inputs = "meta" },
      { name = "shared", type = "Conv2D", filters = 4, kernel_size = 3, activation = "relu", inputs = "image" },
      { name = "again", reuse = "shared", inputs = "other" },
      { name = "difference", type = "Subtract", inputs = ["shared", "again"] },
      { name = "pooled", type = "GlobalAveragePooling2D" },
      { name = "one", type = "Dense", units = 5, activation = "relu" },
      { name = "two", type = "Dense", units = 4, activation = "tanh" },
      { name = "joined", type = "Concatenate", inputs = ["shallow", "two", "meta"] },
      { name = "price", type = "Dense", units = 1 },
      { name = "kind", type = "Dense", units = 3, activation = "softmax", inputs = "joined" },
    ]
    outputs = ["kind", "price"]
    [train]
    epochs = 1
    batch_size = 16
    loss = { price = "mse", kind = "sparse_categorical_crossentropy" }
    loss_weights = { price = 0.5, kind = 1.0 }
    """, {"meta": numbers(4), "image": numbers(6, 5, 1), "other": numbers(6, 5, 1)},
      {"kind": classes(3), "price": numbers(1)})
def branches():
    meta, image, other = (keras.Input(shape, name=name) for shape, name in
                          (([4], "meta"), ([6, 5, 1], "image"), ([6, 5, 1], "other")))
    shallow = layers.Dense(3, name="shallow")(meta)
    shared = layers.Conv2D(4, 3, activation="relu", name="shared")
    pooled = layers.GlobalAveragePooling2D()(layers.Subtract()([shared(image), shared(other)]))
    two = layers.Dense(4, activation="tanh", name="two")(layers.Dense(5, activation="relu", name="one")(pooled))
    joined = layers.Concatenate()([shallow, two, meta])
    price = layers.Dense(1, name="price")(joined)
    kind = layers.Dense(3, activation="softmax", name="kind")(joined)
    return keras.Model([meta, image, other], [kind, price])
