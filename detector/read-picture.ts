import sharp from 'sharp';
import type { Picture } from './letterbox.ts';

/**
 * Larger pictures are read shrunken by averaging; the step from here to a model's input is bilinear and would skip pixels beyond a factor
 * of about two. Cameras' samples are smaller anyway. Pixels.
 */
const longestSide = 960;

/** Pixels as they are, or the bytes of a JPEG, PNG or WebP file, turned as EXIF says. @throws Error when it is no picture */
export async function readPicture(picture: Picture | Uint8Array): Promise<Picture> {
  if ('data' in picture) return picture;
  const { data, info } = await sharp(picture, { limitInputPixels: 100_000_000 }).rotate()
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
