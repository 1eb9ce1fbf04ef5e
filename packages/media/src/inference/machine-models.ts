import type { Clock } from '../core/clock.ts';
import { JobThread, type JobThreadOptions } from '../core/job-thread.ts';
import type { Logger } from '../core/logger.ts';
import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';
import type { BrainPlace } from './brain-messages.ts';
import { BrainProcess } from './brain-process.ts';
import type { ModelSpeech } from './kokoro.ts';

export type TurnEndRequest = { readonly samples16k: Float32Array };
export type WordsRequest = { readonly samples16k: Float32Array; readonly language: string };
/** Phonetic symbols to be spoken, and by whom. */
export type SpeechRequest = { readonly symbols: string; readonly voice: string };

export type ModelRequest =
  | ({ readonly kind: 'turn-end' } & TurnEndRequest)
  | ({ readonly kind: 'words' } & WordsRequest)
  | ({ readonly kind: 'speech' } & SpeechRequest)
  | ({ readonly kind: 'think' } & BrainRequest);

/** A probability, words, or speech. */
export type ModelResult = number | string | ModelSpeech;

/** Where the models of this machine lie; one that is left out is not here. */
export type ModelPlaces = {
  /** File of a Smart Turn model. */
  readonly turnEnd?: string;
  /** Folder of a Whisper model, and its name. */
  readonly ears?: { readonly folder: string; readonly name: string };
  /** Folder of a Kokoro model, and its name. */
  readonly mouth?: { readonly folder: string; readonly name: string };
  readonly brain?: BrainPlace;
};

/** Pauses that may wait to be judged; a judgement that comes late is of no use. */
const MAX_WAITING_PAUSES = 64;
const JUDGEMENT_LIMIT_MS = 15_000;
const MAX_WAITING_TURNS = 64;
const WORDS_LIMIT_MS = 60_000;
const MAX_WAITING_CLAUSES = 64;
const SPEECH_LIMIT_MS = 120_000;
const START_LIMIT_MS = 300_000;

/** The models of this machine: one thread or process each, whoever asks, so that their weights are in memory once. */
export class MachineModels {
  readonly #turnEnd: JobThread<TurnEndRequest, number> | null;
  readonly #ears: JobThread<WordsRequest, string> | null;
  readonly #mouth: JobThread<SpeechRequest, ModelSpeech> | null;
  readonly #brain: BrainProcess | null;

  constructor({ places, logger, clock }: { places: ModelPlaces; logger: Logger; clock: Clock }) {
    const base = { logger, clock, startLimitMs: START_LIMIT_MS };
    this.#turnEnd = openThread(places.turnEnd, {
      ...base,
      url: new URL('./turn-end-worker.ts', import.meta.url),
      name: 'model of turn ends',
      maxWaiting: MAX_WAITING_PAUSES,
      jobLimitMs: JUDGEMENT_LIMIT_MS,
    });
    this.#ears = openThread(places.ears?.folder, {
      ...base,
      url: new URL('./whisper-worker.ts', import.meta.url),
      name: 'recogniser',
      maxWaiting: MAX_WAITING_TURNS,
      jobLimitMs: WORDS_LIMIT_MS,
    });
    this.#mouth = openThread(places.mouth?.folder, {
      ...base,
      url: new URL('./kokoro-worker.ts', import.meta.url),
      name: 'neural mouth',
      maxWaiting: MAX_WAITING_CLAUSES,
      jobLimitMs: SPEECH_LIMIT_MS,
    });
    const { brain } = places;
    this.#brain = brain === undefined ? null : new BrainProcess({ place: brain, logger, clock });
  }

  /**
   * A probability for `turn-end`, words for `words`, sound for `speech`, nothing but the parts for `think`. Rejects with a sentence when
   * it cannot be told, or is aborted.
   */
  async run(
    request: ModelRequest,
    signal: AbortSignal = new AbortController().signal,
    onPart: (part: BrainPart) => void = () => {},
  ): Promise<ModelResult> {
    const answer = this.#ask(request, signal, onPart);
    if (answer === undefined) throw new Error('There is no such model on this machine.');
    return (await answer) ?? '';
  }

  #ask(
    request: ModelRequest,
    signal: AbortSignal,
    onPart: (part: BrainPart) => void,
  ): Promise<ModelResult | undefined> | undefined {
    switch (request.kind) {
      case 'turn-end':
        return this.#turnEnd?.run({ samples16k: request.samples16k }, signal);
      case 'words':
        return this.#ears?.run({ samples16k: request.samples16k, language: request.language }, signal);
      case 'speech':
        return this.#mouth?.run({ symbols: request.symbols, voice: request.voice }, signal);
      case 'think': {
        const { kind: _, ...asked } = request;
        return this.#brain?.think(asked, onPart, signal).then(() => undefined);
      }
    }
  }

  /** What `run` does for `speech`. */
  async speech(request: SpeechRequest, signal?: AbortSignal): Promise<ModelSpeech> {
    if (this.#mouth === null) throw new Error('There is no such model on this machine.');
    return await this.#mouth.run(request, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#turnEnd?.close(), this.#ears?.close(), this.#mouth?.close(), this.#brain?.close()]);
  }
}

function openThread<Request, Result>(
  data: string | undefined,
  options: Omit<JobThreadOptions, 'data'>,
): JobThread<Request, Result> | null {
  return data === undefined ? null : new JobThread({ ...options, data });
}
