/** Voices of the real-time models. */
export const REALTIME_VOICES = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'marin',
  'sage',
  'shimmer',
  'verse',
] as const;

/** Voices of offline generation. */
export const OFFLINE_VOICES = ['alloy', 'echo', 'fable', 'onyx', 'nova', 'shimmer'] as const;

/** All thirteen names that clients use. */
export const VOICES = [...REALTIME_VOICES, 'fable', 'onyx', 'nova'] as const;
export type VoiceName = (typeof VOICES)[number];

/** Retired names are answered by their successors: the published clients go on sending them. */
export const MODELS = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime',
  'gpt-realtime-mini',
  'transparency',
] as const;
export type ModelName = (typeof MODELS)[number];

/** The voice of avatars for which nobody has chosen one. */
export const FIRST_VOICE = 'local';

/** Voices that calls ask for by what they want, whatever the avatar names. */
export const VOICE_OF_CALL = {
  /** The client sends the sound that the avatar says. */
  clientSound: 'transparency',
  /** People answer in place of the avatar. */
  people: 'operator',
} as const;

/** Where a part of the catalogue of voices stands: a whole voice, or one of the three parts of a cascade. */
export const VOICE_SLOTS = ['voice', 'recogniser', 'thinker', 'speaker'] as const;
export type VoiceSlotName = (typeof VOICE_SLOTS)[number];

/** How soon what sounds like an end is taken for one, by OpenAI's names; `auto` is `medium`. */
export const EAGERNESS = ['low', 'medium', 'high', 'auto'] as const;
export type Eagerness = (typeof EAGERNESS)[number];
/** The silence that ends a turn of which nothing better is known, where only an eagerness was wished. */
export const EAGERNESS_SILENCE_MS: Readonly<Record<Eagerness, number>> = {
  low: 1000,
  medium: 500,
  high: 300,
  auto: 500,
};

/** A BCP 47 tag, like `en-US`. */
export const LANGUAGE_TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

export const DAY_MS = 24 * 3600 * 1000;

/** What the browser tokens that stand in for licence keys begin with. */
export const BROWSER_TOKEN_PREFIX = 'vt_';

/** Browser tokens for OpenAI's clients have this before them: by it these know that a page may hold them. */
export const CLIENT_SECRET_PREFIX = 'ek_';

/** The browser token behind a client secret, or the key itself. */
export function tokenOf(key: string): string {
  return key.startsWith(CLIENT_SECRET_PREFIX) ? key.slice(CLIENT_SECRET_PREFIX.length) : key;
}

/** With this model the client brings the sound; the avatar only speaks it. */
export const TRANSPARENCY_MODEL = 'transparency';

/** With this model people answer by text in place of the avatar's voice. */
export const TRANSPARENT_MODEL = 'transparent';

/** The name of a model without the day of its making, which services put at the end: `gpt-realtime-2025-08-28`. */
export function undatedModel(name: string): string {
  return name.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}

/** Prefix of the avatars that belong to every project. */
export const SYSTEM_AVATAR_PREFIX = 'navtalk.';

/** Names that clients are known to ask for. */
export const SYSTEM_AVATAR_NAMES = [
  'navtalk.Alex',
  'navtalk.Ethan',
  'navtalk.Leo',
  'navtalk.Lily',
  'navtalk.Emma',
  'navtalk.Sophia',
  'navtalk.Mia',
  'navtalk.Chloe',
  'navtalk.Zoe',
  'navtalk.Ava',
  'navtalk.Brain',
  'navtalk.Emily',
  'navtalk.Lauren',
] as const;

/** What `visavis.expression` may ask a face to show. */
export const EXPRESSIONS = ['neutral', 'smile', 'concerned', 'surprised', 'nod'] as const;
export type ExpressionName = (typeof EXPRESSIONS)[number];

/** An expression lasts this long when the client does not say, and never longer than the second. */
export const EXPRESSION_DEFAULT_MS = 3000;
export const EXPRESSION_MAX_MS = 60_000;
