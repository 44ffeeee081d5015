/** Process of its own, without environment or secrets: decodes pictures from outside and writes them anew. Ends with its parent. */
import sharp from 'sharp';
import { exifFacts } from './exif.ts';
import { pictureLimits, type CleanAnswer } from './picture-limits.ts';

// every reader but these three is off, whatever the content claims to be
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
sharp.cache(false);
sharp.concurrency(1);

type Distributed<T> = T extends unknown ? Omit<T, 'id'> : never;
const refuse = (reason: 'unsupported' | 'too-large' | 'damaged', detail: string): Distributed<CleanAnswer> => ({ ok: false, reason, detail });

function looksLikePicture(b: Buffer): boolean {
  return b.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))
    || b.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    || (b.toString('latin1', 0, 4) === 'RIFF' && b.toString('latin1', 8, 12) === 'WEBP');
}

async function clean(bytes: Buffer): Promise<Distributed<CleanAnswer>> {
  if (!looksLikePicture(bytes)) return refuse('unsupported', 'allowed: JPEG, PNG or WebP');
  const input = { failOn: 'truncated', limitInputPixels: pictureLimits.pixels, sequentialRead: true, pages: 1 } as const;
  try {
    const about = await sharp(bytes, { ...input, limitInputPixels: false }).metadata();
    if (about.width * about.height > pictureLimits.pixels) {
      return refuse('too-large', `the picture has ${about.width}x${about.height} pixels; allowed: ${pictureLimits.pixels / 1e6} million`);
    }
    const { data, info } = await sharp(bytes, input).rotate().flatten({ background: '#ffffff' }).toColourspace('srgb')
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).timeout({ seconds: pictureLimits.time / 1000 }).toBuffer({ resolveWithObject: true });
    return { ok: true, picture: { jpeg: data, width: info.width, height: info.height, ...exifFacts(about.exif) } };
  } catch (error) {
    return refuse('damaged', `the picture cannot be decoded: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`.slice(0, 300));
  }
}

process.on('message', (message: { id: number; bytes: Uint8Array }) => {
  const bytes = Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength);
  void clean(bytes).then((answer) => process.send?.({ id: message.id, ...answer } satisfies CleanAnswer));
});
process.on('disconnect', () => process.exit(0));
