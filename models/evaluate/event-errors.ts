import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { annotate } from '../../detector/annotate.ts';
import { thresholdOf, type ModelManifest } from '../../domain/model.ts';
import { watchedFor, type EventClip, type TrueEvent } from './event-clip.ts';
import { samePlace, type JudgedClip } from './event-matching.ts';
import type { Played, Seen } from './play-clip.ts';

/** Something that went wrong, and where to look. */
export interface EventError {
  readonly seed: number;
  readonly clip: string;
  readonly kind: 'missed' | 'false' | 'duplicate' | 'late';
  readonly type: string;
  /** Seconds of the clip: of the alert, or when it was due. */
  readonly at: number;
  /** Of something missed, late or told twice: in which share of the usable pictures the detector saw it while it stood whole. */
  readonly seen?: number | null;
  /** Of a false alert: what really stood there. */
  readonly really?: string | null;
}

/** Seconds beyond a key-frame interval from which an alert is late. */
const slack = 1;

function shareSeen({ type, box, grown, shrinks }: TrueEvent, seen: readonly Seen[], manifest: ModelManifest): number | null {
  const label = watchedFor[type] ?? type;
  const names = [label, ...(manifest.aliases?.[label] ?? [])];
  const usable = seen.filter((s) => s.quality === 'ok' && s.t >= grown && s.t <= shrinks);
  const hits = usable.filter((s) => s.detections.some((d) => names.includes(d.label) && d.score >= thresholdOf(manifest, d.label) && samePlace(d.box, box) > 0));
  return usable.length === 0 ? null : Math.round((hits.length / usable.length) * 100) / 100;
}

export function errorsOf({ truth }: EventClip, { seen }: Played, judged: JudgedClip, manifest: ModelManifest): EventError[] {
  const where = { seed: truth.seed, clip: truth.name };
  const wrong = judged.alerts.flatMap(({ alert, verdict, event }): EventError[] => {
    switch (verdict) {
      case 'true': return [];
      case 'duplicate': return [{ ...where, kind: 'duplicate', type: alert.type, at: alert.at, seen: event === null ? null : shareSeen(event, seen, manifest) }];
      case 'false': {
        const at = <T extends { readonly from: number; readonly to: number; readonly box: TrueEvent['box'] }>(list: readonly T[]): T | undefined =>
          list.find((o) => alert.at >= o.from && alert.at <= o.to && samePlace(alert.box, o.box) > 0);
        return [{ ...where, kind: 'false', type: alert.type, at: alert.at, really: at(truth.events)?.type ?? at(truth.others)?.what ?? null }];
      }
    }
  });
  const told = judged.events.flatMap(({ event, due, tellable, alert }): EventError[] => {
    if (alert !== null && alert.at - due <= truth.every + slack) return [];
    if (alert === null && !tellable) return [];
    return [{ ...where, kind: alert === null ? 'missed' : 'late', type: event.type, at: alert?.at ?? due, seen: shareSeen(event, seen, manifest) }];
  });
  return [...told, ...wrong].toSorted((a, b) => a.at - b.at);
}

/** Writes the picture of an error with the zone, what was seen, and what was true. */
export async function drawError(out: string, clip: EventClip, played: Played, error: EventError): Promise<void> {
  const moment = played.seen.findLast((s) => s.t <= error.at) ?? played.seen[0]!;
  const zone = clip.truth.zones.find((z) => z.kind === 'watch')?.polygon ?? null;
  const truths = clip.truth.events.filter((e) => e.from <= moment.t && e.to >= moment.t).map((e) => ({ label: `= ${e.type}`, score: 1, box: e.box }));
  const seen = moment.detections.filter((d) => d.score >= 0.15);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, `${error.clip}-${error.kind}-${error.type}-${error.at}.jpg`), await annotate(await readFile(join(clip.folder, moment.file)), zone, [...seen, ...truths]));
}
