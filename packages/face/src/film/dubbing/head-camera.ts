/**
 * Where a head's points lie in a picture: an affine camera, x = a·X + b·Y + c·Z + d, and the same for y. Perspective within a
 * face is small, and what is fitted linearly needs no start and never fails to converge.
 */
export type HeadCamera = {
  /** a, b, c, d for x, then for y. */
  readonly rows: Float64Array;
};

/** Fits cameras to pictures of the same points, x, y, z of each in `head`. */
export function cameraFitter(head: Float32Array): (seen: Float32Array) => HeadCamera {
  const count = head.length / 3;
  const normal = Array.from({ length: 4 }, () => new Float64Array(4));
  const at = (point: number, axis: number): number => (axis === 3 ? 1 : (head[3 * point + axis] ?? 0));
  for (let point = 0; point < count; point++) {
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 4; column++) {
        (normal[row] as Float64Array)[column] = (normal[row]?.[column] ?? 0) + at(point, row) * at(point, column);
      }
    }
  }
  const inverse = invert(normal);
  return (seen) => {
    const rows = new Float64Array(8);
    for (let axis = 0; axis < 2; axis++) {
      const sums = new Float64Array(4);
      for (let point = 0; point < count; point++) {
        const value = seen[2 * point + axis] ?? 0;
        for (let k = 0; k < 4; k++) sums[k] = (sums[k] ?? 0) + at(point, k) * value;
      }
      for (let k = 0; k < 4; k++) {
        rows[4 * axis + k] = sums.reduce((sum, value, j) => sum + value * (inverse[k]?.[j] ?? 0), 0);
      }
    }
    return { rows };
  };
}

/** Gauss-Jordan with row exchange; a little is added to the diagonal, for heads without depth. */
function invert(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const trace = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const rows: Float64Array[] = matrix.map((row, i) => {
    const wide = new Float64Array(2 * size);
    wide.set(row);
    wide[i] = (wide[i] ?? 0) + 1e-9 * trace;
    wide[size + i] = 1;
    return wide;
  });
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let r = column; r < size; r++) {
      if (Math.abs(rows[r]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = r;
    }
    [rows[column], rows[best]] = [rows[best] as Float64Array, rows[column] as Float64Array];
    const pivot = rows[column] as Float64Array;
    const scale = pivot[column] ?? 1;
    for (let k = 0; k < pivot.length; k++) pivot[k] = (pivot[k] ?? 0) / scale;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column] ?? 0;
      for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row) => row.slice(size));
}

/** The place in the picture of a point of the head. */
export function project({ rows }: HeadCamera, x: number, y: number, z: number): [x: number, y: number] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = rows;
  return [a * x + b * y + c * z + d, e * x + f * y + g * z + h];
}

/** A step across the face, without depth, as it is seen in the picture. */
export function projectStep({ rows }: HeadCamera, x: number, y: number): [x: number, y: number] {
  return [(rows[0] ?? 0) * x + (rows[1] ?? 0) * y, (rows[4] ?? 0) * x + (rows[5] ?? 0) * y];
}

/** The step across the face that is seen as a step in the picture. */
export function faceStep({ rows }: HeadCamera, x: number, y: number): [x: number, y: number] {
  const [a = 1, b = 0, , , e = 0, f = 1] = rows;
  const determinant = a * f - b * e || 1;
  return [(f * x - b * y) / determinant, (a * y - e * x) / determinant];
}
