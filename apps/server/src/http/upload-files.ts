import { existsSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { FOR } from './access/access.ts';

const EXTENSIONS: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp', '.mp4']);

/** One path segment of harmless characters; a leading dot is never one. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,190}\.[A-Za-z0-9]{3,4}$/;

/** Path of the file behind a public name like `iris.png`; null when there is none. */
export type FindUpload = (name: string) => Promise<string | null>;

/**
 * `GET /uploadFiles/<name>`: pictures and clips of avatars, for everyone and every origin, in ranges too: some players ask
 * for nothing else. The file found may be of another format than the name says: clients ask for `<name>.png` whatever the
 * picture is.
 */
export async function registerUploadFiles(app: FastifyInstance, findUpload: FindUpload): Promise<void> {
  await app.register(async (scope) => {
    // Every answer names the folder of its file; `root` stands for none.
    await scope.register(fastifyStatic, { root: import.meta.dirname, serve: false, cacheControl: false });
    scope.get<{ Params: { name: string } }>('/uploadFiles/:name', { config: FOR.everyone }, async (request, reply) => {
      const { name } = request.params;
      const path = FILE_NAME.test(name) && isServed(name) ? await findUpload(name) : null;
      if (path === null || !isServed(path) || !existsSync(path)) {
        return reply.code(404).send({ code: 404, message: 'There is no such file.', data: null });
      }
      return (
        reply
          .header('access-control-allow-origin', '*')
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('cache-control', 'public, max-age=300')
          // One of `FILE_NAME`, so that it ends no quotation.
          .header('content-disposition', `inline; filename="${name}"`)
          .sendFile(basename(path), dirname(path))
      );
    });
  });
}

function isServed(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}
