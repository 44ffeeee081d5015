/** How a model's tensors are to be read. */
export const modelLayouts = ['yolov5', 'yolov8', 'end2end', 'yolox', 'detr'] as const;
export type ModelLayout = (typeof modelLayouts)[number];

/** Describes an ONNX file; lies beside it as NAME.json. */
export interface ModelManifest {
  readonly id: string;
  readonly kind: 'detector' | 'state';
  /** File name, relative to the manifest. */
  readonly file: string;
  readonly sha256: string;
  readonly layout: ModelLayout | 'classifier';
  readonly input: {
    readonly width: number;
    readonly height: number;
    readonly colour: 'rgb' | 'bgr';
    /** 255 = values 0..1, 1 = values 0..255. */
    readonly divisor: number;
    readonly mean?: readonly number[] | undefined;
    readonly std?: readonly number[] | undefined;
  };
  readonly labels: readonly string[];
  /** Other names of labels, e.g. garbage → [debris]. */
  readonly aliases?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
  readonly licence?: string | undefined;
}
