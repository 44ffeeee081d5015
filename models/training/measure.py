"""Average precision, and precision and recall at a threshold, from raw predictions; the 101-point form of COCO."""
from __future__ import annotations

import numpy as np


def nms(boxes: np.ndarray, scores: np.ndarray, threshold: float = 0.6) -> list[int]:
    order = scores.argsort()[::-1]
    keep: list[int] = []
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(order) > 0:
        i, rest = order[0], order[1:]
        keep.append(int(i))
        w = np.minimum(boxes[i, 2], boxes[rest, 2]) - np.maximum(boxes[i, 0], boxes[rest, 0])
        h = np.minimum(boxes[i, 3], boxes[rest, 3]) - np.maximum(boxes[i, 1], boxes[rest, 1])
        inter = w.clip(0) * h.clip(0)
        order = rest[inter / (area[i] + area[rest] - inter + 1e-9) <= threshold]
    return keep


def match(predicted: np.ndarray, truth: np.ndarray, threshold: float) -> np.ndarray:
    """Which predictions (xyxy, best first) find a truth (xyxy) that no better one found."""
    hit = np.zeros(len(predicted), bool)
    free = np.ones(len(truth), bool)
    for k, p in enumerate(predicted):
        if not free.any():
            break
        w = np.minimum(p[2], truth[:, 2]) - np.maximum(p[0], truth[:, 0])
        h = np.minimum(p[3], truth[:, 3]) - np.maximum(p[1], truth[:, 1])
        inter = w.clip(0) * h.clip(0)
        union = (p[2] - p[0]) * (p[3] - p[1]) + (truth[:, 2] - truth[:, 0]) * (truth[:, 3] - truth[:, 1]) - inter
        iou = inter / (union + 1e-9) * free
        best = int(iou.argmax())
        if iou[best] >= threshold:
            hit[k] = True
            free[best] = False
    return hit


def average_precision(scores: np.ndarray, hits: np.ndarray, positives: int) -> float:
    if positives == 0:
        return float('nan')
    order = scores.argsort()[::-1]
    tp = hits[order].cumsum()
    recall = tp / positives
    precision = tp / np.arange(1, len(tp) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1] if len(precision) else precision
    grid = np.linspace(0, 1, 101)
    index = np.searchsorted(recall, grid, side='left')
    return float(np.mean([precision[i] if i < len(precision) else 0.0 for i in index]))


def summarise(results: list[tuple[np.ndarray, np.ndarray]], classes: list[str], threshold: float) -> dict[str, dict[str, float]]:
    """results: per picture (predictions [n, 6]: xyxy, score, class; truth [m, 5]: class, xyxy)."""
    out: dict[str, dict[str, float]] = {}
    for c, name in enumerate(classes):
        scores, hits, positives = [], [], 0
        for predicted, truth in results:
            p = predicted[predicted[:, 5] == c]
            p = p[p[:, 4].argsort()[::-1]]
            t = truth[truth[:, 0] == c][:, 1:]
            positives += len(t)
            scores.append(p[:, 4])
            hits.append(match(p[:, :4], t, 0.5))
        s, h = np.concatenate(scores), np.concatenate(hits)
        sure = s >= threshold
        tp = int(h[sure].sum())
        out[name] = {'ap50': average_precision(s, h, positives), 'precision': tp / max(1, int(sure.sum())), 'recall': tp / max(1, positives), 'boxes': positives}
    return out
