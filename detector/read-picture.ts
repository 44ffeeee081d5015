import sharp from 'sharp';
import type { Picture } from './letterbox.ts';

/** Larger pictures are read shrunken: no model's input is wider. Pixels. */
const longestSide = 1920;

/** Pixels as they are, or the bytes of a JPEG, PNG or WebP file, turned as EXIF says. @throws Error when it is no picture */
export async function readPicture(picture: Picture | Uint8Array): Promise<Picture> {
  if ('data' in picture) return picture;
  const { data, info } = await sharp(picture, { limitInputPixels: 100_000_000 }).rotate()
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
