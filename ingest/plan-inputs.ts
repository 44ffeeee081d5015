import type { Camera, CameraInput } from '../domain/camera.ts';

/** What one address of a camera stands for. */
export interface PlannedInput {
  readonly input: CameraInput;
  readonly samples: boolean;
  readonly record: boolean;
  /** Live pictures are taken from this process, because the camera allows no second session. */
  readonly relay: boolean;
}

/**
 * The addresses that must stand: the one that is sampled and the one that is recorded, which is mostly the same. A camera without an
 * input of one of these roles uses that of the other. Pure.
 */
export function planInputs(camera: Pick<Camera, 'enabled' | 'inputs' | 'sessions'>): PlannedInput[] {
  if (!camera.enabled) return [];
  const of = (role: 'detect' | 'record'): CameraInput | undefined => camera.inputs.find((input) => input.roles.includes(role));
  const detect = of('detect') ?? of('record') ?? camera.inputs[0];
  const record = of('record') ?? detect;
  if (detect === undefined || record === undefined) return [];
  const single = camera.sessions === 1;
  if (detect.url === record.url || single) return [{ input: detect, samples: true, record: true, relay: single }];
  return [{ input: detect, samples: true, record: false, relay: false }, { input: record, samples: false, record: true, relay: false }];
}

/** The address for live pictures; small tiles take the small stream where there is one. Pure. */
export function liveInputOf(camera: Pick<Camera, 'inputs'>, quality: 'high' | 'low'): CameraInput | null {
  const of = (role: CameraInput['roles'][number]): CameraInput | undefined => camera.inputs.find((input) => input.roles.includes(role));
  const small = quality === 'low' ? of('live-low') : undefined;
  return small ?? of('live') ?? of('record') ?? camera.inputs[0] ?? null;
}
