import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

type Point = [number, number];
type RenderBox = { x: number; y: number; w: number; h: number };
type RenderEye = { upper_curve: Point[]; lower_curve: Point[]; centre: Point };
type RenderLandmarks = {
  lips_outer: Point[];
  lips_inner: Point[];
  chin: Point;
  jaw_left: Point;
  jaw_right: Point;
  eye_left: RenderEye;
  eye_right: RenderEye;
};
type RenderImage = {
  file: string;
  kind: 'grid' | 'special' | 'blink' | 'brow' | 'face';
  jaw?: number;
  shape?: number;
  viseme?: string;
  closure?: number;
  landmarks: RenderLandmarks;
};

/** `meta.json` of a rendered character. */
export type RenderMeta = {
  size: Point;
  boxes: Record<'mouth' | 'eyes' | 'brows' | 'face', RenderBox>;
  landmarks: RenderLandmarks & { face_oval: Point[]; head_pivot: Point; nose_base: Point };
  images: RenderImage[];
};

/** The part of a character's manifest that comes from its pictures. */
export type CharacterGeometry = ReturnType<typeof geometryOf>;

export function readRenderMeta(folder: string): RenderMeta {
  return JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as RenderMeta;
}

function mouthShapeOf(landmarks: RenderLandmarks) {
  return {
    outer: landmarks.lips_outer,
    inner: landmarks.lips_inner,
    chin: landmarks.chin,
    jawLeft: landmarks.jaw_left,
    jawRight: landmarks.jaw_right,
  };
}

function eyeShapeOf(eye: RenderEye) {
  return { upper: eye.upper_curve, lower: eye.lower_curve, centre: eye.centre };
}

function boxOf(box: RenderBox) {
  return { x: box.x, y: box.y, width: box.w, height: box.h };
}

/** File names of a bundle: no plus signs, so that they need no escaping in addresses. */
function bundleFile(image: RenderImage): string {
  if (image.kind !== 'grid') return image.file.replace('_', '-');
  const jaw = String(Math.round((image.jaw ?? 0) * 100)).padStart(3, '0');
  const shape = image.shape ?? 0;
  const direction = shape < 0 ? 'wide' : 'round';
  return `mouth/jaw-${jaw}-${shape === 0 ? 'neutral' : `${direction}-${String(Math.abs(shape * 100)).padStart(3, '0')}`}.webp`;
}

function find(meta: RenderMeta, file: string): RenderImage {
  const image = meta.images.find((candidate) => candidate.file === file);
  if (image === undefined) throw new Error(`meta.json names no ${file}.`);
  return image;
}

export function geometryOf(meta: RenderMeta) {
  const grid = meta.images.filter((image) => image.kind === 'grid');
  const specials = meta.images.filter((image) => image.kind === 'special');
  const smile = find(meta, 'face/smile.webp');
  return {
    sourceSizePx: meta.size[0],
    landmarks: {
      faceOval: meta.landmarks.face_oval,
      headPivot: meta.landmarks.head_pivot,
      chin: meta.landmarks.chin,
      noseBase: meta.landmarks.nose_base,
      rest: mouthShapeOf(meta.landmarks),
      eyes: { left: eyeShapeOf(meta.landmarks.eye_left), right: eyeShapeOf(meta.landmarks.eye_right) },
    },
    mouth: {
      box: boxOf(meta.boxes.mouth),
      images: [
        ...grid.map((image) => ({
          kind: 'grid' as const,
          file: bundleFile(image),
          jaw: image.jaw ?? 0,
          lipShape: image.shape ?? 0,
          shape: mouthShapeOf(image.landmarks),
        })),
        ...specials.map((image) => ({
          kind: 'special' as const,
          file: bundleFile(image),
          viseme: image.viseme ?? '',
          shape: mouthShapeOf(image.landmarks),
        })),
      ],
    },
    eyes: {
      box: boxOf(meta.boxes.eyes),
      stages: meta.images
        .filter((image) => image.kind === 'blink')
        .map((image) => ({
          file: bundleFile(image),
          closure: image.closure ?? 1,
          left: eyeShapeOf(image.landmarks.eye_left),
          right: eyeShapeOf(image.landmarks.eye_right),
        })),
    },
    smile: { file: bundleFile(smile), box: boxOf(meta.boxes.face), shape: mouthShapeOf(smile.landmarks) },
    browBox: boxOf(meta.boxes.brows),
  };
}

/** Puts a rendered character's pictures into a bundle folder under the bundle's names, without loss. */
export async function importPictures(meta: RenderMeta, from: string, to: string): Promise<void> {
  const put = async (name: string, bytes: Buffer): Promise<void> => {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await writeFile(join(to, name), bytes);
  };
  for (const image of meta.images) await put(bundleFile(image), readFileSync(join(from, image.file)));
  await put('person.webp', readFileSync(join(from, 'person.webp')));
  await put(
    'background.webp',
    await sharp(join(from, 'background.png')).webp({ lossless: true, effort: 6 }).toBuffer(),
  );
  await put('depth.png', await smallDepth(join(from, 'depth.png')));
}

/** 128 x 128, 8 bit, stretched over the person's range, smoothed, and continued beyond the person. */
async function smallDepth(path: string): Promise<Buffer> {
  const { data, info } = await sharp(path)
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const full = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const side = 128;
  const step = info.width / side;
  const sums = new Float64Array(side * side);
  const counts = new Float64Array(side * side);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const value = full[(y * info.width + x) * info.channels] ?? 0;
      if (value === 0) continue;
      const at = Math.floor(y / step) * side + Math.floor(x / step);
      sums[at] = (sums[at] ?? 0) + value / 65535;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const depth = Float64Array.from(sums, (sum, i) => ((counts[i] ?? 0) > 0 ? sum / (counts[i] ?? 1) : 0));
  const weight = Float64Array.from(counts, (count) => (count > 0 ? 1 : 0));
  const filled = spread(depth, weight, side, 2.2, 12);
  return await sharp(Buffer.from(Uint8Array.from(filled, (value) => Math.round(Math.min(1, value) * 255))), {
    raw: { width: side, height: side, channels: 1 },
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Weighted smoothing with `nearSigma` where there is depth, falling back to `farSigma` away from it. */
function spread(depth: Float64Array, weight: Float64Array, side: number, nearSigma: number, farSigma: number) {
  const near = weightedBlur(depth, weight, side, nearSigma);
  const far = weightedBlur(depth, weight, side, farSigma);
  return near.value.map((value, i) => {
    const trust = Math.min(1, near.weight[i] ?? 0);
    return value * trust + (far.value[i] ?? 0) * (1 - trust);
  });
}

function weightedBlur(depth: Float64Array, weight: Float64Array, side: number, sigma: number) {
  const radius = Math.ceil(sigma * 3);
  const value = new Float64Array(side * side);
  const total = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0;
      let sumWeight = 1e-9;
      let kernelSum = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          const kernel = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
          kernelSum += kernel;
          const sx = x + dx;
          const sy = y + dy;
          if (sx < 0 || sy < 0 || sx >= side || sy >= side) continue;
          const at = sy * side + sx;
          sum += kernel * (depth[at] ?? 0) * (weight[at] ?? 0);
          sumWeight += kernel * (weight[at] ?? 0);
        }
      }
      value[y * side + x] = sum / sumWeight;
      total[y * side + x] = sumWeight / kernelSum;
    }
  }
  return { value, weight: total };
}
