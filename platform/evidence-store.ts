import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MediaRef } from '../domain/detection.ts';
import { crashPoint } from './crash-points.ts';

/** Where evidence lies: by the SHA-256 of its content, written once, never changed. */
export interface EvidenceStore {
  /** Stores bytes durably (fsync, rename) and answers their reference. The same content twice is one file. */
  put(bytes: Uint8Array, about: { mime: string; width?: number; height?: number }): Promise<MediaRef>;
  /** The same for a file; the file itself is left where it is. */
  putFile(path: string, about: { mime: string; width?: number; height?: number }): Promise<MediaRef>;
  /** @throws Error when there is no such file */
  read(sha256: string, range?: { start: number; end: number }): Readable;
  /** Bytes stored, or null when absent. */
  size(sha256: string): Promise<number | null>;
  /** Hash of the content as it lies there now, or null when absent: for verification. */
  rehash(sha256: string): Promise<string | null>;
  /** When the content was stored last, or null when absent. */
  storedAt(sha256: string): Promise<Date | null>;
  /** Every stored hash: for verification. */
  list(): AsyncIterable<string>;
  remove(sha256: string): Promise<void>;
}

/** Too little space left: refused before anything is written. */
export class EvidenceFullError extends Error {
  override readonly name = 'EvidenceFullError';
}

/** Nobody writes one file for so long: what is older was left behind. Milliseconds. */
const leftAfterMs = 24 * 3600_000;

/** The store in a folder: aa/bb/SHA256. What is being written lies in a folder of its own, so a process killed midway leaves nothing half. */
export function folderEvidenceStore(root: string, options: { minFreeBytes?: number } = {}): EvidenceStore {
  const incoming = join(root, 'incoming');
  let sweptAt = -Infinity;
  const minFree = options.minFreeBytes ?? 200 * 1024 * 1024;
  const pathOf = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a SHA-256');
    return join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  };
  const sizeOf = (path: string): Promise<number | null> => stat(path).then((s) => s.size, () => null);

  async function prepare(target: string): Promise<string> {
    await mkdir(dirname(target), { recursive: true });
    const space = await statfs(root);
    if (space.bavail * space.bsize < minFree) {
      throw new EvidenceFullError(`evidence folder has less than ${Math.round(minFree / 1048576)} MiB free; nothing was stored`);
    }
    await sweep();
    await mkdir(incoming, { recursive: true });
    return join(incoming, randomUUID());
  }

  /** Takes away what processes left behind that were killed in the midst of writing; once a day. */
  async function sweep(): Promise<void> {
    if (Date.now() - sweptAt < leftAfterMs) return;
    sweptAt = Date.now();
    for (const name of await readdir(incoming).catch(() => [])) {
      const path = join(incoming, name);
      const left = await stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs > leftAfterMs, () => false);
      if (left) await rm(path, { force: true });
    }
  }

  async function settle(temporary: string, target: string): Promise<void> {
    const file = await open(temporary, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    crashPoint('before:evidence-rename');
    await rename(temporary, target);
    const folder = await open(dirname(target), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    crashPoint('after:evidence-rename');
  }

  async function hashOf(path: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  async function store(sha256: string, bytes: number, write: (temporary: string) => Promise<void>): Promise<void> {
    const target = pathOf(sha256);
    if ((await sizeOf(target)) === bytes) {
      // as young as what was just stored: whoever sweeps by age leaves it to the row that is about to come
      const now = new Date();
      if (await utimes(target, now, now).then(() => true, () => false)) return;
    }
    const temporary = await prepare(target);
    try {
      await write(temporary);
      await settle(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  return {
    async put(bytes, about) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await store(sha256, bytes.byteLength, async (temporary) => {
        const file = await open(temporary, 'w', 0o640);
        try {
          await file.writeFile(bytes);
        } finally {
          await file.close();
        }
      });
      return { sha256, bytes: bytes.byteLength, ...about };
    },
    async putFile(path, about) {
      const [sha256, { size }] = await Promise.all([hashOf(path), stat(path)]);
      await store(sha256, size, (temporary) => copyFile(path, temporary));
      return { sha256, bytes: size, ...about };
    },
    read: (sha256, range) => createReadStream(pathOf(sha256), range),
    size: (sha256) => sizeOf(pathOf(sha256)),
    async rehash(sha256) {
      const path = pathOf(sha256);
      return (await sizeOf(path)) === null ? null : hashOf(path);
    },
    storedAt: (sha256) => stat(pathOf(sha256)).then((s) => s.mtime, () => null),
    async *list() {
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])) {
        if (entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name)) yield entry.name;
      }
    },
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}
