import { describe, expect, it } from 'vitest';
import { HEAD_STILL, type HeadMotion } from '../core/head-motion.ts';
import { seededRandom } from '../core/random.ts';
import { EmphasisTrack } from './emphasis.ts';
import { HeadLife } from './head-life.ts';

const PICTURE_MS = 40;
const RATE_HZ = 24_000;
const DEGREE = Math.PI / 180;
const SEEDS = ['iris', 'marcus', 'yuna', 'rafael', 'a', 'b', 'c', 'd'];

/** Phrases of one to three seconds with pauses between them, as one talks: where they sound, and their sound. */
function phrases(seconds: number): { sound: Int16Array; edges: readonly { fromMs: number; toMs: number }[] } {
  const random = seededRandom('phrases');
  const sound = new Int16Array(seconds * RATE_HZ);
  const edges: { fromMs: number; toMs: number }[] = [];
  let atMs = 300;
  while (atMs < seconds * 1000 - 3500) {
    const toMs = atMs + 1000 + 2000 * random();
    edges.push({ fromMs: atMs, toMs });
    const [first, end] = [Math.round((atMs * RATE_HZ) / 1000), Math.round((toMs * RATE_HZ) / 1000)];
    for (let i = first; i < end; i++) sound[i] = Math.round(7000 * Math.sin(i / 20));
    atMs = toMs + 300 + 500 * random();
  }
  return { sound, edges };
}

const TALK = phrases(40);
const EMPHASIS = new EmphasisTrack();
EMPHASIS.append(TALK.sound);

function talk(head: HeadLife, fromMs = 0): HeadMotion[] {
  const motions: HeadMotion[] = [];
  for (let positionMs = 0; positionMs < 40_000; positionMs += PICTURE_MS) {
    motions.push(head.advance(fromMs + positionMs, PICTURE_MS, { emphasis: EMPHASIS, positionMs }));
  }
  return motions;
}

/** From the twentieth of the lowest values to that of the highest. */
function range(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return at(0.95) - at(0.05);
}

const newHead = (seed: string): HeadLife => new HeadLife(seededRandom(seed));

describe('a head that talks', () => {
  it('turns, tilts and travels as far as those of people who talk, whoever it is', () => {
    for (const seed of SEEDS) {
      const motions = talk(newHead(seed));
      const over = (name: keyof HeadMotion): number => range(motions.map((motion) => motion[name]));
      expect(over('yaw')).toBeGreaterThan(9 * DEGREE);
      expect(over('yaw')).toBeLessThan(16.5 * DEGREE);
      expect(over('roll')).toBeGreaterThan(4.5 * DEGREE);
      expect(over('pitch')).toBeGreaterThan(3.5 * DEGREE);
      expect(over('right')).toBeGreaterThan(0.05);
    }
    const yaws = SEEDS.map((seed) => range(talk(newHead(seed)).map(({ yaw }) => yaw)));
    expect(yaws.reduce((sum, yaw) => sum + yaw, 0) / yaws.length).toBeGreaterThan(10.5 * DEGREE);
  });

  it('moves without a jerk: its speed changes bit by bit', () => {
    for (const seed of SEEDS) {
      const yaws = talk(newHead(seed)).map(({ yaw }) => yaw);
      const steps = yaws.slice(1).map((yaw, i) => yaw - (yaws[i] as number));
      const changes = steps.slice(1).map((step, i) => Math.abs(step - (steps[i] as number)));
      expect(Math.max(...steps.map(Math.abs))).toBeLessThan(1.6 * DEGREE);
      expect(Math.max(...changes)).toBeLessThan(0.5 * DEGREE);
    }
  });

  it('sets out just before a phrase is heard', () => {
    const starts = TALK.edges.slice(1).map(({ fromMs }) => Math.floor(fromMs / PICTURE_MS));
    const speeds = new Map<number, number>();
    for (const seed of SEEDS) {
      const motions = talk(newHead(seed));
      for (const start of starts) {
        for (let offset = -12; offset <= 8; offset++) {
          const [one, other] = [motions[start + offset - 1]?.yaw ?? 0, motions[start + offset]?.yaw ?? 0];
          speeds.set(offset, (speeds.get(offset) ?? 0) + Math.abs(other - one));
        }
      }
    }
    const mean = (from: number, to: number): number => {
      let sum = 0;
      for (let offset = from; offset <= to; offset++) sum += speeds.get(offset) ?? 0;
      return sum / (to - from + 1);
    };
    expect(mean(0, 6)).toBeGreaterThan(1.8 * mean(-6, -4));
  });

  it('blinks where phrases end, now and then, and looks aside where some begin', () => {
    const motions = talk(newHead('iris'));
    const blinks = motions.flatMap(({ lids }, i) =>
      lids > 0 && (motions[i - 1]?.lids ?? 0) === 0 ? [i * PICTURE_MS] : [],
    );
    expect(blinks.length).toBeGreaterThan(4);
    for (const blinkMs of blinks) {
      const late = Math.min(...TALK.edges.map(({ toMs }) => Math.abs(blinkMs - toMs)));
      expect(late).toBeLessThan(300);
    }
    const aside = motions.filter(({ lookRight }) => lookRight !== 0).length / motions.length;
    expect(aside).toBeGreaterThan(0.02);
    expect(aside).toBeLessThan(0.3);
  });

  it('moves otherwise when the same is said again, and alike for the same seed', () => {
    const head = newHead('iris');
    const [first, second] = [talk(head), talk(head, 40_000)];
    expect(talk(newHead('iris'))).toEqual(first);
    const yaws = (motions: readonly HeadMotion[]): number[] => motions.slice(50).map(({ yaw }) => yaw);
    expect(Math.abs(correlation(yaws(first), yaws(second)))).toBeLessThan(0.5);
  });

  it('ends no phrase where sound comes just in time', () => {
    // Within the first phrase of more than a second: it began once, and nobody blinked.
    const ends = TALK.edges[0]?.toMs ?? 0;
    expect(ends).toBeGreaterThan(1200);
    const motions: HeadMotion[] = [];
    const head = newHead('iris');
    const track = new EmphasisTrack();
    let done = 0;
    for (let positionMs = 0; positionMs < ends; positionMs += PICTURE_MS) {
      const wanted = ((positionMs + 60) * RATE_HZ) / 1000;
      track.append(TALK.sound.subarray(done, wanted));
      done = wanted;
      motions.push(head.advance(positionMs, PICTURE_MS, { emphasis: track, positionMs }));
    }
    expect(motions.some(({ lids }) => lids > 0)).toBe(false);
    expect(motions.at(-1)).not.toBe(HEAD_STILL);
  });

  it('is still where its film moves it', () => {
    const head = newHead('iris');
    head.hold();
    expect(talk(head).every((motion) => motion === HEAD_STILL)).toBe(true);
    expect(head.isAtRest).toBe(true);
  });

  it('comes back to its idle life when all is said, exactly', () => {
    for (const seed of SEEDS) {
      const head = newHead(seed);
      talk(head);
      let quietMs = 0;
      while (quietMs < 3000 && head.advance(40_000 + quietMs, PICTURE_MS, null) !== HEAD_STILL) quietMs += PICTURE_MS;
      expect(quietMs).toBeLessThan(1600);
      expect(head.isAtRest).toBe(true);
    }
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] as number) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return both / Math.sqrt(ofA * ofB);
}
