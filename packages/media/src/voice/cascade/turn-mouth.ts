import type { VoiceEvent } from '../../core/voice-port.ts';
import { primaryLanguage } from '../languages.ts';
import { languageName } from '../persona.ts';
import type { SpeakingConfig, TurnSpeaker } from './speaker.ts';
import type { LanguagesOfTalk } from './talk-language.ts';

/** The mouth of one reply: each piece is said in the language that it is written in, or shown alone where the mouth cannot speak it. */
export class TurnMouth {
  readonly #turnId: string;
  readonly #languages: LanguagesOfTalk;
  readonly #emit: (event: VoiceEvent) => void;
  readonly #mouth: TurnSpeaker;
  #spoken: SpeakingConfig;

  constructor(turnId: string, languages: LanguagesOfTalk, config: SpeakingConfig, emit: (event: VoiceEvent) => void) {
    this.#turnId = turnId;
    this.#languages = languages;
    this.#emit = emit;
    this.#spoken = config;
    this.#mouth = languages.talk.beginTurn(turnId, (event) =>
      emit(event.type === 'text-delta' ? { ...event, language: this.#spoken.language } : event),
    );
  }

  /** As `TurnSpeaker.speak` does. */
  async speak(text: string, config: SpeakingConfig, signal: AbortSignal): Promise<void> {
    const languages = this.#languages;
    this.#spoken = languages.configFor(text, config);
    const lack = languages.speaker.lackOf?.(this.#spoken) ?? null;
    if (lack === null) return await this.#mouth.speak(text, this.#spoken, signal);
    const written = this.#spoken;
    if (languages.isFirstLack(written.language)) {
      this.#emit({ type: 'failed', category: 'invalid-request', retryable: true, message: lack, endsReply: false });
      await this.#speakInstead(written.language, signal);
    }
    if (signal.aborted) return;
    this.#emit({ type: 'text-delta', turnId: this.#turnId, text, language: written.language });
  }

  /** One sentence in a language that the mouth has, so that nobody waits for sound. */
  async #speakInstead(language: string, signal: AbortSignal): Promise<void> {
    const english = { ...this.#spoken, language: 'en' };
    if ((this.#languages.speaker.lackOf?.(english) ?? null) !== null) return;
    this.#spoken = english;
    const name = languageName(primaryLanguage(language)) ?? 'that language';
    await this.#mouth.speak(`I cannot speak ${name} here: please read what I say.\n`, english, signal);
  }
}
