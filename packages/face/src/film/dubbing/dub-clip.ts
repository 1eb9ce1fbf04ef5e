import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MOUTH_AT_REST, type PhoneTiming, type Picture, pictureByteLength } from '@visavis/media/core';
import type { FilmOutput, FilmSegment, FilmSpeaker } from '@visavis/protocol';
import type { MouthPose } from '../../drawing/mouth-target.ts';
import { InputError } from '../../input-error.ts';
import { OutPathError, requireOutPath } from '../out-path.ts';
import { chooseSpeaker } from './choose-speaker.ts';
import { channelsOfClip } from './clip-sound.ts';
import { DubPainter } from './dub-painter.ts';
import { DubWriter } from './dub-writer.ts';
import { FaceWatch } from './face-watch.ts';
import { type FilmClip, openFilmClip, pictureMs } from './film-clip.ts';
import type { DrawnMouth } from './picture-coders.ts';
import { mostShown, orderPictures, type PictureOrder, type SyncMode } from './picture-order.ts';
import { openSoundtrack, type Soundtrack } from './soundtrack.ts';
import { mostKeptPictures, SourcePictures } from './source-pictures.ts';
import { fadeOf, requireWithin, SpeechPlan } from './speech-plan.ts';
import { poseOf } from './speech-pose.ts';
import { FILM_SAMPLE_RATE_HZ, type SoundChannels, SpeechSound } from './speech-sound.ts';
import { type FaceLook, type FilmSurvey, type Shot, surveyFilmClip } from './survey-film.ts';

export type DubStep = 'reading the clip' | 'following the face' | 'drawing the mouth' | 'done';

export type DubOptions = {
  /** `loop` when left out. */
  readonly syncMode?: SyncMode;
  /** The face that speaks; the largest one when left out. */
  readonly speaker?: FilmSpeaker;
  /**
   * The only stretches of the clip that speak, in order and without overlaps, one part of the speech after the other; elsewhere picture
   * and sound stay. The film is as long as the clip; `syncMode` has no say.
   */
  readonly segments?: readonly FilmSegment[];
  /** How loud the clip's sound is under the speech, 0 to 1; 0 when left out. */
  readonly originalVolume?: number;
  /** Size, format and quality of the film. Left out: the clip's size, `mp4`, `high`. */
  readonly output?: FilmOutput;
};

