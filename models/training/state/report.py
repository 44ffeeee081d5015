"""
Figures on the pictures that were left out, and the calibration that export.py writes into the model.
`python report.py --run RUN --out calibration.json`. Calibration and threshold are themselves judged on pictures they were not fitted to: each
fifth of the pictures is answered with what the other four fifths say.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from measure import auroc, balanced, best_threshold, calibrate, ece, sigmoid

PARTS = 5


def spread(logit: np.ndarray, state: np.ndarray, rounds: int = 1000) -> list[float]:
    """The middle 95 % of the area under the curve when pictures are drawn anew: what so few pictures can say."""
    rng = np.random.default_rng(1)
    values = []
    for _ in range(rounds):
        pick = rng.integers(0, len(state), len(state))
        if 0 < state[pick].sum() < len(state):
            values.append(auroc(logit[pick], state[pick]))
    return [round(float(v), 3) for v in np.quantile(values, [0.025, 0.975])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    rows = sorted(json.loads((args.run / 'out.json').read_text()).items())
    logit = np.array([value for _, value in rows])
    state = np.array([int(name.startswith('dirty/')) for name, _ in rows])
    part = np.random.default_rng(1).permutation(len(rows)) % PARTS
    probability = np.empty(len(rows))
    found = np.empty(len(rows), bool)
    for p in range(PARTS):
        others, here = part != p, part == p
        temperature, bias = calibrate(logit[others], state[others])
        threshold = best_threshold(sigmoid(logit[others] / temperature + bias), state[others])
        probability[here] = sigmoid(logit[here] / temperature + bias)
        found[here] = probability[here] >= threshold
    temperature, bias = calibrate(logit, state)
    threshold = best_threshold(sigmoid(logit / temperature + bias), state)
    recall, calm = float(found[state == 1].mean()), float((~found[state == 0]).mean())
    answer = {
        'n': len(rows), 'dirty': int(state.sum()),
        'auroc': round(auroc(logit, state), 4), 'aurocSpread': spread(logit, state),
        'balancedAccuracy': round((recall + calm) / 2, 4), 'recallDirty': round(recall, 4), 'recallClean': round(calm, 4),
        'balancedAtHalf': round(balanced(probability, state, 0.5), 4), 'ece': round(ece(probability, state), 4),
        'temperature': round(temperature, 4), 'bias': round(bias, 4), 'threshold': round(threshold, 3),
    }
    args.out.write_text(json.dumps(answer, indent=2) + '\n')
    print(json.dumps(answer))
    wrong = sorted(zip(np.where(state == 1, probability, 1 - probability), (name for name, _ in rows)))[:20]
    print('surest mistakes:', ' '.join(f'{name} ({p:.2f})' for p, name in wrong))


if __name__ == '__main__':
    main()
