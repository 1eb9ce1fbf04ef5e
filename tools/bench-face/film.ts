import { FilmWriter } from '../../packages/face/src/film/film-writer.ts';
import { type RgbImage, rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import { fileOnDisk } from '../../packages/media/src/codecs/film-module.ts';
import { FilmReader } from '../../packages/media/src/codecs/film-reader.ts';
import type { Articulation } from '../../packages/media/src/core/articulation.ts';
import { FRAMES_PER_SECOND, WIRE_SAMPLE_RATE_HZ } from '../../packages/media/src/core/audio-format.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import type { Face } from '../../packages/media/src/frames/face.ts';

export const SIDE_PX = 512;

/** Draws the face and writes a film (H.264) of it with its sound. */
export async function writeFilm(
  path: string,
  face: Face,
  articulations: readonly Articulation[],
  pcm: Int16Array,
): Promise<void> {
  const writer = await FilmWriter.open({
    path,
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    sampleRateHz: WIRE_SAMPLE_RATE_HZ,
  });
  const performer = face.createPerformer();
  const picture = createPicture(SIDE_PX, SIDE_PX);
  const samplesPerPicture = WIRE_SAMPLE_RATE_HZ / FRAMES_PER_SECOND;
  try {
    for (const [index, articulation] of articulations.entries()) {
      performer.render(index, { articulation, smile: 0, brows: 0 }, picture);
      await writer.addPicture(picture);
      await writer.addSound(pcm.slice(index * samplesPerPicture, (index + 1) * samplesPerPicture));
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
}

/** The pictures of a film, decoded one by one. */
export async function* readPictures(path: string, filters = 'format=yuv420p'): AsyncGenerator<Picture> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov', 'matroska']);
  try {
    if (reader.pictures() === null) throw new Error(`${path} has no pictures.`);
    for (const { widthPx, heightPx, bytes } of reader.frames(filters)) {
      yield { width: widthPx, height: heightPx, data: Uint8Array.from(bytes) };
    }
  } finally {
    reader.close();
  }
}

export function imageOf(picture: Picture): RgbImage {
  return { width: picture.width, height: picture.height, data: rgbOf(picture) };
}
