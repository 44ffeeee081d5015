import { z } from 'zod';

/** How a model's tensors are to be read. */
export const modelLayouts = ['yolov5', 'yolov8', 'end2end', 'yolox', 'detr'] as const;
export type ModelLayout = (typeof modelLayouts)[number];

/**
 * How a picture is brought to the input's size: scaled whole and padded evenly (`centre`) or at right and bottom (`corner`), or
 * stretched. Where absent, the layout's own custom holds.
 */
export const modelFits = ['centre', 'corner', 'stretch'] as const;
export type ModelFit = (typeof modelFits)[number];

/** How the common layouts are fed where nobody says otherwise: what their usual exporters do. */
export const usualInput: Readonly<Record<ModelLayout | 'classifier', { readonly width: number; readonly height: number; readonly colour: 'rgb' | 'bgr'; readonly divisor: number }>> = {
  yolov5: { width: 640, height: 640, colour: 'rgb', divisor: 255 },
  yolov8: { width: 640, height: 640, colour: 'rgb', divisor: 255 },
  end2end: { width: 640, height: 640, colour: 'rgb', divisor: 255 },
  yolox: { width: 416, height: 416, colour: 'bgr', divisor: 1 },
  detr: { width: 640, height: 640, colour: 'rgb', divisor: 255 },
  classifier: { width: 224, height: 224, colour: 'rgb', divisor: 255 },
};

/** Threshold of a label for which a manifest names none. */
export const usualThreshold = 0.4;

/** Score from which a label counts where nobody says otherwise. */
export function thresholdOf(manifest: Pick<ModelManifest, 'thresholds'>, label: string): number {
  return manifest.thresholds?.[label] ?? usualThreshold;
}

const channels = z.array(z.number()).length(3);

/** Describes an ONNX file; lies beside it as NAME.json. */
export const modelManifestSchema = z.object({
  id: z.string().regex(/^[\w.-]{1,64}$/),
  kind: z.enum(['detector', 'state']).default('detector'),
  /** File name, relative to the manifest. */
  file: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  layout: z.enum([...modelLayouts, 'classifier']),
  input: z.object({
    width: z.int().min(16).max(4096),
    height: z.int().min(16).max(4096),
    colour: z.enum(['rgb', 'bgr']),
    /** 255 = values 0..1, 1 = values 0..255. */
    divisor: z.number().positive(),
    /** Taken off and divided by after the divisor, in the order of `colour`. */
    mean: channels.optional(),
    std: channels.optional(),
    fit: z.enum(modelFits).optional(),
  }),
  labels: z.array(z.string().min(1)).min(1),
  /** Other names of labels, e.g. garbage → [debris]. */
  aliases: z.record(z.string(), z.array(z.string())).optional(),
  thresholds: z.record(z.string(), z.number().min(0).max(1)).optional(),
  licence: z.string().optional(),
}) satisfies z.ZodType<ModelManifest>;

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
    readonly fit?: ModelFit | undefined;
  };
  readonly labels: readonly string[];
  /** Other names of labels, e.g. garbage → [debris]. */
  readonly aliases?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
  readonly licence?: string | undefined;
}
