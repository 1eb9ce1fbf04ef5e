import { DataStore, ERRORS, type Lock, Server, Upload } from '@tus/server';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { PaceRule } from '../../control/avatars/making/pace.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { UploadLinks } from '../../control/upload-links/upload-links.ts';

export const TUS_VERSION = '1.0.0';

type Given = { readonly uploadId: string; readonly body: ReadableStream | null; readonly pace: () => PaceRule };
/** `isAwaited`: somebody else comes for the link. */
type Sent = Given & { readonly isAwaited: AbortSignal };

/**
 * Answers one request of a client that sends a file in pieces by the tus protocol (tus.io), version 1.0.0: the library knows
 * the protocol, `links` keeps what comes. Links are made elsewhere; this is about one that is there.
 */
export async function answerTus(links: UploadLinks, request: FastifyRequest, given: Given): Promise<Response> {
  const { uploadId, body } = given;
  const awaited = new AbortController();
  const server = new Server({
    path: '/uploads',
    datastore: new LinkStore(links, { ...given, isAwaited: awaited.signal }),
    locker: { newLock: () => lockOf(links, uploadId, awaited) },
    getFileIdFromRequest: () => uploadId,
    disableTerminationForFinishedUploads: true,
    // What the sender before has on its way is still written.
    lockDrainTimeout: 500,
    onUploadFinish: async () => {
      await links.finish(uploadId);
      return {};
    },
    onResponseError: (_request, error) => explain(error, request.log),
  });
  const headers = Object.entries(request.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  // Only what the protocol speaks of: the address and the host are this server's affair.
  const spoken = headers.filter(([name]) => name.startsWith('upload-') || NEEDED.has(name));
  const init = { method: request.method, headers: spoken, ...(body === null ? {} : { body, duplex: 'half' as const }) };
  return server.handleWeb(new Request(`http://localhost/uploads/${uploadId}`, init));
}

const NEEDED: ReadonlySet<string> = new Set(['tus-resumable', 'content-type', 'content-length', 'origin']);

/** What a link is to the library. */
class LinkStore extends DataStore {
  readonly #links: UploadLinks;
  readonly #sent: Sent;

  constructor(links: UploadLinks, sent: Sent) {
    super();
    this.extensions = ['creation-defer-length', 'termination'];
    this.#links = links;
    this.#sent = sent;
  }

  override async getUpload(id: string): Promise<Upload> {
    const link = await this.#links.findSettled(id);
    if (link === null) throw ERRORS.FILE_NO_LONGER_EXISTS;
    const { bytes, received } = link;
    return new Upload({ id, offset: received, ...(bytes === null ? {} : { size: bytes }) });
  }

  override async declareUploadLength(id: string, bytes: number): Promise<void> {
    await this.#links.declare(id, bytes);
  }

  override write(body: AsyncIterable<Buffer>, id: string, offset: number): Promise<number> {
    const { pace, isAwaited } = this.#sent;
    return this.#links.append(id, body, offset, { pace, isAwaited });
  }

  override async remove(id: string): Promise<void> {
    await this.#links.removeOpen(id);
  }
}

function lockOf(links: UploadLinks, uploadId: string, awaited: AbortController): Lock {
  let release = (): void => {};
  return {
    async lock(signal, letGo) {
      release = await links.locks.take(uploadId, () => {
        awaited.abort(refusal('conflict', 'link-busy'));
        void letGo();
      });
      if (!signal.aborted) return;
      release();
      throw ERRORS.ABORTED;
    },
    unlock: async () => release(),
  };
}

type Told = { status_code: number; body: string };

function explain(error: Error | Told, log: FastifyBaseLogger): Told | undefined {
  // The library's own.
  if ('status_code' in error) return undefined;
  if (error instanceof ControlError) return { status_code: error.statusCode, body: `${error.message}\n` };
  log.warn({ error: error.message }, 'A piece of an uploaded file was not taken');
  return { status_code: 503, body: 'The piece was not taken. Go on later.\n' };
}
