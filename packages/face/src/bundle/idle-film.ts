import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPicture, FRAME_INTERVAL_MS, type Picture } from '@visavis/media/core';
import { type AvatarManifest, openFace } from '@visavis/media/frames';
import { type FilmOptions, FilmWriter } from '../film/film-writer.ts';

export type IdleFilmOptions = {
  readonly sidePx: number;
  /** That of films when left out. */
  readonly rate?: FilmOptions['rate'];
  /** Folder for rendered faces. */
  readonly cachePath: string;
  /** Called once, before the first picture is drawn. */
  readonly onLength?: (durationMs: number) => void;
  /** Called with each picture before it is coded; what is in it changes afterwards. */
  readonly onPicture?: (picture: Picture) => void;
  /** Called with a growing share from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal | undefined;
};

export type IdleFilm = { readonly durationMs: number; readonly manifest: AvatarManifest };

/** Films how the face of a bundle waits for a while, square and silent: MP4 that runs round without a seam. */
export async function filmIdleLoop(bundlePath: string, outPath: string, options: IdleFilmOptions): Promise<IdleFilm> {
  const { sidePx, rate, cachePath, signal } = options;
  const size = { widthPx: sidePx, heightPx: sidePx };
  const face = await openFace(bundlePath, { ...size, cachePath });
  const durationMs = face.pieceFrameCount * FRAME_INTERVAL_MS;
  const picture = createPicture(sidePx, sidePx);
  try {
    options.onLength?.(durationMs);
    const writer = await FilmWriter.open({ path: outPath, ...size, ...(rate && { rate }) });
    try {
      for (let index = 0; index < face.pieceFrameCount; index++) {
        signal?.throwIfAborted();
        face.renderIdle(index, picture);
        options.onPicture?.(picture);
        await writer.addPicture(picture);
        options.onProgress?.((index + 1) / face.pieceFrameCount);
        await nextTurn();
      }
      await writer.finish();
    } finally {
      await writer.close();
    }
  } finally {
    face.close();
  }
  return { durationMs, manifest: face.manifest };
}
