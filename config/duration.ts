import { z } from 'zod';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** "3m", "90s", "1.5h", "500ms" → milliseconds; null when it is none. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (match === null) return null;
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** A duration between two bounds, given as text; the output is milliseconds. */
export function duration(min: string, max: string): z.ZodType<number, string> {
  const least = parseDuration(min)!;
  const most = parseDuration(max)!;
  return z.string().transform((text, context) => {
    const value = parseDuration(text);
    if (value === null) {
      context.addIssue({ code: 'custom', message: `"${text}" is no duration; allowed: a number with ms, s, m or h, such as 10s or 3m` });
      return z.NEVER;
    }
    if (value < least || value > most) {
      context.addIssue({ code: 'custom', message: `${text} is out of range; allowed: ${min} to ${max}` });
      return z.NEVER;
    }
    return value;
  });
}
