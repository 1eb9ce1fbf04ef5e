import { setImmediate as nextTurn } from 'node:timers/promises';
import { MOUTH_AT_REST, Resampler, WIRE_SAMPLE_RATE_HZ } from '@visavis/media/core';
import { ArticulationTrack, loadArticulationNetwork } from '@visavis/media/visemes';
import type { FilmSpeaker } from '@visavis/protocol';
import type { Place } from '../../landmarks/find-face.ts';
import { FilmOptionError } from '../option-error.ts';
import { ClipSound } from './clip-sound.ts';
import { away, type CastFace, type CastSample, type CastScene, SceneCast } from './face-cast.ts';
import type { FaceWatch } from './face-watch.ts';
import { type FilmClip, pictureMs, readFilmPictures } from './film-clip.ts';
import { PictureRing } from './picture-ring.ts';
import { FILM_SAMPLE_RATE_HZ } from './speech-sound.ts';
import { talkingFace } from './talking-face.ts';
import { FaceFollower, type SpeakerAt } from './track-film.ts';

type ChoiceOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: (count: number) => void;
};

/** Pictures of a second that are looked at. */
const LOOKS_PER_SECOND = 25;
/** What the articulation network wants to have heard, and more. */
const AHEAD_MS = 1000;
/** Of 32,768. */
const SILENCE = 50;
/** Other work gets its turn after this many pictures. */
const PICTURES_PER_TURN = 25;
/** The speaker may be so much longer, in seconds, in the picture than his face was seen. */
const UNSEEN_S = 1;
/** A face is found so many pictures after it came at most. */
const FOUND_WITHIN = 12;
/** A place means the face whose nose is no farther away, in face widths. */
const MEANT_WITHIN = 0.75;

/**
 * Looks through the clip for the face that speaks: the one at a place at a time, or the one that talks. A place without a time is that
 * of the first picture, and of those in which a face is looked for anew. Throws `FilmOptionError` where
 * none lies at that place.
 */
export async function chooseSpeaker(
  watch: FaceWatch,
  clip: FilmClip,
  speaker: FilmSpeaker,
  options: ChoiceOptions,
): Promise<Place | SpeakerAt> {
  const reach = Math.round((1000 * UNSEEN_S) / pictureMs(clip.rate));
  if (speaker === 'auto') {
    const scenes = await castOf(watch, clip, options);
    const openings = await openingsOf(clip, lastIndex(scenes));
    return placesOf(scenes, (scene) => talkingFace(scene, openings), reach);
  }
  const place = { x: speaker.x * clip.scale, y: speaker.y * clip.scale };
  const { timeMs: wantedMs } = speaker;
  if (wantedMs === undefined) return place;
  const clipMs = 1000 * clip.durationS;
  if (wantedMs > clipMs) {
    const [at, length] = [wantedMs, clipMs].map((ms) => Math.round(ms / 10) / 100) as [number, number];
    throw new FilmOptionError('speaker-beyond', { at, length });
  }
  const scenes = await castOf(watch, clip, options);
  const index = Math.min(lastIndex(scenes), Math.floor(wantedMs / pictureMs(clip.rate)));
  const meant = scenes.findLast(({ first }) => first <= index);
  const face = meant && faceAt(meant, index, place);
  if (face === undefined) throw new FilmOptionError('no-speaker', { at: Math.round(wantedMs / 10) / 100 });
  // Who it is cannot be told in other scenes: there it is the face that is nearest to the place.
  return placesOf(scenes, (scene) => (scene === meant ? face : nearestFace(scene, place)), reach);
}

/** All faces of all scenes. */
async function castOf(watch: FaceWatch, clip: FilmClip, { signal, onPicture }: ChoiceOptions): Promise<CastScene[]> {
  const every = Math.max(1, Math.round(1000 / pictureMs(clip.rate) / LOOKS_PER_SECOND));
  const ring = new PictureRing(clip.widthPx, clip.heightPx, 2);
  const follower = new FaceFollower(watch);
  const scenes: CastScene[] = [];
  let cast = new SceneCast(watch, 0);
  let [index, first] = [0, 0];
  for await (const picture of readFilmPictures(clip, { signal, store: () => ring.next() })) {
    if (follower.see(picture).isCut) {
      scenes.push(cast.finish());
      cast = new SceneCast(watch, index);
      first = index;
    }
    if ((index - first) % every === 0) await cast.see(picture, index);
    index += 1;
    onPicture?.(index);
  }
  return [...scenes, cast.finish()];
}

/** How far mouths that say the clip's sound are open at each picture; null where it is silent, or there is none. */
async function openingsOf({ path, rate }: FilmClip, last: number): Promise<((index: number) => number) | null> {
  const sound = await ClipSound.open(path);
  try {
    const track = new ArticulationTrack({ network: await loadArticulationNetwork() });
    const resampler = new Resampler(FILM_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ);
    const stepMs = pictureMs(rate);
    const articulation = { ...MOUTH_AT_REST };
    let [taken, loudest] = [0, 0];
    const openings = new Float32Array(last + 1);
    for (let index = 0; index <= last; index++) {
      const until = Math.round((((index + 1) * stepMs + AHEAD_MS) * FILM_SAMPLE_RATE_HZ) / 1000);
      const pcm = sound.take(until - taken);
      taken = until;
      loudest = pcm.reduce((most, value) => Math.max(most, Math.abs(value)), loudest);
      track.appendAudio(resampler.process(pcm));
      track.sampleAt((index + 0.5) * stepMs, articulation);
      openings[index] = articulation.jaw * (1 - articulation.closure);
      if (index % PICTURES_PER_TURN === 0) await nextTurn();
    }
    return loudest < SILENCE ? null : (index) => openings[index] ?? 0;
  } finally {
    sound.close();
  }
}

function placesOf(
  scenes: readonly CastScene[],
  choose: (scene: CastScene) => CastFace | null,
  reach: number,
): SpeakerAt {
  const chosen = scenes.map((scene) => ({ first: scene.first, face: choose(scene) }));
  return (index) => {
    const face = chosen.findLast(({ first }) => first <= index)?.face;
    const sample = face && nearestSample(face, index);
    return sample && Math.abs(sample.index - index) <= reach ? sample.place : null;
  };
}

function faceAt({ faces }: CastScene, index: number, place: Place): CastFace | undefined {
  const meant = faces.flatMap((face) => {
    const sample = nearestSample(face, index);
    const distance = away(sample.place, place) / sample.widthPx;
    return Math.abs(sample.index - index) <= FOUND_WITHIN && distance < MEANT_WITHIN ? [{ face, distance }] : [];
  });
  return meant.toSorted((a, b) => a.distance - b.distance)[0]?.face;
}

function nearestFace({ faces, first }: CastScene, place: Place): CastFace | null {
  const distance = (face: CastFace): number => away(nearestSample(face, first).place, place);
  return faces.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

function nearestSample({ samples }: CastFace, index: number): CastSample {
  const later = samples.find((sample) => sample.index >= index);
  const earlier = samples.findLast((sample) => sample.index <= index);
  if (later === undefined || earlier === undefined) return (later ?? earlier) as CastSample;
  return later.index - index < index - earlier.index ? later : earlier;
}

function lastIndex(scenes: readonly CastScene[]): number {
  return Math.max(0, ...scenes.flatMap(({ faces }) => faces.map(({ samples }) => samples.at(-1)?.index ?? 0)));
}
