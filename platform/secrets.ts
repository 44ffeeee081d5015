import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Seals small secrets (passwords of cameras) for the database: AES-256-GCM under the installation's key. */
export interface Sealer {
  seal(text: string): string;
  /** @throws Error when the text was sealed under another key or was altered */
  open(sealed: string): string;
}

const prefix = 'sealed:';

export function createSealer(installationKey: string): Sealer {
  const key = createHash('sha256').update(`xuncheng camera secrets ${installationKey}`).digest();
  return {
    seal(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed) {
      if (!sealed.startsWith(prefix)) throw new Error('not a sealed secret');
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** Takes the password out of a URL for people and logs: rtsp://user:***@host/path. An @ within the password belongs to it. */
export function maskUrl(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^/?#]*@/i, '$1:***@');
}

/** A camera URL with its password sealed in place, for the database; one without a password stays as it is. */
export function sealUrl(url: string, sealer: Sealer): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):([^/?#]*)@/i, (_, start: string, password: string) => `${start}:${password.startsWith(prefix) ? password : sealer.seal(password)}@`);
}

export function openUrl(url: string, sealer: Sealer): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):(sealed:[^@/]*)@/i, (_, start: string, sealed: string) => `${start}:${sealer.open(sealed)}@`);
}
