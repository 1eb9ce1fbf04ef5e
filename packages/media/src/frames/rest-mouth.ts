import type { Picture } from '../core/picture.ts';
import { createDrawScratch, drawMorphPatch, lightAround } from './draw-patch.ts';
import { buildPatches, decodeLifePictures } from './face.ts';
import { HEAD_AT_REST, motionWeights, moveVertices, type TrackedHead } from './head-motion.ts';
import type { AvatarBundle } from './manifest.ts';

/** Draws the closed mouth over a picture of the source's size, where the head lies; `opacity` from 0 to 1. */
export type RestMouth = (tracked: TrackedHead, opacity: number, out: Picture) => void;

export async function createRestMouth(bundle: AvatarBundle): Promise<RestMouth> {
  const pictures = await decodeLifePictures(bundle);
  const { mouth, restIndex } = await buildPatches(bundle, pictures, 0);
  const rest = mouth.shapes[restIndex] as Float32Array;
  const weights = motionWeights(bundle.manifest, pictures.depth, rest);
  const look = new Float32Array(mouth.patch.imageCount);
  look[restIndex] = 1;
  const scratch = createDrawScratch(mouth.patch);
  const positions = new Float32Array(rest.length);
  const view = { scale: 1, offsetX: 0, offsetY: 0 };
  return (tracked, opacity, out) => {
    if (opacity <= 0) return;
    moveVertices(rest, weights, { ...HEAD_AT_REST, tracked }, bundle.manifest.landmarks.headPivot, view, positions);
    const light = lightAround(mouth.patch, restIndex, positions, out, scratch);
    drawMorphPatch(mouth.patch, positions, look, opacity, out, scratch, light);
  };
}
