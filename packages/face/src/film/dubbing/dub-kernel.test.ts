import { createPicture, type Picture, seededRandom } from '@visavis/media/core';
import type { RgbaImage } from '@visavis/media/frames';
import { beforeAll, expect, it } from 'vitest';
import { POSE_AT_REST } from '../../drawing/mouth-target.ts';
import type { PhotoLook } from '../../drawing/photo-look.ts';
import { toPicture } from '../../landmarks/mouth-place.ts';
import { withAlpha } from '../../pixels/pixels.ts';
import { avatarPhoto, open, type RawPhoto } from '../../testing/photos.ts';
import { DrawingReference } from './drawing-reference.ts';
import { DrawingTables, type DrawnPose, planDrawing } from './dub-drawing.ts';
import { DubKernel } from './dub-kernel.ts';
import { readLowerFace } from './lower-lips.ts';
import { CHIN_AT, COLUMNS, JAW_LEFT_AT, JAW_RIGHT_AT, NOSE_BASE_AT, POINT_COUNT } from './seen-face.ts';
import type { LowerFace } from './shot-face.ts';

const LOOK: PhotoLook = {
  skin: [200, 160, 140],
  lip: [170, 90, 90],
  teeth: [215, 205, 190],
  cavity: [50, 20, 20],
  tongue: [150, 70, 70],
  black: [12, 10, 10],
  lightSlope: 0.1,
  grain: 2,
  softnessPx: 1.6,
};
/** The middle of a face, small: in colours, and with alpha as its mouth's own inside. */
let photo: RawPhoto;
let inside: RgbaImage;

beforeAll(async () => {
  const { data, info } = await open(await avatarPhoto('rafael'))
    .extract({ left: 312, top: 300, width: 400, height: 400 })
    .resize(160, 160)
    .raw()
    .toBuffer({ resolveWithObject: true });
  photo = { width: info.width, height: info.height, data };
  inside = withAlpha(photo);
});

type Random = () => number;

/** A mouth somewhere in the picture, often cut by its border, turned by up to 20 degrees. */
function randomFace(random: Random, side: number): LowerFace {
  const angle = 0.7 * (random() - 0.5);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const unit = side * (0.05 + 0.2 * random());
  const axes = { originX: side * (0.2 + 0.6 * random()), originY: side * (0.2 + 0.6 * random()), cos, sin };
  const pointsOf = (heights: readonly number[], chin: number): Float32Array => {
    const points = new Float32Array(2 * POINT_COUNT);
    const set = (index: number, u: number, v: number): void =>
      points.set(toPicture(axes, u * unit, v * unit), 2 * index);
    for (const [curve, height] of heights.entries()) {
      for (let column = 0; column < COLUMNS; column++) {
        const share = (2 * column) / (COLUMNS - 1) - 1;
        set(curve * COLUMNS + column, share, height * (1 - share * share));
      }
    }
    set(NOSE_BASE_AT, 0, -0.7);
    set(CHIN_AT, 0, chin);
    set(JAW_LEFT_AT, -2, 0.3);
    set(JAW_RIGHT_AT, 2, 0.3);
    return points;
  };
  const gap = Math.max(0, random() - 0.3);
  const seen = [-0.2 - 0.1 * random(), -0.1 * gap, 0.7 * gap, 0.35 + 0.8 * gap];
  return {
    rest: pointsOf([-0.25, 0, 0, 0.3], 1.4),
    seen: pointsOf(seen, 1.4 + 0.3 * gap),
    cos,
    sin,
    light: 120,
    smearPx: 0,
  };
}

/** Anything a mouth may do at once, more than it ever does. */
function randomDrawing(random: Random, side: number): DrawnPose {
  const face = randomFace(random, side);
  const some = (): number => Math.max(0, 2 * random() - 1);
  const pose = {
    ...POSE_AT_REST,
    jaw: some(),
    lips: 2 * random() - 1,
    press: some(),
    parted: 0.2 * some(),
    labiodental: some(),
    tongueUp: some(),
    tongueOut: some(),
    clench: some(),
  };
  const { filmed: lips, rest } = readLowerFace(face);
  const own = {
    picture: inside,
    frame: { ...rest, ...lips, isOpen: true },
    gain: [1, 1, 1] as const,
    halfWidth: rest.halfWidth,
  };
  const look = {
    look: { ...LOOK, softnessPx: 0.7 + 4 * random() },
    light: 110,
    ...(random() < 0.5 && { filmed: own }),
  };
  const strength = random() < 0.5 ? 1 : random();
  return { face, look, pose, strength, index: Math.floor(1000 * random()) };
}

