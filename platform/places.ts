import { sql } from 'kysely';
import { pointInPolygon, type Point } from '../domain/geometry.ts';
import type { DbOrTx } from './db/index.ts';

export interface Place {
  /** Code of the grid cell (单元网格). */
  readonly cell: string | null;
  /** Level-2 unit. */
  readonly districtId: string | null;
}

/** Grid cell and level-2 unit of a point: by polygon, never by the digits of a code. A cell's district holds where no area is drawn. */
export async function locate(db: DbOrTx, point: Point | null, fallbackDistrict: string | null = null): Promise<Place> {
  if (point === null) return { cell: null, districtId: fallbackDistrict };
  const around = sql<boolean>`bounds @> box(point(${point[0]}::float8, ${point[1]}::float8))`;
  const cells = await db.selectFrom('grid_cells').select(['code', 'polygon', 'district_id']).where(around).orderBy('code').execute();
  const districts = await db.selectFrom('units').select(['id', 'area']).where('level', '=', 2).where(around).orderBy('id').execute();
  const cell = cells.find((c) => pointInPolygon(point, c.polygon));
  const district = districts.find((d) => pointInPolygon(point, d.area!));
  return { cell: cell?.code ?? null, districtId: district?.id ?? cell?.district_id ?? fallbackDistrict };
}
