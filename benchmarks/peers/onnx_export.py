#!/usr/bin/env python3
"""Writes a benchmark model with weights that dltrain has trained as ONNX, and a batch for it with PyTorch's answer."""

import argparse
import sys

import numpy as np
import torch

from samples import samples
from torch_models import IMAGES, MODELS
from weights import load, pad_as_keras


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("weights")
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--onnx", required=True, help="the file to write")
    parser.add_argument("--answers", required=True, help="the .npz to write: x as dltrain reads it, y")
    options = parser.parse_args()
    model = MODELS[options.model]().eval()
    load(model, options.weights)
    pad_as_keras(model)
    batch = samples(options.model, options.batch_size)[0]
    given = torch.from_numpy(batch.transpose(0, 3, 1, 2).copy() if options.model in IMAGES else batch)
    with torch.inference_mode():
        answers = model(given).numpy()
    if options.model in IMAGES and answers.ndim == 4:
        answers = answers.transpose(0, 2, 3, 1)
    np.savez(options.answers, x=batch, y=answers)
    torch.onnx.export(model, (given,), options.onnx, input_names=["x"], output_names=["y"], dynamo=True, verbose=False)


if __name__ == "__main__":
    sys.exit(main())
