import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { PhoneTiming } from '../../../core/articulation.ts';
import { joinSamples } from '../../../core/join-samples.ts';
import { arpabetOfIpa } from './ipa-phones.ts';
import type { RawSpeech } from './spoken-clause.ts';
import type { VoiceProfile } from './voice-profiles.ts';

/**
 * The many-languages engine. Its licence (GPL 3) keeps it out of our dependencies: it is found only where the user has
 * installed it.
 */
export const ESPEAK_PACKAGE = '@echogarden/espeak-ng-emscripten';

/** Words per minute at pace 1. */
const RATE_WORDS_PER_MINUTE = 155;
/** The engine's pitch runs from 0 to 99. */
const PITCH = { female: 62, male: 38 } as const;
/** The engine's names where they differ from ours. */
const VOICE_OF_LANGUAGE: Readonly<Record<string, string>> = {
  zh: 'cmn',
  no: 'nb',
  pt: 'pt-br',
  en: 'en-us',
  tl: 'fil',
};

type EspeakEvent = { readonly type: string; readonly audio_position: number; readonly id?: string | number };
type EspeakWorker = {
  get_samplerate(): number;
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  set_pitch(pitch: number): void;
  synthesize(
    text: string,
    callback: (audio: ArrayBuffer | null, events: readonly EspeakEvent[] | null) => boolean,
  ): void;
};
type EspeakModule = { eSpeakNGWorker: new () => EspeakWorker | Promise<EspeakWorker> };

/** File of the engine, or null where it is not installed. */
export function findEspeak(): string | null {
  try {
    return createRequire(import.meta.url).resolve(ESPEAK_PACKAGE);
  } catch {
    return null;
  }
}

export class EspeakEngine {
  private readonly worker: EspeakWorker;

  private constructor(worker: EspeakWorker) {
    this.worker = worker;
  }

  static async load(path: string): Promise<EspeakEngine> {
    const namespace: { default: () => Promise<EspeakModule> } = await import(pathToFileURL(path).href);
    const module = await namespace.default();
    return new EspeakEngine(await new module.eSpeakNGWorker());
  }

  /** Throws when the engine does not know the language. */
  synthesise(text: string, profile: VoiceProfile, language: string): RawSpeech {
    const name = VOICE_OF_LANGUAGE[language] ?? language;
    if (this.worker.set_voice(name) !== 0) throw new Error(`The speech engine has no voice for "${language}".`);
    this.worker.set_rate(Math.round(RATE_WORDS_PER_MINUTE * profile.pace));
    this.worker.set_pitch(PITCH[profile.gender]);
    const chunks: Int16Array[] = [];
    const events: { symbol: string; atMs: number }[] = [];
    this.worker.synthesize(text, (audio, heard) => {
      if (audio !== null && audio.byteLength > 1) chunks.push(new Int16Array(audio.slice(0, audio.byteLength & ~1)));
      for (const event of heard ?? []) {
        if (event.type === 'phoneme')
          events.push({ symbol: arpabetOfIpa(String(event.id ?? '')), atMs: event.audio_position });
      }
      return false;
    });
    const sampleRateHz = this.worker.get_samplerate();
    const samples = joinSamples(chunks);
    return {
      samples,
      sampleRateHz,
      phones: phonesBetween(events, soundEndMs(samples, sampleRateHz), (samples.length * 1000) / sampleRateHz),
    };
  }
}

const AUDIBLE = 130;

function soundEndMs(samples: Int16Array, sampleRateHz: number): number {
  const last = samples.findLastIndex((sample) => Math.abs(sample) > AUDIBLE);
  return ((last + 1) * 1000) / sampleRateHz;
}

/** Each phone lasts until the next begins; the last one until the sound dies away. */
function phonesBetween(
  events: readonly { symbol: string; atMs: number }[],
  endOfSoundMs: number,
  totalMs: number,
): PhoneTiming[] {
  const phones: PhoneTiming[] = [];
  let cursorMs = 0;
  const add = (symbol: string, endMs: number): void => {
    const boundedMs = Math.min(endMs, totalMs);
    if (boundedMs > cursorMs) phones.push({ symbol, startMs: cursorMs, endMs: boundedMs });
    cursorMs = Math.max(cursorMs, boundedMs);
  };
  for (const [index, event] of events.entries()) {
    if (index === 0) add('pau', event.atMs);
    add(event.symbol, events[index + 1]?.atMs ?? Math.max(event.atMs + 30, endOfSoundMs));
  }
  add('pau', totalMs);
  return phones;
}
