/** A plane of the person: values multiplied by alpha, and the alphas. */
export type ScenePlane = {
  readonly width: number;
  readonly height: number;
  readonly texels: Uint8Array;
  readonly alphas: Uint8Array;
};

/** The picture in square cells, row by row; those at the right and below may reach beyond it. */
export type SceneCells = {
  readonly columns: number;
  readonly rows: number;
  /** Pixels of a side; a multiple of four. */
  readonly cell: number;
  /** Where the corners of cells lie in the person, x and y in texels, a texel's centre at a whole number. */
  readonly grid: Float32Array;
  /** `CLEAR`, `SOLID` or `MIXED` for each cell. */
  readonly kinds: Uint8Array;
};

/** Nothing of the person is seen in the cell … */
export const CLEAR = 0;
/** … nothing of the scene … */
export const SOLID = 1;
/** … or both. */
export const MIXED = 2;
/** Shares between two texels are told in 128ths. */
const PART = 128;

/**
 * Lays the person over `out`, which holds the scene: what the kernel of `SceneMemory` does four pixels at a time, to one level,
 * to read and to compare it with.
 */
export function drawPlane(plane: ScenePlane, cells: SceneCells, out: Uint8Array, width: number, height: number): void {
  const { columns, cell, grid, kinds } = cells;
  const corner = (column: number, row: number, axis: number): number =>
    grid[2 * (row * (columns + 1) + column) + axis] as number;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell);
    const down = (y + 0.5) / cell - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cell);
      const kind = kinds[row * columns + column];
      if (kind === CLEAR) continue;
      const across = (x + 0.5) / cell - column;
      const place = (axis: number): number => {
        const left = between(corner(column, row, axis), corner(column, row + 1, axis), down);
        const right = between(corner(column + 1, row, axis), corner(column + 1, row + 1, axis), down);
        return between(left, right, across);
      };
      const [u, v] = [place(0), place(1)];
      const at = y * width + x;
      const value = sampleTexels(plane, plane.texels, u, v);
      const alpha = kind === SOLID ? 255 : sampleTexels(plane, plane.alphas, u, v);
      out[at] = Math.min(255, value + Math.round(((out[at] as number) * (255 - alpha)) / 255));
    }
  }
}

function between(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}

function sampleTexels({ width, height }: ScenePlane, texels: Uint8Array, u: number, v: number): number {
  const x = Math.min(width - 1.001, Math.max(0, u));
  const y = Math.min(height - 1.001, Math.max(0, v));
  const [wholeX, wholeY] = [Math.floor(x), Math.floor(y)];
  const partX = Math.round((x - wholeX) * PART);
  const partY = Math.round((y - wholeY) * PART);
  const rowAt = (at: number): number => (texels[at] as number) * (PART - partX) + (texels[at + 1] as number) * partX;
  const at = wholeY * width + wholeX;
  return Math.round((rowAt(at) * (PART - partY) + rowAt(at + width) * partY) / PART ** 2);
}
