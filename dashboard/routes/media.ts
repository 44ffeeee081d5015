import { pipeline } from 'node:stream/promises';
import { PassThrough, Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { MediaView } from '../../domain/desk-views.ts';
import { NotFound } from '../../domain/errors.ts';
import { mediaUrl } from '../../domain/views.ts';
import { actorOf, signedInOf, type App, type Context } from '../context.ts';
import { byteRange } from '../media/byte-range.ts';
import { pictureLimits } from '../media/picture-limits.ts';
import { problem, ProblemError } from '../problems.ts';
import { uuidParams } from './shared.ts';

/** What is shown in the browser; anything else is only handed out as a file. */
const inline = new Set(['image/jpeg', 'image/png', 'image/webp', 'video/mp4', 'application/json']);

/** A file name that a header and a file system can hold. */
const cleanName = (name: string): string => name.replace(/[^\p{L}\p{N}._ -]/gu, '_').slice(-120);

/** @throws ProblemError 400 when the form is damaged or holds no file; 413 beyond the limit */
async function readFile(request: FastifyRequest): Promise<{ bytes: Buffer; name: string }> {
  try {
    const file = await request.file({ limits: { files: 1, fields: 10, fieldSize: 1000, fileSize: pictureLimits.bytes, parts: 12 } });
    if (file !== undefined) return { bytes: await file.toBuffer(), name: file.filename };
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error) throw error;
    throw new ProblemError(400, `the form is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new ProblemError(400, 'the form holds no file', { errors: [{ path: 'file', message: 'one file is needed' }] });
}

export function mediaRoutes(app: App, { services: { media }, evidence, pictures, audit, log }: Context): void {
  app.post('/api/media', {
    bodyLimit: pictureLimits.bytes + 64 * 1024,
    schema: { consumes: ['multipart/form-data'], summary: 'Upload a picture (JPEG, PNG, WebP; at most 20 MiB and 50 million pixels), to be named in actions' },
  }, async (request, reply): Promise<MediaView> => {
    if (!request.isMultipart()) throw new ProblemError(415, 'allowed: multipart/form-data with one file');
    const file = await readFile(request);
    const picture = await pictures.clean(file.bytes);
    const ref = await evidence.put(picture.jpeg, { mime: 'image/jpeg', width: picture.width, height: picture.height });
    const point = picture.point ?? undefined;
    const id = await media.register(actorOf(request), ref, { fileName: cleanName(file.name), takenAt: picture.takenAt ?? undefined, point });
    void reply.code(201);
    return { id, url: mediaUrl(id), ...ref, width: picture.width, height: picture.height, takenAt: picture.takenAt, point: picture.point };
  });

  app.get('/api/media/:id', { schema: { params: uuidParams, summary: 'A picture, clip or manifest; ranges are served' } }, async (request, reply) => {
    const info = await media.find(actorOf(request), request.params.id);
    const etag = `"${info.sha256}"`;
    void reply.headers({
      'etag': etag,
      'accept-ranges': 'bytes',
      // content never changes, but whether one may see it does: the browser keeps it and asks each time
      'cache-control': 'private, no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `${inline.has(info.mime) ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(cleanName(info.fileName ?? info.id))}`,
    });
    if (request.method === 'GET') audit.viewed(signedInOf(request), info.id, request.ip);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    const size = await evidence.size(info.sha256);
    if (size === null) {
      log.error({ media: info.id, sha256: info.sha256 }, 'a stored file is missing');
      throw new NotFound('the file is missing in the evidence store');
    }
    void reply.type(inline.has(info.mime) ? info.mime : 'application/octet-stream');
    const range = request.headers['if-range'] === undefined || request.headers['if-range'] === etag ? byteRange(request.headers.range, size) : 'whole';
    if (range === 'unsatisfiable') {
      return reply.code(416).headers({ 'content-range': `bytes */${size}`, 'cache-control': 'no-store' }).type('application/problem+json').send(problem(416, `the file has ${size} bytes`));
    }
    const [start, end] = range === 'whole' ? [0, size - 1] : [range.start, range.end];
    if (range !== 'whole') void reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
    void reply.header('content-length', end - start + 1);
    if (request.method === 'HEAD') return reply.send(Readable.from([]));
    const out = new PassThrough();
    pipeline(evidence.read(info.sha256, { start, end }), out).catch((error: unknown) => log.debug({ err: error, media: info.id }, 'sending of media ended early'));
    return reply.send(out);
  });
}
