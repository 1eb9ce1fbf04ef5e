import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MAX_UPLOAD_BYTES } from '@visavis/protocol/rest';
import { ControlError } from '../../control-error.ts';
import { newPublicId } from '../../ids.ts';
import { type FileKind, fileKind, HEAD_BYTES } from './file-kind.ts';

export type ReceivedFile = {
  readonly kind: FileKind['kind'];
  /** Random name in the folder of uploads. */
  readonly file: string;
  readonly sizeBytes: number;
};

/** A sender that is silent for longer has gone. */
const SILENCE_LIMIT_MS = 60_000;

export type ReceiveOptions = {
  /** Ends the receiving; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly silenceLimitMs?: number;
};

/**
 * Writes a picture or video to a folder as it comes in, under a random name. Throws `ControlError` (`unsupported-type`,
 * `too-large`, `bad-request` when nothing comes for a minute) as soon as it is clear that the file cannot be taken; then
 * nothing is left of it.
 */
export async function receiveFile(
  body: AsyncIterable<Buffer>,
  folder: string,
  { signal, silenceLimitMs = SILENCE_LIMIT_MS }: ReceiveOptions = {},
): Promise<ReceivedFile> {
  const parts = impatient(body[Symbol.asyncIterator](), silenceLimitMs, signal);
  const head = await readHead(parts);
  const found = fileKind(head);
  if (found === null) {
    throw new ControlError(
      'unsupported-type',
      'This is no picture or video that can be used. Send a JPEG, PNG, WebP or BMP picture, or an MP4, WebM or MOV video.',
    );
  }
  const file = `${newPublicId()}${found.ending}`;
  const path = join(folder, file);
  let sizeBytes = 0;
  const bounded = async function* (): AsyncGenerator<Buffer> {
    for (let part: Buffer | undefined = head; part !== undefined; part = await parts()) {
      sizeBytes += part.byteLength;
      if (sizeBytes > MAX_UPLOAD_BYTES[found.kind]) throw tooLarge(found.kind);
      yield part;
    }
  };
  // Opened first: a stream that opens by itself may create the file after the removal below.
  const handle = await open(path, 'wx', 0o600);
  try {
    await pipeline(bounded, handle.createWriteStream());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { kind: found.kind, file, sizeBytes };
}

/** `kind` left out: whatever it is, it is too large. */
export function tooLarge(kind: FileKind['kind'] = 'video'): ControlError {
  const limit = MAX_UPLOAD_BYTES[kind] / 1e6;
  const advice = kind === 'video' ? 'Cut it shorter, or save it smaller' : 'Save it smaller';
  return new ControlError('too-large', `This ${kind} has more than ${limit} MB. ${advice}, and send it again.`);
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

/** A part that does not come is waited for until the time is over or the signal aborts. */
function impatient(parts: AsyncIterator<Buffer>, silenceLimitMs: number, signal: AbortSignal | undefined): NextPart {
  return async () => {
    signal?.throwIfAborted();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(signal?.reason);
    const timer = setTimeout(() => reject(stoppedComing()), silenceLimitMs);
    signal?.addEventListener('abort', giveUp);
    try {
      const next = await Promise.race([parts.next(), givenUp]);
      return next.done === true ? undefined : next.value;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  };
}

function stoppedComing(): ControlError {
  return new ControlError(
    'bad-request',
    'The file stopped arriving before its end. Check the connection, and send it again.',
  );
}
