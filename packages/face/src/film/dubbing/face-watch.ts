import type { Picture } from '@visavis/media/core';
import type { SquareRegion } from '../../pixels/sampling.ts';
import type { FaceReply, FaceTask, SearchedFace } from './face-tasks.ts';
import { ThreadCalls } from './thread-calls.ts';

/** Finds faces in pictures of a film, on a thread of its own: pictures in shared memory reach it without being copied. */
export class FaceWatch {
  readonly #thread = new ThreadCalls<FaceTask, FaceReply>(new URL('./face-thread.ts', import.meta.url), 'film-faces');

  constructor() {
    // The networks are loaded while the clip is opened; what fails here fails with the first picture, too.
    this.#thread.call({ kind: 'prepare' }).catch(() => {});
  }

  /** The face where it was in the picture before; undefined where none is. */
  stay(picture: Picture, region: SquareRegion): Promise<FaceReply> {
    return this.#thread.call({ kind: 'stay', picture, region });
  }

  search(picture: Picture, wanted: SearchedFace): Promise<FaceReply> {
    return this.#thread.call({ kind: 'search', picture, wanted });
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}
