import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The 80 classes of COCO, in the order in which detectors answer them. */
export const cocoLabels: readonly string[] = [
  'person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat', 'traffic light', 'fire hydrant', 'stop sign',
  'parking meter', 'bench', 'bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe', 'backpack', 'umbrella',
  'handbag', 'tie', 'suitcase', 'frisbee', 'skis', 'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove', 'skateboard',
  'surfboard', 'tennis racket', 'bottle', 'wine glass', 'cup', 'fork', 'knife', 'spoon', 'bowl', 'banana', 'apple', 'sandwich', 'orange',
  'broccoli', 'carrot', 'hot dog', 'pizza', 'donut', 'cake', 'chair', 'couch', 'potted plant', 'bed', 'dining table', 'toilet', 'tv', 'laptop',
  'mouse', 'remote', 'keyboard', 'cell phone', 'microwave', 'oven', 'toaster', 'sink', 'refrigerator', 'book', 'clock', 'vase', 'scissors',
  'teddy bear', 'hair drier', 'toothbrush',
];

/** Labels as a command names them: `coco`, a file with one a line, or a list with commas. @throws Error when there is none */
export async function readLabels(text: string): Promise<readonly string[]> {
  if (text === 'coco') return cocoLabels;
  const list = existsSync(text) ? (await readFile(text, 'utf8')).split('\n') : text.split(',');
  const labels = list.map((label) => label.trim()).filter((label) => label !== '');
  if (labels.length === 0) throw new Error(`${text} names no label`);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new Error(`label ${twice} is named twice`);
  return labels;
}
