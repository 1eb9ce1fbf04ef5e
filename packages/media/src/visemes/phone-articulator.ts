import { ARTICULATION_CHANNELS, ARTICULATION_RATE_HZ, type PhoneTiming } from '../core/articulation.ts';
import { isSilence, type PhoneEventChannel, type PhoneTarget, phoneShape } from './phone-targets.ts';

const FRAME_MS = 1000 / ARTICULATION_RATE_HZ;
const CHANNEL_COUNT = ARTICULATION_CHANNELS.length;
const JAW = ARTICULATION_CHANNELS.indexOf('jaw');
const WIDE = ARTICULATION_CHANNELS.indexOf('wide');
const ROUND = ARTICULATION_CHANNELS.indexOf('round');

/** Decay of a phone's hold on the frames before it (anticipation) and after it (carry-over). */
const JAW_ANTICIPATION_MS = 35;
const JAW_CARRY_OVER_MS = 35;
/** Lips move ahead of the sound: rounding is under way well before the rounded vowel. */
const LIP_ANTICIPATION_MS = 55;
const LIP_CARRY_OVER_MS = 35;
/** Farther than this a phone's hold is below 2 %. */
const REACH_MS = 220;
/** Time of a closure, a lip-to-teeth touch, a tongue tip or a hiss to come and to go. */
const EVENT_RISE_MS = 35;
const EVENT_FALL_MS = 30;
/** The mouth is at rest this long after the last phone before a pause and until this long before the next. */
const REST_RAMP_MS = 80;
/** Gaps up to this length between phones, and this much after the last, belong to the phones around them. */
const COVERED_GAP_MS = REST_RAMP_MS;

type TimedTarget = { readonly startMs: number; readonly endMs: number; readonly target: PhoneTarget };
type TimedEvent = {
  readonly channel: number;
  readonly peak: number;
  readonly startMs: number;
  readonly endMs: number;
};
type Span = { readonly startMs: number; endMs: number };

function smoothStep(share: number): number {
  const x = Math.min(1, Math.max(0, share));
  return x * x * (3 - 2 * x);
}

function holdOver(timeMs: number, startMs: number, endMs: number, anticipationMs: number, carryOverMs: number): number {
  if (timeMs < startMs) return Math.exp((timeMs - startMs) / anticipationMs);
  if (timeMs > endMs) return Math.exp((endMs - timeMs) / carryOverMs);
  return 1;
}

/**
 * Articulation frames from phone times by weighted target blending after Cohen and Massaro, "Modeling Coarticulation in
 * Synthetic Visual Speech" (1993): every phone pulls towards its target with a strength that decays exponentially before
 * and after it, so short phones are undershot and strong ones reach into their neighbours. Closures, lip-to-teeth
 * touches, tongue tips and hisses are gestures with ramps of their own that are complete when the phone's sound begins.
 *
 * Phones may come in any number of batches; frames near a batch's edge are computed again when the next one arrives.
 */
export class PhoneArticulator {
  readonly #targets: TimedTarget[] = [];
  readonly #events: TimedEvent[] = [];
  readonly #speech: Span[] = [];
  readonly #covered: Span[] = [];

  /** Takes phones in order of time; returns the span of frames `[first, end)` that changed. */
  append(phones: readonly PhoneTiming[]): { firstFrame: number; endFrame: number } {
    let changedFromMs = Number.POSITIVE_INFINITY;
    let changedUntilMs = 0;
    for (const phone of phones) {
      if (!(phone.endMs > phone.startMs)) continue;
      this.#appendPhone(phone);
      changedFromMs = Math.min(changedFromMs, phone.startMs);
      changedUntilMs = Math.max(changedUntilMs, phone.endMs);
    }
    if (changedUntilMs === 0) return { firstFrame: 0, endFrame: 0 };
    const firstCovered = this.#covered[0]?.startMs ?? 0;
    return {
      firstFrame: Math.max(0, Math.floor(Math.max(firstCovered, changedFromMs - REACH_MS) / FRAME_MS)),
      endFrame: Math.ceil((changedUntilMs + COVERED_GAP_MS) / FRAME_MS),
    };
  }

  /** Whether phones (pauses among them, and short gaps) say what happens at the centre of this frame. */
  covers(frame: number): boolean {
    const timeMs = (frame + 0.5) * FRAME_MS;
    return this.#covered.some((span) => timeMs >= span.startMs && timeMs < span.endMs + COVERED_GAP_MS);
  }

