import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { FieldError } from '../domain/errors.ts';
import type { Point, Polygon } from '../domain/geometry.ts';

/** Section `city` of the YAML file: who is there, whose ground is where, who gets what. */

const id = z.string().regex(/^[\w.-]{1,64}$/, 'allowed: 1 to 64 letters, digits, ".", "_" or "-"');
const groundPoint = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const ring = z.array(groundPoint).min(3, 'allowed: 3 points or more').max(10_000);
const unitKinds = ['centre', 'office', 'district', 'committee', 'department', 'town', 'direct'] as const;
const usualKind = { 1: 'centre', 2: 'district', 3: 'department' } as const;
const cellCode = z.string().regex(/^\d{15}$/, 'allowed: 15 digits');

const unitSchema = z.strictObject({
  id,
  name: z.string().min(1).max(100),
  nameEn: z.string().max(100).optional(),
  level: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: 'allowed: 1, 2, 3' }),
  kind: z.enum(unitKinds).optional(),
  parent: id.optional(),
  /** The ground of a unit of level 2: points, or a GeoJSON file with one polygon. */
  area: z.union([ring, z.string().min(1)], { error: 'allowed: 3 points or more, [longitude, latitude] each, or a GeoJSON file' }).optional(),
});

const routeSchema = z.strictObject({
  /** Beginning of the codes of subclasses; absent = all. */
  code: z.string().regex(/^\d{1,5}$/, 'allowed: 1 to 5 digits').optional(),
  district: id.optional(),
  lead: id,
  with: z.array(id).max(20).default([]),
  reason: z.string().min(1).max(200).optional(),
});

const daySchema = z.strictObject({ day: z.iso.date('allowed: YYYY-MM-DD'), working: z.boolean(), name: z.string().min(1).max(50) });

export const citySchema = z.strictObject({
  units: z.array(unitSchema).max(2000).default([]),
  routes: z.array(routeSchema).max(2000).default([]),
  /** GeoJSON file: a polygon for each grid cell, with the properties code, name and district. */
  cells: z.string().min(1).optional(),
  /** Exceptions to Monday to Friday: holidays and 调休 working days. */
  calendar: z.array(daySchema).max(2000).default([]),
});

export interface City {
  readonly units: readonly {
    readonly id: string; readonly name: string; readonly nameEn: string | null; readonly level: 1 | 2 | 3; readonly kind: (typeof unitKinds)[number];
    readonly parent: string | null; readonly area: Polygon | null;
  }[];
  readonly routes: readonly { readonly code: string | null; readonly district: string | null; readonly lead: string; readonly with: readonly string[]; readonly reason: string }[];
  readonly cells: readonly { readonly code: string; readonly name: string; readonly district: string; readonly polygon: Polygon }[];
  readonly calendar: readonly z.infer<typeof daySchema>[];
}

const geometry = z.object({ type: z.literal('Polygon', 'allowed: Polygon'), coordinates: z.array(z.array(groundPoint.rest(z.number())).min(4)).length(1, 'allowed: one ring without holes') });
const feature = z.object({ type: z.literal('Feature'), geometry, properties: z.unknown() });
const featuresSchema = z.object({ type: z.literal('FeatureCollection', 'allowed: FeatureCollection'), features: z.array(feature).max(100_000) });
const areaSchema = z.union([geometry, feature.transform((f) => f.geometry), featuresSchema.refine((c) => c.features.length === 1).transform((c) => c.features[0]!.geometry)], { error: 'allowed: GeoJSON with one Polygon of one ring' });
const cellProperties = z.object({ code: cellCode, name: z.string().min(1).max(100).optional(), district: id });

/** GeoJSON closes its rings; ours close themselves. */
const openRing = ({ coordinates }: z.infer<typeof geometry>): Polygon => coordinates[0]!.slice(0, -1).map(([x, y]): Point => [x, y]);

/** Reads the section and the files that it names. @returns null when something is wrong; what the schema finds by itself is not told again */
export function readCity(raw: unknown, folder: string): { city: City | null; errors: FieldError[] } {
  const parsed = citySchema.safeParse(raw);
  if (!parsed.success) return { city: null, errors: [] };
  const { units, routes, calendar } = parsed.data;
  const errors: FieldError[] = [];
  const fail = (path: string, message: string): void => void errors.push({ path: `city.${path}`, message });
  const read = <T>(path: string, file: string, schema: z.ZodType<T>): T | null => {
    try {
      const content = schema.safeParse(JSON.parse(readFileSync(resolve(folder, file), 'utf8')));
      if (content.success) return content.data;
      for (const issue of content.error.issues.slice(0, 20)) fail(path, `${file}: ${issue.path.join('.')}: ${issue.message}`);
    } catch (error) {
      fail(path, `${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  };
  const known = (path: string, what: string, wanted: string, allowed: readonly string[]): void => {
    if (!allowed.includes(wanted)) fail(path, `there is no ${what} "${wanted}"; allowed: ${allowed.slice(0, 20).join(', ') || '(none is given)'}`);
  };
  const twice = (path: (i: number) => string, ids: readonly string[]): void => {
    const seen = new Set<string>();
    for (const [i, one] of ids.entries()) {
      if (seen.has(one)) fail(path(i), `"${one}" is given twice`);
      seen.add(one);
    }
  };

  const all = units.map((u) => u.id);
  const districts = units.filter((u) => u.level === 2).map((u) => u.id);
  twice((i) => `units[${i}].id`, all);
  const areas = units.map((unit, i) => {
    if (unit.parent !== undefined) known(`units[${i}].parent`, 'unit of a level above', unit.parent, units.filter((u) => u.level < unit.level).map((u) => u.id));
    if (unit.area === undefined) return null;
    if (unit.level !== 2) fail(`units[${i}].area`, 'only units of level 2 have an area');
    if (typeof unit.area !== 'string') return unit.area;
    const polygon = read(`units[${i}].area`, unit.area, areaSchema);
    return polygon === null ? null : openRing(polygon);
  });
  for (const [i, route] of routes.entries()) {
    if (route.district !== undefined) known(`routes[${i}].district`, 'unit of level 2', route.district, districts);
    for (const unit of [route.lead, ...route.with]) known(`routes[${i}]`, 'unit', unit, all);
  }
  const cells = parsed.data.cells === undefined ? [] : (read('cells', parsed.data.cells, featuresSchema)?.features ?? []).flatMap(({ geometry: polygon, properties }, i) => {
    const about = cellProperties.safeParse(properties);
    if (!about.success) {
      fail(`cells[${i}]`, about.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
      return [];
    }
    known(`cells[${i}].district`, 'unit of level 2', about.data.district, districts);
    return [{ ...about.data, name: about.data.name ?? about.data.code, polygon: openRing(polygon) }];
  });
  twice((i) => `cells[${i}].code`, cells.map((c) => c.code));
  twice((i) => `calendar[${i}].day`, calendar.map((d) => d.day));
  if (errors.length > 0) return { city: null, errors };
  const nameOf = (unit: string): string => units.find((u) => u.id === unit)?.name ?? unit;
  return {
    city: {
      units: units.map((u, i) => ({ id: u.id, name: u.name, nameEn: u.nameEn ?? null, level: u.level, kind: u.kind ?? usualKind[u.level], parent: u.parent ?? null, area: areas[i] ?? null })),
      routes: routes.map((r) => ({ code: r.code ?? null, district: r.district ?? null, lead: r.lead, with: r.with, reason: r.reason ?? `职责分工：${nameOf(r.lead)}` })),
      cells, calendar,
    },
    errors: [],
  };
}
