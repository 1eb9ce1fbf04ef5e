import type { Point } from './manifest.ts';

/**
 * Smoothest displacement field through given displacements at given places (thin-plate spline, Bookstein 1989).
 * Returns the displacement at any place.
 */
export function thinPlateField(
  places: readonly Point[],
  displacements: readonly Point[],
): (x: number, y: number) => Point {
  const n = places.length;
  const size = n + 3;
  const rows = Array.from({ length: size }, () => new Float64Array(size + 2));
  for (let i = 0; i < n; i++) {
    const [xi, yi] = places[i] as Point;
    const row = rows[i] as Float64Array;
    for (let j = 0; j < n; j++) {
      const [xj, yj] = places[j] as Point;
      row[j] = kernel((xi - xj) ** 2 + (yi - yj) ** 2);
    }
    row.set([1, xi, yi], n);
    for (const [k, value] of [1, xi, yi].entries()) (rows[n + k] as Float64Array)[i] = value;
    row.set(displacements[i] as Point, size);
  }
  solve(rows, size);
  const weightX = rows.map((row) => row[size] as number);
  const weightY = rows.map((row) => row[size + 1] as number);
  return (x, y) => {
    let dx = (weightX[n] as number) + (weightX[n + 1] as number) * x + (weightX[n + 2] as number) * y;
    let dy = (weightY[n] as number) + (weightY[n + 1] as number) * x + (weightY[n + 2] as number) * y;
    for (let i = 0; i < n; i++) {
      const [xi, yi] = places[i] as Point;
      const value = kernel((x - xi) ** 2 + (y - yi) ** 2);
      dx += (weightX[i] as number) * value;
      dy += (weightY[i] as number) * value;
    }
    return [dx, dy];
  };
}

/** r² log r, from r². */
function kernel(squaredDistance: number): number {
  return squaredDistance === 0 ? 0 : 0.5 * squaredDistance * Math.log(squaredDistance);
}

/** Gauss-Jordan elimination with row exchange; the right-hand sides follow the `size` coefficients and hold the result. */
function solve(rows: Float64Array[], size: number): void {
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let r = column + 1; r < size; r++) {
      if (Math.abs(rows[r]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = r;
    }
    const pivotRow = rows[best] as Float64Array;
    rows[best] = rows[column] as Float64Array;
    rows[column] = pivotRow;
    const pivot = pivotRow[column] as number;
    for (let k = column; k < pivotRow.length; k++) pivotRow[k] = (pivotRow[k] as number) / pivot;
    for (const row of rows) {
      if (row === pivotRow) continue;
      const factor = row[column] as number;
      if (factor === 0) continue;
      for (let k = column; k < row.length; k++) row[k] = (row[k] as number) - factor * (pivotRow[k] as number);
    }
  }
}
