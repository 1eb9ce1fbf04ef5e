import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FilmWriter } from '../../packages/face/src/film/film-writer.ts';
import { renderSpeech } from '../../packages/face/src/film/render-speech.ts';
import { FaceFinder, type FoundFace } from '../../packages/face/src/landmarks/face-finder.ts';
import { fileOnDisk } from '../../packages/media/src/codecs/film-module.ts';
import { FilmReader } from '../../packages/media/src/codecs/film-reader.ts';
import { FRAMES_PER_SECOND } from '../../packages/media/src/core/audio-format.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { imageOf } from '../bench-face/film.ts';
import { passCup } from './cup.ts';
import { turnHead } from './turn-head.ts';

/** Portrait clips are no part of the repository; they lie beside it where they are at hand. */
const PORTRAITS = resolve(import.meta.dirname, '../../../shared/test-media/portraits');
const AVATAR = resolve(import.meta.dirname, '../../avatars/iris');
/** So that what is seen is not the coding of the clip. */
const CLIP_RATE = { quantiser: 16 };
/** Turned so far to either side, there and back in so many seconds. */
const MOST_TURN = (26 * Math.PI) / 180;
const TURN_S = 4.4;

type Part = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** A clip to be dubbed, and the part of it that its sheet shows. */
export type Scene = {
  readonly name: string;
  readonly shown: Part;
  /** `otherSpeech` is what a person who talks in it says. False where what it needs is not at hand. */
  write(path: string, seconds: number, otherSpeech: string): Promise<boolean>;
};

type Change = (picture: Picture, face: FoundFace, atS: number) => void;

export const SCENES: readonly Scene[] = [
  {
    name: 'talking',
    shown: { left: 136, top: 118, width: 240, height: 240 },
    async write(path, _seconds, otherSpeech) {
      await renderSpeech(AVATAR, otherSpeech, path);
      return true;
    },
  },
  portrait('turning', 'woman-red-dress.mp4', {
    filters: 'crop=900:900:510:40,scale=600:600',
    shown: { left: 90, top: 0, width: 420, height: 420 },
    change: (picture, face, atS) => turnHead(picture, face, MOST_TURN * Math.sin((2 * Math.PI * atS) / TURN_S)),
  }),
  portrait('far', 'woman-arms-crossed.mp4', {
    filters: 'scale=640:360',
    shown: { left: 250, top: 0, width: 180, height: 180 },
  }),
  portrait('cup', 'man-light-room.mp4', {
    filters: 'crop=900:900:510:40,scale=600:600',
    shown: { left: 100, top: 60, width: 400, height: 400 },
    change: passCup,
  }),
];

function portrait(
  name: string,
  file: string,
  { filters, shown, change }: { readonly filters: string; readonly shown: Part; readonly change?: Change },
): Scene {
  return {
    name,
    shown,
    async write(path, seconds) {
      const source = join(PORTRAITS, file);
      if (!existsSync(source)) return false;
      const pictures = await readScaled(source, filters);
      await writeClip(path, pictures, Math.round(seconds * FRAMES_PER_SECOND), change);
      return true;
    },
  };
}

async function readScaled(path: string, filters: string): Promise<Picture[]> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov']);
  try {
    reader.pictures();
    return Array.from(reader.frames(`${filters},scale=out_color_matrix=smpte170m,format=yuv420p`), (frame) => ({
      width: frame.widthPx,
      height: frame.heightPx,
      data: Uint8Array.from(frame.bytes),
    }));
  } finally {
    reader.close();
  }
}

/** Forwards and backwards, so that nothing jumps. */
async function writeClip(path: string, pictures: readonly Picture[], count: number, change?: Change): Promise<void> {
  const [first] = pictures;
  if (first === undefined) throw new Error('A clip without pictures shows nothing.');
  const finder = await FaceFinder.open();
  const [face] = await finder.detect(imageOf(first));
  finder.close();
  if (face === undefined) throw new Error(`${path} shows no face.`);
  const writer = await FilmWriter.open({ path, widthPx: first.width, heightPx: first.height, rate: CLIP_RATE });
  try {
    for (let index = 0; index < count; index++) {
      const round = index % (2 * pictures.length - 2);
      const from = pictures[round < pictures.length ? round : 2 * pictures.length - 2 - round] as Picture;
      const picture = { ...from, data: Uint8Array.from(from.data) };
      change?.(picture, face, index / FRAMES_PER_SECOND);
      await writer.addPicture(picture);
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
}
