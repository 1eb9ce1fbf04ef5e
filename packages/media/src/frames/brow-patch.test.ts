import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildBrowPatch } from './brow-patch.ts';
import { parseManifest } from './manifest.ts';

const AVATARS = join(import.meta.dirname, '../../../../avatars');

// Yuna's lie under her hair.
it.each(['iris', 'marcus', 'rafael'])('%s raises its brows whole: their lower edge goes along', async (id) => {
  const manifest = parseManifest(JSON.parse(await readFile(join(AVATARS, id, 'manifest.json'), 'utf8')), id);
  const { brows } = manifest.expressions;
  const blank = ({ width, height }: { readonly width: number; readonly height: number }) => ({
    width,
    height,
    data: new Uint8Array(4 * width * height).fill(255),
  });
  const { shapes } = buildBrowPatch(manifest, blank, { raised: blank(brows.box), concerned: blank(brows.box) }, 0);
  const [rest, raised] = shapes as [Float32Array, Float32Array];
  const { left, right } = manifest.landmarks.eyes;
  for (const { centre, upper } of [left, right]) {
    const column = Math.round(((centre[0] - brows.box.x) / brows.box.width) * (brows.columns - 1));
    const rows = Array.from({ length: brows.rows }, (_unused, row) => {
      const at = 2 * (row * brows.columns + column) + 1;
      return { y: rest[at] as number, rise: (rest[at] as number) - (raised[at] as number) };
    });
    const lidTop = Math.min(...upper.map(([, y]) => y));
    const most = Math.max(...rows.map(({ rise }) => rise));
    expect(most).toBeGreaterThan(20);
    expect(rows.findLast(({ y }) => y < lidTop - 28)?.rise).toBeGreaterThan(0.9 * most);
    expect(rows.at(-1)?.rise).toBeLessThan(1);
  }
});
