/** Masks the password of every URL in a text that a person or a log may see. */
export function maskText(text: string): string {
  return text.replace(/\b(rtsps?:\/\/[^:@/\s']*):[^/\s]*@/gi, '$1:***@');
}
