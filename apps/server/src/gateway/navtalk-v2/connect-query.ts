import { LIMITS, TRANSPARENCY_MODEL } from '@visavis/protocol';

/** What the address of a v2 socket says. Absent and empty parameters are left out. */
export type ConnectQuery = {
  readonly licence?: string;
  readonly avatarId?: string;
  readonly name?: string;
  readonly model?: string;
  readonly voice?: string;
  readonly language?: string;
  /** Session whose connection was lost, and whose place this call takes, with the key that session was given. */
  readonly replaces?: string;
  readonly reconnectKey?: string;
  /** Send the reply's sound over the socket as well. */
  readonly audioBack: boolean;
  /** Send Visavis extension events. */
  readonly extensions: boolean;
  readonly transparency: boolean;
};

/** @param query Parsed query; repeated parameters are arrays, of which the first counts. */
export function readConnectQuery(query: unknown): ConnectQuery {
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
    licence: read('license', 'licence', 'apikey'),
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
    audioBack: isOn(read('audioBack')),
    extensions: isOn(read('visavis')),
    transparency: model?.toLowerCase() === TRANSPARENCY_MODEL,
  };
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}
