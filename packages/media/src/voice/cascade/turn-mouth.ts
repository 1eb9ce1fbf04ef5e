import type { VoiceEvent } from '../../core/voice-port.ts';
import { isFitForEnglish, primaryLanguage } from '../languages.ts';
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
    const written = this.#languages.configFor(text, config);
    const lack = this.#lackOf(written);
    if (lack === null) return await this.#say(text, written, signal);
    const english = { ...written, language: 'en' };
    const hasEnglish = this.#lackOf(english) === null;
    // "OK." is heard, whatever the talk's language is.
    if (hasEnglish && isFitForEnglish(text, written.language)) return await this.#say(text, english, signal);
    if (this.#languages.isFirstLack(written.language)) {
      this.#emit({ type: 'failed', category: 'invalid-request', retryable: true, message: lack, endsReply: false });
      // One sentence in a language that the mouth has, so that nobody waits for sound.
      const name = languageName(primaryLanguage(written.language)) ?? 'that language';
      if (hasEnglish) await this.#say(`I cannot speak ${name} here: please read what I say.\n`, english, signal);
    }
    if (signal.aborted) return;
    this.#spoken = written;
    this.#emit({ type: 'text-delta', turnId: this.#turnId, text, language: written.language });
  }

  #lackOf(config: SpeakingConfig): string | null {
    return this.#languages.speaker.lackOf?.(config) ?? null;
  }

  #say(text: string, config: SpeakingConfig, signal: AbortSignal): Promise<void> {
    this.#spoken = config;
    return this.#mouth.speak(text, config, signal);
  }
}
