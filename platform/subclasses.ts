import type { Subclass } from '../domain/views.ts';
import type { EventTypesTable } from './db/schema.ts';

/** The subclass that an event of this type usually becomes, or null when whoever confirms has to say. */
export function usualSubclass(type: Pick<EventTypesTable, 'standard_ref' | 'code' | 'subclass_name' | 'name'>): Subclass | null {
  return type.standard_ref === null || type.code === null ? null : { standardRef: type.standard_ref, code: type.code, name: type.subclass_name ?? type.name };
}
