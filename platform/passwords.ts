import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's floor for Argon2id is 19 MiB, 2 passes; this is above it and takes some 50 ms. Argon2id is the library's default algorithm. */
const options = { memoryCost: 32 * 1024, timeCost: 3, parallelism: 1 } as const;

export const passwordLimits = { min: 10, max: 200 } as const;

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), options);
}

/** False also for a hash that cannot be read. */
export function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, password.normalize('NFC')).catch(() => false);
}

let decoy: Promise<string> | undefined;
/** Takes as long as a real check, so that an unknown name cannot be told from a wrong password by the clock. Always false. */
export async function verifyNobody(password: string): Promise<false> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'));
  await verifyPassword(await decoy, password);
  return false;
}

/** 16 characters without look-alikes, 79 bits. */
export function oneTimePassword(): string {
  const alphabet = 'ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz23456789';
  const bytes: number[] = [];
  // bytes beyond the largest multiple would favour the first letters
  while (bytes.length < 16) bytes.push(...[...randomBytes(32)].filter((b) => b < 256 - (256 % alphabet.length)));
  return bytes.slice(0, 16).map((b) => alphabet[b % alphabet.length]).join('');
}