  /** Writes the channels of one frame at `offset` of `out`, in the order of `ARTICULATION_CHANNELS`. */
  writeFrame(frame: number, out: Float32Array, offset: number): void {
    const timeMs = (frame + 0.5) * FRAME_MS;
    let jaw = 0;
    let jawSum = 0;
    let wide = 0;
    let round = 0;
    let lipSum = 0;
    for (let index = lowerBound(this.#targets, timeMs - REACH_MS); index < this.#targets.length; index++) {
      const entry = this.#targets[index];
      if (entry === undefined || entry.startMs > timeMs + REACH_MS) break;
      const { startMs, endMs, target } = entry;
      const jawPull = target.jawStrength * holdOver(timeMs, startMs, endMs, JAW_ANTICIPATION_MS, JAW_CARRY_OVER_MS);
      const lipPull = target.lipStrength * holdOver(timeMs, startMs, endMs, LIP_ANTICIPATION_MS, LIP_CARRY_OVER_MS);
      jaw += jawPull * target.jaw;
      jawSum += jawPull;
      wide += lipPull * target.wide;
      round += lipPull * target.round;
      lipSum += lipPull;
    }
    const openness = this.#speechShare(timeMs);
    out.fill(0, offset, offset + CHANNEL_COUNT);
    if (jawSum > 0) out[offset + JAW] = (jaw / jawSum) * openness;
    if (lipSum > 0) {
      out[offset + WIDE] = (wide / lipSum) * openness;
      out[offset + ROUND] = (round / lipSum) * openness;
    }
    this.#writeEvents(timeMs, out, offset);
  }

  #writeEvents(timeMs: number, out: Float32Array, offset: number): void {
    for (let index = lowerBound(this.#events, timeMs - REACH_MS); index < this.#events.length; index++) {
      const event = this.#events[index];
      if (event === undefined || event.startMs - EVENT_RISE_MS > timeMs) break;
      const rise = smoothStep(1 - (event.startMs - timeMs) / EVENT_RISE_MS);
      const fall = smoothStep(1 - (timeMs - event.endMs) / EVENT_FALL_MS);
      const value = event.peak * Math.min(rise, fall);
      const slot = offset + event.channel;
      out[slot] = Math.max(out[slot] ?? 0, value);
    }
  }

  /** 1 while someone speaks, 0 deep inside a pause, a smooth ramp between. */
  #speechShare(timeMs: number): number {
    let nearestMs = REST_RAMP_MS;
    for (let index = lowerBound(this.#speech, timeMs - REACH_MS); index < this.#speech.length; index++) {
      const span = this.#speech[index];
      if (span === undefined || span.startMs > timeMs + REST_RAMP_MS) break;
      nearestMs = Math.min(nearestMs, Math.max(0, span.startMs - timeMs, timeMs - span.endMs));
    }
    return smoothStep(1 - nearestMs / REST_RAMP_MS);
  }

  #appendPhone(phone: PhoneTiming): void {
    const { startMs, endMs, symbol } = phone;
    const durationMs = endMs - startMs;
    const shape = phoneShape(symbol);
    let partStartMs = startMs;
    for (const part of shape.parts) {
      const partEndMs = partStartMs + part.share * durationMs;
      this.#targets.push({ startMs: partStartMs, endMs: partEndMs, target: part.target });
      partStartMs = partEndMs;
    }
    if (shape.event !== null) {
      const { channel, peak, heldShare } = shape.event;
      this.#events.push({ channel: channelIndex(channel), peak, startMs, endMs: startMs + heldShare * durationMs });
    }
    if (!isSilence(symbol)) extendSpans(this.#speech, startMs, endMs, 1);
    extendSpans(this.#covered, startMs, endMs, COVERED_GAP_MS);
  }
}

function channelIndex(channel: PhoneEventChannel): number {
  return ARTICULATION_CHANNELS.indexOf(channel);
}

function extendSpans(spans: Span[], startMs: number, endMs: number, gapMs: number): void {
  const last = spans.at(-1);
  if (last !== undefined && startMs <= last.endMs + gapMs && startMs >= last.startMs) {
    last.endMs = Math.max(last.endMs, endMs);
  } else {
    spans.push({ startMs, endMs });
  }
}

/** Index of the first entry that ends after `timeMs`; entries are in order of time. */
function lowerBound(entries: readonly { readonly endMs: number }[], timeMs: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.endMs ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
