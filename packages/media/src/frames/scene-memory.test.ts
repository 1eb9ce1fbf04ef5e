import { describe, expect, it } from 'vitest';
import { createPicture, type Picture } from '../core/picture.ts';
import { seededRandom } from '../core/random.ts';
import type { LayerPlanes } from './planes.ts';
import { CELL_PX, SceneMemory } from './scene-memory.ts';
import { CLEAR, drawPlane, MIXED, SOLID } from './scene-reference.ts';

const SIDE = 96;

/** Noise inside a round outline that is soft at its edge. */
function noisyPerson(random: () => number): LayerPlanes {
  const alpha = new Uint8Array(SIDE * SIDE);
  const chromaAlpha = new Uint8Array((SIDE * SIDE) / 4);
  const cover = (x: number, y: number): number => Math.min(1, Math.max(0, (40 - Math.hypot(x - 48, y - 48)) / 6));
  for (let i = 0; i < alpha.length; i++) alpha[i] = Math.round(255 * cover(i % SIDE, Math.floor(i / SIDE)));
  for (let i = 0; i < chromaAlpha.length; i++) {
    chromaAlpha[i] = Math.round(255 * cover(2 * (i % (SIDE / 2)), 2 * Math.floor(i / (SIDE / 2))));
  }
  const noise = (alphas: Uint8Array): Uint8Array => alphas.map((value) => Math.floor((value + 1) * random()));
  const [y, u, v] = [noise(alpha), noise(chromaAlpha), noise(chromaAlpha)];
  y[48 * SIDE + 48] = 255;
  return { width: SIDE, height: SIDE, y, u, v, alpha, chromaAlpha };
}

function noisyScene(width: number, height: number, random: () => number): Picture {
  const scene = createPicture(width, height);
  for (let i = 0; i < scene.data.length; i++) scene.data[i] = Math.floor(256 * random());
  return scene;
}

/** The person some way off its place and bent by up to so many pixels, also beyond its edges. */
function bend(memory: SceneMemory, random: () => number, byPx = 6): void {
  for (let i = 0; i < memory.lumaGrid.length; i += 2) {
    const column = (i / 2) % (memory.columns + 1);
    const row = Math.floor(i / 2 / (memory.columns + 1));
    const x = column * CELL_PX * 1.2 - 9 + byPx * random();
    const y = row * CELL_PX * 1.1 - 5 + byPx * random();
    memory.lumaGrid.set([x - 0.5, y - 0.5], i);
    memory.chromaGrid.set([x / 2 - 0.5, y / 2 - 0.5], i);
  }
}

describe('a person over a scene', () => {
  it.each([
    [64, 64],
    [66, 74],
    [100, 58],
  ])('is drawn by vector code as by TypeScript, to one level, in a picture of %ix%i', (width, height) => {
    const random = seededRandom(`scene ${width}`);
    const scene = noisyScene(width, height, random);
    const memory = new SceneMemory(noisyPerson(random), scene);
    const out = createPicture(width, height);
    // Straight lines of texels are read at once, others one by one.
    for (const [kind, byPx] of [
      [MIXED, 6],
      [SOLID, 6],
      [MIXED, 0.2],
      [SOLID, 0],
      [CLEAR, 6],
    ] as const) {
      bend(memory, random, byPx);
      memory.kinds.fill(kind);
      if (kind === MIXED) memory.kinds[1] = CLEAR;
      memory.draw(out);
      const expected = expectedPicture(memory, scene);
      let most = 0;
      for (const [i, value] of out.data.entries()) most = Math.max(most, Math.abs(value - (expected[i] as number)));
      expect(most).toBeLessThanOrEqual(1);
      if (kind === CLEAR) expect(out.data).toEqual(scene.data);
      else expect(out.data).not.toEqual(scene.data);
    }
  });

  it('leaves nothing of one picture in the next', () => {
    const random = seededRandom('again');
    const memory = new SceneMemory(noisyPerson(random), noisyScene(64, 64, random));
    bend(memory, random);
    memory.kinds.fill(MIXED);
    const [first, second] = [createPicture(64, 64), createPicture(64, 64)];
    memory.draw(first);
    memory.draw(second);
    expect(second.data).toEqual(first.data);
  });
});

function expectedPicture(memory: SceneMemory, scene: Picture): Uint8Array {
  const { person, columns, rows, kinds } = memory;
  const { width, height } = scene;
  const expected = scene.data.slice();
  const chromaBytes = (width * height) / 4;
  let at = 0;
  for (const name of ['y', 'u', 'v'] as const) {
    const step = name === 'y' ? 1 : 2;
    const alphas = name === 'y' ? person.alpha : person.chromaAlpha;
    const grid = name === 'y' ? memory.lumaGrid : memory.chromaGrid;
    const length = name === 'y' ? width * height : chromaBytes;
    drawPlane(
      { width: SIDE / step, height: SIDE / step, texels: person[name], alphas },
      { columns, rows, cell: CELL_PX / step, grid, kinds },
      expected.subarray(at, at + length),
      width / step,
      height / step,
    );
    at += length;
  }
  return expected;
}
