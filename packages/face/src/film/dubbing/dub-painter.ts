import type { Picture } from '@visavis/media/core';
import type { MouthPose } from '../../drawing/mouth-target.ts';
import { DrawingTables, type MouthLook, planDrawing } from './dub-drawing.ts';
import { DubKernel } from './dub-kernel.ts';
import type { LowerFace } from './shot-face.ts';

export type { MouthLook, OwnMouth } from './dub-drawing.ts';

/** Draws mouths of poses into the pictures of a film. Keeps its memory from picture to picture. */
export class DubPainter {
  readonly #tables = new DrawingTables();
  readonly #kernel = new DubKernel();

  /** `strength` from 0, which leaves the picture as it is, to 1: the mouth moves from where it was filmed to its pose. */
  draw(picture: Picture, face: LowerFace, look: MouthLook, pose: MouthPose, strength: number, index: number): void {
    if (strength <= 0) return;
    const drawing = planDrawing(picture, { face, look, pose, strength, index }, this.#tables);
    if (drawing !== null) this.#kernel.draw(picture, drawing);
  }
}
