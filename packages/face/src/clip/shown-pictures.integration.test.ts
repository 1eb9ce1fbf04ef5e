import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clip, openClip, readPictures } from './clip-reader.ts';

/** The same four seconds of a speaking woman in every file. */
const FILMS = join(import.meta.dirname, '../testing/films');
const CONTROL = join(FILMS, 'c00-control.mp4');
const SIDE = 64;
const PICTURES = 100;
let folder: string;
let expected: Buffer[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shown-'));
  expected = await smallPictures(await openClip(CONTROL));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function smallPictures(clip: Clip): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  for await (const bytes of readPictures(clip, `scale=${SIDE}:${SIDE}:flags=area,format=rgb24`)) pictures.push(bytes);
  return pictures;
}

/** Mean difference of two pictures in grey levels. */
function difference(a: Buffer | undefined, b: Buffer | undefined): number {
  if (a === undefined || b === undefined) return 255;
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

function expectSame(found: readonly Buffer[], wanted: readonly Buffer[], atMost: number): void {
  // An AVI tells no times of pictures that are out of order: of the last ones one may be lost.
  expect(Math.abs(found.length - wanted.length)).toBeLessThanOrEqual(2);
  for (let index = 0; index < found.length - 1; index += 7) {
    expect.soft(difference(found[index], wanted[index]), `picture ${index}`).toBeLessThan(atMost);
  }
}

async function variantOf(name: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = await readFile(CONTROL);
  change(bytes);
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('clips are read as a player shows them', () => {
  it.each([
    ['pixels that are not square', 'c04-anamorphic-sar2.mp4', 512, 4],
    ['sound longer than the picture', 'c06-audio-longer.mp4', 512, 1],
    ['HDR as phones film it (HLG)', 'c09-hevc10-hlg.mp4', 512, 7],
    ['a size that changes in mid-stream', 'c19-size-change.webm', 480, 4],
    ['a first track that is not the default', 'c23-two-tracks.mp4', 512, 4],
    ['AVI with Xvid, its pictures out of order', 'c30-xvid.avi', 128, 5],
    ['AVI with DivX 3', 'c31-divx3.avi', 128, 5],
  ])('%s', async (_, name, sidePx, atMost) => {
    const clip = await openClip(join(FILMS, name));
    expect(clip).toMatchObject({ widthPx: sidePx, heightPx: sidePx });
    expect(clip.durationS).toBeCloseTo(PICTURES / 25, 1);
    expect(clip.pictureRate).toBeCloseTo(25, 3);
    expectSame(await smallPictures(clip), expected, atMost);
  });

  it('an animated GIF', async () => {
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
    const pictures = await Promise.all(expected.map((data) => sharp(data, { raw }).png().toBuffer()));
    const path = join(folder, 'moving.gif');
    await sharp(pictures, { join: { animated: true } })
      .gif({ delay: expected.map(() => 40) })
      .toFile(path);
    const clip = await openClip(path);
    expect(clip).toMatchObject({ widthPx: SIDE, heightPx: SIDE });
    expect(clip.durationS).toBeCloseTo(PICTURES / 25, 1);
    expectSame(await smallPictures(clip), expected, 6);
  });

  it.each([
    ['turned clockwise', [0, 1, -1, 0], (x: number, y: number): [number, number] => [y, SIDE - 1 - x]],
    ['upside down', [-1, 0, 0, -1], (x: number, y: number): [number, number] => [SIDE - 1 - x, SIDE - 1 - y]],
    ['turned counter-clockwise', [0, -1, 1, 0], (x: number, y: number): [number, number] => [SIDE - 1 - y, x]],
    ['mirrored', [-1, 0, 0, 1], (x: number, y: number): [number, number] => [SIDE - 1 - x, y]],
    ['flipped', [1, 0, 0, -1], (x: number, y: number): [number, number] => [x, SIDE - 1 - y]],
    ['mirrored and lying', [0, 1, 1, 0], (x: number, y: number): [number, number] => [y, x]],
  ] as const)('a display matrix: %s', async (name, matrix, storedAt) => {
    const path = await variantOf(`${name}.mp4`, (bytes) => {
      const at = bytes.indexOf('tkhd', 0, 'latin1') + 44;
      for (const [index, value] of matrix.entries()) {
        bytes.writeInt32BE(value * 0x1_00_00, at + 4 * (index < 2 ? index : index + 1));
      }
    });
    const shown = expected.map((stored) => {
      const turned = Buffer.alloc(stored.length);
      for (let i = 0; i < SIDE * SIDE; i++) {
        const [x, y] = storedAt(i % SIDE, Math.floor(i / SIDE));
        stored.copy(turned, 3 * i, 3 * (y * SIDE + x), 3 * (y * SIDE + x) + 3);
      }
      return turned;
    });
    expectSame(await smallPictures(await openClip(path)), shown, 2.5);
  });

  it('an edit list that cuts off the beginning and the end', async () => {
    const path = await variantOf('cut.mp4', (bytes) => {
      const at = bytes.indexOf('elst', 0, 'latin1') + 12;
      bytes.writeInt32BE(2400, at);
      bytes.writeInt32BE(bytes.readInt32BE(at + 4) + 12_800, at + 4);
    });
    const clip = await openClip(path);
    expect(clip.durationS).toBeCloseTo(2.4, 1);
    expectSame(await smallPictures(clip), expected.slice(25, 85), 1);
  });

  it('HDR of the other kind (PQ)', async () => {
    const clip = await openClip(join(FILMS, 'pq-hdr.mp4'));
    expect(clip).toMatchObject({ widthPx: 128, heightPx: 128 });
    expectSame(await smallPictures(clip), expected.slice(0, 60), 7);
  });

  it('a file that is cut off within a picture: what is there', async () => {
    const bytes = await readFile(CONTROL);
    const [moovAt, mdatAt] = [bytes.indexOf('moov', 0, 'latin1') - 4, bytes.indexOf('mdat', 0, 'latin1') - 4];
    const moov = bytes.subarray(moovAt, moovAt + bytes.readUInt32BE(moovAt));
    for (let at = moov.indexOf('stco', 0, 'latin1'); at >= 0; at = moov.indexOf('stco', at + 1, 'latin1')) {
      const chunks = moov.readUInt32BE(at + 8);
      for (let i = 0; i < chunks; i++) {
        const place = at + 12 + 4 * i;
        moov.writeUInt32BE(moov.readUInt32BE(place) + moov.length, place);
      }
    }
    // The head first, as films come over a network.
    const whole = Buffer.concat([bytes.subarray(0, mdatAt), moov, bytes.subarray(mdatAt, moovAt)]);
    const path = join(folder, 'cut-off.mp4');
    await writeFile(path, whole.subarray(0, Math.round(0.8 * whole.length)));
    const clip = await openClip(path);
    expect(clip.durationS).toBeGreaterThan(2);
    const found = await smallPictures(clip);
    expectSame(found, expected.slice(0, found.length), 1);
  });
});
