import { renderClip, sampleClip } from './clip.ts';
import { yoloLines } from './boxes.ts';
import type { ClipScript } from './clip.ts';
import { renderEvents, type EventScript } from './event-clip.ts';
import { buildScene, takePicture, type SceneOptions } from './picture.ts';
import { Stage } from './stage.ts';

/** What the command outside may ask of this page (window.scenes). Pictures are sent back by POST. */
export interface ScenesApi {
  pictures(job: PictureJob): Promise<PictureTruth[]>;
  clip(script: ClipScript, width: number, height: number, only?: number[]): Promise<unknown>;
  events(script: EventScript, every: number, width: number, height: number): Promise<unknown>;
  sample(script: ClipScript, count: number, width: number, height: number, first: number): Promise<PictureTruth[]>;
}

export interface PictureJob { seed: number; count: number; width: number; height: number; first: number; calmShare: number; options: SceneOptions }
export interface PictureTruth { name: string; style: string; weather: string; close: boolean; labels: string; boxes: unknown[] }

let stage: Stage | undefined;
let out: HTMLCanvasElement | undefined;

export function stageOf(width: number, height: number): { stage: Stage; out: HTMLCanvasElement } {
  if (!stage || stage.width !== width) stage = new Stage(width, height);
  if (!out || out.width !== width) {
    out = document.createElement('canvas');
    out.width = width;
    out.height = height;
  }
  return { stage, out };
}

async function send(path: string, body: Blob): Promise<void> {
  const answer = await fetch(path, { method: 'POST', body });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

const api: ScenesApi = {
  async pictures(job) {
    const s = stageOf(job.width, job.height);
    const scene = buildScene(s.stage, job.seed, job.options);
    const truths: PictureTruth[] = [];
    for (let k = 0; k < job.count; k++) {
      const name = `s${String(job.seed).padStart(6, '0')}-${k}`;
      const p = await takePicture(s.stage, scene, k, s.out, job.calmShare);
      await send(`/out/${name}`, p.jpeg);
      truths.push({ name, style: scene.street.style.name, weather: p.weather, close: scene.view.close, labels: yoloLines(p.boxes), boxes: p.boxes });
    }
    return truths;
  },
  async clip(script, width, height, only) {
    const s = stageOf(width, height);
    return renderClip(s.stage, s.out, script, (blob) => send('/out/frame', blob), only);
  },
  async events(script, every, width, height) {
    const s = stageOf(width, height);
    return renderEvents(s.stage, s.out, script, every, (name, blob) => send(`/out/${name}`, blob));
  },
  async sample(script, count, width, height, first) {
    const s = stageOf(width, height);
    const truths: PictureTruth[] = [];
    await sampleClip(s.stage, s.out, script, count, first, async (k, boxes, jpeg) => {
      const name = `c-${script.name}-${k}`;
      await send(`/out/${name}`, jpeg);
      truths.push({ name, style: 'parade', weather: script.weather, close: false, labels: yoloLines(boxes), boxes });
    });
    return truths;
  },
};

(window as unknown as { scenes: ScenesApi }).scenes = api;
document.title = 'ready';
