import type { IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ControlError, refusal } from '../control/control-error.ts';
import { processBudget } from '../gateway/calls/memory/call-memory.ts';
import type { MemoryShare } from '../gateway/calls/memory/memory-budget.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body as it comes and keeps none of it in memory. */
    readonly streamsBody?: boolean;
    /** Bodies up to this size are taken; left out: up to that of `LIMITS.bytes.restBody`. */
    readonly bodyBytes?: number;
  }
}

const RETRY_AFTER_SECONDS = 5;

/**
 * Bodies that are arriving share one budget of memory: many senders at once cannot fill it, each with his megabyte. When it
 * is spent, the largest is refused.
 */
export function registerBodyBudget(app: FastifyInstance): void {
  const { restBody } = LIMITS.bytes;
  const budget = processBudget(LIMITS.budgets.restBodies);
  // The first of all hooks, and it waits for nothing: each byte of such a body may come as a piece of its own, which costs a
  // hundred times its size in this process, whether anybody reads it or not.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.headers['transfer-encoding'] === undefined) {
      done();
      return;
    }
    cutAfterAnswer(request, reply);
    done(new ControlError('length-required', 'Say in Content-Length how long the body is, and send it as a whole.'));
  });
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.routeOptions.config.streamsBody === true || !hasBody(request.headers)) return payload;
    const most = request.routeOptions.config.bodyBytes ?? restBody;
    const meter = new Meter(most);
    // Nobody else may listen: the request may have been answered before its body was read.
    meter.on('error', () => cutAfterAnswer(request, reply));
    const share = budget.open({ kinds: { body: most }, all: most }, () => meter.destroy(busy()));
    meter.share = share;
    reply.raw.once('close', () => share.close());
    payload.on('error', (error) => meter.destroy(error));
    return payload.pipe(meter);
  });
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return (headers['content-length'] ?? '0') !== '0';
}

/** What else the sender has on the way is not read. A request that was injected, not received, has no socket to cut. */
function cutAfterAnswer({ raw: { socket } }: FastifyRequest, reply: FastifyReply): void {
  if (socket instanceof Socket) reply.raw.once('finish', () => socket.destroy());
}

function busy(): ControlError {
  return refusal('overloaded', 'bodies-full', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** Smaller pieces are put together: a body that comes byte by byte would cost a hundred times its size. */
const PIECE_BYTES = 16 * 1024;

/** Passes a body on, and counts it. Fastify compares `receivedEncodedLength` with what was announced. */
class Meter extends Transform {
  receivedEncodedLength = 0;
  share: MemoryShare<'body'> | null = null;
  readonly #most: number;
  #gathered = Buffer.alloc(0);
  #gatheredBytes = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += piece.length;
    // Whoever reads it may take more: what the budget does not count is not passed on.
    if (this.receivedEncodedLength > this.#most) {
      done(refusal('too-large', 'body-too-large'));
      return;
    }
    if (!this.share?.take('body', piece.length)) {
      done(busy());
      return;
    }
    if (this.#gatheredBytes + piece.length > PIECE_BYTES) this.#passGathered();
    if (piece.length >= PIECE_BYTES) this.push(piece);
    else this.#gather(piece);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#passGathered();
    done();
  }

  #gather(piece: Buffer): void {
    if (this.#gatheredBytes === 0) this.#gathered = Buffer.allocUnsafeSlow(PIECE_BYTES);
    piece.copy(this.#gathered, this.#gatheredBytes);
    this.#gatheredBytes += piece.length;
  }

  #passGathered(): void {
    if (this.#gatheredBytes > 0) this.push(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gatheredBytes = 0;
  }
}
