import { expect, it } from 'vitest';
import { createPicture } from '../core/picture.ts';
import { HEAD_AT_REST, type HeadPose, motionWeights, moveVertices } from './head-motion.ts';
import type { AvatarManifest } from './manifest.ts';
import type { LayerPlanes } from './planes.ts';
import { createSceneGrid } from './scene-grid.ts';
import { CELL_PX, SceneMemory } from './scene-memory.ts';
import { CLEAR, MIXED, SOLID } from './scene-reference.ts';

const SIDE = 256;
const VIEW = { widthPx: 256, heightPx: 256, scale: 1, offsetX: 0, offsetY: 0 };
// What of a manifest the grid reads.
const MANIFEST = {
  sourceSizePx: SIDE,
  landmarks: { chin: [128, 165], headPivot: [128, 175] },
} as unknown as AvatarManifest;

/** Nearest in the middle of the head, smoothly further off around it. */
function roundHead(): { width: number; height: number; data: Uint8Array } {
  const side = 64;
  const nearness = (x: number, y: number): number => Math.exp(-((x - 32) ** 2 + (y - 28) ** 2) / 160);
  const data = Uint8Array.from({ length: side * side }, (_, i) => 60 + 190 * nearness(i % side, Math.floor(i / side)));
  return { width: side, height: side, data };
}

/** Solid in the middle, clear around it. */
function person(): LayerPlanes {
  const cover = (side: number): Uint8Array =>
    Uint8Array.from({ length: side * side }, (_, i) =>
      Math.hypot((i % side) / side - 0.5, Math.floor(i / side) / side - 0.5) < 0.3 ? 255 : 0,
    );
  const [alpha, chromaAlpha] = [cover(SIDE), cover(SIDE / 2)];
  return { width: SIDE, height: SIDE, y: alpha, u: chromaAlpha, v: chromaAlpha, alpha, chromaAlpha };
}

const POSES: readonly HeadPose[] = [
  HEAD_AT_REST,
  { ...HEAD_AT_REST, turn: 15, nod: -10, roll: 0.08, shiftX: 4.5, shiftY: -2, growth: 0.02, breath: 0.5 },
  { ...HEAD_AT_REST, turn: -15, nod: 12, roll: -0.08, shiftX: -6, shiftY: 2 },
];

it('every corner comes from where the head moves it to, also in the widest poses', () => {
  const memory = new SceneMemory(person(), createPicture(256, 256));
  const depth = roundHead();
  const aim = createSceneGrid(MANIFEST, depth, VIEW, memory);
  for (const pose of POSES) {
    aim(pose);
    const sources = memory.lumaGrid.map((texel) => texel + 0.5);
    const moved = new Float32Array(sources.length);
    const weights = motionWeights(MANIFEST, depth, sources);
    moveVertices(sources, weights, pose, MANIFEST.landmarks.headPivot, VIEW, moved);
    for (let i = 0; i < moved.length; i += 2) {
      const column = (i / 2) % (memory.columns + 1);
      const row = Math.floor(i / 2 / (memory.columns + 1));
      // At its sides the picture is held: what would move there is pressed together.
      if (Math.min(column, memory.columns - column) < 2) continue;
      // Between the nodes of the head's motion a straight line stands for its curve.
      expect(Math.abs((moved[i] as number) - column * CELL_PX)).toBeLessThan(0.75);
      expect(Math.abs((moved[i + 1] as number) - row * CELL_PX)).toBeLessThan(0.75);
    }
  }
});

it('cells are told apart: the person alone, the scene alone, and both at the outline', () => {
  const memory = new SceneMemory(person(), createPicture(256, 256));
  createSceneGrid(MANIFEST, roundHead(), VIEW, memory)(HEAD_AT_REST);
  const kindAt = (x: number, y: number): number | undefined =>
    memory.kinds[Math.floor(y / CELL_PX) * memory.columns + Math.floor(x / CELL_PX)];
  expect(kindAt(128, 128)).toBe(SOLID);
  expect(kindAt(20, 20)).toBe(CLEAR);
  expect(kindAt(128 - 0.3 * 256, 128)).toBe(MIXED);
  const counts = [CLEAR, SOLID, MIXED].map((kind) => memory.kinds.filter((each) => each === kind).length);
  expect(Math.min(...counts)).toBeGreaterThan(20);
});
