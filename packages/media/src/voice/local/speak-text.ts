import type { PhoneTiming } from '../../core/articulation.ts';
import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import { speakableText } from '../cascade/speakable-text.ts';
import { languageOf, primaryLanguage } from '../languages.ts';
import { type Clause, PAUSE_AT_END_MS, pauseAfter, splitIntoClauses } from './mouth/clauses.ts';
import type { MouthRequest } from './mouth/mouth-messages.ts';
import type { SpokenClause } from './mouth/spoken-clause.ts';
import { profileOf } from './mouth/voice-profiles.ts';

/** What speaking needs of the mouth. */
export type Speaker = {
  speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause>;
  /** What `speak` does, for a reply that may never begin: nothing of it counts for the one that is spoken now. Left out: no difference. */
  foresee?(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause>;
  /** Languages other than English can be spoken. */
  readonly speaksOtherLanguages: boolean;
};

export type Utterance = {
  readonly text: string;
  /** Name of the voice. */
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
};

const FIRST_LEAD_MS = 15;
const LATER_LEAD_MS = 20;

/** A reply that is spoken piece by piece, each clause by clause: its words, then its sound with phones timed from the reply's first sample. */
export class SpokenReply {
  readonly #speaker: Speaker;
  readonly #turnId: string;
  readonly #emit: (event: VoiceEvent) => void;
  #playedSamples = 0;
  /** What was spoken last; empty at the beginning. */
  #spoken = '';

  constructor(speaker: Speaker, turnId: string, emit: (event: VoiceEvent) => void) {
    this.#speaker = speaker;
    this.#turnId = turnId;
    this.#emit = emit;
  }

  /** Rejects when the mouth fails; ends quietly when `signal` aborts. */
  async speak(utterance: Utterance, signal: AbortSignal): Promise<void> {
    const turnId = this.#turnId;
    const before = this.#spoken;
    for (const { clause, request } of clauseRequests(this.#speaker, utterance, before)) {
      const spoken = await this.#speaker.speak(request, signal);
      if (signal.aborted) return;
      const startMs = wireSamplesToMs(this.#playedSamples);
      const gap = this.#spoken === before ? gapBetween(before, utterance.text) : clause.gap;
      this.#playedSamples += spoken.pcm.length;
      this.#spoken = utterance.text;
      for (const { text, atMs } of timedSpans({ ...clause, gap }, spoken)) {
        this.#emit({ type: 'text-delta', turnId, text, audioStartMs: startMs + atMs });
      }
      const phones = spoken.phones.map((phone) => later(phone, startMs));
      this.#emit({ type: 'audio', turnId, pcm: spoken.pcm, phones });
    }
  }
}

/** Speaks a text as one reply. */
export function speakText(
  speaker: Speaker,
  { turnId, ...utterance }: Utterance & { readonly turnId: string },
  signal: AbortSignal,
  emit: (event: VoiceEvent) => void,
): Promise<void> {
  return new SpokenReply(speaker, turnId, emit).speak(utterance, signal);
}

/** What stands between two pieces of a reply, where listeners read them. */
function gapBetween(before: string, text: string): Clause['gap'] {
  if (before === '') return '';
  const blank = before.slice(before.trimEnd().length) + text.slice(0, text.length - text.trimStart().length);
  if (blank.includes('\n')) return '\n';
  return blank === '' ? '' : ' ';
}

/** Where in a clause's sound each stretch of its text begins, in milliseconds from its first sample. */
function timedSpans(clause: Clause, { phones }: SpokenClause): { readonly text: string; readonly atMs: number }[] {
  const voiced = phones.filter(({ symbol }) => symbol !== 'pau');
  const firstMs = voiced[0]?.startMs ?? 0;
  const lastMs = voiced.at(-1)?.endMs ?? 0;
  return clause.spans.map(({ text, spokenBefore }, index) => ({
    text: index === 0 ? clause.gap + text : text,
    atMs: index === 0 ? 0 : firstMs + spokenBefore * (lastMs - firstMs),
  }));
}

/**
 * The clauses of a text, in order, and how the mouth is asked for each. `before`: the piece of the same reply that was spoken
 * before, after which the usual pause is left.
 */
export function clauseRequests(
  speaker: Speaker,
  utterance: Utterance,
  before = '',
): { readonly clause: Clause; readonly request: MouthRequest }[] {
  const clauses = chooseClauses(speaker, { ...utterance, text: speakableText(utterance.text) });
  const profile = profileOf(utterance.voice);
  const firstLeadMs =
    before === '' ? FIRST_LEAD_MS : LATER_LEAD_MS + Math.max(0, pauseAfter(before.trimEnd()) - PAUSE_AT_END_MS);
  return clauses.map((clause, index) => {
    const pauses = { leadMs: index === 0 ? firstLeadMs : LATER_LEAD_MS, trailMs: clause.pauseMs };
    return {
      clause,
      request: { text: clause.spoken, voice: utterance.voice, profile, language: clause.language, pauses },
    };
  });
}

function later(phone: PhoneTiming, byMs: number): PhoneTiming {
  return { symbol: phone.symbol, startMs: phone.startMs + byMs, endMs: phone.endMs + byMs };
}

/** The clauses to speak; an honest sentence instead of them where no engine here knows their language. */
function chooseClauses(speaker: Speaker, utterance: Utterance): readonly Clause[] {
  const language = languageOf(utterance.text, utterance.language);
  if (language !== 'en' && !speaker.speaksOtherLanguages) return splitIntoClauses(unspeakable(language), 'en');
  return splitIntoClauses(
    utterance.text,
    language === primaryLanguage(utterance.language) ? utterance.language : language,
  );
}

/** What is said in place of a language that cannot be spoken here. */
function unspeakable(language: string): string {
  const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? 'that language';
  return `I cannot speak ${name} here yet. To let me, add the optional eSpeak package: the providers page of the documentation shows the one command.`;
}
