"""Pictures of bins with their state, boxes of rubbish where somebody drew them, and a split that keeps look-alikes together."""
from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

LABELS = ('clean', 'dirty')
LONGEST = 640


@dataclass
class Shot:
    """One picture. `state` is 0 clean, 1 dirty; boxes are x1, y1, x2, y2 in 0..1, None where nobody looked for them."""
    name: str
    path: Path
    state: int
    home: bool
    rubbish: np.ndarray | None = None
    bins: np.ndarray | None = None
    image: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    half: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    """The picture at half its size, averaged: what a camera of lower resolution would see."""


def read_boxes(paths: list[Path]) -> dict[str, dict[str, list[list[float]]] | None]:
    """Rows `file,class,x1,y1,x2,y2` by file; None for a picture that could not be judged."""
    found: dict[str, dict[str, list[list[float]]] | None] = {}
    for path in paths:
        for row in csv.reader(path.read_text().splitlines()[1:]):
            if len(row) < 2:
                continue
            if row[1] == 'skip':
                found[row[0]] = None
                continue
            boxes = found.setdefault(row[0], {'rubbish': [], 'bin': []})
            if row[1] in ('rubbish', 'bin') and boxes is not None:
                boxes[row[1]].append([float(v) for v in row[2:6]])
    return found


def array(boxes: list[list[float]]) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 4)


def yolo_boxes(path: Path) -> np.ndarray:
    rows = [[float(v) for v in line.split()[1:5]] for line in path.read_text().splitlines() if line.strip()] if path.exists() else []
    return array([[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for x, y, w, h in rows])


def read_shots(data: Path, labels: Path) -> list[Shot]:
    """
    `data` holds bins/{clean,dirty}, and may hold piles and bags-unlabelled; `labels` CSV files of boxes: dirty*.csv and bags*.csv.
    Only pictures of `bins` are at home: figures are taken on them alone.
    """
    shots: list[Shot] = []
    dirty = read_boxes(sorted(labels.glob('dirty*.csv')))
    for state, label in enumerate(LABELS):
        for path in sorted((data / 'bins' / label).glob('*.jpg')):
            shot = Shot(f'bins/{label}/{path.name}', path, state, True)
            boxes = dirty.get(path.name) if state == 1 else None
            if state == 0:
                shot.rubbish = array([])
            elif boxes is not None:
                shot.bins = array(boxes['bin'])
                # dirty without a heap is scattered litter: where it lies is not said
                shot.rubbish = array(boxes['rubbish']) if boxes['rubbish'] else None
            shots.append(shot)
    for name, boxes in sorted(read_boxes(sorted(labels.glob('bags*.csv'))).items()):
        path = data / 'bags-unlabelled' / name
        if boxes is not None and path.exists() and (boxes['rubbish'] or boxes['bin']):
            shots.append(Shot(f'bags/{name}', path, int(bool(boxes['rubbish'])), False, array(boxes['rubbish']), array(boxes['bin'])))
    for path in sorted((data / 'piles' / 'images').glob('*')):
        boxes = yolo_boxes(data / 'piles' / 'labels' / f'{path.stem}.txt')
        if len(boxes) > 0:
            shots.append(Shot(f'piles/{path.name}', path, 1, False, boxes))
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


def read_folds(path: Path) -> dict[str, int]:
    """Fold of each picture by name, as `folds.py` wrote it."""
    return json.loads(path.read_text())
