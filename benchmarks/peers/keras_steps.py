#!/usr/bin/env python3
"""Times training or prediction of a benchmark model in Keras on TensorFlow; prints a line of JSON when the first step is
done and one at the end. The time of a step is that of an epoch of model.fit (model.predict) over its steps, as a user has
it: several epochs, of which the first does not count.
"""

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import tensorflow
from keras import layers as L

from samples import BATCH, SHAPE, samples

EPOCHS = 4


def normal(x):
    return L.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def convolved(x, filters, size, strides=1):
    return normal(L.Conv2D(filters, size, strides, "same", use_bias=False)(x))


def resnet20(x):
    x = L.ReLU()(convolved(x, 16, 3))
    for width in [16] * 3 + [32] * 3 + [64] * 3:
        widens = x.shape[-1] != width
        y = convolved(L.ReLU()(convolved(x, width, 3, 2 if widens else 1)), width, 3)
        x = L.ReLU()(L.Add()([y, convolved(x, width, 1, 2) if widens else x]))
    return L.Dense(10)(L.GlobalAveragePooling2D()(x))


def mobilenet(x):
    x = L.ReLU(6)(convolved(x, 32, 3))
    for width, strides in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]:
        x = L.ReLU(6)(normal(L.DepthwiseConv2D(3, strides, "same", use_bias=False)(x)))
        x = L.ReLU(6)(convolved(x, width, 1))
    return L.Dense(10)(L.GlobalAveragePooling2D()(x))


def unet(x):
    def pair(x, filters):
        for _ in range(2):
            x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
        return x

    wide = pair(x, 16)
    middle = pair(L.MaxPooling2D(2)(wide), 32)
    low = pair(L.MaxPooling2D(2)(middle), 64)
    for filters, across in ((32, middle), (16, wide)):
        low = pair(L.Concatenate()([L.Conv2DTranspose(filters, 2, 2)(low), across]), filters)
    return L.Conv2D(1, 1)(low)


class Positions(L.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="random_uniform", name="table")

    def call(self, x):
        return x + self.table


def transformer(x):
    def normalized(x):
        return L.LayerNormalization(epsilon=1e-5)(x)

    x = Positions()(L.Embedding(65, 128)(x))
    for _ in range(4):
        y = normalized(x)
        x = L.Add()([x, L.MultiHeadAttention(4, 32)(y, y, use_causal_mask=True)])
        x = L.Add()([x, L.Dense(128)(L.Dense(512, "gelu")(normalized(x)))])
    return L.Dense(65)(normalized(x))


def chain(*parts):
    def applied(x):
        for part in parts:
            x = part(x)
        return x
    return applied


MODELS = {
    "mlp": lambda: chain(L.Dense(512, "relu"), L.Dropout(0.2), L.Dense(256, "relu"), L.Dense(10)),
    "cnn": lambda: chain(L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2), L.Conv2D(64, 3, activation="relu"),
                         L.MaxPooling2D(2), L.Flatten(), L.Dropout(0.5), L.Dense(10)),
    "resnet20": lambda: resnet20,
    "mobilenet": lambda: mobilenet,
    "unet": lambda: unet,
    "lstm": lambda: chain(L.Embedding(20000, 64), L.LSTM(128), L.Dense(4)),
    "gru": lambda: chain(L.Embedding(20000, 64), L.GRU(128, reset_after=True), L.Dense(4)),
    "transformer": lambda: transformer,
    "tabular": lambda: chain(L.Dense(64, "relu"), L.Dense(32, "relu"), L.Dense(1, "sigmoid")),
}


class CoupledDecay(keras.optimizers.SGD):
    """Weight decay that goes through the momentum; weight_decay of Keras does not."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient + 5e-4 * variable, variable, learning_rate)


def optimizer_of(name):
    if name == "resnet20":
        return CoupledDecay(0.1, momentum=0.9)
    if name == "mobilenet":
        return keras.optimizers.SGD(0.05, momentum=0.9)
    if name == "transformer":
        return keras.optimizers.AdamW(3e-4, weight_decay=0.01)
    return keras.optimizers.Adam(1e-3)


class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(time.perf_counter() - self.begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--work", choices=("train", "predict"), default="train")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--steps", type=int, default=50, help="of an epoch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32", help="Keras' policy")
    options = parser.parse_args()
    keras.mixed_precision.set_global_policy(options.precision)
    tensorflow.config.threading.set_intra_op_parallelism_threads(options.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(0)
    name, size = options.model, options.batch_size or BATCH[options.model]
    inputs, targets = samples(name, size * options.steps)
    given = keras.Input(inputs.shape[1:], dtype=str(inputs.dtype))
    outputs = MODELS[name]()(given)
    if options.precision != "float32":  # Keras' guide: the last values in float32, for the loss
        outputs = L.Activation("linear", dtype="float32")(outputs)
    model = keras.Model(given, outputs)
    binary = name in ("unet", "tabular")
    loss = (keras.losses.BinaryCrossentropy(from_logits=name == "unet") if binary else
            keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.compile(optimizer_of(name), loss)
    losses = []
    if options.work == "train":
        model.fit(inputs[:size], targets[:size], size, verbose=0)
        print(json.dumps({"event": "first_step"}), flush=True)
        clock = Clock()
        losses = model.fit(inputs, targets, size, EPOCHS, verbose=0, callbacks=[clock]).history["loss"]
        epochs = clock.epochs
    else:
        model.predict(inputs[:size], size, verbose=0)
        print(json.dumps({"event": "first_step"}), flush=True)
        epochs = []
        for _ in range(EPOCHS):
            begin = time.perf_counter()
            model.predict(inputs, size, verbose=0)
            epochs.append(time.perf_counter() - begin)
    print(json.dumps({"event": "steps", "version": f"{keras.__version__} on TensorFlow {tensorflow.__version__}",
                      "steps": [seconds / options.steps for seconds in epochs[1:]],
                      "parameters": int(sum(keras.ops.size(v) for v in model.trainable_variables)),
                      "losses": [float(value) for value in losses]}), flush=True)


if __name__ == "__main__":
    main()
