import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBundleFromPhoto } from '../../packages/face/src/index.ts';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture } from '../../packages/media/src/core/picture.ts';
import { leastHeld } from '../../packages/media/src/core/testing/least-held.ts';
import { openFace } from '../../packages/media/src/frames/face.ts';

/** What the process holds after a number of bundles. */
type Holding = {
  readonly bundles: number;
  readonly residentMB: number;
  /** What the program still refers to; the rest of the resident memory is the allocators'. */
  readonly inUseMB: number;
  readonly openFiles: number;
};

const SIDE_PX = 512;
const SPEAKING = { articulation: { ...MOUTH_AT_REST, jaw: 0.7 }, smile: 0.4, brows: 0.2 };

/** Makes `count` bundles from one photo, opens each, lets it speak and closes it; prints what is held on the way. */
export async function measureLeaks(folder: string, count: number, print: (line: string) => void): Promise<void> {
  const photo = await jpegOf(await avatarPhoto('iris'));
  const picture = createPicture(SIDE_PX, SIDE_PX);
  const held: Holding[] = [];
  const every = Math.max(1, Math.floor(count / 10));
  for (let bundles = 1; bundles <= count; bundles++) {
    const path = join(folder, 'leak');
    await makeBundleFromPhoto(photo, path, { id: 'leak', displayName: 'Leak' });
    const cachePath = join(folder, 'leak-loop');
    const face = await openFace(path, { widthPx: SIDE_PX, heightPx: SIDE_PX, cachePath });
    for (let index = 0; index < 25; index++) face.createPerformer().render(index, SPEAKING, picture);
    face.close();
    await rm(cachePath, { recursive: true });
    if (bundles % every !== 0) continue;
    const inUse = await leastHeld(() => process.memoryUsage().heapUsed + process.memoryUsage().external);
    const holding = {
      bundles,
      residentMB: process.memoryUsage().rss / 1e6,
      inUseMB: inUse / 1e6,
      openFiles: readdirSync('/proc/self/fd').length,
    };
    held.push(holding);
    const { residentMB, inUseMB, openFiles } = holding;
    print(
      `${bundles} bundles: ${residentMB.toFixed(0)} MB resident, ${inUseMB.toFixed(0)} in use, ${openFiles} open files`,
    );
  }
  const settled = held.slice(held.length >> 1);
  if (settled.length > 1) print(`growth over the second half: ${growthPerBundle(settled).toFixed(2)} MB per bundle`);
}

/** Least-squares slope. */
function growthPerBundle(held: readonly Holding[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(held.map(({ bundles }) => bundles)), mean(held.map(({ residentMB }) => residentMB))];
  const product = held.reduce((sum, h) => sum + (h.bundles - x) * (h.residentMB - y), 0);
  return product / held.reduce((sum, h) => sum + (h.bundles - x) ** 2, 0);
}
