import { maskUrl } from '../platform/secrets.ts';

/** Masks the secrets of every URL in a text that a person or a log may see. */
export function maskText(text: string): string {
  return text.replace(/\brtsps?:\/\/[^\s']+/gi, maskUrl);
}
