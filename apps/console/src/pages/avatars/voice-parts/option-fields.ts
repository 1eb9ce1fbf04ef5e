import { undatedModel, type VoiceSlotName } from '@visavis/protocol';
import type { ListedVoice } from '@visavis/protocol/rest';

type Options = Readonly<Record<string, string | number | boolean>>;

/** One option of a part as a form shows it. */
export type OptionField = {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly kind: 'text' | 'switch' | 'choice';
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  readonly usual: unknown;
};

type OptionSchema = {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
};

/** Made from the JSON schema of its options. */
export function optionFields({ options }: Pick<ListedVoice, 'options'>): readonly OptionField[] {
  const { properties = {}, required = [] } = options as {
    properties?: Readonly<Record<string, OptionSchema>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    label: schema.title ?? name,
    description: schema.description ?? '',
    kind: schema.enum === undefined ? (schema.type === 'boolean' ? 'switch' : 'text') : 'choice',
    choices: schema.enum ?? [],
    isRequired: required.includes(name),
    usual: schema.default,
  }));
}

/** Which parts of a voice are chosen: its own, or those that it is made of. */
export function slotsOf(catalogue: readonly ListedVoice[], provider: string): readonly VoiceSlotName[] {
  const voice = catalogue.find(({ slot, id }) => slot === 'voice' && id === provider);
  if (voice === undefined) return [];
  if (voice.hasParts) return ['thinker', 'recogniser', 'speaker'];
  return voice.takesKey || optionFields(voice).length > 0 ? ['voice'] : [];
}

/** Where its key is sent; null while the address is none. */
export function originOfKey({ keyOrigin }: Pick<ListedVoice, 'keyOrigin'>, options: Options): string | null {
  const { url } = options;
  if (typeof url !== 'string' || url === '') return keyOrigin;
  if (!URL.canParse(url)) return null;
  // The sockets of a place are no other place.
  const { protocol, host } = new URL(url);
  return /^(?:http|ws)s?:$/.test(protocol) ? `${protocol.replace('ws', 'http')}//${host}` : null;
}

/** Avatars of this voice call no tools, whatever tools they have. */
export function callsNoTools(catalogue: readonly ListedVoice[], provider: string): boolean {
  return catalogue.find(({ slot, id }) => slot === 'voice' && id === provider)?.callsTools === false;
}

/** The model that its service shuts down, with the day and what answers in its place; null: it lives on. */
export function retiringModel(catalogue: readonly ListedVoice[], provider: string, model: string) {
  const voice = catalogue.find(({ slot, id }) => slot === 'voice' && id === provider);
  return voice?.retiring.find(({ names }) => names.includes(undatedModel(model))) ?? null;
}

/** An empty text is as if it had not been given. */
export function withOption(options: Options, name: string, value: string | boolean): Options {
  const { [name]: _before, ...others } = options;
  return value === '' ? others : { ...others, [name]: value };
}