function noise(random: Random, side: number): Picture {
  const picture = createPicture(side, side);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = 16 + Math.floor(220 * random());
  return picture;
}

/** The photo, in colours of BT.601. */
function photoPicture(_random: Random, side: number): Picture {
  const picture = createPicture(side, side);
  const at = (x: number, y: number, channel: number): number =>
    photo.data[
      3 * (Math.floor((y * photo.height) / side) * photo.width + Math.floor((x * photo.width) / side)) + channel
    ] ?? 0;
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    picture.data[i] = 16 + 0.257 * at(x, y, 0) + 0.504 * at(x, y, 1) + 0.098 * at(x, y, 2);
  }
  const half = side / 2;
  for (let i = 0; i < half * half; i++) {
    const [x, y] = [2 * (i % half), 2 * Math.floor(i / half)];
    const [red, green, blue] = [at(x, y, 0), at(x, y, 1), at(x, y, 2)];
    picture.data[side * side + i] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
    picture.data[1.25 * side * side + i] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
  }
  return picture;
}

it.each([
  ['noise', noise, 128, 30],
  ['a photo', photoPicture, 130, 30],
  ['a large photo', photoPicture, 400, 4],
] as const)('vector code draws mouths into %s as TypeScript does, to one level', (name, pictureOf, side, count) => {
  const random = seededRandom(name);
  const [kernel, reference, tables] = [new DubKernel(), new DrawingReference(), new DrawingTables()];
  let [drawn, changed, levels] = [0, 0, 0];
  const picture = pictureOf(random, side);
  for (let round = 0; round < count; round++) {
    const drawing = planDrawing(picture, randomDrawing(random, side), tables);
    if (drawing === null) continue;
    const [one, other] = [picture.data.slice(), picture.data.slice()];
    kernel.draw({ ...picture, data: one }, drawing);
    reference.draw({ ...picture, data: other }, drawing);
    let largest = 0;
    for (let i = 0; i < one.length; i++) {
      const difference = Math.abs((one[i] as number) - (other[i] as number));
      largest = Math.max(largest, difference);
      levels += difference;
      if (other[i] !== picture.data[i]) changed += 1;
    }
    expect(largest, `round ${round}`).toBeLessThanOrEqual(1);
    drawn += 1;
  }
  expect(drawn).toBeGreaterThan(0.9 * count);
  // Mouths were drawn, and rounding differs seldom.
  expect(changed).toBeGreaterThan(0.05 * count * side * side);
  expect(levels).toBeLessThan(0.01 * changed);
});

it('what a larger picture left in the memory of vector code shows in no other', () => {
  const side = 400;
  const random = seededRandom('left behind');
  const [kernel, reference, tables] = [new DubKernel(), new DrawingReference(), new DrawingTables()];
  // Four bytes of 255 are no number.
  const white = createPicture(side, side);
  white.data.fill(255);
  const box = { left: 0, top: 0, width: side, height: side };
  const picture = photoPicture(random, side);
  const largest: number[] = [];
  for (let round = 0; round < 6; round++) {
    const small = planDrawing(white, randomDrawing(random, side / 10), tables);
    if (small !== null) kernel.draw({ ...white, data: white.data.slice() }, { ...small, box });
    const drawing = planDrawing(picture, randomDrawing(random, side), tables);
    if (small === null || drawing === null) continue;
    const [one, other] = [picture.data.slice(), picture.data.slice()];
    kernel.draw({ ...picture, data: one }, drawing);
    reference.draw({ ...picture, data: other }, drawing);
    largest.push(one.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0));
  }
  expect(largest.length).toBeGreaterThan(3);
  expect(Math.max(...largest), String(largest)).toBeLessThanOrEqual(1);
});