export type DubRequest = {
  readonly videoPath: string;
  readonly audioPath: string;
  /** What is said in it, in order of time, where the voice told; left out: the mouth follows the sound alone. */
  readonly phones?: readonly PhoneTiming[] | undefined;
  /** Appears when the film is complete and replaces an earlier one. */
  readonly outPath: string;
  readonly options?: DubOptions;
  /** Called once, before the first picture is drawn. */
  readonly onLength?: (durationMs: number) => void;
  /** Called with each picture of the film before it is coded; what is in it changes afterwards. */
  readonly onPicture?: (picture: Picture) => void;
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
/** And at which the speaker is known, where all faces of the clip are looked at first. */
const CHOSEN_AT = 0.15;
/** Where a stretch that speaks begins and ends the mouth moves from how it was filmed, and back, within this time. */
const FADE_MS = 120;

/**
 * Puts speech onto the user's own clip: writes a film, of the clip's size and rate if nothing else is asked, in which the person says what
 * the recording says. Mouth and jaw are drawn anew in every picture, all else stays. At most 30 minutes; memory does not grow with
 * them beyond what is kept of each picture's face. Throws `InputError`, `SpeechError`, `OutPathError` and `FilmOptionError`.
 */
export async function dubClip(request: DubRequest): Promise<DubbedFilm> {
  const { videoPath, audioPath, phones, outPath, options = {}, signal, onProgress } = request;
  signal?.throwIfAborted();
  await requireOutPath(outPath, [videoPath, audioPath]);
  onProgress?.(0, 'reading the clip');
  const { output = {} } = options;
  const partial = `${outPath}.partial-${process.pid}`;
  const parts: { close(): unknown }[] = [];
  const kept = <Part extends { close(): unknown }>(part: Part): Part => {
    parts.unshift(part);
    return part;
  };
  try {
    // First of all: its thread loads its networks while the files are looked at.
    const watch = kept(new FaceWatch());
    const clip = await openFilmClip(videoPath, output);
    if (options.segments) requireWithin(options.segments, 1000 * clip.durationS, pictureMs(clip.rate));
    const clipChannels = isClipHeard(options) ? await channelsOfClip(videoPath) : null;
    const writer = kept(await openWriter(clip, partial, { options, channels: clipChannels ?? 1 }));
    const speech = kept(await SpeechSound.open(audioPath, { phones, signal }));
    const look: FaceLook = (picture, mesh) => writer.lookAtFace(picture, mesh);
    const survey = await followFace({ watch, look }, clip, speech, request);
    // Its networks take memory that drawing has better use for.
    await watch.close();
    const film = await writeFilm({ ...request, clip, clipChannels, survey, speech, writer, options });
    await rename(partial, outPath);
    onProgress?.(1, 'done');
    return film;
  } catch (error) {
    await closeParts(parts);
    // What went wrong is told, whatever becomes of the file.
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  } finally {
    await closeParts(parts);
  }
}

async function closeParts(parts: { close(): unknown }[]): Promise<void> {
  for (const part of parts.splice(0)) await part.close();
}

/** The file is made before hours of work go into it. Throws `OutPathError`. */
async function openWriter(
  clip: FilmClip,
  path: string,
  { options, channels }: { readonly options: DubOptions; readonly channels: SoundChannels },
): Promise<DubWriter> {
  const { widthPx, heightPx, rate } = clip;
  const { format, quality } = options.output ?? {};
  try {
    return await DubWriter.open({ path, widthPx, heightPx, rate, format, quality, channels });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new OutPathError(`The film cannot be written to ${dirname(path)}: ${error.message}`, { cause: error });
  }
}

async function followFace(
  { watch, look }: { readonly watch: FaceWatch; readonly look: FaceLook },
  clip: FilmClip,
  speech: SpeechSound,
  { options, signal, onProgress }: DubRequest,
): Promise<FilmSurvey> {
  const mostPictures = options?.segments ? Infinity : mostShown(modeOf(options), speechCountOf(clip, speech));
  const clipCount = (1000 * clip.durationS) / pictureMs(clip.rate);
  const expected = Math.max(1, Math.min(mostPictures, clipCount));
  const within = (from: number, until: number) => (count: number) =>
    onProgress?.(from + (until - from) * Math.min(1, count / expected), 'following the face');
  const asked = options?.speaker;
  const isSought = asked === 'auto' || asked?.timeMs !== undefined;
  const from = isSought ? CHOSEN_AT : 0;
  const speaker = asked && (await chooseSpeaker(watch, clip, asked, { signal, onPicture: within(0, from) }));
  const onPicture = within(from, DRAWING_FROM);
  const isShownAgain = isRepeated(options) && mostPictures > clipCount;
  const survey = await surveyFilmClip(watch, clip, { look, signal, mostPictures, isShownAgain, speaker, onPicture });
  if (survey.shots.every(({ face }) => face === null)) throw new InputError('no-face', { sentence: NO_FACE });
  return survey;
}

type FilmPlan = Pick<DubRequest, 'signal' | 'onProgress' | 'onLength' | 'onPicture'> & {
  readonly clip: FilmClip;
  /** Of its sound that are heard; null: none. */
  readonly clipChannels: SoundChannels | null;
  readonly survey: FilmSurvey;
  readonly speech: SpeechSound;
  readonly writer: DubWriter;
  readonly options: DubOptions;
};

async function writeFilm(plan: FilmPlan): Promise<DubbedFilm> {
  const { clip, survey, speech, writer, signal, onProgress, options } = plan;
  const stepMs = pictureMs(clip.rate);
  const order = orderOf(plan);
  plan.onLength?.(order.count * stepMs);
  const said = new SpeechPlan(options.segments);
  const { meltCount: pinnedCount, goesBack, isStraight } = order;
  const { decoded } = survey;
  const source = new SourcePictures(clip, { pinnedCount, goesBack, isStraight, decoded, signal });
  const painter = new DubPainter();
  const articulation = { ...MOUTH_AT_REST };
  const { widthPx, heightPx } = clip;
  const aside = new Uint8Array(pictureByteLength(widthPx, heightPx));
  let sound: Soundtrack | null = null;
  try {
    sound = await soundOf(plan, said, (survey.pictureCount - order.meltCount) * stepMs);
    let soundCount = 0;
    for (let index = 0; index < order.count; index++) {
      signal?.throwIfAborted();
      // A picture stands for the middle of the time it is shown.
      const now = said.at((index + 0.5) * stepMs);
      if (now !== null) speech.articulationAt(now.positionMs, articulation);
      const pose = poseOf(articulation);
      const share = now === null ? 0 : fadeOf(now, FADE_MS);
      const mouthAt = (from: number): DrawnMouth | undefined =>
        share > 0 ? mouthOf(survey, { from, pose, share, index }) : undefined;
      const { from, over } = order.at(index);
      const picture = await source.at(from, writer.memory());
      if (over !== undefined) {
        const under = await source.at(over.from, aside);
        drawMouth(painter, under, mouthAt(over.from));
        drawMouth(painter, picture, mouthAt(from));
        melt(picture, under, over.share);
      }
      const mouth = over === undefined ? mouthAt(from) : undefined;
      const soundUntil = Math.round(((index + 1) * stepMs * FILM_SAMPLE_RATE_HZ) / 1000);
      const heard = sound.take(soundUntil - soundCount);
      await writer.addPicture(picture, { mouth, sound: heard, onDrawn: plan.onPicture });
      soundCount = soundUntil;
      onProgress?.(DRAWING_FROM + ((1 - DRAWING_FROM) * (index + 1)) / order.count, 'drawing the mouth');
    }
    await writer.finish();
    return { durationMs: order.count * stepMs, pictureCount: order.count, widthPx, heightPx };
  } finally {
    sound?.close();
    await source.close();
  }
}

function speechCountOf(clip: FilmClip, speech: SpeechSound): number {
  return Math.max(1, Math.round((1000 * speech.durationS) / pictureMs(clip.rate)));
}

function modeOf(options: DubOptions | undefined): SyncMode {
  return options?.syncMode ?? 'loop';
}

function orderOf({ clip, survey, speech, options }: FilmPlan): PictureOrder {
  const speechCount = speechCountOf(clip, speech);
  const lengths = { clipCount: survey.pictureCount, meltCount: survey.meltCount, keptCount: mostKeptPictures(clip) };
  // With segments the film is the clip, however long the speech is.
  if (options.segments !== undefined) return orderPictures('silence', { ...lengths, speechCount: 1 });
  return orderPictures(modeOf(options), { ...lengths, speechCount });
}

/** Whether a speech that is longer than the clip has it begin anew, or run back. */
function isRepeated(options: DubOptions | undefined): boolean {
  return options?.segments === undefined && ['loop', 'bounce'].includes(modeOf(options));
}

/** `periodMs`: how long the clip is until it begins anew. */
async function soundOf(
  { clip, clipChannels, speech, options }: FilmPlan,
  plan: SpeechPlan,
  periodMs: number,
): Promise<Soundtrack> {
  const { originalVolume = 0 } = options;
  return openSoundtrack({
    speech,
    plan,
    originalVolume,
    path: clip.path,
    clipChannels,
    periodMs: isRepeated(options) ? periodMs : undefined,
  });
}

function isClipHeard({ segments, originalVolume = 0 }: DubOptions): boolean {
  return segments !== undefined || originalVolume > 0;
}

type MouthMoment = {
  /** The picture of the clip. */
  readonly from: number;
  readonly pose: MouthPose;
  readonly share: number;
  /** The picture of the film. */
  readonly index: number;
};

/** Undefined where the picture stays as it is. */
function mouthOf({ shots, strengths }: FilmSurvey, { from, pose, share, index }: MouthMoment): DrawnMouth | undefined {
  const shot = shots.findLast(({ first }) => first <= from) as Shot;
  const face = shot.face?.at(from - shot.first);
  if (face === undefined || face === null || shot.look === null) return undefined;
  return { face, look: shot.look, pose, strength: share * (strengths[from] ?? 0), index };
}

function drawMouth(painter: DubPainter, picture: Picture, mouth: DrawnMouth | undefined): void {
  if (mouth) painter.draw(picture, mouth.face, mouth.look, mouth.pose, mouth.strength, mouth.index);
}

/** `share` of the first picture over the other one. */
function melt({ data }: Picture, under: Picture, share: number): void {
  const weight = Math.round(share * 256);
  for (let i = 0; i < data.length; i++) {
    data[i] = ((data[i] as number) * weight + (under.data[i] as number) * (256 - weight) + 128) >> 8;
  }
}
