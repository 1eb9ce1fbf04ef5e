import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LIMITS } from '@visavis/protocol';
import { type FileKind, fileKind, HEAD_BYTES, PICTURE_NAMES, VIDEO_NAMES } from '@visavis/protocol/file-kind';
import { type ControlError, refusal } from '../../control-error.ts';
import { diskFull, isDiskFull } from '../../disk/disk-watch.ts';
import { newPublicId } from '../../ids.ts';
import { PATIENT, Pace, type PaceRule } from './pace.ts';

export type ReceivedFile = {
  readonly kind: FileKind['kind'];
  /** Random name in the folder of uploads. */
  readonly file: string;
  readonly sizeBytes: number;
};

export type ReceiveOptions = {
  /** Ends the receiving; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** How fast the file must come in, asked again and again. Left out: patiently. */
  readonly pace?: () => PaceRule;
};

/**
 * Writes a picture or video to a folder as it comes in, under a random name. Throws `ControlError` (`unsupported-type`,
 * `too-large`, `too-slow`, `disk-full`) as soon as it is clear that the file cannot be taken; then nothing is left of it.
 */
export async function receiveFile(
  body: AsyncIterable<Buffer>,
  folder: string,
  { signal, pace = () => PATIENT }: ReceiveOptions = {},
): Promise<ReceivedFile> {
  let kind: FileKind['kind'] = 'video';
  const judge = async (head: Buffer): Promise<Judged> => {
    const found = await fileKind(head);
    if (found === null) {
      throw refusal('unsupported-type', 'wrong-file', {
        values: { pictures: PICTURE_NAMES, videos: VIDEO_NAMES },
      });
    }
    kind = found.kind;
    return { ending: `.${found.format}`, maxBytes: LIMITS.bytes[kind], tooLarge: () => tooLarge(kind) };
  };
  const received = await receiveJudged(body, folder, judge, { ...(signal && { signal }), pace });
  return { kind, ...received };
}

/** What may come in, by the beginning of the file. */
export type Judged = { readonly ending: string; readonly maxBytes: number; readonly tooLarge: () => Error };

/** As `receiveFile`, whatever the file is: `judge` sees its first bytes, and throws where it cannot be taken. */
export async function receiveJudged(
  body: AsyncIterable<Buffer>,
  folder: string,
  judge: (head: Buffer) => Promise<Judged>,
  { signal, pace = () => PATIENT }: ReceiveOptions = {},
): Promise<Omit<ReceivedFile, 'kind'>> {
  const parts = paced(body[Symbol.asyncIterator](), pace, signal);
  const head = await readHead(parts);
  const judged = await judge(head);
  const file = `${newPublicId()}${judged.ending}`;
  const path = join(folder, file);
  let sizeBytes = 0;
  const bounded = async function* (): AsyncGenerator<Buffer> {
    for (let part: Buffer | undefined = head; part !== undefined; part = await parts()) {
      sizeBytes += part.byteLength;
      if (sizeBytes > judged.maxBytes) throw judged.tooLarge();
      yield part;
    }
  };
  // Opened first: a stream that opens by itself may create the file after the removal below.
  const handle = await open(path, 'wx', 0o600);
  try {
    await pipeline(bounded, handle.createWriteStream());
  } catch (error) {
    await rm(path, { force: true });
    throw isDiskFull(error) ? diskFull() : error;
  }
  return { file, sizeBytes };
}

/** `kind` left out: whatever it is, it is too large. */
export function tooLarge(kind: FileKind['kind'] = 'video'): ControlError {
  return refusal('too-large', `${kind}-too-large`, { values: { limit: LIMITS.bytes[kind] / 1e6 } });
}

async function readHead(parts: NextPart): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.byteLength < HEAD_BYTES) {
    const part = await parts();
    if (part === undefined) break;
    head = head.byteLength === 0 ? part : Buffer.concat([head, part]);
  }
  return head;
}

/** Undefined after the last one. */
type NextPart = () => Promise<Buffer | undefined>;

/** How often a sender is judged while nothing comes; with every part that comes it is judged as well. */
const JUDGED_EVERY_MS = 250;

/** A part is waited for until the sender has shown to be too slow or the signal aborts. */
export function paced(parts: AsyncIterator<Buffer>, rule: () => PaceRule, signal: AbortSignal | undefined): NextPart {
  const pace = new Pace();
  let waitedMs = 0;
  let bytes = 0;
  return async () => {
    signal?.throwIfAborted();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(signal?.reason);
    const fromMs = performance.now() - waitedMs;
    const judge = (): void => {
      const kept = pace.keepsTo(rule(), performance.now() - fromMs);
      if (kept !== 'yes') reject(tooSlow(kept, rule()));
    };
    const timer = setInterval(judge, JUDGED_EVERY_MS);
    signal?.addEventListener('abort', giveUp);
    try {
      const next = await Promise.race([parts.next(), givenUp]);
      if (next.done === true) return undefined;
      waitedMs = performance.now() - fromMs;
      bytes += next.value.byteLength;
      pace.note(waitedMs, bytes);
      const kept = pace.keepsTo(rule(), waitedMs);
      if (kept !== 'yes') throw tooSlow(kept, rule());
      return next.value;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  };
}

function tooSlow(how: 'slow' | 'silent', { bytesPerSecond, windowMs }: PaceRule): ControlError {
  if (how === 'silent') return refusal('too-slow', 'file-stopped', { retryAfterSeconds: 10 });
  const values = { speed: Math.round(bytesPerSecond / 1024), seconds: Math.round(windowMs / 1000) };
  return refusal('too-slow', 'file-slow', { values, retryAfterSeconds: 10 });
}
