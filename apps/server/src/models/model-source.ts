import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a file from a place on. */
type Opened = {
  /** Where they begin: 0 when the source cannot begin at the place that was asked for. */
  readonly fromByte: number;
  /** Length of the whole file, where the source says it. */
  readonly totalBytes: number | null;
  readonly bytes: AsyncIterable<Uint8Array>;
};

/** Where models come from. */
export type ModelSource = {
  /** Null: the file is not there. Throws when the line breaks. */
  open(
    place: { readonly repository: string; readonly path: string; readonly fromByte: number },
    signal: AbortSignal,
  ): Promise<Opened | null>;
};

/** It is of no use to ask again. */
export class ModelRefusal extends Error {}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A folder with `owner/name/file`, as a hub has it. */
export function mirrorFolder(folder: string): ModelSource {
  return {
    async open({ repository, path, fromByte }, signal) {
      const place = join(folder, ...repository.split('/'), ...path.split('/'));
      const found = await stat(place).catch(() => null);
      if (found?.isFile() !== true) return null;
      return { fromByte, totalBytes: found.size, bytes: createReadStream(place, { start: fromByte, signal }) };
    },
  };
}

/** A hub that speaks as Hugging Face's does: `https://huggingface.co`, a company's mirror. */
export function modelHub(endpoint: string): ModelSource {
  return {
    async open({ repository, path, fromByte }, signal) {
      const segments = [...repository.split('/'), 'resolve', 'main', ...path.split('/')];
      const url = new URL(`${endpoint}/${segments.map(encodeURIComponent).join('/')}`);
      const headers = { 'accept-encoding': 'identity', ...(fromByte > 0 && { range: `bytes=${fromByte}-` }) };
      const answer = await follow(url, headers, signal);
      if (answer.status === 416) {
        await answer.body?.cancel();
        return await this.open({ repository, path, fromByte: 0 }, signal);
      }
      if (answer.status === 404) {
        await answer.body?.cancel();
        return null;
      }
      if (!answer.ok || answer.body === null) {
        await answer.body?.cancel();
        throw failure(answer.status, url);
      }
      return { ...extentOf(answer, fromByte), bytes: answer.body };
    },
  };
}

/** Redirects lead to where the files lie; none may lead from https to a line that others can write on. */
async function follow(start: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let url = start;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const answer = await fetch(url, { headers, signal, redirect: 'manual' });
    const location = answer.headers.get('location');
    if (!REDIRECTS.has(answer.status) || location === null) return answer;
    await answer.body?.cancel();
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && next.protocol !== url.protocol) {
      throw new ModelRefusal(`${url.host} leads on to ${next.protocol}//${next.host}, which is not followed.`);
    }
    url = next;
  }
  throw new ModelRefusal(`${start.host} leads from one address to the next without an end.`);
}

function failure(status: number, url: URL): Error {
  const sentence = `${url.host} answers ${status}.`;
  if (status === 401 || status === 403) {
    return new ModelRefusal(
      `${sentence} It wants an account: load the files there yourself, and “visavis models add” them.`,
    );
  }
  // Too many requests and faults of the server pass.
  return status === 408 || status === 429 || status >= 500 ? new Error(sentence) : new ModelRefusal(sentence);
}

function extentOf(answer: Response, wantedFromByte: number): Pick<Opened, 'fromByte' | 'totalBytes'> {
  if (answer.status !== 206) return { fromByte: 0, totalBytes: readCount(answer.headers.get('content-length')) };
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  if (Number(from) !== wantedFromByte) throw new ModelRefusal('A part of a file came that was not asked for.');
  return { fromByte: wantedFromByte, totalBytes: readCount(total ?? null) };
}

function readCount(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
