import { Readable } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ControlError, refusal } from '../../control/control-error.ts';
import { processBudget } from '../../gateway/calls/memory/call-memory.ts';
import type { MemoryShare } from '../../gateway/calls/memory/memory-budget.ts';
import { readerOf } from './callers.ts';
import { type AnswerPace, UnsentAnswer, UnsentParts } from './unsent-answer.ts';

/** Smaller answers find room in the buffers of their connection. */
const SMALL_BYTES = 16 * 1024;
const RETRY_AFTER_SECONDS = 5;
const PACE: AnswerPace = { graceMs: 15_000, bytesPerSecond: 16_384 };
const CHECKS_PER_GRACE = 15;

type Reader = { readonly share: MemoryShare<'answer'>; readonly answers: Map<UnsentAnswer, () => void> };

/**
 * Answers on their way share one budget of memory until they have left. Who does not read what he asked for gets no more of
 * it; when the budget is spent, the reader that holds most loses all of his; and one whose answer does not move is cut.
 * An answer that is made in parts counts with the part that is there. What is streamed from a file holds nothing and is
 * left alone.
 */
export function registerAnswerBudget(app: FastifyInstance, pace: AnswerPace = PACE): void {
  const { answers: wholeBytes } = LIMITS.budgets;
  const budget = processBudget(wholeBytes);
  const readers = new Map<string, Reader>();

  const readerFor = (name: string): Reader => {
    const known = readers.get(name);
    if (known !== undefined) return known;
    const share = budget.open({ kinds: { answer: wholeBytes }, all: wholeBytes }, () => {
      readers.delete(name);
      for (const cut of reader.answers.values()) cut();
    });
    const reader: Reader = { share, answers: new Map() };
    readers.set(name, reader);
    return reader;
  };

  const leave = (name: string, reader: Reader): void => {
    if (reader.answers.size > 0) return;
    reader.share.close();
    if (readers.get(name) === reader) readers.delete(name);
  };

  const timer = setInterval(() => {
    for (const { answers } of [...readers.values()]) {
      for (const [answer, cut] of answers) if (answer.isTooSlow(pace)) cut();
    }
  }, pace.graceMs / CHECKS_PER_GRACE);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));

  app.addHook('onSend', async (request, reply, payload) => {
    if (payload instanceof Readable) return readsMuch(request) ? holdParts(request, reply, payload) : payload;
    const bytes = sizeOf(payload);
    if (bytes <= SMALL_BYTES || request.method === 'HEAD') return payload;
    const name = readerOf(request);
    const reader = readerFor(name);
    try {
      take(reader, bytes);
    } catch (error) {
      leave(name, reader);
      throw error;
    }
    const answer = new UnsentAnswer(Buffer.from(payload as string));
    onItsWay(request, reply, answer, () => reader.share.give('answer', bytes));
    reply.header('content-length', bytes);
    return answer;
  });

  /** Each part is in memory from when it is made until it has been taken. */
  const holdParts = (request: FastifyRequest, reply: FastifyReply, parts: Readable): UnsentParts => {
    const { share } = readerFor(readerOf(request));
    // What he has not read keeps no begun answer from going on; it counts when he asks for the next.
    let heldBytes = 0;
    const hold = (bytes: number): void => {
      share.give('answer', heldBytes);
      heldBytes = 0;
      if (!share.take('answer', bytes)) throw busy();
      heldBytes = bytes;
    };
    const answer = new UnsentParts({ parts, hold });
    onItsWay(request, reply, answer, () => share.give('answer', heldBytes));
    return answer;
  };

  const onItsWay = (request: FastifyRequest, reply: FastifyReply, answer: UnsentAnswer, giveBack: () => void): void => {
    const name = readerOf(request);
    const reader = readerFor(name);
    reader.answers.set(answer, () => request.raw.socket.destroy());
    whenGone(request, reply, () => {
      if (!reader.answers.delete(answer)) return;
      giveBack();
      leave(name, reader);
    });
  };
}

/** Throws what its reader is told where he may not have so much, or nobody may now. */
function take({ share }: Reader, bytes: number): void {
  // One answer alone may be larger: there are talks of many megabytes.
  if (share.heldBytes > 0 && share.heldBytes + bytes > LIMITS.budgets.answersOfOne) throw unread();
  if (!share.take('answer', bytes)) throw busy();
}

/** Such a stream is made of what is read for it; others are files that lie on the disk. */
export function readsMuch(request: FastifyRequest): boolean {
  const { readsMuch: isHeavy = false } = request.routeOptions.config;
  return typeof isHeavy === 'function' ? isHeavy(request) : isHeavy;
}

/** Calls back once or twice: the answer is with the operating system, or the connection has ended. */
export function whenGone(request: FastifyRequest, reply: FastifyReply, then: () => void): void {
  if (request.raw.socket.destroyed) {
    then();
    return;
  }
  reply.raw.once('finish', then);
  reply.raw.once('close', then);
}

function sizeOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : 0;
}

function unread(): ControlError {
  return refusal('too-many-attempts', 'answers-unread', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function busy(): ControlError {
  return refusal('overloaded', 'answers-full', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
