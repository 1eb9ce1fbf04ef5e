import { WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { CascadeFailure } from './cascade/cascade-failure.ts';
import { speakableLength } from './cascade/whole-sentences.ts';
import { findEntry, type PartChoice } from './catalogue.ts';
import { localNeuralEntry } from './local/entries.ts';
import type { LocalEars, LocalVoice } from './local/local-voice.ts';
import { localVoices } from './local/local-voices.ts';
import type { SpeechOf } from './local/neural/neural-mouth.ts';
import { openNetwork } from './shared/service-network.ts';

export type { SpeechOf };

/** The neural mouth of this machine. */
export const NEURAL_MOUTH: PartChoice = { id: localNeuralEntry.id, options: {} };

/** What a film is to say, and who says it. */
export type FilmWords = { readonly text: string; readonly voice: string; readonly language: string };

/** A service cannot speak a text. */
export class SpeechServiceError extends Error {
  /** It may go well when it is tried again. */
  readonly isRetryable: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isRetryable: boolean }) {
    super(message, options);
    this.name = 'SpeechServiceError';
    this.isRetryable = options.isRetryable;
  }
}

/** Services take about so many characters at once, and nothing that is cut within a sentence sounds well. */
const PIECE_CHARACTERS = 1000;
/** Nobody is listened to. */
const NO_EARS: LocalEars = {
  title: 'none',
  recogniser: {
    listen() {
      throw new Error('A film hears nothing.');
    },
  },
};
const PAUSE_BETWEEN_PIECES = new Int16Array(0.25 * WIRE_SAMPLE_RATE_HZ);

/** Whether this mouth of the operator's speaks with the voice: names of this machine's voices stay theirs, unless it is told to take one. */
export function speaksAs(part: PartChoice, voice: string): boolean {
  const mouth = findEntry('speaker', part.id);
  if (mouth === null || voice === '') return false;
  const { voices, takesOtherNames } = mouth.voices(part.options);
  if (part.options.voice === voice || voices.some((known) => known.voice === voice)) return true;
  return takesOtherNames && !localVoices.voices.some((known) => known.voice === voice);
}

/**
 * Speaks a whole text outside of calls with a mouth of the operator's: `onSound` gets PCM16 mono at 24 kHz in order, and says false
 * when it wants no more. Ends quietly when `signal` aborts; throws `SpeechServiceError`.
 */
export async function speakFilmWords(
  part: PartChoice,
  { text, voice, language }: FilmWords,
  {
    logger,
    signal,
    onSound,
    speechOf,
  }: {
    readonly logger: Logger;
    readonly signal: AbortSignal;
    readonly onSound: (pcm: Int16Array) => boolean;
    /** A model of this machine that speaks. */
    readonly speechOf?: SpeechOf | undefined;
  },
): Promise<void> {
  const mouth = findEntry('speaker', part.id);
  if (mouth === null) throw new Error(`There is no mouth "${part.id}".`);
  let machine: Promise<LocalVoice> | undefined;
  const local = (): Promise<LocalVoice> => {
    machine ??= import('./local/local-voice.ts').then(({ createLocalVoice }) =>
      createLocalVoice({ clock: systemClock, logger, speechOf, ears: NO_EARS }),
    );
    return machine;
  };
  const way = {
    clock: systemClock,
    logger,
    network: openNetwork,
    local,
    brain: null,
    isUnhurried: true as const,
    isOperators: true,
    apiKey: part.apiKey,
  };
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  try {
    const talk = (await mouth.open(part.options, way)).openTalk(() => {});
    let isFirst = true;
    for (const piece of piecesOf(text)) {
      if (until.aborted) return;
      if (!isFirst && !onSound(PAUSE_BETWEEN_PIECES)) return;
      isFirst = false;
      // Of its own: what is left out of an endless reply is the end of one piece.
      const turn = talk.beginTurn('film', (event) => {
        if (event.type === 'audio' && !until.aborted && !onSound(event.pcm)) stop.abort();
      });
      await turn.speak(piece, { voice, language }, until);
    }
  } catch (error) {
    if (!(error instanceof CascadeFailure)) throw error;
    throw new SpeechServiceError(error.message, { cause: error, isRetryable: error.isRetryable });
  } finally {
    await (await machine)?.close();
  }
}

/** Whole sentences, as many as go together. */
function* piecesOf(text: string): Generator<string> {
  let rest = text;
  while (rest.length > PIECE_CHARACTERS) {
    const end = speakableLength(rest.slice(0, PIECE_CHARACTERS), false);
    yield rest.slice(0, end);
    rest = rest.slice(end);
  }
  yield rest;
}
