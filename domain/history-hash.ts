import { createHash } from 'node:crypto';

/** One entry of a case's history as it is hashed. Times are ISO with milliseconds. */
export interface HashedEntry {
  readonly caseId: string;
  readonly seq: number;
  readonly action: string;
  readonly from: string | null;
  readonly to: string;
  readonly at: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly actorUnit: string | null;
  readonly input: unknown;
  readonly changes: unknown;
}

/** JSON with sorted keys, so that the same value has one text whatever stored it in between. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** SHA-256 over the entry and the hash of the entry before it; the first has none. */
export function entryHash(entry: HashedEntry, previous: Buffer | null): Buffer {
  return createHash('sha256').update(previous ?? Buffer.alloc(0)).update('\n').update(canonicalJson(entry)).digest();
}

/** Stands for personal data in a history entry: erasing the data and its salt leaves the chain whole and the hash meaningless. */
export function personalHash(salt: Buffer, data: unknown): string {
  return createHash('sha256').update(salt).update(canonicalJson(data)).digest('hex');
}

/** Head of a checkpoint: over the one before it and the cases that went on since, in order of id. */
export function checkpointHead(previous: Buffer | null, entries: Iterable<{ readonly caseId: string; readonly seq: number; readonly hash: Buffer }>): Buffer {
  const sum = createHash('sha256').update(previous ?? Buffer.alloc(0));
  for (const { caseId, seq, hash } of entries) sum.update(`\n${caseId}:${seq}:`).update(hash);
  return sum.digest();
}
