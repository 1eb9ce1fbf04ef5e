// A thread that looks at faces while the clip is looked through, then draws mouths into the pictures of the film and codes them, beside
// the one that decodes the clip.
import { type CodedPicture, PictureEncoder, type PictureEncoderOptions } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';
import type { MouthPose } from '../../drawing/mouth-target.ts';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import { DubPainter, type MouthLook } from './dub-painter.ts';
import { lookAtFace } from './look-at-face.ts';
import type { SeenFace } from './seen-face.ts';
import type { LowerFace } from './shot-face.ts';
import { answerCalls } from './thread-calls.ts';

/** A mouth to draw into a picture. */
export type MouthDrawing = {
  readonly face: LowerFace;
  readonly pose: MouthPose;
  /** As in `DubPainter`. */
  readonly strength: number;
  /** Of the picture in the film. */
  readonly index: number;
};

/** In a picture whose memory is shared. */
export type EncoderTask =
  | { readonly kind: 'open'; readonly options: PictureEncoderOptions }
  /** What mouths look like from now on. */
  | { readonly kind: 'look'; readonly look: MouthLook }
  | { readonly kind: 'look at face'; readonly picture: Picture; readonly mesh: FaceMesh }
  | {
      readonly kind: 'encode';
      readonly picture: Picture;
      readonly isKeyFrame: boolean;
      readonly drawing?: MouthDrawing | undefined;
    };

export type EncoderReply = { readonly coded?: CodedPicture; readonly seen?: SeenFace };

const painter = new DubPainter();
let encoder: PictureEncoder | null = null;
let look: MouthLook | null = null;

answerCalls<EncoderTask, EncoderReply>(async (task) => {
  if (task.kind === 'open') {
    encoder = await PictureEncoder.open(task.options);
    return {};
  }
  if (task.kind === 'look') {
    look = task.look;
    return {};
  }
  if (task.kind === 'look at face') return { seen: lookAtFace(task.picture, task.mesh) };
  const { picture, isKeyFrame, drawing } = task;
  if (drawing !== undefined && look !== null) {
    painter.draw(picture, drawing.face, look, drawing.pose, drawing.strength, drawing.index);
  }
  const coded = encoder?.encode(picture, isKeyFrame) ?? null;
  if (coded === null) throw new Error('The film could not take a picture.');
  return { coded };
});
