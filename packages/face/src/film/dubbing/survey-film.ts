import type { Picture } from '@visavis/media/core';
import { lookWithFilmed } from '../../drawing/filmed-mouth.ts';
import { measureLook, skinColour } from '../../drawing/photo-look.ts';
import { type FaceMesh, regionOfMesh } from '../../landmarks/face-mesh.ts';
import type { Place } from '../../landmarks/find-face.ts';
import { lipGap } from '../../landmarks/mesh-points.ts';
import { type MouthFrame, measureMouth, widestGap } from '../../landmarks/mouth-frame.ts';
import { cutSquare, lumaOf, type RgbImage, withAlpha } from '../../pixels/pixels.ts';
import type { MouthLook, OwnMouth } from './dub-painter.ts';
import { edgeWidthPx } from './edge-width.ts';
import { cutCrop, intoCrop } from './face-crop.ts';
import type { FaceWatch } from './face-watch.ts';
import { type FilmClip, pictureMs, readFilmPictures } from './film-clip.ts';
import { followFilm, picturesAtOnce, type Sighting } from './follow-film.ts';
import { KeptPictures } from './kept-pictures.ts';
import { areaOf } from './look-at-face.ts';
import { coversOf } from './mouth-covers.ts';
import { PictureRing } from './picture-ring.ts';
import type { SeenFace } from './seen-face.ts';
import { ShotFace } from './shot-face.ts';
import { FaceFollower, type SpeakerAt, sceneDistance } from './track-film.ts';

/** A scene of the film, between cuts. */
export type Shot = {
  readonly first: number;
  readonly count: number;
  /** Null where it shows no face. */
  readonly face: ShotFace | null;
  readonly look: MouthLook | null;
};

export type FilmSurvey = {
  readonly pictureCount: number;
  readonly shots: readonly Shot[];
  /** How much of each picture's mouth is drawn, 0 to 1. */
  readonly strengths: Float32Array;
  /** Pictures over which the end melts into the beginning; 0 where the two do not match. */
  readonly meltCount: number;
  /** All of them as they were decoded, where the film shows them again and there is memory for all. */
  readonly decoded: KeptPictures | undefined;
};

/** The end of a clip melts into its beginning within this time, where scene (mean luma) and face (half mouth widths) match. */
const MELT_S = 0.3;
const SAME_SCENE = 5;
const SAME_PLACE = 0.12;
/** Side of the picture from which the look of a mouth is taken. */
const LOOK_SIDE_PX = 1024;
/** Openings, in distances of the outer corners of the eyes, that show what is in the mouth, and the one that shows it best. */
const TALKING_GAP = 0.1;
const BEST_GAP = 0.2;
/** Openings smaller than this many half mouth widths would have to be stretched too far. */
const MIN_OPENING = 0.35;
/** Edges of faces out of focus are no softer than this. */
const MOST_SOFTNESS_PX = 8;
/** What is kept of an open mouth, in half mouth widths around it, and of all of a film with many scenes. */
const MOUTH_ROOM = 1.6;
const MOST_MOUTHS_BYTES = 48 * 1024 ** 2;
/** A cost that must be lower by this much, so that not every picture is looked at closely. */
const MUCH_BETTER = 0.02;
/** More than any other: the look of a covered mouth is taken where no other is seen, as under a beard. */
const COVERED_COST = 100;
/** The drawn mouth comes and goes within this time, and is gone so long before a hand is seen over it for sure. */
const FADE_S = 0.2;
const GONE_S = 0.1;
/** A cover that is seen in most pictures of a shot is a beard or a shade. */
const MOST = 0.5;

/** Faces that are looked at on their thread while the next pictures are decoded. */
const LOOKED_AT_ONCE = 4;

/** Measures a face in a picture of shared memory, which stays as it is until then. */
export type FaceLook = (picture: Picture, mesh: FaceMesh) => Promise<SeenFace>;

type SurveyOptions = {
  readonly look: FaceLook;
  readonly speaker?: Place | SpeakerAt | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: (count: number) => void;
  /** Pictures after so many are not needed. */
  readonly mostPictures: number;
  /** Whether the film will show the clip more than once. */
  readonly isShownAgain: boolean;
};

/** Follows the face through the clip. `onPicture` hears how many pictures have been seen. Throws `InputError`. */
export async function surveyFilmClip(watch: FaceWatch, clip: FilmClip, options: SurveyOptions): Promise<FilmSurvey> {
  const follower = new FaceFollower(watch, options.speaker);
  const rate = 1000 / pictureMs(clip.rate);
  const study = new FilmStudy(rate);
  const ring = new PictureRing(clip.widthPx, clip.heightPx, picturesAtOnce(rate) + LOOKED_AT_ONCE);
  const store = (): Uint8Array => ring.next();
  const decoded = options.isShownAgain ? keptOf(clip) : undefined;
  const pictures = firstOf(readFilmPictures(clip, { signal: options.signal, store }), options.mostPictures, decoded);
  const waiting: LookedAt[] = [];
  const takeUntil = async (most: number): Promise<void> => {
    while (waiting.length > most) {
      const { sighting, face } = waiting.shift() as LookedAt;
      options.onPicture?.(study.add(sighting, await face));
    }
  };
  for await (const sighting of followFilm(pictures, follower, rate)) {
    const { picture, mesh } = sighting;
    const face = mesh === undefined ? null : options.look(picture, mesh);
    // Answered for where it is awaited, also when the film ends before.
    face?.catch(() => {});
    waiting.push({ sighting, face });
    await takeUntil(LOOKED_AT_ONCE);
  }
  await takeUntil(0);
  return { ...study.finish(), decoded };
}

