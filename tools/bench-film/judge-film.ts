import { DubWriter } from '../../packages/face/src/film/dubbing/dub-writer.ts';
import { openFilmClip, readFilmPictures } from '../../packages/face/src/film/dubbing/film-clip.ts';
import { FaceFinder, type FoundFace } from '../../packages/face/src/landmarks/face-finder.ts';
import { rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { MouthMeter } from '../../tests/support/mouth-meter.ts';
import type { Material } from '../bench-face/speech-material.ts';
import { scoreFilm, wrongSoundR } from '../bench-face/sync-metrics.ts';
import { secondApertures } from './second-instrument.ts';

/** The detector's box, so much larger, holds all that dubbing may change. */
const FACE_ROOM = 1.5;

/** Decodes and encodes the first `pictures` of the clip, and does nothing else. */
export async function codeAlone(path: string, out: string, pictures: number): Promise<void> {
  const clip = await openFilmClip(path);
  const writer = await DubWriter.open({ path: out, widthPx: clip.widthPx, heightPx: clip.heightPx, rate: clip.rate });
  let count = 0;
  for await (const picture of readFilmPictures(clip, { store: () => writer.memory() })) {
    await writer.addPicture(picture);
    if (++count >= pictures) break;
  }
  await writer.finish();
}

/** How lips and sound agree. */
type LipScores = {
  readonly r: number;
  readonly closureRecall: number;
  readonly closurePrecision: number;
  readonly offsetMs: number;
  readonly silenceClosed: number;
  /** Against the phones of the other sound: nothing should be left of them. */
  readonly otherR: number;
};

export type Judgement = LipScores & {
  /** The same by another instrument, of the film and of the clip as it was filmed. */
  readonly second?: { readonly film: LipScores; readonly clip: LipScores };
  readonly psnrOutsideDb: number;
  /** Flicker beside the mouth over that of the clip coded alone. */
  readonly flicker: number;
};

export async function judgeFilm(films: {
  readonly clip: string;
  readonly film: string;
  readonly control: string;
  readonly wanted: Material;
  readonly original: Material;
  /** A Python with the second instrument; null without one. */
  readonly python: string | null;
}): Promise<Judgement> {
  const { clip, film, wanted, original, python } = films;
  const meter = await MouthMeter.open();
  const apertures = await meter.apertures(imagesOf(film));
  meter.close();
  const face = await faceIn(clip);
  return {
    ...lipScores(apertures, wanted, original),
    ...(python !== null && {
      second: {
        film: lipScores(await secondApertures(python, picturesOf(film)), wanted, original),
        clip: lipScores(await secondApertures(python, picturesOf(clip)), original, wanted),
      },
    }),
    psnrOutsideDb: await psnrOutside(clip, film, face),
    flicker: (await flickerOf(film, face)) / (await flickerOf(films.control, face)),
  };
}

function lipScores(apertures: readonly (number | null)[], said: Material, other: Material): LipScores {
  const scores = scoreFilm(apertures, cutTo(said, apertures.length));
  const share = ({ hit, of }: { readonly hit: number; readonly of: number }): number => hit / Math.max(1, of);
  return {
    r: scores.syncR,
    closureRecall: share(scores.recall),
    closurePrecision: share(scores.precision),
    offsetMs: scores.offsetMs,
    silenceClosed: share(scores.silenceClosed),
    otherR: wrongSoundR(apertures, other.phones),
  };
}

/** A film that ends with its clip says no more than so many pictures. */
function cutTo(material: Material, pictures: number): Material {
  const endMs = 40 * pictures;
  return {
    ...material,
    pcm: material.pcm.subarray(0, 24 * endMs),
    phones: material.phones.filter((phone) => phone.endMs <= endMs),
  };
}

async function* picturesOf(path: string): AsyncGenerator<Picture> {
  yield* readFilmPictures(await openFilmClip(path));
}

async function* imagesOf(path: string) {
  for await (const picture of picturesOf(path)) yield { ...picture, data: rgbOf(picture) };
}

async function faceIn(path: string): Promise<FoundFace> {
  const finder = await FaceFinder.open();
  try {
    for await (const image of imagesOf(path)) {
      const [face] = await finder.detect(image);
      if (face !== undefined) return face;
    }
    throw new Error(`${path} shows no face.`);
  } finally {
    finder.close();
  }
}

async function psnrOutside(one: string, other: string, face: FoundFace): Promise<number> {
  let [sum, count] = [0, 0];
  const others = picturesOf(other);
  for await (const picture of picturesOf(one)) {
    const next = await others.next();
    if (next.done === true) break;
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const isFace =
          Math.abs(x - face.centerX) < (FACE_ROOM * face.width) / 2 &&
          Math.abs(y - face.centerY) < (FACE_ROOM * face.height) / 2;
        if (isFace) continue;
        const at = y * picture.width + x;
        sum += ((picture.data[at] ?? 0) - (next.value.data[at] ?? 0)) ** 2;
        count += 1;
      }
    }
  }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

/** Mean second difference in time of luma over both cheeks, where the drawn part ends: what is steady or moves evenly has none. */
async function flickerOf(path: string, face: FoundFace): Promise<number> {
  const last: Picture[] = [];
  let [sum, count] = [0, 0];
  for await (const picture of picturesOf(path)) {
    last.push(picture);
    if (last.length < 3) continue;
    const [before, now, after] = last as [Picture, Picture, Picture];
    for (const side of [-1, 1]) {
      for (let y = Math.floor(face.centerY); y < face.centerY + face.height / 2; y++) {
        for (let k = 0; k < face.width / 8; k++) {
          const at = y * picture.width + Math.floor(face.centerX + side * (face.width * 0.32 + k));
          sum += Math.abs((before.data[at] ?? 0) - 2 * (now.data[at] ?? 0) + (after.data[at] ?? 0));
          count += 1;
        }
      }
    }
    last.shift();
  }
  return sum / count;
}
