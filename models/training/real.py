"""
Makes training folders of the real pictures: python real.py --from DATA --labels LABELS --out WORK
DATA holds piles/, bins/ and bags-unlabelled/ (models/training/README.md says what they are), LABELS our own boxes for the last two (CSV).
Writes WORK/real-NAME and WORK/real-NAME-val, the latter one picture in seven. Pictures that look alike, of whatever set, stay on one side.
"""
from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

# what is surely labelled, or surely absent, in each set; the rest may be there without a label
LABELLED = {
    'piles': ['rubbish', 'stall'],
    'bags': ['rubbish', 'bin', 'stall'],
    'dirty': ['rubbish', 'bin', 'stall'],
    'clean': ['rubbish', 'debris', 'bin_overflow', 'stall', 'parasol', 'cart', 'table'],
}


def signature(path: Path) -> np.ndarray:
    """What a picture looks like whatever its contrast: 24x24, equalised, of mean 0 and length 1."""
    grey = cv2.equalizeHist(cv2.resize(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), (96, 96), interpolation=cv2.INTER_AREA))
    small = cv2.resize(grey, (24, 24), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return small / (np.linalg.norm(small) + 1e-6)


def clusters(paths: list[Path], alike: float = 0.8) -> list[int]:
    """A number for each picture; those that look alike, directly or by way of others, have the same."""
    signs = np.stack([signature(p) for p in paths])
    # the same picture may be mirrored in another set
    mirrored = signs.reshape(-1, 24, 24)[:, :, ::-1].reshape(len(paths), -1)
    parent = list(range(len(paths)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    near = np.maximum(signs @ signs.T, signs @ mirrored.T) > alike
    for i, j in zip(*np.nonzero(np.triu(near, 1))):
        parent[root(int(i))] = root(int(j))
    return [root(i) for i in range(len(paths))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--from', dest='source', type=Path, required=True)
    parser.add_argument('--labels', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    folders = {'piles': 'piles/images', 'bags': 'bags-unlabelled', 'dirty': 'bins/dirty', 'clean': 'bins/clean'}
    pictures = {name: sorted((args.source / folder).glob('*.jpg')) for name, folder in folders.items()}
    boxes: dict[str, dict[str, list[tuple[str, float, float, float, float]]]] = {name: defaultdict(list) for name in folders}
    judged: dict[str, set[str]] = {'bags': set(), 'dirty': set()}
    for name in judged:
        with (args.labels / f'{name}.csv').open() as file:
            for row in csv.DictReader(file):
                if row['class'] == 'skip':
                    continue
                judged[name].add(row['file'])
                if row['class'] != 'none':
                    boxes[name][row['file']].append((row['class'], *(float(row[k]) for k in ('x1', 'y1', 'x2', 'y2'))))
    for path in pictures['piles']:
        for line in (args.source / 'piles/labels' / f'{path.stem}.txt').read_text().splitlines():
            _, cx, cy, w, h = (float(v) for v in line.split())
            boxes['piles'][path.name].append(('rubbish', cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2))
    everything = [(name, path) for name, paths in pictures.items() for path in paths if name not in judged or path.name in judged[name]]
    number = clusters([path for _, path in everything])
    members = defaultdict(list)
    for i, n in enumerate(number):
        members[n].append(i)
    # by their first picture's place in the list, so that the split stays when pictures are added at the end
    held = {i for n in members for i in members[n] if min(members[n]) % 7 == 3}
    counts: dict[str, int] = defaultdict(int)
    for folder in {f'real-{name}{side}' for name in folders for side in ('', '-val')}:
        shutil.rmtree(args.out / folder, ignore_errors=True)
    for i, (name, path) in enumerate(everything):
        folder = args.out / f'real-{name}{"-val" if i in held else ""}'
        (folder / 'images').mkdir(parents=True, exist_ok=True)
        (folder / 'labels').mkdir(exist_ok=True)
        classes = ['rubbish', 'bin']
        (folder / 'classes.txt').write_text('\n'.join(classes) + '\n')
        (folder / 'partial.json').write_text(json.dumps({'labelled': LABELLED[name]}) + '\n')
        (folder / 'images' / path.name).symlink_to(path.resolve())
        lines = [f'{classes.index(c)} {(x1 + x2) / 2:.4f} {(y1 + y2) / 2:.4f} {x2 - x1:.4f} {y2 - y1:.4f}' for c, x1, y1, x2, y2 in boxes[name][path.name]]
        (folder / 'labels' / f'{path.stem}.txt').write_text('\n'.join(lines))
        counts[folder.name] += 1
    print(json.dumps({'pictures': dict(sorted(counts.items())), 'clusters': len(members), 'largest': max(len(m) for m in members.values())}))


if __name__ == '__main__':
    main()
