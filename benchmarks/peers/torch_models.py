"""The benchmark models (recipes/benchmarks) for PyTorch, as its users would write them for a processor."""

import torch
from torch import nn
from torch.nn import functional as F


def normalized(channels_in, channels_out, size, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(channels_out, momentum=0.1, eps=1e-5))


class ChannelsLastFlatten(nn.Module):
    def forward(self, x):  # no copy where memory is channels_last
        return x.movedim(1, -1).flatten(1)


class Pooled(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Residual(nn.Module):
    def __init__(self, channels_in, channels):
        super().__init__()
        stride = 1 if channels_in == channels else 2
        self.first = normalized(channels_in, channels, 3, stride)
        self.second = normalized(channels, channels, 3)
        self.shortcut = normalized(channels_in, channels, 1, stride) if stride == 2 else nn.Identity()

    def forward(self, x):
        y = self.second(F.relu(self.first(x), inplace=True))
        return F.relu(y.add_(self.shortcut(x)), inplace=True)


def resnet20():
    widths = [16] * 4 + [32] * 3 + [64] * 3
    blocks = [Residual(before, after) for before, after in zip(widths, widths[1:])]
    return nn.Sequential(normalized(3, 16, 3), nn.ReLU(inplace=True), *blocks, Pooled(), nn.Linear(64, 10))


def mobilenet():
    parts, channels = [normalized(3, 32, 3), nn.ReLU6(inplace=True)], 32
    for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]:
        parts += [normalized(channels, channels, 3, stride, channels), nn.ReLU6(inplace=True),
                  normalized(channels, width, 1), nn.ReLU6(inplace=True)]
        channels = width
    return nn.Sequential(*parts, Pooled(), nn.Linear(512, 10))


class UNet(nn.Module):
    @staticmethod
    def pair(channels_in, channels):
        return nn.Sequential(nn.Conv2d(channels_in, channels, 3, padding="same"), nn.ReLU(inplace=True),
                             nn.Conv2d(channels, channels, 3, padding="same"), nn.ReLU(inplace=True))

    def __init__(self):
        super().__init__()
        self.down16, self.down32, self.bottom = self.pair(3, 16), self.pair(16, 32), self.pair(32, 64)
        self.larger32, self.up32 = nn.ConvTranspose2d(64, 32, 2, 2), self.pair(64, 32)
        self.larger16, self.up16 = nn.ConvTranspose2d(32, 16, 2, 2), self.pair(32, 16)
        self.mask = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        wide = self.down16(x)
        middle = self.down32(F.max_pool2d(wide, 2))
        low = self.bottom(F.max_pool2d(middle, 2))
        middle = self.up32(torch.cat((self.larger32(low), middle), 1))
        return self.mask(self.up16(torch.cat((self.larger16(middle), wide), 1)))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embedding, self.cells, self.kind = nn.Embedding(20000, 64), kind(64, 128, batch_first=True), nn.Linear(128, 4)
        if kind is nn.LSTM:
            self.cells.bias_hh_l0.requires_grad_(False).zero_()  # Keras has one vector of biases

    def forward(self, tokens):
        return self.kind(self.cells(self.embedding(tokens))[0][:, -1])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before_attention, self.before_dense = nn.LayerNorm(128, eps=1e-5), nn.LayerNorm(128, eps=1e-5)
        self.query_key_value, self.output = nn.Linear(128, 384), nn.Linear(128, 128)
        self.dense = nn.Sequential(nn.Linear(128, 512), nn.GELU(), nn.Linear(512, 128))

    def forward(self, x):
        batch, length, _ = x.shape
        packed = self.query_key_value(self.before_attention(x)).view(batch, length, 3, 4, 32)
        query, key, value = (packed[:, :, i].transpose(1, 2) for i in range(3))
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.output(seen.transpose(1, 2).reshape(batch, length, 128))
        return x + self.dense(self.before_dense(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(65, 128), nn.Parameter(torch.zeros(128, 128).uniform_(-0.05, 0.05))
        self.blocks = nn.Sequential(*(Block() for _ in range(4)))
        self.norm, self.next = nn.LayerNorm(128, eps=1e-5), nn.Linear(128, 65)

    def forward(self, tokens):
        return self.next(self.norm(self.blocks(self.embedding(tokens) + self.positions)))


MODELS = {
    "mlp": lambda: nn.Sequential(nn.Linear(784, 512), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.Linear(512, 256),
                                 nn.ReLU(inplace=True), nn.Linear(256, 10)),
    "cnn": lambda: nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3),
                                 nn.ReLU(inplace=True), nn.MaxPool2d(2), ChannelsLastFlatten(), nn.Dropout(0.5),
                                 nn.Linear(1600, 10)),
    "resnet20": resnet20,
    "mobilenet": mobilenet,
    "unet": UNet,
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
    "transformer": Transformer,
    "tabular": lambda: nn.Sequential(nn.Linear(100, 64), nn.ReLU(inplace=True), nn.Linear(64, 32), nn.ReLU(inplace=True),
                                     nn.Linear(32, 1)),
}
IMAGES = {"cnn", "resnet20", "mobilenet", "unet"}


@torch.no_grad()
def as_keras_begins(layer):
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            layer.bias.zero_()
    elif isinstance(layer, nn.Embedding):
        layer.weight.uniform_(-0.05, 0.05)
    elif isinstance(layer, nn.RNNBase):
        nn.init.xavier_uniform_(layer.weight_ih_l0)
        nn.init.orthogonal_(layer.weight_hh_l0)
        layer.bias_ih_l0.zero_()
        layer.bias_hh_l0.zero_()
        if isinstance(layer, nn.LSTM):
            layer.bias_ih_l0[128:256] = 1


def optimizer_of(name, weights):
    if name == "resnet20":
        return torch.optim.SGD(weights, 0.1, momentum=0.9, weight_decay=5e-4, fused=True)
    if name == "mobilenet":
        return torch.optim.SGD(weights, 0.05, momentum=0.9, fused=True)
    if name == "transformer":
        return torch.optim.AdamW(weights, 3e-4, eps=1e-7, weight_decay=0.01, fused=True)
    return torch.optim.Adam(weights, 1e-3, eps=1e-7, fused=True)


def loss_of(name, outputs, targets):
    if name in ("unet", "tabular"):
        return F.binary_cross_entropy_with_logits(outputs, targets)
    return F.cross_entropy(outputs.flatten(0, -2), targets.flatten())
