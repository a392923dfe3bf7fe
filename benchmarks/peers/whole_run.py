#!/usr/bin/env python3
"""Trains the perceptron of recipes/mnist_mlp.toml on the files of MNIST and evaluates it, in PyTorch or Keras; a line of
JSON at the end. Who starts it times the process."""

import argparse
import gzip
import json
import os
import sys
from pathlib import Path

import numpy as np

SIZE = 128


def images_and_labels(folder, part):
    def read(name):
        with gzip.open(folder / f"{part}-{name}.gz") as file:
            raw = file.read()
        shape = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    images = read("images-idx3-ubyte").reshape(-1, 784)
    return images.astype(np.float32) / np.float32(255), read("labels-idx1-ubyte").astype(np.int32)


def with_torch(options):
    import torch
    from torch.nn import functional as F
    from torch_models import MODELS, as_keras_begins, optimizer_of
    from torch_steps import keep_freed_memory
    keep_freed_memory()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    (x, y), (test_x, test_y) = [[torch.from_numpy(a) for a in images_and_labels(options.data, part)]
                                for part in ("train", "t10k")]
    y, test_y = y.long(), test_y.long()
    model = MODELS["mlp"]().apply(as_keras_begins)
    weights = list(model.parameters())
    optimizer = optimizer_of("mlp", weights)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10 * -(-len(x) // SIZE))
    for _ in range(options.epochs):
        model.train()
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
        for rows in torch.randperm(len(x)).split(SIZE):
            target = y[rows]
            optimizer.zero_grad(set_to_none=True)
            logits = model(x[rows])
            loss = F.cross_entropy(logits, target)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.detach() * len(rows)
            right += (logits.detach().argmax(1) == target).sum()
    model.eval()
    with torch.inference_mode():
        right = sum((model(a).argmax(1) == b).sum() for a, b in zip(test_x.split(SIZE), test_y.split(SIZE)))
    return right.item() / len(test_y), torch.__version__


def with_keras(options):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras
    import tensorflow
    from keras_steps import MODELS
    tensorflow.config.threading.set_intra_op_parallelism_threads(options.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(0)
    (x, y), (test_x, test_y) = [images_and_labels(options.data, part) for part in ("train", "t10k")]
    given = keras.Input((784,))
    model = keras.Model(given, MODELS["mlp"]()(given))
    rate = keras.optimizers.schedules.CosineDecay(1e-3, 10 * -(-len(x) // SIZE))
    model.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    model.fit(x, y, SIZE, options.epochs, verbose=0)
    return model.evaluate(test_x, test_y, SIZE, verbose=0)[1], f"{keras.__version__} on TensorFlow {tensorflow.__version__}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=("torch", "keras"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    accuracy, version = (with_torch if options.framework == "torch" else with_keras)(options)
    print(json.dumps({"event": "whole", "accuracy": float(accuracy), "version": version}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
