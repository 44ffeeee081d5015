"""Pictures of bins with their state and boxes of rubbish, from the folders that `real.py` makes: the detector's own split holds here too."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

LABELS = ('clean', 'dirty')
LONGEST = 640
SETS = ('clean', 'dirty', 'bags', 'piles')


@dataclass
class Shot:
    """One picture. `state` is 0 clean, 1 dirty; boxes are x1, y1, x2, y2 in 0..1, None where nobody looked for them."""
    kind: str
    path: Path
    state: int
    rubbish: np.ndarray | None
    bins: np.ndarray | None
    image: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    half: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    """The picture at half its size, averaged: what a camera of lower resolution would see."""

    @property
    def home(self) -> bool:
        """Whether it shows the bins that figures are taken on."""
        return self.kind in LABELS


def yolo_boxes(path: Path) -> dict[int, np.ndarray]:
    """Boxes by class; a class that does not occur is an empty array."""
    rows = [[float(v) for v in line.split()] for line in path.read_text().splitlines() if line.strip()] if path.exists() else []
    corners = {c: [[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for k, x, y, w, h in rows if k == c] for c in (0, 1)}
    return {c: np.array(boxes, np.float32).reshape(-1, 4) for c, boxes in corners.items()}


def read_shots(work: Path, held: bool) -> list[Shot]:
    """`work` holds real-{clean,dirty,bags,piles} and, left out of training (`held`), the same with -val; class 0 is rubbish, class 1 bin."""
    shots: list[Shot] = []
    for kind in SETS:
        folder = work / f'real-{kind}{"-val" if held else ""}'
        for path in sorted((folder / 'images').glob('*')):
            boxes = yolo_boxes(folder / 'labels' / f'{path.stem}.txt')
            rubbish, bins = boxes[0], boxes[1] if kind in ('dirty', 'bags') else None
            if kind in ('clean', 'dirty'):
                # dirty without a heap is scattered litter: where it lies is not said
                shots.append(Shot(kind, path, LABELS.index(kind), rubbish if kind == 'clean' or len(rubbish) > 0 else None, bins))
            elif len(rubbish) > 0 or kind == 'bags':
                shots.append(Shot(kind, path, int(len(rubbish) > 0), rubbish, bins))
    return shots


def load(shots: list[Shot]) -> list[Shot]:
    """Reads the pictures (RGB) into memory, longest side at most 640 pixels; leaves out what cannot be read."""
    kept = []
    for shot in shots:
        image = cv2.imread(str(shot.path), cv2.IMREAD_COLOR)
        if image is None:
            continue
        scale = LONGEST / max(image.shape[:2])
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        shot.image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        shot.half = cv2.resize(shot.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        kept.append(shot)
    return kept
