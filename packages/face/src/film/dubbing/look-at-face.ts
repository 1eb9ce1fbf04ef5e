import type { Picture } from '@visavis/media/core';
import { skinColour } from '../../drawing/photo-look.ts';
import { type FaceMesh, isTurnedAway, regionOfMesh, yawOf } from '../../landmarks/face-mesh.ts';
import { distanceBetween, LIPS, meshPoint, PLACES, POINT } from '../../landmarks/mesh-points.ts';
import { isMouthCovered } from '../../landmarks/mouth-cover.ts';
import { type MouthFrame, measureMouth } from '../../landmarks/mouth-frame.ts';
import { toPicture } from '../../landmarks/mouth-place.ts';
import { lumaOf } from '../../pixels/pixels.ts';
import type { SquareRegion } from '../../pixels/sampling.ts';
import { type CropArea, CropMemory, cutCrop, cutPlaces, type FaceCrop, intoCrop } from './face-crop.ts';
import { tonesOf } from './mouth-covers.ts';
import { depthsOf, lowerFaceOf, rigidOf, type SeenFace } from './seen-face.ts';

/** Longest side of what is looked at for the face's colours. */
const CROP_SIDE_PX = 320;
/** Room around the network's window in which the face is looked at. */
const CROP_ROOM = 1.15;
/** The mouth is looked at in a part of the picture this many half mouth widths around it. */
const MOUTH_ROOM = 2;
const MOUTH_SIDE_PX = 320;

/** What is cut out of one picture is not needed for the next. */
const [colours, lips] = [new CropMemory(), new CropMemory()];

/** Measures a face that was found. */
export function lookAtFace(picture: Picture, mesh: FaceMesh): SeenFace {
  const crop = cutPlaces(picture, areaOf(regionOfMesh(mesh.points)), CROP_SIDE_PX, colourPlaces(mesh), colours);
  const points = intoCrop(mesh.points, crop);
  const close = cutCrop(picture, mouthArea(mesh), MOUTH_SIDE_PX, lipsArea(mesh), lips);
  const mouth = measureMouth(close.image, intoCrop(mesh.points, close), { isFollowed: true });
  return {
    rigid: rigidOf(mesh),
    depths: depthsOf(mesh),
    lower: lowerFaceOf(mesh, mouthIn(close, mouth)),
    light: lumaOf(skinColour(crop.image, points)),
    yaw: yawOf(mesh),
    isTurnedAway: isTurnedAway(mesh),
    isCovered: isMouthCovered(crop.image, points),
    tones: tonesOf(crop.image, points),
  };
}

/** All whose colours are looked at. */
const COLOUR_PLACES = [
  ...new Set([
    ...PLACES.cheekLeft,
    ...PLACES.cheekRight,
    ...PLACES.upperFace,
    ...PLACES.aroundMouth,
    ...PLACES.redOfLips,
  ]),
];

function colourPlaces({ points }: FaceMesh): Float32Array {
  return Float32Array.from(COLOUR_PLACES.flatMap((place) => meshPoint(points, place)));
}

function mouthArea({ points }: FaceMesh): CropArea {
  const [left, right] = [meshPoint(points, POINT.mouthLeft), meshPoint(points, POINT.mouthRight)];
  const [x, y] = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  const reach = (MOUTH_ROOM * Math.hypot(right[0] - left[0], right[1] - left[1])) / 2;
  return { left: x - reach, top: y - reach, width: 2 * reach, height: 2 * reach };
}

/** What is looked at of the mouth: its lips, and what lies this many of its half widths around them. */
const LIPS_ROOM = 0.9;
const LIP_POINTS = [...LIPS.outerUpper, ...LIPS.outerLower];

function lipsArea({ points }: FaceMesh): CropArea {
  const places = LIP_POINTS.map((point) => meshPoint(points, point));
  const room = (LIPS_ROOM * distanceBetween(points, POINT.mouthLeft, POINT.mouthRight)) / 2;
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - room, Math.min(...ys) - room];
  return { left, top, width: Math.max(...xs) + room - left, height: Math.max(...ys) + room - top };
}

export function areaOf({ centerX, centerY, size }: SquareRegion): CropArea {
  const side = size * CROP_ROOM;
  return { left: centerX - side / 2, top: centerY - side / 2, width: side, height: side };
}

/** A mouth measured in the crop, in pixels of the picture. */
function mouthIn({ left, top, step }: FaceCrop, mouth: MouthFrame): MouthFrame {
  const [originX, originY] = toPicture(mouth, 0, 0);
  const scaled = (curve: Float32Array): Float32Array => curve.map((value) => value * step);
  return {
    ...mouth,
    originX: originX * step + left,
    originY: originY * step + top,
    halfWidth: mouth.halfWidth * step,
    outerUpper: scaled(mouth.outerUpper),
    innerUpper: scaled(mouth.innerUpper),
    innerLower: scaled(mouth.innerLower),
    outerLower: scaled(mouth.outerLower),
  };
}
