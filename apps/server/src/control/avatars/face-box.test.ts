import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faceBoxIn, faceBoxOf } from './face-box.ts';

const manifest = (faceOval: readonly (readonly [number, number])[]) => ({
  sourceSizePx: 1000,
  landmarks: { faceOval },
});
const oval = [
  [320, 300],
  [500, 150],
  [680, 300],
  [500, 660],
] as const;

describe('where the face is', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-face-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('it goes from the forehead to the chin and from cheek to cheek, in shares of the picture', () => {
    expect(faceBoxIn(manifest(oval))).toEqual({ left: 0.32, top: 0.15, right: 0.68, bottom: 0.66 });
  });

  test('it stays inside the picture, and a face that is none is not said', () => {
    const wide = [...oval, [-50, 400], [1200, 400]] as const;
    expect(faceBoxIn(manifest(wide))).toMatchObject({ left: 0, right: 1 });
    const point = [[500, 500] as const, [500, 500] as const, [500, 500] as const];
    for (const none of [manifest(point), manifest([]), { sourceSizePx: 0, landmarks: { faceOval: oval } }, null, 'x']) {
      expect(faceBoxIn(none)).toBeNull();
    }
  });

  test('a bundle that is not there yet is looked for again, and one that was read is not', async () => {
    expect(await faceBoxOf(folder)).toBeNull();
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest(oval)));
    const face = await faceBoxOf(folder);
    expect(face).toMatchObject({ top: 0.15 });
    await rm(join(folder, 'manifest.json'));
    expect(await faceBoxOf(folder)).toBe(face);
  });
});
