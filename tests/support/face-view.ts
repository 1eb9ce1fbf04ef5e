import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
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

/**
 * Eyes and mouth lie inside the picture's box and the window, and nothing lies over them. `hosts`: open shadow roots on the way.
 */
export async function expectFaceInView(page: Page, features: Features, name: string): Promise<void> {
  const seen = await page.evaluate(look, features);
  expect({ at: name, ...seen }).toEqual({ at: name, pictures: expect.any(Number), cut: [], covered: [] });
  expect(seen.pictures, name).toBeGreaterThan(0);
}

/** Runs in the page. A picture is judged where it is the largest one shown: small ones stand in lists. */
function look(features: Features): { pictures: number; cut: string[]; covered: string[] } {
  const roots: ParentNode[] = [document];
  for (const host of document.querySelectorAll('*')) if (host.shadowRoot) roots.push(host.shadowRoot);
  const all = roots.flatMap((root) => [...root.querySelectorAll('.face-frame')]);
  const areaOf = (element: Element) => element.clientWidth * element.clientHeight;
  const frame = all.sort((a, b) => areaOf(b) - areaOf(a))[0];
  if (frame === undefined) return { pictures: 0, cut: ['no picture'], covered: [] };
  const box = frame.getBoundingClientRect();
  const pictures = [...frame.querySelectorAll('.face-picture')];
  const cut: string[] = [];
  const covered: string[] = [];
  for (const picture of pictures) {
    const { left, top, width, height } = picture.getBoundingClientRect();
    // `object-fit: cover` of a square picture.
    const side = Math.max(width, height);
    const originX = left + (width - side) / 2;
    const originY = top + (height - side) / 2;
    for (const [name, part] of Object.entries(features)) {
      const at = {
        left: originX + part.left * side,
        right: originX + part.right * side,
        top: originY + part.top * side,
        bottom: originY + part.bottom * side,
      };
      const edges = [
        Math.max(0, box.left) - at.left,
        at.right - Math.min(innerWidth, box.right),
        Math.max(0, box.top) - at.top,
        at.bottom - Math.min(innerHeight, box.bottom),
      ];
      if (edges.some((beyondPx) => beyondPx > 0.5)) cut.push(`${name} ${edges.map(Math.round)}`);
      const middleY = (at.top + at.bottom) / 2;
      for (const share of [0.05, 0.5, 0.95]) {
        const x = at.left + share * (at.right - at.left);
        for (const y of [at.top, middleY, at.bottom]) {
          const above = (frame.getRootNode() as Document).elementsFromPoint(x, y);
          const over = above.slice(0, above.findIndex((element) => element === frame || frame.contains(element)));
          const solid = over.filter((element) => getComputedStyle(element).backgroundImage === 'none');
          if (solid.length > 0) covered.push(`${name} by ${solid[0]?.className}`);
        }
      }
    }
  }
  return { pictures: pictures.length, cut, covered };
}
