"""The detector's network: a small CSP backbone, a two-way feature pyramid and a decoupled, anchor-free head with strides 8, 16, 32."""
from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)


def conv(cin: int, cout: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout, eps=1e-3, momentum=0.03),
        nn.ReLU(inplace=True),  # the runtime folds it into the convolution, which it does with no smoother one
    )


class Bottleneck(nn.Module):
    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(channels, channels), conv(channels, channels))
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.shortcut else self.body(x)


class Csp(nn.Module):
    """Half of the channels go through the bottlenecks; what each gives is kept and fused at the end."""

    def __init__(self, cin: int, cout: int, depth: int, shortcut: bool = True) -> None:
        super().__init__()
        half = cout // 2
        self.split = conv(cin, cout, 1)
        self.blocks = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(depth))
        self.fuse = conv((2 + depth) * half, cout, 1)

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.split(x).chunk(2, 1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.fuse(torch.cat(parts, 1))


class Pool(nn.Module):
    """Spatial pyramid pooling: what lies far around a cell, at little cost."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inside = conv(channels, channels // 2, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.outside = conv(channels * 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.inside(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.outside(torch.cat(parts, 1))


class StreetNet(nn.Module):
    """
    Input: float [B, 3, H, W], RGB 0..1, H and W multiples of 32.
    Output while training: (class logits [B, N, C], boxes xyxy in pixels [B, N, 4]); exported (`decode`): [B, 4 + C, N] with
    centre x, centre y, width, height in pixels and class probabilities, the layout known as yolov8.
    """

    def __init__(self, classes: int, width: tuple[int, ...] = (16, 32, 64, 96, 160)) -> None:
        super().__init__()
        c1, c2, c3, c4, c5 = width
        self.stem = nn.Sequential(conv(3, c1, 3, 2), conv(c1, c2, 3, 2), Csp(c2, c2, 1))
        self.p3 = nn.Sequential(conv(c2, c3, 3, 2), Csp(c3, c3, 2))
        self.p4 = nn.Sequential(conv(c3, c4, 3, 2), Csp(c4, c4, 2))
        self.p5 = nn.Sequential(conv(c4, c5, 3, 2), Csp(c5, c5, 1), Pool(c5))
        self.up = nn.Upsample(scale_factor=2.0, mode='nearest')
        self.top4 = Csp(c5 + c4, c4, 1, False)
        self.top3 = Csp(c4 + c3, c3, 1, False)
        self.down3 = conv(c3, c3, 3, 2)
        self.out4 = Csp(c3 + c4, c4, 1, False)
        self.down4 = conv(c4, c4, 3, 2)
        self.out5 = Csp(c4 + c5, c5, 1, False)
        hidden = c3
        # 1x1 and depthwise: with 3x3 the heads alone would be a quarter of all operations
        def head(channels: int, out: int) -> nn.Sequential:
            return nn.Sequential(conv(channels, hidden, 1), conv(hidden, hidden, 3, 1, hidden), nn.Conv2d(hidden, out, 1))

        self.box = nn.ModuleList(head(c, 4) for c in (c3, c4, c5))
        self.cls = nn.ModuleList(head(c, classes) for c in (c3, c4, c5))
        for head in self.cls:
            nn.init.constant_(head[-1].bias, -4.6)  # a score of 0.01: most cells are background
        for head in self.box:
            nn.init.constant_(head[-1].bias, 0.7)  # e^0.7 ≈ 2 strides to each side

    def features(self, x: Tensor) -> list[Tensor]:
        p3 = self.p3(self.stem(x))
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        t4 = self.top4(torch.cat([self.up(p5), p4], 1))
        t3 = self.top3(torch.cat([self.up(t4), p3], 1))
        o4 = self.out4(torch.cat([self.down3(t3), t4], 1))
        o5 = self.out5(torch.cat([self.down4(o4), p5], 1))
        return [t3, o4, o5]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Answers logits [B, N, C], boxes xyxy [B, N, 4] in pixels, anchor points [N, 3] (x, y, stride)."""
        logits, boxes, anchors = [], [], []
        for feature, box_head, cls_head, stride in zip(self.features(x), self.box, self.cls, STRIDES):
            h, w = feature.shape[-2:]
            ys, xs = torch.meshgrid(torch.arange(h, device=x.device, dtype=torch.float32) + 0.5, torch.arange(w, device=x.device, dtype=torch.float32) + 0.5, indexing='ij')
            points = torch.stack([xs.flatten(), ys.flatten()], 1) * stride
            sides = box_head(feature).flatten(2).transpose(1, 2).float().clamp(-6, 6).exp() * stride
            boxes.append(torch.cat([points - sides[..., :2], points + sides[..., 2:]], -1))
            logits.append(cls_head(feature).flatten(2).transpose(1, 2).float())
            anchors.append(torch.cat([points, torch.full_like(points[:, :1], stride)], 1))
        return torch.cat(logits, 1), torch.cat(boxes, 1), torch.cat(anchors)


class Exported(nn.Module):
    """The network with its outputs in the layout yolov8."""

    def __init__(self, net: StreetNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        logits, boxes, _ = self.net(images)
        centre = (boxes[..., :2] + boxes[..., 2:]) / 2
        size = boxes[..., 2:] - boxes[..., :2]
        return torch.cat([centre, size, logits.sigmoid()], -1).transpose(1, 2)
