import { describe, expect, it } from 'vitest';
import { createSampleMap, gridMesh, rasterize, resetSampleMap } from './mesh.ts';
import { thinPlateField } from './thin-plate.ts';

function nodes(columns: number, rows: number, at: (column: number, row: number) => [number, number]): Float32Array {
  return Float32Array.from(
    Array.from({ length: columns * rows }, (_, i) => at(i % columns, Math.floor(i / columns))).flat(),
  );
}

describe('rasterize', () => {
  it('covers every pixel of a bent grid without gaps', () => {
    const positions = nodes(9, 9, (column, row) => [
      column * 8 + (row % 8 === 0 ? 0 : 2.3 * Math.sin(column * row)),
      row * 8 + (column % 8 === 0 ? 0 : 2.1 * Math.cos(column + row)),
    ]);
    for (let i = 0; i < 9; i++) for (const k of [i * 9, i * 9 + 8]) positions[k * 2] = (k % 9) * 8;
    for (let i = 0; i < 9; i++) for (const k of [i, 72 + i]) positions[k * 2 + 1] = Math.floor(k / 9) * 8;
    const map = createSampleMap();
    resetSampleMap(map, 0, 0, 64, 64);
    rasterize(gridMesh(9, 9), positions, positions, map);
    for (let i = 0; i < 64 * 64; i++) {
      expect(map.u[i]).toBeCloseTo((i % 64) + 0.5, 3);
      expect(map.v[i]).toBeCloseTo(Math.floor(i / 64) + 0.5, 3);
    }
  });

  it('leaves pixels outside the mesh empty and writes nothing outside the window', () => {
    const positions = nodes(2, 2, (column, row) => [column * 200 - 60, row * 6 + 4]);
    const map = createSampleMap();
    resetSampleMap(map, 0, 0, 40, 40);
    resetSampleMap(map, 10, 2, 8, 6);
    map.u.fill(-7, 48);
    rasterize(gridMesh(2, 2), positions, positions, map);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 8; x++) {
        const isInside = y + 2.5 > 4 && y + 2.5 < 10;
        expect(map.u[y * 8 + x]).toBeCloseTo(isInside ? x + 10.5 : -1, 3);
      }
    }
    expect(map.u.subarray(48).every((value) => value === -7)).toBe(true);
  });
});

describe('thinPlateField', () => {
  it('passes through what it was given and keeps a common shift', () => {
    const places = [
      [0, 0],
      [10, 0],
      [0, 10],
      [10, 10],
      [4, 6],
    ] as const;
    const field = thinPlateField(places, [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
      [3, -1],
    ]);
    for (const [x, y] of places.slice(0, 4)) {
      expect(field(x, y)[0]).toBeCloseTo(1, 6);
      expect(field(x, y)[1]).toBeCloseTo(2, 6);
    }
    expect(field(4, 6)).toEqual([expect.closeTo(3, 6), expect.closeTo(-1, 6)]);
    const shift = thinPlateField(
      places,
      places.map(() => [5, -3] as const),
    );
    expect(shift(27, -8)).toEqual([expect.closeTo(5, 6), expect.closeTo(-3, 6)]);
  });
});
