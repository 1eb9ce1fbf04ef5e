// A thread that finds faces in the pictures of a film, beside the one that decodes them.
import type { Picture } from '@visavis/media/core';
import { FaceFinder } from '../../landmarks/face-finder.ts';
import { findFace, findFaces, MIN_PRESENCE, type Place } from '../../landmarks/find-face.ts';
import { cutCrop, type FaceCrop, intoCrop, meshOutOfCrop } from './face-crop.ts';
import type { FaceReply, FaceTask, SearchedFace } from './face-tasks.ts';
import { answerCalls } from './thread-calls.ts';

/** Longest side of what is looked at to find a face. */
const SEARCH_SIDE_PX = 1280;

let opening: Promise<FaceFinder> | null = null;

answerCalls<FaceTask, FaceReply>(async (task) => {
  opening ??= FaceFinder.open();
  const finder = await opening;
  if (task.kind === 'prepare') return [];
  if (task.kind === 'search') return await search(finder, task.picture, task.wanted);
  if (task.kind === 'all') return await all(finder, task.picture);
  const mesh = await finder.meshOfPicture(task.picture, task.region);
  return mesh.score < MIN_PRESENCE ? [] : [mesh];
});

async function search(finder: FaceFinder, picture: Picture, wanted: SearchedFace): Promise<FaceReply> {
  const crop = wholeOf(picture);
  const found = await findFace(finder, crop.image, {
    thorough: wanted.thorough,
    before: wanted.before && { ...wanted.before, points: intoCrop(wanted.before.points, crop) },
    isSame: wanted.isSame,
    near: wanted.near && placeIn(crop, wanted.near),
    isNear: wanted.isNear,
  });
  return found === undefined ? [] : [meshOutOfCrop(found.mesh, crop)];
}

async function all(finder: FaceFinder, picture: Picture): Promise<FaceReply> {
  const crop = wholeOf(picture);
  return (await findFaces(finder, crop.image)).map((mesh) => meshOutOfCrop(mesh, crop));
}

function wholeOf(picture: Picture): FaceCrop {
  return cutCrop(picture, { left: 0, top: 0, width: picture.width, height: picture.height }, SEARCH_SIDE_PX);
}

function placeIn({ left, top, step }: FaceCrop, { x, y }: Place): Place {
  return { x: (x - left) / step, y: (y - top) / step };
}
