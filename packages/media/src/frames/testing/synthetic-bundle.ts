import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { AvatarManifest, MouthShape, Point } from '../manifest.ts';

const SIZE = 256;
const MOUTH_CENTRE: Point = [128, 150];

/** A drawn face of 256 pixels that satisfies the bundle format and opens quickly: for tests. */
export async function writeSyntheticBundle(folder: string, id = 'circle'): Promise<AvatarManifest> {
  const files: AvatarManifest['files'] = {};
  const put = async (
    path: string,
    width: number,
    height: number,
    svg: string,
    background?: string,
  ): Promise<string> => {
    const document = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`;
    const image =
      background === undefined ? sharp(Buffer.from(document)) : sharp(Buffer.from(document)).flatten({ background });
    const bytes = await image.webp({ lossless: true }).toBuffer();
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    files[path] = { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
    return path;
  };
  const mouthBox = { x: 84, y: 116, width: 88, height: 80 };
  const eyesBox = { x: 84, y: 84, width: 88, height: 26 };
  const browBox = { x: 84, y: 60, width: 88, height: 50 };
  const smileBox = { x: 84, y: 60, width: 88, height: 110 };
  const skin = (box: { width: number; height: number }): string =>
    `<rect width="${box.width}" height="${box.height}" fill="#c89878"/>`;
  const mouthArt = (jaw: number, lipShape: number): string => `${skin(mouthBox)}${lipsArt(jaw, lipShape)}`;
  const lipsArt = (jaw: number, lipShape: number): string => {
    const { rx, ry } = mouthRadii(jaw, lipShape);
    const [cx, cy] = [MOUTH_CENTRE[0] - mouthBox.x, MOUTH_CENTRE[1] - mouthBox.y + ry];
    return `<ellipse cx="${cx}" cy="${cy}" rx="${rx + 4}" ry="${ry + 4}" fill="#b05050"/><ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="#200808"/>`;
  };
  const images: AvatarManifest['mouth']['images'] = [];
  for (const jaw of [0, 0.5, 1]) {
    for (const lipShape of [-1, 0, 1]) {
      const file = await put(`mouth/jaw-${jaw * 100}-${lipShape + 1}.webp`, 88, 80, mouthArt(jaw, lipShape));
      images.push({ kind: 'grid', file, jaw, lipShape, shape: mouthShapeAt(jaw, lipShape) });
    }
  }
  for (const viseme of ['press', 'fv', 'th', 'l', 's', 'sh'] as const) {
    const jaw = viseme === 'press' ? 0 : 0.2;
    const file = await put(`mouth/${viseme}.webp`, 88, 80, mouthArt(jaw, 0));
    images.push({ kind: 'special', file, viseme, shape: mouthShapeAt(jaw, 0) });
  }
  const person = `<circle cx="128" cy="120" r="80" fill="#c89878"/><rect x="68" y="196" width="120" height="60" fill="#304080"/><circle cx="104" cy="96" r="6" fill="#203010"/><circle cx="152" cy="96" r="6" fill="#203010"/><g transform="translate(${mouthBox.x} ${mouthBox.y})">${lipsArt(0, 0)}</g>`;
  const browCount = 4 * 3;
  const manifest: AvatarManifest = {
    format: 'visavis-avatar',
    version: 1,
    id,
    displayName: 'Circle',
    description: 'A drawn face.',
    defaults: { voice: 'alloy', prompt: '', firstMessage: '', language: 'en' },
    sourceSizePx: SIZE,
    thumbnail: await put('thumbnail.webp', 32, 32, '<circle cx="16" cy="16" r="12" fill="#c89878"/>', '#8090a0'),
    layers: {
      person: await put('person.webp', SIZE, SIZE, person),
      background: await put('background.webp', SIZE, SIZE, '', '#8090a0'),
      depth: await put('depth.webp', 16, 16, '<circle cx="8" cy="8" r="6" fill="#fff"/>', '#404040'),
    },
    landmarks: {
      faceOval: Array.from({ length: 12 }, (_, i): [number, number] => [
        128 + 76 * Math.cos((i * Math.PI) / 6),
        120 + 76 * Math.sin((i * Math.PI) / 6),
      ]),
      headPivot: [128, 180],
      chin: [128, 196],
      noseBase: [128, 130],
      rest: mouthShapeAt(0, 0),
      eyes: { left: eyeAt(104), right: eyeAt(152) },
    },
    mouth: { box: mouthBox, images },
    eyes: {
      box: eyesBox,
      stages: [
        { file: await put('eyes/closed.webp', 88, 26, skin(eyesBox)), closure: 1, left: eyeAt(104), right: eyeAt(152) },
      ],
    },
    expressions: {
      smile: {
        file: await put('face/smile.webp', 88, 110, skin(smileBox)),
        box: smileBox,
        shape: mouthShapeAt(0, -0.6),
      },
      brows: {
        box: browBox,
        columns: 4,
        rows: 3,
        raised: { file: await put('face/raised.webp', 88, 50, skin(browBox)), displacement: zeros(browCount) },
        concerned: { file: await put('face/concerned.webp', 88, 50, skin(browBox)), displacement: zeros(browCount) },
      },
    },
    files,
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}

/** Writes other content over a file of a bundle and enters its hash, so that only the content itself is at fault. */
export async function replaceFile(folder: string, path: string, bytes: Buffer): Promise<void> {
  await writeFile(join(folder, path), bytes);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as AvatarManifest;
  manifest.files[path] = { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

function mouthRadii(jaw: number, lipShape: number): { rx: number; ry: number } {
  return { rx: 20 - 7 * lipShape, ry: 0.8 + 11 * jaw };
}

function mouthShapeAt(jaw: number, lipShape: number): MouthShape {
  const { rx, ry } = mouthRadii(jaw, lipShape);
  const [cx, top] = MOUTH_CENTRE;
  const cy = top + ry;
  const ring = (count: number, radiusX: number, radiusY: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => {
      const angle = Math.PI + (2 * Math.PI * i) / count;
      return [cx + radiusX * Math.cos(angle), cy + radiusY * Math.sin(angle)];
    });
  return {
    outer: ring(12, rx + 4, ry + 4),
    inner: ring(8, rx, ry),
    chin: [128, 196 + 5 * jaw],
    jawLeft: [70, 160],
    jawRight: [186, 160],
  };
}

function eyeAt(x: number): AvatarManifest['landmarks']['eyes']['left'] {
  const lid = (rise: number): [number, number][] => [
    [x - 9, 96],
    [x, 96 + rise],
    [x + 9, 96],
  ];
  return { upper: lid(-8), lower: lid(8), centre: [x, 96] };
}

function zeros(count: number): [number, number][] {
  return Array.from({ length: count }, () => [0, 0]);
}
