import type { CatalogueEntry, EventTypeView, GridCellView, ModelView, UnitView } from '../../domain/desk-views.ts';
import type { PersonRef } from '../../domain/views.ts';
import { usualSubclass } from '../../platform/subclasses.ts';
import type { App, Context } from '../context.ts';

const person = (id: string | null, name: string | null): PersonRef | null => (id === null ? null : { id, name: name ?? '' });

/** What everybody at the desk looks things up in: units, grid cells, event types, catalogue, models. Nothing of it is personal. */
export function organisationRoutes(app: App, { db }: Context): void {
  app.get('/api/units', { schema: { summary: 'Units of all levels' } }, async (): Promise<{ items: UnitView[] }> => {
    const rows = await db.selectFrom('units').leftJoin('users as duty', 'duty.id', 'units.duty_user').leftJoin('users as standby', 'standby.id', 'units.stand_in_user')
      .selectAll('units').select(['duty.display_name as duty_name', 'standby.display_name as stand_in_name']).orderBy('units.level').orderBy('units.id').execute();
    return {
      items: rows.map((r) => ({
        id: r.id, name: r.name, nameEn: r.name_en, level: r.level, kind: r.kind, parentId: r.parent_id, area: r.area,
        dutyUser: person(r.duty_user, r.duty_name), standIn: person(r.stand_in_user, r.stand_in_name),
      })),
    };
  });

  app.get('/api/grids', { schema: { summary: 'Grid cells (单元网格)' } }, async (): Promise<{ items: GridCellView[] }> => {
    const rows = await db.selectFrom('grid_cells').leftJoin('users', 'users.id', 'grid_cells.collector_id')
      .selectAll('grid_cells').select('users.display_name as collector_name').orderBy('code').execute();
    return { items: rows.map((r) => ({ code: r.code, name: r.name, polygon: r.polygon, districtId: r.district_id, collector: person(r.collector_id, r.collector_name) })) };
  });

  app.get('/api/event-types', { schema: { summary: 'What rules may raise' } }, async (): Promise<{ items: EventTypeView[] }> => {
    const rows = await db.selectFrom('event_types').selectAll().orderBy('id').execute();
    return { items: rows.map((r) => ({ id: r.id, name: r.name, nameEn: r.name_en, severity: r.severity, source: r.source, subclass: usualSubclass(r), alternatives: r.alternatives })) };
  });

  app.get('/api/catalogue', { schema: { summary: 'Event types, the subclasses they may become, and the filing conditions of these' } }, async (): Promise<{ items: CatalogueEntry[] }> => {
    const types = await db.selectFrom('event_types').selectAll().orderBy('id').execute();
    const conditions = await db.selectFrom('filing_conditions').selectAll().orderBy('position').orderBy('id').execute();
    return {
      items: types.map((r) => {
        const { alternatives } = r;
        const subclass = usualSubclass(r);
        const all = [...(subclass === null ? [] : [subclass]), ...alternatives];
        return {
          eventType: r.id, name: r.name, nameEn: r.name_en, severity: r.severity, subclass, alternatives,
          conditions: conditions.filter((c) => all.some((s) => s.standardRef === c.standard_ref && s.code === c.code))
            .map((c) => ({ id: c.id, code: c.code, name: c.name, condition: c.condition, limit: { value: Number(c.limit_value), unit: c.limit_unit }, closing: c.closing_condition })),
        };
      }),
    };
  });

  app.get('/api/models', { schema: { summary: 'Models and whether they run' } }, async (): Promise<{ items: ModelView[] }> => {
    const rows = await db.selectFrom('models').selectAll().orderBy('id').execute();
    return { items: rows.map((r) => ({ id: r.id, manifest: r.manifest, source: r.source, state: r.state, stateReason: r.state_reason })) };
  });
}
