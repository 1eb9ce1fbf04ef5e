import type { VoiceSlotName } from '@visavis/protocol';
import { type FindAddresses, whyForbidden } from '@visavis/protocol/address-guard';
import type { StoredParts } from '../../db/schema.ts';
import { refusal } from '../control-error.ts';
import type { VoiceKeys } from './voice-keys.ts';

/** A part of a voice as an avatar keeps it. */
export type AvatarPart = NonNullable<StoredParts[VoiceSlotName]>;

/** One part, looked up in the catalogue of voices. */
export type PartLookUp =
  | {
      readonly kind: 'part';
      /** Checked, with what is usual filled in. */
      readonly options: AvatarPart['options'];
      /** Addresses among its options, by their names. */
      readonly addresses: Readonly<Record<string, string>>;
      /** Where its key would be sent; null: it takes none. */
      readonly keyOrigin: string | null;
      readonly needsKey: boolean;
    }
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  | { readonly kind: 'wrong-option'; readonly option: string; readonly why: string };

/** What the catalogue of voices says. */
export type VoiceRules = {
  /** Ids of the voices that avatars may name; null: any. */
  readonly providers: readonly string[] | null;
  lookUp(slot: VoiceSlotName, part: AvatarPart): PartLookUp;
};

/** Checks what an avatar is to speak with, before it is kept: whatever is wrong is said at once. */
export class VoiceSetup {
  readonly #rules: VoiceRules;
  readonly #keys: VoiceKeys;
  readonly #findAddresses: FindAddresses;

  constructor(parts: { rules: VoiceRules; keys: VoiceKeys; findAddresses: FindAddresses }) {
    this.#rules = parts.rules;
    this.#keys = parts.keys;
    this.#findAddresses = parts.findAddresses;
  }

  requireProvider(id: string): void {
    const { providers } = this.#rules;
    if (providers === null || providers.includes(id)) return;
    throw refusal('bad-request', 'unknown-voice', { values: { id, known: providers.join(', ') }, field: 'provider' });
  }

  /** As they are kept. */
  async check(projectId: string, parts: StoredParts): Promise<StoredParts> {
    const checked = await Promise.all(
      entriesOf(parts).map(async ([slot, part]) => [slot, await this.checkPart(projectId, slot, part)] as const),
    );
    return Object.fromEntries(checked);
  }

  async checkPart(projectId: string, slot: VoiceSlotName, part: AvatarPart): Promise<AvatarPart> {
    const field = `parts.${slot}`;
    const found = this.#rules.lookUp(slot, part);
    if (found.kind === 'unknown') {
      const values = { id: part.id, known: found.known.join(', ') };
      throw refusal('bad-request', 'unknown-voice', { values, field: `${field}.id` });
    }
    if (found.kind === 'wrong-option') {
      const { option, why } = found;
      throw refusal('bad-request', 'wrong-option', { values: { option, why }, field: `${field}.options.${option}` });
    }
    for (const [option, url] of Object.entries(found.addresses))
      await this.#requireOpen(`${field}.options.${option}`, url);
    await this.#requireKey(projectId, `${field}.keyId`, part, found);
    return { ...part, options: found.options };
  }

  async #requireOpen(field: string, url: string): Promise<void> {
    const forbidden = await whyForbidden(this.#findAddresses, url.replace(/^ws/, 'http'));
    if (forbidden === null) return;
    throw refusal('bad-request', 'private-service', {
      values: { host: new URL(url).host, why: forbidden.message },
      field,
    });
  }

  async #requireKey(
    projectId: string,
    field: string,
    { id, keyId }: AvatarPart,
    { keyOrigin, needsKey }: Extract<PartLookUp, { kind: 'part' }>,
  ): Promise<void> {
    const wanted = keyOrigin ?? '';
    if (keyId === undefined) {
      if (needsKey) throw refusal('bad-request', 'no-voice-key', { values: { id, origin: wanted }, field });
      return;
    }
    const origin = (await this.#keys.origins(projectId, [keyId])).get(keyId);
    if (origin === wanted) return;
    throw origin === undefined
      ? refusal('bad-request', 'voice-key-gone', { field })
      : refusal('bad-request', 'voice-key-elsewhere', { values: { origin, wanted }, field });
  }

  /** Parts with their keys, for a call: they go to the worker of that call and nowhere else. */
  async withKeys(projectId: string, parts: StoredParts) {
    const keyIds = entriesOf(parts).flatMap(([, { keyId }]) => keyId ?? []);
    const keys = await this.#keys.open(projectId, keyIds);
    return Object.fromEntries(
      entriesOf(parts).map(([slot, { id, options, keyId }]) => {
        const apiKey = keys.get(keyId ?? '');
        return [slot, { id, options, ...(apiKey === undefined ? {} : { apiKey }) }];
      }),
    );
  }
}

function entriesOf(parts: StoredParts): [VoiceSlotName, AvatarPart][] {
  return Object.entries(parts) as [VoiceSlotName, AvatarPart][];
}
