import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Polygon } from '../../domain/geometry.ts';
import { placeAt } from './units.ts';

const folder = join(import.meta.dirname, '..', 'clips');

/** What lies beside each clip: what appears and disappears when, and zones that fit the picture. */
export interface ClipTruth {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  readonly events: readonly { readonly type: 'stall' | 'debris' | 'bin_overflow'; readonly from: number; readonly to: number; readonly box: readonly [number, number, number, number] }[];
  readonly suggestedZones: readonly { readonly id: string; readonly name: string; readonly polygon: Polygon }[];
  readonly camera: { readonly name_zh: string; readonly name_en: string };
}

export interface DemoClip {
  readonly id: string;
  /** Absolute path of the MP4. */
  readonly path: string;
  readonly truth: ClipTruth;
}

export function demoClips(): DemoClip[] {
  return readdirSync(folder).filter((f) => f.endsWith('.json')).toSorted().map((f) => {
    const truth = JSON.parse(readFileSync(join(folder, f), 'utf8')) as ClipTruth;
    return { id: f.replace(/\.json$/, ''), path: join(folder, truth.file), truth };
  });
}

/** Columns and rows of the grid at which the cameras stand, in order of the clips. */
const places: readonly (readonly [number, number])[] = [[0.6, 0.5], [1.7, 1.4], [3.2, 0.6], [4.4, 2.5], [2.3, 3.4], [5.7, 1.5], [6.6, 3.3], [7.4, 0.7], [1.2, 4.4], [3.6, 4.2]];

const classesOf = { stall: ['stall'], debris: ['debris'], bin_overflow: ['bin_overflow'] } as const;

/**
 * Cameras of the demo as entries of a configuration file. Every camera watches for all three kinds in all of its zones, the quiet
 * street too; dwell is short so that something happens while one looks.
 * @param urlOf address of a clip's stream, credentials included
 */
export function demoCameras(urlOf: (clip: DemoClip) => string): unknown[] {
  return demoClips().map((clip, index) => {
    const [column, row] = places[index % places.length]!;
    return {
      id: clip.id,
      name: clip.truth.camera.name_zh,
      inputs: [{ url: urlOf(clip), roles: ['detect', 'record', 'live', 'live-low'] }],
      point: placeAt(column, row),
      address: clip.truth.camera.name_zh,
      zones: clip.truth.suggestedZones.map((zone, i) => ({
        ...zone, point: placeAt(column + 0.12 + 0.1 * i, row + 0.08), address: `${clip.truth.camera.name_zh}${zone.name}`,
      })),
      rules: clip.truth.suggestedZones.flatMap((zone) => (['stall', 'debris', 'bin_overflow'] as const).map((eventType) => ({
        id: `${zone.id}-${eventType}`, zone: zone.id, eventType, model: 'street', classes: { any: classesOf[eventType] },
        minScore: 0.4, dwell: '12s', presence: 0.7, minSamples: 5, grace: '8s', silence: '2m',
        severity: eventType === 'stall' ? 'high' : 'normal',
      }))),
    };
  });
}
