import { AUDIO_FRAME_MS, msToWireSamples, OPUS_SAMPLE_RATE_HZ, wireSamplesToMs } from '../core/audio-format.ts';
import type { Clock } from '../core/clock.ts';
import { FramePacer } from './frame-pacer.ts';
import { Playhead, type PlayheadPosition } from './playhead.ts';
import { TurnSound } from './turn-sound.ts';

const FRAME_SAMPLES = (OPUS_SAMPLE_RATE_HZ * AUDIO_FRAME_MS) / 1000;
const FADE_OUT_SAMPLES = OPUS_SAMPLE_RATE_HZ / 100;
/** How fast the last level falls to zero where a turn's sound stops without a fade of its own. */
const RELEASE_SAMPLES = OPUS_SAMPLE_RATE_HZ / 400;
/** Sound that must wait before a turn that ran dry goes on, so that a slow supply gives few long pauses, not many short ones. */
const RESUME_BUFFER_MS = 60;
/** Turns over and done with whose late sound is still recognised. */
const REMEMBERED_TURNS = 64;

export type AudioOutOptions = {
  readonly clock: Clock;
  /** Sound that may wait to be played; what is more is refused and counted. */
  readonly maxBufferedMs: number;
  /** One frame of 20 ms for the encoder at its media time; null is silence. The frame belongs to the receiver. */
  onFrame(pcm48k: Int16Array | null, mediaTimeMs: number): void;
  /** The first sample of the turn lies at this media time. Precedes its frame. */
  onTurnStarted(turnId: string, mediaTimeMs: number): void;
  /** The last sample of the turn has been sent. Not called for turns dropped by `flush`. */
  onTurnFinished(turnId: string, playedMs: number): void;
};

export type AudioOutCounters = {
  framesSent: number;
  silentFrames: number;
  /** Times the timer came so late that the missed frames were given up, and how long in all. */
  stalls: number;
  stalledMs: number;
  /** Times a turn ran dry before its end. */
  underruns: number;
  /** Sound refused because `maxBufferedMs` was reached. */
  droppedMs: number;
  /** Sound that came for a turn already over. */
  lateMs: number;
};

/**
 * The clock of the call: sends a frame every 20 ms, with sound of the turns in their order or with silence. Everything
 * else (mouth, pictures, captions, what was heard) follows its media time and playhead.
 */
export class AudioOut {
  readonly counters: AudioOutCounters = {
    framesSent: 0,
    silentFrames: 0,
    stalls: 0,
    stalledMs: 0,
    underruns: 0,
    droppedMs: 0,
    lateMs: 0,
  };
  readonly #options: AudioOutOptions;
  readonly #pacer: FramePacer;
  readonly #playhead = new Playhead();
  #turns: TurnSound[] = [];
  #startedTurn: TurnSound | null = null;
  #starved = false;
  /** Faded end of an interrupted turn, for the next frame. */
  #tail: { readonly turnId: string; readonly pcm: Int16Array; readonly positionMs: number } | null = null;
  /** Turns wait where they are. */
  #held = false;
  /** Value of the last sample sent of a turn's sound; zero in silence. */
  #lastLevel = 0;
  readonly #closedTurnIds = new Set<string>();
  #closed = false;

