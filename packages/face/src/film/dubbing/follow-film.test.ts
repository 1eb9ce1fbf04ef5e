import type { Picture } from '@visavis/media/core';
import { expect, it } from 'vitest';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import { EYE } from '../../landmarks/mesh-points.ts';
import { followFilm, movesEvenly, skippedAt } from './follow-film.ts';

/** A face whose eyes are 100 pixels apart, at a place across the picture. */
function meshAt(x: number): FaceMesh {
  const points = new Float32Array(2 * 468).map((_value, i) => (i % 2 === 0 ? x : 100));
  points[2 * EYE.right.outer] = x + 100;
  return {
    points,
    depths: new Float32Array(468),
    score: 1,
    region: { centerX: x, centerY: 100, size: 200, rotation: 0 },
  };
}

type Film = { readonly places: readonly (number | undefined)[]; readonly cuts?: readonly number[] };

/** Follows a film at 25 pictures a second: where the face is said to be, and the pictures in which it was looked for. */
async function follow({ places, cuts = [] }: Film) {
  const looked: number[] = [];
  const indexOf = ({ data }: Picture): number => data[0] ?? 0;
  const look = async (picture: Picture) => {
    looked.push(indexOf(picture));
    const place = places[indexOf(picture)];
    return place === undefined ? undefined : meshAt(place);
  };
  const pictures = async function* () {
    for (const index of places.keys()) yield { width: 1, height: 1, data: Uint8Array.of(index) };
  };
  const follower = {
    see: (picture: Picture) => ({
      picture,
      isCut: cuts.includes(indexOf(picture)),
      scene: new Uint8Array(1),
      index: indexOf(picture),
    }),
    find: ({ picture }: { readonly picture: Picture }) => look(picture),
    findNear: look,
  };
  const found: (number | undefined)[] = [];
  for await (const { picture, mesh } of followFilm(pictures(), follower, 25)) {
    expect(indexOf(picture)).toBe(found.length);
    found.push(mesh?.points[0]);
  }
  return { found, looked };
}

it('a head that moves evenly is looked for in every second picture, and is in all of them where it is', async () => {
  const places = Array.from({ length: 40 }, (_unused, i) => 50 + 3 * i);
  const { found, looked } = await follow({ places });
  expect(found.map((place) => Math.round(place ?? 0))).toEqual(places);
  expect(looked.length).toBeLessThan(24);
});

it('a head that starts, stops or turns back is looked for in every picture around that', async () => {
  const places = Array.from({ length: 40 }, (_unused, i) => (i < 21 ? 50 : 50 + 12 * (i % 7)));
  expect((await follow({ places })).found).toEqual(places);
});

it('the last picture before a cut and the first one after it are looked at, wherever the steps lie', async () => {
  for (const cut of [10, 11, 12, 13]) {
    const places = Array.from({ length: 30 }, (_unused, i) => (i < cut ? 50 : 300));
    const { found, looked } = await follow({ places, cuts: [cut] });
    expect(found).toEqual(places);
    expect(looked).toEqual(expect.arrayContaining([cut - 1, cut]));
  }
});

it('a face that leaves and one that comes are not drawn where they are not', async () => {
  for (const gone of [14, 15, 16, 17]) {
    const places = Array.from({ length: 40 }, (_unused, i) => (i < gone || i >= gone + 9 ? 50 : undefined));
    expect((await follow({ places })).found).toEqual(places);
  }
});

it('slow films are looked at picture by picture, fast ones no more often than needed', () => {
  expect([8, 12, 25, 30, 50, 60, 120].map(skippedAt)).toEqual([0, 0, 1, 1, 3, 3, 3]);
});

it('even motion is told from its beginning', () => {
  expect(movesEvenly(meshAt(0), meshAt(20), meshAt(40))).toBe(true);
  expect(movesEvenly(meshAt(0), meshAt(0), meshAt(8))).toBe(false);
});
