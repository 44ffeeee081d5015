import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCameraWatch } from '../../detector/camera-watch.ts';
import type { InferencePool } from '../../detector/inference-pool.ts';
import { readPicture } from '../../detector/read-picture.ts';
import { planRules } from '../../detector/rule-plan.ts';
import type { Camera, FrameQuality } from '../../domain/camera.ts';
import type { Detection } from '../../domain/detection.ts';
import type { Frame } from '../../domain/frame.ts';
import type { Box } from '../../domain/geometry.ts';
import type { ModelManifest } from '../../domain/model.ts';
import { usualCalendar } from '../../domain/working-time.ts';
import { PictureJudge } from '../../ingest/picture-judge.ts';
import { defaultSettings } from '../../ingest/settings.ts';
import { ViewJudge } from '../../ingest/view-judge.ts';
import { startOf, type EventClip } from './event-clip.ts';

/** An event that the product raised. */
export interface Alert {
  readonly type: string;
  /** Seconds of the clip. */
  readonly at: number;
  readonly box: Box;
  readonly zone: string;
}

/** What was made of one picture. */
export interface Seen {
  readonly file: string;
  /** Seconds of the clip. */
  readonly t: number;
  readonly quality: FrameQuality;
  readonly detections: readonly Detection[];
}

export interface Played {
  readonly alerts: readonly Alert[];
  readonly seen: readonly Seen[];
}

/**
 * Lets the product watch a clip: its judgement of pictures and views, its inference, its rules. Only where pictures come from, what
 * time it is and where events go is replaced; the clock goes by the clip, however long the work takes.
 */
export async function playClip({ clip: { folder, truth }, camera, manifest, pool }: {
  clip: EventClip;
  camera: Camera;
  manifest: ModelManifest;
  pool: Pick<InferencePool, 'run'>;
}): Promise<Played> {
  const alerts: Alert[] = [];
  const seen: Seen[] = [];
  const judge = new PictureJudge(defaultSettings.frozenAfter);
  judge.views = new ViewJudge({ references: [], movedAfter: defaultSettings.movedAfter });
  const plans = planRules(camera, new Map([[manifest.id, manifest]]));
  const problem = plans.find((plan) => plan.problem !== null)?.problem;
  if (problem !== undefined) throw new Error(`${truth.name}: ${problem}`);
  const start = startOf(truth);
  let tracks = 0;
  const watch = createCameraWatch({
    camera, plans, clock: (frame) => start + frame.monotonic, holidays: () => usualCalendar, newId: () => `${truth.name}/${(tracks += 1)}`,
    store: { load: async () => ({}), save: async () => undefined },
    port: {
      async raise(_camera, { plan, track, observation, judged: { frame } }) {
        alerts.push({ type: plan.rule.eventType, at: frame.streamTime, box: observation?.box ?? track.box, zone: plan.zone.id });
      },
      gone: async () => undefined,
      note: () => undefined,
      staying: () => undefined,
    },
  });
  for (const { file, t } of truth.pictures) {
    const picture = await readPicture(await readFile(join(folder, file)));
    const monotonic = t * 1000;
    const { quality, view } = judge.judge(picture.data, picture.width, picture.height, monotonic, false);
    const frame: Frame = { ...picture, cameraId: camera.id, view, streamTime: t, arrivedAt: start + monotonic, monotonic, quality, run: truth.name, fence: 1 };
    const tasks = watch.tasks(frame) ?? [];
    const answers = tasks.length === 0 ? [] : await pool.run({ picture, tasks });
    const refused = answers.find((answer) => !answer.ok);
    if (refused?.ok === false) throw new Error(`${truth.name}: ${refused.reason}`);
    await watch.judge(frame, tasks, answers);
    seen.push({ file, t, quality, detections: answers.flatMap((answer) => (answer.ok ? answer.detections : [])) });
  }
  return { alerts, seen };
}
