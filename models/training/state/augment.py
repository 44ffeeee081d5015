"""What may differ between two pictures of the same state: place, angle, light, camera. Every random number comes from the generator given."""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pictures import Shot
from state_net import SIZE


@dataclass
class Sample:
    image: np.ndarray
    """uint8 [size, size, 3]"""
    state: float
    weight: float
    """0 where the cut leaves the state in doubt"""
    cells: np.ndarray
    """float [2, size / 16, size / 16], share of each cell that is rubbish, bin"""
    known: tuple[bool, bool]
    """whether each of the two maps is known"""


def plain(image: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Exactly what the product does: the whole picture, stretched, bilinear."""
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)


def placing(rng: np.random.Generator, shape: tuple[int, ...], strength: float, size: int) -> np.ndarray:
    """Random affine map from source pixels to input pixels (3x3); strength 0 stretches the whole picture."""
    h, w = shape[:2]
    zoom = 1 + strength * (rng.uniform(-0.18, 0.75) if rng.random() < 0.8 else 0)
    aspect = np.exp(rng.uniform(-0.22, 0.22) * strength)
    sx, sy = size / w * zoom * aspect, size / h * zoom / aspect
    angle = np.deg2rad(rng.normal(0, 6) if rng.random() < 0.75 else rng.uniform(-32, 32)) * strength
    if rng.random() < 0.5:
        sx = -sx
    c, s = np.cos(angle), np.sin(angle)
    shear = rng.normal(0, 0.05) * strength
    linear = np.array([[c, -s], [s, c]]) @ np.array([[1, shear], [0, 1]]) @ np.diag([sx, sy])
    # room that a zoomed picture has to move, a little more than its overhang
    room = (max(zoom * aspect - 1, 0) / 2 + 0.06 * strength) * size, (max(zoom / aspect - 1, 0) / 2 + 0.06 * strength) * size
    middle = np.array([size / 2 + rng.uniform(-room[0], room[0]), size / 2 + rng.uniform(-room[1], room[1])])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    # pixel centres lie at +0.5
    matrix[:2, 2] = middle - linear @ np.array([w / 2, h / 2]) - 0.5 + linear @ np.array([0.5, 0.5])
    return matrix


def drawn(boxes: np.ndarray, shape: tuple[int, ...], matrix: np.ndarray, size: int) -> tuple[np.ndarray, float]:
    """Boxes as a map [size / 16, size / 16], and the share of their area that is still in the picture."""
    fine = np.zeros((size // 8, size // 8), np.uint8)
    h, w = shape[:2]
    inside, whole = 0.0, 0.0
    for x1, y1, x2, y2 in boxes:
        corners = np.array([[x1 * w, y1 * h, 1], [x2 * w, y1 * h, 1], [x2 * w, y2 * h, 1], [x1 * w, y2 * h, 1]]) @ matrix[:2].T
        cut = np.clip(corners, 0, size)
        whole += cv2.contourArea(corners.astype(np.float32))
        inside += cv2.contourArea(cut.astype(np.float32))
        cv2.fillPoly(fine, [np.round(corners / 8 * 16 - 8).astype(np.int32)], 255, shift=4)
    cells = cv2.resize(fine, (size // 16, size // 16), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return cells, inside / whole if whole > 0 else 1.0


def camera(rng: np.random.Generator, image: np.ndarray, strength: float) -> np.ndarray:
    """Light, colour, blur, compression, noise."""
    out, size = image, image.shape[0]
    if rng.random() < 0.8 * strength:
        # brightness, contrast, saturation and white balance as one 3x4 matrix
        saturation = rng.uniform(0.35, 1.6) if rng.random() < 0.9 else 0
        matrix = np.full((3, 3), (1 - saturation) / 3) + saturation * np.eye(3)
        matrix = rng.uniform(0.86, 1.16, (3, 1)) * matrix * rng.uniform(0.6, 1.45)
        out = cv2.transform(out, np.hstack([matrix, np.full((3, 1), rng.uniform(-22, 22))]))
    if rng.random() < 0.25 * strength:
        out = cv2.LUT(out, (255 * (np.arange(256) / 255) ** rng.uniform(0.55, 1.9)).astype(np.uint8))
    pick = rng.random()
    if pick < 0.06 * strength:
        out = cv2.merge([cv2.equalizeHist(channel) for channel in cv2.split(out)])
    elif pick < 0.16 * strength:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.3))
    elif pick < 0.24 * strength:
        small = int(size * rng.uniform(0.45, 0.9))
        out = cv2.resize(cv2.resize(out, (small, small), interpolation=cv2.INTER_AREA), (size, size), interpolation=cv2.INTER_LINEAR)
    elif pick < 0.36 * strength:
        out = cv2.imdecode(cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])[1], cv2.IMREAD_COLOR)
    elif pick < 0.44 * strength:
        noise = rng.standard_normal(out.shape, np.float32) * rng.uniform(3, 14)
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    return out


def paste(rng: np.random.Generator, image: np.ndarray, donor: Shot, box: np.ndarray | None, where: tuple[float, float, float]) -> np.ndarray:
    """Lays a soft-edged piece of the donor over the (already placed) picture: centre x, centre y and width in 0..1."""
    h, w = donor.half.shape[:2]
    size = image.shape[0]
    if box is None:
        bw, bh = rng.uniform(0.1, 0.4, 2)
        x, y = rng.uniform(0, 1 - bw), rng.uniform(0.35, max(0.36, 1 - bh))
        box = np.array([x, y, x + bw, min(1, y + bh)])
    x1, y1, x2, y2 = (box * [w, h, w, h]).round().astype(int).tolist()
    piece = donor.half[max(0, y1):y2, max(0, x1):x2]
    if min(piece.shape[:2]) < 8:
        return image
    cx, cy, width = where
    pw = max(6, int(width * size))
    ph = int(np.clip(pw * piece.shape[0] / piece.shape[1], 6, size * 0.5))
    piece = cv2.resize(piece, (pw, ph), interpolation=cv2.INTER_AREA if pw < piece.shape[1] else cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    left, top = int(cx * size - pw / 2), int(cy * size - ph / 2)
    left, top = int(np.clip(left, 0, size - pw)), int(np.clip(top, 0, size - ph))
    ys, xs = np.mgrid[0:ph, 0:pw].astype(np.float32)
    power = rng.uniform(2, 6)
    radius = (np.abs((xs + 0.5) / pw * 2 - 1) ** power + np.abs((ys + 0.5) / ph * 2 - 1) ** power)
    alpha = np.clip((1.05 - radius) / rng.uniform(0.15, 0.6), 0, 1)[..., None]
    under = image[top:top + ph, left:left + pw].astype(np.float32)
    # the light of the place it comes to
    share = rng.uniform(0.2, 0.8)
    piece = piece.astype(np.float32) + share * (image.mean((0, 1)) - donor.half.mean((0, 1)))
    out = image.copy()
    out[top:top + ph, left:left + pw] = np.clip(under * (1 - alpha) + piece * alpha, 0, 255).astype(np.uint8)
    return out


class Maker:
    """Makes training samples of shots; `strength` scales every change, `pasting` is the share of clean pictures that are pasted upon;
    `size` (pixels) may be smaller at first: the network is as good at large shapes and learns faster."""

    def __init__(self, shots: list[Shot], strength: float = 1.0, pasting: float = 0.3, erasing: float = 0.2) -> None:
        self.strength = strength
        self.pasting = pasting
        self.erasing = erasing
        self.size = SIZE
        self.donors = [s for s in shots if s.rubbish is not None and len(s.rubbish) > 0 and s.kind != 'piles']
        self.clean = [s for s in shots if s.state == 0 and s.home]

    def sample(self, shot: Shot, rng: np.random.Generator) -> Sample:
        size = self.size
        drawn_here = shot.rubbish is not None and (shot.state == 0 or len(shot.rubbish) > 0)
        # without boxes a close cut might lose what makes it dirty
        strength = self.strength if drawn_here or shot.state == 0 else self.strength * 0.5
        source = shot.half if size < SIZE or rng.random() < 0.5 else shot.image
        matrix = placing(rng, source.shape, strength, size)
        image = cv2.warpAffine(source, matrix[:2], (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        none = np.zeros((size // 16, size // 16), np.float32)
        rubbish, left = drawn(shot.rubbish, source.shape, matrix, size) if shot.rubbish is not None else (none, 1.0)
        bins, _ = drawn(shot.bins, source.shape, matrix, size) if shot.bins is not None else (none, 1.0)
        state, weight = float(shot.state), 1.0
        if shot.state == 1 and drawn_here and left < 0.5:
            state, weight = (0.0, 0.5) if left < 0.04 and shot.home else (1.0, 0.0)
        if shot.state == 0 and shot.home and self.donors and rng.random() < self.pasting:
            where = (rng.uniform(0.12, 0.88), rng.uniform(0.45, 0.9), float(np.exp(rng.uniform(np.log(0.07), np.log(0.4)))))
            if rng.random() < 0.6:
                donor = self.donors[int(rng.integers(len(self.donors)))]
                box = donor.rubbish[int(rng.integers(len(donor.rubbish)))]  # type: ignore[index]
                before = image
                image = paste(rng, image, donor, box, where)
                changed = (np.abs(image.astype(np.int16) - before).max(2) > 6).astype(np.float32)
                rubbish = cv2.resize(changed, (size // 16, size // 16), interpolation=cv2.INTER_AREA)
                state, weight = 1.0, 0.7
            else:
                # a pasted piece of a clean street must not look dirty for being pasted
                image = paste(rng, image, self.clean[int(rng.integers(len(self.clean)))], None, where)
        image = camera(rng, image, self.strength)
        if rng.random() < self.erasing:
            w, h = (rng.uniform(0.05, 0.3, 2) * size).astype(int)
            x, y = int(rng.integers(0, size - w)), int(rng.integers(0, size // 2))
            image = image.copy()
            image[y:y + h, x:x + w] = rng.integers(0, 255, 3)
        return Sample(image, state, weight, np.stack([rubbish, bins]), (drawn_here, shot.bins is not None))
