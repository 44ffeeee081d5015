import { sql, type RawBuilder } from 'kysely';
import type { Lesson } from '../../domain/verdict-lessons.ts';

/**
 * What the verdict on an alert says of the detector; null while nobody has judged, and for what was merged. The last word counts: a case
 * that was not filed because there was nothing (虚假上报) makes its alert a false one, whoever had confirmed it.
 * @param alias of `alerts` in the query
 */
export function lessonOf(alias: string): RawBuilder<Lesson | null> {
  const of = (column: string): RawBuilder<unknown> => sql.ref(`${alias}.${column}`);
  return sql<Lesson | null>`case ${of('state')}
    when 'rejected' then ${of('verdict')}->>'kind'
    when 'confirmed' then case when exists (
      select 1 from cases c join case_history h on h.case_id = c.id
      where c.id = ${of('case_id')} and c.state = 'not_filed' and h.action = 'not_file' and h.input->>'reason' = 'false_report'
    ) then 'false' else 'confirmed' end
  end`;
}
