import { msToWireSamples, wireSamplesToMs } from '../core/audio-format.ts';
import type { Clock } from '../core/clock.ts';
import { SoundRate } from './sound-rate.ts';
import { BAND_SETTLES_SAMPLES, levelOf, speechBand } from './speech-band.ts';

/** Two recorders send twice as much as one, four four times; a file that is pushed at once comes faster than any of them. */
const SUSPECT_RATE = { from: 1.4, to: 5.5 } as const;
/** Recorders of one microphone are a buffer apart at most; the longest that browsers have is 16384 samples. */
const REMEMBERED = msToWireSamples(800);
/** Less than this of a piece does not tell whether it is known. */
const LEAST_OVERLAP = msToWireSamples(30);
/** The same where it is expected to go on with what the same recorder sent before. */
const LEAST_EXPECTED_OVERLAP = msToWireSamples(10);
const SAME = 0.985;
const SAME_WHERE_EXPECTED = 0.95;
const SAME_WHERE_DUE = 0.85;
/** Samples between two that are compared, and between two places that are tried. */
const STRIDE = 4;
const FINE = 4;
/** The first look leaves more out. */
const COARSE_STRIDE = 12;
const WORTH_A_LOOK = 0.9;
/** Quieter pieces, of all samples' 32,768, are like any other. */
const QUIET = 20;
/** Such a share of known pieces is no chance, where so many of them, and such a share, are known over `overlap` or more and no tones. */
const PROOF = { share: 0.25, telling: 4, tellingShare: 0.1, overlap: LEAST_OVERLAP } as const;
/** Tones and long vowels are almost as like themselves some periods on; what is nearer than `from` is the same place. */
const PERIODIC = { from: msToWireSamples(2), to: msToWireSamples(250), less: 0.02 } as const;
const MAX_RECORDERS = 4;
/** How far what was let through is counted to be ahead of the time that has passed, or behind it. */
const MOST_AHEAD_MS = 600;
const MOST_BEHIND_MS = 200;
const MUCH_AHEAD_MS = 400;
/** Pieces of one buffer come so close to one another. */
const SAME_BUFFER_MS = 8;

type Match = { readonly place: number; readonly likeness: number };

/**
 * Recognises the sound of one microphone that comes twice or more, interleaved: some pages open their recorder again and again and send
 * what each of them hears. Of such sound each stretch is let through once.
 *
 * While sound comes as fast as time passes, nothing is compared. A file that is pushed faster resembles itself here and there: it takes
 * pieces that are long enough, and no tones or long vowels, to tell it from copies. Copies in shorter pieces are not recognised.
 */
export class DoubledSound {
  readonly #clock: Clock;
  readonly #onRecognised: () => void;
  readonly #rate = new SoundRate();
  #isSuspected = false;
  /** Pieces that could be compared, those of them that were known, and those of these that prove something. */
  #judged = 0;
  #copies = 0;
  #telling = 0;
  #wasTold = false;
  /** The band of the newest sound without its copies, and where it begins in all that came since the suspicion. */
  #known = new Float32Array(0);
  #knownFrom = 0;
  /** The newest of its samples. */
  #tail = new Int16Array(0);
  /** Where each recorder's next piece begins if it goes on. */
  #expected: readonly number[] = [];
  #aheadMs = 0;
  #countedAtMs = 0;
  /** The piece came right behind the one before it. */
  #isSameBuffer = false;

  constructor(clock: Clock, onRecognised: () => void) {
    this.#clock = clock;
    this.#onRecognised = onRecognised;
  }

