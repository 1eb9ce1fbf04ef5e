import { rename, rm } from 'node:fs/promises';
import { MOUTH_AT_REST, type Picture } from '@visavis/media/core';
import { InputError } from '../../input-error.ts';
import { FaceFinder } from '../../landmarks/face-finder.ts';
import type { Place } from '../../landmarks/find-portrait.ts';
import { requireOutPath } from '../out-path.ts';
import { DubPainter } from './dub-painter.ts';
import { DubWriter } from './dub-writer.ts';
import { type FilmClip, openFilmClip, pictureMs } from './film-clip.ts';
import { orderPictures, type SyncMode } from './picture-order.ts';
import { SourcePictures } from './source-pictures.ts';
import { poseOf } from './speech-pose.ts';
import { FILM_SAMPLE_RATE_HZ, SpeechSound } from './speech-sound.ts';
import { type FilmSurvey, type Shot, surveyFilmClip } from './survey-film.ts';

export type DubStep = 'reading the clip' | 'following the face' | 'drawing the mouth' | 'done';

export type DubOptions = {
  /** `loop` when left out. */
  readonly syncMode?: SyncMode;
  /** A place on the face that speaks, in pixels of the clip's first picture; the largest face when left out. */
  readonly speaker?: Place;
  /** H.264's quantiser from 0 to 51; smaller is better. */
  readonly quality?: number;
};

export type DubRequest = {
  readonly videoPath: string;
  readonly audioPath: string;
  /** Appears when the film is complete and replaces an earlier one. */
  readonly outPath: string;
  readonly options?: DubOptions;
  /** Called with a growing share from 0 to 1 and what is being done. */
  readonly onProgress?: (share: number, step: DubStep) => void;
  /** Stops the work; the promise rejects with the signal's reason and no file is left. */
  readonly signal?: AbortSignal;
};

export type DubbedFilm = {
  readonly durationMs: number;
  readonly pictureCount: number;
  readonly widthPx: number;
  readonly heightPx: number;
};

const NO_FACE =
  'No face that looks towards the camera was found in this clip. Choose one in which the person who speaks does.';
/** Share of the work at which drawing begins. */
const DRAWING_FROM = 0.4;

/**
 * Puts speech onto the user's own clip: writes an MP4 file (H.264, AAC) of the clip's size and rate in which the person says what
 * the recording says. Mouth and jaw are drawn anew in every picture, all else stays. At most 30 minutes; memory does not grow with
 * them beyond what is kept of each picture's face. Throws `InputError`, `SpeechError` and `OutPathError`.
 */
export async function dubClip(request: DubRequest): Promise<DubbedFilm> {
  const { videoPath, audioPath, outPath, options = {}, signal, onProgress } = request;
  signal?.throwIfAborted();
  await requireOutPath(outPath, [videoPath, audioPath]);
  onProgress?.(0, 'reading the clip');
  const clip = await openFilmClip(videoPath);
  const speech = await SpeechSound.open(audioPath, signal);
  const partial = `${outPath}.partial-${process.pid}.mp4`;
  try {
    const survey = await followFace(clip, request);
    const film = await writeFilm({ clip, survey, speech, path: partial, options, signal, onProgress });
    await rename(partial, outPath);
    onProgress?.(1, 'done');
    return film;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    speech.close();
  }
}

async function followFace(clip: FilmClip, { options, signal, onProgress }: DubRequest): Promise<FilmSurvey> {
  const expected = Math.max(1, (1000 * clip.durationS) / pictureMs(clip.rate));
  const finder = await FaceFinder.open();
  try {
    const survey = await surveyFilmClip(finder, clip, {
      signal,
      speaker: options?.speaker,
      onPicture: (count) => onProgress?.(DRAWING_FROM * Math.min(1, count / expected), 'following the face'),
    });
    if (survey.shots.every(({ face }) => face === null)) throw new InputError('no-face', { sentence: NO_FACE });
    return survey;
  } finally {
    finder.close();
  }
}

type FilmPlan = {
  readonly clip: FilmClip;
  readonly survey: FilmSurvey;
  readonly speech: SpeechSound;
  readonly path: string;
  readonly options: DubOptions;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: DubRequest['onProgress'];
};

async function writeFilm(plan: FilmPlan): Promise<DubbedFilm> {
  const { clip, survey, speech, path, options, signal, onProgress } = plan;
  const stepMs = pictureMs(clip.rate);
  const order = orderPictures(options.syncMode ?? 'loop', {
    clipCount: survey.pictureCount,
    speechCount: Math.max(1, Math.round((1000 * speech.durationS) / stepMs)),
    meltCount: survey.meltCount,
  });
  const source = new SourcePictures(clip, survey.meltCount, signal);
  const painter = new DubPainter();
  const articulation = { ...MOUTH_AT_REST };
  const { widthPx, heightPx } = clip;
  const writer = await DubWriter.open({
    path,
    widthPx,
    heightPx,
    rate: clip.rate,
    ...(options.quality !== undefined && { quality: options.quality }),
  });
  try {
    let soundCount = 0;
    for (let index = 0; index < order.count; index++) {
      signal?.throwIfAborted();
      // A picture stands for the middle of the time it is shown.
      speech.articulationAt((index + 0.5) * stepMs, articulation);
      const pose = poseOf(articulation);
      const draw = async (from: number): Promise<Picture> => {
        const picture = await source.at(from);
        drawPicture(painter, survey, picture, from, pose, index);
        return picture;
      };
      const { from, over } = order.at(index);
      const under = over && (await draw(over.from));
      const picture = await draw(from);
      if (over !== undefined && under !== undefined) melt(picture, under, over.share);
      await writer.addPicture(picture);
      const soundUntil = Math.round(((index + 1) * stepMs * FILM_SAMPLE_RATE_HZ) / 1000);
      writer.addSound(speech.take(soundUntil - soundCount));
      soundCount = soundUntil;
      onProgress?.(DRAWING_FROM + ((1 - DRAWING_FROM) * (index + 1)) / order.count, 'drawing the mouth');
    }
    await writer.finish();
    return { durationMs: order.count * stepMs, pictureCount: order.count, widthPx, heightPx };
  } finally {
    writer.close();
    await source.close();
  }
}

function drawPicture(
  painter: DubPainter,
  { shots, strengths }: FilmSurvey,
  picture: Picture,
  from: number,
  pose: ReturnType<typeof poseOf>,
  index: number,
): void {
  const shot = shots.findLast(({ first }) => first <= from) as Shot;
  const face = shot.face?.at(from - shot.first);
  if (face === undefined || face === null || shot.look === null) return;
  painter.draw(picture, face, shot.look, pose, strengths[from] ?? 0, index);
}

/** `share` of the first picture over the other one. */
function melt({ data }: Picture, under: Picture, share: number): void {
  const weight = Math.round(share * 256);
  for (let i = 0; i < data.length; i++) {
    data[i] = ((data[i] as number) * weight + (under.data[i] as number) * (256 - weight) + 128) >> 8;
  }
}
