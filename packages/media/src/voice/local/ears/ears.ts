import { ANALYSIS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../../core/audio-format.ts';
import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import type { Logger } from '../../../core/logger.ts';
import { Resampler } from '../../../core/resampler.ts';
import type { RecogniserCommand } from './find-recogniser.ts';
import { type Heard, RecogniserProcess } from './recogniser-process.ts';

/** Recognisers per media process, about 110 MB each; one is always kept warm. */
export const MAX_RECOGNISERS = 3;
/** After the user has stopped, words are waited for at most this long and twice as long as the user spoke. */
const TRANSCRIPT_LIMIT_MS = 5000;
/** Sound of a turn beyond this is not listened to. */
const MAX_TURN_SAMPLES = 60 * WIRE_SAMPLE_RATE_HZ;
/** A recogniser beyond the first one is ended after this long without work. */
const IDLE_LIMIT_MS = 60_000;
/** A recogniser that has not read its model by then hangs. */
const START_LIMIT_MS = 60_000;
/** Deaths in a row, without a transcript between, after which no new process is started for a while. */
const MAX_DEATHS_IN_A_ROW = 3;
const REST_AFTER_DEATHS_MS = 30_000;

/** One turn of the user being listened to. */
export type Hearing = {
  /** PCM16 mono at 24 kHz. */
  feed(pcm: Int16Array): void;
  /** Ends the turn; resolves with its words, empty when there were none or nobody could listen in time. */
  finish(): Promise<string>;
  /** Once its words are known: the short phrase that the turn's sound is rather than these, if it is one. */
  readonly shortPhrase?: string;
  /** Once its words are known: they could not be made out, because the recogniser failed or none was free in time. */
  readonly isLost?: boolean;
  /** Ends the turn without a transcript. */
  discard(): void;
};

type Listener = { attach(recogniser: RecogniserProcess): void; dismiss(): void };

/** A few warm recognisers shared by all talks of the process: a turn borrows one, others wait with their sound kept. */
export class Ears {
  private readonly command: RecogniserCommand;
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly transcriptLimitMs: number;
  private readonly processes = new Set<RecogniserProcess>();
  private readonly free: RecogniserProcess[] = [];
  private readonly waiting: Listener[] = [];
  private readonly turns = new Set<Listener>();
  private readonly idleTimers = new Map<RecogniserProcess, () => void>();
  private deathsInARow = 0;
  private cancelRest: (() => void) | null = null;
  private isClosed = false;

  constructor(command: RecogniserCommand, options: { logger: Logger; clock: Clock; transcriptLimitMs?: number }) {
    this.command = command;
    this.logger = options.logger;
    this.clock = options.clock;
    this.transcriptLimitMs = options.transcriptLimitMs ?? TRANSCRIPT_LIMIT_MS;
    this.grow();
  }

  listen(): Hearing {
    const turn = new TurnHearing(this, this.clock, this.transcriptLimitMs);
    if (this.isClosed) {
      turn.dismiss();
      return turn;
    }
    this.turns.add(turn);
    const recogniser = this.free.shift();
    if (recogniser !== undefined) {
      this.idleTimers.get(recogniser)?.();
      turn.attach(recogniser);
    } else {
      this.waiting.push(turn);
      this.grow();
    }
    return turn;
  }

  /** The turn no longer needs a recogniser; a borrowed one that is still busy (`spoiled`) is replaced. */
  release(turn: Listener, recogniser: RecogniserProcess | null, spoiled: boolean): void {
    this.turns.delete(turn);
    const place = this.waiting.indexOf(turn);
    if (place >= 0) this.waiting.splice(place, 1);
    if (recogniser === null) return;
    if (recogniser.droppedChunks > 0)
      this.logger.warn({ chunks: recogniser.droppedChunks }, 'The recogniser fell behind.');
    recogniser.droppedChunks = 0;
    if (spoiled) recogniser.kill();
    else if (recogniser.isAlive) {
      this.deathsInARow = 0;
      this.offer(recogniser);
    }
  }

  /** Resolves when the first recogniser is warm. */
  async warm(): Promise<void> {
    await Promise.all([...this.processes].map((recogniser) => recogniser.ready));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRest?.();
    for (const cancel of this.idleTimers.values()) cancel();
    for (const turn of this.turns) turn.dismiss();
    for (const recogniser of this.processes) recogniser.kill();
  }

  private grow(): void {
    if (this.isClosed || this.cancelRest !== null || this.processes.size >= MAX_RECOGNISERS) return;
    const recogniser = new RecogniserProcess(this.command, (reason) => this.bury(recogniser, reason));
    this.processes.add(recogniser);
    const cancelLimit = this.clock.schedule(START_LIMIT_MS, () => recogniser.kill());
    void recogniser.ready.then(() => {
      cancelLimit();
      if (recogniser.isAlive) this.offer(recogniser);
    });
  }

  private offer(recogniser: RecogniserProcess): void {
    const next = this.waiting.shift();
    if (next !== undefined) {
      next.attach(recogniser);
      return;
    }
    this.free.push(recogniser);
    if (this.free.length < 2) return;
    const cancel = this.clock.schedule(IDLE_LIMIT_MS, () => recogniser.kill());
    this.idleTimers.set(recogniser, () => {
      cancel();
      this.idleTimers.delete(recogniser);
    });
  }

  private bury(recogniser: RecogniserProcess, reason: string): void {
    this.processes.delete(recogniser);
    const wasIdle = this.idleTimers.has(recogniser);
    this.idleTimers.get(recogniser)?.();
    const place = this.free.indexOf(recogniser);
    if (place >= 0) this.free.splice(place, 1);
    if (this.isClosed || wasIdle) return;
    this.logger.warn({ reason }, 'A recogniser ended; it is replaced.');
    this.deathsInARow += 1;
    if (this.deathsInARow < MAX_DEATHS_IN_A_ROW) {
      this.grow();
      return;
    }
    this.deathsInARow = 0;
    this.cancelRest ??= this.clock.schedule(REST_AFTER_DEATHS_MS, () => {
      this.cancelRest = null;
      this.grow();
    });
  }
}

class TurnHearing implements Hearing, Listener {
  shortPhrase = '';
  isLost = false;
  private readonly ears: Ears;
  private readonly clock: Clock;
  private readonly limitMs: number;
  private readonly resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, ANALYSIS_SAMPLE_RATE_HZ);
  private readonly kept: Int16Array[] = [];
  private recogniser: RecogniserProcess | null = null;
  private samplesLeft = MAX_TURN_SAMPLES;
  private finished: ((text: string) => void) | null = null;
  private isOver = false;

  constructor(ears: Ears, clock: Clock, limitMs: number) {
    this.ears = ears;
    this.clock = clock;
    this.limitMs = limitMs;
  }

  attach(recogniser: RecogniserProcess): void {
    this.recogniser = recogniser;
    recogniser.start();
    for (const pcm of this.kept.splice(0)) recogniser.feed(pcm);
    if (this.finished !== null) this.ask(recogniser);
  }

  feed(pcm: Int16Array): void {
    if (this.isOver || this.finished !== null || this.samplesLeft <= 0) return;
    this.samplesLeft -= pcm.length;
    this.take(this.resampler.process(pcm));
  }

  finish(): Promise<string> {
    const { promise, resolve } = deferred<string>();
    if (this.isOver) return Promise.resolve('');
    this.take(this.resampler.flush());
    const spokenMs = wireSamplesToMs(MAX_TURN_SAMPLES - Math.max(0, this.samplesLeft));
    const cancelLimit = this.clock.schedule(this.limitMs + 2 * spokenMs, () => {
      this.isLost = true;
      this.end('', true);
    });
    this.finished = (text) => {
      cancelLimit();
      resolve(text);
    };
    if (this.recogniser !== null) this.ask(this.recogniser);
    return promise;
  }

  discard(): void {
    if (this.isOver) return;
    const isAnswering = this.finished !== null && this.recogniser !== null;
    if (!isAnswering) this.recogniser?.forget();
    this.end('', isAnswering);
  }

  dismiss(): void {
    this.end('', false);
  }

  private ask(recogniser: RecogniserProcess): void {
    void recogniser.finish().then((heard) => this.answer(heard));
  }

  private answer({ text, shortPhrase, isLost = false }: Heard): void {
    this.isLost ||= isLost;
    this.shortPhrase = tidyTranscript(shortPhrase);
    this.end(text, false);
  }

  private take(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    if (this.recogniser === null) this.kept.push(pcm);
    else this.recogniser.feed(pcm);
  }

  private end(text: string, spoiled: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.kept.length = 0;
    this.ears.release(this, this.recogniser, spoiled);
    this.finished?.(tidyTranscript(text));
  }
}

/** Leaves out the recogniser's marks for noise and writes "I" as people do. */
export function tidyTranscript(text: string): string {
  const words = text
    .replace(/\[[^\]]{0,40}\]|<[^>]{0,40}>|\+\+[^+]{0,40}\+\+/g, ' ')
    .replace(/\(\d+\)/g, '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/^i(?=$|')/, 'I'));
  const [first, ...others] = words;
  return first === undefined ? '' : [first.charAt(0).toUpperCase() + first.slice(1), ...others].join(' ');
}
