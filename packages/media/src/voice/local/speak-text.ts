import type { PhoneTiming } from '../../core/articulation.ts';
import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import { languageOf, primaryLanguage } from './languages.ts';
import { type Clause, splitIntoClauses } from './mouth/clauses.ts';
import type { MouthRequest } from './mouth/mouth-messages.ts';
import type { SpokenClause } from './mouth/spoken-clause.ts';
import { profileOf } from './mouth/voice-profiles.ts';

/** What speaking needs of the mouth. */
export type Speaker = {
  speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause>;
  /** Languages other than English can be spoken. */
  readonly speaksOtherLanguages: boolean;
};

export type Utterance = {
  readonly turnId: string;
  readonly text: string;
  /** Name of the voice. */
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
};

/**
 * Of one reply. Its sound lasts about ten minutes, as long as replies may wait to be played (`MAX_REPLY_BUFFER_MS`): what
 * comes after that would not be heard.
 */
const MAX_SPOKEN_CHARACTERS = 10_000;
const FIRST_LEAD_MS = 15;
const LATER_LEAD_MS = 20;

/**
 * Speaks a text clause by clause: for each one its words, then its sound with phones timed from the turn's first sample.
 * Rejects when the mouth fails; ends quietly when `signal` aborts.
 */
export async function speakText(
  speaker: Speaker,
  utterance: Utterance,
  signal: AbortSignal,
  emit: (event: VoiceEvent) => void,
): Promise<void> {
  let playedSamples = 0;
  for (const { clause, request } of clauseRequests(speaker, utterance)) {
    const spoken = await speaker.speak(request, signal);
    if (signal.aborted) return;
    const startMs = wireSamplesToMs(playedSamples);
    playedSamples += spoken.pcm.length;
    for (const { text, atMs } of timedSpans(clause, spoken)) {
      emit({ type: 'text-delta', turnId: utterance.turnId, text, audioStartMs: startMs + atMs });
    }
    emit({
      type: 'audio',
      turnId: utterance.turnId,
      pcm: spoken.pcm,
      phones: spoken.phones.map((phone) => later(phone, startMs)),
    });
  }
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

/** The clauses of a text, in order, and how the mouth is asked for each. */
export function clauseRequests(
  speaker: Speaker,
  utterance: Omit<Utterance, 'turnId'>,
): { readonly clause: Clause; readonly request: MouthRequest }[] {
  const clauses = chooseClauses(speaker, { ...utterance, text: speakablePart(utterance.text) });
  const profile = profileOf(utterance.voice);
  return clauses.map((clause, index) => {
    const pauses = { leadMs: index === 0 ? FIRST_LEAD_MS : LATER_LEAD_MS, trailMs: clause.pauseMs };
    return { clause, request: { text: clause.spoken, profile, language: clause.language, pauses } };
  });
}

/** A text that is too long to be spoken ends after a sentence, else after a word. */
export function speakablePart(text: string): string {
  if (text.length <= MAX_SPOKEN_CHARACTERS) return text;
  const part = text.slice(0, MAX_SPOKEN_CHARACTERS);
  const ends = [...part.matchAll(/[.!?…]\s|[。！？\n]/g)];
  const end = ends.at(-1);
  if (end !== undefined && end.index > MAX_SPOKEN_CHARACTERS / 2) return part.slice(0, end.index + 1);
  const lastSpace = part.lastIndexOf(' ');
  return lastSpace > MAX_SPOKEN_CHARACTERS / 2 ? part.slice(0, lastSpace) : part;
}

function later(phone: PhoneTiming, byMs: number): PhoneTiming {
  return { symbol: phone.symbol, startMs: phone.startMs + byMs, endMs: phone.endMs + byMs };
}

/** The clauses to speak; an honest sentence instead of them where no engine here knows their language. */
function chooseClauses(speaker: Speaker, utterance: Omit<Utterance, 'turnId'>): readonly Clause[] {
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
