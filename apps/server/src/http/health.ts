import type { FastifyInstance } from 'fastify';
import { FOR } from './access/access.ts';

export type HealthReport = {
  /** `full`, `failing` (the database does not answer): alive, but a new call would be refused; balancers should route elsewhere. */
  readonly status: 'ok' | 'full' | 'starting' | 'failing';
  readonly version: string;
  readonly calls: { readonly open: number; readonly capacity: number; readonly sockets: number };
  /** `low`: uploads, makings and recordings are refused until there is room again; calls go on. */
  readonly disk: 'ok' | 'low';
  readonly database: 'ok' | 'down';
  /**
   * Since the start: media workers that died or hung and were replaced, calls that were deaf for a time, what failed of voices and
   * recognisers in calls that went on, and films that end before their calls.
   */
  readonly faults: Readonly<
    Record<'replacedWorkers' | 'hungWorkers' | 'hearingFailures' | 'voiceFailures' | 'recordingFailures', number>
  >;
  /**
   * By queue, since the start: turns under way and begun; begun again after a worker died or a turn broke off; broken off; and given
   * to another node while this one had them. Empty while the queues are being opened.
   */
  readonly jobs: Readonly<Record<string, Readonly<Record<'running' | 'begun' | 'again' | 'failed' | 'lost', number>>>>;
  readonly uptimeSeconds: number;
};

/** `GET /health`: 200 while calls are taken, 503 while they are not. Never cached, no secrets. */
export function registerHealth(app: FastifyInstance, report: () => HealthReport): void {
  app.get('/health', { config: FOR.everyone }, (_request, reply) => {
    const current = report();
    return reply
      .code(current.status === 'ok' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(current);
  });
}
