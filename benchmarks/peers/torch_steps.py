#!/usr/bin/env python3
"""Times training or prediction steps of a benchmark model in PyTorch; prints a line of JSON when the first step is done
and one at the end.

As an expert would run it: channels_last for images, fused optimizers, gradients set to none, numbers near
zero flushed, and freed memory kept by the C library, without which every step faults its pages in again (--malloc default
shows that). --precision mixed_bfloat16 is autocast over model and loss, as its documentation has it: weights stay float32,
products compute in bfloat16, what is called for by its lists in float32.

On a GPU (--device cuda) batches come from pinned memory as each step asks for them, cuDNN times its engines, --compile is
the mode that records CUDA graphs, and a step ends when the GPU has done it, as dltrain's does. --precision tensorfloat32
lets products and convolutions of float32 round.
"""

import argparse
import contextlib
import ctypes
import json
import os
import tempfile
import time

import torch

from samples import BATCH, samples
from torch_models import IMAGES, MODELS, as_keras_begins, loss_of, optimizer_of

WARM_UP = 4


def keep_freed_memory():
    trim_threshold, mmap_most = -1, -4
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_most, 0)
    libc.mallopt(trim_threshold, 2**31 - 1)


def batches_of(name, size, count, pinned=False):
    inputs, targets = (torch.from_numpy(array) for array in samples(name, size * count))
    inputs, targets = (t if t.is_floating_point() else t.long() for t in (inputs, targets))
    if name in IMAGES:
        inputs = inputs.permute(0, 3, 1, 2)  # memory stays as it is: channels last
    if name == "unet":
        targets = targets.permute(0, 3, 1, 2)
    if pinned:
        inputs, targets = inputs.pin_memory(), targets.pin_memory()
    return list(zip(inputs.split(size), targets.split(size)))


def prepare_gpu(device, precision):
    if not torch.cuda.is_available():
        raise SystemExit(f"this PyTorch ({torch.__version__}) finds no GPU")
    torch.cuda.set_device(device)
    torch.backends.cudnn.benchmark = True
    rounds = precision == "tensorfloat32"
    torch.backends.cuda.matmul.allow_tf32 = rounds
    torch.backends.cudnn.allow_tf32 = rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--work", choices=("train", "predict"), default="train")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="torch.compile, from an empty cache")
    parser.add_argument("--precision", choices=("float32", "tensorfloat32", "mixed_bfloat16"), default="float32")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1")
    parser.add_argument("--malloc", choices=("keep", "default"), default="keep")
    options = parser.parse_args()
    if options.malloc == "keep":
        keep_freed_memory()
    cache = tempfile.TemporaryDirectory()
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = cache.name
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    device = torch.device(options.device)
    on_gpu = device.type == "cuda"
    if on_gpu:
        device = torch.device("cuda", device.index or 0)
        prepare_gpu(device, options.precision)
    elif options.precision == "tensorfloat32":
        parser.error("tensorfloat32 is a precision of GPUs")
    compile_mode = "reduce-overhead" if on_gpu else None
    name = options.model
    model = MODELS[name]().apply(as_keras_begins).to(device)
    if name in IMAGES:
        model = model.to(memory_format=torch.channels_last)
    weights = [p for p in model.parameters() if p.requires_grad]
    batches = batches_of(name, options.batch_size or BATCH[name], 16, on_gpu)
    losses = []

    def computing():
        lower = options.precision == "mixed_bfloat16"
        return torch.autocast(device.type, torch.bfloat16) if lower else contextlib.nullcontext()

    if options.work == "train":
        optimizer = optimizer_of(name, weights)

        def forward(inputs, targets):
            return loss_of(name, model(inputs), targets)

        forward = torch.compile(forward, dynamic=False, mode=compile_mode) if options.compile else forward

        def step(number, inputs, targets):
            optimizer.zero_grad(set_to_none=True)
            with computing():
                loss = forward(inputs, targets)
            loss.backward()
            optimizer.step()
            if number % 10 == 0:  # to look at it waits for nothing here, but costs a call
                losses.append(loss.item())
    else:
        model.eval()
        if options.compile:
            from torch._inductor import config
            config.freezing = True
        forward = torch.compile(model, dynamic=False, mode=compile_mode) if options.compile else model

        def step(number, inputs, targets):
            with torch.inference_mode(), computing():
                forward(inputs)

    seconds = []
    for number in range(options.steps + WARM_UP):
        begin = time.perf_counter()
        inputs, targets = batches[number % len(batches)]
        if compile_mode is not None and options.compile:
            torch.compiler.cudagraph_mark_step_begin()
        step(number, inputs.to(device, non_blocking=True), targets.to(device, non_blocking=True))
        if on_gpu:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begin)
        if number == 0:
            print(json.dumps({"event": "first_step"}), flush=True)
    print(json.dumps({"event": "steps", "version": torch.__version__, "steps": seconds[WARM_UP:],
                      "parameters": sum(p.numel() for p in weights), "losses": losses,
                      "device": torch.cuda.get_device_name(device) if on_gpu else "cpu",
                      "device_memory": torch.cuda.max_memory_allocated() if on_gpu else None}), flush=True)


if __name__ == "__main__":
    main()
