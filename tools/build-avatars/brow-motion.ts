import { join } from 'node:path';
import sharp from 'sharp';

type Box = { x: number; y: number; width: number; height: number };
type Grey = { width: number; height: number; data: Uint8Array };

export const BROW_COLUMNS = 19;
export const BROW_ROWS = 12;
const WINDOW_PX = 10;
const REACH_X_PX = 6;
const REACH_Y_PX = 22;

async function greyOf(path: string, box?: Box): Promise<Grey> {
  let image = sharp(path).flatten({ background: '#808080' });
  if (box !== undefined) image = image.extract({ left: box.x, top: box.y, width: box.width, height: box.height });
  const { data, info } = await image.greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/**
 * Where each node of a grid over the brow box goes between the resting picture and an expression: block matching on
 * luma, then smoothing that lets nodes with texture speak for those without. Source pixels, rounded to tenths.
 */
export async function measureBrowMotion(bundle: string, file: string, box: Box): Promise<[number, number][]> {
  const rest = await greyOf(join(bundle, 'person.webp'), box);
  const moved = await greyOf(join(bundle, file));
  const nodes = Array.from({ length: BROW_COLUMNS * BROW_ROWS }, (_, i) => {
    const x = ((box.width - 1) * (i % BROW_COLUMNS)) / (BROW_COLUMNS - 1);
    const y = ((box.height - 1) * Math.floor(i / BROW_COLUMNS)) / (BROW_ROWS - 1);
    return matchBlock(rest, moved, Math.round(x), Math.round(y));
  });
  return smooth(nodes).map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
}

type Match = { x: number; y: number; trust: number };

function matchBlock(rest: Grey, moved: Grey, x: number, y: number): Match {
  const still = blockDistance(rest, moved, x, y, 0, 0);
  let best: Match = { x: 0, y: 0, trust: 0 };
  let bestCost = still * 0.98 - 0.2;
  for (let dy = -REACH_Y_PX; dy <= REACH_Y_PX; dy++) {
    for (let dx = -REACH_X_PX; dx <= REACH_X_PX; dx++) {
      const cost = blockDistance(rest, moved, x, y, dx, dy) + 0.03 * Math.hypot(dx, dy);
      if (cost < bestCost) {
        bestCost = cost;
        best = { x: dx, y: dy, trust: 0 };
      }
    }
  }
  return { ...best, trust: contrast(rest, x, y) ** 2 + 0.2 };
}

/** Mean absolute difference of two blocks; the border repeats. */
function blockDistance(rest: Grey, moved: Grey, x: number, y: number, dx: number, dy: number): number {
  let sum = 0;
  for (let j = -WINDOW_PX; j <= WINDOW_PX; j += 2) {
    for (let i = -WINDOW_PX; i <= WINDOW_PX; i += 2) {
      sum += Math.abs(at(rest, x + i, y + j) - at(moved, x + i + dx, y + j + dy));
    }
  }
  return sum / (WINDOW_PX + 1) ** 2;
}

/** Spread of luma in a block, as vertical detail, since brows move up and down. */
function contrast(image: Grey, x: number, y: number): number {
  let sum = 0;
  for (let j = -WINDOW_PX; j < WINDOW_PX; j += 2) {
    for (let i = -WINDOW_PX; i <= WINDOW_PX; i += 2) {
      sum += Math.abs(at(image, x + i, y + j) - at(image, x + i, y + j + 2));
    }
  }
  return sum / (WINDOW_PX * (WINDOW_PX + 1));
}

function at(image: Grey, x: number, y: number): number {
  const px = Math.min(image.width - 1, Math.max(0, x));
  const py = Math.min(image.height - 1, Math.max(0, y));
  return image.data[py * image.width + px] ?? 0;
}

function smooth(nodes: readonly Match[]): [number, number][] {
  const isBorder = (i: number): boolean => {
    const column = i % BROW_COLUMNS;
    const row = Math.floor(i / BROW_COLUMNS);
    return column === 0 || row === 0 || column === BROW_COLUMNS - 1 || row === BROW_ROWS - 1;
  };
  let field = nodes.map((node, i): [number, number] => (isBorder(i) ? [0, 0] : [node.x, node.y]));
  for (let round = 0; round < 40; round++) {
    field = field.map((value, i): [number, number] => {
      if (isBorder(i)) return [0, 0];
      const node = nodes[i] ?? { x: 0, y: 0, trust: 0 };
      const around = [i - 1, i + 1, i - BROW_COLUMNS, i + BROW_COLUMNS].map((k) => field[k] ?? value);
      const pull = 6;
      const total = node.trust + pull;
      const mean = (axis: 0 | 1): number => around.reduce((sum, other) => sum + other[axis], 0) / around.length;
      return [(node.x * node.trust + mean(0) * pull) / total, (node.y * node.trust + mean(1) * pull) / total];
    });
  }
  return field;
}
