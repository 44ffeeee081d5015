"""The state classifier's network: the detector's trunk, and an answer that rests on a coarse map of where rubbish lies."""
from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.append(str(Path(__file__).resolve().parent.parent))
from network import StreetNet  # noqa: E402

SIZE = 192
"""Side of the square input in pixels."""


class StateNet(nn.Module):
    """
    Input: float [B, 3, 192, 192], RGB 0..1; any multiple of 32 while training. Output: logit of `dirty` [B]; while training also logits of
    the maps of rubbish and bins [B, 2, 12, 12]. The logit is read from what the whole picture shows and from the strongest cells.
    """

    def __init__(self, drop: float = 0.2) -> None:
        super().__init__()
        street = StreetNet(1)
        self.stem, self.p3, self.p4, self.p5 = street.stem, street.p3, street.p4, street.p5
        near, far, joined = 96, 160, 64
        self.near = nn.Conv2d(near, joined, 1)
        self.far = nn.Conv2d(far, joined, 1)
        self.map = nn.Conv2d(joined, 2, 1)
        self.drop = nn.Dropout(drop)
        self.out = nn.Linear(far + joined + 2, 1)
        nn.init.constant_(self.map.bias, -2.0)

    def start(self, street: dict[str, Tensor]) -> None:
        """Takes the trunk of a detector that was trained (`train.py` of the folder above), or all of a state classifier."""
        own = self.state_dict()
        taken = {name: value for name, value in street.items() if name in own and value.shape == own[name].shape}
        if missing := [name for name in own if name.split('.')[0] in ('stem', 'p3', 'p4', 'p5') and name not in taken]:
            raise SystemExit(f'{missing[0]} is not there to be taken')
        self.load_state_dict(own | taken)

    def trunk(self) -> list[nn.Parameter]:
        return [p for part in (self.stem, self.p3, self.p4, self.p5) for p in part.parameters()]

    def look(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the trunk sees: [B, 96, 12, 12] and [B, 160, 6, 6]."""
        f4 = self.p4(self.p3(self.stem(x)))
        return f4, self.p5(f4)

    def answer(self, f4: Tensor, f5: Tensor) -> tuple[Tensor, Tensor]:
        joined = functional.relu(self.near(f4) + functional.interpolate(self.far(f5), scale_factor=2.0, mode='nearest'))
        cells = self.map(joined)
        strongest = cells[:, 0].flatten(1).amax(1, keepdim=True)
        several = functional.avg_pool2d(cells[:, :1], 3, 1).flatten(1).amax(1, keepdim=True)
        features = self.drop(torch.cat([f5.mean((2, 3)), joined.amax((2, 3))], 1))
        return self.out(torch.cat([features, strongest, several], 1)).squeeze(1), cells

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.answer(*self.look(x))


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
