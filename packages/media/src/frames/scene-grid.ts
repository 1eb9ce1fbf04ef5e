import { type DepthMap, type HeadPose, type MotionWeights, motionWeights, moveVertices } from './head-motion.ts';
import type { AvatarManifest } from './manifest.ts';
import type { LayerPlanes } from './planes.ts';
import { CELL_PX, type SceneMemory } from './scene-memory.ts';
import { CLEAR, MIXED, SOLID } from './scene-reference.ts';
import type { View } from './view.ts';

const NODES = 41;
/** Texels of a side of the squares whose cover is known at once. */
const BLOCK = 16;
/** Where a corner comes from is found to this many source pixels. */
const PRECISION_PX = 0.01;
const MAX_STEPS = 12;
const IN_PLACE = Object.freeze({ scale: 1, offsetX: 0, offsetY: 0 });

/** Tells `memory` where every part of the picture comes from when the head stands so. */
export type AimScene = (head: HeadPose) => void;

export function createSceneGrid(manifest: AvatarManifest, depth: DepthMap, view: View, memory: SceneMemory): AimScene {
  const nodes = gridNodes(manifest.sourceSizePx);
  const weights: MotionWeights = motionWeights(manifest, depth, nodes);
  const moved = new Float32Array(nodes.length);
  const cover = createCover(memory.person);
  const nodesPerPx = (NODES - 1) / manifest.sourceSizePx;
  return (head) => {
    moveVertices(nodes, weights, head, manifest.landmarks.headPivot, IN_PLACE, moved);
    for (let i = 0; i < moved.length; i++) moved[i] = (moved[i] as number) - (nodes[i] as number);
    solveCorners(moved, nodesPerPx, view, memory);
    tellKinds(memory, cover);
  };
}

function gridNodes(size: number): Float32Array {
  const nodes = new Float32Array(NODES * NODES * 2);
  for (let i = 0; i < NODES * NODES; i++) {
    nodes[i * 2] = (size * (i % NODES)) / (NODES - 1);
    nodes[i * 2 + 1] = (size * Math.floor(i / NODES)) / (NODES - 1);
  }
  return nodes;
}

/**
 * The head's motion tells where a source point goes; wanted is where a corner of the picture comes from. What moves moves far
 * less from one point to the next than they lie apart, so that going back by the motion found there comes nearer each time.
 */
function solveCorners(moves: Float32Array, nodesPerPx: number, view: View, memory: SceneMemory): void {
  const { columns, rows, lumaGrid, chromaGrid } = memory;
  let i = 0;
  for (let row = 0; row <= rows; row++) {
    const goalY = (row * CELL_PX - view.offsetY) / view.scale;
    for (let column = 0; column <= columns; column++, i += 2) {
      const goalX = (column * CELL_PX - view.offsetX) / view.scale;
      let x = goalX;
      let y = goalY;
      for (let step = 0; step < MAX_STEPS; step++) {
        const atX = Math.min(NODES - 1.001, Math.max(0, x * nodesPerPx));
        const atY = Math.min(NODES - 1.001, Math.max(0, y * nodesPerPx));
        const ix = atX | 0;
        const iy = atY | 0;
        const fx = atX - ix;
        const fy = atY - iy;
        const at = (iy * NODES + ix) * 2;
        const below = at + NODES * 2;
        const w0 = (1 - fx) * (1 - fy);
        const w1 = fx * (1 - fy);
        const w2 = (1 - fx) * fy;
        const w3 = fx * fy;
        const nextX =
          goalX -
          ((moves[at] as number) * w0 +
            (moves[at + 2] as number) * w1 +
            (moves[below] as number) * w2 +
            (moves[below + 2] as number) * w3);
        const nextY =
          goalY -
          ((moves[at + 1] as number) * w0 +
            (moves[at + 3] as number) * w1 +
            (moves[below + 1] as number) * w2 +
            (moves[below + 3] as number) * w3);
        const isFound = Math.abs(nextX - x) + Math.abs(nextY - y) < PRECISION_PX;
        x = nextX;
        y = nextY;
        if (isFound) break;
      }
      lumaGrid[i] = x - 0.5;
      lumaGrid[i + 1] = y - 0.5;
      chromaGrid[i] = x / 2 - 0.5;
      chromaGrid[i + 1] = y / 2 - 0.5;
    }
  }
}

/** How many of the blocks left of and above each place hold a texel that is not clear, or one that is not solid. */
type Cover = { readonly side: number; readonly seen: Int32Array; readonly open: Int32Array };

function createCover({ width, height, alpha, chromaAlpha }: LayerPlanes): Cover {
  const side = Math.ceil(Math.max(width, height) / BLOCK);
  const seen = new Uint8Array(side * side);
  const open = new Uint8Array(side * side);
  const look = (alphas: Uint8Array, planeWidth: number, block: number): void => {
    for (let i = 0; i < alphas.length; i++) {
      const x = i % planeWidth;
      const at = Math.floor((i - x) / planeWidth / block) * side + Math.floor(x / block);
      if (alphas[i] !== 0) seen[at] = 1;
      if (alphas[i] !== 255) open[at] = 1;
    }
  };
  look(alpha, width, BLOCK);
  look(chromaAlpha, width / 2, BLOCK / 2);
  return { side, seen: summed(seen, side), open: summed(open, side) };
}

function summed(flags: Uint8Array, side: number): Int32Array {
  const sums = new Int32Array((side + 1) * (side + 1));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y + 1) * (side + 1) + x + 1;
      sums[at] =
        (flags[y * side + x] as number) +
        (sums[at - 1] as number) +
        (sums[at - side - 1] as number) -
        (sums[at - side - 2] as number);
    }
  }
  return sums;
}

function tellKinds({ columns, rows, lumaGrid, kinds }: SceneMemory, { side, seen, open }: Cover): void {
  const stride = (columns + 1) * 2;
  const blockOf = (texel: number): number => Math.min(side - 1, Math.max(0, Math.floor(texel / BLOCK)));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const a = row * stride + column * 2;
      const c = a + stride;
      const [ax, bx, cx, dx] = [lumaGrid[a], lumaGrid[a + 2], lumaGrid[c], lumaGrid[c + 2]] as Four;
      const [ay, by, cy, dy] = [lumaGrid[a + 1], lumaGrid[a + 3], lumaGrid[c + 1], lumaGrid[c + 3]] as Four;
      // Two texels more on each side: a sample reaches to the next one, of colour to the next but one.
      const left = blockOf(Math.min(ax, bx, cx, dx) - 2);
      const right = blockOf(Math.max(ax, bx, cx, dx) + 3) + 1;
      const top = blockOf(Math.min(ay, by, cy, dy) - 2) * (side + 1);
      const bottom = (blockOf(Math.max(ay, by, cy, dy) + 3) + 1) * (side + 1);
      const within = (sums: Int32Array): number =>
        (sums[bottom + right] as number) -
        (sums[bottom + left] as number) -
        (sums[top + right] as number) +
        (sums[top + left] as number);
      kinds[row * columns + column] = within(seen) === 0 ? CLEAR : within(open) === 0 ? SOLID : MIXED;
    }
  }
}

type Four = [number, number, number, number];
