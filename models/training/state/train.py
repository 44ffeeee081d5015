"""
Trains the state classifier. Seeded; goes on where it was stopped.
`python train.py --work models/work --run RUN [--start DETECTOR.pt] [--steps 1500]`: --start takes the trunk of a trained detector.
RUN/log.jsonl has a line for each look at the pictures that were left out, RUN/out.json the logits on them, RUN/final.pt the averaged weights.
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
from torch import Tensor, nn
from torch.nn import functional

from augment import Maker, plain
from measure import auroc, balanced, best_threshold, sigmoid
from pictures import Shot, load, read_shots
from state_net import StateNet

SHARES = {'clean': 0.48, 'dirty': 0.36, 'bags': 0.10, 'piles': 0.06}


class Draw:
    """Endless random shots, each kind by its share, each shot of a kind once before any comes twice."""

    def __init__(self, shots: list[Shot], rng: np.random.Generator) -> None:
        self.rng = rng
        self.kinds = {k: [s for s in shots if s.kind == k] for k in SHARES}
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
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float().div_(255)


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


def losses(logit: Tensor, maps: Tensor, state: Tensor, weight: Tensor, cells: Tensor, known: Tensor, smooth: float = 0.05) -> tuple[Tensor, Tensor]:
    """Of the state, each picture by its weight; of the maps, each where it is known."""
    target = state * (1 - smooth) + smooth / 2
    main = (functional.binary_cross_entropy_with_logits(logit, target, reduction='none') * weight).sum() / weight.sum().clamp(min=1)
    taught = known[..., None, None].expand_as(cells)
    pixel = functional.binary_cross_entropy_with_logits(maps, cells, reduction='none') * (1 + 2 * cells) * taught
    return main, pixel.sum() / taught.sum().clamp(min=1)


def figures(logit: np.ndarray, state: np.ndarray) -> dict[str, float]:
    score = sigmoid(logit)
    return {'auroc': round(auroc(logit, state), 4), 'balanced': round(balanced(score, state, 0.5), 4), 'balancedBest': round(balanced(score, state, best_threshold(score, state)), 4)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--work', type=Path, required=True, help='holds real-*, made by real.py')
    parser.add_argument('--start', type=Path, help='trained detector whose trunk is taken, or what head.py made')
    parser.add_argument('--trunk-rate', type=float, default=0.5, help='learning rate of the trunk, as a share, where it was taken')
    parser.add_argument('--run', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=1500)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--decay', type=float, default=0.05)
    parser.add_argument('--map-weight', type=float, default=1.0)
    parser.add_argument('--mixup', type=float, default=0.3)
    parser.add_argument('--pasting', type=float, default=0.3)
    parser.add_argument('--strength', type=float, default=0.8)
    parser.add_argument('--smooth', type=float, default=0.05)
    parser.add_argument('--sizes', default='160,160,160,192', help='sides of the input over equal parts of the training')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--look', type=int, default=100, help='steps between looks at the fold left out')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.run.mkdir(parents=True, exist_ok=True)

    train = load(read_shots(args.work, held=False))
    held = [s for s in load(read_shots(args.work, held=True)) if s.home]
    state = np.array([s.state for s in held])
    draw, maker = Draw(train, rng), Maker(train, args.strength, args.pasting)

    net = StateNet().to(memory_format=torch.channels_last)
    if args.start is not None:
        net.start(torch.load(args.start, weights_only=True)['average'])
        for part in net.stem.parameters():
            part.requires_grad_(False)  # edges are edges; learning them again would take half of the time
    average = copy.deepcopy(net)
    taken = {id(p) for p in net.trunk()} if args.start is not None else set()
    groups = [{'params': [p for p in net.parameters() if p.requires_grad and (p.ndim > 1) is wide and (id(p) in taken) is trunk],
               'weight_decay': args.decay if wide else 0.0, 'share': args.trunk_rate if trunk else 1.0}
              for wide in (True, False) for trunk in (True, False)]
    groups = [g for g in groups if g['params']]
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
            group['lr'] = rate * group['share']
        maker.size = sizes[len(sizes) * step // args.steps]
        samples = [maker.sample(draw.next(), rng) for _ in range(args.batch)]
        x = tensor([s.image for s in samples]).contiguous(memory_format=torch.channels_last)
        y = torch.tensor([s.state for s in samples])
        w = torch.tensor([s.weight for s in samples])
        cells = torch.from_numpy(np.stack([s.cells for s in samples]))
        known = torch.tensor([s.known for s in samples]).float()
        if args.mixup > 0 and rng.random() < 0.5:
            share = float(rng.beta(args.mixup, args.mixup))
            share = max(share, 1 - share)
            x = share * x + (1 - share) * x.flip(0)
            y, w = share * y + (1 - share) * y.flip(0), torch.minimum(w, w.flip(0))
            cells, known = share * cells + (1 - share) * cells.flip(0), torch.minimum(known, known.flip(0))
        net.train()
        if args.start is not None:
            net.stem.eval()
        with torch.autocast('cpu', torch.bfloat16):
            logit, maps = net(x)
        logit, maps = logit.float(), maps.float()
        main_loss, map_loss = losses(logit, maps, y, w, cells, known, args.smooth)
        loss = main_loss + args.map_weight * map_loss
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        keep = min(0.995, (1 + step) / (20 + step))
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
    torch.save({'average': average.state_dict(), 'arguments': {k: str(v) for k, v in vars(args).items()}, 'pictures': len(train)}, args.run / 'final.pt')
    if held:
        (args.run / 'out.json').write_text(json.dumps({f'{s.kind}/{s.path.name}': float(v) for s, v in zip(held, logits(average, held))}, indent=0) + '\n')


if __name__ == '__main__':
    main()
