#!/usr/bin/env python3
"""Times predictions of an ONNX file in ONNX Runtime; prints a line of JSON when the first is done and one at the end."""

import argparse
import json
import time

import numpy as np
import onnxruntime

WARM_UP = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("onnx")
    parser.add_argument("answers", help="the .npz of onnx_export.py")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(options.onnx, settings, providers=["CPUExecutionProvider"])
    with np.load(options.answers) as file:
        batch, answers = file["x"], file["y"]
    if batch.ndim == 4:
        batch = np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
    seconds = []
    for number in range(options.steps + WARM_UP):
        begin = time.perf_counter()
        found = session.run(["y"], {"x": batch})[0]
        seconds.append(time.perf_counter() - begin)
        if number == 0:
            print(json.dumps({"event": "first_step"}), flush=True)
    if found.ndim == 4:
        found = found.transpose(0, 2, 3, 1)
    print(json.dumps({"event": "steps", "version": onnxruntime.__version__, "steps": seconds[WARM_UP:],
                      "difference": float(np.abs(found - answers).max())}), flush=True)


if __name__ == "__main__":
    main()
