"""Task-aligned assignment of cells to boxes, and the loss over it (TOOD, Feng et al. 2021; CIoU, Zheng et al. 2020)."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def iou_xyxy(a: Tensor, b: Tensor, complete: bool = False) -> Tensor:
    """IoU (or CIoU) of boxes that broadcast against each other, [..., 4] → [...]."""
    eps = 1e-7
    w = (torch.minimum(a[..., 2], b[..., 2]) - torch.maximum(a[..., 0], b[..., 0])).clamp(min=0)
    h = (torch.minimum(a[..., 3], b[..., 3]) - torch.maximum(a[..., 1], b[..., 1])).clamp(min=0)
    aw, ah = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1]
    bw, bh = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1]
    inter = w * h
    iou = inter / (aw * ah + bw * bh - inter + eps)
    if not complete:
        return iou
    cw = torch.maximum(a[..., 2], b[..., 2]) - torch.minimum(a[..., 0], b[..., 0])
    ch = torch.maximum(a[..., 3], b[..., 3]) - torch.minimum(a[..., 1], b[..., 1])
    distance = ((a[..., 0] + a[..., 2] - b[..., 0] - b[..., 2]) ** 2 + (a[..., 1] + a[..., 3] - b[..., 1] - b[..., 3]) ** 2) / 4
    v = (4 / math.pi**2) * (torch.atan(bw / (bh + eps)) - torch.atan(aw / (ah + eps))) ** 2
    with torch.no_grad():
        alpha = v / (1 - iou + v + eps)
    return iou - distance / (cw**2 + ch**2 + eps) - alpha * v


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, anchors: Tensor, truth: Tensor, valid: Tensor, top: int = 10) -> tuple[Tensor, Tensor, Tensor]:
    """
    scores [B, N, C] 0..1, boxes [B, N, 4], anchors [N, 3], truth [B, M, 5] (class, xyxy), valid [B, M].
    Answers target scores [B, N, C], target boxes [B, N, 4], positive [B, N].
    """
    b, n, c = scores.shape
    m = truth.shape[1]
    if m == 0:
        return torch.zeros_like(scores), torch.zeros_like(boxes), torch.zeros(b, n, dtype=torch.bool, device=scores.device)
    x, y = anchors[:, 0], anchors[:, 1]
    t = truth[..., 1:]
    # very small boxes hold no cell centre: let them reach at least one stride around their middle
    mid = (t[..., :2] + t[..., 2:]) / 2
    half = torch.maximum((t[..., 2:] - t[..., :2]) / 2, torch.full_like(mid, 6.0))
    inside = (((x - mid[..., :1]).abs() < half[..., :1]) & ((y - mid[..., 1:]).abs() < half[..., 1:])) & valid[..., None]  # B, M, N
    iou = iou_xyxy(t[:, :, None], boxes[:, None]).clamp(min=0) * inside
    labels = truth[..., 0].long().clamp(min=0)
    score = scores.gather(2, labels[:, None].expand(b, n, m)).transpose(1, 2)
    align = score.sqrt() * iou.pow(4) * inside
    best, index = align.topk(min(top, n), dim=2)
    chosen = torch.zeros_like(align, dtype=torch.bool).scatter_(2, index, best > 1e-12)
    crowded = chosen.sum(1) > 1
    strongest = torch.zeros_like(chosen).scatter_(1, iou.argmax(1, keepdim=True), True)
    chosen = torch.where(crowded[:, None], chosen & strongest, chosen)
    positive = chosen.any(1)
    which = chosen.to(torch.uint8).argmax(1)  # B, N
    align = align * chosen
    iou = iou * chosen
    strength = align / (align.amax(2, keepdim=True) + 1e-9) * iou.amax(2, keepdim=True)
    strength = strength.amax(1)
    target_boxes = t.gather(1, which[..., None].expand(b, n, 4))
    target_scores = F.one_hot(labels.gather(1, which), c).to(scores.dtype) * (strength * positive)[..., None]
    return target_scores, target_boxes, positive


def detection_loss(logits: Tensor, boxes: Tensor, anchors: Tensor, truth: Tensor, valid: Tensor, taught: Tensor) -> tuple[Tensor, dict[str, float]]:
    """`taught` [B, N, C]: 0 where a class may be in the picture without a label, so that its absence must not be taught; else 1."""
    target_scores, target_boxes, positive = assign(logits.detach().sigmoid(), boxes.detach(), anchors, truth, valid)
    total = target_scores.sum().clamp(min=1.0)
    weight = torch.where(target_scores > 0, 1.0, taught)
    cls = F.binary_cross_entropy_with_logits(logits, target_scores, weight, reduction='sum') / total
    if positive.any():
        weight = target_scores.sum(-1)[positive]
        box = ((1 - iou_xyxy(boxes[positive], target_boxes[positive], complete=True)) * weight).sum() / total
    else:
        box = boxes.sum() * 0
    return cls + 5.0 * box, {'cls': float(cls.detach()), 'box': float(box.detach()), 'positive': float(positive.sum())}
