import { DelayDetector } from './delay-detector.ts';
import { ThroughputMeter } from './throughput-meter.ts';

const THROUGHPUT_WINDOW_MS = 500;
const BACK_OFF = 0.85;
const GROWTH_PER_SECOND = 1.08;
/** Near the rate at which the path last filled up, growth is about one packet per response time. */
const NEAR_CAPACITY_PACKET_BITS = 9600;
const RESPONSE_EXTRA_MS = 100;
const NEAR_CAPACITY_SHARE = 0.1;
const MAX_OVER_THROUGHPUT = 1.5;
const LOW_LOSS = 0.02;
const HIGH_LOSS = 0.1;
const LOSS_WINDOW_PACKETS = 20;
const LOSS_WINDOW_MS = 1000;
const LOSS_HOLD_MS = 300;
const DEFAULT_RTT_MS = 100;

export type BitrateLimits = { readonly minKbps: number; readonly maxKbps: number; readonly startKbps: number };

/**
 * Estimates what the path carries, in the spirit of draft-ietf-rmcat-gcc-02: a delay-based rate (additive or
 * multiplicative increase, back-off to 85 % of the measured throughput when queues grow) and a loss-based rate (falls
 * above 10 % loss, rises below 2 %); the smaller one is the target.
 */
export class BandwidthEstimator {
  readonly #limits: BitrateLimits;
  readonly #delayDetector = new DelayDetector();
  readonly #throughput = new ThroughputMeter(THROUGHPUT_WINDOW_MS);
  #delayKbps: number;
  #lossKbps: number;
  #receiverCapKbps = Number.POSITIVE_INFINITY;
  #capacityKbps: number | null = null;
  #roundTripMs = DEFAULT_RTT_MS;
  #lastDelayUpdateMs = -1;
  #lastBackOffMs = Number.NEGATIVE_INFINITY;
  #lastLossDecreaseMs = Number.NEGATIVE_INFINITY;
  #lossWindowStartMs = -1;
  #reportedPackets = 0;
  #lostPackets = 0;
  #lossShare = 0;

  constructor(limits: BitrateLimits) {
    this.#limits = limits;
    this.#delayKbps = limits.startKbps;
    this.#lossKbps = limits.startKbps;
  }

  get targetKbps(): number {
    return this.#clamp(Math.min(this.#delayKbps, this.#lossKbps, this.#receiverCapKbps));
  }

  /** Measured rate of arrivals, or null when unknown. */
  get throughputKbps(): number | null {
    return this.#throughput.kbps;
  }

  /** Share of packets lost over about the last second, 0 to 1. */
  get lossShare(): number {
    return this.#lossShare;
  }

  setRoundTrip(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
  }

  packetReceived(sentMs: number, arrivalMs: number, sizeBytes: number): void {
    this.#reportedPackets += 1;
    this.#throughput.add(arrivalMs, sizeBytes);
    this.#delayDetector.addPacket(sentMs, arrivalMs);
  }

  packetLost(): void {
    this.#reportedPackets += 1;
    this.#lostPackets += 1;
  }

  /** Draws the conclusions of one feedback packet. Call after its packets. */
  update(nowMs: number): void {
    this.#updateDelayRate(nowMs);
    if (this.#lossWindowStartMs < 0) this.#lossWindowStartMs = nowMs;
    const isWindowOver = nowMs - this.#lossWindowStartMs >= LOSS_WINDOW_MS / 2;
    if (this.#reportedPackets < LOSS_WINDOW_PACKETS || !isWindowOver) return;
    this.updateFromLoss(this.#lostPackets / this.#reportedPackets, nowMs, nowMs - this.#lossWindowStartMs);
    this.#reportedPackets = 0;
    this.#lostPackets = 0;
    this.#lossWindowStartMs = nowMs;
  }

  /** Loss over the last `intervalMs`: from our own count, or a receiver report when there is no transport feedback. */
  updateFromLoss(lossShare: number, nowMs: number, intervalMs: number): void {
    this.#lossShare = lossShare;
    if (lossShare > HIGH_LOSS) {
      if (nowMs - this.#lastLossDecreaseMs < LOSS_HOLD_MS + this.#roundTripMs) return;
      this.#lastLossDecreaseMs = nowMs;
      const fromKbps = Math.min(this.#lossKbps, this.targetKbps);
      this.#lossKbps = Math.max(this.#limits.minKbps, fromKbps * (1 - lossShare / 2));
    } else if (lossShare < LOW_LOSS) {
      const seconds = Math.min(intervalMs, LOSS_WINDOW_MS) / 1000;
      this.#lossKbps = Math.min(this.#limits.maxKbps, this.#lossKbps * GROWTH_PER_SECOND ** seconds + seconds);
    }
  }

  /** Upper bound that the receiver asked for. */
  setReceiverEstimate(kbps: number): void {
    this.#receiverCapKbps = kbps;
  }

  #updateDelayRate(nowMs: number): void {
    const sinceMs = this.#lastDelayUpdateMs < 0 ? 0 : Math.min(1000, nowMs - this.#lastDelayUpdateMs);
    this.#lastDelayUpdateMs = nowMs;
    if (this.#delayDetector.state === 'overuse') this.#backOff(nowMs);
    else if (this.#delayDetector.state === 'normal') this.#grow(sinceMs);
  }

  #backOff(nowMs: number): void {
    if (nowMs - this.#lastBackOffMs < this.#roundTripMs + RESPONSE_EXTRA_MS) return;
    this.#lastBackOffMs = nowMs;
    const measuredKbps = this.#throughput.kbps;
    const baseKbps = measuredKbps ?? this.#delayKbps;
    const loweredKbps = BACK_OFF * baseKbps;
    if (measuredKbps !== null) {
      this.#capacityKbps = this.#capacityKbps === null ? measuredKbps : 0.7 * this.#capacityKbps + 0.3 * measuredKbps;
    }
    if (loweredKbps < this.#delayKbps) this.#delayKbps = this.#clamp(loweredKbps);
  }

  #grow(sinceMs: number): void {
    const measuredKbps = this.#throughput.kbps;
    if (measuredKbps !== null && this.#capacityKbps !== null) {
      const isOutgrown = measuredKbps > this.#capacityKbps * (1 + 2 * NEAR_CAPACITY_SHARE);
      if (isOutgrown) this.#capacityKbps = null;
    }
    const capacityKbps = this.#capacityKbps;
    const isNear =
      capacityKbps !== null && Math.abs(this.#delayKbps - capacityKbps) < NEAR_CAPACITY_SHARE * capacityKbps;
    const grownKbps = isNear
      ? this.#delayKbps + (NEAR_CAPACITY_PACKET_BITS / (this.#roundTripMs + RESPONSE_EXTRA_MS) / 1000) * sinceMs
      : this.#delayKbps * GROWTH_PER_SECOND ** (sinceMs / 1000);
    const ceilingKbps = measuredKbps === null ? this.#delayKbps : MAX_OVER_THROUGHPUT * measuredKbps + 10;
    if (this.#delayKbps < ceilingKbps) this.#delayKbps = this.#clamp(Math.min(grownKbps, ceilingKbps));
  }

  #clamp(kbps: number): number {
    return Math.min(this.#limits.maxKbps, Math.max(this.#limits.minKbps, kbps));
  }
}
