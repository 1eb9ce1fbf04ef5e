import { FIRST_VOICE } from '@visavis/protocol';
import { ControlError, refusal } from '../control-error.ts';
import type { OnBound } from '../fairness/bounds.ts';
import { FairPlaces } from '../fairness/fair-places.ts';
import { primaryLanguage } from '../primary-language.ts';

type Sample = { readonly text: string; readonly voice: string; readonly language: string };

/** Speaks a short text with a voice of this machine. */
type SpeakSample = (
  sample: Sample,
  signal: AbortSignal,
) => Promise<
  { readonly kind: 'spoken'; readonly wav: Uint8Array } | { readonly kind: 'unspeakable'; readonly language: string }
>;

export type VoicePreviewOptions = {
  /** Null: this server speaks no samples. */
  readonly speak: SpeakSample | null;
  /** Whether this provider has the key that it needs; null: it needs none. */
  readonly hasKey: (provider: string) => boolean | null;
  readonly onBound?: OnBound;
};

export type VoiceChoice = Omit<Sample, 'text'> & {
  readonly provider: string;
  /** Left out: a sentence in the voice's language, where there is one, else in English. */
  readonly text?: string;
};

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['en', 'Hello! This is how I sound. What would you like to talk about?'],
  ['zh', '您好！这就是我的声音。您想聊些什么？'],
  ['es', '¡Hola! Así suena mi voz. ¿De qué quiere hablar?'],
  ['fr', 'Bonjour ! Voici ma voix. De quoi voulez-vous parler ?'],
  ['de', 'Guten Tag! So klinge ich. Worüber möchten Sie sprechen?'],
]);

/** Samples of one user are spoken one after the other, and users take turns. */
const AT_ONCE = { inAll: 2, perUser: 1 } as const;
const WAITING = { inAll: 24, perUser: 3 } as const;
const WAIT_LIMIT_MS = 15_000;
const TIME_LIMIT_MS = 20_000;
const RETRY_AFTER_SECONDS = 3;

/** Lets people hear a voice before they choose it. */
export class VoicePreviews {
  readonly #options: VoicePreviewOptions;
  readonly #places: FairPlaces;

  constructor(options: VoicePreviewOptions) {
    this.#options = options;
    this.#places = new FairPlaces({
      what: 'voice previews',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perUser,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perUser,
      waitLimitMs: WAIT_LIMIT_MS,
      reasons: { own: 'listening-already', full: 'many-listening' },
      ...(options.onBound === undefined ? {} : { onBound: options.onBound }),
    });
  }

  /** A WAV file. Throws a `ControlError` that says why there is none. */
  async make(userId: string, { provider, voice, language, text }: VoiceChoice): Promise<Uint8Array> {
    const { speak } = this.#options;
    if (provider !== FIRST_VOICE) throw this.#unavailable(provider);
    if (speak === null) throw refusal('not-available', 'no-own-voice');
    const sample = { text: text ?? sentenceFor(language), voice, language };
    return this.#places.run({ key: userId }, () => speakInTime(speak, sample));
  }

  #unavailable(provider: string): ControlError {
    const hasKey = this.#options.hasKey(provider);
    if (hasKey === null) return refusal('not-available', 'voice-not-heard', { values: { provider } });
    return refusal('not-available', hasKey ? 'voice-in-calls-only' : 'no-openai-key');
  }
}

function sentenceFor(language: string): string {
  return SENTENCES.get(primaryLanguage(language)) ?? SENTENCES.get('en') ?? '';
}

async function speakInTime(speak: SpeakSample, sample: Sample): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    const spoken = await speak(sample, signal);
    if (spoken.kind === 'spoken') return spoken.wav;
    const language = new Intl.DisplayNames(['en'], { type: 'language' }).of(spoken.language) ?? spoken.language;
    throw refusal('not-available', 'no-voice-of-language', { values: { language } });
  } catch (error) {
    if (error instanceof ControlError || !signal.aborted) throw error;
    throw refusal('overloaded', 'voice-late', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}
