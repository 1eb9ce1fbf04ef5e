import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expect } from 'vitest';
import { faceBoxIn } from '../../apps/server/src/control/avatars/face-box.ts';

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

type Features = { readonly eyes: Box; readonly mouth: Box };

/** Sizes at which a face has to be in view: phones upright and across, desktops, 200 % of 1280 × 800, and smaller boxes. */
export const VIEWPORTS = [
  { width: 360, height: 740 },
  { width: 844, height: 390 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 640, height: 400 },
] as const;

/** A shipped avatar's manifest, as it lies in the repository. */
function manifestOf(name: string) {
  const path = join(resolve(import.meta.dirname, '../../avatars'), name, 'manifest.json');
  return JSON.parse(readFileSync(path, 'utf8')) as {
    sourceSizePx: number;
    landmarks: {
      rest: { outer: [number, number][] };
      eyes: Record<'left' | 'right', { upper: [number, number][]; lower: [number, number][] }>;
    };
  };
}

/** Eyes and mouth of a shipped avatar, as shares of its square picture. */
export function featuresOf(name: string): Features {
  const { sourceSizePx, landmarks } = manifestOf(name);
  const around = (points: readonly [number, number][]): Box => {
    const [across, down] = [0, 1].map((axis) => points.map((point) => (point[axis] ?? 0) / sourceSizePx));
    if (across === undefined || down === undefined) throw new Error(`${name} has no face.`);
    return {
      left: Math.min(...across),
      top: Math.min(...down),
      right: Math.max(...across),
      bottom: Math.max(...down),
    };
  };
  const { left, right } = landmarks.eyes;
  return {
    eyes: around([...left.upper, ...left.lower, ...right.upper, ...right.lower]),
    mouth: around(landmarks.rest.outer),
  };
}

/** What the server says of where that face is. */
export function faceOf(name: string): Box {
  const face = faceBoxIn(manifestOf(name));
  if (face === null) throw new Error(`${name} has no face.`);
  return face;
}

const look = readFileSync(join(import.meta.dirname, 'face-look.js'), 'utf8').replace(/;\s*$/, '');

/** Eyes and mouth of the largest picture lie inside its box and the window, and nothing lies over them. `at` names the case. */
export async function expectFaceInView(page: Page | Frame, features: Features, at: string): Promise<void> {
  const seen: unknown = await page.evaluate(`(${look})(${JSON.stringify(features)})`);
  expect({ at, seen }).toEqual({ at, seen: { pictures: expect.toSatisfy(isAny), cut: [], covered: [] } });
}

function isAny(count: number): boolean {
  return count > 0;
}
