import { type CodedPicture, holdCallCodecs, type PictureEncoderOptions } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import type { CodingPlan } from './coding-plan.ts';
import type { MouthLook } from './dub-painter.ts';
import type { EncoderReply, EncoderTask, MouthDrawing } from './encoder-thread.ts';
import type { SeenFace } from './seen-face.ts';
import { ThreadCalls } from './thread-calls.ts';

/** A mouth to draw into a picture before it is coded. */
export type DrawnMouth = MouthDrawing & { readonly look: MouthLook };

type Coder = {
  readonly thread: ThreadCalls<EncoderTask, EncoderReply>;
  /** What it was told last. */
  look: MouthLook | null;
};

/** Threads that draw and code the pictures of a film, a group of pictures each in turn; before that, one of them looks at faces. */
export class PictureCoders {
  readonly #plan: CodingPlan;
  readonly #coders: readonly Coder[];
  readonly #opening: Promise<void>;
  #count = 0;

  /** They open by themselves, while others look through the clip; what fails then fails with the first picture. */
  constructor(plan: CodingPlan, options: PictureEncoderOptions) {
    this.#plan = plan;
    this.#coders = Array.from({ length: plan.threadCount }, () => ({
      thread: new ThreadCalls(new URL('./encoder-thread.ts', import.meta.url), 'film-encoder'),
      look: null,
    }));
    this.#opening = this.#open(options);
    this.#opening.catch(() => {});
  }

  /** The next picture of the film. Its memory is shared and must stay as it is until it is coded. */
  async code(picture: Picture, mouth?: DrawnMouth): Promise<CodedPicture> {
    const index = this.#count++;
    await this.#opening;
    const { groupLength } = this.#plan;
    const coder = this.#coders[Math.floor(index / groupLength) % this.#coders.length] as Coder;
    const isKeyFrame = index % groupLength === 0;
    if (mouth === undefined) return required((await coder.thread.call({ kind: 'encode', picture, isKeyFrame })).coded);
    const { look, ...drawing } = mouth;
    const told = look === coder.look ? null : coder.thread.call({ kind: 'look', look });
    coder.look = look;
    const [reply] = await Promise.all([coder.thread.call({ kind: 'encode', picture, isKeyFrame, drawing }), told]);
    return required(reply.coded);
  }

  /** What a picture shows of a face that was found in it. Its memory is shared and must stay as it is until then. */
  async lookAtFace(picture: Picture, mesh: FaceMesh): Promise<SeenFace> {
    const { thread } = this.#coders.at(-1) as Coder;
    return required((await thread.call({ kind: 'look at face', picture, mesh })).seen);
  }

  async #open(options: PictureEncoderOptions): Promise<void> {
    await holdCallCodecs();
    await Promise.all(this.#coders.map(({ thread }) => thread.call({ kind: 'open', options })));
  }

  async close(): Promise<void> {
    // One by one: V8 is known to fall over threads that give up their compiled code at the same moment.
    for (const { thread } of this.#coders) await thread.close();
  }
}

function required<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('The film could not take a picture.');
  return part;
}
