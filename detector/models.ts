import type { Detection } from '../domain/detection.ts';
import type { Log } from '../platform/log.ts';
import { createInferencePool, type ModelState } from './inference-pool.ts';
import type { Picture } from './letterbox.ts';
import type { ModelFile } from './protocol.ts';
import { readPicture } from './read-picture.ts';

/** What a model says of a picture, and what it took, milliseconds: everything, and the network alone. */
export interface Look {
  readonly detections: readonly Detection[];
  readonly ms: number;
  readonly networkMs: number;
}

/** Models without cameras: for the commands that list, check and evaluate them. */
export interface Models {
  /** Waits until the model was accepted or refused. */
  check(id: string): Promise<ModelState>;
  /** @throws Error with the reason when the model was refused */
  infer(id: string, picture: Picture | Uint8Array): Promise<readonly Detection[]>;
  /** Like infer, down to another lowest score, with its times. */
  look(id: string, picture: Picture | Uint8Array, floor?: number): Promise<Look>;
  close(): Promise<void>;
}

export function openModels({ models, log, threads = 1 }: { models: readonly ModelFile[]; log: Log; threads?: number }): Models {
  const pool = createInferencePool({ log, threads });
  pool.setModels(models);
  const check = async (id: string): Promise<ModelState> => (await pool.settled(id)) ?? { state: 'failed', reason: `model_missing: model ${id} is not registered` };
  const look: Models['look'] = async (id, picture, floor) => {
    const { state, reason } = await check(id);
    if (state !== 'ready') throw new Error(reason ?? 'the model is not ready');
    const [answer] = await pool.run({ picture: await readPicture(picture), tasks: [{ model: id, region: null, floor }] });
    if (answer?.ok !== true) throw new Error(answer?.reason ?? 'no answer');
    return answer;
  };
  return { check, look, infer: async (id, picture) => (await look(id, picture)).detections, close: () => pool.close() };
}
