import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
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
  async stay(picture: Picture, region: SquareRegion): Promise<FaceMesh | undefined> {
    return (await this.#thread.call({ kind: 'stay', picture, region }))[0];
  }

  async search(picture: Picture, wanted: SearchedFace): Promise<FaceMesh | undefined> {
    return (await this.#thread.call({ kind: 'search', picture, wanted }))[0];
  }

  /** Every face there is, the largest first. */
  all(picture: Picture): Promise<FaceReply> {
    return this.#thread.call({ kind: 'all', picture });
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}
