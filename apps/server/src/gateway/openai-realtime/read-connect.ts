import type { IncomingHttpHeaders } from 'node:http';
import { LIMITS, tokenOf } from '@visavis/protocol';
import type { Form, OpenAiRequest } from './state.ts';

/** What browsers name the key in, who may set no header of their own. */
const KEY_PROTOCOL = 'openai-insecure-api-key.';
const AVATAR_ID = /^[0-9a-f]{32}$/i;

/**
 * @param query Of the address; repeated parameters are arrays, of which the first counts.
 * @param headers Of the upgrade. The key is a bearer, or stands among the sub-protocols.
 */
export function readConnect(query: unknown, headers: IncomingHttpHeaders): OpenAiRequest {
  return requestFor({
    key: readKey(headers),
    model: readModel(query),
    form: isBeta(headers) ? 'beta' : 'ga',
    connection: 'none',
  });
}

export function requestFor(given: {
  readonly key: string | undefined;
  readonly model: string;
  readonly form: Form;
  readonly connection: 'none' | 'answer';
  readonly session?: OpenAiRequest['session'];
}): OpenAiRequest {
  const { key, model, form, connection, session = {} } = given;
  return {
    ...(key === undefined ? {} : { licence: tokenOf(key) }),
    ...avatarOf(model),
    form,
    calledModel: model,
    session,
    connection,
    waitsForTools: true,
    audioBack: connection === 'none',
    extensions: false,
    transparency: false,
  };
}

/** Clients that name no avatar, or send the name of a model of OpenAI’s as they always do, get the project’s first one. */
export function avatarOf(model: string): Pick<OpenAiRequest, 'avatarId' | 'name' | 'anyAvatar'> {
  if (model === '' || /^(?:gpt|o\d)-/i.test(model)) return { anyAvatar: true };
  return AVATAR_ID.test(model) ? { avatarId: model.toLowerCase() } : { name: model };
}

export function readKey({
  authorization,
  'sec-websocket-protocol': protocols,
}: IncomingHttpHeaders): string | undefined {
  const named = (protocols ?? '').split(',').map((one) => one.trim());
  const key =
    /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ??
    named.find((one) => one.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
  return key === undefined || key === '' ? undefined : key.slice(0, LIMITS.characters.parameter);
}

function readModel(query: unknown): string {
  const given: unknown = typeof query === 'object' && query !== null && 'model' in query ? query.model : undefined;
  const value: unknown = Array.isArray(given) ? given[0] : given;
  return typeof value === 'string' ? value.trim().slice(0, LIMITS.characters.parameter) : '';
}

export function isBeta({ 'openai-beta': header, 'sec-websocket-protocol': protocols }: IncomingHttpHeaders): boolean {
  return /realtime=v1/.test(String(header ?? '')) || /openai-beta\.realtime-v1/.test(protocols ?? '');
}