  constructor(options: AudioOutOptions) {
    this.#options = options;
    this.#pacer = new FramePacer({
      clock: options.clock,
      intervalMs: AUDIO_FRAME_MS,
      onFrameDue: () => this.#sendFrame(),
      onStall: (missedMs) => {
        this.counters.stalls++;
        this.counters.stalledMs += missedMs;
      },
    });
  }

  /** Sends the first frame at once and one every 20 ms from then on. */
  start(): void {
    if (!this.#closed) this.#pacer.start();
  }

  /** Adds PCM16 mono 24 kHz to a turn. A turn begins with its first sound and plays when those before it are over. */
  enqueue(turnId: string, pcm24k: Int16Array): void {
    if (this.#closed || pcm24k.length === 0) return;
    const turn = this.#turnFor(turnId);
    if (turn === null || turn.ended) {
      this.counters.lateMs += wireSamplesToMs(pcm24k.length);
      return;
    }
    const room = Math.max(0, msToWireSamples(this.#options.maxBufferedMs - this.bufferedMs()));
    const kept = pcm24k.length <= room ? pcm24k : pcm24k.slice(0, room);
    turn.push(kept);
    const refused = pcm24k.length - kept.length;
    if (refused > 0) {
      turn.skip(refused);
      this.counters.droppedMs += wireSamplesToMs(refused);
    }
  }

  /** No more sound comes for this turn. A turn without any sound finishes in its order, with 0 ms played. */
  finish(turnId: string): void {
    if (!this.#closed) this.#turnFor(turnId)?.end();
  }

  /**
   * Interruption: what is playing fades out within the first 10 ms of the next frame, everything queued of all turns is
   * dropped, those in `keptTurnIds` apart, and sound that still comes for them is ignored. Turns that were held go on.
   * Returns the turn that was playing, or was first in line, with the sound of it that the listener gets (the fade
   * included), or null when there was none.
   */
  flush(keptTurnIds: readonly string[] = []): { turnId: string; playedMs: number } | null {
    const dropped = this.#turns.filter(({ turnId }) => !keptTurnIds.includes(turnId));
    const current = dropped[0];
    const isPlaying = current !== undefined && current === this.#startedTurn;
    if (isPlaying && !this.#starved && !this.#held) this.#prepareTail(current);
    if (!isPlaying) this.resume();
    this.#held = false;
    if (current === undefined) return null;
    for (const turn of dropped) this.#rememberClosed(turn.turnId);
    this.#turns = this.#turns.filter(({ turnId }) => keptTurnIds.includes(turnId));
    if (isPlaying) {
      this.#startedTurn = null;
      this.#starved = false;
    }
    return { turnId: current.turnId, playedMs: current.playedMs };
  }

  /**
   * Silence for now: what is playing fades out within the first 10 ms of the next frame and waits there with everything
   * queued. Returns what `flush` would.
   */
  hold(): { turnId: string; playedMs: number } | null {
    const current = this.#turns[0];
    if (current === undefined) return null;
    if (current === this.#startedTurn && !this.#starved && !this.#held) this.#prepareTail(current);
    this.#held = true;
    return { turnId: current.turnId, playedMs: current.playedMs };
  }

  /** Goes on after `hold` with the sample that comes next. */
  resume(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#startedTurn?.startFade();
  }

  /** What sounds at this media time, with its place in the turn's sound; null in silence, also while a turn has run dry. */
  playhead(mediaTimeMs: number): PlayheadPosition | null {
    const sentMs = this.mediaTimeMs();
    if (mediaTimeMs < sentMs) return this.#playhead.at(mediaTimeMs);
    // The next frames are already known as far as the playing turn has sound.
    const current = this.#startedTurn;
    const aheadMs = mediaTimeMs - sentMs;
    if (current === null || this.#held || aheadMs >= current.bufferedMs) return null;
    return { turnId: current.turnId, positionMs: current.positionMs + aheadMs };
  }

  /** Media time of the next frame: frames sent so far times 20 ms. */
  mediaTimeMs(): number {
    return this.counters.framesSent * AUDIO_FRAME_MS;
  }

  /** Sound waiting to be played, of all turns. */
  bufferedMs(): number {
    return this.#turns.reduce((sum, turn) => sum + turn.bufferedMs, 0);
  }

  close(): void {
    this.#closed = true;
    this.#pacer.stop();
    this.#turns = [];
    this.#startedTurn = null;
    this.#tail = null;
  }

  #turnFor(turnId: string): TurnSound | null {
    const known = this.#turns.find((turn) => turn.turnId === turnId);
    if (known !== undefined) return known;
    if (this.#closedTurnIds.has(turnId)) return null;
    const turn = new TurnSound(turnId);
    this.#turns.push(turn);
    return turn;
  }

  #prepareTail(turn: TurnSound): void {
    const positionMs = turn.positionMs;
    const pcm = new Int16Array(FADE_OUT_SAMPLES);
    const count = turn.read(pcm, 0);
    for (let k = 0; k < count; k++) pcm[k] = Math.round((pcm[k] as number) * (1 - (k + 1) / count));
    if (count > 0) this.#tail = { turnId: turn.turnId, pcm: pcm.subarray(0, count), positionMs };
  }

  #sendFrame(): void {
    const mediaTimeMs = this.mediaTimeMs();
    const frame = new Int16Array(FRAME_SAMPLES);
    const finished: TurnSound[] = [];
    let at = this.#writeTail(frame, mediaTimeMs);
    let turn = this.#turns[0];
    while (turn !== undefined && !this.#held && at < FRAME_SAMPLES) {
      at += this.#writeTurn(turn, frame, at, mediaTimeMs);
      if (!turn.finished) break;
      this.#turns.shift();
      this.#startedTurn = null;
      this.#starved = false;
      finished.push(turn);
      turn = this.#turns[0];
    }
    const silent = at === 0 && this.#lastLevel === 0;
    this.#release(frame, at);
    this.counters.framesSent++;
    if (silent) this.counters.silentFrames++;
    this.#options.onFrame(silent ? null : frame, mediaTimeMs);
    for (const done of finished) {
      if (this.#closed) return;
      this.#rememberClosed(done.turnId);
      this.#options.onTurnFinished(done.turnId, done.playedMs);
    }
  }

  #writeTail(frame: Int16Array, mediaTimeMs: number): number {
    const tail = this.#tail;
    if (tail === null) return 0;
    this.#tail = null;
    frame.set(tail.pcm);
    this.#lastLevel = 0;
    this.#playhead.record(tail.turnId, mediaTimeMs, tail.positionMs, samplesToMs(tail.pcm.length));
    return tail.pcm.length;
  }

  #writeTurn(turn: TurnSound, frame: Int16Array, at: number, mediaTimeMs: number): number {
    if (this.#starved) {
      if (!turn.ended && turn.bufferedMs < RESUME_BUFFER_MS) return 0;
      turn.startFade();
      this.#starved = false;
    }
    const positionMs = turn.positionMs;
    const count = turn.read(frame, at);
    const startMs = mediaTimeMs + samplesToMs(at);
    if (count > 0) {
      if (this.#startedTurn !== turn) {
        this.#startedTurn = turn;
        this.#options.onTurnStarted(turn.turnId, startMs);
      }
      this.#lastLevel = frame[at + count - 1] as number;
      this.#playhead.record(turn.turnId, startMs, positionMs, samplesToMs(count));
    }
    if (at + count < FRAME_SAMPLES && this.#startedTurn === turn && !turn.finished) {
      this.#starved = true;
      this.counters.underruns++;
    }
    return count;
  }

  /** Where sound stops inside or just before this frame, its last level falls to zero instead of snapping there. */
  #release(frame: Int16Array, soundEnd: number): void {
    const length = Math.min(RELEASE_SAMPLES, FRAME_SAMPLES - soundEnd);
    if (length === 0 || this.#lastLevel === 0) return;
    for (let k = 0; k < length; k++) {
      frame[soundEnd + k] = Math.round(this.#lastLevel * (1 - (k + 1) / length));
    }
    this.#lastLevel = 0;
  }

  #rememberClosed(turnId: string): void {
    this.#closedTurnIds.add(turnId);
    if (this.#closedTurnIds.size <= REMEMBERED_TURNS) return;
    const [oldest] = this.#closedTurnIds;
    if (oldest !== undefined) this.#closedTurnIds.delete(oldest);
  }
}

function samplesToMs(sampleCount: number): number {
  return (sampleCount * 1000) / OPUS_SAMPLE_RATE_HZ;
}
