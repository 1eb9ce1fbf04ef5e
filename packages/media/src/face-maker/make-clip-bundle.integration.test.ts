import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Articulation, MOUTH_AT_REST } from '../core/articulation.ts';
import { createPicture, type Picture } from '../core/picture.ts';
import { type Face, openFace } from '../frames/face.ts';
import { FaceFinder, meshPoint, regionOfFace, regionOfMesh } from './face-finder.ts';
import { FilmWriter } from './film-writer.ts';
import { createBundle } from './index.ts';
import { rgbOf } from './picture-rgb.ts';
import { avatarPhoto, type RawPhoto, turned } from './testing/photos.ts';

const CLIPS = join(import.meta.dirname, '../../../../../shared/test-media/portraits');
const NAMES = ['woman-red-dress', 'man-light-room', 'woman-arms-crossed'] as const;
const hasClips = existsSync(CLIPS);
const SIDE = 512;
let folder: string;
let finder: FaceFinder;

beforeAll(async () => {
  if (!hasClips) console.warn(`NOT TESTED: avatars from real clips. Their folder is missing: ${CLIPS}`);
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
  finder = await FaceFinder.open();
});
afterAll(async () => {
  finder.close();
  await rm(folder, { recursive: true, force: true });
});

/** Height of the mouth's opening in distances between the outer corners of the eyes, as the face mesh sees it. */
async function apertureOf(picture: Picture): Promise<number> {
  const image = { width: SIDE, height: SIDE, data: rgbOf(picture) };
  const [found] = await finder.detect(image);
  if (found === undefined) throw new Error('The rendered face was not found.');
  const { points } = await finder.mesh(image, regionOfMesh((await finder.mesh(image, regionOfFace(found))).points));
  const distance = (a: number, b: number): number => {
    const [ax, ay] = meshPoint(points, a);
    const [bx, by] = meshPoint(points, b);
    return Math.hypot(ax - bx, ay - by);
  };
  return (distance(13, 14) + distance(82, 87) + distance(312, 317)) / 3 / distance(33, 263);
}

function speak(face: Face, index: number, articulation: Partial<Articulation>): Picture {
  const picture = createPicture(SIDE, SIDE);
  const pose = { articulation: { ...MOUTH_AT_REST, ...articulation }, smile: 0, brows: 0 };
  face.createPerformer().render(index, pose, picture);
  return picture;
}

function idle(face: Face, index: number): Picture {
  const picture = createPicture(SIDE, SIDE);
  face.renderIdle(index, picture);
  return picture;
}

function lumaDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < SIDE * SIDE; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / (SIDE * SIDE);
}

describe.runIf(hasClips)('real clips', () => {
  it.each(NAMES)(
    '%s becomes an avatar that idles as in the clip and speaks',
    async (name) => {
      const bundle = join(folder, name);
      const shares: number[] = [];
      const before = process.cpuUsage();
      await createBundle(join(CLIPS, `${name}.mp4`), bundle, {
        id: name,
        displayName: name,
        onProgress: (share) => shares.push(share),
      });
      const used = process.cpuUsage(before);
      console.log(`${name}: bundle in ${((used.user + used.system) / 1e6).toFixed(1)} s of processor time`);
      expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
      expect(shares.at(-1)).toBe(1);
      const face = await openFace(bundle, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
      try {
        const count = face.loopFrameCount;
        const steps: number[] = [];
        for (let i = 0; i < count; i++) steps.push(lumaDifference(idle(face, i), idle(face, i + 1)));
        // The end meets the start: no jump larger than those inside the loop.
        expect(steps.at(-1)!).toBeLessThan(1.3 * Math.max(...steps.slice(0, -1)));
        const pictures = face.manifest.loop!.heads.length;
        for (let k = 0; k < 4; k++) {
          const index = Math.floor((k * pictures) / 4);
          expect(speak(face, index, {}).data).toEqual(idle(face, index).data);
          const rest = await apertureOf(idle(face, index));
          expect(rest).toBeLessThan(0.07);
          expect(await apertureOf(speak(face, index, { jaw: 0.8 }))).toBeGreaterThan(rest + 0.06);
          expect(await apertureOf(speak(face, index, { jaw: 0.5, closure: 1 }))).toBeLessThan(0.07);
        }
      } finally {
        face.close();
      }
    },
    300_000,
  );
});

/** A film of `seconds` whose every picture shows `photo`, or none where `photoAt` gives null. */
async function filmOf(name: string, seconds: number, photoAt: (second: number) => RawPhoto | null): Promise<string> {
  const path = join(folder, name);
  const writer = await FilmWriter.open({ path, widthPx: SIDE, heightPx: SIDE });
  const pictures = new Map<RawPhoto | null, Picture>();
  for (let i = 0; i < seconds * 25; i++) {
    const photo = photoAt(i / 25);
    const picture = pictures.get(photo) ?? pictureOf(photo);
    pictures.set(photo, picture);
    await writer.addPicture(picture);
  }
  await writer.finish();
  return path;
}

/** Half the size in each direction; grey without a photo. */
function pictureOf(photo: RawPhoto | null): Picture {
  const picture = createPicture(SIDE, SIDE);
  picture.data.fill(128);
  if (photo === null) return picture;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const from = (2 * Math.floor(i / SIDE) * photo.width + 2 * (i % SIDE)) * 3;
    picture.data[i] = 16 + 0.85 * ((photo.data[from]! + photo.data[from + 1]! + photo.data[from + 2]!) / 3);
  }
  return picture;
}

describe('refusals', () => {
  const make = (path: string) => createBundle(path, join(folder, 'refused'), { id: 'x', displayName: 'X' });

  it('every kind of unusable clip has its own reason and leaves nothing behind', async () => {
    const face = await avatarPhoto('iris');
    const aside = turned(face, 50);
    const text = join(folder, 'text.mp4');
    await writeFile(text, 'This is a text and no film.\n'.repeat(40));
    const broken = join(folder, 'broken.mp4');
    await writeFile(broken, Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(3000, 7)]));
    const cases: [string, string][] = [
      [text, 'unknown-file'],
      [broken, 'corrupt'],
      [await filmOf('short.mp4', 1, () => face), 'too-short'],
      [await filmOf('long.mp4', 125, () => null), 'too-long'],
      [await filmOf('wall.mp4', 3, () => null), 'no-face'],
      [await filmOf('aside.mp4', 2, () => aside), 'face-turned-away'],
      [await filmOf('leaves.mp4', 4, (second) => (second < 2 ? face : null)), 'face-lost'],
    ];
    for (const [path, reason] of cases) {
      await expect.soft(make(path), path).rejects.toMatchObject({ name: 'ClipError', reason });
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  }, 240_000);
});
