import readExif from 'exif-reader';

/** Cameras write local time; without an offset it is taken as the city's. */
const cityOffset = '+08:00';

function takenAt(exif: ReturnType<typeof readExif>): string | null {
  const written = exif.Photo?.DateTimeOriginal ?? exif.Image?.DateTime;
  if (!(written instanceof Date) || Number.isNaN(written.getTime())) return null;
  const stated: unknown = exif.Photo?.OffsetTimeOriginal;
  const offset = typeof stated === 'string' && /^[+-]\d\d:\d\d$/.test(stated) ? stated : cityOffset;
  // the reader takes the written digits for UTC
  const time = new Date(written.toISOString().replace('Z', offset));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function degrees(parts: unknown, reference: unknown, limit: number): number | null {
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((p) => typeof p === 'number' && Number.isFinite(p))) return null;
  const [d, m, s] = parts as [number, number, number];
  const value = (d + m / 60 + s / 3600) * (reference === 'S' || reference === 'W' ? -1 : 1);
  return Math.abs(value) <= limit ? value : null;
}

/** Time and place of a picture out of its raw EXIF block; nulls where it names none or cannot be read. */
export function exifFacts(block: Buffer | undefined): { takenAt: string | null; point: readonly [number, number] | null } {
  if (block === undefined) return { takenAt: null, point: null };
  try {
    const exif = readExif(block);
    const lat = degrees(exif.GPSInfo?.GPSLatitude, exif.GPSInfo?.GPSLatitudeRef, 90);
    const lon = degrees(exif.GPSInfo?.GPSLongitude, exif.GPSInfo?.GPSLongitudeRef, 180);
    return { takenAt: takenAt(exif), point: lon === null || lat === null ? null : [lon, lat] };
  } catch {
    // a broken EXIF block says nothing; the picture itself may still be good
    return { takenAt: null, point: null };
  }
}
