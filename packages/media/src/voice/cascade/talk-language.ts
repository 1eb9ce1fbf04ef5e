import { primaryLanguage, writtenLanguage } from '../languages.ts';
import type { Speaker, SpeakingConfig, TalkSpeaker } from './speaker.ts';

/** A turn of fewer words tells no language, unless its script does. */
const LEAST_WORDS_HEARD = 3;

/**
 * Decides in which language a talk goes on: that which is asked for (the call's, else the avatar's), the one that the recogniser has
 * heard instead, and for what is spoken the one that it is plainly written in.
 */
export class LanguagesOfTalk {
  readonly speaker: Speaker;
  readonly talk: TalkSpeaker;
  #heard: string | null = null;
  readonly #lacks = new Set<string>();

  constructor(speaker: Speaker, talk: TalkSpeaker) {
    this.speaker = speaker;
    this.talk = talk;
  }

  /** The language of the user's last words, as their recogniser tells it; null: it tells none. */
  get heard(): string | null {
    return this.#heard;
  }

  /** Of one word ears tell no language: "Hm" and "Okay" are heard as any. */
  hear(language: string | null | undefined, words = ''): void {
    const isSure =
      words.trim().split(/\s+/).length >= LEAST_WORDS_HEARD || /[^\p{Script=Latin}\p{Script=Common}]/u.test(words);
    if (language === null || language === undefined || isSure) this.#heard = language ?? null;
  }

  /** How a text is spoken: in its language, with the region that is asked for. */
  configFor<Config extends SpeakingConfig>(text: string, config: Config): Config {
    return { ...config, language: writtenLanguage(text, this.expected(config.language)) };
  }

  /** What words that do not tell their language are taken for. */
  expected(askedTag: string): string {
    const heard = this.#heard;
    return heard === null || primaryLanguage(heard) === primaryLanguage(askedTag) ? askedTag : heard;
  }

  /** Once for each language that the mouth lacks. */
  isFirstLack(language: string): boolean {
    const primary = primaryLanguage(language);
    if (this.#lacks.has(primary)) return false;
    this.#lacks.add(primary);
    return true;
  }
}
