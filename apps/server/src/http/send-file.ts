import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStoreError, type ByteRange, type ReadableFile } from '../files/blob-store.ts';

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * The part of a file that a `Range` header asks for. Null: all of it, since nothing or nothing that we know is asked for; several
 * ranges in one request are such. `outside`: the file has no such part.
 */
export function askedRange(header: string | undefined, bytes: number): ByteRange | null | 'outside' {
  const [, first = '', last = ''] = RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  // `bytes=-500` are the last 500.
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  return from > to ? 'outside' : { first: from, last: to };
}

type FileOptions = { readonly file: ReadableFile; readonly type: string; readonly etag?: string };

/** Answers with a file, or the part of it that is asked for (RFC 9110, section 14). The caller has set the other headers. */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, type, etag }: FileOptions,
): FastifyReply {
  const { range: asked, 'if-range': onlyIf } = request.headers;
  // A part is wanted of what the client has the rest of, and no other file.
  const range = onlyIf === undefined || onlyIf === etag ? askedRange(asked, file.bytes) : null;
  reply.header('accept-ranges', 'bytes');
  if (range === 'outside') {
    return reply
      .code(416)
      .header('content-range', `bytes */${file.bytes}`)
      .send({ code: 416, message: 'The file has no such range.', data: null });
  }
  reply.type(type).header('content-length', range === null ? file.bytes : range.last - range.first + 1);
  if (range !== null) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${file.bytes}`);
  // An empty body would have its own length told, not the file's.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(Readable.from(file.read(range === null ? {} : { range }), { objectMode: false }));
}

type Linked = { readonly name: string; readonly type: string; readonly file: ReadableFile };

const RETRY_AFTER_SECONDS = 10;

/** Answers whoever holds a signed link, from pages of any origin; `gone` is said where it opens nothing. */
export async function sendLinked(
  request: FastifyRequest,
  reply: FastifyReply,
  { find, gone }: { readonly find: () => Promise<Linked | null>; readonly gone: string },
): Promise<FastifyReply> {
  const found = await reached(request, find);
  reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
  if (found === 'unreachable') return sendUnreachable(reply, 'film');
  if (found === null) return reply.code(404).send({ code: 404, message: gone, data: null });
  reply
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('content-disposition', `inline; filename="${found.name}"`);
  return sendFile(request, reply, found);
}

type Found = {
  readonly find: () => Promise<ReadableFile | null>;
  readonly type: string;
  /** SHA-256 of the file. Who has it already is told so without a word to the store. */
  readonly digest: string;
};

/** Answers with a file that never changes; null: it is not there, and nothing was answered. */
export async function sendFound(
  request: FastifyRequest,
  reply: FastifyReply,
  { find, type, digest }: Found,
): Promise<FastifyReply | null> {
  const etag = `"${digest}"`;
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag)) return reply.code(304).header('etag', etag).send();
  const file = await reached(request, find);
  if (file === null) return null;
  if (file === 'unreachable') return sendUnreachable(reply, 'picture');
  return sendFile(request, reply.header('etag', etag), { file, type, etag });
}

function reached<File>(
  request: FastifyRequest,
  find: () => Promise<File | null>,
): Promise<File | null | 'unreachable'> {
  return find().catch((error: unknown) => {
    if (!(error instanceof BlobStoreError)) throw error;
    request.log.warn({ error: error.message }, 'The store of files does not give a file');
    return 'unreachable' as const;
  });
}

function sendUnreachable(reply: FastifyReply, what: string): FastifyReply {
  const message = `The ${what} cannot be fetched now. Try again in a moment.`;
  return reply
    .code(503)
    .header('cache-control', 'no-store')
    .header('retry-after', RETRY_AFTER_SECONDS)
    .send({ code: 503, message, data: null });
}
