"""Pictures and YOLO txt labels → batches, with the changes that a street camera makes to a picture."""
from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset


class Pictures(Dataset):
    """
    Folders with images/, labels/ (YOLO txt) and classes.txt, read into the order of `classes`. partial.json `{"labelled": [...]}` in a folder
    says that other classes may be in its pictures without a label: what of them is labelled is taught, what is not is neither taught to be
    there nor to be absent. Pictures are held in memory, letterboxed to `size` (width, height). With `augment`, each item is drawn anew:
    mosaic, crop and scale, flip, light, blur, noise, compression.
    """

    def __init__(self, folders: list[Path], classes: list[str], size: tuple[int, int], augment: bool, seed: int) -> None:
        self.size = size
        self.taught = torch.ones(len(folders) + 1, len(classes))  # row 0: what lies beyond the pictures has nothing of anything
        self.renamed: list[dict[int, int]] = []
        self.group: list[int] = []
        self.augment = augment
        self.seed = seed
        self.epoch = 0
        self.mosaic_share = 0.4
        self.files: list[Path] = []
        for g, folder in enumerate(folders, 1):
            names = (folder / 'classes.txt').read_text().split()
            if unknown := set(names) - set(classes):
                raise SystemExit(f'{folder}/classes.txt names {", ".join(sorted(unknown))}; known: {", ".join(classes)}')
            self.renamed.append({i: classes.index(name) for i, name in enumerate(names)})
            partial = folder / 'partial.json'
            labelled = set(json.loads(partial.read_text())['labelled']) if partial.exists() else set(names)
            self.taught[g] = torch.tensor([float(c in labelled) for c in classes])
            files = sorted(p for p in (folder / 'images').iterdir() if p.suffix in ('.jpg', '.png'))
            self.files += files
            self.group += [g] * len(files)
        self.cache: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self.files)

    def load(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Picture [H, W, 3] RGB uint8, boxes [n, 5]: class, x1, y1, x2, y2 in pixels."""
        if i not in self.cache:
            path = self.files[i]
            picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
            w, h = self.size
            scale = min(w / picture.shape[1], h / picture.shape[0])
            nw, nh = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
            small = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_AREA)
            canvas = np.full((h, w, 3), 114, np.uint8)
            x0, y0 = (w - nw) // 2, (h - nh) // 2
            canvas[y0:y0 + nh, x0:x0 + nw] = small
            label = path.parent.parent / 'labels' / f'{path.stem}.txt'
            rows = [[float(v) for v in line.split()] for line in label.read_text().splitlines() if line.strip()] if label.exists() else []
            renamed = self.renamed[self.group[i] - 1]
            boxes = np.array([[renamed[int(c)], x0 + (cx - bw / 2) * nw, y0 + (cy - bh / 2) * nh, x0 + (cx + bw / 2) * nw, y0 + (cy + bh / 2) * nh]
                              for c, cx, cy, bw, bh in rows], np.float32).reshape(-1, 5)
            self.cache[i] = (canvas, boxes)
        return self.cache[i]

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Picture [3, H, W] uint8, boxes [n, 5], group [H / 8, W / 8]: the row of `taught` that holds at each place."""
        picture, boxes = self.load(i)
        groups = np.full(picture.shape[:2], self.group[i], np.uint8)
        if self.augment:
            rng = np.random.default_rng((self.seed, self.epoch, i, int(torch.randint(1 << 30, ()))))
            if rng.random() < self.mosaic_share:
                picture, boxes, groups = self.mosaic(i, rng)
            picture, boxes, groups = self.crop(picture, boxes, groups, rng)
            picture = degrade(picture, rng)
        return (torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))), torch.from_numpy(boxes.copy()),
                torch.from_numpy(np.ascontiguousarray(groups[4::8, 4::8])))

    def mosaic(self, i: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        w, h = self.size
        canvas = np.empty((h * 2, w * 2, 3), np.uint8)
        groups = np.empty((h * 2, w * 2), np.uint8)
        all_boxes = []
        for k, j in enumerate([i, *rng.integers(0, len(self), 3).tolist()]):
            picture, boxes = self.load(j)
            x, y = (k % 2) * w, (k // 2) * h
            canvas[y:y + h, x:x + w] = picture
            groups[y:y + h, x:x + w] = self.group[j]
            all_boxes.append(boxes + np.array([0, x, y, x, y], np.float32))
        return canvas, np.concatenate(all_boxes), groups

    def crop(self, picture: np.ndarray, boxes: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A window of the picture, scaled to the input size; boxes of which less than 40 % is left go."""
        w, h = self.size
        ph, pw = picture.shape[:2]
        scale = float(rng.uniform(0.5, 1.2)) if pw == w else float(rng.uniform(0.4, 1.0))
        cw, ch = pw * scale, ph * scale * float(np.exp(rng.normal(0, 0.18)))
        x0 = float(rng.uniform(min(0, pw - cw), max(0, pw - cw)))
        y0 = float(rng.uniform(min(0, ph - ch), max(0, ph - ch)))
        flip = rng.random() < 0.5
        sx, sy = w / cw, h / ch
        matrix = np.array([[sx, 0, -x0 * sx], [0, sy, -y0 * sy]], np.float32)
        if flip:
            matrix[0] = [-sx, 0, w + x0 * sx]
        out = cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_AREA if sx < 1 else cv2.INTER_LINEAR, borderValue=(114, 114, 114))
        where = cv2.warpAffine(groups, matrix, (w, h), flags=cv2.INTER_NEAREST, borderValue=0)
        if len(boxes) == 0:
            return out, boxes, where
        b = boxes.copy()
        b[:, [1, 3]] = (b[:, [1, 3]] - x0) * sx
        b[:, [2, 4]] = (b[:, [2, 4]] - y0) * sy
        if flip:
            b[:, [1, 3]] = w - b[:, [3, 1]]
        area = (b[:, 3] - b[:, 1]) * (b[:, 4] - b[:, 2])
        b[:, [1, 3]] = b[:, [1, 3]].clip(0, w)
        b[:, [2, 4]] = b[:, [2, 4]].clip(0, h)
        left = (b[:, 3] - b[:, 1]) * (b[:, 4] - b[:, 2])
        return out, b[(left > 0.4 * area) & (left > 16)], where


def degrade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light, colour, blur, noise and compression of a real camera."""
    x = picture.astype(np.float32) / 255
    if rng.random() < 0.2:  # some recorders stretch the contrast of each part of the picture, and so do some sets of pictures
        clahe = cv2.createCLAHE(float(rng.uniform(1.5, 8)), (8, 8))
        x = np.stack([clahe.apply(np.ascontiguousarray(picture[..., c])) for c in range(3)], 2).astype(np.float32) / 255
    if rng.random() < 0.04:
        x = x[..., ::-1]
    x = x.clip(0, 1) ** float(rng.uniform(0.6, 1.6)) * float(rng.uniform(0.65, 1.3)) + float(rng.uniform(-0.08, 0.08))
    if rng.random() < 0.5:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * float(rng.uniform(0.0, 1.5))
    if rng.random() < 0.5:
        x = x * rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.25:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.3, 1.3)))
    if rng.random() < 0.4:
        x = x + rng.normal(0, float(rng.uniform(0.005, 0.04)), x.shape).astype(np.float32)
    if rng.random() < 0.1:  # far or small things, as a cheap camera sees them
        h, w = x.shape[:2]
        part = float(rng.uniform(0.4, 0.8))
        x = cv2.resize(cv2.resize(x, (round(w * part), round(h * part)), interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_LINEAR)
    out = (x.clip(0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.3:
        out = cv2.imdecode(cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])[1], cv2.IMREAD_COLOR)
    return out


def collate(items: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pictures [B, 3, H, W] uint8, truth [B, M, 5], valid [B, M], groups [B, H / 8, W / 8]."""
    most = max(1, *(len(b) for _, b, _ in items))
    truth = torch.zeros(len(items), most, 5)
    valid = torch.zeros(len(items), most, dtype=torch.bool)
    for i, (_, boxes, _) in enumerate(items):
        truth[i, :len(boxes)] = boxes
        valid[i, :len(boxes)] = True
    return torch.stack([p for p, _, _ in items]), truth, valid, torch.stack([g for _, _, g in items])
