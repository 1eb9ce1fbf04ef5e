import type { Face } from '../frames/face.ts';
import type { HeldFace, PictureSize } from '../session/call-resources.ts';
import type { EncodedLoop, IdleLoopOptions } from '../webrtc/idle-loop.ts';

type Codec = 'vp8' | 'h264';

type Entry = {
  readonly key: string;
  readonly face: Promise<Face>;
  readonly loops: Map<Codec, Promise<EncodedLoop>>;
  /** Calls that show it. */
  holders: number;
};

export type FaceCacheOptions = {
  readonly open: (bundlePath: string, size: PictureSize) => Promise<Face>;
  /** `inTurn` is for what is encoded of it later. */
  readonly encode: (face: Face, codec: Codec, inTurn: NonNullable<IdleLoopOptions['inTurn']>) => Promise<EncodedLoop>;
  /** Faces that no call shows and that stay open all the same: the last ones used. */
  readonly maxIdle: number;
};

/**
 * The open faces of a worker with their encoded loops, shared by its calls. Faces that nobody shows are closed, oldest
 * first, so that many avatars one after the other do not fill the memory; and what is heavy is done one after the other, so
 * that many at once do not take all of the core.
 */
export class FaceCache {
  readonly #options: FaceCacheOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #entryByFace = new WeakMap<Face, Entry>();
  #lastWork: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FaceCacheOptions) {
    this.#options = options;
  }

  get openCount(): number {
    return this.#entries.size;
  }

  /** The face, which stays open until it is released. */
  async hold(bundlePath: string, size: PictureSize): Promise<HeldFace> {
    const entry = this.#entryOf(bundlePath, size);
    entry.holders += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      entry.holders -= 1;
      this.#touch(entry);
      this.#closeSurplus();
    };
    try {
      return { face: await entry.face, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Encoded once for each codec. */
  idleLoop(face: Face, codec: Codec): Promise<EncodedLoop> {
    const entry = this.#entryByFace.get(face);
    if (entry === undefined) return Promise.reject(new Error('The face is closed.'));
    const known = entry.loops.get(codec);
    if (known !== undefined) return known;
    const loop = this.#inTurn(() => this.#options.encode(face, codec, (work) => this.#inTurn(work)));
    entry.loops.set(codec, loop);
    loop.catch(() => entry.loops.delete(codec));
    return loop;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const faces = await Promise.allSettled([...this.#entries.values()].map(({ face }) => face));
    for (const result of faces) if (result.status === 'fulfilled') result.value.close();
    this.#entries.clear();
  }

  #entryOf(bundlePath: string, size: PictureSize): Entry {
    const key = `${bundlePath} ${size.widthPx}x${size.heightPx}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#touch(known);
      return known;
    }
    const face = this.#inTurn(() => this.#options.open(bundlePath, size));
    const entry: Entry = { key, face, loops: new Map(), holders: 0 };
    this.#entries.set(key, entry);
    face.then(
      (opened) => this.#entryByFace.set(opened, entry),
      () => {
        // The next caller tries again.
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }

  /** The last one used is the last one closed. */
  #touch(entry: Entry): void {
    if (this.#entries.delete(entry.key)) this.#entries.set(entry.key, entry);
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#lastWork.then(work);
    this.#lastWork = done.catch(() => {});
    return done;
  }

  #closeSurplus(): void {
    if (this.#isClosed) return;
    const idle = [...this.#entries.values()].filter(({ holders }) => holders === 0);
    for (const entry of idle.slice(0, Math.max(0, idle.length - this.#options.maxIdle))) {
      this.#entries.delete(entry.key);
      void entry.face.then(
        (face) => {
          this.#entryByFace.delete(face);
          face.close();
        },
        () => {},
      );
    }
  }
}
