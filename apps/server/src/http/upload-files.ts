import { existsSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ReadableFile } from '../files/blob-store.ts';
import { FOR } from './access/access.ts';
import { sendFound } from './send-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
};
/** How long browsers keep what is served, before they ask whether it has changed. */
const KEPT_SECONDS = 300;

/** One path segment of harmless characters; a leading dot is never one. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,190}\.[A-Za-z0-9]{3,4}$/;

/** A file of this machine, or one of the store. */
type PublicPicture =
  | { readonly kind: 'here'; readonly path: string }
  | { readonly kind: 'stored'; readonly name: string; readonly sha256: string; find(): Promise<ReadableFile | null> };

/** The file behind a public name like `iris.png`; null when there is none. */
export type FindUpload = (name: string) => Promise<PublicPicture | null>;

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
      const found = FILE_NAME.test(name) && isServed(name) ? await findUpload(name) : null;
      reply.header('access-control-allow-origin', '*');
      const isThere = found !== null && (found.kind === 'stored' ? isServed(found.name) : isServedHere(found.path));
      if (!isThere) return gone(reply);
      reply
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('cache-control', `public, max-age=${KEPT_SECONDS}`)
        // One of `FILE_NAME`, so that it ends no quotation.
        .header('content-disposition', `inline; filename="${name}"`);
      if (found.kind === 'here') return reply.sendFile(basename(found.path), dirname(found.path));
      return sendStored(request, reply, found);
    });
  });
}

async function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  { name, sha256, find }: Extract<PublicPicture, { kind: 'stored' }>,
): Promise<FastifyReply> {
  const type = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
  const sent = await sendFound(request, reply, { find, type, digest: sha256 });
  return sent ?? gone(reply);
}

function gone(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .removeHeader('content-disposition')
    .header('cache-control', 'no-store')
    .send({ code: 404, message: 'There is no such file.', data: null });
}

function isServedHere(path: string): boolean {
  return isServed(path) && existsSync(path);
}

function isServed(name: string): boolean {
  return extname(name).toLowerCase() in TYPES;
}
