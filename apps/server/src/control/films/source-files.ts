import { basename, join } from 'node:path';
import { DELIVERY_FAULTS, LIMITS } from '@visavis/protocol';
import { ForbiddenAddressError } from '@visavis/protocol/address-guard';
import { fileKind, HEAD_BYTES } from '@visavis/protocol/file-kind';
import { saveFile } from '../../files/save-file.ts';
import { IMPATIENT } from '../avatars/making/pace.ts';
import { type Judged, receiveJudged } from '../avatars/making/receive-file.ts';
import { ControlError } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { BrokenAnswerError, type GuardedFetch, LateAnswerError } from '../net/guarded-fetch.ts';
import type { StoredUpload } from '../upload-links/upload-links.ts';
import { ANSWER_LIMIT_MS, FETCH_LIMIT_MS } from './film-limits.ts';
import { FilmProblemError, problemError } from './film-problem.ts';

/** What a file is for, as orders call it. */
type SourceKind = 'video' | 'image' | 'audio';

export type Source = { readonly kind: SourceKind; readonly url: string };

export type SourceOptions = {
  /** Where the file is written to. */
  readonly folder: string;
  readonly fetch: GuardedFetch;
  readonly signal: AbortSignal;
  /** Left out: as large as files of films may be. */
  readonly maxBytes?: number;
};

const MAX_REDIRECTS = 5;
const ACCEPT = { video: 'video/*, image/gif', image: 'image/*', audio: 'audio/*, video/*' } as const;
const MB = 1_000_000;

/**
 * The file at an address that somebody gave, on this machine; gives its path. Pictures and clips are known by their beginning,
 * sound by whoever decodes it: names and types that a server tells are not believed. Throws `FilmProblemError` where another
 * attempt would find the same.
 */
export async function fetchSource(source: Source, { folder, fetch, signal, maxBytes }: SourceOptions): Promise<string> {
  const { kind, url } = source;
  const received: { hasBegun: boolean; file: string | null } = { hasBegun: false, file: null };
  try {
    const { status } = await fetch({
      url,
      method: 'GET',
      headers: { accept: `${ACCEPT[kind]}, */*;q=0.5`, 'user-agent': 'Visavis' },
      timeoutMs: FETCH_LIMIT_MS,
      headTimeoutMs: ANSWER_LIMIT_MS,
      maxBytes: 1024,
      maxRedirects: MAX_REDIRECTS,
      signal,
      receive: async (body) => {
        received.hasBegun = true;
        const judge = (head: Buffer) => judgeSource(kind, head, maxBytes);
        received.file = (await receiveJudged(body, folder, judge, { signal, pace: () => IMPATIENT })).file;
      },
    });
    if (received.file === null) throw problemError('url-answered', { what: kind, status });
    return join(folder, basename(received.file));
  } catch (error) {
    if (signal.aborted) throw error;
    throw explain(error, kind, received.hasBegun);
  }
}

export type FindUpload = (url: string, projectId: string) => Promise<StoredUpload | null>;

/**
 * The file behind an upload link of the project, copied from the store without the network; gives its path. Null: the address is
 * none of these. Throws `FilmProblemError` as `fetchSource` does.
 */
export async function copyUpload(
  { kind, url }: Source,
  {
    folder,
    find,
    projectId,
    signal,
    maxBytes,
  }: Omit<SourceOptions, 'fetch'> & { readonly find: FindUpload; readonly projectId: string },
): Promise<string | null> {
  const upload = await findOwn({ kind, url }, find, projectId);
  if (upload === null) return null;
  if (maxBytes !== undefined && upload.file.bytes > maxBytes)
    throw problemError('file-too-large', { what: kind, limit: maxBytes / MB });
  const range = { first: 0, last: Math.min(HEAD_BYTES, upload.file.bytes) - 1 };
  const head: Uint8Array[] = [];
  for await (const part of upload.file.read({ range, signal })) head.push(part);
  const { ending } = await judgeSource(kind, Buffer.concat(head));
  const path = join(folder, `${newPublicId()}${ending}`);
  await saveFile(upload.file, path, signal);
  return path;
}

/**
 * Looks at those of the sources that are upload links: their files are there, and are kept while the film waits. Throws a `ControlError`
 * that says what is wrong with one. What the store cannot tell now is seen when the film is made.
 */
export async function requireUploads(
  sources: readonly Source[],
  { find, projectId }: { readonly find: FindUpload; readonly projectId: string },
): Promise<void> {
  for (const { kind, url } of sources) {
    try {
      const upload = await findOwn({ kind, url }, find, projectId);
      if (upload === null) continue;
      if (kind === 'image' && upload.kind !== 'picture') throw problemError('no-image');
      if (kind === 'video' && upload.kind !== 'video') throw problemError('no-video');
    } catch (error) {
      if (error instanceof FilmProblemError) throw new ControlError('bad-request', error.message);
      if (error instanceof ControlError) throw error;
    }
  }
}

function findOwn({ kind, url }: Source, find: FindUpload, projectId: string): Promise<StoredUpload | null> {
  return find(url, projectId).catch((error: unknown) => {
    if (!(error instanceof ControlError)) throw error;
    // What the store cannot give now it may give to another attempt.
    if (error.code === 'not-found') throw problemError('upload-gone', { what: kind });
    throw error.code === 'conflict' ? problemError('upload-open', { what: kind }) : error;
  });
}

async function judgeSource(kind: SourceKind, head: Buffer, most: number = LIMITS.bytes.filmSource): Promise<Judged> {
  const maxBytes = kind === 'image' ? LIMITS.bytes.picture : most;
  const tooLarge = () => problemError('file-too-large', { what: kind, limit: maxBytes / MB });
  if (kind === 'audio') return { ending: '.sound', maxBytes, tooLarge };
  const found = await fileKind(head);
  const isRight = found !== null && (found.kind === 'picture') === (kind === 'image');
  if (!isRight) throw problemError(kind === 'image' ? 'no-image' : 'no-video');
  return { ending: `.${found.format}`, maxBytes, tooLarge };
}

/**
 * Resolver and socket errors name inner addresses, which are nobody's business. What goes wrong on this machine is no fault of the
 * address, and comes out as it was.
 */
function explain(error: unknown, what: SourceKind, hasBegun: boolean): unknown {
  if (error instanceof FilmProblemError) return error;
  if (error instanceof ControlError) return error.code === 'too-slow' ? problemError('file-too-slow', { what }) : error;
  if (error instanceof ForbiddenAddressError)
    return problemError('url-refused', { what, why: DELIVERY_FAULTS[error.fault] });
  if (error instanceof LateAnswerError) {
    return hasBegun
      ? problemError('file-late', { what, minutes: FETCH_LIMIT_MS / 60_000 })
      : problemError('url-late', { what });
  }
  if (error instanceof BrokenAnswerError) return problemError('url-broke-off', { what });
  if (hasBegun) return error;
  return problemError(isOfCertificate(error) ? 'url-certificate' : 'url-failed', { what });
}

/** As OpenSSL and Node name them. */
const CERTIFICATE_FAULTS = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

function isOfCertificate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CERTIFICATE_FAULTS.test(String(error.code));
}