function keptOf({ widthPx, heightPx, durationS, rate }: FilmClip): KeptPictures {
  return new KeptPictures({ widthPx, heightPx, count: (1000 * durationS) / pictureMs(rate) });
}

type LookedAt = { readonly sighting: Sighting; readonly face: Promise<SeenFace> | null };

async function* firstOf(
  pictures: AsyncIterable<Picture>,
  most: number,
  kept: KeptPictures | undefined,
): AsyncGenerator<Picture, undefined> {
  let count = 0;
  for await (const picture of pictures) {
    kept?.add(picture);
    yield picture;
    if (++count >= most) break;
  }
  return undefined;
}

/** Gathers what the film shows, scene by scene. */
class FilmStudy {
  readonly #rate: number;
  readonly #shots: StudiedShot[] = [];
  readonly #ends: ClipEnds;
  #scene: SceneStudy;
  #count = 0;
  #mouthBytes = 0;

  constructor(rate: number) {
    this.#rate = rate;
    this.#ends = new ClipEnds(Math.max(2, Math.round(MELT_S * rate)));
    this.#scene = new SceneStudy(0, rate);
  }

  /** How many there are with this one. */
  add({ picture, mesh, isCut, scene }: Sighting, face: SeenFace | null): number {
    this.#ends.add(scene);
    if (isCut) {
      this.#shots.push(this.#finished());
      this.#scene = new SceneStudy(this.#count, this.#rate);
    }
    this.#scene.add(picture, mesh, face);
    this.#count += 1;
    return this.#count;
  }

