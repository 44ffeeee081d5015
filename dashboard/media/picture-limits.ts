/** What an uploaded picture may be. */
export const pictureLimits = {
  bytes: 20 * 1024 * 1024,
  pixels: 50_000_000,
  /** Milliseconds that decoding and writing anew may take. */
  time: 20_000,
} as const;

export interface CleanPicture {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** When and where the picture's EXIF says it was taken: ISO time, [longitude, latitude]. */
  readonly takenAt: string | null;
  readonly point: readonly [number, number] | null;
}

/** Answer of the cleaning process for one picture. */
export type CleanAnswer = { readonly id: number } & ({ readonly ok: true; readonly picture: CleanPicture } | { readonly ok: false; readonly reason: 'unsupported' | 'too-large' | 'damaged'; readonly detail: string });
