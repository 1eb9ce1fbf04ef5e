/** Vertices are numbered; positions live outside, as x, y pairs, so that one mesh serves many shapes. */
export type Mesh = { readonly vertexCount: number; readonly triangles: Uint16Array };

/**
 * For every pixel of a window, where to sample. `u` and `v` are positions in the texture (a texel's centre lies at .5);
 * `u` is -1 where no triangle lies.
 */
export type SampleMap = {
  x: number;
  y: number;
  width: number;
  height: number;
  u: Float32Array;
  v: Float32Array;
};

export function createSampleMap(): SampleMap {
  return { x: 0, y: 0, width: 0, height: 0, u: new Float32Array(0), v: new Float32Array(0) };
}

/** Sets the window and marks it empty. Memory grows to the largest window seen and is then kept. */
export function resetSampleMap(map: SampleMap, x: number, y: number, width: number, height: number): void {
  const needed = width * height;
  if (map.u.length < needed) {
    map.u = new Float32Array(needed);
    map.v = new Float32Array(needed);
  }
  map.x = x;
  map.y = y;
  map.width = width;
  map.height = height;
  map.u.fill(-1, 0, needed);
}

/** Columns x rows of vertices, two triangles a cell. */
export function gridMesh(columns: number, rows: number): Mesh {
  const triangles: number[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column;
      triangles.push(a, a + 1, a + columns, a + 1, a + columns + 1, a + columns);
    }
  }
  return { vertexCount: columns * rows, triangles: Uint16Array.from(triangles) };
}

/**
 * Writes the texture position of every pixel whose centre a triangle covers. `positions` are in pixels of the picture
 * that the map's window lies in, `textureAt` in texels; both hold x, y per vertex. Pixels outside the window are skipped.
 */
export function rasterize(mesh: Mesh, positions: Float32Array, textureAt: Float32Array, map: SampleMap): void {
  const { triangles } = mesh;
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const a = (triangles[t] as number) * 2;
    const b = (triangles[t + 1] as number) * 2;
    const c = (triangles[t + 2] as number) * 2;
    const ax = (positions[a] as number) - map.x;
    const ay = (positions[a + 1] as number) - map.y;
    const bx = (positions[b] as number) - map.x;
    const by = (positions[b + 1] as number) - map.y;
    const cx = (positions[c] as number) - map.x;
    const cy = (positions[c + 1] as number) - map.y;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area < 1e-6 && area > -1e-6) continue;
    const au = textureAt[a] as number;
    const av = textureAt[a + 1] as number;
    const du1 = (textureAt[b] as number) - au;
    const dv1 = (textureAt[b + 1] as number) - av;
    const du2 = (textureAt[c] as number) - au;
    const dv2 = (textureAt[c + 1] as number) - av;
    const dudx = (du1 * (cy - ay) - du2 * (by - ay)) / area;
    const dudy = (du2 * (bx - ax) - du1 * (cx - ax)) / area;
    const dvdx = (dv1 * (cy - ay) - dv2 * (by - ay)) / area;
    const dvdy = (dv2 * (bx - ax) - dv1 * (cx - ax)) / area;
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(map.height, Math.ceil(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y < bottom; y++) {
      const centreY = y + 0.5;
      let left = Infinity;
      let right = -Infinity;
      if (ay > centreY !== by > centreY) {
        const x = edgeX(ax, ay, bx, by, centreY);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (by > centreY !== cy > centreY) {
        const x = edgeX(bx, by, cx, cy, centreY);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (cy > centreY !== ay > centreY) {
        const x = edgeX(cx, cy, ax, ay, centreY);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      const start = Math.max(0, Math.ceil(left - 0.5));
      const end = Math.min(map.width, Math.ceil(right - 0.5));
      let u = au + (start + 0.5 - ax) * dudx + (centreY - ay) * dudy;
      let v = av + (start + 0.5 - ax) * dvdx + (centreY - ay) * dvdy;
      const row = y * map.width;
      for (let x = start; x < end; x++) {
        map.u[row + x] = Math.max(u, 0);
        map.v[row + x] = Math.max(v, 0);
        u += dudx;
        v += dvdx;
      }
    }
  }
}

/** Ordered by height, so that both triangles at an edge compute the very same crossing and leave no gap. */
function edgeX(ax: number, ay: number, bx: number, by: number, y: number): number {
  return ay < by ? ax + ((y - ay) / (by - ay)) * (bx - ax) : bx + ((y - by) / (ay - by)) * (ax - bx);
}
