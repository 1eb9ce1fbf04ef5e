import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.mp4', 'video/mp4'],
]);

/** One path segment of harmless characters; a leading dot is never one. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,190}\.[A-Za-z0-9]{3,4}$/;

/** Path of the file behind a public name like `iris.png`; null when there is none. */
export type FindUpload = (name: string) => Promise<string | null>;

/**
 * `GET /uploadFiles/<name>`: pictures and clips of avatars, for everyone and every origin. The file found may be of another
 * format than the name says: clients ask for `<name>.png` whatever the picture is.
 */
export function registerUploadFiles(app: FastifyInstance, findUpload: FindUpload): void {
  app.get<{ Params: { name: string } }>('/uploadFiles/:name', async (request, reply) => {
    const { name } = request.params;
    const isNamed = FILE_NAME.test(name) && CONTENT_TYPES.has(extname(name).toLowerCase());
    const path = isNamed ? await findUpload(name) : null;
    const file = path === null ? null : await stat(path).catch(() => null);
    const contentType = path === null ? undefined : CONTENT_TYPES.get(extname(path).toLowerCase());
    if (path === null || !file?.isFile() || contentType === undefined) {
      return reply.code(404).send({ code: 404, message: 'There is no such file.', data: null });
    }
    return reply
      .type(contentType)
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'public, max-age=300')
      .header('content-length', file.size)
      .send(createReadStream(path));
  });
}