  /** What of the sound is to be heard: nothing or the end of it where the rest is a copy. */
  filter(pcm: Int16Array): Int16Array {
    this.#judgeRate(pcm.length);
    if (!this.#isSuspected) return pcm;
    const fresh = this.#take(pcm);
    this.#aheadMs = Math.min(MOST_AHEAD_MS, this.#aheadMs + wireSamplesToMs(fresh.length));
    if (!this.#isProved) return pcm;
    if (!this.#wasTold) this.#onRecognised();
    this.#wasTold = true;
    return fresh;
  }

  /** What comes next has nothing to do with what came. */
  reset(): void {
    this.#rate.clear();
    this.#isSuspected = false;
  }

  #judgeRate(samples: number): void {
    const nowMs = this.#clock.nowMs();
    const rate = this.#rate.note(samples, nowMs);
    const isSuspected = rate >= SUSPECT_RATE.from && rate <= SUSPECT_RATE.to;
    if (isSuspected && !this.#isSuspected) this.#begin(nowMs);
    this.#isSuspected = isSuspected;
    this.#isSameBuffer = nowMs - this.#countedAtMs < SAME_BUFFER_MS;
    this.#aheadMs = Math.max(-MOST_BEHIND_MS, this.#aheadMs - (nowMs - this.#countedAtMs));
    this.#countedAtMs = nowMs;
  }

  #begin(nowMs: number): void {
    this.#judged = 0;
    this.#copies = 0;
    this.#telling = 0;
    this.#known = new Float32Array(0);
    this.#knownFrom = 0;
    this.#tail = new Int16Array(0);
    this.#expected = [];
    this.#aheadMs = 0;
    this.#countedAtMs = nowMs;
  }

  #take(pcm: Int16Array): Int16Array {
    const band = speechBand(pcm);
    const isQuiet = levelOf(band) < QUIET;
    const wasProved = this.#isProved;
    const found = isQuiet ? null : this.#find(band);
    if (!isQuiet) this.#judged += 1;
    if (found !== null) {
      if (this.#isTelling(band, found)) this.#telling += 1;
      this.#copies += 1;
    }
    if (!wasProved && this.#isProved) this.#aheadMs = 0;
    const place = Math.min(found ?? (isQuiet || this.#justGoesOn ? this.#due : null) ?? this.#end, this.#end);
    this.#expect(place, pcm.length);
    return this.#remember(pcm.subarray(Math.min(pcm.length, this.#end - place)));
  }

  get #isProved(): boolean {
    if (this.#telling < PROOF.telling || this.#telling < this.#judged * PROOF.tellingShare) return false;
    return this.#copies >= this.#judged * PROOF.share;
  }

  /** Whether that the piece is known at `place` proves something; once there is a proof, all do. */
  #isTelling(band: Float32Array, place: number): boolean {
    if (this.#isProved) return true;
    const likeness = this.#likenessAt(band, place, PROOF.overlap, STRIDE);
    return likeness >= SAME_WHERE_EXPECTED && !this.#isPeriodic(band, place, likeness);
  }

  /** The piece is almost as like what is known a little before or behind `place`. */
  #isPeriodic(band: Float32Array, place: number, likeness: number): boolean {
    for (let away = PERIODIC.from; away <= PERIODIC.to; away += 1) {
      for (const other of [place - away, place + away]) {
        if (this.#likenessAt(band, other, PROOF.overlap / 2, COARSE_STRIDE) >= likeness - PERIODIC.less) return true;
      }
    }
    return false;
  }

  get #end(): number {
    return this.#knownFrom + this.#known.length;
  }

  /** Where in what is known the piece begins by its sound; null: that does not tell. */
  #find(band: Float32Array): number | null {
    for (const [turn, expected] of this.#dueFirst().entries()) {
      const { place, likeness } = this.#bestNear(band, expected, LEAST_EXPECTED_OVERLAP);
      if (likeness >= (turn === 0 ? SAME_WHERE_DUE : SAME_WHERE_EXPECTED)) return place;
    }
    if (!this.#isProved) return isLongEnough(band) ? this.#placeAnywhere(band) : null;
    // Long vowels resemble themselves: by chance nothing is taken for a copy where a recorder just goes on, nor where too little is heard.
    const isChance = this.#justGoesOn ? this.#aheadMs < MUCH_AHEAD_MS : this.#aheadMs <= -MOST_BEHIND_MS;
    return isChance ? null : this.#placeAnywhere(band);
  }

  /** Too little of what is due was sent by another to tell. */
  get #justGoesOn(): boolean {
    return this.#due !== null && this.#end - this.#due < LEAST_EXPECTED_OVERLAP + BAND_SETTLES_SAMPLES;
  }

  /** Where the recorder goes on whose turn it is; null: none is known. */
  get #due(): number | null {
    return this.#dueFirst()[0] ?? null;
  }

  /** A recorder sends its buffer in pieces, one right after the other; then it is the turn of the one that is behind the others. */
  #dueFirst(): readonly number[] {
    const [last, ...others] = this.#expected;
    if (last === undefined) return [];
    if (this.#isSameBuffer) return [last, ...others.sort((one, other) => one - other)];
    return this.#expected.toSorted((one, other) => one - other);
  }

  #placeAnywhere(band: Float32Array): number | null {
    const least = Math.min(LEAST_OVERLAP, band.length - BAND_SETTLES_SAMPLES);
    let best: Match = { place: 0, likeness: 0 };
    for (let place = this.#knownFrom; place <= this.#end - least; place += STRIDE) {
      if (this.#likenessAt(band, place, least, COARSE_STRIDE) < WORTH_A_LOOK) continue;
      const match = this.#bestNear(band, place, least);
      const isElsewhere = Math.abs(match.place - best.place) >= PERIODIC.from;
      // A tone is everywhere: that tells nothing, and takes long.
      if (!this.#isProved && isElsewhere && Math.min(match.likeness, best.likeness) >= SAME) return null;
      if (match.likeness > best.likeness) best = match;
    }
    return best.likeness >= SAME ? best.place : null;
  }

  #bestNear(band: Float32Array, around: number, leastOverlap: number): Match {
    const least = Math.min(leastOverlap, band.length - BAND_SETTLES_SAMPLES);
    let best: Match = { place: around, likeness: 0 };
    for (let place = around - FINE; place <= around + FINE; place += 1) {
      const likeness = this.#likenessAt(band, place, least, STRIDE);
      if (likeness > best.likeness) best = { place, likeness };
    }
    return best;
  }

  /** From −1 to 1, how like the piece is to what is known from `place` on; 0 where fewer than `least` samples can be compared. */
  #likenessAt(band: Float32Array, place: number, least: number, stride: number): number {
    const from = Math.max(BAND_SETTLES_SAMPLES, this.#knownFrom - place);
    const to = Math.min(band.length, this.#end - place);
    if (least <= 0 || to - from < least) return 0;
    const shift = place - this.#knownFrom;
    let [both, ours, theirs] = [0, 0, 0];
    for (let index = from; index < to; index += stride) {
      const our = this.#known[index + shift] ?? 0;
      const their = band[index] ?? 0;
      both += our * their;
      ours += our * our;
      theirs += their * their;
    }
    return ours === 0 || theirs === 0 ? 0 : both / Math.sqrt(ours * theirs);
  }

  /** The recorder whose piece was at `place` goes on behind it. */
  #expect(place: number, samples: number): void {
    const others = this.#expected.filter(
      (other) => Math.abs(other - place) > FINE && other > this.#knownFrom && other !== place + samples,
    );
    this.#expected = [place + samples, ...others].slice(0, MAX_RECORDERS);
  }

  #remember(fresh: Int16Array): Int16Array {
    if (fresh.length === 0) return fresh;
    const band = speechBand(fresh, this.#tail);
    const kept = this.#known.subarray(Math.max(0, this.#known.length + band.length - REMEMBERED));
    const known = new Float32Array(kept.length + band.length);
    known.set(kept);
    known.set(band, kept.length);
    this.#knownFrom += this.#known.length - kept.length;
    this.#known = known;
    this.#tail = fresh.length >= BAND_SETTLES_SAMPLES ? fresh.slice(-BAND_SETTLES_SAMPLES) : joined(this.#tail, fresh);
    return fresh;
  }
}

/** To be compared with what is known anywhere, and to tell something. */
function isLongEnough(band: Float32Array): boolean {
  return band.length - BAND_SETTLES_SAMPLES >= PROOF.overlap;
}

function joined(before: Int16Array, after: Int16Array): Int16Array<ArrayBuffer> {
  const all = new Int16Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all.slice(-BAND_SETTLES_SAMPLES);
}
