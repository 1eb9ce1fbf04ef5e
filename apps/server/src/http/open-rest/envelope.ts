import { endEvent, LIMITS, textFault, tokenOf } from '@visavis/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ControlError } from '../../control/control-error.ts';

/** What clients are refused with most, as published clients know it. */
export const OPEN_SENTENCES = {
  invalidLicence: endEvent('invalid-licence').closeReason,
  noAvatar: endEvent('avatar-not-found').closeReason,
  noAvatarId: 'Give the avatar as avatarId.',
} as const;

/** Every answer of the open REST interface is `{ code, message, data }`; `code` repeats the HTTP status. */
export function succeed<Data>(data: Data): { code: 200; message: 'SUCCESS'; data: Data } {
  return { code: 200, message: 'SUCCESS', data };
}

export function fail(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ code: status, message, data: null });
}

/** Reads a short parameter; see `readText`. */
export function readParameter(request: FastifyRequest, ...names: readonly string[]): string | undefined {
  return readText(request, LIMITS.characters.parameter, ...names);
}

/**
 * Reads a text from the query, a JSON body, or a header of the same name, without the NULs that no database takes and in
 * whole characters. One that is longer than `limit` is refused.
 */
export function readText(request: FastifyRequest, limit: number, ...names: readonly string[]): string | undefined {
  for (const source of [request.query, request.body, request.headers]) {
    if (typeof source !== 'object' || source === null) continue;
    for (const name of names) {
      const text = readField(source, name);
      if (text === '') continue;
      const fault = textFault(text, limit);
      if (fault !== null) throw new ControlError('bad-request', `${name} ${fault}.`);
      return text;
    }
  }
  return undefined;
}

function readField(source: object, name: string): string {
  const given: unknown = Object.hasOwn(source, name) ? Reflect.get(source, name) : undefined;
  const value: unknown = Array.isArray(given) ? given[0] : given;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed().trim() : '';
}

/** The key or token of a request: `license`, `apikey` or `userId` of the query, the body or a header, or a bearer. */
export function readKey(request: FastifyRequest, keyIn: 'anywhere' | 'headers'): string | undefined {
  const { authorization, license } = request.headers;
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const bearer = given === undefined ? undefined : tokenOf(given);
  if (keyIn === 'headers') return bearer ?? (typeof license === 'string' && license !== '' ? license : undefined);
  return readParameter(request, 'license', 'licence', 'apikey', 'userId') ?? bearer;
}