  finish(): Omit<FilmSurvey, 'decoded'> {
    const shots = [...this.#shots, this.#finished()];
    const strengths = new Float32Array(this.#count);
    for (const shot of shots) strengths.set(shot.strengths, shot.first);
    return { pictureCount: this.#count, shots, strengths, meltCount: this.#ends.meltCount(shots, this.#count) };
  }

  /** Mouths are drawn where the own ones of earlier scenes take all the memory there is for them. */
  #finished(): StudiedShot {
    const shot = this.#scene.finish();
    const bytes = shot.look?.filmed?.picture.data.byteLength ?? 0;
    if (this.#mouthBytes + bytes > MOST_MOUTHS_BYTES)
      return { ...shot, look: shot.look && { ...shot.look, filmed: undefined } };
    this.#mouthBytes += bytes;
    return shot;
  }
}

/** What the first and the last pictures of a clip look like. */
class ClipEnds {
  readonly #first: Uint8Array[] = [];
  readonly #last: Uint8Array[] = [];
  readonly #melt: number;

  constructor(melt: number) {
    this.#melt = melt;
  }

  add(scene: Uint8Array): void {
    if (this.#first.length < this.#melt) this.#first.push(scene);
    this.#last.push(scene);
    if (this.#last.length > this.#melt) this.#last.shift();
  }

  meltCount(shots: readonly Shot[], count: number): number {
    if (count < 3 * this.#melt) return 0;
    const matches = this.#first.every((scene, k) => {
      if (sceneDistance(scene, this.#last[k] as Uint8Array) > SAME_SCENE) return false;
      const [a, b] = [k, count - this.#melt + k].map((index) => restAt(shots, index));
      return (a === null) === (b === null) && (!a || !b || restDistance(a, b) < SAME_PLACE);
    });
    return matches ? this.#melt : 0;
  }
}

function restAt(shots: readonly Shot[], index: number): Float32Array | null {
  const shot = shots.findLast(({ first }) => first <= index);
  return shot?.face?.at(index - shot.first)?.rest ?? null;
}

/** Mean distance of the points in half mouth widths. */
function restDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) sum += Math.hypot((a[i] ?? 0) - (b[i] ?? 0), (a[i + 1] ?? 0) - (b[i + 1] ?? 0));
  return sum / (a.length / 2) / Math.max(1, restHalfWidth(a));
}

type StudiedShot = Shot & { readonly strengths: Float32Array };
type View = { readonly cost: number; readonly index: number; readonly take: () => ViewTaken };
type ViewTaken = { readonly image: ReturnType<typeof cutCrop>; readonly points: Float32Array };

/** Gathers what one scene shows, picture by picture. */
class SceneStudy {
  readonly #first: number;
  readonly #rate: number;
  readonly #faces: (SeenFace | null)[] = [];
  #calm: (View & { taken: ViewTaken }) | null = null;
  #talking: (View & { taken: ViewTaken }) | null = null;

  constructor(first: number, rate: number) {
    this.#first = first;
    this.#rate = rate;
  }

  add(picture: Picture, mesh: FaceMesh | undefined, face: SeenFace | null): void {
    const index = this.#faces.length;
    this.#faces.push(face);
    if (face === null || mesh === undefined || face.isTurnedAway) return;
    const gap = lipGap(mesh.points);
    const take = (): ViewTaken => {
      const image = cutCrop(picture, areaOf(regionOfMesh(mesh.points)), LOOK_SIDE_PX);
      return { image, points: intoCrop(mesh.points, image) };
    };
    const calm = 2 * Math.abs(face.yaw) + 10 * Math.max(0, gap - 0.04) + (face.isCovered ? COVERED_COST : 0);
    this.#calm = better(this.#calm, { cost: calm, index, take });
    if (face.isCovered || gap < TALKING_GAP) return;
    const talking = 6 * Math.abs(gap - BEST_GAP) + 3 * Math.abs(face.yaw);
    this.#talking = better(this.#talking, { cost: talking, index, take });
  }

  finish(): StudiedShot {
    const shot = { first: this.#first, count: this.#faces.length };
    if (this.#calm === null) return { ...shot, face: null, look: null, strengths: new Float32Array(shot.count) };
    const face = new ShotFace(this.#faces, this.#rate);
    return { ...shot, face, look: this.#look(this.#calm.taken, face), strengths: this.#strengths() };
  }

  #look(calm: ViewTaken, face: ShotFace): MouthLook {
    const { image } = calm.image;
    const mouth = measureMouth(image, calm.points, { isFollowed: true });
    const measured = measureLook(image, calm.points, mouth, 1 / calm.image.step);
    const softnessPx = calm.image.step * (edgeWidthPx(image, calm.points) ?? measured.softnessPx);
    const look = { ...measured, softnessPx: Math.min(MOST_SOFTNESS_PX, softnessPx) };
    const light = lumaOf(skinColour(image, calm.points));
    const own = this.#ownMouth(light, face);
    if (own === undefined) return { look, light };
    return { look: lookWithFilmed(look, { ...own, scale: 1 }), light, filmed: own };
  }

  /** Undefined where the mouth turns out to be open too little. */
  #ownMouth(calmLight: number, face: ShotFace): OwnMouth | undefined {
    if (this.#talking === null) return undefined;
    const { image: crop, points } = this.#talking.taken;
    const frame: MouthFrame = measureMouth(crop.image, points, { isFollowed: true });
    const isOpen = frame.isOpen && widestGap(frame.innerUpper, frame.innerLower) >= MIN_OPENING * frame.halfWidth;
    const lower = face.at(this.#talking.index);
    if (!isOpen || lower === null) return undefined;
    const gain = calmLight / Math.max(1, lumaOf(skinColour(crop.image, points)));
    return {
      ...cutMouth(crop.image, frame),
      gain: [gain, gain, gain],
      halfWidth: restHalfWidth(lower.rest) / crop.step,
    };
  }

  #strengths(): Float32Array {
    const covered = this.#faces.filter((face) => face?.isCovered).length;
    const heeds = covered < MOST * this.#faces.length;
    const isOver = coversOf(this.#faces);
    const isLeft = this.#faces.map(
      (face, i) => face === null || face.isTurnedAway || isOver[i] === true || (heeds && face.isCovered),
    );
    const fade = Math.max(1, Math.round(FADE_S * this.#rate));
    const gone = Math.round(GONE_S * this.#rate);
    return Float32Array.from(isLeft, (_unused, index) => {
      let strength = 1;
      for (let near = index - fade - gone; near <= index + fade + gone; near++) {
        if (isLeft[near] !== true) continue;
        strength = Math.min(strength, Math.max(0, Math.abs(near - index) - gone) / (fade + 1));
      }
      return strength;
    });
  }
}

/** The part of the picture that holds the mouth, and the mouth in its pixels. */
function cutMouth(image: RgbImage, frame: MouthFrame): Pick<OwnMouth, 'picture' | 'frame'> {
  const reach = MOUTH_ROOM * frame.halfWidth;
  const [left, top] = [frame.originX, frame.originY].map((middle) => Math.max(0, Math.floor(middle - reach))) as [
    number,
    number,
  ];
  const part = cutSquare(image, left, top, Math.ceil(2 * reach));
  return {
    picture: withAlpha(part),
    frame: { ...frame, originX: frame.originX - left, originY: frame.originY - top },
  };
}

function better(known: (View & { taken: ViewTaken }) | null, view: View): View & { taken: ViewTaken } {
  if (known !== null && view.cost > known.cost - MUCH_BETTER) return known;
  return { ...view, taken: view.take() };
}

function restHalfWidth(rest: Float32Array): number {
  const right = 2 * 12;
  return Math.hypot((rest[right] ?? 0) - (rest[0] ?? 0), (rest[right + 1] ?? 0) - (rest[1] ?? 0)) / 2;
}
