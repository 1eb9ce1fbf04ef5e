import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Articulation, MOUTH_AT_REST } from '../core/articulation.ts';
import type { AvatarManifest } from './manifest.ts';
import { createMouthMixer } from './mouth-mix.ts';
import { writeSyntheticBundle } from './testing/synthetic-bundle.ts';

let folder: string;
let manifest: AvatarManifest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-mix-'));
  manifest = await writeSyntheticBundle(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function mixOf(articulation: Partial<Articulation>): { shape: number[]; look: number[] } {
  const { shape, look } = createMouthMixer(manifest).mix({ ...MOUTH_AT_REST, ...articulation });
  return { shape: [...shape], look: [...look] };
}

const indexOf = (name: string): number => manifest.mouth.images.findIndex((image) => image.file.includes(name));

describe('createMouthMixer', () => {
  it('shows the resting image alone at rest', () => {
    const { restIndex } = createMouthMixer(manifest);
    const { shape, look } = mixOf({});
    expect(manifest.mouth.images[restIndex]).toMatchObject({ jaw: 0, lipShape: 0 });
    expect(shape[restIndex]).toBe(1);
    expect(look[restIndex]).toBe(1);
  });

  it('shares out exactly one whole, and no pixel less than nothing', () => {
    for (let i = 0; i < 200; i++) {
      const value = (k: number): number => Math.abs(Math.sin(i * 12.9898 + k * 78.233));
      const { shape, look } = mixOf({
        jaw: value(0),
        wide: value(1),
        round: value(2),
        closure: value(3),
        labiodental: value(4),
        tongue: value(5),
        sibilant: value(6),
      });
      for (const shares of [shape, look]) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      expect(Math.min(...look)).toBeGreaterThanOrEqual(-1e-6);
    }
  });

  /** What the geometry of the grid amounts to: as if the images of a level lay at that level. */
  function drawn(articulation: Partial<Articulation>): { jaw: number; lips: number } {
    const { shape } = mixOf(articulation);
    const sum = (level: 'jaw' | 'lipShape'): number =>
      manifest.mouth.images.reduce(
        (total, image, i) => total + (image.kind === 'grid' ? image[level] * shape[i]! : 0),
        0,
      );
    return { jaw: sum('jaw'), lips: sum('lipShape') };
  }

  it('opens half again as far in running speech, hardly further where it is nearly closed, and little beyond what is drawn', () => {
    for (const jaw of [0.3, 0.4, 0.5]) expect(drawn({ jaw }).jaw / jaw).toBeCloseTo(1.45, 2);
    expect(drawn({ jaw: 0.05 }).jaw).toBeLessThan(0.055);
    expect(drawn({ jaw: 0.7 }).jaw).toBeLessThan(1);
    expect(drawn({ jaw: 1 }).jaw).toBeCloseTo(1.12, 5);
    const jaws = Array.from({ length: 101 }, (_unused, i) => drawn({ jaw: i / 100 }).jaw);
    for (let i = 1; i < jaws.length; i++) expect(jaws[i]! - jaws[i - 1]!).toBeGreaterThan(0.002);
  });

  it('spreads and rounds the lips half again as far, and at the ends beyond what is drawn', () => {
    for (const lips of [0.2, 0.5]) {
      expect(drawn({ round: lips }).lips / lips).toBeGreaterThan(1.45);
      expect(drawn({ wide: lips }).lips / lips).toBeLessThan(-1.55);
    }
    expect(drawn({ wide: 1 }).lips).toBeCloseTo(-1.4, 5);
    expect(drawn({ round: 1 }).lips).toBeCloseTo(1.2, 5);
    expect(drawn({ wide: 0.5, round: 0.5 }).lips).toBeCloseTo(0, 5);
  });

  it('presses the lips whatever else the mouth does', () => {
    const { shape, look } = mixOf({ jaw: 1, round: 1, tongue: 1, sibilant: 1, labiodental: 1, closure: 1 });
    expect(shape[indexOf('press')]).toBe(1);
    expect(look[indexOf('press')]).toBe(1);
  });

  it('chooses th or l by the jaw and s or sh by the rounding', () => {
    expect(mixOf({ tongue: 1, jaw: 0.05 }).look[indexOf('th.')]).toBeCloseTo(1, 2);
    expect(mixOf({ tongue: 1, jaw: 0.4 }).look[indexOf('/l.')]).toBeCloseTo(1, 2);
    expect(mixOf({ sibilant: 1 }).look[indexOf('/s.')]).toBeCloseTo(1, 2);
    expect(mixOf({ sibilant: 1, round: 1 }).look[indexOf('/sh.')]).toBeCloseTo(1, 2);
  });

  it('shows the teeth of a hiss fully, with the lips part of the way to the drawing', () => {
    const { shape, look } = mixOf({ sibilant: 1 });
    expect(look[indexOf('/s.')]).toBeCloseTo(1, 2);
    expect(shape[indexOf('/s.')]).toBeCloseTo(0.65, 5);
    expect(shape[createMouthMixer(manifest).restIndex]).toBeCloseTo(0.35, 5);
  });

  it('changes in small steps when the articulation does', () => {
    for (const channel of ['jaw', 'wide', 'round', 'closure', 'labiodental', 'tongue', 'sibilant'] as const) {
      for (let i = 0; i < 50; i++) {
        const before = mixOf({ jaw: 0.4, [channel]: i / 50 });
        const after = mixOf({ jaw: 0.4, [channel]: (i + 1) / 50 });
        for (const part of ['shape', 'look'] as const) {
          const step = before[part].reduce((sum, share, k) => sum + Math.abs(share - after[part][k]!), 0);
          expect(step).toBeLessThan(0.36);
        }
      }
    }
  });
});
