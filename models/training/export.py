"""Writes a trained network as ONNX with its manifest: python export.py --run RUN/best.pt --out models/street [--threshold CLASS=SCORE …] (→ .onnx, .json)"""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from network import Exported, StreetNet

# other data sets' names for what our labels mean
ALIASES = {'garbage': ['debris', 'rubbish', 'bin_overflow'], 'bins': ['bin', 'bin_overflow']}


def fuse(net: StreetNet) -> None:
    """Folds batch normalisation into the convolutions: the same answer, fewer operations."""
    for module in net.modules():
        if isinstance(module, torch.nn.Sequential) and len(module) == 3 and isinstance(module[1], torch.nn.BatchNorm2d):
            module[0] = torch.nn.utils.fuse_conv_bn_eval(module[0], module[1])
            module[1] = torch.nn.Identity()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--run', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--threshold', action='append', default=[], metavar='CLASS=SCORE')
    args = parser.parse_args()
    state = torch.load(args.run, map_location='cpu', weights_only=True)
    classes, (width, height) = state['classes'], state['size']
    thresholds = dict.fromkeys(classes, 0.4) | {text.split('=')[0]: float(text.split('=')[1]) for text in args.threshold}
    if unknown := set(thresholds) - set(classes):
        raise SystemExit(f'no such class: {", ".join(sorted(unknown))}; known: {", ".join(classes)}')
    net = StreetNet(len(classes)).eval()
    net.load_state_dict(state['average'])
    example = torch.rand(1, 3, height, width)
    model = Exported(net).eval()
    with torch.no_grad():
        before = model(example)
        fuse(net)
        after = model(example)
    path = args.out.with_suffix('.onnx')
    torch.onnx.export(model, (example,), str(path), input_names=['images'], output_names=['output0'], opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))
    ran = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider']).run(None, {'images': example.numpy()})[0]
    if ran.dtype != np.float32:
        raise SystemExit(f'the exported network answers {ran.dtype}, not float32')
    for name, other in (('fused', after.numpy()), ('exported', ran)):
        off = float(np.abs(before.numpy() - other).max())
        if off > 0.05:
            raise SystemExit(f'the {name} network answers differently: off by {off}')
    manifest = {
        'id': args.out.name, 'kind': 'detector', 'file': path.name, 'sha256': hashlib.sha256(path.read_bytes()).hexdigest(), 'layout': 'yolov8',
        'input': {'width': width, 'height': height, 'colour': 'rgb', 'divisor': 255}, 'labels': classes, 'aliases': ALIASES,
        'thresholds': thresholds, 'licence': 'Apache-2.0',
    }
    args.out.with_suffix('.json').write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(json.dumps({'file': str(path), 'bytes': path.stat().st_size, 'shape': list(ran.shape)}))


if __name__ == '__main__':
    main()
