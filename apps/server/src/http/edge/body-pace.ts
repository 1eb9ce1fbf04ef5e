import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ControlError, refusal } from '../../control/control-error.ts';

/** Every body has this long, and a second more for so many bytes that have come. */
export type BodyPace = { readonly graceMs: number; readonly bytesPerSecond: number };

const PACE: BodyPace = { graceMs: 10_000, bytesPerSecond: 8_192 };
const CHECKS_PER_GRACE = 10;

type Arriving = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  sinceMs: number;
  bytesBefore: number;
  /** Breaks off whoever reads the body, with the reason. Null: nobody reads it. */
  giveUp: ((reason: ControlError) => void) | null;
  /** Whoever reads it judges the sender's pace himself. */
  hasOwnPace: boolean;
};

/**
 * Gives up on bodies that arrive too slowly, so that a trickle holds no connection: also on what a client goes on sending
 * after it was answered.
 */
export function registerBodyPace(app: FastifyInstance, pace: BodyPace = PACE): void {
  const arriving = new Map<FastifyRequest, Arriving>();
  const check = (): void => {
    for (const [request, body] of arriving) {
      if (request.raw.complete || request.raw.socket.destroyed) arriving.delete(request);
      else if (isTooSlow(body, pace)) cut(body);
    }
  };
  const timer = setInterval(check, pace.graceMs / CHECKS_PER_GRACE);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));

  app.addHook('onRequest', async (request, reply) => {
    if (request.raw.complete || !announcesBody(request)) return;
    const { bytesRead } = request.raw.socket;
    const sinceMs = performance.now();
    arriving.set(request, { request, reply, sinceMs, bytesBefore: bytesRead, giveUp: null, hasOwnPace: false });
  });
  app.addHook('preParsing', async (request, _reply, payload) => {
    const body = arriving.get(request);
    if (body !== undefined) {
      body.hasOwnPace = request.routeOptions.config.streamsBody === true;
      body.giveUp = (reason) => (payload as NodeJS.ReadableStream & { destroy(reason: Error): void }).destroy(reason);
    }
    return payload;
  });
}

function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function isTooSlow(body: Arriving, { graceMs, bytesPerSecond }: BodyPace): boolean {
  const { bytesRead } = body.request.raw.socket;
  if (body.hasOwnPace && !body.reply.sent) {
    body.sinceMs = performance.now();
    body.bytesBefore = bytesRead;
    return false;
  }
  return performance.now() - body.sinceMs > graceMs + ((bytesRead - body.bytesBefore) / bytesPerSecond) * 1000;
}

function cut({ request, reply, giveUp }: Arriving): void {
  if (giveUp === null || reply.sent) {
    request.raw.socket.destroy();
    return;
  }
  reply.header('connection', 'close');
  giveUp(refusal('too-slow', 'body-late'));
}
