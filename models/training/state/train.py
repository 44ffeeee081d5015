"""
Trains one fold, or all pictures, of the state classifier. Seeded; goes on where it was stopped.
`python train.py --data ../shared/data --labels FOLDER --folds folds.json --fold 0 --run RUN [--steps 3000]`; fold -1 trains on everything.
RUN/log.jsonl has a line for each look at the fold that was left out, RUN/out.json the logits on it, RUN/final.pt the averaged weights.
"""
from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from augment import Maker, plain
from measure import auroc, balanced, best_threshold, sigmoid
from network import MEAN, STD, StateNet
from pictures import Shot, load, read_folds, read_shots

SHARES = {'clean': 0.48, 'dirty': 0.36, 'bags': 0.10, 'piles': 0.06}


def kind(shot: Shot) -> str:
    return shot.name.split('/')[1] if shot.home else shot.name.split('/')[0]


class Draw:
    """Endless random shots, each kind by its share, each shot of a kind once before any comes twice."""

    def __init__(self, shots: list[Shot], rng: np.random.Generator) -> None:
        self.rng = rng
        self.kinds = {k: [s for s in shots if kind(s) == k] for k in SHARES}
        self.kinds = {k: v for k, v in self.kinds.items() if v}
        total = sum(SHARES[k] for k in self.kinds)
        self.names = list(self.kinds)
        self.chance = [SHARES[k] / total for k in self.names]
        self.waiting: dict[str, list[Shot]] = {k: [] for k in self.names}

    def next(self) -> Shot:
        name = self.names[int(self.rng.choice(len(self.names), p=self.chance))]
        if not self.waiting[name]:
            self.waiting[name] = [self.kinds[name][int(i)] for i in self.rng.permutation(len(self.kinds[name]))]
        return self.waiting[name].pop()


def tensor(images: list[np.ndarray]) -> torch.Tensor:
    x = torch.from_numpy(np.stack(images)).float().div_(255).sub_(torch.tensor(MEAN)).div_(torch.tensor(STD))
    return x.permute(0, 3, 1, 2)


@torch.no_grad()
def logits(net: nn.Module, shots: list[Shot]) -> np.ndarray:
    net.eval()
    answers = [net(tensor([plain(s.image) for s in shots[i:i + 64]]))[0].numpy() for i in range(0, len(shots), 64)]
    return np.concatenate(answers)


@torch.no_grad()
def blend(average: nn.Module, net: nn.Module, share: float) -> None:
    """Moves the average towards the network, statistics included."""
    old, new = average.state_dict(), net.state_dict()
    names = [n for n, v in old.items() if v.dtype.is_floating_point]
    torch._foreach_lerp_([old[n] for n in names], [new[n] for n in names], share)


