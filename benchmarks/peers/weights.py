"""Weights that dltrain has trained (model.weights.h5, the layout of Keras) in the models of torch_models.py."""

import h5py
import torch
from torch import nn

# The folder of a kind of layer in the file, and how its arrays become those of PyTorch.
KINDS = {nn.Conv2d: "conv2d", nn.Linear: "dense", nn.BatchNorm2d: "batch_normalization"}


def folder_of(layer):
    depthwise = isinstance(layer, nn.Conv2d) and layer.groups > 1
    return "depthwise_conv2d" if depthwise else KINDS[type(layer)]


def as_torch(layer, kernel):
    if isinstance(layer, nn.Linear):
        return kernel.T
    if layer.groups > 1:  # [h, w, channels, 1]
        return kernel.transpose(2, 3, 0, 1)
    return kernel.transpose(3, 2, 0, 1)


@torch.no_grad()
def load(model, path):
    """Layers of a kind stand in the same order in both."""
    counts = {}
    with h5py.File(path) as file:
        for layer in model.modules():
            if type(layer) not in KINDS:
                continue
            folder = folder_of(layer)
            number = counts[folder] = counts.get(folder, -1) + 1
            arrays = file[f"layers/{folder}{f'_{number}' if number else ''}/vars"]
            values = [torch.from_numpy(arrays[str(i)][()]) for i in range(len(arrays))]
            if isinstance(layer, nn.BatchNorm2d):
                for target, value in zip((layer.weight, layer.bias, layer.running_mean, layer.running_var), values):
                    target.copy_(value)
                continue
            layer.weight.copy_(torch.from_numpy(as_torch(layer, arrays["0"][()]).copy()))
            if layer.bias is not None:
                layer.bias.copy_(values[1])


def pad_as_keras(model):
    """Convolutions with strides that pad an even image behind its end only, as "same" does in Keras and dltrain."""
    for name, layer in list(model.named_children()):
        pad_as_keras(layer)
        if isinstance(layer, nn.Conv2d) and layer.stride == (2, 2) and layer.padding == (1, 1):
            layer.padding = (0, 0)
            setattr(model, name, nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), layer))
