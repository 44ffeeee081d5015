"""The state classifier's network: a small residual network whose answer rests on a coarse map of where rubbish lies."""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE = 192
"""Side of the square input in pixels."""
MEAN = (0.45, 0.45, 0.43)
STD = (0.25, 0.25, 0.26)
"""Taken off RGB 0..1 and divided by: the manifest has the runtime do the same."""


def conv(cin: int, cout: int, kernel: int = 3, stride: int = 1, act: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if act else nn.Sequential(*layers)


class Bottleneck(nn.Module):
    """1x1 down to half, 3x3, 1x1 back: dense convolutions are what a CPU runs best."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.body = nn.Sequential(conv(channels, half, 1), conv(half, half, 3), conv(half, channels, 1, act=False))
        nn.init.zeros_(self.body[2][1].weight)  # begins as the identity

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.body(x), inplace=True)


def stage(cin: int, cout: int, depth: int) -> nn.Sequential:
    return nn.Sequential(conv(cin, cout, 3, 2), *(Bottleneck(cout) for _ in range(depth)))


class StateNet(nn.Module):
    """
    Input: float [B, 3, 192, 192], RGB less MEAN over STD; any multiple of 32 while training. Output: logit of `dirty` [B]; while training also logits of the
    maps of rubbish and bins [B, 2, 12, 12].
    The logit is read from what the whole picture shows and from the strongest cells of the map.
    """

    def __init__(self, width: tuple[int, ...] = (16, 32, 64, 128, 192), depth: tuple[int, ...] = (1, 2, 2, 1), drop: float = 0.2) -> None:
        super().__init__()
        c1, c2, c3, c4, c5 = width
        self.stem = conv(3, c1, 3, 2)
        self.p2 = stage(c1, c2, depth[0])
        self.p3 = stage(c2, c3, depth[1])
        self.p4 = stage(c3, c4, depth[2])
        self.p5 = stage(c4, c5, depth[3])
        self.side = conv(c5, c4, 1, act=False)
        self.join = conv(c4, c3)
        self.map = nn.Conv2d(c3, 2, 1)
        self.drop = nn.Dropout(drop)
        self.out = nn.Linear(c5 + c3 + 2, 1)
        nn.init.constant_(self.map.bias, -2.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        f4 = self.p4(self.p3(self.p2(self.stem(x))))
        f5 = self.p5(f4)
        joined = self.join(functional.relu(f4 + functional.interpolate(self.side(f5), scale_factor=2.0, mode='nearest')))
        cells = self.map(joined)
        rubbish = cells[:, 0].flatten(1)
        strongest = rubbish.amax(1, keepdim=True)
        several = functional.avg_pool2d(cells[:, :1], 3, 1).flatten(1).amax(1, keepdim=True)
        features = torch.cat([f5.mean((2, 3)), joined.amax((2, 3))], 1)
        return self.out(torch.cat([self.drop(features), strongest, several], 1)).squeeze(1), cells


class Exported(nn.Module):
    """Probabilities [B, 2] of clean and dirty: the logit over a temperature, moved by a bias (calibration)."""

    def __init__(self, net: StateNet, temperature: float, bias: float) -> None:
        super().__init__()
        self.net = net
        self.temperature = temperature
        self.bias = bias

    def forward(self, images: Tensor) -> Tensor:
        logit, _ = self.net(images)
        dirty = torch.sigmoid(logit / self.temperature + self.bias).unsqueeze(1)
        return torch.cat([1 - dirty, dirty], 1)
