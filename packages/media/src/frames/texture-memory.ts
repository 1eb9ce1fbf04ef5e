import { KERNEL_PAGE_BYTES, type KernelMemory, startKernel } from '../core/vector-kernel.ts';
import { eachRun, type MixedPlane, type MixPlan } from './texture-mix.ts';

type Exports = {
  readonly memory: KernelMemory;
  mixRun(plans: number, count: number, most: number, output: number, start: number, end: number): void;
};

const FILE = new URL('./mix-kernel.wasm', import.meta.url);
/** Texels are read and written eight at a time, also the last ones. */
const OVERRUN_BYTES = 8;

/** Planes of one kind of all images, and the mixed one. */
type Planes = { readonly at: number; readonly mixedAt: number; readonly size: number };
type Mixed = { readonly y: Uint8Array; readonly u: Uint8Array; readonly v: Uint8Array };

/** The images of a patch, in the memory of the vector code that mixes them. */
export class TextureMemory {
  /** Planes of all images one after the other. */
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly #exports = startKernel<Exports>(FILE);
  readonly #imageCount: number;
  readonly #planes: readonly Planes[];
  readonly #mixed: Mixed;
  readonly #plans: Int32Array;

  constructor(width: number, height: number, imageCount: number) {
    this.#imageCount = imageCount;
    let next = 8 * imageCount;
    this.#planes = [1, 4, 4].map((share) => {
      const size = (width * height) / share;
      const [at, mixedAt] = [next, next + size * imageCount + OVERRUN_BYTES];
      next = mixedAt + size + OVERRUN_BYTES;
      return { at, mixedAt, size };
    });
    const { memory } = this.#exports;
    memory.grow(Math.ceil(next / KERNEL_PAGE_BYTES));
    const view = (at: number, length: number): Uint8Array => new Uint8Array(memory.buffer, at, length);
    const [y, u, v] = this.#planes as [Planes, Planes, Planes];
    this.y = view(y.at, y.size * imageCount);
    this.u = view(u.at, u.size * imageCount);
    this.v = view(v.at, v.size * imageCount);
    this.#mixed = { y: view(y.mixedAt, y.size), u: view(u.mixedAt, u.size), v: view(v.mixedAt, v.size) };
    this.#plans = new Int32Array(memory.buffer, 0, 2 * imageCount);
  }

  /** What `spans` hold of the images mixed, as in `mixRun`; good until the next mix. */
  mix({ images, weights, count }: MixPlan, width: number, height: number, spans: Int32Array): Mixed {
    for (const [i, { at, mixedAt, size }] of this.#planes.entries()) {
      for (let k = 0; k < count; k++) {
        this.#plans[k] = at + (images[k] as number) * size;
        this.#plans[this.#imageCount + k] = weights[k] as number;
      }
      const rowStep = i === 0 ? 1 : 2;
      const plane: MixedPlane = { width: width / rowStep, height: height / rowStep, spans, rowStep };
      eachRun(plane, (start, end) => this.#exports.mixRun(0, count, this.#imageCount, mixedAt, start, end));
    }
    return this.#mixed;
  }
}
