import { createPicture } from '@visavis/media/core';
import { expect, it } from 'vitest';
import { rgbOf } from '../pixels/pixels.ts';
import { pictureOf } from '../testing/clips.ts';
import { avatarPhoto } from '../testing/photos.ts';
import { FaceFinder } from './face-finder.ts';
import { KernelPlan } from './kernel-plan.ts';

it('a mesh in a picture of a film is the one in its RGB image, to a part of a pixel', async () => {
  const picture = pictureOf(await avatarPhoto('iris'), 512);
  const image = { width: 512, height: 512, data: rgbOf(picture) };
  const finder = await FaceFinder.open();
  const [face] = await finder.detect(image);
  if (face === undefined) throw new Error('Iris has a face.');
  const region = { centerX: face.centerX, centerY: face.centerY, size: 1.5 * face.height, rotation: 0 };
  const [one, other] = [await finder.mesh(image, region), await finder.meshOfPicture(picture, region)];
  finder.close();
  expect(one.score).toBeGreaterThan(0.9);
  expect(Math.abs(one.score - other.score)).toBeLessThan(0.02);
  const furthest = one.points.reduce((most, value, i) => Math.max(most, Math.abs(value - (other.points[i] ?? 0))), 0);
  expect(furthest).toBeLessThan(1);
});

it('what is no face has no presence, and a window beyond the border is sampled all the same', async () => {
  const finder = await FaceFinder.open();
  const picture = createPicture(64, 64);
  picture.data.fill(128);
  const { score } = await finder.meshOfPicture(picture, { centerX: 60, centerY: 2, size: 50, rotation: 1 });
  finder.close();
  expect(score).toBeLessThan(0.5);
});

it('a graph with parts that are not known is refused', () => {
  const input = { name: 'input', op: 'Placeholder' };
  expect(() => new KernelPlan([input, { name: 'far', op: 'Fourier', input: ['input'] }], {})).toThrow('Fourier');
  expect(() => new KernelPlan([], {})).toThrow('no input');
});
