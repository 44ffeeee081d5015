"""
Figures of a cross-validation, from the logits each fold gave on the pictures it had not seen, and the calibration that export.py writes into the
model. `python report.py --runs RUN0 RUN1 … --out calibration.json`. The figures of the calibrated probabilities are themselves held out:
each fold is calibrated, and its threshold chosen, by the others.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from measure import auroc, balanced, best_threshold, calibrate, ece, sigmoid


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--runs', type=Path, nargs='+', required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    rows = [(name, fold, value) for fold, run in enumerate(args.runs) for name, value in json.loads((run / 'out.json').read_text()).items()]
    names = [r[0] for r in rows]
    fold = np.array([r[1] for r in rows])
    logit = np.array([r[2] for r in rows])
    state = np.array([int('/dirty/' in n) for n in names])
    probability = np.empty(len(rows))
    right = np.empty(len(rows), bool)
    for f in np.unique(fold):
        others, here = fold != f, fold == f
        if not others.any():
            others = here
        temperature, bias = calibrate(logit[others], state[others])
        threshold = best_threshold(sigmoid(logit[others] / temperature + bias), state[others])
        probability[here] = sigmoid(logit[here] / temperature + bias)
        right[here] = (probability[here] >= threshold) == (state[here] == 1)
    temperature, bias = calibrate(logit, state)
    threshold = best_threshold(sigmoid(logit / temperature + bias), state)
    answer = {
        'n': len(rows),
        'auroc': round(auroc(logit, state), 4),
        'aurocPerFold': [round(auroc(logit[fold == f], state[fold == f]), 4) for f in np.unique(fold)],
        'balancedAccuracy': round(float((right[state == 1].mean() + right[state == 0].mean()) / 2), 4),
        'recallDirty': round(float(right[state == 1].mean()), 4),
        'recallClean': round(float(right[state == 0].mean()), 4),
        'accuracy': round(float(right.mean()), 4),
        'balancedAtHalf': round(balanced(probability, state, 0.5), 4),
        'ece': round(ece(probability, state), 4),
        'temperature': round(temperature, 4),
        'bias': round(bias, 4),
        'threshold': round(threshold, 3),
    }
    args.out.write_text(json.dumps(answer, indent=2) + '\n')
    print(json.dumps(answer))
    worst = sorted(zip(np.where(state == 1, probability, 1 - probability), names))[:24]
    print('surest mistakes:', ' '.join(f'{n.split("bins/")[1]}({p:.2f})' for p, n in worst))


if __name__ == '__main__':
    main()
