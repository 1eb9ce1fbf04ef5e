import { BROWSER_TOKEN_PREFIX, LIMITS, tokenOf } from '@visavis/protocol';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Admission, Logger } from '../../ports.ts';
import type { CallEnd } from '../calls/call-settings.ts';
import type { Gateway } from '../wire/gateway.ts';
import { SideSocket } from '../wire/side-socket.ts';
import { toEnd } from './ends.ts';
import { readKey } from './read-connect.ts';

/** What the ids of calls begin with. */
export const CALL_ID_PREFIX = 'rtc_';

/** Why somebody is not let in: an entry of the error table, or a refusal of its own. */
type Refusal = CallEnd | { readonly own: string; readonly text: string; readonly closeCode: number };

const UNKNOWN_CALL: Refusal = {
  own: 'call_not_found',
  text: 'There is no such call of this project, or it has ended. The id stands in the Location of its answer, rtc_….',
  closeCode: 4004,
};
const NO_KEY_OF_THE_PROJECT: Refusal = {
  own: 'invalid_api_key',
  text: 'Other controllers join a call with a key of its project, not with a client secret.',
  closeCode: 3000,
};
const FULL: Refusal = {
  own: 'rate_limit_exceeded',
  text: 'This call has as many other controllers as it takes. Close one of them.',
  closeCode: 4029,
};
const FAILED: Refusal = { own: 'server_error', text: 'The server had a fault of its own. Try again.', closeCode: 1011 };

/** Lets servers join calls that pages opened over WebRTC: `?call_id=rtc_…`. */
export class SidebandDesk {
  readonly #gateway: Pick<Gateway, 'find' | 'openMemory'>;
  readonly #admission: Pick<Admission, 'findLicence'>;
  readonly #logger: Logger;
  /** Sockets that have joined no call, and their addresses. */
  readonly #waiting = new Map<SideSocket, string>();

  constructor(
    gateway: Pick<Gateway, 'find' | 'openMemory'>,
    admission: Pick<Admission, 'findLicence'>,
    logger: Logger,
  ) {
    this.#gateway = gateway;
    this.#admission = admission;
    this.#logger = logger;
  }

  /** False: the socket is for a call of its own. */
  take(socket: WebSocket, request: FastifyRequest): boolean {
    const callId = callIdOf(request.query);
    if (callId === null) return false;
    const side = new SideSocket(socket, request, (give) => this.#gateway.openMemory(give));
    this.#waiting.set(side, request.ip);
    socket.once('close', () => this.#waiting.delete(side));
    this.#admit(side, callId, request).then(
      (refusal) => (refusal === null ? this.#waiting.delete(side) : refuse(side, refusal)),
      (error: unknown) => {
        this.#logger.error({ error }, 'A controller could not be let into a call');
        refuse(side, FAILED);
      },
    );
    return true;
  }

  /** Addresses of sockets that have joined no call. */
  waiting(): Iterable<string> {
    return this.#waiting.values();
  }

  close(): void {
    for (const side of this.#waiting.keys()) refuse(side, { code: 'server-closing' });
  }

  /** Null: it has joined the call. */
  async #admit(side: SideSocket, callId: string, request: FastifyRequest): Promise<Refusal | null> {
    const key = readKey(request.headers);
    if (key === undefined) return { code: 'missing-licence' };
    if (tokenOf(key).startsWith(BROWSER_TOKEN_PREFIX)) return NO_KEY_OF_THE_PROJECT;
    const caller = { origin: request.headers.origin, host: request.host };
    const licence = await this.#admission.findLicence(key, caller);
    if (licence === null) return { code: 'invalid-licence' };
    if (licence.refusal === 'origin-not-allowed') return { code: licence.refusal };
    if (licence.isPublic === true) return NO_KEY_OF_THE_PROJECT;
    const sessionId = callId.startsWith(CALL_ID_PREFIX) ? callId.slice(CALL_ID_PREFIX.length) : '';
    const connection = this.#gateway.find(sessionId);
    // Of other projects nobody is told whether there is a call.
    if (connection?.call.licence?.projectId !== licence.projectId || !connection.takesSides) return UNKNOWN_CALL;
    return side.join(connection, licence.licenceId) ? null : FULL;
  }
}

/** Null: the address names none. */
function callIdOf(query: unknown): string | null {
  if (typeof query !== 'object' || query === null || !('call_id' in query)) return null;
  const value: unknown = Array.isArray(query.call_id) ? query.call_id[0] : query.call_id;
  return typeof value === 'string' ? value.slice(0, LIMITS.characters.parameter) : '';
}

function refuse(side: SideSocket, refusal: Refusal): void {
  if ('code' in refusal) {
    const { error, closeCode, closeReason } = toEnd(refusal);
    tell(side, error, closeCode, closeReason);
    return;
  }
  const error = {
    type: 'invalid_request_error',
    code: refusal.own,
    message: refusal.text,
    param: 'call_id',
    event_id: null,
  };
  tell(side, error, refusal.closeCode, `${error.type}.${error.code}`);
}

function tell(side: SideSocket, error: object, closeCode: number, closeReason: string): void {
  side.send(JSON.stringify({ type: 'error', event_id: 'event_side_1', error }));
  side.close(closeCode, closeReason);
}
