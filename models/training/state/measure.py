"""Figures of a binary state: area under the curve, balanced accuracy, calibration error, and the calibration itself."""
from __future__ import annotations

import numpy as np


def auroc(score: np.ndarray, state: np.ndarray) -> float:
    """Chance that a dirty picture scores above a clean one; equal scores count half."""
    order = np.unique(score, return_inverse=True)[1]
    counts = np.bincount(order)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[order]
    dirty = int(state.sum())
    clean = len(state) - dirty
    return float((rank[state == 1].sum() - dirty * (dirty + 1) / 2) / (dirty * clean))


def balanced(score: np.ndarray, state: np.ndarray, threshold: float) -> float:
    found = score >= threshold
    return float((found[state == 1].mean() + (~found[state == 0]).mean()) / 2)


def best_threshold(score: np.ndarray, state: np.ndarray, width: float = 0.02) -> float:
    """Threshold in 0..1 with the best balanced accuracy, smoothed over its neighbours so that one picture does not decide."""
    grid = np.arange(0.1, 0.9, 0.005)
    value = np.array([balanced(score, state, t) for t in grid])
    smooth = np.array([value[np.abs(grid - t) <= width + 1e-9].mean() for t in grid])
    return float(grid[int(np.argmax(smooth))])


def ece(probability: np.ndarray, state: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error of the answer given: |confidence - accuracy| over equal bins of confidence."""
    confidence = np.maximum(probability, 1 - probability)
    right = (probability >= 0.5) == (state == 1)
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs(confidence[which == b].sum() - right[which == b].sum()) for b in range(bins)) / len(state))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


def calibrate(logit: np.ndarray, state: np.ndarray) -> tuple[float, float]:
    """Temperature and bias that make sigmoid(logit / temperature + bias) most likely (Newton's method on two numbers)."""
    slope, bias = 1.0, 0.0
    for _ in range(100):
        p = sigmoid(slope * logit + bias)
        weight = p * (1 - p) + 1e-9
        gradient = np.array([((p - state) * logit).sum(), (p - state).sum()])
        hessian = np.array([[(weight * logit * logit).sum(), (weight * logit).sum()], [(weight * logit).sum(), weight.sum()]]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        slope, bias = slope - step[0], bias - step[1]
        if np.abs(step).max() < 1e-9:
            break
    return 1 / slope, float(bias)
