// A thread that codes the pictures of a film, beside the one that draws them.
import { type CodedPicture, PictureEncoder, type PictureEncoderOptions } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';
import { answerCalls } from './thread-calls.ts';

export type EncoderTask =
  | { readonly kind: 'open'; readonly options: PictureEncoderOptions }
  /** The picture's memory is shared. */
  | { readonly kind: 'encode'; readonly picture: Picture; readonly isKeyFrame: boolean };

let encoder: PictureEncoder | null = null;

answerCalls<EncoderTask, CodedPicture | null>(async (task) => {
  if (task.kind === 'open') {
    encoder = await PictureEncoder.open(task.options);
    return null;
  }
  const coded = encoder?.encode(task.picture, task.isKeyFrame) ?? null;
  if (coded === null) throw new Error('The film could not take a picture.');
  return coded;
});
