"""
Writes the trained state classifier as ONNX with its manifest and compares both runtimes.
`python export.py --run RUN/final.pt --calibration calibration.json --out models/bin-state`
"""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from pictures import LABELS
from state_net import SIZE, Exported, StateNet


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', type=Path, required=True)
    parser.add_argument('--calibration', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True, help='path without suffix')
    args = parser.parse_args()
    calibration = json.loads(args.calibration.read_text())
    net = StateNet()
    net.load_state_dict(torch.load(args.run, weights_only=False)['average'])
    net.eval()
    exported = Exported(net, calibration['temperature'], calibration['bias']).eval()
    path = args.out.with_suffix('.onnx')
    sample = torch.rand(1, 3, SIZE, SIZE)
    torch.onnx.export(exported, (sample,), str(path), input_names=['image'], output_names=['state'], opset_version=17, dynamo=False)
    onnx.checker.check_model(onnx.load(str(path)))
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    with torch.no_grad():
        expected = exported(sample).numpy()
    difference = float(np.abs(session.run(None, {'image': sample.numpy()})[0] - expected).max())
    if difference > 1e-4:
        raise SystemExit(f'the exported model differs by {difference}')
    threshold = calibration['threshold']
    manifest = {
        'id': args.out.name,
        'kind': 'state',
        'file': path.name,
        'sha256': hashlib.sha256(path.read_bytes()).hexdigest(),
        'layout': 'classifier',
        'input': {'width': SIZE, 'height': SIZE, 'colour': 'rgb', 'divisor': 255, 'fit': 'stretch'},
        'labels': list(LABELS),
        'thresholds': {'clean': round(1 - threshold, 3), 'dirty': round(threshold, 3)},
        'licence': 'Apache-2.0',
    }
    args.out.with_suffix('.json').write_text(json.dumps(manifest, indent=2) + '\n')
    print(json.dumps({'bytes': path.stat().st_size, 'difference': difference}))


if __name__ == '__main__':
    main()
