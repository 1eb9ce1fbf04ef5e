import type { FastifyInstance } from 'fastify';
import { addressGroup } from '../../control/accounts/attempt-limiter.ts';
import { ControlError } from '../../control/control-error.ts';

/** Sockets of one address that are open and no call yet, or no more. A call is admitted in a moment. */
const MAX_UNADMITTED = 64;
const RETRY_AFTER_SECONDS = 5;

/** Bounds sockets that hold no place under a key's limit. `idleAt`: the addresses of those that are open at a path. */
export function refuseSocketCrowds(app: FastifyInstance, idleAt: (path: string) => Iterable<string>): void {
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.access?.kind !== 'call') return;
    const group = addressGroup(request.ip);
    let count = 0;
    for (const address of idleAt(request.routeOptions.url ?? '')) if (addressGroup(address) === group) count += 1;
    if (count < MAX_UNADMITTED) return;
    const message = 'Too many calls are being opened from your network at once. Try again in a moment.';
    throw new ControlError('too-many-attempts', message, RETRY_AFTER_SECONDS);
  });
}
