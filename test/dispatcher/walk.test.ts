import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from '../../dispatcher/index.ts';
import { isLegal } from '../../dispatcher/verify-history.ts';
import { Conflict, Forbidden, Invalid, NotFound } from '../../domain/errors.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { confirmedCase, personNames, shiftClock, startCity, upload, type City, type PersonName } from './support/city.ts';
import { sweepDeadlines } from '../../dispatcher/sweep-deadlines.ts';
import { createLog } from '../../platform/log.ts';

let city: City;
let evidence: EvidenceStore;
beforeAll(async () => {
  city = await startCity();
  mkdirSync(join(city.servers.dataDir, 'evidence'), { recursive: true });
  evidence = folderEvidenceStore(join(city.servers.dataDir, 'evidence'), { minFreeBytes: 0 });
});
afterAll(() => city.close());

type Step = { readonly kind: 'offer'; readonly who: PersonName; readonly pick: number } | { readonly kind: 'any'; readonly who: PersonName; readonly action: string }
  | { readonly kind: 'time'; readonly minutes: number };
const who = fc.constantFrom(...personNames);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('offer' as const), who, pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('any' as const), who, action: fc.constantFrom('file', 'dispatch', 'accept', 'feedback', 'verify_pass', 'verify_fail', 'close', 'cancel', 'return', 'confirm', 'overdue', 'nonsense') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
);

async function inputFor(action: string, who: PersonName): Promise<unknown> {
  switch (action) {
    case 'return': case 'verify_fail': case 'cancel': case 'feedback_reject': return { reason: '理由' };
    case 'not_file': return { reason: 'duplicate' };
    case 'feedback': return { media: [await upload(city, city.people[who], await evidence.put(Buffer.from(`${Math.random()}`), { mime: 'image/jpeg' }))] };
    case 'comment': return { note: '备注' };
    case 'sub_dispatch': return { unitId: 'south-patrol' };
    default: return {};
  }
}

/** Something that this person may do, or the next one who may do anything that moves the case. */
async function offerFrom(caseId: string, who: PersonName, pick: number): Promise<{ who: PersonName; action: string } | undefined> {
  const start = personNames.indexOf(who);
  for (const name of [...personNames.slice(start), ...personNames.slice(0, start)]) {
    const offers = await city.cases.actions(city.people[name], caseId).catch(() => []);
    const named = offers.filter((o) => o.action !== 'comment' && (o.action !== 'cancel' || pick === 0) && (o.action !== 'not_file' || pick === 1));
    const action = named[pick % Math.max(1, named.length)]?.action;
    if (action !== undefined) return { who: name, action };
  }
  return undefined;
}

test('whatever people try, no case leaves the table, and history tells all', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
    const { caseId } = await confirmedCase(city);
    for (const s of steps) {
      if (s.kind === 'time') {
        await shiftClock(city, s.minutes * 60_000);
        await sweepDeadlines({ db: city.db, log: createLog('walk') }, caseId);
        continue;
      }
      const { version } = await city.db.selectFrom('cases').select('version').where('id', '=', caseId).executeTakeFirstOrThrow();
      try {
        const chosen = s.kind === 'any' ? s : await offerFrom(caseId, s.who, s.pick);
        if (chosen === undefined) break;
        const view = await city.cases.act(city.people[chosen.who], caseId, { action: chosen.action, version, input: await inputFor(chosen.action, chosen.who) });
        expect(view.version).toBe(version + 1);
      } catch (error) {
        const refused = error instanceof NotFound || error instanceof Forbidden || error instanceof Conflict || error instanceof Invalid;
        if (!refused) throw error;
        // what was offered is not refused for its state or its person
        if (s.kind === 'offer' && !(error instanceof NotFound)) throw error;
        expect((await city.db.selectFrom('cases').select('version').where('id', '=', caseId).executeTakeFirstOrThrow()).version).toBe(version);
      }
    }
    const history = await city.db.selectFrom('case_history').selectAll().where('case_id', '=', caseId).orderBy('seq').execute();
    expect(history.every(isLegal)).toBe(true);
  }), { numRuns: 12 });
  const verdict = await verify({ db: city.db, evidence });
  const { outboxStuck: _, recheckStuck: __, eventsWithoutNumber: ___, deadlinesMissed: ____, stuckCases: _____, ...findings } = verdict.examples;
  expect(findings).toEqual({});
  const states = new Set((await city.db.selectFrom('case_history').select('to_state').distinct().execute()).map((r) => r.to_state));
  // the walk got somewhere
  expect(states.size).toBeGreaterThanOrEqual(8);
});
