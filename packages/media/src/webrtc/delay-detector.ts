const BURST_MS = 5;
const BURST_LIMIT_MS = 100;
const WINDOW_GROUPS = 20;
const SMOOTHING = 0.9;
const SLOPE_GAIN = 4;
const MAX_SAMPLE_COUNT = 60;
const OVERUSE_TIME_MS = 10;
const THRESHOLD_RISE_PER_MS = 0.0087;
const THRESHOLD_FALL_PER_MS = 0.039;
const THRESHOLD_MIN = 6;
const THRESHOLD_MAX = 600;
const THRESHOLD_START = 12.5;
const OUTLIER_ABOVE_THRESHOLD = 15;
const MAX_STEP_MS = 100;
/** A longer gap between arrivals says nothing on queues: the path slept. */
const RESET_AFTER_MS = 3000;

export type PathUse = 'normal' | 'overuse' | 'underuse';

type Group = { firstSentMs: number; lastSentMs: number; firstArrivalMs: number; lastArrivalMs: number };

/**
 * Finds growing queues on the path from how the gaps between groups of packets change: the slope of the smoothed
 * one-way delay variation over the last 20 groups against an adaptive threshold. After draft-ietf-rmcat-gcc-02, section
 * 5, with the trend line of Carlucci et al., "Congestion Control for Web Real-Time Communication", 2017.
 */
export class DelayDetector {
  #current: Group | null = null;
  #previous: Group | null = null;
  readonly #arrivalMs: number[] = [];
  readonly #smoothedDelayMs: number[] = [];
  #accumulatedDelayMs = 0;
  #smoothedMs = 0;
  #groupCount = 0;
  #threshold = THRESHOLD_START;
  #lastUpdateMs = -1;
  #overuseMs = 0;
  #overuseCount = 0;
  #previousTrend = 0;
  #state: PathUse = 'normal';

  get state(): PathUse {
    return this.#state;
  }

  /** Takes received packets in order of departure. Both times in milliseconds, each on its own side's clock. */
  addPacket(sentMs: number, arrivalMs: number): void {
    const group = this.#current;
    if (group === null) {
      this.#current = newGroup(sentMs, arrivalMs);
    } else if (Math.abs(arrivalMs - group.lastArrivalMs) > RESET_AFTER_MS) {
      this.#restart(sentMs, arrivalMs);
    } else if (sentMs < group.firstSentMs) {
      return;
    } else if (belongsTo(group, sentMs, arrivalMs)) {
      group.lastSentMs = Math.max(group.lastSentMs, sentMs);
      group.lastArrivalMs = Math.max(group.lastArrivalMs, arrivalMs);
    } else {
      this.#completeGroup(group);
      this.#current = newGroup(sentMs, arrivalMs);
    }
  }

  #restart(sentMs: number, arrivalMs: number): void {
    this.#previous = null;
    this.#current = newGroup(sentMs, arrivalMs);
    this.#arrivalMs.length = 0;
    this.#smoothedDelayMs.length = 0;
    this.#accumulatedDelayMs = 0;
    this.#smoothedMs = 0;
    this.#groupCount = 0;
    this.#state = 'normal';
  }

  #completeGroup(group: Group): void {
    const previous = this.#previous;
    this.#previous = group;
    if (previous === null) return;
    const sendGapMs = group.lastSentMs - previous.lastSentMs;
    const arrivalGapMs = group.lastArrivalMs - previous.lastArrivalMs;
    if (arrivalGapMs < 0) return;
    this.#groupCount += 1;
    this.#accumulatedDelayMs += arrivalGapMs - sendGapMs;
    this.#smoothedMs = SMOOTHING * this.#smoothedMs + (1 - SMOOTHING) * this.#accumulatedDelayMs;
    this.#arrivalMs.push(group.lastArrivalMs);
    this.#smoothedDelayMs.push(this.#smoothedMs);
    if (this.#arrivalMs.length > WINDOW_GROUPS) {
      this.#arrivalMs.shift();
      this.#smoothedDelayMs.shift();
    }
    const isFull = this.#arrivalMs.length === WINDOW_GROUPS;
    const slope = isFull ? slopeOf(this.#arrivalMs, this.#smoothedDelayMs) : this.#previousTrend;
    this.#judge(slope, sendGapMs, group.lastArrivalMs);
  }

  #judge(slope: number, sendGapMs: number, nowMs: number): void {
    const trend = Math.min(this.#groupCount, MAX_SAMPLE_COUNT) * slope * SLOPE_GAIN;
    if (trend > this.#threshold) {
      this.#overuseMs += this.#overuseMs === 0 ? sendGapMs / 2 : sendGapMs;
      this.#overuseCount += 1;
      if (this.#overuseMs > OVERUSE_TIME_MS && this.#overuseCount > 1 && slope >= this.#previousTrend) {
        this.#overuseMs = 0;
        this.#overuseCount = 0;
        this.#state = 'overuse';
      }
    } else {
      this.#overuseMs = 0;
      this.#overuseCount = 0;
      this.#state = trend < -this.#threshold ? 'underuse' : 'normal';
    }
    this.#previousTrend = slope;
    this.#adaptThreshold(trend, nowMs);
  }

  #adaptThreshold(trend: number, nowMs: number): void {
    const stepMs = this.#lastUpdateMs < 0 ? 0 : Math.min(Math.max(0, nowMs - this.#lastUpdateMs), MAX_STEP_MS);
    this.#lastUpdateMs = nowMs;
    const distance = Math.abs(trend) - this.#threshold;
    if (distance > OUTLIER_ABOVE_THRESHOLD) return;
    const gain = distance < 0 ? THRESHOLD_FALL_PER_MS : THRESHOLD_RISE_PER_MS;
    this.#threshold = Math.min(THRESHOLD_MAX, Math.max(THRESHOLD_MIN, this.#threshold + gain * distance * stepMs));
  }
}

function newGroup(sentMs: number, arrivalMs: number): Group {
  return { firstSentMs: sentMs, lastSentMs: sentMs, firstArrivalMs: arrivalMs, lastArrivalMs: arrivalMs };
}

/** Packets sent together, or queued by the path and let out together, count as one. */
function belongsTo(group: Group, sentMs: number, arrivalMs: number): boolean {
  if (sentMs - group.firstSentMs <= BURST_MS) return true;
  const arrivalGapMs = arrivalMs - group.lastArrivalMs;
  const propagationChangeMs = arrivalGapMs - (sentMs - group.lastSentMs);
  return propagationChangeMs < 0 && arrivalGapMs <= BURST_MS && arrivalMs - group.firstArrivalMs < BURST_LIMIT_MS;
}

/** Least-squares slope of `values` over `times`. */
function slopeOf(times: readonly number[], values: readonly number[]): number {
  const count = times.length;
  let timeSum = 0;
  let valueSum = 0;
  for (let index = 0; index < count; index += 1) {
    timeSum += times[index] ?? 0;
    valueSum += values[index] ?? 0;
  }
  const timeMean = timeSum / count;
  const valueMean = valueSum / count;
  let numerator = 0;
  let denominator = 0;
  for (let index = 0; index < count; index += 1) {
    const deviation = (times[index] ?? 0) - timeMean;
    numerator += deviation * ((values[index] ?? 0) - valueMean);
    denominator += deviation * deviation;
  }
  return denominator === 0 ? 0 : numerator / denominator;
}
