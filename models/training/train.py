"""
Trains the detector: python train.py --data FOLDER[:WEIGHT] [--data …] --val FOLDER [--val …] --out RUN [--epochs N] [--steps N an epoch]
WEIGHT: how often a picture of that folder is drawn, against the others (1).
Resumable (RUN/last.pt), seeded, one line of JSON an epoch in RUN/log.jsonl. Uses an accelerator where there is one.
"""
from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, WeightedRandomSampler

from data import Pictures, collate
from loss import detection_loss
from measure import nms, summarise
from network import StreetNet


CLASSES = ['stall', 'parasol', 'cart', 'table', 'debris', 'rubbish', 'bin', 'bin_overflow', 'person', 'two_wheeler', 'vehicle']


@torch.no_grad()
def evaluate(net: StreetNet, loader: DataLoader, classes: list[str], device: torch.device) -> dict[str, dict[str, float]]:
    net.eval()
    results = []
    for pictures, truth, valid, _ in loader:
        logits, boxes, _ = net(pictures.to(device, torch.float32) / 255)
        scores = logits.sigmoid().cpu().numpy()
        xyxy = boxes.cpu().numpy()
        for i in range(len(pictures)):
            rows = []
            for c in range(len(classes)):
                s = scores[i, :, c]
                sure = np.flatnonzero(s > 0.05)
                sure = sure[s[sure].argsort()[::-1][:100]]
                keep = sure[nms(xyxy[i, sure], s[sure])] if len(sure) else sure
                rows.append(np.concatenate([xyxy[i, keep], s[keep, None], np.full((len(keep), 1), c)], 1))
            results.append((np.concatenate(rows), truth[i][valid[i]].numpy()))
    return summarise(results, classes, 0.4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', action='append', required=True)
    parser.add_argument('--val', type=Path, action='append', required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--size', default='512x288')
    parser.add_argument('--epochs', type=int, default=60)
    parser.add_argument('--steps', type=int, default=150, help='steps an epoch')
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--start', type=Path, help='weights to begin from (a last.pt or best.pt); absent = from nothing')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    width, height = (int(v) for v in args.size.split('x'))
    folders = [Path(text.split(':')[0]) for text in args.data]
    weights = [float((text.split(':') + ['1'])[1]) for text in args.data]
    train = Pictures(folders, CLASSES, (width, height), True, args.seed)
    drawn = torch.tensor([weights[g - 1] for g in train.group], dtype=torch.float64)
    loader = DataLoader(train, args.batch, sampler=WeightedRandomSampler(drawn, args.steps * args.batch), collate_fn=collate, drop_last=True)
    # each folder by itself: what holds on drawn streets tells little about real ones
    vals = {folder.name: DataLoader(Pictures([folder], CLASSES, (width, height), False, args.seed), args.batch, collate_fn=collate) for folder in args.val}
    taught = train.taught.to(device)
    net = StreetNet(len(CLASSES)).to(device, memory_format=torch.channels_last)
    decay = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{'params': decay, 'weight_decay': 0.02}, {'params': plain, 'weight_decay': 0.0}], lr=args.rate)
    average = copy.deepcopy(net).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    last, step, first, best = args.out / 'last.pt', 0, 0, -1.0
    if last.exists():
        state = torch.load(last, map_location=device, weights_only=True)
        net.load_state_dict(state['net'])
        average.load_state_dict(state['average'])
        optimiser.load_state_dict(state['optimiser'])
        step, first, best = state['step'], state['epoch'] + 1, state['best']
    elif args.start is not None:
        state = torch.load(args.start, map_location=device, weights_only=True)
        net.load_state_dict(state['average'])
        average.load_state_dict(state['average'])
    total = args.epochs * len(loader)
    for epoch in range(first, args.epochs):
        began = time.monotonic()
        train.epoch = epoch
        train.mosaic_share = 0.4 if epoch < args.epochs * 0.85 else 0.0  # the last epochs see whole pictures, as the camera does
        net.train()
        sums: dict[str, float] = {}
        for pictures, truth, valid, groups in loader:
            warm = min(1.0, (step + 1) / 100)
            rate = args.rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, step / total))) / 2)
            for group in optimiser.param_groups:
                group['lr'] = rate
            x = (pictures.to(device, torch.float32) / 255).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16):
                logits, boxes, anchors = net(x)
            # the rows of `taught` at each anchor: the groups lie 8 pixels apart
            at = (anchors[:, :2] / 8).long()
            known = taught[groups.to(device).long()[:, at[:, 1], at[:, 0]]]
            loss, parts = detection_loss(logits.float(), boxes.float(), anchors.float(), truth.to(device), valid.to(device), known)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
            optimiser.step()
            step += 1
            keep = min(0.998, (1 + step) / (20 + step))
            with torch.no_grad():
                for a, p in zip(average.state_dict().values(), net.state_dict().values()):
                    a.lerp_(p, 1 - keep) if a.is_floating_point() else a.copy_(p)
            for key, value in parts.items():
                sums[key] = sums.get(key, 0.0) + value / len(loader)
        line: dict[str, object] = {'epoch': epoch, 'step': step, 'seconds': round(time.monotonic() - began, 1), **{k: round(v, 4) for k, v in sums.items()}}
        if epoch % 4 == 3 or epoch == args.epochs - 1:
            results = {name: evaluate(average, loader_, CLASSES, device) for name, loader_ in vals.items()}
            ap = float(np.nanmean([v['ap50'] for per_class in results.values() for v in per_class.values()]))
            line |= {'ap50': round(ap, 4), 'val': {name: {k: {m: round(x, 3) for m, x in v.items()} for k, v in per_class.items() if v['boxes'] > 0} for name, per_class in results.items()}}
            if ap > best:
                best = ap
                torch.save({'average': average.state_dict(), 'classes': CLASSES, 'size': [width, height]}, args.out / 'best.pt')
        torch.save({'net': net.state_dict(), 'average': average.state_dict(), 'optimiser': optimiser.state_dict(), 'step': step, 'epoch': epoch, 'best': best,
                    'classes': CLASSES, 'size': [width, height]}, last)
        with (args.out / 'log.jsonl').open('a') as log:
            log.write(json.dumps(line) + '\n')
        print(json.dumps(line), flush=True)


if __name__ == '__main__':
    main()
