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

/** What stands for a secret where people read it. */
export const secretMask = '***';

/** Names under which cameras take passwords within the address: rtsp://host/user=admin_password=…_channel=1, rtsp://host/live?token=… */
const names = 'pass(?:word|wd)?|pwd|psw|token|secret|auth(?:key)?|key';
const inPath = new RegExp(`((?:^|[/;&_])(?:${names})=)(.*?)(?=[/;&]|_[a-z]+=|$)`, 'gi');
const inQuery = new RegExp(`((?:^|[?;&_])(?:${names})=)(.*?)(?=[;&#]|_[a-z]+=|$)`, 'gi');

/** An address with each of its secrets replaced: the password of the user, and values in path and query that are named like one. */
function replaceSecrets(url: string, replace: (secret: string) => string): string {
  // an @ within the password belongs to it
  const [, start = '', authority = '', path = '', query = ''] = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?[^/?#]*)([^?]*)(.*)$/is.exec(url) ?? [];
  if (start === '') return url;
  const named = (_all: string, name: string, secret: string): string => (secret === '' ? name : name + replace(secret));
  return start + authority.replace(/^([^:@]*):(.*)@/s, (_, user: string, password: string) => `${user}:${password === '' ? '' : replace(password)}@`)
    + path.replace(inPath, named) + query.replace(inQuery, named);
}

/** The secrets of an address, in order. */
export function secretsIn(url: string): string[] {
  const found: string[] = [];
  replaceSecrets(url, (secret) => {
    found.push(secret);
    return secret;
  });
  return found;
}

/** Takes the secrets out of a URL for people and logs: rtsp://user:***@host/path. */
export const maskUrl = (url: string): string => replaceSecrets(url, () => secretMask);

/** A camera URL with its secrets sealed in place, for the database; one without stays as it is. */
export const sealUrl = (url: string, sealer: Sealer): string => replaceSecrets(url, (secret) => (secret.startsWith(prefix) ? secret : sealer.seal(secret)));

export const openUrl = (url: string, sealer: Sealer): string => replaceSecrets(url, (secret) => (secret.startsWith(prefix) ? sealer.open(secret) : secret));