def figures(logit: np.ndarray, state: np.ndarray) -> dict[str, float]:
    score = sigmoid(logit)
    return {'auroc': round(auroc(logit, state), 4), 'balanced': round(balanced(score, state, 0.5), 4), 'balancedBest': round(balanced(score, state, best_threshold(score, state)), 4)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--labels', type=Path, required=True)
    parser.add_argument('--folds', type=Path, required=True)
    parser.add_argument('--fold', type=int, default=-1)
    parser.add_argument('--run', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=3000)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--rate', type=float, default=2.5e-3)
    parser.add_argument('--decay', type=float, default=0.05)
    parser.add_argument('--map-weight', type=float, default=1.0)
    parser.add_argument('--mixup', type=float, default=0.3)
    parser.add_argument('--pasting', type=float, default=0.3)
    parser.add_argument('--strength', type=float, default=1.0)
    parser.add_argument('--smooth', type=float, default=0.05)
    parser.add_argument('--sizes', default='128,128,160,192', help='sides of the input over equal parts of the training')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--look', type=int, default=500, help='steps between looks at the fold left out')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.run.mkdir(parents=True, exist_ok=True)

    folds = read_folds(args.folds)
    shots = load([s for s in read_shots(args.data, args.labels) if s.name in folds])
    train = [s for s in shots if folds[s.name] != args.fold]
    held = [s for s in shots if folds[s.name] == args.fold and s.home]
    state = np.array([s.state for s in held])
    draw, maker = Draw(train, rng), Maker(train, args.strength, args.pasting)

    net = StateNet().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    groups = [{'params': [p for p in net.parameters() if p.ndim > 1], 'weight_decay': args.decay}, {'params': [p for p in net.parameters() if p.ndim <= 1], 'weight_decay': 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.99), fused=True)
    step = 0
    last = args.run / 'last.pt'
    if last.exists():
        kept = torch.load(last, weights_only=False)
        net.load_state_dict(kept['net'])
        average.load_state_dict(kept['average'])
        optimiser.load_state_dict(kept['optimiser'])
        rng.bit_generator.state = kept['rng']
        step = kept['step']
    sizes = [int(v) for v in args.sizes.split(',')]
    warm = max(1, args.steps // 20)
    sums = np.zeros(3)
    started, began = time.process_time(), step
    while step < args.steps:
        rate = args.rate * min((step + 1) / warm, 0.5 + 0.5 * math.cos(math.pi * step / args.steps))
        for group in optimiser.param_groups:
            group['lr'] = rate
        maker.size = sizes[len(sizes) * step // args.steps]
        samples = [maker.sample(draw.next(), rng) for _ in range(args.batch)]
        x = tensor([s.image for s in samples]).contiguous(memory_format=torch.channels_last)
        y = torch.tensor([s.state for s in samples])
        w = torch.tensor([s.weight for s in samples])
        cells = torch.from_numpy(np.stack([s.cells for s in samples]))
        known = torch.tensor([s.known for s in samples]).float()[..., None, None].expand_as(cells)
        if args.mixup > 0 and rng.random() < 0.5:
            share = float(rng.beta(args.mixup, args.mixup))
            share = max(share, 1 - share)
            x = share * x + (1 - share) * x.flip(0)
            y, w = share * y + (1 - share) * y.flip(0), torch.minimum(w, w.flip(0))
            cells, known = share * cells + (1 - share) * cells.flip(0), torch.minimum(known, known.flip(0))
        net.train()
        with torch.autocast('cpu', torch.bfloat16):
            logit, maps = net(x)
        logit, maps = logit.float(), maps.float()
        target = y * (1 - args.smooth) + args.smooth / 2
        main_loss = (functional.binary_cross_entropy_with_logits(logit, target, reduction='none') * w).sum() / w.sum().clamp(min=1)
        pixel = functional.binary_cross_entropy_with_logits(maps, cells, reduction='none') * (1 + 2 * cells) * known
        map_loss = pixel.sum() / known.sum().clamp(min=1)
        loss = main_loss + args.map_weight * map_loss
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        keep = min(0.998, (1 + step) / (20 + step))
        blend(average, net, 1 - keep)
        sums += [main_loss.item(), map_loss.item(), 1]
        if step % args.look == 0 or step == args.steps:
            line: dict[str, object] = {'step': step, 'loss': round(sums[0] / sums[2], 4), 'map': round(sums[1] / sums[2], 4), 'cpu': round((time.process_time() - started) / (step - began), 3)}
            if held:
                line |= figures(logits(average, held), state)
            sums[:] = 0
            with (args.run / 'log.jsonl').open('a') as file:
                file.write(json.dumps(line) + '\n')
            print(json.dumps(line), flush=True)
            torch.save({'net': net.state_dict(), 'average': average.state_dict(), 'optimiser': optimiser.state_dict(), 'rng': rng.bit_generator.state, 'step': step}, last)
    torch.save({'net': average.state_dict(), 'arguments': {k: str(v) for k, v in vars(args).items()}, 'pictures': len(train)}, args.run / 'final.pt')
    if held:
        (args.run / 'out.json').write_text(json.dumps({s.name: float(v) for s, v in zip(held, logits(average, held))}, indent=0) + '\n')


if __name__ == '__main__':
    main()
