"""
Splits the pictures into folds so that look-alikes (the same container, a turned or equalised copy) stay on one side: keypoints of each picture
are looked up among those of all others, pairs that a similarity transform explains are joined, and whole groups are dealt out.
`python folds.py --data ../shared/data --labels FOLDER --out folds.json [--folds 4]`
"""
from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from pictures import Shot, read_shots

KEYPOINTS = 220
SIDE = 400
CANDIDATES = 12
INLIERS = 14


def describe(shots: list[Shot]) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    orb = cv2.ORB_create(KEYPOINTS, fastThreshold=10)
    even = cv2.createCLAHE(2.0, (4, 4))
    points, descriptors, thumbs = [], [], []
    for shot in shots:
        grey = cv2.imread(str(shot.path), cv2.IMREAD_GRAYSCALE)
        grey = even.apply(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
        found, described = orb.detectAndCompute(grey, None)
        points.append(np.array([k.pt for k in found], np.float32).reshape(-1, 2))
        descriptors.append(described if described is not None else np.zeros((0, 32), np.uint8))
        thumb = cv2.resize(grey, (20, 20), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
        thumbs.append((thumb - thumb.mean()) / (thumb.std() * 20 + 1e-6))
    return points, descriptors, np.stack(thumbs)


def join(shots: list[Shot]) -> list[int]:
    """A group number for each picture."""
    points, descriptors, thumbs = describe(shots)
    parent = list(range(len(shots)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    same = thumbs @ thumbs.T
    for i, j in zip(*np.where(np.triu(same, 1) > 0.93)):
        parent[root(int(i))] = root(int(j))
    owner = np.repeat(np.arange(len(shots)), [len(d) for d in descriptors])
    index = cv2.FlannBasedMatcher({'algorithm': 6, 'table_number': 8, 'key_size': 18, 'multi_probe_level': 0}, {'checks': 32})
    index.add([np.concatenate(descriptors)])
    index.train()
    brute = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
    for i, described in enumerate(descriptors):
        if len(described) == 0:
            continue
        votes: Counter[int] = Counter()
        for matches in index.knnMatch(described, k=4):
            votes.update({int(owner[m.trainIdx]) for m in matches if m.distance < 48 and owner[m.trainIdx] != i})
        for j, count in votes.most_common(CANDIDATES):
            if count < 4 or root(i) == root(j):
                continue
            pairs = [m for m in brute.match(described, descriptors[j]) if m.distance < 60]
            if len(pairs) < INLIERS:
                continue
            _, inside = cv2.estimateAffinePartial2D(points[i][[m.queryIdx for m in pairs]], points[j][[m.trainIdx for m in pairs]], ransacReprojThreshold=5)
            if inside is not None and int(inside.sum()) >= INLIERS:
                parent[root(i)] = root(j)
    return [root(i) for i in range(len(shots))]


def deal(shots: list[Shot], groups: list[int], folds: int, seed: int = 7) -> dict[str, int]:
    """Largest groups first, each to the fold that has fewest of what the group holds."""
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    order = list(members.values())
    np.random.default_rng(seed).shuffle(order)  # type: ignore[arg-type]
    counts = np.zeros((folds, 3))
    answer: dict[str, int] = {}
    for group in sorted(order, key=len, reverse=True):
        held = np.zeros(3)
        for i in group:
            held[shots[i].state if shots[i].home else 2] += 1
        fold = int(np.argmin(counts @ held))
        counts[fold] += held
        answer.update({shots[i].name: fold for i in group})
    return answer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--labels', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--folds', type=int, default=4)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.setRNGSeed(1)
    shots = [s for s in read_shots(args.data, args.labels)]
    # boxes grow with time; every picture gets its fold, whether it has boxes yet or not
    named = {s.name for s in shots}
    for path in sorted((args.data / 'bags-unlabelled').glob('*.jpg')):
        if f'bags/{path.name}' not in named:
            shots.append(Shot(f'bags/{path.name}', path, 1, False))
    groups = join(shots)
    sizes = Counter(groups)
    folds = deal(shots, groups, args.folds)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(folds, indent=0, sort_keys=True) + '\n')
    held = Counter((folds[s.name], s.name.rsplit('/', 1)[0]) for s in shots)
    print(json.dumps({'pictures': len(shots), 'groups': len(sizes), 'largest': sorted(sizes.values(), reverse=True)[:8], 'folds': {f'{f} {n}': c for (f, n), c in sorted(held.items())}}))


if __name__ == '__main__':
    main()
