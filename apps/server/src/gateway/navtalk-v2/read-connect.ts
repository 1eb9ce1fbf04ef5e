import type { IncomingHttpHeaders } from 'node:http';
import { LIMITS, TRANSPARENCY_MODEL, TRANSPARENT_MODEL } from '@visavis/protocol';
import type { CallRequest } from '../calls/call-request.ts';

/**
 * @param query Parsed query of a v2 socket's address; repeated parameters are arrays, of which the first counts.
 * @param headers Of the upgrade; phones send the key there as well. The address comes first.
 */
export function readConnect(query: unknown, headers: IncomingHttpHeaders = {}): CallRequest {
  const fields = typeof query === 'object' && query !== null ? new Map(Object.entries(query)) : new Map();
  const read = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const given: unknown = fields.get(name);
      const value: unknown = Array.isArray(given) ? given[0] : given;
      if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, LIMITS.characters.parameter);
    }
    return undefined;
  };
  const model = read('model');
  const texts = {
    licence: read('license', 'licence', 'apikey') ?? readHeader(headers.license) ?? read('userId'),
    avatarId: read('avatarId', 'avatar_id'),
    name: read('name', 'characterName', 'character'),
    model,
    voice: read('voice'),
    language: read('language'),
    replaces: read('replaces'),
    reconnectKey: read('reconnectKey'),
  };
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...readPictureSize(read('pictureSize')),
    audioBack: isOn(read('audioBack')),
    extensions: isOn(read('visavis')),
    transparency: model?.toLowerCase() === TRANSPARENCY_MODEL,
    ...(model?.toLowerCase() === TRANSPARENT_MODEL ? { answeredByPeople: true } : {}),
  };
}

function readHeader(given: string | string[] | undefined): string | undefined {
  const value = (Array.isArray(given) ? given[0] : given)?.trim().slice(0, LIMITS.characters.parameter);
  return value === '' ? undefined : value;
}

function readPictureSize(text: string | undefined): Pick<CallRequest, 'pictureSizePx'> {
  return text !== undefined && /^\d{1,5}$/.test(text) ? { pictureSizePx: Number(text) } : {};
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}
