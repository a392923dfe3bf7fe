"""Made-up samples with labels that can be learnt, as the source "synthetic" of dltrain makes them in kind: channels last,
float32 numbers, int32 tokens and classes."""

import numpy as np

BATCH = {"mlp": 128, "cnn": 128, "resnet20": 128, "mobilenet": 128, "unet": 16, "lstm": 64, "gru": 64, "transformer": 32,
         "tabular": 32}
SHAPE = {"mlp": (784,), "cnn": (28, 28, 1), "resnet20": (32, 32, 3), "mobilenet": (32, 32, 3)}


def samples(model, count):
    """Inputs and targets of `count` samples."""
    random = np.random.default_rng(1)
    if model in SHAPE:
        classes = random.integers(10, size=count, dtype=np.int32)
        centres = random.normal(size=(10, *SHAPE[model])).astype(np.float32)
        noise = random.standard_normal((count, *SHAPE[model]), dtype=np.float32)
        return 0.3 * centres[classes] + noise, classes
    if model == "unet":
        images = random.standard_normal((count, 64, 64, 3), dtype=np.float32)
        return images, (images[..., :1] > 0).astype(np.float32)
    if model in ("lstm", "gru"):
        classes = random.integers(4, size=count, dtype=np.int32)
        return (5000 * classes[:, None] + random.integers(5000, size=(count, 100))).astype(np.int32), classes
    if model == "transformer":
        starts = random.integers(65, size=(count, 1))
        tokens = (starts + 7 * np.arange(129)) % 65
        return tokens[:, :-1].astype(np.int32), tokens[:, 1:].astype(np.int32)
    if model == "tabular":
        rows = random.standard_normal((count, 100), dtype=np.float32)
        return rows, (rows @ random.normal(size=(100, 1)) > 0).astype(np.float32)
    raise SystemExit(f"there is no model {model}")
