import { expect, test } from 'vitest';
import { BandwidthEstimator } from './bandwidth-estimator.ts';

const LIMITS = { minKbps: 100, maxKbps: 1200, startKbps: 800 };
const PACKET_BYTES = 1100;
const PATH_DELAY_MS = 30;
const FEEDBACK_EVERY_MS = 100;

/** A bottleneck with a drop-tail queue: departures in, arrivals (or losses) out, feedback every 100 ms. */
class SimulatedPath {
  capacityKbps: number;
  lossShare: number;
  #queueFreeAtMs = 0;
  #nowMs = 0;
  #seed = 7;
  readonly #queueLimitMs = 300;
  #reports: { sentMs: number; arrivalMs: number | null }[] = [];
  readonly estimator = new BandwidthEstimator(LIMITS);
  readonly queueMs: number[] = [];

  constructor(capacityKbps: number, lossShare = 0) {
    this.capacityKbps = capacityKbps;
    this.lossShare = lossShare;
  }

  /** Sends at the estimator's target, or `fixedKbps`, and returns the targets seen, one per feedback. */
  run(durationMs: number, fixedKbps?: number): number[] {
    const targets: number[] = [];
    const endMs = this.#nowMs + durationMs;
    let nextPictureMs = this.#nowMs;
    let nextFeedbackMs = this.#nowMs + FEEDBACK_EVERY_MS;
    let owedBytes = 0;
    while (this.#nowMs < endMs) {
      if (this.#nowMs >= nextPictureMs) {
        nextPictureMs += 40;
        owedBytes += ((fixedKbps ?? this.estimator.targetKbps) * 40) / 8;
        for (; owedBytes >= PACKET_BYTES; owedBytes -= PACKET_BYTES) this.#send(this.#nowMs);
      }
      if (this.#nowMs >= nextFeedbackMs) {
        nextFeedbackMs += FEEDBACK_EVERY_MS;
        this.#giveFeedback();
        targets.push(this.estimator.targetKbps);
        this.queueMs.push(Math.max(0, this.#queueFreeAtMs - this.#nowMs));
      }
      this.#nowMs += 1;
    }
    return targets;
  }

  #send(sentMs: number): void {
    const isFull = this.#queueFreeAtMs - sentMs > this.#queueLimitMs;
    if (isFull || this.#random() < this.lossShare) {
      this.#reports.push({ sentMs, arrivalMs: null });
      return;
    }
    this.#queueFreeAtMs = Math.max(this.#queueFreeAtMs, sentMs) + (PACKET_BYTES * 8) / this.capacityKbps;
    const jitterMs = this.#random() * 2;
    this.#reports.push({ sentMs, arrivalMs: this.#queueFreeAtMs + PATH_DELAY_MS + jitterMs });
  }

  #giveFeedback(): void {
    const arrived = this.#reports.filter(({ arrivalMs }) => arrivalMs === null || arrivalMs <= this.#nowMs);
    this.#reports = this.#reports.filter((report) => !arrived.includes(report));
    for (const { sentMs, arrivalMs } of arrived) {
      if (arrivalMs === null) this.estimator.packetLost();
      else this.estimator.packetReceived(sentMs, arrivalMs + 5_000_000, PACKET_BYTES);
    }
    this.estimator.setRoundTrip(2 * PATH_DELAY_MS);
    this.estimator.update(this.#nowMs);
  }

  #random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return (this.#seed >> 8) / 0x7f_ffff;
  }
}

const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

test('on a wide path the target rises from 800 to the limit and stays', () => {
  const path = new SimulatedPath(5000);
  const targets = path.run(15_000);
  expect(targets.at(-1)).toBe(1200);
  expect(Math.min(...targets)).toBeGreaterThanOrEqual(790);
});

test('a bottleneck of 500 kbit/s is found within two seconds and its queue kept short', () => {
  const path = new SimulatedPath(500);
  const first = path.run(2000);
  expect(first.at(-1)).toBeLessThan(500);
  path.queueMs.length = 0;
  const later = path.run(30_000);
  expect(mean(later)).toBeGreaterThan(350);
  expect(mean(later)).toBeLessThan(520);
  expect(mean(path.queueMs)).toBeLessThan(120);
});

test('when the bottleneck opens the target recovers', () => {
  const path = new SimulatedPath(400);
  expect(path.run(10_000).at(-1)).toBeLessThan(430);
  path.capacityKbps = 3000;
  expect(path.run(25_000).at(-1)).toBeGreaterThan(900);
});

test('heavy loss lowers the target, light loss does not, and clean air brings it back', () => {
  const path = new SimulatedPath(5000, 0.01);
  expect(path.run(10_000).at(-1)).toBeGreaterThan(1000);
  path.lossShare = 0.25;
  expect(path.run(10_000).at(-1)).toBeLessThan(300);
  path.lossShare = 0;
  expect(path.run(30_000).at(-1)).toBeGreaterThan(900);
});

test('an application that sends little keeps its estimate', () => {
  const path = new SimulatedPath(5000);
  expect(path.run(20_000, 200).at(-1)).toBe(800);
});

test('without transport feedback, receiver reports and REMB steer', () => {
  const estimator = new BandwidthEstimator(LIMITS);
  for (let index = 1; index <= 5; index += 1) estimator.updateFromLoss(0.4, index * 1000, 1000);
  const lowered = estimator.targetKbps;
  expect(lowered).toBeLessThan(400);
  for (let index = 6; index <= 30; index += 1) estimator.updateFromLoss(0, index * 1000, 1000);
  expect(estimator.targetKbps).toBeGreaterThan(lowered * 2);
  estimator.setReceiverEstimate(250);
  expect(estimator.targetKbps).toBe(250);
});
